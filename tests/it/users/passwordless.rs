//! Pools in which a code by mail or SMS is enough to sign in.

use poolhouse_tests::scenario;
use serde_json::json;

use super::create_with;

scenario! {
    async fn a_user_without_a_password_is_confirmed_where_none_is_needed(lab: Lab) {
        let policy = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
        let client = lab.pool_with(json!({ "Policies": policy })).await.client().await;
        let contact = json!({ "email": "alice@example.com", "email_verified": "true" });
        let send = json!({ "MessageAction": null, "DesiredDeliveryMediums": ["EMAIL"] });
        let alice = create_with(&client.pool, "alice", contact.clone(), send.clone()).await.ok();
        assert_eq!(alice["User"]["UserStatus"], "CONFIRMED");
        // There is no temporary password to tell.
        assert!(lab.mailbox.messages_for("alice@example.com").is_empty());
        client
            .sign_in("alice", "Any-Password-1")
            .await
            .fault("NotAuthorizedException", "Incorrect username or password.");
        create_with(&client.pool, "alice", contact, json!({ "MessageAction": "RESEND" })).await.fault(
            "UnsupportedUserStateException",
            "Resend not possible. alice status is not FORCE_CHANGE_PASSWORD",
        );
        create_with(&client.pool, "bob", json!({}), json!({})).await.fault(
            "InvalidParameterException",
            "An email or phone_number is required for a user without a password.",
        );
        let bob = create_with(&client.pool, "bob", json!({}), json!({ "TemporaryPassword": "Temporary-1" })).await.ok();
        assert_eq!(bob["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    }

    async fn elsewhere_a_password_is_made(lab: Lab) {
        let policy = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } });
        let pool = lab.pool_with(json!({ "Policies": policy })).await;
        let alice = create_with(&pool, "alice", json!({}), json!({})).await.ok();
        assert_eq!(alice["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    }
}
