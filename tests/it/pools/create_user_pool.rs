//! CreateUserPool and DescribeUserPool.

use poolhouse_tests::lab::{Lab, REGION};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

/// Asserts that CreateUserPool refuses these members.
async fn assert_refused(lab: &Lab, settings: Value, message: &str) {
    let mut input = json!({ "PoolName": "pool" });
    input
        .as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    let reply = lab.admin().call("CreateUserPool", input.clone()).await;
    assert_eq!(
        reply.error(),
        ("InvalidParameterException".to_owned(), message.to_owned()),
        "{input}"
    );
}

scenario! {
    async fn a_new_pool_has_all_the_defaults(lab: Lab) {
        let mut pool = lab.admin().call("CreateUserPool", json!({ "PoolName": "My pool" })).await.ok()["UserPool"].take();
        let id = pool["Id"].as_str().unwrap().to_owned();
        let (region, name) = id.split_once('_').unwrap();
        assert_eq!(region, REGION);
        assert!(name.len() == 9 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        assert_eq!(pool["SchemaAttributes"].take().as_array().unwrap().len(), 20);
        let now = pool["CreationDate"].clone();
        assert!(now.is_number());
        assert_eq!(pool, json!({
            "Id": id,
            "Name": "My pool",
            "AcrConfiguration": {
                "Level1": { "AcrValue": "urn:cognito:loa:1" }, "Level2": { "AcrValue": "urn:cognito:loa:2" },
                "Level3": { "AcrValue": "urn:cognito:loa:3" }, "Level4": { "AcrValue": "urn:cognito:loa:4" }
            },
            "Policies": {
                "PasswordPolicy": {
                    "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
                    "RequireSymbols": true, "TemporaryPasswordValidityDays": 7
                },
                "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] }
            },
            "DeletionProtection": "INACTIVE",
            "LambdaConfig": {},
            "LastModifiedDate": now,
            "CreationDate": now,
            "SchemaAttributes": null,
            "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_CODE" },
            "MfaConfiguration": "OFF",
            "EstimatedNumberOfUsers": 0,
            "EmailConfiguration": { "EmailSendingAccount": "COGNITO_DEFAULT" },
            "UserPoolTags": {},
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7 },
            "Arn": format!("arn:aws:cognito-idp:{REGION}:{}:userpool/{id}", lab.account_id()),
            "UserPoolTier": "ESSENTIALS",
            "IssuerConfiguration": { "Type": "ORIGINAL" },
            "KeyConfiguration": { "KeyType": "AWS_OWNED_KEY" }
        }));
    }

    async fn describing_a_pool_answers_what_creating_it_did(lab: Lab) {
        let lambda = "arn:aws:lambda:us-east-1:000000000000:function:tokens";
        let settings = json!({
            "PoolName": "pool",
            "Policies": {
                "PasswordPolicy": {
                    "MinimumLength": 12, "RequireUppercase": false, "RequireLowercase": true, "RequireNumbers": false,
                    "RequireSymbols": false, "PasswordHistorySize": 3, "TemporaryPasswordValidityDays": 2
                },
                "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] }
            },
            "DeletionProtection": "ACTIVE",
            "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": lambda } },
            "AutoVerifiedAttributes": ["email", "phone_number"],
            "AliasAttributes": ["email", "preferred_username"],
            "SmsAuthenticationMessage": "Sign in with {####}",
            "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
            "MfaConfiguration": "OPTIONAL",
            "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true },
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
                "ReplyToEmailAddress": "b@example.com", "From": "House <a@example.com>", "ConfigurationSet": "set"
            },
            "SmsConfiguration": {
                "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x", "SnsRegion": "us-east-1"
            },
            "UserPoolTags": { "team": "blue", "empty": "" },
            "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
            "UsernameConfiguration": { "CaseSensitive": false },
            "AccountRecoverySetting": { "RecoveryMechanisms": [
                { "Priority": 1, "Name": "verified_email" }, { "Priority": 2, "Name": "verified_phone_number" }
            ] },
            "UserPoolTier": "PLUS",
            "IssuerConfiguration": { "Type": "UPDATED" },
            "AcrConfiguration": { "Level2": { "AcrValue": "urn:example:two" } },
            "DcrConfiguration": { "OpenDcrEnabled": false }
        });
        let created = lab.admin().call("CreateUserPool", settings.clone()).await.ok()["UserPool"].take();
        for (member, value) in settings.as_object().unwrap() {
            match member.as_str() {
                "PoolName" => assert_eq!(created["Name"], *value),
                // Both spellings of the trigger are told.
                "LambdaConfig" => assert_eq!(created["LambdaConfig"], json!({
                    "PreTokenGeneration": lambda, "PreTokenGenerationConfig": value["PreTokenGenerationConfig"]
                })),
                "DcrConfiguration" => {
                    assert_eq!(created[member], json!({ "OpenDcrEnabled": false, "EnableStatus": "Enabled" }));
                }
                // Levels without a name of their own are told by default.
                "AcrConfiguration" => {
                    assert_eq!(created[member]["Level1"], json!({ "AcrValue": "urn:cognito:loa:1" }));
                    assert_eq!(created[member]["Level2"], value["Level2"]);
                }
                _ => assert_eq!(created[member], *value, "{member}"),
            }
        }
        assert_eq!(created["AdminCreateUserConfig"]["UnusedAccountValidityDays"], 2);
        let described = lab.admin().call("DescribeUserPool", json!({ "UserPoolId": created["Id"] })).await.ok();
        assert_eq!(described["UserPool"], created);
    }

    async fn a_pool_with_some_password_rules_has_only_those(lab: Lab) {
        let rules = json!({ "RequireNumbers": true, "TemporaryPasswordValidityDays": 0 });
        let pool = lab.pool_with(json!({ "Policies": { "PasswordPolicy": rules } })).await;
        let described = pool.call("DescribeUserPool", json!({})).await.ok();
        assert_eq!(described["UserPool"]["Policies"]["PasswordPolicy"], json!({
            "MinimumLength": 8, "RequireUppercase": false, "RequireLowercase": false, "RequireNumbers": true,
            "RequireSymbols": false, "TemporaryPasswordValidityDays": 7
        }));
    }

    async fn the_number_of_users_is_told(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        client.confirmed_user("bob").await;
        let described = client.pool.call("DescribeUserPool", json!({})).await.ok();
        assert_eq!(described["UserPool"]["EstimatedNumberOfUsers"], 2);
    }

    async fn a_temporary_password_lasts_as_long_as_one_of_two_places_says(lab: Lab) {
        let pool = lab.pool_with(json!({ "AdminCreateUserConfig": { "UnusedAccountValidityDays": 3 } })).await;
        let described = pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"].take();
        assert_eq!(described["AdminCreateUserConfig"]["UnusedAccountValidityDays"], 3);
        assert_eq!(described["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"], 3);
        let both = json!({
            "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 3 } },
            "AdminCreateUserConfig": { "UnusedAccountValidityDays": 3 }
        });
        assert_refused(
            &lab, both,
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
        ).await;
    }

    async fn settings_that_contradict_each_other_are_refused(lab: Lab) {
        let lambda = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
        let cases = [
            (
                json!({ "AliasAttributes": ["email"], "UsernameAttributes": ["email"] }),
                "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
            ),
            (
                json!({ "MfaConfiguration": "ON" }),
                "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
            ),
            (
                json!({ "MfaConfiguration": "OPTIONAL", "AutoVerifiedAttributes": ["phone_number"] }),
                "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
            ),
            (
                json!({ "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] } }),
                "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
            ),
            (
                json!({ "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" } }),
                "SourceArn is required when EmailSendingAccount is DEVELOPER.",
            ),
            (
                json!({ "SmsConfiguration": {} }),
                "SmsConfiguration takes either SnsCallerArn or EumsSms.",
            ),
            (
                json!({ "SmsConfiguration": { "SnsCallerArn": "" } }),
                "SmsConfiguration takes either SnsCallerArn or EumsSms.",
            ),
            (
                json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["EMAIL_OTP"] } } }),
                "Password should be configured as one of the allowed first auth factors.",
            ),
            (
                json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "SOFTWARE_TOKEN"] } } }),
                "SOFTWARE_TOKEN is not allowed as a first auth factor.",
            ),
            (
                json!({ "LambdaConfig": {
                    "PreTokenGeneration": lambda("one"),
                    "PreTokenGenerationConfig": { "LambdaVersion": "V1_0", "LambdaArn": lambda("two") }
                } }),
                "PreTokenGeneration and PreTokenGenerationConfig must name the same Lambda function.",
            ),
            (
                json!({ "LambdaConfig": { "CustomEmailSender": { "LambdaVersion": "V1_0", "LambdaArn": lambda("one") } } }),
                "KMSKeyID is required when a custom email sender or a custom SMS sender is configured.",
            ),
            (
                json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [
                    { "Priority": 1, "Name": "admin_only" }, { "Priority": 2, "Name": "verified_email" }
                ] } }),
                "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.",
            ),
            (
                json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [
                    { "Priority": 1, "Name": "verified_email" }, { "Priority": 1, "Name": "verified_phone_number" }
                ] } }),
                "Account Recovery Setting cannot have two recovery mechanisms of the same name or priority.",
            ),
            (
                json!({ "AcrConfiguration": { "Level1": { "AcrValue": "urn:cognito:loa:2" } } }),
                "The names in AcrConfiguration must be unique across all levels, including default names.",
            ),
            (
                json!({ "KeyConfiguration": { "KeyType": "CUSTOMER_MANAGED_KEY" } }),
                "Customer managed keys are not available: the pool's secrets are sealed under the server's master key.",
            ),
        ];
        for (settings, message) in cases {
            assert_refused(&lab, settings, message).await;
        }
        assert_eq!(lab.admin().call("ListUserPools", json!({ "MaxResults": 10 })).await.ok(), json!({ "UserPools": [] }));
    }

    async fn what_the_model_forbids_is_told_all_at_once(lab: Lab) {
        assert_refused(
            &lab,
            json!({
                "PoolName": "a/b",
                "DeletionProtection": "MAYBE",
                "Policies": { "PasswordPolicy": { "MinimumLength": 5, "PasswordHistorySize": 25 } }
            }),
            "4 validation errors detected: Value 'a/b' at 'poolName' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [\\w\\s+=,.@-]+; Value '5' at 'policies.passwordPolicy.minimumLength' failed to \
             satisfy constraint: Member must have value greater than or equal to 6; Value '25' at \
             'policies.passwordPolicy.passwordHistorySize' failed to satisfy constraint: Member must have value less than \
             or equal to 24; Value 'MAYBE' at 'deletionProtection' failed to satisfy constraint: Member must satisfy enum \
             value set: [ACTIVE, INACTIVE]",
        ).await;
        assert_refused(
            &lab, json!({ "AcrConfiguration": { "Level5": { "AcrValue": "urn:x" } } }),
            "1 validation error detected: Value '{Level5={\"AcrValue\":\"urn:x\"}}' at 'acrConfiguration' failed to satisfy \
             constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: Level[1-4], \
             Member must not be null]",
        ).await;
    }

    async fn an_unknown_pool_does_not_exist(lab: Lab) {
        let reply = lab.admin().call("DescribeUserPool", json!({ "UserPoolId": "us-east-1_nobody000" })).await;
        reply.fault("ResourceNotFoundException", "User pool us-east-1_nobody000 does not exist.");
    }
}
