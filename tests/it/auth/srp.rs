//! Signing in by SRP.

use poolhouse_tests::actors::{Client, PASSWORD, Pool, Tokens, merge};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use poolhouse_tests::srp::{SrpChallenge, SrpClient};
use serde_json::{Value, json};

use super::{INCORRECT, TEMPORARY_PASSWORD, admin_initiate, invite};

/// The clock of a lab as clients write it.
pub const TIMESTAMP: &str = "Fri Jan 15 08:00:00 UTC 2027";

/// The settings of a client that signs in by SRP and by password.
pub fn with_srp(settings: Value) -> Value {
    let flows = [
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    merge(json!({ "ExplicitAuthFlows": flows }), settings)
}

/// Asks for the challenge.
pub async fn challenge(client: &Client, username: &str) -> Value {
    let parameters = json!({ "USERNAME": username, "SRP_A": SrpClient::default().srp_a() });
    client.initiate_auth("USER_SRP_AUTH", parameters).await.ok()
}

/// The responses that prove `password` to a challenge.
pub fn proof(pool: &Pool, challenge: &Value, password: &str) -> Value {
    let parameter = |name: &str| challenge["ChallengeParameters"][name].as_str().unwrap();
    let (_, pool_name) = pool.id.split_once('_').unwrap();
    let signature = SrpClient::default().sign(
        password,
        &SrpChallenge {
            pool_name,
            user_id: parameter("USER_ID_FOR_SRP"),
            salt: parameter("SALT"),
            srp_b: parameter("SRP_B"),
            secret_block: parameter("SECRET_BLOCK"),
            timestamp: TIMESTAMP,
        },
    );
    json!({
        "USERNAME": parameter("USER_ID_FOR_SRP"),
        "PASSWORD_CLAIM_SIGNATURE": signature,
        "PASSWORD_CLAIM_SECRET_BLOCK": parameter("SECRET_BLOCK"),
        "TIMESTAMP": TIMESTAMP,
    })
}

/// Answers PASSWORD_VERIFIER, without a session as SDKs do.
pub async fn answer(client: &Client, responses: Value) -> Reply {
    let responses = client.with_secret_hash(responses);
    let input = json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses });
    client.call("RespondToAuthChallenge", input).await
}

/// Signs in from the first leg to the last.
pub async fn sign_in(client: &Client, username: &str, password: &str) -> Reply {
    let challenge = challenge(client, username).await;
    answer(client, proof(&client.pool, &challenge, password)).await
}

