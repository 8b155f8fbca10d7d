//! What a new user may be called, in pools of every kind.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, verifying_client};

async fn client_of(lab: &Lab, settings: Value) -> Client {
    lab.pool_with(settings).await.client().await
}

scenario! {
    async fn a_username_may_be_any_visible_text_of_128_characters(lab: Lab) {
        let client = client_of(&lab, json!({})).await;
        let longest = "é".repeat(128);
        for username in [
            "o'neil\";--",
            "@!#$%^&*()_+?><",
            "🐎🏠",
            "名前",
            "a@b@c",
            "..",
            "${jndi:ldap://x}",
            "%00",
            "null",
            &longest,
        ] {
            let sub = client.sign_up(username, PASSWORD, json!({})).await.ok()["UserSub"].clone();
            let user = client.pool.user(username).await;
            assert_eq!(user["Username"], username);
            assert_eq!(user["UserAttributes"][0]["Value"], sub);
        }
    }

    async fn a_username_has_no_spaces_and_nothing_invisible(lab: Lab) {
        let client = client_of(&lab, json!({})).await;
        for username in [
            " alice",
            "alice ",
            "al ice",
            "ali\tce",
            "ali\nce",
            "ali\0ce",
            "alice\u{202e}",
            "ali\u{200b}ce",
            "\u{a0}",
        ] {
            client.sign_up(username, PASSWORD, json!({})).await.fault(
                "InvalidParameterException",
                "1 validation error detected: Value at 'username' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
            );
        }
        client.sign_up(&"a".repeat(129), PASSWORD, json!({})).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value at 'username' failed to satisfy constraint: \
             Member must have length less than or equal to 128",
        );
    }

    async fn spellings_of_one_name_are_one_name_and_lookalikes_are_not(lab: Lab) {
        let client = client_of(&lab, json!({})).await;
        client.sign_up("José", PASSWORD, json!({})).await.ok();
        client
            .sign_up("Jose\u{301}", PASSWORD, json!({}))
            .await
            .fault("UsernameExistsException", "User already exists");
        client.sign_up("alice", PASSWORD, json!({})).await.ok();
        // The first letter is Cyrillic.
        client.sign_up("аlice", PASSWORD, json!({})).await.ok();
        // Without a setting, case counts.
        client.sign_up("Alice", PASSWORD, json!({})).await.ok();
    }

    async fn where_case_does_not_count_a_username_is_stored_in_lower_case(lab: Lab) {
        let client = client_of(&lab, json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await;
        client.sign_up("Alice", PASSWORD, json!({})).await.ok();
        assert_eq!(client.pool.user("ALICE").await["Username"], "alice");
        client
            .sign_up("aLICE", PASSWORD, json!({}))
            .await
            .fault("UsernameExistsException", "User already exists");
        client
            .pool
            .call("AdminConfirmSignUp", json!({ "Username": "AlicE" }))
            .await
            .ok();
        client.sign_in("ALICE", PASSWORD).await.ok();
    }

    async fn nobody_takes_the_sub_of_another_as_a_username(lab: Lab) {
        let client = client_of(&lab, json!({})).await;
        let alice = client.confirmed_user("alice").await;
        client
            .sign_up(&alice.sub, PASSWORD, json!({}))
            .await
            .fault("UsernameExistsException", "User already exists");
        client
            .sign_up("34c84488-e0e1-70ae-d2ee-991ad1a898c8", PASSWORD, json!({}))
            .await
            .ok();
    }

    async fn a_username_must_not_look_like_an_alias(lab: Lab) {
        let email = "Username cannot be of email format, since user pool is configured for email alias.";
        let phone = "Username cannot be of phone number format, since user pool is configured for phone_number alias.";
        let both = client_of(&lab, json!({ "AliasAttributes": ["email", "phone_number"] })).await;
        both.sign_up(ALICE, PASSWORD, json!({}))
            .await
            .fault("InvalidParameterException", email);
        both.sign_up("+12345679934", PASSWORD, json!({}))
            .await
            .fault("InvalidParameterException", phone);
        let by_phone = client_of(&lab, json!({ "AliasAttributes": ["phone_number"] })).await;
        by_phone.sign_up(ALICE, PASSWORD, json!({})).await.ok();
        let plain = client_of(&lab, json!({})).await;
        plain.sign_up(ALICE, PASSWORD, json!({})).await.ok();
        plain.sign_up("+12345679934", PASSWORD, json!({})).await.ok();
    }

    async fn a_preferred_username_that_is_an_alias_waits_for_the_confirmation(lab: Lab) {
        let aliased = client_of(&lab, json!({ "AliasAttributes": ["preferred_username"] })).await;
        aliased
            .sign_up("alice", PASSWORD, json!({ "preferred_username": "ali" }))
            .await
            .fault(
                "InvalidParameterException",
                "Preferred username cannot be provided for unconfirmed account, since user pool is configured for \
             preferred username alias.",
            );
        let plain = client_of(&lab, json!({})).await;
        plain
            .sign_up("alice", PASSWORD, json!({ "preferred_username": "ali" }))
            .await
            .ok();
        plain
            .sign_up("bob", PASSWORD, json!({ "preferred_username": "ali" }))
            .await
            .ok();
    }

    async fn a_pool_named_by_email_makes_usernames_itself(lab: Lab) {
        let client = verifying_client(&lab, json!({ "UsernameAttributes": ["email"] })).await;
        for wrong in ["alice", "+12345679934", "alice@localhost", "alice@"] {
            client
                .sign_up(wrong, PASSWORD, json!({}))
                .await
                .fault("InvalidParameterException", "Username should be an email.");
        }
        let output = client.sign_up(ALICE, PASSWORD, json!({})).await.ok();
        assert_eq!(output["CodeDeliveryDetails"]["Destination"], "a***@e***");
        let user = client.pool.user(ALICE).await;
        assert_eq!(user["Username"], output["UserSub"]);
        assert_eq!(
            user["UserAttributes"],
            json!([
                { "Name": "sub", "Value": output["UserSub"] },
                { "Name": "email", "Value": ALICE },
                { "Name": "email_verified", "Value": "false" }
            ])
        );
        client.sign_up(ALICE, PASSWORD, json!({})).await.fault(
            "UsernameExistsException",
            "An account with the given email already exists.",
        );
        let code = lab.mailbox.code_for(ALICE).await;
        client
            .confirm_sign_up(output["UserSub"].as_str().unwrap(), &code)
            .await
            .ok();
        client.sign_in(ALICE, PASSWORD).await.ok();
    }

    async fn a_pool_named_by_either_contact_sends_the_code_to_the_one_that_was_given_as_name(lab: Lab) {
        let settings = json!({
            "UsernameAttributes": ["email", "phone_number"], "AutoVerifiedAttributes": ["email", "phone_number"]
        });
        let client = verifying_client(&lab, settings).await;
        client.sign_up("alice", PASSWORD, json!({})).await.fault(
            "InvalidParameterException",
            "Username should be either an email or a phone number.",
        );
        let output = client
            .sign_up(ALICE, PASSWORD, json!({ "phone_number": "+12345679934" }))
            .await
            .ok();
        assert_eq!(output["CodeDeliveryDetails"]["AttributeName"], "email");
        let output = client
            .sign_up("+12345670000", PASSWORD, json!({ "email": "bob@example.com" }))
            .await
            .ok();
        assert_eq!(output["CodeDeliveryDetails"]["AttributeName"], "phone_number");
        // Both contacts name their user, and nobody else.
        for (username, user_attributes, taken) in [
            ("+12345679934", json!({}), "phone_number"),
            (
                "carol@example.com",
                json!({ "phone_number": "+12345679934" }),
                "phone_number",
            ),
            ("+12345671111", json!({ "email": "bob@example.com" }), "email"),
        ] {
            client.sign_up(username, PASSWORD, user_attributes).await.fault(
                "UsernameExistsException",
                &format!("An account with the given {taken} already exists."),
            );
        }
    }

    async fn a_pool_named_by_phone_number_wants_one(lab: Lab) {
        let client = client_of(&lab, json!({ "UsernameAttributes": ["phone_number"] })).await;
        client
            .sign_up(ALICE, PASSWORD, json!({}))
            .await
            .fault("InvalidParameterException", "Username should be a phone number.");
        client
            .sign_up("+12345679934", PASSWORD, json!({ "email": ALICE }))
            .await
            .ok();
        client.sign_up("+12345679934", PASSWORD, json!({})).await.fault(
            "UsernameExistsException",
            "An account with the given phone_number already exists.",
        );
        // Here the address is no name, and may be shared.
        client
            .sign_up("+12345670000", PASSWORD, json!({ "email": ALICE }))
            .await
            .ok();
    }

    async fn the_attribute_that_names_a_user_is_the_name(lab: Lab) {
        let settings = json!({ "UsernameAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false } });
        let client = client_of(&lab, settings).await;
        client
            .sign_up(ALICE, PASSWORD, json!({ "email": "mallory@example.com" }))
            .await
            .fault(
                "InvalidParameterException",
                "Username and the attribute email must be the same.",
            );
        client
            .sign_up(ALICE, PASSWORD, json!({ "email": "Alice@Example.com" }))
            .await
            .ok();
        client.sign_up("ALICE@example.com", PASSWORD, json!({})).await.fault(
            "UsernameExistsException",
            "An account with the given email already exists.",
        );
    }

    async fn of_two_who_sign_up_with_one_address_at_once_one_gets_it(lab: Lab) {
        let client = client_of(&lab, json!({ "UsernameAttributes": ["email"] })).await;
        let sign_up = || {
            let client = client.clone();
            tokio::spawn(async move { client.sign_up(ALICE, PASSWORD, json!({})).await })
        };
        let (one, other) = tokio::join!(sign_up(), sign_up());
        let (one, other) = (one.unwrap(), other.unwrap());
        let (winner, loser) = if one.status == 200 { (one, other) } else { (other, one) };
        assert_eq!(client.pool.user(ALICE).await["Username"], winner.ok()["UserSub"]);
        loser.fault(
            "UsernameExistsException",
            "An account with the given email already exists.",
        );
    }
}
