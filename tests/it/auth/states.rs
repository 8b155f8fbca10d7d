//! Users who may not sign in: every way in says the same of them.

use poolhouse_tests::actors::{Client, PASSWORD, User, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::passkeys::Authenticator;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use poolhouse_tests::srp::SrpClient;
use serde_json::{Value, json};

use super::srp::{answer, proof, sign_in};
use super::{TEMPORARY_PASSWORD, admin_initiate, initiate};

const ORIGIN: &str = "http://localhost:3000";
const DISABLED: (&str, &str) = ("NotAuthorizedException", "User is disabled.");
const RESET: (&str, &str) = ("PasswordResetRequiredException", "Password reset required for the user");
const UNCONFIRMED: (&str, &str) = ("UserNotConfirmedException", "User is not confirmed.");

/// A client that signs in by every flow, of a pool that takes passwords, codes and passkeys.
async fn client(lab: &Lab) -> Client {
    let factors = ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"];
    let pool = lab
        .pool_with(json!({
            "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": factors } },
            "AutoVerifiedAttributes": ["email"],
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
            },
        }))
        .await;
    let relying_party = json!({ "RelyingPartyId": "localhost" });
    pool.call(
        "SetUserPoolMfaConfig",
        json!({ "WebAuthnConfiguration": relying_party }),
    )
    .await
    .ok();
    let flows = [
        "ALLOW_USER_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    pool.client_with(json!({ "ExplicitAuthFlows": flows })).await
}

async fn begin(client: &Client, preferred: Value) -> Reply {
    let parameters = merge(json!({ "USERNAME": "alice" }), preferred);
    initiate(client, "USER_AUTH", parameters).await
}

/// Signs alice in by her password in every way, to the end.
async fn by_password(client: &Client, password: &str) -> [Reply; 5] {
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": password });
    let preferred = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": password });
    let srp = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": SrpClient::default().srp_a() });
    let by_choice_of_srp = begin(client, srp).await;
    [
        client.sign_in("alice", password).await,
        admin_initiate(client, "ADMIN_USER_PASSWORD_AUTH", parameters).await,
        sign_in(client, "alice", password).await,
        begin(client, preferred).await,
        if by_choice_of_srp.status.is_success() {
            answer(client, proof(&client.pool, &by_choice_of_srp.ok(), password)).await
        } else {
            by_choice_of_srp
        },
    ]
}

/// Alice, who has a mailbox.
async fn alice(client: &Client) -> User {
    let user = client
        .confirmed_user_with("alice", json!({ "email": "alice@example.com" }))
        .await;
    let verified = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
    user.admin_call("AdminUpdateUserAttributes", verified).await.ok();
    user
}

scenario! {
    async fn a_disabled_user(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await.admin_call("AdminDisableUser", json!({})).await.ok();
        let before = lab.mailbox.messages_for("alice@example.com").len();
        for reply in by_password(&client, PASSWORD).await {
            reply.fault(DISABLED.0, DISABLED.1);
        }
        for preferred in ["EMAIL_OTP", "WEB_AUTHN"] {
            begin(&client, json!({ "PREFERRED_CHALLENGE": preferred })).await.fault(DISABLED.0, DISABLED.1);
        }
        assert_eq!(lab.mailbox.messages_for("alice@example.com").len(), before);
    }

    async fn a_user_whose_password_must_be_reset(lab: Lab) {
        let client = client(&lab).await;
        alice(&client).await.admin_call("AdminResetUserPassword", json!({})).await.ok();
        let before = lab.mailbox.messages_for("alice@example.com").len();
        for reply in by_password(&client, PASSWORD).await {
            reply.fault(RESET.0, RESET.1);
        }
        for preferred in ["EMAIL_OTP", "WEB_AUTHN"] {
            begin(&client, json!({ "PREFERRED_CHALLENGE": preferred })).await.fault(RESET.0, RESET.1);
        }
        assert_eq!(lab.mailbox.messages_for("alice@example.com").len(), before);
    }

    async fn a_user_who_is_not_confirmed(lab: Lab) {
        let client = client(&lab).await;
        client.sign_up("alice", PASSWORD, json!({ "email": "alice@example.com" })).await.ok();
        for reply in by_password(&client, PASSWORD).await {
            reply.fault(UNCONFIRMED.0, UNCONFIRMED.1);
        }
    }

    async fn a_user_with_a_temporary_password(lab: Lab) {
        let client = client(&lab).await;
        let password = json!({ "Password": TEMPORARY_PASSWORD, "Permanent": false });
        alice(&client).await.admin_call("AdminSetUserPassword", password).await.ok();
        for reply in by_password(&client, TEMPORARY_PASSWORD).await {
            let output = reply.ok();
            assert_eq!(output["ChallengeName"], "NEW_PASSWORD_REQUIRED");
            assert_eq!(output.get("AuthenticationResult"), None);
        }
    }

    async fn a_state_that_comes_between_request_and_proof_of_a_passkey(lab: Lab) {
        let client = client(&lab).await;
        let signed_in = alice(&client).await.sign_in().await;
        let options = signed_in.call("StartWebAuthnRegistration", json!({})).await.ok();
        let mut authenticator = Authenticator::new(ORIGIN);
        let credential = authenticator.create(&options["CredentialCreationOptions"]);
        signed_in.call("CompleteWebAuthnRegistration", json!({ "Credential": credential })).await.ok();
        let ask = async || begin(&client, json!({ "PREFERRED_CHALLENGE": "WEB_AUTHN" })).await.ok();
        let prove = async |output: Value| {
            let options = output["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"].as_str().unwrap();
            let proof = authenticator.get(&serde_json::from_str(options).unwrap()).to_string();
            let responses = json!({ "USERNAME": "alice", "CREDENTIAL": proof });
            client.respond("WEB_AUTHN", output["Session"].as_str().unwrap(), responses).await
        };
        prove(ask().await).await.ok();
        let (first, second) = (ask().await, ask().await);
        signed_in.user.admin_call("AdminDisableUser", json!({})).await.ok();
        prove(first).await.fault(DISABLED.0, DISABLED.1);
        signed_in.user.admin_call("AdminEnableUser", json!({})).await.ok();
        signed_in.user.admin_call("AdminResetUserPassword", json!({})).await.ok();
        // Its password is gone, and with it every sign-in that was under way.
        prove(second).await.fault("NotAuthorizedException", "Invalid session for the user.");
    }
}
