//! Passwords that were used before.

use poolhouse_tests::actors::{PASSWORD, Tokens, User};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{ALICE, INCORRECT, forget, reachable};

const SECOND: &str = "Second-Horse-2";
const THIRD: &str = "Third-Horse-3";

/// Alice, in a pool that remembers two passwords.
async fn alice(lab: &Lab) -> User {
    let policy = json!({ "Policies": { "PasswordPolicy": { "PasswordHistorySize": 2 } } });
    reachable(
        &lab.pool_with(policy).await.client().await,
        "alice",
        json!({ "email": ALICE }),
    )
    .await
}

async fn set(alice: &User, password: &str) -> Reply {
    alice
        .admin_call(
            "AdminSetUserPassword",
            json!({ "Password": password, "Permanent": true }),
        )
        .await
}

#[track_caller]
fn refused(reply: &Reply) {
    reply.fault(
        "PasswordHistoryPolicyViolationException",
        "Password has previously been used",
    );
}

scenario! {
    async fn the_pool_remembers_as_many_as_it_says(lab: Lab) {
        let alice = alice(&lab).await;
        refused(&set(&alice, PASSWORD).await);
        set(&alice, SECOND).await.ok();
        for remembered in [PASSWORD, SECOND] {
            refused(&set(&alice, remembered).await);
        }
        set(&alice, THIRD).await.ok();
        refused(&set(&alice, SECOND).await);
        set(&alice, PASSWORD).await.ok();
        alice.sign_in().await;
    }

    async fn temporary_passwords_count_too(lab: Lab) {
        let alice = alice(&lab).await;
        refused(
            &alice
                .admin_call("AdminSetUserPassword", json!({ "Password": PASSWORD }))
                .await,
        );
        alice
            .admin_call("AdminSetUserPassword", json!({ "Password": SECOND }))
            .await
            .ok();
        let challenge = alice.client.sign_in("alice", SECOND).await.ok();
        let session = challenge["Session"].as_str().unwrap();
        let respond = async |password: &str| {
            let responses = json!({ "USERNAME": "alice", "NEW_PASSWORD": password });
            alice.client.respond("NEW_PASSWORD_REQUIRED", session, responses).await
        };
        refused(&respond(PASSWORD).await);
        Tokens::of(&respond(THIRD).await.ok());
    }

    async fn who_changes_a_password_chooses_another(lab: Lab) {
        let alice = alice(&lab).await;
        let signed_in = alice.sign_in().await;
        let change = async |previous: &str, proposed: &str| {
            let input = json!({ "PreviousPassword": previous, "ProposedPassword": proposed });
            signed_in.call("ChangePassword", input).await
        };
        refused(&change(PASSWORD, PASSWORD).await);
        change(PASSWORD, SECOND).await.ok();
        refused(&change(SECOND, PASSWORD).await);
        // Nobody learns former passwords without the present one.
        change(THIRD, PASSWORD).await.fault("NotAuthorizedException", INCORRECT);
    }

    async fn who_forgot_a_password_chooses_another_and_keeps_the_code(lab: Lab) {
        let alice = alice(&lab).await;
        let code = forget(&lab, &alice).await;
        refused(&alice.client.confirm_forgot_password("alice", &code, PASSWORD).await);
        alice.client.confirm_forgot_password("alice", &code, SECOND).await.ok();
        alice.client.sign_in("alice", SECOND).await.ok();
    }
}
