//! What a new user may say of themselves.

use poolhouse_tests::actors::{Client, PASSWORD, attributes};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, verifying_client};

const UNAUTHORIZED: &str = "A client attempted to write unauthorized attribute";

async fn client_with_schema(lab: &Lab, schema: Value) -> Client {
    lab.pool_with(json!({ "Schema": schema })).await.client().await
}

scenario! {
    async fn a_required_attribute_must_be_given(lab: Lab) {
        let schema = json!([
            { "Name": "email", "Required": true },
            { "Name": "family_name", "Required": true },
            { "Name": "name", "Required": true }
        ]);
        let client = client_with_schema(&lab, schema).await;
        let missing = |names: &[&str]| {
            let line = |name: &&str| format!("{name}: The attribute is required\n");
            format!(
                "Attributes did not conform to the schema: {}",
                names.iter().map(line).collect::<Vec<_>>().concat()
            )
        };
        for (given, sentence) in [
            (json!({}), missing(&["name", "family_name", "email"])),
            (
                json!({ "name": "Alice", "family_name": "Liddell" }),
                missing(&["email"]),
            ),
            (
                json!({ "name": "Alice", "family_name": "Liddell", "email": "" }),
                missing(&["email"]),
            ),
        ] {
            client
                .sign_up("alice", PASSWORD, given)
                .await
                .fault("InvalidParameterException", &sentence);
        }
        client
            .sign_up(
                "alice",
                PASSWORD,
                json!({ "name": "Alice", "family_name": "Liddell", "email": ALICE }),
            )
            .await
            .ok();
    }

    async fn the_name_counts_as_the_attribute_that_it_becomes(lab: Lab) {
        let settings = json!({ "UsernameAttributes": ["email"], "Schema": [{ "Name": "email", "Required": true }] });
        let client = lab.pool_with(settings).await.client().await;
        client.sign_up(ALICE, PASSWORD, json!({})).await.ok();
    }

    async fn attributes_must_be_in_the_schema_and_conform_to_it(lab: Lab) {
        let schema = json!([
            {
                "Name": "age", "AttributeDataType": "Number",
                "NumberAttributeConstraints": { "MinValue": "18", "MaxValue": "150" }
            },
            {
                "Name": "nick", "AttributeDataType": "String",
                "StringAttributeConstraints": { "MinLength": "2", "MaxLength": "5" }
            },
            { "Name": "tenant", "AttributeDataType": "String", "Mutable": false }
        ]);
        let client = client_with_schema(&lab, schema).await;
        for (given, problem) in [
            (
                json!({ "custom:role": "admin" }),
                "Type for attribute {custom:role} could not be determined",
            ),
            (
                json!({ "dev:role": "admin" }),
                "Type for attribute {dev:role} could not be determined",
            ),
            (
                json!({ "custom:age": "17" }),
                "custom:age: Number must be no less than 18\n",
            ),
            (json!({ "custom:age": "old" }), "custom:age: Invalid number\n"),
            (
                json!({ "custom:nick": "a" }),
                "custom:nick: String must be no shorter than 2 characters\n",
            ),
            (
                json!({ "custom:nick": "ab🐎def" }),
                "custom:nick: String must be no longer than 5 characters\n",
            ),
            (
                json!({ "birthdate": "1990-1-1" }),
                "birthdate: String must be no shorter than 10 characters\n",
            ),
        ] {
            let sentence = format!("Attributes did not conform to the schema: {problem}");
            client
                .sign_up("alice", PASSWORD, given)
                .await
                .fault("InvalidParameterException", &sentence);
        }
        let given =
            json!({ "custom:age": "18", "custom:nick": "ab🐎de", "custom:tenant": "acme", "name": "a".repeat(2048) });
        client.sign_up("alice", PASSWORD, given).await.ok();
        assert_eq!(
            client.pool.attribute("alice", "custom:tenant").await.as_deref(),
            Some("acme")
        );
    }

    async fn a_value_has_at_most_2048_characters(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        client
            .sign_up("alice", PASSWORD, json!({ "name": "é".repeat(2049) }))
            .await
            .fault(
                "InvalidParameterException",
                "1 validation error detected: Value at 'userAttributes.1.member.value' failed to satisfy constraint: \
             Member must have length less than or equal to 2048",
            );
        client
            .sign_up("alice", PASSWORD, json!({ "name": "é".repeat(2048) }))
            .await
            .ok();
    }

    async fn nobody_writes_what_is_the_services_or_an_administrators(lab: Lab) {
        let schema = json!([{ "Name": "rank", "AttributeDataType": "String", "DeveloperOnlyAttribute": true }]);
        let client = client_with_schema(&lab, schema).await;
        for name in [
            "sub",
            "email_verified",
            "phone_number_verified",
            "identities",
            "dev:custom:rank",
        ] {
            let given = json!({ "email": ALICE, "phone_number": "+12345679934", name: "true" });
            client
                .sign_up("alice", PASSWORD, given)
                .await
                .fault("NotAuthorizedException", UNAUTHORIZED);
        }
        let reply = client
            .sign_up("alice", PASSWORD, json!({ "cognito:groups": "admin" }))
            .await;
        assert_eq!(reply.error().0, "InvalidParameterException");
        client
            .pool
            .call("AdminGetUser", json!({ "Username": "alice" }))
            .await
            .fault("UserNotFoundException", "User does not exist.");
    }

    async fn a_client_writes_what_its_list_names(lab: Lab) {
        let pool = client_with_schema(&lab, json!([{ "Name": "role", "AttributeDataType": "String" }]))
            .await
            .pool;
        let client = pool.client_with(json!({ "WriteAttributes": ["email", "name"] })).await;
        for given in [
            json!({ "custom:role": "admin" }),
            json!({ "name": "Alice", "nickname": "Al" }),
            json!({ "custom:x": "1" }),
        ] {
            client
                .sign_up("alice", PASSWORD, given)
                .await
                .fault("NotAuthorizedException", UNAUTHORIZED);
        }
        client
            .sign_up("alice", PASSWORD, json!({ "name": "Alice", "email": ALICE }))
            .await
            .ok();
        // Who names none may write all.
        pool.client()
            .await
            .sign_up("bob", PASSWORD, json!({ "custom:role": "admin" }))
            .await
            .ok();
    }

    async fn a_client_that_may_write_nothing_more_still_signs_up_the_address_that_is_the_name(lab: Lab) {
        let pool = lab.pool_with(json!({ "UsernameAttributes": ["email"] })).await;
        let client = pool.client_with(json!({ "WriteAttributes": ["name"] })).await;
        client.sign_up(ALICE, PASSWORD, json!({ "name": "Alice" })).await.ok();
        client
            .sign_up("bob@example.com", PASSWORD, json!({ "email": "bob@example.com" }))
            .await
            .fault("NotAuthorizedException", UNAUTHORIZED);
    }

    async fn an_address_is_nothing_but_an_address(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let long = format!("a@{}.com", vec!["abcdefgh"; 40].join("."));
        for address in [
            "alice",
            "alice@localhost",
            "a@b.com\r\nBcc: x@example.com",
            "a@b.com\nx",
            "\"a b\"@example.com",
            "Alice <alice@example.com>",
            "a@b@example.com",
            "alice@example.com,bob@example.com",
            "a@[127.0.0.1]",
            &long,
        ] {
            client
                .sign_up("alice", PASSWORD, json!({ "email": address }))
                .await
                .fault("InvalidParameterException", "Invalid email address format.");
        }
        for (username, address) in [
            ("idn", "user@bücher.example"),
            ("puny", "user@xn--bcher-kva.example"),
            ("tag", "o'neil+x@example.com"),
        ] {
            client
                .sign_up(username, PASSWORD, json!({ "email": address }))
                .await
                .ok();
            assert_eq!(lab.mailbox.messages_for(address).len(), 1, "{address}");
        }
    }

    async fn a_phone_number_is_a_plus_and_digits(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let long = format!("+{}", "1".repeat(200));
        for number in [
            "961",
            "+0",
            "+1;ext=5",
            "+1 234 567",
            "+1234567890123456",
            "+١٢٣٤٥٦",
            "phone",
            "12345679934",
            &long,
        ] {
            client
                .sign_up("alice", PASSWORD, json!({ "phone_number": number }))
                .await
                .fault("InvalidParameterException", "Invalid phone number format.");
        }
        client
            .sign_up("alice", PASSWORD, json!({ "phone_number": "+12345679934" }))
            .await
            .ok();
    }

    async fn blank_values_are_accepted(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let given = json!({ "email": "", "phone_number": "", "birthdate": "", "name": "" });
        client.sign_up("alice", PASSWORD, given).await.ok();
        // A value may be left out altogether.
        let input = json!({ "Username": "bob", "Password": PASSWORD, "UserAttributes": [{ "Name": "name" }] });
        client.call("SignUp", input).await.ok();
    }

    async fn what_is_said_for_triggers_only_is_not_kept(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let input = json!({
            "Username": "alice", "Password": PASSWORD, "ClientMetadata": { "name": "x" },
            "ValidationData": attributes(&json!({ "custom:undeclared": "1", "email_verified": "true" })),
            "UserContextData": { "EncodedData": "abc", "IpAddress": "192.0.2.1" },
            "AnalyticsMetadata": { "AnalyticsEndpointId": "endpoint" }
        });
        let sub = client.call("SignUp", input).await.ok()["UserSub"].clone();
        assert_eq!(
            client.pool.user("alice").await["UserAttributes"],
            json!([{ "Name": "sub", "Value": sub }])
        );
    }
}
