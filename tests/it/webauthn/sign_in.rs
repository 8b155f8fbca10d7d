//! Signing in by passkey.

use poolhouse_tests::actors::{Client, SignedIn, Tokens};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::passkeys::{Authenticator, USER_VERIFIED};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{pool, registered};

const WRONG: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");
const FLOWS: [&str; 3] = [
    "ALLOW_USER_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
];

/// A client that lets users choose.
async fn client(lab: &Lab) -> Client {
    pool(lab).await.client_with(json!({ "ExplicitAuthFlows": FLOWS })).await
}

/// Somebody with a passkey at such a client.
async fn alice(lab: &Lab) -> (SignedIn, Authenticator) {
    let alice = client(lab).await.confirmed_user("alice").await.sign_in().await;
    let authenticator = registered(&alice).await;
    (alice, authenticator)
}

/// Begins to sign in by passkey; answers the session and the options.
async fn begin(client: &Client, username: &str) -> (String, Value) {
    let parameters = json!({ "USERNAME": username, "PREFERRED_CHALLENGE": "WEB_AUTHN" });
    asked(&client.initiate_auth("USER_AUTH", parameters).await.ok())
}

/// The session and the options of the challenge.
fn asked(challenge: &Value) -> (String, Value) {
    assert_eq!(challenge["ChallengeName"], "WEB_AUTHN", "{challenge}");
    let options = challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
        .as_str()
        .unwrap();
    let session = challenge["Session"].as_str().unwrap().to_owned();
    (session, serde_json::from_str(options).unwrap())
}

async fn answer(client: &Client, session: &str, credential: &Value) -> Reply {
    let responses = json!({ "USERNAME": "alice", "CREDENTIAL": credential.to_string() });
    client.respond("WEB_AUTHN", session, responses).await
}

