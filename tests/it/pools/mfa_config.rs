//! GetUserPoolMfaConfig and SetUserPoolMfaConfig.

use poolhouse_tests::actors::Pool;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

const NO_FACTOR: &str =
    "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.";
const OFF_WITH_FACTOR: &str = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.";

/// Sets the configuration; what Get answers is what Set did.
async fn set(pool: &Pool, config: Value) -> Value {
    let answer = pool.call("SetUserPoolMfaConfig", config).await.ok();
    assert_eq!(pool.call("GetUserPoolMfaConfig", json!({})).await.ok(), answer);
    answer
}

fn sms() -> Value {
    json!({ "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" })
}

scenario! {
    async fn a_pool_without_mfa_says_so_and_nothing_else(lab: Lab) {
        let pool = lab.pool().await;
        let off = json!({ "MfaConfiguration": "OFF" });
        assert_eq!(pool.call("GetUserPoolMfaConfig", json!({})).await.ok(), off);
        assert_eq!(set(&pool, off.clone()).await, off);
    }

    async fn authenticator_apps_are_a_factor(lab: Lab) {
        let pool = lab.pool().await;
        for mode in ["ON", "OPTIONAL"] {
            let totp = json!({ "SoftwareTokenMfaConfiguration": { "Enabled": true }, "MfaConfiguration": mode });
            assert_eq!(set(&pool, totp).await, json!({
                "SoftwareTokenMfaConfiguration": { "Enabled": true }, "MfaConfiguration": mode,
                "WebAuthnConfiguration": { "FactorConfiguration": "SINGLE_FACTOR" }
            }));
            let described = pool.call("DescribeUserPool", json!({})).await.ok();
            assert_eq!(described["UserPool"]["MfaConfiguration"], mode);
        }
        // An update of the pool leaves MFA as it is, unless it says otherwise.
        pool.call("UpdateUserPool", json!({})).await.ok();
        assert_eq!(pool.call("GetUserPoolMfaConfig", json!({})).await.ok()["MfaConfiguration"], "OPTIONAL");
        pool.call("UpdateUserPool", json!({ "MfaConfiguration": "OFF" })).await.ok();
        let off = json!({ "MfaConfiguration": "OFF" });
        assert_eq!(pool.call("GetUserPoolMfaConfig", json!({})).await.ok(), off);
    }

    async fn sms_is_a_factor_with_a_way_to_send_it(lab: Lab) {
        let pool = lab.pool().await;
        let without_sender = json!({ "MfaConfiguration": "ON", "SmsMfaConfiguration": {} });
        pool.call("SetUserPoolMfaConfig", without_sender).await
            .fault("InvalidParameterException", "SmsConfiguration is required to use SMS as a factor.");
        let both_or_none = json!({ "MfaConfiguration": "ON", "SmsMfaConfiguration": { "SmsConfiguration": {} } });
        pool.call("SetUserPoolMfaConfig", both_or_none).await
            .fault("InvalidParameterException", "SmsConfiguration takes either SnsCallerArn or EumsSms.");
        let config = json!({ "SmsAuthenticationMessage": "Code {####}", "SmsConfiguration": sms() });
        assert_eq!(set(&pool, json!({ "MfaConfiguration": "ON", "SmsMfaConfiguration": config })).await, json!({
            "SmsMfaConfiguration": config, "MfaConfiguration": "ON",
            "WebAuthnConfiguration": { "FactorConfiguration": "SINGLE_FACTOR" }
        }));
        let described = pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"].take();
        assert_eq!(described["SmsConfiguration"], sms());
        assert_eq!(described["SmsAuthenticationMessage"], "Code {####}");
    }

    async fn create_user_pool_turns_sms_on(lab: Lab) {
        let pool = lab.pool_with(json!({
            "MfaConfiguration": "OPTIONAL", "AutoVerifiedAttributes": ["phone_number"], "SmsConfiguration": sms()
        })).await;
        assert_eq!(pool.call("GetUserPoolMfaConfig", json!({})).await.ok(), json!({
            "SmsMfaConfiguration": { "SmsConfiguration": sms() }, "MfaConfiguration": "OPTIONAL",
            "WebAuthnConfiguration": { "FactorConfiguration": "SINGLE_FACTOR" }
        }));
    }

    async fn mail_is_a_factor_where_the_pool_has_its_own_sender(lab: Lab) {
        let pool = lab.pool().await;
        let mail = json!({ "Message": "Code {####}", "Subject": "Code" });
        let config = json!({ "MfaConfiguration": "ON", "EmailMfaConfiguration": mail });
        pool.call("SetUserPoolMfaConfig", config.clone()).await.fault(
            "InvalidParameterException",
            "EmailConfiguration with EmailSendingAccount DEVELOPER is required to use email as a factor.",
        );
        let sender = json!({
            "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com"
        });
        pool.call("UpdateUserPool", json!({ "EmailConfiguration": sender })).await.ok();
        assert_eq!(set(&pool, config).await["EmailMfaConfiguration"], mail);
        pool.call("UpdateUserPool", json!({ "UserPoolTier": "LITE" })).await.fault(
            "FeatureUnavailableInTierException",
            "Email MFA is not available in the feature plan of the user pool.",
        );
    }

    async fn passkeys_are_configured_with_and_without_mfa(lab: Lab) {
        let pool = lab.pool().await;
        let config = json!({ "RelyingPartyId": "example.com", "UserVerification": "required" });
        let told = json!({
            "RelyingPartyId": "example.com", "UserVerification": "required", "FactorConfiguration": "SINGLE_FACTOR"
        });
        let answer = set(&pool, json!({ "MfaConfiguration": "OFF", "WebAuthnConfiguration": config })).await;
        assert_eq!(answer, json!({ "MfaConfiguration": "OFF", "WebAuthnConfiguration": told }));
        pool.call("UpdateUserPool", json!({ "MfaConfiguration": "OFF" })).await.ok();
        assert_eq!(pool.call("GetUserPoolMfaConfig", json!({})).await.ok(), answer);
        pool.call("SetUserPoolMfaConfig", json!({ "MfaConfiguration": "ON", "WebAuthnConfiguration": config })).await
            .fault("InvalidParameterException", NO_FACTOR);
    }

    async fn what_a_call_leaves_out_is_off(lab: Lab) {
        let pool = lab.pool().await;
        let totp = json!({ "Enabled": true });
        set(&pool, json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": totp })).await;
        pool.call("SetUserPoolMfaConfig", json!({ "SoftwareTokenMfaConfiguration": totp })).await
            .fault("InvalidParameterException", OFF_WITH_FACTOR);
        let with_sms = json!({ "MfaConfiguration": "ON", "SmsMfaConfiguration": { "SmsConfiguration": sms() } });
        assert_eq!(set(&pool, with_sms).await.get("SoftwareTokenMfaConfiguration"), None);
        assert_eq!(set(&pool, json!({})).await, json!({ "MfaConfiguration": "OFF" }));
    }

    async fn a_mode_without_a_factor_and_a_factor_without_a_mode_are_refused(lab: Lab) {
        let pool = lab.pool().await;
        for mode in ["ON", "OPTIONAL"] {
            for factors in [json!({}), json!({ "SoftwareTokenMfaConfiguration": { "Enabled": false } })] {
                let mut config = factors;
                config["MfaConfiguration"] = mode.into();
                pool.call("SetUserPoolMfaConfig", config).await.fault("InvalidParameterException", NO_FACTOR);
            }
        }
        for factor in [
            json!({ "SoftwareTokenMfaConfiguration": { "Enabled": false } }),
            json!({ "SmsMfaConfiguration": { "SmsConfiguration": sms() } }),
            json!({ "EmailMfaConfiguration": {} }),
        ] {
            let mut config = factor;
            config["MfaConfiguration"] = "OFF".into();
            pool.call("SetUserPoolMfaConfig", config).await.fault("InvalidParameterException", OFF_WITH_FACTOR);
        }
        assert_eq!(pool.call("GetUserPoolMfaConfig", json!({})).await.ok(), json!({ "MfaConfiguration": "OFF" }));
    }
}
