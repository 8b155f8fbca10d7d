//! Names that belong to nobody, and users who may not sign in.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;
use serde_json::json;

use super::*;

/// An app client that tells who doesn't exist, and one that doesn't, of a pool whose functions ask for a sum.
async fn open_and_silent(lab: &Lab) -> (Client, Client) {
    let functions = functions(lab, &ask_for_sum(lab));
    let pool = pool(lab, functions, json!({ "AutoVerifiedAttributes": ["email"] })).await;
    let silent = json!({ "PreventUserExistenceErrors": "ENABLED" });
    (client_of(&pool, json!({})).await, client_of(&pool, silent).await)
}

/// What a function was told of whether there is a user, event by event.
fn flags(lab: &Lab, name: &str) -> Vec<Value> {
    let events = lab.functions.events(name);
    let flag = |event: &Value| event["request"]["userNotFound"].clone();
    events.iter().map(flag).collect()
}

scenario! {
    async fn an_unknown_name_is_told_where_the_client_tells(lab: Lab) {
        let (open, _) = open_and_silent(&lab).await;
        start(&open, "nobody").await.fault("UserNotFoundException", "User does not exist.");
        let input = json!({ "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "nobody" } });
        let reply = admin_auth(&open, "AdminInitiateAuth", input).await;
        reply.fault("UserNotFoundException", "User does not exist.");
        assert_eq!(lab.functions.sources(), Vec::<String>::new());
    }

    async fn or_else_goes_on_as_the_functions_say_and_never_signs_in(lab: Lab) {
        let before = json!({ "PreAuthentication": lab.functions.listening("before") });
        let functions = merge(functions(&lab, &ask_for_sum(&lab)), before);
        let silent = json!({ "PreventUserExistenceErrors": "ENABLED" });
        let client = client_of(&pool(&lab, functions, json!({})).await, silent).await;
        client.confirmed_user("alice").await;
        let known = start(&client, "alice").await.ok();
        let unknown = start(&client, "nobody").await.ok();
        let told = json!({ "question": "2 + 2", "USERNAME": "nobody" });
        assert_eq!(unknown["ChallengeParameters"], told);
        let length = |output: &Value| output["Session"].as_str().unwrap().len();
        assert_eq!(length(&known), length(&unknown));
        let again = answer(&client, "nobody", &unknown, "5").await.ok();
        assert_eq!(again["ChallengeParameters"], told);
        answer(&client, "nobody", &again, "4").await.fault(NOT_AUTHORIZED, INCORRECT);

        for name in ["before", "define", "create", "verify"] {
            let events = lab.functions.events(name);
            let event = events.iter().rfind(|event| event["userName"] == "nobody").unwrap();
            assert_eq!(event["request"]["userAttributes"], json!({}), "{name}");
            assert_eq!(event["request"]["userNotFound"], true, "{name}");
        }
        let wrong_then_right = json!([
            result("CUSTOM_CHALLENGE", false, Some("SUM")), result("CUSTOM_CHALLENGE", true, Some("SUM")),
        ]);
        assert_eq!(sessions(&lab).pop(), Some(wrong_then_right));
        lab.functions.answering("define", json!({ "issueTokens": true }));
        start(&client, "nobody").await.fault(NOT_AUTHORIZED, INCORRECT);
    }

    async fn nobody_proves_a_password_in_vain(lab: Lab) {
        let functions = functions(&lab, &name_in_turn(&lab, &["PASSWORD_VERIFIER"]));
        let silent = json!({ "PreventUserExistenceErrors": "ENABLED" });
        let client = client_of(&pool(&lab, functions, json!({})).await, silent).await;
        let output = start_with_srp(&client, "nobody").await.ok();
        prove_password(&client, &output, PASSWORD, json!({})).await.fault(NOT_AUTHORIZED, INCORRECT);
        assert_eq!(sessions(&lab), [json!([result("SRP_A", true, None)])]);
        // What needs a user can't be asked of nobody.
        name_always(&lab, "SMS_MFA");
        start(&client, "nobody").await.fault(NOT_AUTHORIZED, INCORRECT);
    }

    async fn nobody_gets_a_username_where_users_get_generated_ones(lab: Lab) {
        let functions = functions(&lab, &ask_for_sum(&lab));
        let silent = json!({ "PreventUserExistenceErrors": "ENABLED" });
        for settings in [json!({ "UsernameAttributes": ["email"] }), json!({ "AliasAttributes": ["email"] })] {
            let client = client_of(&pool(&lab, functions.clone(), settings).await, silent.clone()).await;
            let name = "nobody@example.com";
            let asked = [start(&client, name).await.ok(), start(&client, name).await.ok()];
            let shown = asked[0]["ChallengeParameters"]["USERNAME"].as_str().unwrap();
            assert_eq!(asked[1]["ChallengeParameters"]["USERNAME"], shown);
            assert_ne!(shown, name);
            let again = answer(&client, shown, &asked[0], "5").await.ok();
            answer(&client, name, &again, "4").await.fault(NOT_AUTHORIZED, INCORRECT);
        }
    }

    async fn an_unconfirmed_user_is_told_once_that_is_safe(lab: Lab) {
        let (open, silent) = open_and_silent(&lab).await;
        open.sign_up("alice", PASSWORD, json!({ "email": "alice@example.com" })).await.ok();
        let sentence = "User is not confirmed.";
        start(&open, "alice").await.fault("UserNotConfirmedException", sentence);
        assert_eq!(lab.functions.sources(), Vec::<String>::new());
        let asked = start(&silent, "alice").await.ok();
        answer(&silent, "alice", &asked, "4").await.fault("UserNotConfirmedException", sentence);
        assert_eq!(flags(&lab, "define"), [false, false]);
    }

    async fn who_may_not_sign_in_is_told_so_or_is_nobody(lab: Lab) {
        let (open, silent) = open_and_silent(&lab).await;
        let disabled = open.confirmed_user("alice").await;
        disabled.admin_call("AdminDisableUser", json!({})).await.ok();
        open.sign_up("bob", PASSWORD, json!({ "email": "bob@example.com" })).await.ok();
        let code = lab.mailbox.code_for("bob@example.com").await;
        open.confirm_sign_up("bob", &code).await.ok();
        open.pool.call("AdminResetUserPassword", json!({ "Username": "bob" })).await.ok();
        start(&open, "alice").await.fault(NOT_AUTHORIZED, "User is disabled.");
        let sentence = "Password reset required for the user";
        start(&open, "bob").await.fault("PasswordResetRequiredException", sentence);
        assert_eq!(lab.functions.sources(), Vec::<String>::new());
        for username in ["alice", "bob"] {
            let asked = start(&silent, username).await.ok();
            assert_eq!(asked["ChallengeParameters"], json!({ "question": "2 + 2", "USERNAME": username }));
            answer(&silent, username, &asked, "4").await.fault(NOT_AUTHORIZED, INCORRECT);
        }
        assert_eq!(flags(&lab, "define"), [true, true, true, true]);
    }

    async fn who_is_disabled_meanwhile_goes_no_further(lab: Lab) {
        let (open, silent) = open_and_silent(&lab).await;
        let alice = open.confirmed_user("alice").await;
        let asked = [start(&open, "alice").await.ok(), start(&silent, "alice").await.ok()];
        alice.admin_call("AdminDisableUser", json!({})).await.ok();
        answer(&open, "alice", &asked[0], "4").await.fault(NOT_AUTHORIZED, "User is disabled.");
        answer(&silent, "alice", &asked[1], "4").await.fault(NOT_AUTHORIZED, INCORRECT);
        assert_eq!(flags(&lab, "verify"), [true]);
    }

    async fn who_is_disabled_while_functions_decide_is_not_let_in(lab: Lab) {
        let (open, _) = open_and_silent(&lab).await;
        let alice = open.confirmed_user("alice").await;
        let runtime = tokio::runtime::Handle::current();
        lab.functions.put("define", move |mut event| {
            let disabling = alice.admin_call("AdminDisableUser", json!({}));
            tokio::task::block_in_place(|| runtime.block_on(disabling)).ok();
            event["response"] = json!({ "issueTokens": true });
            Ok(event)
        });
        start(&open, "alice").await.fault(NOT_AUTHORIZED, "User is disabled.");
        // The function holds the lab.
        lab.functions.listening("define");
    }

    async fn who_is_deleted_meanwhile_has_no_session(lab: Lab) {
        let (_, silent) = open_and_silent(&lab).await;
        let alice = silent.confirmed_user("alice").await;
        let asked = start(&silent, "alice").await.ok();
        alice.admin_call("AdminDeleteUser", json!({})).await.ok();
        answer(&silent, "alice", &asked, "4").await.fault(NOT_AUTHORIZED, INVALID);
        assert_eq!(lab.functions.events("verify"), Vec::<Value>::new());
    }
}
