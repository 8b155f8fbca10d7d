//! What is good for one use, by two at once.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;

use super::*;

/// Who won and who lost of two that raced.
#[track_caller]
fn settled((one, other): (Reply, Reply)) -> (Reply, Reply) {
    assert_ne!(
        one.status.is_success(),
        other.status.is_success(),
        "{} {}",
        one.text(),
        other.text()
    );
    if one.status.is_success() {
        (one, other)
    } else {
        (other, one)
    }
}

scenario! {
    async fn one_code_signs_in_once(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        let session = begin_with(&client, "alice", "EMAIL_OTP").await;
        let code = lab.mailbox.code_for(EMAIL).await;
        let elsewhere = client.at(&lab.another_node());
        let (won, lost) = settled(tokio::join!(
            answer_email(&client, "alice", &session, &code),
            answer_email(&elsewhere, "alice", &session, &code),
        ));
        Tokens::of(&won.ok());
        lost.fault("NotAuthorizedException", USED);
    }

    async fn one_selection_is_made_once(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await;
        let session = challenged(&begin(&client, "alice", json!({})).await.ok(), "SELECT_CHALLENGE");
        let given = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
        let (_, lost) = settled(tokio::join!(
            answer(&client, "alice", "SELECT_CHALLENGE", &session, given.clone()),
            answer(&client, "alice", "SELECT_CHALLENGE", &session, given),
        ));
        lost.fault("NotAuthorizedException", USED);
    }

    async fn one_sign_up_goes_over_once(lab: Lab) {
        let client = client(&lab).await;
        let begun = client.sign_up("alice", PASSWORD, json!({ "email": EMAIL })).await.ok();
        let code = lab.mailbox.code_for(EMAIL).await;
        let input = json!({ "ConfirmationCode": code, "Session": begun["Session"] });
        let (won, _) = settled(tokio::join!(
            client.call_for("ConfirmSignUp", "alice", input.clone()),
            client.call_for("ConfirmSignUp", "alice", input),
        ));
        let input = json!({ "AuthFlow": "USER_AUTH", "Session": won.ok()["Session"] });
        let (won, lost) = settled(tokio::join!(
            client.call("InitiateAuth", input.clone()),
            client.call("InitiateAuth", input),
        ));
        Tokens::of(&won.ok());
        lost.fault("NotAuthorizedException", USED);
    }

    async fn one_app_is_registered_once_in_a_sign_in(lab: Lab) {
        let client = client(&lab).await;
        let only_passwords = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } });
        client.pool.call("UpdateUserPool", json!({ "Policies": only_passwords })).await.ok();
        let mfa = json!({ "SoftwareTokenMfaConfiguration": { "Enabled": true }, "MfaConfiguration": "ON" });
        client.pool.call("SetUserPoolMfaConfig", mfa).await.ok();
        let alice = client.confirmed_user("alice").await;
        let session = challenged(&alice.try_sign_in().await.ok(), "MFA_SETUP");
        let output = lab.call("AssociateSoftwareToken", json!({ "Session": session })).await.ok();
        let app = Authenticator::new(output["SecretCode"].as_str().unwrap());
        let input = json!({ "Session": output["Session"], "UserCode": app.code(&lab.clock) });
        let (won, lost) = settled(tokio::join!(
            lab.call("VerifySoftwareToken", input.clone()),
            lab.call("VerifySoftwareToken", input),
        ));
        let (name, message) = lost.error();
        // Whoever comes after the other has written finds an app that waits no more.
        let refusals = [("NotAuthorizedException", USED), ("InvalidParameterException", INVALID)];
        assert!(refusals.contains(&(name.as_str(), message.as_str())), "{name} {message}");
        let session = won.ok()["Session"].as_str().unwrap().to_owned();
        Tokens::of(&answer(&client, "alice", "MFA_SETUP", &session, json!({})).await.ok());
    }

    async fn a_change_of_the_user_does_not_lose_the_setup_of_an_app(lab: Lab) {
        let client = client(&lab).await;
        let only_passwords = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } });
        client.pool.call("UpdateUserPool", json!({ "Policies": only_passwords })).await.ok();
        let mfa = json!({ "SoftwareTokenMfaConfiguration": { "Enabled": true }, "MfaConfiguration": "ON" });
        client.pool.call("SetUserPoolMfaConfig", mfa).await.ok();
        let alice = client.confirmed_user("alice").await;
        let session = challenged(&alice.try_sign_in().await.ok(), "MFA_SETUP");
        let output = lab.call("AssociateSoftwareToken", json!({ "Session": session })).await.ok();
        let app = Authenticator::new(output["SecretCode"].as_str().unwrap());
        let input = json!({ "Session": output["Session"], "UserCode": app.code(&lab.clock) });
        let name = json!({ "UserAttributes": [{ "Name": "name", "Value": "Alice" }] });
        let (verified, changed) = tokio::join!(
            lab.call("VerifySoftwareToken", input),
            alice.admin_call("AdminUpdateUserAttributes", name),
        );
        changed.ok();
        let session = verified.ok()["Session"].as_str().unwrap().to_owned();
        Tokens::of(&answer(&client, "alice", "MFA_SETUP", &session, json!({})).await.ok());
        assert_eq!(client.pool.attribute("alice", "name").await.as_deref(), Some("Alice"));
    }
}