scenario! {
    async fn a_passkey_signs_its_user_in(lab: Lab) {
        let (alice, authenticator) = alice(&lab).await;
        let client = &alice.user.client;
        let (session, options) = begin(client, "alice").await;
        assert_eq!(options["rpId"], "localhost");
        assert_eq!(options["allowCredentials"][0]["id"], authenticator.id());
        let output = answer(client, &session, &authenticator.get(&options)).await.ok();
        let signed_in = SignedIn { user: alice.user.clone(), tokens: Tokens::of(&output) };
        assert_eq!(signed_in.get_user().await.ok()["Username"], "alice");
        assert_eq!(signed_in.access_claims().await["sub"], alice.user.sub);
        signed_in.refresh().await.ok();
    }

    async fn a_passkey_can_be_chosen(lab: Lab) {
        let (alice, authenticator) = alice(&lab).await;
        let client = &alice.user.client;
        let choice = client.initiate_auth("USER_AUTH", json!({ "USERNAME": "alice" })).await.ok();
        assert_eq!(choice["ChallengeName"], "SELECT_CHALLENGE");
        assert_eq!(choice["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"]));
        let responses = json!({ "USERNAME": "alice", "ANSWER": "WEB_AUTHN" });
        let session = choice["Session"].as_str().unwrap();
        let (session, options) = asked(&client.respond("SELECT_CHALLENGE", session, responses).await.ok());
        Tokens::of(&answer(client, &session, &authenticator.get(&options)).await.ok());
    }

    async fn who_has_no_passkey_is_not_asked_for_one(lab: Lab) {
        let client = client(&lab).await;
        client.confirmed_user("bob").await;
        let parameters = json!({ "USERNAME": "bob", "PREFERRED_CHALLENGE": "WEB_AUTHN" });
        let choice = client.initiate_auth("USER_AUTH", parameters).await.ok();
        assert_eq!(choice["ChallengeName"], "SELECT_CHALLENGE");
        assert_eq!(choice["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    }

    async fn a_wrong_proof_tells_nothing_and_ends_the_sign_in(lab: Lab) {
        let (alice, mut authenticator) = alice(&lab).await;
        let client = &alice.user.client;
        let (session, options) = begin(client, "alice").await;
        let right = authenticator.get(&options);
        authenticator.origin = "https://evil.com".into();
        answer(client, &session, &authenticator.get(&options)).await.fault(WRONG.0, WRONG.1);
        answer(client, &session, &right).await.fault(
            "NotAuthorizedException",
            "Invalid session for the user, session can only be used once.",
        );
        for nonsense in [json!({}), json!("text"), json!([[[]]])] {
            let (session, _) = begin(client, "alice").await;
            answer(client, &session, &nonsense).await.fault(WRONG.0, WRONG.1);
        }
    }

    async fn a_proof_is_good_for_its_session_once(lab: Lab) {
        let (alice, authenticator) = alice(&lab).await;
        let client = &alice.user.client;
        let (one, options) = begin(client, "alice").await;
        let (other, _) = begin(client, "alice").await;
        let proof = authenticator.get(&options);
        answer(client, &other, &proof).await.fault(WRONG.0, WRONG.1);
        answer(client, &one, &proof).await.ok();
        answer(client, &one, &proof).await.fault(
            "NotAuthorizedException",
            "Invalid session for the user, session can only be used once.",
        );
    }

    async fn of_two_that_answer_one_challenge_one_signs_in(lab: Lab) {
        let (alice, authenticator) = alice(&lab).await;
        let client = &alice.user.client;
        let (session, options) = begin(client, "alice").await;
        let proof = authenticator.get(&options);
        let (one, other) = tokio::join!(answer(client, &session, &proof), answer(client, &session, &proof));
        let (won, lost) = if one.status.is_success() { (one, other) } else { (other, one) };
        Tokens::of(&won.ok());
        assert_eq!(lost.error().0, "NotAuthorizedException");
    }

    async fn the_passkey_of_somebody_else_signs_nobody_in(lab: Lab) {
        let (alice, _) = alice(&lab).await;
        let client = &alice.user.client;
        let mallory = client.confirmed_user("mallory").await.sign_in().await;
        let authenticator = registered(&mallory).await;
        let (session, options) = begin(client, "alice").await;
        answer(client, &session, &authenticator.get(&options)).await.fault(WRONG.0, WRONG.1);
    }

    async fn a_passkey_does_not_go_around_a_second_factor(lab: Lab) {
        let client = client(&lab).await;
        let configuration = |factors: &str| json!({
            "MfaConfiguration": "OPTIONAL",
            "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
            "WebAuthnConfiguration": { "RelyingPartyId": "localhost", "FactorConfiguration": factors },
        });
        client.pool.call("SetUserPoolMfaConfig", configuration("SINGLE_FACTOR")).await.ok();
        let phone = json!({ "phone_number": "+12345671234" });
        let alice = client.confirmed_user_with("alice", phone).await.sign_in().await;
        let mut authenticator = registered(&alice).await;
        alice.call("SetUserMFAPreference", json!({ "SMSMfaSettings": { "Enabled": true } })).await.ok();
        let parameters = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "WEB_AUTHN" });
        let choice = client.initiate_auth("USER_AUTH", parameters).await.ok();
        assert_eq!(choice["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));

        let multi_factor = configuration("MULTI_FACTOR_WITH_USER_VERIFICATION");
        client.pool.call("SetUserPoolMfaConfig", multi_factor).await.ok();
        alice.call("SetUserMFAPreference", json!({ "WebAuthnMfaSettings": { "Enabled": true } })).await.ok();
        let (session, options) = begin(&client, "alice").await;
        assert_eq!(options["userVerification"], "required");
        let verified = authenticator.get(&options);
        authenticator.flags &= !USER_VERIFIED;
        answer(&client, &session, &authenticator.get(&options)).await.fault(WRONG.0, WRONG.1);
        answer(&client, &session, &verified).await.fault(
            "NotAuthorizedException",
            "Invalid session for the user, session can only be used once.",
        );
        authenticator.flags |= USER_VERIFIED;
        let (session, options) = begin(&client, "alice").await;
        Tokens::of(&answer(&client, &session, &authenticator.get(&options)).await.ok());
    }

    async fn a_disabled_user_is_not_signed_in(lab: Lab) {
        let (alice, authenticator) = alice(&lab).await;
        let client = &alice.user.client;
        let (session, options) = begin(client, "alice").await;
        alice.user.admin_call("AdminDisableUser", json!({})).await.ok();
        answer(client, &session, &authenticator.get(&options)).await.fault("NotAuthorizedException", "User is disabled.");
    }
}
