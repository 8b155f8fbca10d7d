//! What a function may say of a user.

use poolhouse_tests::actors::{PASSWORD, Tokens};
use poolhouse_tests::scenario;

use super::*;

/// What the function says of Alice with these members besides.
fn alice_with(members: Value) -> Value {
    merge(alice(), members)
}

scenario! {
    async fn what_no_user_can_have_is_refused_and_nobody_written(lab: Lab) {
        let schema = json!([
            { "Name": "name", "Required": true, "Mutable": true },
            { "Name": "plan", "AttributeDataType": "String" },
        ]);
        let nonconforming = |problem: &str| format!("Attributes did not conform to the schema: {problem}");
        let sentence = |problem: &str| problem.to_owned();
        for (members, problem) in [
            (json!({ "sub": "9bd5f2cc-0a11-70a5-0a0d-1b2b3c4d5e6f" }), sentence("Cannot modify the non-mutable attribute sub")),
            (json!({ "identities": "[]" }), sentence("Cannot modify the non-mutable attribute identities")),
            (json!({ "cognito:x": "1" }), nonconforming("cognito:x: Attribute does not exist in the schema.\n")),
            (json!({ "custom:size": "1" }), nonconforming("Type for attribute {custom:size} could not be determined")),
            (
                json!({ "birthdate": "1990" }),
                nonconforming("birthdate: String must be no shorter than 10 characters\n"),
            ),
            (json!({ "name": "" }), nonconforming("name: The attribute is required\n")),
            (json!({ "email": "alice" }), sentence("Invalid email address format.")),
            (json!({ "email_verified": "true" }), sentence("Email is required to verify/un-verify an email")),
            (
                json!({ "phone_number_verified": "true" }),
                sentence("Phone Number is required to verify/un-verify a phone number"),
            ),
            (
                json!({ "username": "bob" }),
                sentence("The attribute username must be the name that the user signs in with."),
            ),
        ] {
            let attributes = merge(json!({ "name": "Alice" }), members);
            let arn = lab.functions.answering("migrate", alice_with(json!({ "userAttributes": attributes })));
            let client = pool(&lab, &arn, json!({ "Schema": schema })).await.client().await;
            let message = format!("Invalid lambda function output : {problem}");
            client.sign_in("alice", OLD).await.fault("InvalidLambdaResponseException", &message);
            client.forgot_password("alice").await.fault("InvalidLambdaResponseException", &message);
            assert_nobody(&client.pool, "alice").await;
        }
    }

    async fn what_is_no_answer_is_refused(lab: Lab) {
        for response in [
            json!({ "userAttributes": "alice" }),
            json!({ "userAttributes": { "email_verified": true } }),
            json!({ "userAttributes": { "email": ALICE }, "finalUserStatus": "UNCONFIRMED" }),
            json!({ "userAttributes": { "email": ALICE }, "messageAction": "RESEND" }),
            json!({ "userAttributes": { "email": ALICE }, "desiredDeliveryMediums": ["PIGEON"] }),
            json!({ "userAttributes": { "email": ALICE }, "forceAliasCreation": "true" }),
        ] {
            let client = client(&lab, response).await;
            client.sign_in("alice", OLD).await.fault("InvalidLambdaResponseException", "Unrecognizable lambda output");
            assert_nobody(&client.pool, "alice").await;
        }
    }

    async fn a_username_that_is_repeated_must_be_the_one_that_was_typed(lab: Lab) {
        let attributes = json!({ "username": "ALICE", "email": "" });
        let arn = lab.functions.answering("migrate", alice_with(json!({ "userAttributes": attributes })));
        let folding = json!({ "UsernameConfiguration": { "CaseSensitive": false } });
        let client = pool(&lab, &arn, folding).await.client().await;
        Tokens::of(&client.sign_in("Alice", OLD).await.ok());
        let user = client.pool.user("alice").await;
        assert_eq!((&user["Username"], attributes_of(&user)), (&json!("alice"), json!({})));
    }

    async fn an_address_as_a_name_becomes_an_attribute(lab: Lab) {
        let response = alice_with(json!({ "userAttributes": { "name": "Alice", "email_verified": "true" } }));
        let arn = lab.functions.answering("migrate", response);
        let client = pool(&lab, &arn, json!({ "UsernameAttributes": ["email"] })).await.client().await;
        Tokens::of(&client.sign_in(ALICE, OLD).await.ok());
        let user = client.pool.user(ALICE).await;
        assert_eq!(
            attributes_of(&user),
            json!({ "email": ALICE, "email_verified": "true", "name": "Alice" })
        );
        assert_eq!(client.pool.attribute(ALICE, "sub").await.as_deref(), user["Username"].as_str());
        client.sign_in("bob", OLD).await.fault(
            "InvalidLambdaResponseException",
            "Invalid lambda function output : Username should be an email.",
        );
        let other = alice_with(json!({ "userAttributes": { "email": "bob@example.com" } }));
        lab.functions.answering("migrate", other);
        client.sign_in("carol@example.com", OLD).await.fault(
            "InvalidLambdaResponseException",
            "Invalid lambda function output : Username and the attribute email must be the same.",
        );
    }

    async fn an_alias_is_taken_where_the_function_says_so(lab: Lab) {
        let arn = lab.functions.answering("migrate", alice());
        let client = pool(&lab, &arn, json!({ "AliasAttributes": ["email"] })).await.client().await;
        let bob = client.confirmed_user_with("bob", json!({ "email": ALICE })).await;
        let verified = json!([{ "Name": "email_verified", "Value": "true" }]);
        bob.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": verified })).await.ok();
        for refused in [alice(), alice_with(json!({ "forceAliasCreation": false }))] {
            lab.functions.answering("migrate", refused);
            client.sign_in("alice", OLD).await.fault(
                "InvalidLambdaResponseException",
                "Invalid lambda function output : An account with the given email already exists.",
            );
        }
        assert_nobody(&client.pool, "alice").await;
        lab.functions.answering("migrate", alice_with(json!({ "forceAliasCreation": true })));
        Tokens::of(&client.sign_in("alice", OLD).await.ok());
        assert_eq!(client.pool.user(ALICE).await["Username"], "alice");
        assert_eq!(client.pool.attribute("bob", "email_verified").await.as_deref(), Some("false"));
        Tokens::of(&client.sign_in("bob", PASSWORD).await.ok());
    }

    async fn codes_by_sms_are_asked_for_where_the_function_says_so(lab: Lab) {
        let arn = lab.functions.answering("migrate", alice_with(json!({ "enableSMSMFA": true })));
        let pool = pool(&lab, &arn, json!({})).await;
        let factors = json!({
            "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
            "MfaConfiguration": "OPTIONAL",
        });
        pool.call("SetUserPoolMfaConfig", factors).await.ok();
        let client = pool.client().await;
        client.sign_in("alice", OLD).await.fault(
            "InvalidLambdaResponseException",
            "Invalid lambda function output : User does not have delivery config set to turn on SMS_MFA",
        );
        let attributes = json!({ "phone_number": PHONE_NUMBER });
        lab.functions.answering("migrate", alice_with(json!({ "enableSMSMFA": true, "userAttributes": attributes })));
        let output = client.sign_in("alice", OLD).await.ok();
        assert_eq!(output["ChallengeName"], "SMS_MFA");
        assert_eq!(pool.user("alice").await["UserMFASettingList"], json!(["SMS_MFA"]));
        let responses = json!({ "USERNAME": "alice", "SMS_MFA_CODE": lab.mailbox.code_for(PHONE_NUMBER).await });
        Tokens::of(&client.respond("SMS_MFA", output["Session"].as_str().unwrap(), responses).await.ok());
    }
}
