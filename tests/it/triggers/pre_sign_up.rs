//! PreSignUp: lets people sign up, and may confirm them and their addresses.

use poolhouse_tests::actors::{Client, PASSWORD, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    ALICE, BOB, NO_CLIENT, PHONE_NUMBER, alice, assert_nobody, event, invite, pool, pool_with, status, stored,
};

/// What a function is to fill in.
fn unanswered() -> Value {
    json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false })
}

/// A client of a pool with a function that answers this, and with these settings.
async fn client_with(lab: &Lab, answer: Value, settings: Value) -> Client {
    let function = lab.functions.answering("PreSignUp", answer);
    pool_with(lab, json!({ "PreSignUp": function }), settings)
        .await
        .client()
        .await
}

/// A client of a pool with a function that answers this.
async fn client(lab: &Lab, answer: Value) -> Client {
    client_with(lab, answer, json!({})).await
}

/// The settings of a pool that knows users by their addresses besides.
fn aliased() -> Value {
    json!({ "AliasAttributes": ["email"] })
}

scenario! {
    async fn a_sign_up_tells_what_was_given(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let data = json!([{ "Name": "captcha", "Value": "xyz" }, { "Name": "empty" }]);
        let input = json!({
            "Password": PASSWORD, "ValidationData": data, "ClientMetadata": { "campaign": "autumn" },
            "UserAttributes": [{ "Name": "email", "Value": ALICE }, { "Name": "name", "Value": "" }],
        });
        let output = client.call_for("SignUp", "Alice", input).await.ok();
        assert_eq!(output["UserConfirmed"], false);
        let request = json!({
            "userAttributes": { "email": ALICE },
            "validationData": { "captcha": "xyz", "empty": "" },
            "clientMetadata": { "campaign": "autumn" },
        });
        let user_name = client.pool.user("Alice").await["Username"].as_str().unwrap().to_owned();
        let expected = event(&client.pool, &client.id, "PreSignUp_SignUp", &user_name, request, unanswered());
        assert_eq!(lab.functions.event("PreSignUp"), expected);
    }

    async fn what_was_not_given_is_null_and_nothing(lab: Lab) {
        let client = client(&lab, json!({})).await;
        client.sign_up("alice", PASSWORD, json!({})).await.ok();
        let request = json!({ "userAttributes": {}, "validationData": null, "clientMetadata": {} });
        let expected = event(&client.pool, &client.id, "PreSignUp_SignUp", "alice", request, unanswered());
        assert_eq!(lab.functions.event("PreSignUp"), expected);
    }

    async fn in_a_pool_that_makes_up_usernames_the_event_has_the_one_that_stays(lab: Lab) {
        let client = client_with(&lab, json!({}), json!({ "UsernameAttributes": ["email"] })).await;
        let output = client.sign_up(ALICE, PASSWORD, json!({})).await.ok();
        let event = lab.functions.event("PreSignUp");
        assert_eq!(event["userName"], output["UserSub"]);
        assert_eq!(event["request"]["userAttributes"], json!({ "email": ALICE }));
    }

    async fn an_administrator_who_creates_a_user_is_told_apart(lab: Lab) {
        let answer = json!({ "autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": true });
        let client = client(&lab, answer).await;
        let members = json!({
            "UserAttributes": [{ "Name": "email", "Value": ALICE }, { "Name": "email_verified", "Value": "true" }],
            "ValidationData": [{ "Name": "source", "Value": "import" }],
            "ClientMetadata": { "by": "bob" },
        });
        invite(&client.pool, "alice", members).await.ok();
        let request = json!({
            "userAttributes": { "email": ALICE, "email_verified": "true" },
            "validationData": { "source": "import" },
            "clientMetadata": { "by": "bob" },
        });
        let expected = event(&client.pool, NO_CLIENT, "PreSignUp_AdminCreateUser", "alice", request, unanswered());
        assert_eq!(lab.functions.event("PreSignUp"), expected);
        assert_eq!(status(&client.pool, "alice").await, "FORCE_CHANGE_PASSWORD");

        // The phone number that the function vouches for isn't even there: what it says is for sign-ups alone.
        invite(&client.pool, "bob", json!({ "UserAttributes": [{ "Name": "email", "Value": BOB }] })).await.ok();
        assert_ne!(client.pool.attribute("bob", "email_verified").await.as_deref(), Some("true"));
    }

    async fn a_user_who_is_confirmed_at_once_gets_no_code_and_signs_in(lab: Lab) {
        let client = client(&lab, json!({ "autoConfirmUser": true })).await;
        let output = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        assert_eq!(output["UserConfirmed"], true);
        assert_eq!(output.get("CodeDeliveryDetails"), None);
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
        assert_eq!(status(&client.pool, "alice").await, "CONFIRMED");
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("false"));
        client.sign_in("alice", PASSWORD).await.ok();
    }

    async fn an_address_that_the_function_vouches_for_is_verified(lab: Lab) {
        let answer = json!({ "autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": true });
        let client = client(&lab, answer).await;
        let contacts = json!({ "email": ALICE, "phone_number": PHONE_NUMBER });
        client.sign_up("alice", PASSWORD, contacts).await.ok();
        for flag in ["email_verified", "phone_number_verified"] {
            assert_eq!(client.pool.attribute("alice", flag).await.as_deref(), Some("true"), "{flag}");
        }
    }

    async fn verifying_alone_confirms_nobody(lab: Lab) {
        let client = client(&lab, json!({ "autoVerifyEmail": true, "autoConfirmUser": null })).await;
        let output = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        assert_eq!(output["UserConfirmed"], false);
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("true"));
        client.confirm_sign_up("alice", &lab.mailbox.code_for(ALICE).await).await.ok();
    }

    async fn an_address_that_is_not_there_cannot_be_vouched_for(lab: Lab) {
        let client = client(&lab, json!({})).await;
        for (member, attribute) in [("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number")] {
            lab.functions.answering("PreSignUp", json!({ "autoConfirmUser": true, member: true }));
            let message = format!("Cannot auto-verify {attribute}: the user has none.");
            let reply = client.sign_up("alice", PASSWORD, json!({ "name": "Alice" })).await;
            reply.fault("InvalidLambdaResponseException", &message);
            assert_nobody(&client.pool, "alice").await;
        }
    }

    async fn a_vouched_alias_moves_to_the_new_user(lab: Lab) {
        let answer = json!({ "autoConfirmUser": true, "autoVerifyEmail": true });
        let client = client_with(&lab, answer, aliased()).await;
        let address = json!({ "email": ALICE });
        client.sign_up("alice", PASSWORD, address.clone()).await.ok();
        assert_eq!(client.pool.user(ALICE).await["Username"], "alice");
        client.sign_up("bob", PASSWORD, address).await.ok();
        assert_eq!(client.pool.user(ALICE).await["Username"], "bob");
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("false"));
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some(ALICE));
    }

    async fn an_alias_that_nobody_vouches_for_stays(lab: Lab) {
        let client = client_with(&lab, json!({ "autoConfirmUser": true, "autoVerifyEmail": true }), aliased()).await;
        let address = json!({ "email": ALICE });
        client.sign_up("alice", PASSWORD, address.clone()).await.ok();
        lab.functions.answering("PreSignUp", json!({ "autoConfirmUser": true }));
        client.sign_up("bob", PASSWORD, address).await.ok();
        assert_eq!(client.pool.user(ALICE).await["Username"], "alice");
    }

    async fn who_is_refused_leaves_nothing(lab: Lab) {
        let client = client(&lab, json!({})).await;
        lab.functions.failing("PreSignUp", "Not you");
        let message = "PreSignUp failed with error Not you.";
        let reply = client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await;
        reply.fault("UserLambdaValidationException", message);
        let reply = invite(&client.pool, "alice", json!({ "UserAttributes": [{ "Name": "email", "Value": ALICE }] })).await;
        reply.fault("UserLambdaValidationException", message);
        assert_nobody(&client.pool, "alice").await;
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
        lab.functions.listening("PreSignUp");
        alice(&client).await.sign_in().await;
    }

    async fn a_refusal_moves_no_alias(lab: Lab) {
        let client = client_with(&lab, json!({ "autoConfirmUser": true, "autoVerifyEmail": true }), aliased()).await;
        let address = json!({ "email": ALICE });
        client.sign_up("alice", PASSWORD, address.clone()).await.ok();
        lab.functions.failing("PreSignUp", "No");
        let reply = client.sign_up("bob", PASSWORD, address).await;
        reply.fault("UserLambdaValidationException", "PreSignUp failed with error No.");
        assert_eq!(client.pool.user(ALICE).await["Username"], "alice");
    }

    async fn what_needs_no_judgement_is_refused_before(lab: Lab) {
        let client = client(&lab, json!({})).await;
        client.sign_up("alice", PASSWORD, json!({})).await.ok();
        let received = lab.functions.events("PreSignUp").len();
        client.sign_up("alice", PASSWORD, json!({})).await.fault("UsernameExistsException", "User already exists");
        client
            .sign_up("bob", PASSWORD, json!({ "email": "bob" }))
            .await
            .fault("InvalidParameterException", "Invalid email address format.");
        let invited = invite(&client.pool, "alice", json!({})).await;
        invited.fault("UsernameExistsException", "User account already exists");
        assert_eq!(lab.functions.events("PreSignUp").len(), received);
    }

    async fn two_who_want_one_name_are_both_judged_and_one_gets_it(lab: Lab) {
        let function = lab.functions.answering("PreSignUp", json!({ "autoConfirmUser": true }));
        let functions = json!({ "PreSignUp": function, "PostConfirmation": lab.functions.listening("PostConfirmation") });
        let client = pool(&lab, functions).await.client().await;
        let sign_up = || client.sign_up("alice", PASSWORD, json!({}));
        let (one, other) = tokio::join!(sign_up(), sign_up());
        let (winner, loser) = if one.status == 200 { (one, other) } else { (other, one) };
        let sub = winner.ok()["UserSub"].as_str().unwrap().to_owned();
        loser.fault("UsernameExistsException", "User already exists");
        let told = lab.functions.event("PostConfirmation");
        assert_eq!(told["request"]["userAttributes"], stored(&sub, "CONFIRMED", json!({})));
    }

    async fn an_sdk_is_told_by_its_name_and_version(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let input = merge(json!({ "ClientId": client.id }), json!({ "Username": "alice", "Password": PASSWORD }));
        let mut request = poolhouse_tests::lab::api_request("SignUp", &input);
        let agent = "aws-sdk-js/3.600.0 ua/2.0 os/linux lang/js".parse().unwrap();
        request.headers_mut().insert("user-agent", agent);
        lab.send_call("SignUp", request).await.ok();
        let context = json!({ "awsSdkVersion": "aws-sdk-js-3.600.0", "clientId": client.id });
        assert_eq!(lab.functions.event("PreSignUp")["callerContext"], context);
    }
}
