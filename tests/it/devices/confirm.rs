//! ConfirmDevice.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use poolhouse_tests::actors::merge;
use poolhouse_tests::scenario;
use poolhouse_tests::srp::SrpClient;
use serde_json::{Value, json};

use super::{
    NO_DEVICE, alice, attribute, challenged, client, confirm, device_of, remember, sign_in_anew, sign_in_from,
    tracking, turn_on_mfa,
};

const EXISTS: (&str, &str) = ("DeviceKeyExistsException", "A device with the key already exists.");
const MALFORMED: (&str, &str) = ("InvalidParameterException", "Invalid device secret verifier.");

scenario! {
    async fn a_confirmed_device_is_remembered(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (signed_in, device) = sign_in_anew(&alice).await;
        lab.clock.advance(Duration::from_secs(7));
        let input = json!({
            "DeviceKey": device.key, "DeviceSecretVerifierConfig": device.verifier(), "DeviceName": "Alice's 📱"
        });
        let output = signed_in.call("ConfirmDevice", input).await.ok();
        assert_eq!(output, json!({ "UserConfirmationNecessary": false }));
        let found = device_of(&signed_in, &device.key).await;
        assert_eq!(found["DeviceKey"], device.key);
        assert_eq!(attribute(&found, "device_name").unwrap(), "Alice's 📱");
        assert_eq!(attribute(&found, "device_status").unwrap(), "valid");
        assert_eq!(attribute(&found, "dev:device_remembered_status").unwrap(), "remembered");
        assert_eq!(attribute(&found, "last_ip_used"), None);
        assert_eq!(found["DeviceCreateDate"], 1_800_000_007);
        assert_eq!(found["DeviceLastModifiedDate"], 1_800_000_007);
        assert_eq!(found["DeviceLastAuthenticatedDate"], 1_800_000_000);
    }

    async fn where_users_are_asked_it_is_not_remembered_yet(lab: Lab) {
        let configuration = json!({ "DeviceOnlyRememberedOnUserPrompt": true, "ChallengeRequiredOnNewDevice": true });
        let client = client(&lab, json!({ "DeviceConfiguration": configuration })).await;
        let alice = client.confirmed_user("alice").await;
        let (signed_in, device) = sign_in_anew(&alice).await;
        let output = confirm(&signed_in, &device).await.ok();
        assert_eq!(output, json!({ "UserConfirmationNecessary": true }));
        let found = device_of(&signed_in, &device.key).await;
        assert_eq!(attribute(&found, "dev:device_remembered_status").unwrap(), "not_remembered");
        assert_eq!(attribute(&found, "device_name"), None);
        let output = sign_in_from(&alice, &device.key).await.ok();
        assert_eq!(output.get("ChallengeName"), None, "{output}");

        let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "remembered" });
        assert_eq!(signed_in.call("UpdateDeviceStatus", status).await.ok(), json!({}));
        challenged(&sign_in_from(&alice, &device.key).await.ok(), "DEVICE_SRP_AUTH");
    }

    async fn a_device_is_confirmed_once(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (signed_in, device) = sign_in_anew(&alice).await;
        let confirm = async || confirm(&signed_in, &device).await;
        let (one, other) = tokio::join!(confirm(), confirm());
        let (won, lost) = if one.status.is_success() { (one, other) } else { (other, one) };
        won.ok();
        lost.fault(EXISTS.0, EXISTS.1);
        confirm().await.fault(EXISTS.0, EXISTS.1);
    }

    async fn only_the_device_of_the_own_sign_in_can_be_confirmed(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (first, device) = sign_in_anew(&alice).await;
        let (second, other) = sign_in_anew(&alice).await;
        let (bob, foreign) = sign_in_anew(&alice.client.confirmed_user("bob").await).await;
        confirm(&first, &other).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        confirm(&second, &device).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        confirm(&first, &foreign).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        confirm(&bob, &device).await.fault(NO_DEVICE.0, NO_DEVICE.1);
        confirm(&first, &device).await.ok();
        confirm(&second, &other).await.ok();
    }

    async fn a_sign_in_from_before_devices_were_tracked_has_none_to_confirm(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let before = client.confirmed_user("alice").await.sign_in().await;
        client.pool.call("UpdateUserPool", tracking(true)).await.ok();
        let (_, device) = sign_in_anew(&before.user).await;
        confirm(&before, &device).await.fault(NO_DEVICE.0, NO_DEVICE.1);
    }

    async fn a_malformed_verifier_is_refused(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (signed_in, device) = sign_in_anew(&alice).await;
        let right = device.verifier();
        let modulus = {
            let digits = SrpClient::modulus();
            let bytes: Vec<u8> = (0..digits.len()).step_by(2)
                .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
                .collect();
            BASE64_STANDARD.encode(bytes)
        };
        let with = |member: &str, value: Value| merge(right.clone(), json!({ member: value }));
        for malformed in [
            json!({}),
            json!({ "Salt": right["Salt"] }),
            json!({ "PasswordVerifier": right["PasswordVerifier"] }),
            with("Salt", "".into()),
            with("Salt", "no base64!".into()),
            with("Salt", "YWJj".repeat(30).into()),
            with("PasswordVerifier", "".into()),
            with("PasswordVerifier", "no base64!".into()),
            with("PasswordVerifier", "AA==".into()),
            with("PasswordVerifier", "AQ==".into()),
            with("PasswordVerifier", modulus.into()),
            with("PasswordVerifier", "YWJj".repeat(200).into()),
        ] {
            let input = json!({ "DeviceKey": device.key, "DeviceSecretVerifierConfig": malformed });
            signed_in.call("ConfirmDevice", input).await.fault(MALFORMED.0, MALFORMED.1);
        }
        confirm(&signed_in, &device).await.ok();
    }

    async fn a_device_without_a_verifier_is_only_kept_track_of(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (signed_in, device) = sign_in_anew(&alice).await;
        signed_in.call("ConfirmDevice", json!({ "DeviceKey": device.key })).await.ok();
        let output = sign_in_from(&alice, &device.key).await.ok();
        assert_eq!(output["AuthenticationResult"].get("NewDeviceMetadata"), None);
        turn_on_mfa(&lab, &signed_in).await;
        challenged(&sign_in_from(&alice, &device.key).await.ok(), "SOFTWARE_TOKEN_MFA");
    }

    async fn a_forgotten_device_is_not_confirmed_again(lab: Lab) {
        let alice = alice(&lab, true).await;
        let (signed_in, device) = remember(&alice).await;
        let key = json!({ "DeviceKey": device.key });
        alice.admin_call("AdminForgetDevice", key).await.ok();
        signed_in.get_user().await.ok();
        confirm(&signed_in, &device).await.fault(NO_DEVICE.0, NO_DEVICE.1);
    }
}
