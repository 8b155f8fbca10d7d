//! Signing up without a password, and sign-ups that go over into a sign-in.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::{hours, minutes};
use poolhouse_tests::scenario;

use super::*;

const NO_PASSWORD: &str =
    "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null";

/// Signs somebody up without a password.
async fn sign_up(client: &Client, username: &str, user_attributes: Value) -> Reply {
    let input = json!({ "UserAttributes": poolhouse_tests::actors::attributes(&user_attributes) });
    client.call_for("SignUp", username, input).await
}

/// Signs alice up; gives the session.
async fn begun(client: &Client) -> String {
    let output = sign_up(client, "alice", json!({ "email": EMAIL })).await.ok();
    output["Session"].as_str().unwrap().to_owned()
}

/// Confirms alice's sign-up with a session.
async fn confirm(lab: &Lab, client: &Client, session: &str) -> Reply {
    let code = lab.mailbox.code_for(EMAIL).await;
    client
        .call_for(
            "ConfirmSignUp",
            "alice",
            json!({ "ConfirmationCode": code, "Session": session }),
        )
        .await
}

/// The session of an answer.
fn session_in(reply: &Reply) -> String {
    reply.ok()["Session"].as_str().unwrap().to_owned()
}

/// Signs in by the session of a confirmed sign-up.
async fn go_over(client: &Client, session: &str, parameters: Value) -> Reply {
    let parameters = client.with_secret_hash(parameters);
    let input = json!({ "AuthFlow": "USER_AUTH", "Session": session, "AuthParameters": parameters });
    client.call("InitiateAuth", input).await
}

