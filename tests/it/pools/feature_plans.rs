//! What each feature plan has.

use poolhouse_tests::scenario;
use serde_json::json;

fn lacks(feature: &str) -> String {
    format!("{feature} is not available in the feature plan of the user pool.")
}

scenario! {
    async fn a_lite_pool_has_no_feature_of_a_higher_plan(lab: Lab) {
        let lambda = "arn:aws:lambda:us-east-1:000000000000:function:tokens";
        let cases = [
            (json!({ "Policies": { "PasswordPolicy": { "PasswordHistorySize": 1 } } }), "Password history"),
            (
                json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } } }),
                "Choice-based sign-in",
            ),
            (
                json!({ "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": lambda } } }),
                "Access token customization",
            ),
            (json!({ "DcrConfiguration": {} }), "Dynamic client registration"),
            (json!({ "AcrConfiguration": { "Level1": { "AcrValue": "urn:one" } } }), "Step-up authentication"),
            (json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } }), "Threat protection"),
        ];
        let pool = lab.pool_with(json!({ "UserPoolTier": "LITE" })).await;
        for (mut settings, feature) in cases {
            pool.call("UpdateUserPool", settings.clone()).await.fault("FeatureUnavailableInTierException", &lacks(feature));
            settings["PoolName"] = "pool".into();
            settings["UserPoolTier"] = "LITE".into();
            lab.admin().call("CreateUserPool", settings).await
                .fault("FeatureUnavailableInTierException", &lacks(feature));
        }
        for (settings, feature) in [
            (json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] }), "Choice-based sign-in"),
            (json!({ "RefreshTokenRotation": { "Feature": "ENABLED" } }), "Refresh token rotation"),
        ] {
            let mut settings = settings;
            settings["ClientName"] = "client".into();
            pool.call("CreateUserPoolClient", settings).await.fault("FeatureUnavailableInTierException", &lacks(feature));
        }
        pool.call("SetUserPoolMfaConfig", json!({ "WebAuthnConfiguration": { "RelyingPartyId": "example.com" } })).await
            .fault("FeatureUnavailableInTierException", &lacks("Passkey sign-in"));
    }

    async fn threat_protection_needs_plus(lab: Lab) {
        let pool = lab.pool().await;
        for mode in ["AUDIT", "ENFORCED"] {
            pool.call("UpdateUserPool", json!({ "UserPoolAddOns": { "AdvancedSecurityMode": mode } })).await
                .fault("FeatureUnavailableInTierException", &lacks("Threat protection"));
        }
        let plus = json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" } });
        pool.call("UpdateUserPool", plus).await.ok();
        // Left out, threat protection is off, and the lower plan is enough.
        pool.call("UpdateUserPool", json!({ "UserPoolTier": "ESSENTIALS" })).await.ok();
    }

    async fn a_plan_is_not_lowered_under_what_the_pool_keeps(lab: Lab) {
        let lite = json!({ "UserPoolTier": "LITE" });
        let registering = lab.pool_with(json!({ "DcrConfiguration": {} })).await;
        registering.call("UpdateUserPool", lite.clone()).await
            .fault("FeatureUnavailableInTierException", &lacks("Dynamic client registration"));
        let disabled = json!({ "UserPoolTier": "LITE", "DcrConfiguration": { "EnableStatus": "Disabled" } });
        registering.call("UpdateUserPool", disabled).await.ok();

        let choice = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
        let choosing = lab.pool_with(json!({ "Policies": choice })).await;
        choosing.call("UpdateUserPool", json!({ "UserPoolTier": "LITE", "Policies": choice })).await
            .fault("FeatureUnavailableInTierException", &lacks("Choice-based sign-in"));
        choosing.call("UpdateUserPool", lite.clone()).await.ok();

        let passkeys = lab.pool().await;
        let relying_party = json!({ "WebAuthnConfiguration": { "RelyingPartyId": "example.com" } });
        passkeys.call("SetUserPoolMfaConfig", relying_party).await.ok();
        passkeys.call("UpdateUserPool", lite).await
            .fault("FeatureUnavailableInTierException", &lacks("Passkey sign-in"));
    }
}
