//! Showing, listing, remembering and forgetting devices, by their users and by administrators.

use std::time::Duration;

use poolhouse_tests::actors::{SignedIn, merge};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{NO_DEVICE, alice, attribute, client, device_of, remember, sign_in_anew, with_device};

const NOBODY: &str = "us-east-1_11111111-2222-4333-8444-555555555555";
const NO_USER: &str = "User does not exist.";
const NOT_TRACKED: (&str, &str) = (
    "InvalidUserPoolConfigurationException",
    "User pool is not configured to track devices.",
);

/// The operations of users on one device, and those of administrators.
const ON_ONE: [(&str, &str); 3] = [
    ("GetDevice", "AdminGetDevice"),
    ("UpdateDeviceStatus", "AdminUpdateDeviceStatus"),
    ("ForgetDevice", "AdminForgetDevice"),
];

/// Calls an operation of users and the one of administrators that does the same.
async fn on_both_sides(signed_in: &SignedIn, (own, admin): (&str, &str), input: &Value) -> [Reply; 2] {
    [
        signed_in.call(own, input.clone()).await,
        signed_in.user.admin_call(admin, input.clone()).await,
    ]
}

fn keys(output: &Value) -> Vec<String> {
    let devices = output["Devices"].as_array().unwrap();
    let key = |device: &Value| device["DeviceKey"].as_str().unwrap().to_owned();
    devices.iter().map(key).collect()
}