scenario! {
    async fn a_user_signs_in_without_sending_the_password(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        let challenge = challenge(&client, "alice").await;
        assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
        assert_eq!(challenge.get("Session"), None);
        let parameters = challenge["ChallengeParameters"].as_object().unwrap();
        let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
        assert_eq!(names, ["SALT", "SECRET_BLOCK", "SRP_B", "USERNAME", "USER_ID_FOR_SRP"]);
        assert_eq!((&parameters["USERNAME"], &parameters["USER_ID_FOR_SRP"]), (&json!("alice"), &json!("alice")));

        let output = answer(&client, proof(&client.pool, &challenge, PASSWORD)).await.ok();
        assert_eq!(output["ChallengeParameters"], json!({}));
        let claims = client.pool.verify(&Tokens::of(&output).access).await;
        assert_eq!(claims["username"], "alice");
    }

    async fn a_wrong_password_is_refused(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        sign_in(&client, "alice", "Wrong-password1").await.fault("NotAuthorizedException", INCORRECT);
        sign_in(&client, "alice", PASSWORD).await.ok();
    }

    async fn an_administrator_starts_and_answers(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        client.confirmed_user("alice").await;
        let parameters = json!({ "USERNAME": "alice", "SRP_A": SrpClient::default().srp_a() });
        let challenge = admin_initiate(&client, "USER_SRP_AUTH", parameters).await.ok();
        let input = json!({
            "ClientId": client.id, "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": proof(&client.pool, &challenge, PASSWORD),
        });
        let output = client.pool.call("AdminRespondToAuthChallenge", input).await.ok();
        assert_eq!(output["AuthenticationResult"]["TokenType"], "Bearer");
    }

    async fn a_temporary_password_asks_for_a_new_one(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({}))).await;
        invite(&client.pool, "alice", json!({})).await;
        let challenge = sign_in(&client, "alice", TEMPORARY_PASSWORD).await.ok();
        assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        let session = challenge["Session"].as_str().unwrap();
        // The new password may be the temporary one.
        let responses = json!({ "USERNAME": "alice", "NEW_PASSWORD": TEMPORARY_PASSWORD });
        client.respond("NEW_PASSWORD_REQUIRED", session, responses).await.ok();
        let output = sign_in(&client, "alice", TEMPORARY_PASSWORD).await.ok();
        assert_eq!(output["AuthenticationResult"]["ExpiresIn"], 3600);
    }

    async fn the_verifier_follows_every_change_of_the_password(lab: Lab) {
        let client = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await.client_with(with_srp(json!({}))).await;
        let alice = client.confirmed_user_with("alice", json!({ "email": "alice@example.com" })).await;
        let set = json!({ "Username": "alice", "Password": "Set-by-admin1", "Permanent": true });
        client.pool.call("AdminSetUserPassword", set).await.ok();
        let tokens = Tokens::of(&sign_in(&client, "alice", "Set-by-admin1").await.ok());

        let change = json!({
            "AccessToken": tokens.access, "PreviousPassword": "Set-by-admin1", "ProposedPassword": "Changed-by-me1"
        });
        lab.call("ChangePassword", change).await.ok();
        sign_in(&client, "alice", "Changed-by-me1").await.ok();

        let verified = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
        alice.admin_call("AdminUpdateUserAttributes", verified).await.ok();
        client.forgot_password("alice").await.ok();
        let code = lab.mailbox.code_for("alice@example.com").await;
        client.confirm_forgot_password("alice", &code, "Reset-by-code1").await.ok();
        sign_in(&client, "alice", "Changed-by-me1").await.fault("NotAuthorizedException", INCORRECT);
        sign_in(&client, "alice", "Reset-by-code1").await.ok();
    }

    async fn an_alias_leads_to_the_username(lab: Lab) {
        let pool = lab.pool_with(json!({ "UsernameAttributes": ["email"] })).await;
        let client = pool.client_with(with_srp(json!({ "GenerateSecret": true }))).await;
        client.confirmed_user("alice@example.com").await;
        let challenge = challenge(&client, "alice@example.com").await;
        let sub = client.pool.attribute("alice@example.com", "sub").await.unwrap();
        assert_eq!(challenge["ChallengeParameters"]["USER_ID_FOR_SRP"], sub);
        // The name in the answer may be the one that was typed.
        let mut responses = proof(&client.pool, &challenge, PASSWORD);
        responses["USERNAME"] = json!("alice@example.com");
        answer(&client, responses).await.ok();
        sign_in(&client, "alice@example.com", PASSWORD).await.ok();
    }

    async fn a_confidential_client_hashes_the_name_that_it_sends(lab: Lab) {
        let client = lab.pool().await.client_with(with_srp(json!({ "GenerateSecret": true }))).await;
        client.confirmed_user("alice").await;
        let challenge = challenge(&client, "alice").await;
        let responses = proof(&client.pool, &challenge, PASSWORD);
        let input = json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses });
        let sentence = format!("Client {} is configured with secret but SECRET_HASH was not received", client.id);
        client.call("RespondToAuthChallenge", input).await.fault("NotAuthorizedException", &sentence);
        answer(&client, responses).await.ok();
    }

    async fn a_user_who_cannot_sign_in_learns_why_at_the_second_leg(lab: Lab) {
        let client = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await.client_with(with_srp(json!({}))).await;
        client.sign_up("alice", PASSWORD, json!({ "email": "alice@example.com" })).await.ok();
        sign_in(&client, "alice", PASSWORD).await.fault("UserNotConfirmedException", "User is not confirmed.");

        let bob = client.confirmed_user("bob").await;
        bob.admin_call("AdminDisableUser", json!({})).await.ok();
        sign_in(&client, "bob", "Wrong-password1").await.fault("NotAuthorizedException", INCORRECT);
        sign_in(&client, "bob", PASSWORD).await.fault("NotAuthorizedException", "User is disabled.");
    }

    async fn an_unknown_name_is_told_or_hidden_as_the_client_says(lab: Lab) {
        let pool = lab.pool().await;
        let open = pool.client_with(with_srp(json!({}))).await;
        let parameters = json!({ "USERNAME": "nobody", "SRP_A": SrpClient::default().srp_a() });
        open.initiate_auth("USER_SRP_AUTH", parameters).await.fault("UserNotFoundException", "User does not exist.");

        let hidden = pool.client_with(with_srp(json!({ "PreventUserExistenceErrors": "ENABLED" }))).await;
        let (first, second) = (challenge(&hidden, "nobody").await, challenge(&hidden, "nobody").await);
        let (first, second) = (&first["ChallengeParameters"], &second["ChallengeParameters"]);
        for stable in ["SALT", "USER_ID_FOR_SRP", "USERNAME"] {
            assert_eq!(first[stable], second[stable], "{stable}");
        }
        assert_ne!(first["SRP_B"], second["SRP_B"]);
        assert_eq!(first["USER_ID_FOR_SRP"].as_str().unwrap().len(), 36);
        let other = challenge(&hidden, "somebody").await;
        assert_ne!(other["ChallengeParameters"]["SALT"], first["SALT"]);
        sign_in(&hidden, "nobody", PASSWORD).await.fault("NotAuthorizedException", INCORRECT);
    }
}
