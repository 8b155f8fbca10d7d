//! NewDeviceMetadata: the name that a sign-in from an unknown device gives it.

use std::time::Duration;

use poolhouse_tests::actors::Tokens;
use poolhouse_tests::device::Device;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    NO_DEVICE, admin_sign_in, alice, answer_password_verifier, answer_totp, challenged, client, finished,
    prove_password, remember, sign_in_anew, sign_in_from, tracking, turn_on_mfa,
};

fn metadata(output: &Value) -> &Value {
    &output["AuthenticationResult"]["NewDeviceMetadata"]
}

fn is_uuid(text: &str) -> bool {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || is_hex(byte))
}

scenario! {
    async fn every_flow_names_a_new_device(lab: Lab) {
        let alice = alice(&lab, true).await;
        let proof = prove_password(&alice, &alice.password).await;
        let outputs = [
            alice.try_sign_in().await.ok(),
            admin_sign_in(&alice, json!({})).await.ok(),
            answer_password_verifier(&alice, &proof, json!({})).await.ok(),
        ];
        let mut keys = Vec::new();
        for output in &outputs {
            let (signed_in, device) = finished(&alice, output);
            let (region, uuid) = device.key.split_once('_').unwrap();
            assert_eq!(region, "us-east-1");
            assert!(is_uuid(uuid), "{uuid}");
            let (nothing, group) = device.group_key.split_once('-').unwrap();
            assert_eq!((nothing, group.len()), ("", 8), "{}", device.group_key);
            assert_eq!(signed_in.access_claims().await["device_key"], device.key);
            assert_eq!(signed_in.id_claims().await.get("device_key"), None);
            keys.push(device.key);
        }
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), outputs.len());
    }

    async fn a_device_is_named_after_the_challenges(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (signed_in, _) = sign_in_anew(&alice).await;
        let app = turn_on_mfa(&lab, &signed_in).await;
        let output = alice.try_sign_in().await.ok();
        let session = challenged(&output, "SOFTWARE_TOKEN_MFA");
        assert_eq!(output.get("AuthenticationResult"), None);
        let output = answer_totp(&alice, &session, &app.code(&lab.clock), json!({})).await.ok();
        Device::of(&output);

        let invitation = json!({ "Username": "bob", "TemporaryPassword": "Temporary-1", "MessageAction": "SUPPRESS" });
        alice.client.pool.call("AdminCreateUser", invitation).await.ok();
        let session = challenged(&alice.client.sign_in("bob", "Temporary-1").await.ok(), "NEW_PASSWORD_REQUIRED");
        let responses = json!({ "USERNAME": "bob", "NEW_PASSWORD": "Own-password-1" });
        Device::of(&alice.client.respond("NEW_PASSWORD_REQUIRED", &session, responses).await.ok());
    }

    async fn a_pool_that_does_not_track_devices_names_none_and_takes_any_key(lab: Lab) {
        let alice = client(&lab, json!({})).await.confirmed_user("alice").await;
        for key in ["us-east-1_11111111-2222-4333-8444-555555555555", "anything", ""] {
            let output = sign_in_from(&alice, key).await.ok();
            assert_eq!(metadata(&output), &Value::Null);
            let claims = alice.client.pool.verify(&Tokens::of(&output).access).await;
            assert_eq!(claims.get("device_key"), None);
        }
    }

    async fn any_member_of_the_configuration_turns_tracking_on(lab: Lab) {
        for configuration in [
            json!({ "DeviceOnlyRememberedOnUserPrompt": false }),
            json!({ "ChallengeRequiredOnNewDevice": false }),
        ] {
            let alice = client(&lab, json!({ "DeviceConfiguration": configuration })).await;
            sign_in_anew(&alice.confirmed_user("alice").await).await;
        }
    }

    async fn a_device_that_was_not_confirmed_is_new_again(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (_, first) = sign_in_anew(&alice).await;
        let (signed_in, second) = finished(&alice, &sign_in_from(&alice, &first.key).await.ok());
        assert_ne!(first.key, second.key);
        assert_eq!(signed_in.access_claims().await["device_key"], second.key);
    }

    async fn a_refresh_names_no_device_and_keeps_the_key(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (signed_in, device) = remember(&alice).await;
        let parameters = json!({ "REFRESH_TOKEN": signed_in.tokens.refresh, "DEVICE_KEY": device.key });
        let output = alice.client.initiate_auth("REFRESH_TOKEN_AUTH", parameters).await.ok();
        assert_eq!(metadata(&output), &Value::Null);
        let access = output["AuthenticationResult"]["AccessToken"].as_str().unwrap();
        assert_eq!(alice.client.pool.verify(access).await["device_key"], device.key);
    }

    async fn a_key_that_nobody_gave_out_is_refused_after_the_right_password_only(lab: Lab) {
        let alice = alice(&lab, true).await;
        let bob = alice.client.confirmed_user("bob").await;
        let (_, foreign) = remember(&bob).await;
        let elsewhere = client(&lab, tracking(true)).await.confirmed_user("alice").await;
        let (_, other_pools) = remember(&elsewhere).await;
        for key in [
            foreign.key.as_str(), &other_pools.key, "us-east-1_11111111-2222-4333-8444-555555555555", "x", "🔑",
        ] {
            sign_in_from(&alice, key).await.fault(NO_DEVICE.0, NO_DEVICE.1);
            let parameters = json!({ "DEVICE_KEY": key });
            admin_sign_in(&alice, parameters.clone()).await.fault(NO_DEVICE.0, NO_DEVICE.1);
            let wrong = json!({ "USERNAME": "alice", "PASSWORD": "Wrong-password1", "DEVICE_KEY": key });
            // The pause that wrong passwords earn is not what this is about.
            lab.clock.advance(Duration::from_secs(1000));
            alice.client.initiate_auth("USER_PASSWORD_AUTH", wrong).await
                .fault("NotAuthorizedException", "Incorrect username or password.");
            lab.clock.advance(Duration::from_secs(1000));
        }
        sign_in_from(&alice, "a\0b").await
            .fault("InvalidParameterException", "Text with a NUL character cannot be stored.");
    }
}
