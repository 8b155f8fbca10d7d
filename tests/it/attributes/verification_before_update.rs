//! Pools in which a new address counts only when its code has come back.

use poolhouse_tests::actors::{Client, SignedIn};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{admin_update, delete, request_code, update, value, verified_user, verify};

const EXPIRED: &str = "Invalid code provided, please request a code again.";

async fn client(lab: &Lab, more: Value) -> Client {
    let settings = json!({
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
    });
    lab.pool_with(poolhouse_tests::actors::merge(settings, more))
        .await
        .client()
        .await
}

async fn alice(lab: &Lab) -> SignedIn {
    let client = client(lab, json!({ "AliasAttributes": ["email"] })).await;
    verified_user(&client, "alice", "old@example.com").await.sign_in().await
}

async fn assert_email(user: &SignedIn, address: &str) {
    assert_eq!(value(&user.user, "email").await.as_deref(), Some(address));
    assert_eq!(value(&user.user, "email_verified").await.as_deref(), Some("true"));
    user.user.client.sign_in(address, &user.user.password).await.ok();
}

scenario! {
    async fn the_old_address_counts_until_the_new_one_is_verified(lab: Lab) {
        let alice = alice(&lab).await;
        let output = update(&alice, json!({ "email": "new@example.com", "name": "Alice" })).await.ok();
        let details = json!([{ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "n***@e***" }]);
        assert_eq!(output, json!({ "CodeDeliveryDetailsList": details }));
        assert_email(&alice, "old@example.com").await;
        assert_eq!(value(&alice.user, "name").await.as_deref(), Some("Alice"));
        let code = lab.mailbox.code_for("new@example.com").await;
        verify(&alice, "email", &code).await.ok();
        assert_email(&alice, "new@example.com").await;
        alice.user.client.sign_in("old@example.com", &alice.user.password)
            .await
            .fault("UserNotFoundException", "User does not exist.");
    }

    async fn the_newest_address_wins(lab: Lab) {
        let alice = alice(&lab).await;
        update(&alice, json!({ "email": "one@example.com" })).await.ok();
        let one = lab.mailbox.code_for("one@example.com").await;
        update(&alice, json!({ "email": "two@example.com" })).await.ok();
        let two = lab.mailbox.code_for("two@example.com").await;
        assert_ne!(verify(&alice, "email", &one).await.status, 200);
        verify(&alice, "email", &two).await.ok();
        assert_email(&alice, "two@example.com").await;
    }

    async fn the_code_can_be_sent_again_and_goes_to_the_new_address(lab: Lab) {
        let alice = alice(&lab).await;
        update(&alice, json!({ "email": "new@example.com" })).await.ok();
        let output = request_code(&alice, "email").await.ok();
        assert_eq!(output["CodeDeliveryDetails"]["Destination"], "n***@e***");
        assert!(lab.mailbox.messages_for("old@example.com").is_empty());
        let code = lab.mailbox.code_for("new@example.com").await;
        verify(&alice, "email", &code).await.ok();
        assert_email(&alice, "new@example.com").await;
    }

    async fn going_back_to_the_old_address_makes_the_code_worthless(lab: Lab) {
        let alice = alice(&lab).await;
        update(&alice, json!({ "email": "new@example.com" })).await.ok();
        let code = lab.mailbox.code_for("new@example.com").await;
        update(&alice, json!({ "email": "old@example.com" })).await.ok();
        verify(&alice, "email", &code).await.fault("ExpiredCodeException", EXPIRED);
        assert_email(&alice, "old@example.com").await;
    }

    async fn deleting_the_address_takes_the_waiting_one_along(lab: Lab) {
        let alice = alice(&lab).await;
        update(&alice, json!({ "email": "new@example.com" })).await.ok();
        let code = lab.mailbox.code_for("new@example.com").await;
        delete(&alice, &["email"]).await.ok();
        verify(&alice, "email", &code).await.fault("ExpiredCodeException", EXPIRED);
        assert_eq!(value(&alice.user, "email").await, None);
    }

    async fn an_administrator_may_skip_the_code(lab: Lab) {
        let alice = alice(&lab).await;
        admin_update(&alice.user, json!({ "email": "new@example.com" })).await.ok();
        assert_email(&alice, "old@example.com").await;
        let code = lab.mailbox.code_for("new@example.com").await;
        admin_update(&alice.user, json!({ "email": "other@example.com", "email_verified": "true" })).await.ok();
        assert_email(&alice, "other@example.com").await;
        assert!(lab.mailbox.messages_for("other@example.com").is_empty());
        verify(&alice, "email", &code).await.fault("ExpiredCodeException", EXPIRED);
        assert_email(&alice, "other@example.com").await;
    }

    async fn a_first_address_waits_too(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        update(&alice, json!({ "email": "new@example.com" })).await.ok();
        assert_eq!(value(&alice.user, "email").await, None);
        assert_eq!(value(&alice.user, "email_verified").await, None);
        let code = lab.mailbox.code_for("new@example.com").await;
        verify(&alice, "email", &code).await.ok();
        assert_eq!(value(&alice.user, "email").await.as_deref(), Some("new@example.com"));
    }

    async fn an_address_that_names_somebody_else_is_refused_at_once(lab: Lab) {
        let client = client(&lab, json!({ "UsernameAttributes": ["email"] })).await;
        client.confirmed_user("a@example.com").await;
        let bob = client.confirmed_user("b@example.com").await.sign_in().await;
        let taken = "An account with the given email already exists.";
        update(&bob, json!({ "email": "a@example.com" })).await.fault("AliasExistsException", taken);
        // Of two who wait for the same address the first gets it.
        let carol = client.confirmed_user("c@example.com").await.sign_in().await;
        update(&bob, json!({ "email": "new@example.com" })).await.ok();
        let bobs = lab.mailbox.code_for("new@example.com").await;
        update(&carol, json!({ "email": "new@example.com" })).await.ok();
        let carols = lab.mailbox.code_for("new@example.com").await;
        verify(&bob, "email", &bobs).await.ok();
        verify(&carol, "email", &carols).await.fault("AliasExistsException", taken);
        client.sign_in("c@example.com", &carol.user.password).await.ok();
        update(&carol, json!({ "name": "Carol" })).await.ok();
    }
}
