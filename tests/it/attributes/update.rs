//! AdminUpdateUserAttributes and UpdateUserAttributes.

use poolhouse_outbound::Kind;
use poolhouse_tests::clock::seconds;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{admin_update, update, value, verified_user};

scenario! {
    async fn users_and_administrators_change_attributes(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user_with("alice", json!({ "name": "A" })).await;
        let signed_in = alice.sign_in().await;
        lab.clock.advance(seconds(9));
        let output = update(&signed_in, json!({ "name": "Alice", "nickname": "ally" })).await.ok();
        assert_eq!(output, json!({ "CodeDeliveryDetailsList": [] }));
        assert_eq!(value(&alice, "name").await.as_deref(), Some("Alice"));
        assert_eq!(alice.client.pool.user("alice").await["UserLastModifiedDate"].as_f64(), Some(1_800_000_009.0));
        assert_eq!(admin_update(&alice, json!({ "nickname": "al" })).await.ok(), json!({}));
        assert_eq!(value(&alice, "nickname").await.as_deref(), Some("al"));
        assert_eq!(value(&alice, "name").await.as_deref(), Some("Alice"));
        signed_in.get_user().await.ok();
    }

    async fn a_blank_value_deletes(lab: Lab) {
        let alice = verified_user(&lab.pool().await.client().await, "alice", "a@example.com").await;
        let signed_in = alice.sign_in().await;
        update(&signed_in, json!({ "name": "Alice" })).await.ok();
        update(&signed_in, json!({ "name": "", "email": "" })).await.ok();
        for name in ["name", "email", "email_verified"] {
            assert_eq!(value(&alice, name).await, None, "{name}");
        }
    }

    async fn a_new_address_is_unverified_and_gets_a_code_where_the_pool_verifies_it(lab: Lab) {
        let client = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await.client().await;
        let alice = verified_user(&client, "alice", "a@example.com").await;
        let signed_in = alice.sign_in().await;
        assert!(lab.mailbox.messages_for("a@example.com").is_empty());

        let output = update(&signed_in, json!({ "email": "new@example.com" })).await.ok();
        let details = json!([{ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "n***@e***" }]);
        assert_eq!(output, json!({ "CodeDeliveryDetailsList": details }));
        assert_eq!(lab.mailbox.newest_for("new@example.com").await.kind, Kind::UpdateUserAttribute);
        assert_eq!(value(&alice, "email").await.as_deref(), Some("new@example.com"));
        assert_eq!(value(&alice, "email_verified").await.as_deref(), Some("false"));

        // The same address is no change.
        let output = update(&signed_in, json!({ "email": "new@example.com" })).await.ok();
        assert_eq!(output, json!({ "CodeDeliveryDetailsList": [] }));
        assert_eq!(lab.mailbox.messages_for("new@example.com").len(), 1);
        let output = update(&signed_in, json!({ "phone_number": "+15550100" })).await.ok();
        assert_eq!(output, json!({ "CodeDeliveryDetailsList": [] }));
        assert_eq!(value(&alice, "phone_number_verified").await.as_deref(), Some("false"));
    }

    async fn an_administrators_change_sends_a_code_unless_it_says_verified(lab: Lab) {
        let client = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email", "phone_number"] })).await.client().await;
        let alice = verified_user(&client, "alice", "a@example.com").await;
        admin_update(&alice, json!({ "email": "b@example.com", "phone_number": "+15550100" })).await.ok();
        assert_eq!(lab.mailbox.messages_for("b@example.com").len(), 1);
        assert_eq!(lab.mailbox.messages_for("+15550100").len(), 1);
        assert_eq!(value(&alice, "email_verified").await.as_deref(), Some("false"));
        admin_update(&alice, json!({ "email": "c@example.com", "email_verified": "true" })).await.ok();
        assert!(lab.mailbox.messages_for("c@example.com").is_empty());
        assert_eq!(value(&alice, "email_verified").await.as_deref(), Some("true"));
        admin_update(&alice, json!({ "email_verified": "false" })).await.ok();
        assert_eq!(value(&alice, "email_verified").await.as_deref(), Some("false"));
    }

    async fn values_conform_to_the_schema(lab: Lab) {
        let schema = json!([
            { "Name": "name", "Required": true },
            { "Name": "rank", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "1" } },
            { "Name": "member", "AttributeDataType": "Boolean" },
            { "Name": "fixed", "AttributeDataType": "String", "Mutable": false },
        ]);
        let client = lab.pool_with(json!({ "Schema": schema })).await.client().await;
        let given = json!({ "name": "Alice", "custom:fixed": "1" });
        let alice = client.confirmed_user_with("alice", given).await;
        let signed_in = alice.sign_in().await;
        for (changes, sentence) in [
            (json!({ "custom:rank": "0" }), "Invalid user attributes: custom:rank: Number must be no less than 1\n"),
            (json!({ "custom:rank": "1e" }), "Invalid user attributes: custom:rank: Invalid number\n"),
            (json!({ "custom:member": "yes" }), "Invalid user attributes: custom:member: Invalid boolean\n"),
            (json!({ "custom:fixed": "2" }), "user.custom:fixed: Attribute cannot be updated.\n"),
            (json!({ "custom:fixed": "" }), "user.custom:fixed: Attribute cannot be updated.\n"),
            (
                json!({ "custom:role": "x", "update_email": "y" }),
                "user.custom:role: Attribute does not exist in the schema.\n\
                 user.update_email: Attribute does not exist in the schema.\n",
            ),
            (json!({ "cognito:groups": "x" }), "user.cognito:groups: Attribute does not exist in the schema.\n"),
            (json!({ "name": "" }), "Attribute value for name must not be null"),
            (json!({ "email": "alice" }), "Invalid email address format."),
            (json!({ "email": "\"a b\"@example.com" }), "Invalid email address format."),
            (json!({ "email": format!("{}@example.com", "a".repeat(400)) }), "Invalid email address format."),
            (json!({ "phone_number": "+0" }), "Invalid phone number format."),
            (json!({ "phone_number": "+1555;ext=1" }), "Invalid phone number format."),
        ] {
            for reply in [update(&signed_in, changes.clone()).await, admin_update(&alice, changes).await] {
                assert_eq!(reply.error(), ("InvalidParameterException".to_owned(), sentence.to_owned()));
            }
        }
        for (flag, sentence) in [
            ("email_verified", "Email is required to verify/un-verify an email"),
            ("phone_number_verified", "Phone Number is required to verify/un-verify a phone number"),
        ] {
            admin_update(&alice, json!({ flag: "true" })).await.fault("InvalidParameterException", sentence);
        }
        assert_eq!(value(&alice, "name").await.as_deref(), Some("Alice"));
    }

    async fn the_last_of_several_values_counts_and_long_ones_are_refused(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let twice = json!([{ "Name": "name", "Value": "A" }, { "Name": "name", "Value": "B" }]);
        alice.call("UpdateUserAttributes", json!({ "UserAttributes": twice })).await.ok();
        assert_eq!(value(&alice.user, "name").await.as_deref(), Some("B"));
        update(&alice, json!({ "name": "é".repeat(2048) })).await.ok();
        update(&alice, json!({ "name": "é".repeat(2049) })).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value at 'userAttributes.1.member.value' failed to satisfy constraint: Member \
             must have length less than or equal to 2048",
        );
    }

    async fn text_that_no_database_keeps_is_refused(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user_with("alice", json!({ "name": "A" })).await;
        let sentence = "Text with a NUL character cannot be stored.";
        for changes in [json!({ "name": "a\0b" }), json!({ "profile": "\0" })] {
            admin_update(&alice, changes).await.fault("InvalidParameterException", sentence);
        }
        client.pool.call("ListUsers", json!({ "Filter": "name = \"a\0b\"" }))
            .await
            .fault("InvalidParameterException", sentence);
        assert_eq!(value(&alice, "name").await.as_deref(), Some("A"));
        admin_update(&alice, json!({ "name": "\u{1}\u{ffff}\u{202e}" })).await.ok();
        assert_eq!(value(&alice, "name").await.as_deref(), Some("\u{1}\u{ffff}\u{202e}"));
    }

    async fn updates_want_a_pool_a_user_and_a_token(lab: Lab) {
        let pool = lab.pool().await;
        let attributes = json!({ "UserAttributes": [], "UserAttributeNames": ["name"], "Username": "nobody" });
        for operation in ["AdminUpdateUserAttributes", "AdminDeleteUserAttributes"] {
            pool.call(operation, attributes.clone())
                .await
                .fault("UserNotFoundException", "User does not exist.");
            let mut elsewhere = attributes.clone();
            elsewhere["UserPoolId"] = "us-east-1_nothing".into();
            pool.call(operation, elsewhere)
                .await
                .fault("ResourceNotFoundException", "User pool us-east-1_nothing does not exist.");
        }
        let input = json!({
            "AccessToken": "eyJ.eyJ.x", "UserAttributes": [], "UserAttributeNames": ["name"],
        });
        for operation in ["UpdateUserAttributes", "DeleteUserAttributes"] {
            lab.call(operation, input.clone()).await.fault("NotAuthorizedException", "Invalid Access Token");
        }
        for operation in ["GetUserAttributeVerificationCode", "VerifyUserAttribute"] {
            let input = json!({ "AccessToken": "eyJ.eyJ.x", "AttributeName": "email", "Code": "123456" });
            lab.call(operation, input).await.fault("NotAuthorizedException", "Invalid Access Token");
        }
    }
}
