//! Passkeys as all factors at once: WebAuthnMfaSettings, and the pools that allow it.

use poolhouse_tests::actors::{Pool, SignedIn};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::registered;

const TOTP: &str = "SoftwareTokenMfaConfiguration";

/// The passkey configuration under which a passkey that verifies its user is all factors.
fn multi_factor() -> Value {
    json!({ "RelyingPartyId": "localhost", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" })
}

async fn configured(lab: &Lab, factors: &[&str], configuration: Value, mode: &str) -> (Pool, Value) {
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": factors } });
    let pool = lab.pool_with(json!({ "Policies": policies })).await;
    let input = json!({
        TOTP: { "Enabled": true }, "MfaConfiguration": mode, "WebAuthnConfiguration": configuration,
        "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
    });
    (pool, input)
}

/// Somebody with a phone and a passkey, in a pool where a passkey may be all factors.
async fn alice(lab: &Lab) -> SignedIn {
    let (pool, input) = configured(lab, &["PASSWORD", "WEB_AUTHN"], multi_factor(), "OPTIONAL").await;
    pool.call("SetUserPoolMfaConfig", input).await.ok();
    let phone = json!({ "phone_number": "+12345671234" });
    let alice = pool
        .client()
        .await
        .confirmed_user_with("alice", phone)
        .await
        .sign_in()
        .await;
    registered(&alice).await;
    alice
}

async fn factors(user: &SignedIn) -> (Value, Value) {
    let mut factors = user.call("GetUserAuthFactors", json!({})).await.ok();
    (
        factors["UserMFASettingList"].take(),
        factors["ConfiguredUserAuthFactors"].take(),
    )
}

scenario! {
    async fn a_passkey_counts_as_all_factors_when_its_user_says_so(lab: Lab) {
        let alice = alice(&lab).await;
        let prefer = async |settings: Value| alice.call("SetUserMFAPreference", settings).await;
        assert_eq!(factors(&alice).await, (Value::Null, json!(["PASSWORD", "WEB_AUTHN"])));
        prefer(json!({ "WebAuthnMfaSettings": { "Enabled": true } })).await.fault(
            "InvalidParameterException",
            "Invalid MFA preference given, WEB_AUTHN needs another factor that is enabled.",
        );
        prefer(json!({ "SMSMfaSettings": { "Enabled": true } })).await.ok();
        assert_eq!(factors(&alice).await, (json!(["SMS_MFA"]), json!(["PASSWORD"])));
        let both = (json!(["SMS_MFA", "WEB_AUTHN_MFA"]), json!(["PASSWORD", "WEB_AUTHN"]));
        let passkey = json!({ "WebAuthnMfaSettings": { "Enabled": true } });
        alice.user.admin_call("AdminSetUserMFAPreference", passkey.clone()).await.ok();
        assert_eq!(factors(&alice).await, both);
        assert_eq!(alice.get_user().await.ok()["UserMFASettingList"], both.0);
        prefer(json!({ "WebAuthnMfaSettings": { "Enabled": false } })).await.ok();
        assert_eq!(factors(&alice).await.0, json!(["SMS_MFA"]));
        prefer(passkey).await.ok();
        prefer(json!({ "SMSMfaSettings": { "Enabled": false } })).await.ok();
        assert_eq!(factors(&alice).await, (Value::Null, json!(["PASSWORD", "WEB_AUTHN"])));
        prefer(json!({ "SMSMfaSettings": { "Enabled": true }, "WebAuthnMfaSettings": { "Enabled": true } })).await.ok();
        assert_eq!(factors(&alice).await, both);
    }

    async fn pools_that_require_mfa_take_passkeys_only_as_all_factors(lab: Lab) {
        let single = json!({ "RelyingPartyId": "localhost" });
        let by_passkey = ["PASSWORD", "WEB_AUTHN"];
        let (pool, input) = configured(&lab, &by_passkey, single.clone(), "ON").await;
        pool.call("SetUserPoolMfaConfig", input).await.fault(
            "InvalidParameterException",
            "Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed \
             first auth factor",
        );
        let (pool, input) = configured(&lab, &by_passkey, single.clone(), "OPTIONAL").await;
        pool.call("SetUserPoolMfaConfig", input).await.ok();
        let (pool, input) = configured(&lab, &by_passkey, multi_factor(), "ON").await;
        pool.call("SetUserPoolMfaConfig", input).await.ok();

        let (pool, input) = configured(&lab, &["PASSWORD"], single, "ON").await;
        pool.call("SetUserPoolMfaConfig", input).await.ok();
        let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": by_passkey } });
        pool.call("UpdateUserPool", json!({ "Policies": policies })).await.fault(
            "InvalidParameterException",
            "WEB_AUTHN cannot be used as an auth factor when MFA is enabled if not configured for MFA.",
        );
    }

    async fn pools_that_require_mfa_take_no_codes_as_first_factors(lab: Lab) {
        for code in ["EMAIL_OTP", "SMS_OTP"] {
            let refusal = "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is \
                           enabled";
            let (pool, input) = configured(&lab, &["PASSWORD", code], multi_factor(), "ON").await;
            pool.call("SetUserPoolMfaConfig", input).await.fault("InvalidParameterException", refusal);
            let (pool, input) = configured(&lab, &["PASSWORD", code], multi_factor(), "OPTIONAL").await;
            pool.call("SetUserPoolMfaConfig", input).await.ok();
        }
    }

    async fn a_relying_party_must_be_a_domain(lab: Lab) {
        let pool = lab.pool().await;
        for id in ["Example.com", "https://example.com", "192.0.2.1", "com", "example.com:443"] {
            pool.call("SetUserPoolMfaConfig", json!({ "WebAuthnConfiguration": { "RelyingPartyId": id } })).await
                .fault("InvalidParameterException", "Invalid relying party ID.");
        }
        assert_eq!(pool.call("GetUserPoolMfaConfig", json!({})).await.ok(), json!({ "MfaConfiguration": "OFF" }));
    }
}
