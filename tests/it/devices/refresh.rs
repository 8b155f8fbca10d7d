//! Refresh tokens are bound to the device that the sign-in came from.

use poolhouse_tests::actors::{SignedIn, merge};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    admin_auth, admin_sign_in, alice, client, confirm, finished, remember, sign_in_anew, tracking, with_device,
};

const REFUSED: (&str, &str) = ("NotAuthorizedException", "Invalid Refresh Token");

/// Refreshes in the three ways there are, as this device if one is named.
async fn refresh(signed_in: &SignedIn, device_key: Option<&str>) -> [Reply; 3] {
    let client = &signed_in.user.client;
    let token = &signed_in.tokens.refresh;
    let named = |name: &str| device_key.map_or_else(|| json!({}), |key| json!({ name: key }));
    let parameters = merge(json!({ "REFRESH_TOKEN": token }), named("DEVICE_KEY"));
    let admin = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters });
    let input = merge(json!({ "RefreshToken": token }), named("DeviceKey"));
    [
        client.initiate_auth("REFRESH_TOKEN_AUTH", parameters).await,
        admin_auth(&signed_in.user, "AdminInitiateAuth", admin).await,
        client.call("GetTokensFromRefreshToken", input).await,
    ]
}

async fn assert_refreshes(signed_in: &SignedIn, device_key: Option<&str>) {
    for reply in refresh(signed_in, device_key).await {
        assert!(reply.ok()["AuthenticationResult"]["AccessToken"].is_string());
    }
}

async fn assert_refused(signed_in: &SignedIn, device_key: Option<&str>) {
    for reply in refresh(signed_in, device_key).await {
        reply.fault(REFUSED.0, REFUSED.1);
    }
}

scenario! {
    async fn only_the_confirmed_device_of_the_sign_in_refreshes(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let (_, other) = remember(&alice).await;
        assert_refreshes(&signed_in, Some(&device.key)).await;
        assert_refused(&signed_in, None).await;
        assert_refused(&signed_in, Some(&other.key)).await;
        assert_refused(&signed_in, Some("us-east-1_11111111-2222-4333-8444-555555555555")).await;
        assert_refreshes(&signed_in, Some(&device.key)).await;
    }

    async fn a_device_that_is_not_confirmed_does_not_refresh(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (signed_in, device) = finished(&alice, &admin_sign_in(&alice, json!({})).await.ok());
        assert_refused(&signed_in, Some(&device.key)).await;
        assert_refused(&signed_in, None).await;
        confirm(&signed_in, &device).await.ok();
        assert_refreshes(&signed_in, Some(&device.key)).await;
    }

    async fn a_forgotten_device_refreshes_no_more_and_one_that_is_not_remembered_does(lab: Lab) {
        let (_, signed_in, device) = with_device(&lab, true).await;
        let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "not_remembered" });
        signed_in.call("UpdateDeviceStatus", status).await.ok();
        assert_refreshes(&signed_in, Some(&device.key)).await;
        signed_in.call("ForgetDevice", json!({ "DeviceKey": device.key })).await.ok();
        assert_refused(&signed_in, Some(&device.key)).await;
        assert_refused(&signed_in, None).await;
    }

    async fn tokens_from_before_tracking_are_bound_to_none(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let before = client.confirmed_user("alice").await.sign_in().await;
        client.pool.call("UpdateUserPool", tracking(true)).await.ok();
        assert_refreshes(&before, None).await;
        assert_refreshes(&before, Some("us-east-1_11111111-2222-4333-8444-555555555555")).await;
    }

    async fn a_pool_that_stops_tracking_asks_for_no_device(lab: Lab) {
        let (alice, signed_in, device) = with_device(&lab, true).await;
        let (unconfirmed, _) = sign_in_anew(&alice).await;
        alice.client.pool.call("UpdateUserPool", json!({})).await.ok();
        for signed_in in [&signed_in, &unconfirmed] {
            assert_refreshes(signed_in, None).await;
            assert_refreshes(signed_in, Some(&device.key)).await;
        }
        alice.client.pool.call("UpdateUserPool", tracking(true)).await.ok();
        assert_refused(&unconfirmed, None).await;
    }

    async fn rotation_asks_for_the_device_too(lab: Lab) {
        let pool = lab.pool_with(tracking(true)).await;
        let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 });
        let client = pool.client_with(json!({
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "RefreshTokenRotation": rotation
        })).await;
        let alice = client.confirmed_user("alice").await;
        let (signed_in, device) = remember(&alice).await;
        let refresh = async |token: &Value, key: Option<&str>| {
            let input = json!({ "RefreshToken": token });
            let named = key.map_or_else(|| json!({}), |key| json!({ "DeviceKey": key }));
            client.call("GetTokensFromRefreshToken", merge(input, named)).await
        };
        let first = json!(signed_in.tokens.refresh);
        refresh(&first, None).await.fault(REFUSED.0, REFUSED.1);
        let second = refresh(&first, Some(&device.key)).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
        refresh(&second, None).await.fault(REFUSED.0, REFUSED.1);
        refresh(&second, Some(&device.key)).await.ok();
    }
}