scenario! {
    async fn a_password_may_be_left_out_where_a_code_lets_in(lab: Lab) {
        let client = client(&lab).await;
        sign_up(&client, "alice", json!({ "email": EMAIL })).await.ok();
        assert_eq!(client.pool.user("alice").await["UserStatus"], "UNCONFIRMED");
        sign_up(&client, "bob", json!({})).await.fault(
            "InvalidParameterException", "An email or phone_number is required for a user without a password.",
        );
        let code = lab.mailbox.code_for(EMAIL).await;
        client.confirm_sign_up("alice", &code).await.ok();
        client.sign_in("alice", PASSWORD).await.fault("NotAuthorizedException", INCORRECT);
        let otp = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        Tokens::of(&answer_email(&client, "alice", &otp, &code).await.ok());
        let elsewhere = lab.pool().await.client_with(with_choice(json!({}))).await;
        sign_up(&elsewhere, "alice", json!({ "email": EMAIL })).await.fault("InvalidParameterException", NO_PASSWORD);
    }

    async fn a_confirmed_sign_up_goes_over_into_a_sign_in(lab: Lab) {
        let client = client(&lab).await;
        let begun = begun(&client).await;
        let session = session_in(&confirm(&lab, &client, &begun).await);
        let output = go_over(&client, &session, json!({ "USERNAME": "alice" })).await.ok();
        assert_eq!(output["ChallengeParameters"], json!({}));
        let claims = client.pool.verify(&Tokens::of(&output).id).await;
        assert_eq!((&claims["cognito:username"], &claims["email_verified"]), (&json!("alice"), &json!(true)));
        go_over(&client, &session, json!({ "USERNAME": "alice" })).await.fault("NotAuthorizedException", USED);
    }

    async fn the_session_is_enough_without_a_name_unless_there_is_a_secret(lab: Lab) {
        let client = client(&lab).await;
        let begun = begun(&client).await;
        let session = session_in(&confirm(&lab, &client, &begun).await);
        go_over(&client, &session, json!({ "USERNAME": "bob" })).await.fault("NotAuthorizedException", INVALID);
        Tokens::of(&go_over(&client, &session, json!({})).await.ok());

        let client = client.pool.client_with(with_choice(json!({ "GenerateSecret": true }))).await;
        client.pool.call("AdminDeleteUser", json!({ "Username": "alice" })).await.ok();
        let begun = self::begun(&client).await;
        let session = session_in(&confirm(&lab, &client, &begun).await);
        go_over(&client, &session, json!({})).await
            .fault("InvalidParameterException", "Missing required parameter USERNAME");
        Tokens::of(&go_over(&client, &session, json!({ "USERNAME": "alice" })).await.ok());
    }

    async fn only_a_client_with_the_flow_and_a_sign_up_with_a_code_begin_a_session(lab: Lab) {
        let pool = pool_with(&lab, json!({})).await;
        let closed = pool.client().await;
        let output = closed.sign_up("alice", PASSWORD, json!({ "email": EMAIL })).await.ok();
        assert_eq!(output.get("Session"), None);
        let code = lab.mailbox.code_for(EMAIL).await;
        assert_eq!(closed.confirm_sign_up("alice", &code).await.ok().get("Session"), None);
        let open = pool.client_with(with_choice(json!({}))).await;
        let output = open.sign_up("bob", PASSWORD, json!({ "phone_number": PHONE_NUMBER })).await.ok();
        assert_eq!((output.get("CodeDeliveryDetails"), output.get("Session")), (None, None));
    }

    async fn a_session_of_another_sign_up_confirms_nothing(lab: Lab) {
        let client = client(&lab).await;
        let bobs = session_in(&sign_up(&client, "bob", json!({ "email": "bob@example.com" })).await);
        let begun = begun(&client).await;
        confirm(&lab, &client, &bobs).await.fault("NotAuthorizedException", INVALID);
        confirm(&lab, &client, &"x".repeat(100)).await.fault("NotAuthorizedException", INVALID);
        let other = client.pool.client_with(with_choice(json!({}))).await;
        confirm(&lab, &other, &begun).await.fault("NotAuthorizedException", INVALID);
        // A session of a sign-in is none of a sign-up.
        let otp = begin_with(&client, "alice", "SELECT_CHALLENGE").await;
        confirm(&lab, &client, &otp).await.fault("NotAuthorizedException", INVALID);
        assert_eq!(client.pool.user("alice").await["UserStatus"], "UNCONFIRMED");
        go_over(&client, &begun, json!({})).await.fault("NotAuthorizedException", INVALID);
        let confirmation = json!({ "ConfirmationCode": lab.mailbox.code_for("alice@example.com").await });
        let wrong = json!({ "ConfirmationCode": "000000", "Session": begun });
        client.call_for("ConfirmSignUp", "alice", wrong).await
            .fault("CodeMismatchException", "Invalid verification code provided, please try again.");
        let session = session_in(&client.call_for(
            "ConfirmSignUp", "alice", merge(confirmation, json!({ "Session": begun })),
        ).await);
        confirm(&lab, &client, &begun).await.fault("NotAuthorizedException", USED);
        Tokens::of(&go_over(&client, &session, json!({})).await.ok());
    }

    async fn a_session_tells_nobody_who_exists(lab: Lab) {
        let client = discreet(&lab).await;
        let begun = begun(&client).await;
        for (name, session) in [("alice", "x".repeat(100)), ("nobody", "x".repeat(100)), ("nobody", begun)] {
            let input = json!({ "ConfirmationCode": "000000", "Session": session });
            client.call_for("ConfirmSignUp", name, input).await.fault("NotAuthorizedException", INVALID);
        }
    }

    async fn the_way_on_is_open_for_three_minutes(lab: Lab) {
        let client = client(&lab).await;
        let begun = begun(&client).await;
        lab.clock.advance(hours(23));
        let session = session_in(&confirm(&lab, &client, &begun).await);
        let other = client.pool.client_with(with_choice(json!({}))).await;
        go_over(&other, &session, json!({})).await.fault("NotAuthorizedException", INVALID);
        lab.clock.advance(minutes(3));
        go_over(&client, &session, json!({})).await.fault("NotAuthorizedException", EXPIRED);
    }

    async fn a_session_of_a_sign_up_has_its_flow_and_no_level(lab: Lab) {
        let client = client(&lab).await;
        let begun = begun(&client).await;
        let session = session_in(&confirm(&lab, &client, &begun).await);
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "Session": session,
            "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
        });
        client.call("InitiateAuth", input).await
            .fault("InvalidParameterException", "Session is only allowed with the USER_AUTH flow.");
        go_over(&client, &session, json!({ "USERNAME": "alice", "TARGET_ACR_VALUES": "urn:cognito:loa:3" })).await
            .fault("InvalidParameterException", "TARGET_ACR_VALUES is not allowed with a Session.");
        client.pool.call("AdminDisableUser", json!({ "Username": "alice" })).await.ok();
        go_over(&client, &session, json!({})).await.fault("NotAuthorizedException", "User is disabled.");
        client.pool.call("AdminEnableUser", json!({ "Username": "alice" })).await.ok();
        let input = json!({ "ClientId": client.id, "AuthFlow": "USER_AUTH", "Session": session });
        Tokens::of(&client.pool.call("AdminInitiateAuth", input).await.ok());
    }
}