scenario! {
    async fn users_and_administrators_see_the_same(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        remember(&alice.client.confirmed_user("bob").await).await;
        sign_in_anew(&alice).await;
        let shown = device_of(&signed_in, &device.key).await;
        let members: Vec<&String> = shown.as_object().unwrap().keys().collect();
        let expected = [
            "DeviceAttributes", "DeviceCreateDate", "DeviceKey", "DeviceLastAuthenticatedDate", "DeviceLastModifiedDate",
        ];
        assert_eq!(members, expected);
        let output = alice.admin_call("AdminGetDevice", json!({ "DeviceKey": device.key })).await.ok();
        assert_eq!(output["Device"], shown);
        for reply in on_both_sides(&signed_in, ("ListDevices", "AdminListDevices"), &json!({})).await {
            assert_eq!(reply.ok(), json!({ "Devices": [shown] }));
        }
        assert!(!shown.to_string().contains(&device.group_key));
    }

    async fn who_has_no_devices_has_an_empty_list(lab: Lab) {
        let (signed_in, _) = sign_in_anew(&alice(&lab, true).await).await;
        for reply in on_both_sides(&signed_in, ("ListDevices", "AdminListDevices"), &json!({})).await {
            assert_eq!(reply.ok(), json!({ "Devices": [] }));
        }
    }

    async fn a_list_comes_in_pages(lab: Lab) {
        let (alice, signed_in, _) = with_device(&lab, true).await;
        remember(&alice).await;
        remember(&alice).await;
        let all = keys(&signed_in.call("ListDevices", json!({ "Limit": 0 })).await.ok());
        assert_eq!(all.len(), 3);
        for operation in ["ListDevices", "AdminListDevices"] {
            let list = async |input: Value| match operation {
                "ListDevices" => signed_in.call(operation, input).await,
                _ => alice.admin_call(operation, input).await,
            };
            let first = list(json!({ "Limit": 2 })).await.ok();
            let second = list(json!({ "Limit": 2, "PaginationToken": first["PaginationToken"] })).await.ok();
            assert_eq!(second.get("PaginationToken"), None);
            assert_eq!([keys(&first), keys(&second)].concat(), all);
            list(json!({ "PaginationToken": "nonsense" })).await
                .fault("InvalidParameterException", "Invalid pagination token");
        }
    }

    async fn a_page_token_is_of_its_user(lab: Lab) {
        let (alice, signed_in, _) = with_device(&lab, true).await;
        remember(&alice).await;
        let (bob, _) = remember(&alice.client.confirmed_user("bob").await).await;
        let first = signed_in.call("ListDevices", json!({ "Limit": 1 })).await.ok();
        let next = json!({ "PaginationToken": first["PaginationToken"] });
        for reply in on_both_sides(&bob, ("ListDevices", "AdminListDevices"), &next).await {
            reply.fault("InvalidParameterException", "Invalid pagination token");
        }
    }

    async fn the_status_of_a_device_changes(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let status = async || attribute(&device_of(&signed_in, &device.key).await, "dev:device_remembered_status").unwrap();
        let set = |status: &str| json!({ "DeviceKey": device.key, "DeviceRememberedStatus": status });
        lab.clock.advance(Duration::from_secs(5));
        signed_in.call("UpdateDeviceStatus", set("not_remembered")).await.ok();
        assert_eq!(status().await, "not_remembered");
        assert_eq!(device_of(&signed_in, &device.key).await["DeviceLastModifiedDate"], 1_800_000_005);
        alice.admin_call("AdminUpdateDeviceStatus", set("remembered")).await.ok();
        assert_eq!(status().await, "remembered");
        signed_in.call("UpdateDeviceStatus", json!({ "DeviceKey": device.key })).await.ok();
        assert_eq!(status().await, "remembered");
        let (one, other) = tokio::join!(
            signed_in.call("UpdateDeviceStatus", set("not_remembered")),
            alice.admin_call("AdminUpdateDeviceStatus", set("not_remembered")),
        );
        assert_eq!([one.ok(), other.ok()], [json!({}), json!({})]);
        assert_eq!(status().await, "not_remembered");
    }

    async fn a_forgotten_device_is_gone(lab: Lab) {
        let (alice, signed_in, first) = with_device(&lab, true).await;
        let (_, second) = remember(&alice).await;
        let (_, third) = remember(&alice).await;
        let [first, second] = [first, second].map(|device| json!({ "DeviceKey": device.key }));
        assert_eq!(signed_in.call("ForgetDevice", first.clone()).await.ok(), Value::Null);
        assert_eq!(alice.admin_call("AdminForgetDevice", second.clone()).await.ok(), Value::Null);
        for gone in [first, second] {
            for operations in ON_ONE {
                for reply in on_both_sides(&signed_in, operations, &gone).await {
                    reply.fault(NO_DEVICE.0, NO_DEVICE.1);
                }
            }
        }
        let left = signed_in.call("ListDevices", json!({})).await.ok();
        assert_eq!(keys(&left), [third.key]);
    }

    async fn devices_that_are_unknown_unconfirmed_or_foreign_do_not_exist(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (signed_in, unconfirmed) = sign_in_anew(&alice).await;
        let (bob, foreign) = remember(&alice.client.confirmed_user("bob").await).await;
        for key in [NOBODY, &unconfirmed.key, &foreign.key] {
            for operations in ON_ONE {
                for reply in on_both_sides(&signed_in, operations, &json!({ "DeviceKey": key })).await {
                    reply.fault(NO_DEVICE.0, NO_DEVICE.1);
                }
            }
        }
        device_of(&bob, &foreign.key).await;
    }

    async fn a_pool_that_does_not_track_devices_says_so(lab: Lab) {
        let alice = client(&lab, json!({})).await.confirmed_user("alice").await.sign_in().await;
        let device = json!({ "DeviceKey": NOBODY });
        for operations in ON_ONE {
            for reply in on_both_sides(&alice, operations, &device).await {
                reply.fault(NOT_TRACKED.0, NOT_TRACKED.1);
            }
        }
        for reply in on_both_sides(&alice, ("ListDevices", "AdminListDevices"), &json!({})).await {
            reply.fault(NOT_TRACKED.0, NOT_TRACKED.1);
        }
        alice.call("ConfirmDevice", device).await.fault(NOT_TRACKED.0, NOT_TRACKED.1);
    }

    async fn callers_and_users_must_exist(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let input = json!({ "DeviceKey": device.key });
        for operation in ["GetDevice", "ForgetDevice"] {
            lab.call(operation, input.clone()).await.fault("NotAuthorizedException", "Invalid Access Token");
        }
        let somebody = merge(input.clone(), json!({ "AccessToken": "x.y.z" }));
        for operation in ["GetDevice", "ForgetDevice", "UpdateDeviceStatus", "ConfirmDevice"] {
            lab.call(operation, somebody.clone()).await.fault("NotAuthorizedException", "Invalid Access Token");
        }
        let nobody = merge(input.clone(), json!({ "Username": "nobody" }));
        let call = async |operation: &str| alice.client.pool.call(operation, nobody.clone()).await;
        call("AdminForgetDevice").await.fault("UserNotFoundException", NO_USER);
        call("AdminUpdateDeviceStatus").await.fault("UserNotFoundException", NO_USER);
        // The model has no UserNotFoundException there.
        call("AdminGetDevice").await.fault("NotAuthorizedException", NO_USER);
        let nobody = json!({ "Username": "nobody" });
        alice.client.pool.call("AdminListDevices", nobody).await.fault("NotAuthorizedException", NO_USER);

        signed_in.global_sign_out().await.ok();
        signed_in.call("GetDevice", input.clone()).await
            .fault("NotAuthorizedException", "Access Token has been revoked");
        // Signing out forgets no device.
        alice.admin_call("AdminGetDevice", input).await.ok();
    }

    async fn devices_go_with_their_user(lab: Lab) {
        let (alice, _, device) = with_device(&lab, true).await;
        alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        let again = alice.client.confirmed_user("alice").await;
        again.admin_call("AdminGetDevice", json!({ "DeviceKey": device.key })).await.fault(NO_DEVICE.0, NO_DEVICE.1);
    }
}
