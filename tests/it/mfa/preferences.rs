//! SetUserMFAPreference, SetUserSettings, GetUserAuthFactors, and their administrator's twins.

use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{EMAIL, alice, on, pool, prefer, register};

const OFF: bool = false;

fn off() -> Value {
    json!({ "Enabled": OFF, "PreferredMfa": OFF })
}

scenario! {
    async fn preferences_are_shown_to_users_and_administrators(lab: Lab) {
        let alice = alice(&lab).await;
        register(&lab, &alice).await;
        let settings = json!({
            "SMSMfaSettings": on(false), "SoftwareTokenMfaSettings": on(true), "EmailMfaSettings": on(false)
        });
        alice.call("SetUserMFAPreference", settings).await.ok();
        let list = json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]);
        let own = alice.call("GetUserAuthFactors", json!({})).await.ok();
        assert_eq!(own, json!({
            "Username": "alice", "PreferredMfaSetting": "SOFTWARE_TOKEN_MFA", "UserMFASettingList": list,
            "ConfiguredUserAuthFactors": ["PASSWORD"]
        }));
        assert_eq!(alice.user.admin_call("AdminGetUserAuthFactors", json!({})).await.ok(), own);
        for user in [alice.get_user().await.ok(), alice.user.client.pool.user("alice").await] {
            assert_eq!(user["UserMFASettingList"], list);
            assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
            assert_eq!(user.get("MFAOptions"), None);
        }
        let all_off = json!({
            "SMSMfaSettings": off(), "SoftwareTokenMfaSettings": off(), "EmailMfaSettings": off()
        });
        prefer(&alice.user, all_off).await.ok();
        let user = alice.get_user().await.ok();
        assert_eq!((user.get("UserMFASettingList"), user.get("PreferredMfaSetting")), (None, None));
    }

    async fn a_factor_needs_what_it_is_delivered_to(lab: Lab) {
        let client = pool(&lab, "OPTIONAL").await.client().await;
        let bob = client.confirmed_user("bob").await;
        for (member, factor) in [
            ("SMSMfaSettings", "SMS_MFA"),
            ("SoftwareTokenMfaSettings", "SOFTWARE_TOKEN_MFA"),
            ("EmailMfaSettings", "EMAIL_OTP"),
        ] {
            prefer(&bob, json!({ member: on(true) })).await.fault(
                "InvalidParameterException",
                &format!("User does not have delivery config set to turn on {factor}"),
            );
        }
        assert_eq!(client.pool.user("bob").await.get("UserMFASettingList"), None);
    }

    async fn a_factor_needs_a_pool_that_offers_it(lab: Lab) {
        let client = lab.pool().await.client().await;
        let bob = client.confirmed_user_with("bob", json!({ "email": EMAIL })).await;
        prefer(&bob, json!({ "EmailMfaSettings": on(true) })).await
            .fault("InvalidParameterException", "EMAIL_OTP is not enabled for the user pool");
        prefer(&bob, json!({ "WebAuthnMfaSettings": { "Enabled": true } })).await
            .fault("InvalidParameterException", "WEB_AUTHN is not enabled as MFA for the user pool");
        prefer(&bob, json!({ "WebAuthnMfaSettings": { "Enabled": false } })).await.ok();
    }

    async fn a_preference_that_contradicts_itself_changes_nothing(lab: Lab) {
        let alice = alice(&lab).await;
        let two = json!({ "SMSMfaSettings": on(true), "EmailMfaSettings": on(true) });
        prefer(&alice.user, two).await
            .fault("InvalidParameterException", "Invalid MFA preference given, only one factor can be preferred.");
        let settings = json!({ "SMSMfaSettings": { "PreferredMfa": true } });
        prefer(&alice.user, settings).await.fault(
            "InvalidParameterException",
            "Invalid MFA preference given, a factor can't be preferred and not enabled.",
        );
        assert_eq!(alice.get_user().await.ok().get("UserMFASettingList"), None);
    }

    async fn the_old_settings_turn_sms_on_and_off(lab: Lab) {
        let alice = alice(&lab).await;
        let options = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
        alice.call("SetUserSettings", json!({ "MFAOptions": options })).await.ok();
        let user = alice.get_user().await.ok();
        assert_eq!(user["MFAOptions"], options);
        assert_eq!(user["UserMFASettingList"], json!(["SMS_MFA"]));
        alice.user.admin_call("AdminSetUserSettings", json!({ "MFAOptions": [] })).await.ok();
        assert_eq!(alice.get_user().await.ok().get("MFAOptions"), None);
        let wrong = json!({ "MFAOptions": [{ "DeliveryMedium": "EMAIL", "AttributeName": "email" }] });
        alice.user.admin_call("AdminSetUserSettings", wrong).await.fault(
            "InvalidParameterException",
            "MFAOptions take the delivery medium SMS and the attribute phone_number only.",
        );
    }

    async fn a_contact_that_is_a_factor_resets_no_password(lab: Lab) {
        let alice = alice(&lab).await;
        let verified = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
        alice.user.admin_call("AdminUpdateUserAttributes", verified).await.ok();
        let client = &alice.user.client;
        let setting = json!({ "RecoveryMechanisms": [{ "Priority": 1, "Name": "verified_email" }] });
        let email = json!({
            "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com"
        });
        let update = json!({
            "AccountRecoverySetting": setting, "EmailConfiguration": email,
            "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" }, "MfaConfiguration": "OPTIONAL"
        });
        client.pool.call("UpdateUserPool", update).await.ok();
        client.forgot_password("alice").await.ok();
        prefer(&alice.user, json!({ "EmailMfaSettings": on(false) })).await.ok();
        client.forgot_password("alice").await.fault(
            "InvalidParameterException",
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        );
    }
}
