//! Functions that call the pool themselves while they are asked, as most functions of the world do.

use poolhouse_outbound::InvokeError;
use poolhouse_tests::actors::{Client, PASSWORD, Pool, User, merge};
use poolhouse_tests::authenticator::STEP;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::{
    ALICE, TEMPORARY_PASSWORD, alice, answer_new_password, by_email_code, challenged, invite, listeners, pool,
    pool_with, status,
};
use crate::devices::turn_on_mfa;

/// Lets the function at `trigger` call an operation on the pool, for the user whom it is told of. It fails with the
/// message of what the pool refuses.
fn call_back(lab: &Lab, pool: &Pool, trigger: &str, operation: &'static str, input: Value) {
    let pool = pool.clone();
    lab.functions.put(trigger, move |event| {
        let input = merge(json!({ "Username": event["userName"] }), input.clone());
        let reply = block_in_place(|| Handle::current().block_on(pool.call(operation, input)));
        if reply.status == 200 {
            Ok(event)
        } else {
            Err(InvokeError::Function { message: reply.text() })
        }
    });
}

/// Lets the function at `trigger` write an attribute.
fn write(lab: &Lab, pool: &Pool, trigger: &str) {
    let attributes = json!([{ "Name": "nickname", "Value": trigger }]);
    call_back(
        lab,
        pool,
        trigger,
        "AdminUpdateUserAttributes",
        json!({ "UserAttributes": attributes }),
    );
}

/// A client of a pool with functions at all triggers.
async fn client(lab: &Lab) -> Client {
    pool(lab, listeners(lab)).await.client().await
}

async fn assert_written(user: &Client, trigger: &str) {
    assert_eq!(user.pool.attribute("alice", "nickname").await.as_deref(), Some(trigger));
}

