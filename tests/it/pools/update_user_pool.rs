//! UpdateUserPool.

use poolhouse_tests::actors::{PASSWORD, Pool};
use poolhouse_tests::clock::minutes;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn described(pool: &Pool) -> Value {
    pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"].take()
}

scenario! {
    async fn what_an_update_leaves_out_goes_back_to_its_default(lab: Lab) {
        let pool = lab.pool_with(json!({
            "PoolName": "named",
            "DeletionProtection": "ACTIVE",
            "LambdaConfig": { "PreSignUp": "arn:aws:lambda:us-east-1:000000000000:function:sign-up" },
            "AutoVerifiedAttributes": ["email"],
            "SmsVerificationMessage": "Verify with {####}",
            "EmailVerificationMessage": "Verify with {####}",
            "EmailVerificationSubject": "Verify",
            "SmsAuthenticationMessage": "Sign in with {####}",
            "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true },
            "EmailConfiguration": { "ReplyToEmailAddress": "a@example.com" },
            "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" },
            "UserPoolTags": { "team": "blue" },
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
            "UserPoolAddOns": { "AdvancedSecurityMode": "OFF" },
            "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Priority": 1, "Name": "verified_email" }] },
            "IssuerConfiguration": { "Type": "UPDATED" },
            "AcrConfiguration": { "Level1": { "AcrValue": "urn:one" } }
        })).await;
        lab.clock.advance(minutes(1));
        let before = described(&pool).await;
        assert_eq!(pool.call("UpdateUserPool", json!({})).await.ok(), json!({}));
        let plain = described(&lab.pool_with(json!({ "PoolName": "named" })).await).await;
        let mut after = described(&pool).await;
        assert_eq!(after["CreationDate"], before["CreationDate"]);
        assert_eq!(after["LastModifiedDate"], plain["CreationDate"]);
        for member in ["Id", "Arn", "CreationDate"] {
            after[member] = plain[member].clone();
        }
        assert_eq!(after, plain);
    }

    async fn an_update_keeps_names_plan_and_registration_and_resets_the_policies(lab: Lab) {
        let pool = lab.pool_with(json!({
            "PoolName": "named",
            "Policies": {
                "PasswordPolicy": { "MinimumLength": 20, "TemporaryPasswordValidityDays": 3 },
                "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] }
            },
            "AliasAttributes": ["email"],
            "UsernameConfiguration": { "CaseSensitive": false },
            "Schema": [{ "Name": "email", "Required": true }, { "Name": "role", "AttributeDataType": "String" }],
            "UserPoolTier": "PLUS",
            "DcrConfiguration": { "EnableStatus": "Enabled" }
        })).await;
        let mut kept = described(&pool).await;
        pool.call("UpdateUserPool", json!({})).await.ok();
        let defaults = json!({
            "PasswordPolicy": {
                "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
                "RequireSymbols": true, "TemporaryPasswordValidityDays": 7
            },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] }
        });
        kept["Policies"] = defaults;
        kept["AdminCreateUserConfig"]["UnusedAccountValidityDays"] = json!(7);
        assert_eq!(described(&pool).await, kept);

        let rules = json!({ "MinimumLength": 10 });
        pool.call("UpdateUserPool", json!({ "PoolName": "renamed", "Policies": { "PasswordPolicy": rules } })).await.ok();
        let after = described(&pool).await;
        assert_eq!(after["Name"], "renamed");
        assert_eq!(after["Policies"], json!({
            "PasswordPolicy": {
                "MinimumLength": 10, "RequireUppercase": false, "RequireLowercase": false, "RequireNumbers": false,
                "RequireSymbols": false, "TemporaryPasswordValidityDays": 7
            },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] }
        }));
        assert_eq!(after["AdminCreateUserConfig"]["UnusedAccountValidityDays"], 7);
    }

    async fn attributes_to_verify_before_an_update_are_reset_and_must_be_verified_at_all(lab: Lab) {
        let settings = json!({ "AttributesRequireVerificationBeforeUpdate": ["email"] });
        let pool = lab.pool_with(json!({
            "AutoVerifiedAttributes": ["email"], "UserAttributeUpdateSettings": settings
        })).await;
        pool.call("UpdateUserPool", json!({ "UserAttributeUpdateSettings": settings })).await.fault(
            "InvalidParameterException",
            "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
        );
        pool.call("UpdateUserPool", json!({ "AutoVerifiedAttributes": ["email"] })).await.ok();
        assert!(described(&pool).await.get("UserAttributeUpdateSettings").is_none());
        let none = json!({ "AttributesRequireVerificationBeforeUpdate": [] });
        pool.call("UpdateUserPool", json!({ "UserAttributeUpdateSettings": none })).await.ok();
        assert_eq!(described(&pool).await["UserAttributeUpdateSettings"], none);
    }

    async fn an_update_holds_for_the_next_request(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.sign_up("alice", PASSWORD, json!({})).await.ok();
        let closed = json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } });
        client.pool.call("UpdateUserPool", closed).await.ok();
        client.sign_up("bob", PASSWORD, json!({})).await
            .fault("NotAuthorizedException", "SignUp is not permitted for this user pool");
        let rules = json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 30 } } });
        client.pool.call("UpdateUserPool", rules).await.ok();
        client.sign_up("bob", PASSWORD, json!({})).await
            .fault("InvalidPasswordException", "Password did not conform with policy: Password not long enough");
    }

    async fn a_refused_update_changes_nothing(lab: Lab) {
        let pool = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await;
        let before = described(&pool).await;
        lab.clock.advance(minutes(1));
        pool.call("UpdateUserPool", json!({ "PoolName": "other", "MfaConfiguration": "ON" })).await.fault(
            "InvalidParameterException",
            "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
        );
        assert_eq!(described(&pool).await, before);
    }

    async fn updates_that_race_never_mix(lab: Lab) {
        let pool = lab.pool().await;
        for round in 0..4 {
            let update = |name: &str, length: i32| {
                let input = json!({
                    "PoolName": format!("{name}{round}"), "Policies": { "PasswordPolicy": { "MinimumLength": length } }
                });
                let pool = pool.clone();
                tokio::spawn(async move { pool.call("UpdateUserPool", input).await })
            };
            let (one, two) = tokio::join!(update("one", 10), update("two", 20));
            let replies = [one.unwrap(), two.unwrap()];
            let failed: Vec<_> = replies.iter().filter(|reply| !reply.status.is_success()).collect();
            assert!(failed.len() < 2, "{failed:?}");
            for reply in failed {
                reply.fault(
                    "ConcurrentModificationException",
                    "Another request is changing the same resource. Try again.",
                );
            }
            let after = described(&pool).await;
            let length = if after["Name"] == format!("one{round}") { 10 } else { 20 };
            assert_eq!(after["Policies"]["PasswordPolicy"]["MinimumLength"], length);
        }
    }
}
