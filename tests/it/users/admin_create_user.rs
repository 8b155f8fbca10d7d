use poolhouse_tests::actors::{PASSWORD, Tokens, attributes};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{create, create_with};

scenario! {
    async fn a_new_user_is_described_in_full(lab: Lab) {
        let pool = lab.pool().await;
        let output = create(&pool, "Alice", json!({ "name": "Alice", "email": "alice@example.com", "email_verified": "true" }))
            .await
            .ok();
        let sub = output["User"]["Attributes"][0]["Value"].as_str().unwrap();
        assert_eq!(sub.len(), 36);
        let expected = json!({ "User": {
            "Username": "Alice",
            "Attributes": [
                { "Name": "sub", "Value": sub },
                { "Name": "email", "Value": "alice@example.com" },
                { "Name": "email_verified", "Value": "true" },
                { "Name": "name", "Value": "Alice" },
            ],
            "UserCreateDate": output["User"]["UserCreateDate"],
            "UserLastModifiedDate": output["User"]["UserCreateDate"],
            "Enabled": true,
            "UserStatus": "FORCE_CHANGE_PASSWORD",
        } });
        assert_eq!(output, expected);
        assert_eq!(output["User"]["UserCreateDate"].as_f64(), Some(1_800_000_000.0));
    }

    async fn the_temporary_password_lets_in_to_choose_another(lab: Lab) {
        let client = lab.pool().await.client().await;
        create_with(&client.pool, "alice", json!({}), json!({ "TemporaryPassword": "Temporary-1" })).await.ok();
        client.sign_in("alice", PASSWORD).await.fault("NotAuthorizedException", "Incorrect username or password.");
        let challenge = client.sign_in("alice", "Temporary-1").await.ok();
        assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        let session = challenge["Session"].as_str().unwrap();
        let responses = json!({ "USERNAME": "alice", "NEW_PASSWORD": PASSWORD });
        Tokens::of(&client.respond("NEW_PASSWORD_REQUIRED", session, responses).await.ok());
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
    }

    async fn a_temporary_password_keeps_the_policy(lab: Lab) {
        let pool = lab.pool().await;
        for (password, reason) in [
            ("Short-1", "Password not long enough"),
            ("TEMPORARY-1", "Password must have lowercase characters"),
            ("temporary-1", "Password must have uppercase characters"),
            ("Temporary-", "Password must have numeric characters"),
            ("Temporary1", "Password must have symbol characters"),
        ] {
            create_with(&pool, "alice", json!({}), json!({ "TemporaryPassword": password }))
                .await
                .fault("InvalidPasswordException", &format!("Password did not conform with policy: {reason}"));
        }
        pool.call("AdminGetUser", json!({ "Username": "alice" }))
            .await
            .fault("UserNotFoundException", "User does not exist.");
    }

    async fn a_name_is_given_once(lab: Lab) {
        let pool = lab.pool().await;
        create(&pool, "alice", json!({})).await.ok();
        create(&pool, "alice", json!({})).await.fault("UsernameExistsException", "User account already exists");
        create(&pool, "Alice", json!({})).await.ok();
        let sensitive = json!({ "UsernameConfiguration": { "CaseSensitive": false } });
        let pool = lab.pool_with(sensitive).await;
        assert_eq!(create(&pool, "Alice", json!({})).await.ok()["User"]["Username"], "alice");
        create(&pool, "ALICE", json!({})).await.fault("UsernameExistsException", "User account already exists");
    }

    async fn of_administrators_who_race_for_a_name_one_gets_it(lab: Lab) {
        let pool = lab.pool().await;
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move { create(&pool, "alice", json!({})).await })
            })
            .collect();
        let mut created = 0;
        for task in tasks {
            let reply = task.await.unwrap();
            if reply.status == 200 {
                created += 1;
            } else {
                reply.fault("UsernameExistsException", "User account already exists");
            }
        }
        assert_eq!(created, 1);
    }

    async fn required_attributes_are_asked_for_at_the_first_sign_in(lab: Lab) {
        let schema = json!([{ "Name": "email", "Required": true }, { "Name": "name", "Required": true }]);
        let client = lab.pool_with(json!({ "Schema": schema })).await.client().await;
        create_with(&client.pool, "alice", json!({ "name": "Alice" }), json!({ "TemporaryPassword": "Temporary-1" }))
            .await
            .ok();
        let challenge = client.sign_in("alice", "Temporary-1").await.ok();
        assert_eq!(challenge["ChallengeParameters"]["requiredAttributes"], r#"["userAttributes.email"]"#);
    }

    async fn attributes_conform_to_the_schema(lab: Lab) {
        let schema = json!([
            { "Name": "rank", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MaxValue": "9" } },
            { "Name": "code", "AttributeDataType": "String", "StringAttributeConstraints": { "MaxLength": "3" } },
        ]);
        let pool = lab.pool_with(json!({ "Schema": schema })).await;
        let nonconforming = "Attributes did not conform to the schema: ";
        for (given, sentence) in [
            (json!({ "custom:role": "x" }), format!("{nonconforming}Type for attribute {{custom:role}} could not be determined")),
            (json!({ "custom:rank": "10" }), format!("{nonconforming}custom:rank: Number must be no greater than 9\n")),
            (
                json!({ "custom:code": "abcd", "birthdate": "1.2.90" }),
                format!(
                    "{nonconforming}birthdate: String must be no shorter than 10 characters\n\
                     custom:code: String must be no longer than 3 characters\n"
                ),
            ),
            (json!({ "cognito:groups": "x" }), format!("{nonconforming}cognito:groups: Attribute does not exist in the schema.\n")),
            (json!({ "email": "alice" }), "Invalid email address format.".to_owned()),
            (json!({ "email": "a@example.com\r\nBcc: x" }), "Invalid email address format.".to_owned()),
            (json!({ "phone_number": "961" }), "Invalid phone number format.".to_owned()),
            (json!({ "sub": "x" }), "Cannot modify the non-mutable attribute sub".to_owned()),
            (json!({ "identities": "[]" }), "Cannot modify the non-mutable attribute identities".to_owned()),
            (json!({ "email_verified": "true" }), "Email is required to verify/un-verify an email".to_owned()),
        ] {
            let reply = create(&pool, "alice", given).await;
            assert_eq!(reply.error(), ("InvalidParameterException".to_owned(), sentence));
        }
    }

    async fn only_pools_of_ones_own_take_users(lab: Lab) {
        let pool = lab.pool().await;
        let stranger = lab.admin().in_account("123456789012");
        let missing = format!("User pool {} does not exist.", pool.id);
        let input = json!({ "UserPoolId": pool.id, "Username": "alice" });
        stranger.call("AdminCreateUser", input.clone()).await.fault("ResourceNotFoundException", &missing);
        let elsewhere = lab.admin().in_region("eu-west-1");
        elsewhere.call("AdminCreateUser", input).await.fault("ResourceNotFoundException", &missing);
        pool.call("AdminGetUser", json!({ "Username": "alice" }))
            .await
            .fault("UserNotFoundException", "User does not exist.");
    }

    async fn input_out_of_bounds_is_told_by_member(lab: Lab) {
        let pool = lab.pool().await;
        let constraint = "failed to satisfy constraint: Member must";
        for (members, rule) in [
            (json!({ "MessageAction": "SHOUT" }), format!("Value 'SHOUT' at 'messageAction' {constraint} satisfy enum value set: [RESEND, SUPPRESS]")),
            (
                json!({ "DesiredDeliveryMediums": ["PIGEON"] }),
                format!(
                    "Value '[PIGEON]' at 'desiredDeliveryMediums' {constraint} satisfy constraint: \
                     [Member must satisfy enum value set: [SMS, EMAIL]]"
                ),
            ),
            (json!({ "TemporaryPassword": " Temporary-1" }), format!("Value at 'temporaryPassword' {constraint} satisfy regular expression pattern: ^[\\S]+.*[\\S]+$")),
            (
                json!({ "UserAttributes": attributes(&json!({ "name": "x".repeat(2049) })) }),
                format!("Value at 'userAttributes.1.member.value' {constraint} have length less than or equal to 2048"),
            ),
        ] {
            create_with(&pool, "alice", json!({}), members)
                .await
                .fault("InvalidParameterException", &format!("1 validation error detected: {rule}"));
        }
    }
}