scenario! {
    async fn a_function_may_write_to_the_pool_before_a_sign_up(lab: Lab) {
        let client = client(&lab).await;
        let group = json!({ "GroupName": "newcomers" });
        call_back(&lab, &client.pool, "PreSignUp", "CreateGroup", group);
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        client.pool.call("GetGroup", json!({ "GroupName": "newcomers" })).await.ok();
        call_back(&lab, &client.pool, "CustomMessage", "ListUsers", json!({ "Username": null }));
        client.resend_code("alice").await.ok();
    }

    async fn the_user_is_confirmed_already_when_the_function_hears_of_it(lab: Lab) {
        let client = client(&lab).await;
        client.pool.call("CreateGroup", json!({ "GroupName": "staff" })).await.ok();
        let pool = client.pool.clone();
        lab.functions.put("PostConfirmation", move |event| {
            let seen = block_in_place(|| Handle::current().block_on(status(&pool, "alice")));
            let join = json!({ "Username": "alice", "GroupName": "staff" });
            block_in_place(|| Handle::current().block_on(pool.call("AdminAddUserToGroup", join))).ok();
            if seen == "CONFIRMED" { Ok(event) } else { Err(InvokeError::Function { message: seen.to_string() }) }
        });
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        client.confirm_sign_up("alice", &lab.mailbox.code_for(ALICE).await).await.ok();
        let signed_in = User {
            client: client.clone(), username: "alice".into(), password: PASSWORD.into(), sub: String::new(),
        };
        assert_eq!(signed_in.sign_in().await.access_claims().await["cognito:groups"], json!(["staff"]));
    }

    async fn functions_may_write_the_user_who_signs_in(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        for trigger in ["PreAuthentication", "PostAuthentication", "PreTokenGeneration"] {
            write(&lab, &client.pool, trigger);
            alice.sign_in().await;
            assert_written(&client, trigger).await;
            lab.functions.listening(trigger);
        }
    }

    async fn functions_may_write_the_user_who_sets_a_new_password(lab: Lab) {
        let client = client(&lab).await;
        for trigger in ["PostAuthentication", "PreTokenGeneration"] {
            invite(&client.pool, "alice", json!({})).await.ok();
            let session = challenged(&client.sign_in("alice", TEMPORARY_PASSWORD).await.ok(), "NEW_PASSWORD_REQUIRED");
            write(&lab, &client.pool, trigger);
            answer_new_password(&client, "alice", &session).await.ok();
            assert_written(&client, trigger).await;
            assert_eq!(status(&client.pool, "alice").await, "CONFIRMED");
            client.sign_in("alice", PASSWORD).await.ok();
            client.pool.call("AdminDeleteUser", json!({ "Username": "alice" })).await.ok();
            lab.functions.listening(trigger);
        }
    }

    async fn functions_may_write_the_user_who_shows_a_second_factor(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let app = turn_on_mfa(&lab, &alice.sign_in().await).await;
        for trigger in ["PostAuthentication", "PreTokenGeneration"] {
            write(&lab, &client.pool, trigger);
            let session = challenged(&alice.try_sign_in().await.ok(), "SOFTWARE_TOKEN_MFA");
            let code = json!({ "USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": app.code(&lab.clock) });
            let received = lab.functions.events(trigger).len();
            client.respond("SOFTWARE_TOKEN_MFA", &session, code.clone()).await.ok();
            assert_eq!(lab.functions.events(trigger).len(), received + 1, "{trigger} is told once");
            assert_written(&client, trigger).await;
            // A code is still good only once.
            let session = challenged(&alice.try_sign_in().await.ok(), "SOFTWARE_TOKEN_MFA");
            let reply = client.respond("SOFTWARE_TOKEN_MFA", &session, code).await;
            let message = "Your software token has already been used once.";
            reply.fault("ExpiredCodeException", message);
            lab.functions.listening(trigger);
            lab.clock.advance(STEP);
        }
    }

    async fn functions_may_write_the_user_whom_a_code_confirms(lab: Lab) {
        let pool = pool_with(&lab, listeners(&lab), by_email_code()).await;
        let client = pool.client_with(json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        write(&lab, &pool, "PostAuthentication");
        let parameters = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "EMAIL_OTP" });
        let session = challenged(&client.initiate_auth("USER_AUTH", parameters).await.ok(), "EMAIL_OTP");
        let code = json!({ "USERNAME": "alice", "EMAIL_OTP_CODE": lab.mailbox.code_for(ALICE).await });
        client.respond("EMAIL_OTP", &session, code).await.ok();
        assert_written(&client, "PostAuthentication").await;
        assert_eq!(pool.attribute("alice", "email_verified").await.as_deref(), Some("true"));
        assert_eq!(status(&pool, "alice").await, "CONFIRMED");
    }

    async fn who_is_disabled_or_deleted_meanwhile_gets_no_tokens(lab: Lab) {
        let client = client(&lab).await;
        let refusals = [
            ("AdminDisableUser", json!({}), "User is disabled."),
            ("AdminSetUserPassword", json!({ "Password": "Another-1", "Permanent": true }), "Incorrect username or password."),
            ("AdminDeleteUser", json!({}), "Incorrect username or password."),
        ];
        for trigger in ["PostAuthentication", "PreTokenGeneration"] {
            for (operation, input, refusal) in refusals.clone() {
                let alice = alice(&client).await;
                lab.clock.advance(STEP);
                call_back(&lab, &client.pool, trigger, operation, input);
                alice.try_sign_in().await.fault("NotAuthorizedException", refusal);
                lab.functions.listening(trigger);
                client.pool.call("AdminDeleteUser", json!({ "Username": "alice" })).await;
            }
        }
    }

    async fn who_is_disabled_or_deleted_meanwhile_gets_no_new_password(lab: Lab) {
        let client = client(&lab).await;
        for operation in ["AdminDisableUser", "AdminDeleteUser"] {
            invite(&client.pool, "alice", json!({})).await.ok();
            let session = challenged(&client.sign_in("alice", TEMPORARY_PASSWORD).await.ok(), "NEW_PASSWORD_REQUIRED");
            call_back(&lab, &client.pool, "PostAuthentication", operation, json!({}));
            let reply = answer_new_password(&client, "alice", &session).await;
            assert_ne!(reply.status, 200, "{operation}");
            client.pool.call("AdminDeleteUser", json!({ "Username": "alice" })).await;
            lab.functions.listening("PostAuthentication");
        }
    }
}
