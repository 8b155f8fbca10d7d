//! SELECT_CHALLENGE, preferred challenges, passwords.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::minutes;
use poolhouse_tests::scenario;
use poolhouse_tests::srp::SrpClient;

use super::*;
use crate::auth::srp;

const SELECTION: &str = "ANSWER is not one of the available challenges.";

/// Invites somebody with a mailbox; without a temporary password they have none at all.
async fn invite(pool: &Pool, username: &str, members: Value) {
    let contact = json!([{ "Name": "email", "Value": format!("{username}@example.com") }]);
    let input = json!({ "Username": username, "MessageAction": "SUPPRESS", "UserAttributes": contact });
    pool.call("AdminCreateUser", merge(input, members)).await.ok();
}

scenario! {
    async fn users_choose_among_what_the_pool_allows_and_they_have(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        client.confirmed_user("bob").await;
        invite(&client.pool, "carol", json!({ "TemporaryPassword": "Temporary-1" })).await;
        invite(&client.pool, "dave", json!({})).await;
        for (username, available) in [
            ("alice", json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"])),
            ("bob", json!(["PASSWORD_SRP", "PASSWORD"])),
            ("carol", json!(["PASSWORD_SRP", "PASSWORD"])),
            ("dave", json!(["EMAIL_OTP"])),
        ] {
            let output = begin(&client, username, json!({})).await.ok();
            challenged(&output, "SELECT_CHALLENGE");
            assert_eq!(output["ChallengeParameters"], json!({}), "{username}");
            assert_eq!(output["AvailableChallenges"], available, "{username}");
        }
    }

    async fn a_challenge_is_selected_and_answered_in_one_step_or_two(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        let session = async || challenged(&begin(&client, "alice", json!({})).await.ok(), "SELECT_CHALLENGE");

        let at_once = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
        Tokens::of(&answer(&client, "alice", "SELECT_CHALLENGE", &session().await, at_once).await.ok());

        let output = select(&client, "alice", &session().await, "PASSWORD").await.ok();
        assert_eq!(output["ChallengeParameters"], json!({}));
        let password = challenged(&output, "PASSWORD");
        Tokens::of(&answer(&client, "alice", "PASSWORD", &password, json!({ "PASSWORD": PASSWORD })).await.ok());

        let output = select(&client, "alice", &session().await, "PASSWORD_SRP").await.ok();
        let proof = challenged(&output, "PASSWORD_SRP");
        let srp_a = json!({ "SRP_A": SrpClient::default().srp_a() });
        let output = answer(&client, "alice", "PASSWORD_SRP", &proof, srp_a.clone()).await.ok();
        assert_eq!(output["ChallengeName"], "PASSWORD_VERIFIER");
        Tokens::of(&srp::answer(&client, srp::proof(&client.pool, &output, PASSWORD)).await.ok());

        let at_once = merge(json!({ "ANSWER": "PASSWORD_SRP" }), srp_a);
        let output = answer(&client, "alice", "SELECT_CHALLENGE", &session().await, at_once).await.ok();
        Tokens::of(&srp::answer(&client, srp::proof(&client.pool, &output, PASSWORD)).await.ok());

        let output = select(&client, "alice", &session().await, "EMAIL_OTP").await.ok();
        assert_eq!(output["AvailableChallenges"], json!(["EMAIL_OTP"]));
        let otp = challenged(&output, "EMAIL_OTP");
        let code = lab.mailbox.code_for(EMAIL).await;
        Tokens::of(&answer_email(&client, "alice", &otp, &code).await.ok());
    }

    async fn a_preferred_challenge_comes_at_once(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        Tokens::of(&begin(&client, "alice", password).await.ok());
        let session = begin_with(&client, "alice", "PASSWORD").await;
        Tokens::of(&answer(&client, "alice", "PASSWORD", &session, json!({ "PASSWORD": PASSWORD })).await.ok());

        let preferred = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": SrpClient::default().srp_a() });
        let output = begin(&client, "alice", preferred).await.ok();
        assert_eq!(output["ChallengeName"], "PASSWORD_VERIFIER");
        Tokens::of(&srp::answer(&client, srp::proof(&client.pool, &output, PASSWORD)).await.ok());
        let session = begin_with(&client, "alice", "PASSWORD_SRP").await;
        let srp_a = json!({ "SRP_A": SrpClient::default().srp_a() });
        let output = answer(&client, "alice", "PASSWORD_SRP", &session, srp_a).await.ok();
        srp::answer(&client, srp::proof(&client.pool, &output, "Wrong-Password-1")).await
            .fault("NotAuthorizedException", INCORRECT);
        let preferred = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "COFFEEG" });
        begin(&client, "alice", preferred).await.fault("InvalidParameterException", "Invalid SRP_A.");
    }

    async fn a_preference_that_is_not_available_leaves_the_choice(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("bob").await;
        for preferred in ["EMAIL_OTP", "WEB_AUTHN", "SMS_MFA", "nonsense"] {
            let output = begin(&client, "bob", json!({ "PREFERRED_CHALLENGE": preferred, "PASSWORD": PASSWORD })).await;
            let output = output.ok();
            challenged(&output, "SELECT_CHALLENGE");
            assert_eq!(output["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]), "{preferred}");
        }
    }

    async fn a_selection_is_of_its_session(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        client.confirmed_user("bob").await;
        let session = challenged(&begin(&client, "alice", json!({})).await.ok(), "SELECT_CHALLENGE");
        for selected in ["WEB_AUTHN", "SELECT_CHALLENGE", "SOFTWARE_TOKEN_MFA", "password"] {
            select(&client, "alice", &session, selected).await.fault("InvalidParameterException", SELECTION);
        }
        answer(&client, "alice", "SELECT_CHALLENGE", &session, json!({})).await
            .fault("InvalidParameterException", "Missing required parameter ANSWER");
        select(&client, "bob", &session, "PASSWORD").await.fault("NotAuthorizedException", INVALID);
        let other = client.pool.client_with(with_choice(json!({}))).await;
        select(&other, "alice", &session, "PASSWORD").await.fault("NotAuthorizedException", INVALID);
        // Steps can't be skipped.
        answer(&client, "alice", "PASSWORD", &session, json!({ "PASSWORD": PASSWORD })).await
            .fault("NotAuthorizedException", INVALID);
        answer_email(&client, "alice", &session, "12345678").await.fault("NotAuthorizedException", INVALID);
        answer(&client, "alice", "SOFTWARE_TOKEN_MFA", &session, json!({ "SOFTWARE_TOKEN_MFA_CODE": "123456" })).await
            .fault("NotAuthorizedException", INVALID);
        challenged(&select(&client, "alice", &session, "PASSWORD").await.ok(), "PASSWORD");
        select(&client, "alice", &session, "PASSWORD").await.fault("NotAuthorizedException", USED);

        let session = challenged(&begin(&client, "alice", json!({})).await.ok(), "SELECT_CHALLENGE");
        lab.clock.advance(minutes(3));
        select(&client, "alice", &session, "PASSWORD").await.fault("NotAuthorizedException", EXPIRED);
    }

    async fn wrong_passwords_leave_the_session_and_earn_a_pause(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        let session = begin_with(&client, "alice", "PASSWORD").await;
        let wrong = json!({ "PASSWORD": "Wrong-Password-1" });
        for _ in 0..5 {
            answer(&client, "alice", "PASSWORD", &session, wrong.clone()).await
                .fault("NotAuthorizedException", INCORRECT);
        }
        let right = json!({ "PASSWORD": PASSWORD });
        answer(&client, "alice", "PASSWORD", &session, right.clone()).await
            .fault("NotAuthorizedException", "Password attempts exceeded");
        lab.clock.advance(minutes(1));
        Tokens::of(&answer(&client, "alice", "PASSWORD", &session, right.clone()).await.ok());
        answer(&client, "alice", "PASSWORD", &session, right).await.fault("NotAuthorizedException", USED);
    }

    async fn a_temporary_password_is_replaced_first(lab: Lab) {
        let client = client(&lab).await;
        invite(&client.pool, "carol", json!({ "TemporaryPassword": "Temporary-1" })).await;
        let given = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "Temporary-1" });
        let session = challenged(&begin(&client, "carol", given).await.ok(), "NEW_PASSWORD_REQUIRED");
        let responses = json!({ "NEW_PASSWORD": PASSWORD });
        Tokens::of(&answer(&client, "carol", "NEW_PASSWORD_REQUIRED", &session, responses).await.ok());
        let available = begin(&client, "carol", json!({})).await.ok()["AvailableChallenges"].take();
        assert_eq!(available, json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]));
    }

    async fn whoever_has_turned_a_second_factor_on_begins_with_the_password(lab: Lab) {
        let client = client(&lab).await;
        offer_mfa(&client.pool).await;
        let alice = alice(&client).await.sign_in().await;
        let app = register_app(&lab, &alice).await;
        let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        alice.call("SetUserMFAPreference", on).await.ok();
        let output = begin(&client, "alice", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
        challenged(&output, "SELECT_CHALLENGE");
        assert_eq!(output["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
        let given = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        let session = challenged(&begin(&client, "alice", given).await.ok(), "SOFTWARE_TOKEN_MFA");
        lab.clock.advance(poolhouse_tests::authenticator::STEP);
        let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": app.code(&lab.clock) });
        Tokens::of(&answer(&client, "alice", "SOFTWARE_TOKEN_MFA", &session, code).await.ok());
    }

    async fn the_flow_asks_for_its_client_and_its_name(lab: Lab) {
        let pool = pool_with(&lab, json!({})).await;
        let closed = pool.client().await;
        begin(&closed, "alice", json!({})).await
            .fault("InvalidParameterException", "USER_AUTH flow not enabled for this client");
        let admin = async |client: &Client, parameters: Value| {
            let input = json!({ "ClientId": client.id, "AuthFlow": "USER_AUTH", "AuthParameters": parameters });
            client.pool.call("AdminInitiateAuth", input).await
        };
        admin(&closed, json!({ "USERNAME": "alice" })).await
            .fault("InvalidParameterException", "Auth flow not enabled for this client");
        let client = pool.client_with(with_choice(json!({ "GenerateSecret": true }))).await;
        alice(&client).await;
        client.initiate_auth("USER_AUTH", json!({})).await
            .fault("InvalidParameterException", "Missing required parameter USERNAME");
        let input = json!({ "AuthFlow": "USER_AUTH", "AuthParameters": { "USERNAME": "alice" } });
        let unproved = format!("Client {} is configured with secret but SECRET_HASH was not received", client.id);
        client.call("InitiateAuth", input).await.fault("NotAuthorizedException", &unproved);

        let given = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD" });
        let session = challenged(&admin(&client, client.with_secret_hash(given)).await.ok(), "PASSWORD");
        let responses = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
        let input = |responses: Value| json!({
            "ClientId": client.id, "ChallengeName": "PASSWORD", "Session": session, "ChallengeResponses": responses,
        });
        client.pool.call("AdminRespondToAuthChallenge", input(responses.clone())).await
            .fault("NotAuthorizedException", &unproved);
        let proved = input(client.with_secret_hash(responses));
        Tokens::of(&client.pool.call("AdminRespondToAuthChallenge", proved).await.ok());
    }

    async fn the_lite_plan_knows_passwords_only(lab: Lab) {
        let client = lab.pool().await.client_with(with_choice(json!({}))).await;
        client.pool.call("UpdateUserPool", json!({ "UserPoolTier": "LITE" })).await.ok();
        alice(&client).await;
        let output = begin(&client, "alice", json!({})).await.ok();
        assert_eq!(output["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
        let given = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        Tokens::of(&begin(&client, "alice", given).await.ok());
        for preferred in ["EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"] {
            begin(&client, "alice", json!({ "PREFERRED_CHALLENGE": preferred })).await.fault(
                "FeatureUnavailableInTierException",
                "Passwordless sign-in is not available in the feature plan of the user pool.",
            );
        }
        begin(&client, "alice", json!({ "TARGET_ACR_VALUES": "urn:cognito:loa:1" })).await.fault(
            "FeatureUnavailableInTierException",
            "Step-up authentication is not available in the feature plan of the user pool.",
        );
    }

    async fn whoever_can_begin_with_nothing_is_refused(lab: Lab) {
        let client = client(&lab).await;
        invite(&client.pool, "dave", json!({})).await;
        let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "SMS_OTP"] } });
        client.pool.call("UpdateUserPool", json!({ "Policies": policies })).await.ok();
        lab.clock.advance(minutes(1));
        begin(&client, "dave", json!({})).await.fault("NotAuthorizedException", INCORRECT);
    }
}
