//! Which sign-ins ask for those who are known somewhere else: those that bring a password in plain text.

use poolhouse_tests::actors::{PASSWORD, Tokens};
use poolhouse_tests::browser::{Browser, Form, answer, location};
use poolhouse_tests::scenario;
use poolhouse_tests::srp::SrpClient;

use super::*;

const FLOWS: [&str; 5] = [
    "ALLOW_USER_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
];
const CALLBACK: &str = "https://app.example.com/cb";

/// A client with every flow of a pool whose function knows everybody; `existence` is whether it tells who exists.
async fn client(lab: &Lab, existence: &str) -> Client {
    let arn = lab.functions.answering("migrate", alice());
    let pool = pool(lab, &arn, json!({})).await;
    pool.client_with(json!({
        "ExplicitAuthFlows": FLOWS, "PreventUserExistenceErrors": existence,
        "CallbackURLs": [CALLBACK], "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": ["COGNITO"],
    }))
    .await
}

/// The session of a challenge of this name.
#[track_caller]
fn session(output: &Value, challenge: &str) -> String {
    assert_eq!(output["ChallengeName"], challenge, "{output}");
    output["Session"].as_str().unwrap().to_owned()
}

scenario! {
    async fn an_administrators_sign_in_asks(lab: Lab) {
        let client = client(&lab, "LEGACY").await;
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": OLD });
        let flow = "ADMIN_USER_PASSWORD_AUTH";
        let input = json!({ "ClientId": client.id, "AuthFlow": flow, "AuthParameters": parameters });
        Tokens::of(&client.pool.call("AdminInitiateAuth", input).await.ok());
        assert_eq!(asked(&lab), 1);
    }

    async fn a_password_that_is_chosen_asks(lab: Lab) {
        for existence in ["LEGACY", "ENABLED"] {
            let client = client(&lab, existence).await;
            let at_once = json!({ "USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": OLD });
            Tokens::of(&client.initiate_auth("USER_AUTH", at_once).await.ok());

            let preferred = json!({ "USERNAME": "bob", "PREFERRED_CHALLENGE": "PASSWORD" });
            let begun = client.initiate_auth("USER_AUTH", preferred).await.ok();
            let responses = json!({ "USERNAME": "bob", "PASSWORD": OLD });
            Tokens::of(&client.respond("PASSWORD", &session(&begun, "PASSWORD"), responses).await.ok());

            let begun = client.initiate_auth("USER_AUTH", json!({ "USERNAME": "carol" })).await.ok();
            let responses = json!({ "USERNAME": "carol", "ANSWER": "PASSWORD", "PASSWORD": OLD });
            let selected = session(&begun, "SELECT_CHALLENGE");
            Tokens::of(&client.respond("SELECT_CHALLENGE", &selected, responses.clone()).await.ok());
            client.respond("SELECT_CHALLENGE", &selected, responses).await
                .fault("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
        }
        let names: Vec<_> = lab.functions.events("migrate").iter().map(|event| event["userName"].clone()).collect();
        assert_eq!(names, ["alice", "bob", "carol", "alice", "bob", "carol"]);
    }

    async fn a_wrong_password_that_is_chosen_leads_nowhere(lab: Lab) {
        let arn = lab.functions.listening("migrate");
        let pool = pool(&lab, &arn, json!({})).await;
        for (existence, code, message) in [
            ("LEGACY", "UserNotFoundException", UNKNOWN),
            ("ENABLED", "NotAuthorizedException", INCORRECT),
        ] {
            let settings = json!({ "ExplicitAuthFlows": FLOWS, "PreventUserExistenceErrors": existence });
            let client = pool.client_with(settings).await;
            let preferred = json!({ "USERNAME": "bob", "PREFERRED_CHALLENGE": "PASSWORD" });
            let begun = client.initiate_auth("USER_AUTH", preferred.clone()).await.ok();
            let responses = json!({ "USERNAME": "bob", "PASSWORD": OLD });
            client.respond("PASSWORD", &session(&begun, "PASSWORD"), responses).await.fault(code, message);
            let at_once = merge(preferred, json!({ "PASSWORD": OLD }));
            client.initiate_auth("USER_AUTH", at_once).await.fault(code, message);
        }
        assert_eq!(asked(&lab), 4);
        assert_nobody(&pool, "bob").await;
    }

    async fn a_user_who_may_not_sign_in_is_not_asked_for(lab: Lab) {
        let client = client(&lab, "ENABLED").await;
        let bob = client.confirmed_user("bob").await;
        bob.admin_call("AdminDisableUser", json!({})).await.ok();
        let preferred = json!({ "USERNAME": "bob", "PREFERRED_CHALLENGE": "PASSWORD" });
        let begun = client.initiate_auth("USER_AUTH", preferred).await.ok();
        for password in [OLD, PASSWORD] {
            let responses = json!({ "USERNAME": "bob", "PASSWORD": password });
            client.respond("PASSWORD", &session(&begun, "PASSWORD"), responses).await
                .fault("NotAuthorizedException", INCORRECT);
        }
        assert_eq!(asked(&lab), 0);
    }

    async fn a_proof_by_srp_asks_nobody(lab: Lab) {
        let client = client(&lab, "LEGACY").await;
        let srp_a = SrpClient::default().srp_a();
        let parameters = json!({ "USERNAME": "alice", "SRP_A": srp_a });
        client.initiate_auth("USER_SRP_AUTH", parameters.clone()).await.fault("UserNotFoundException", UNKNOWN);
        let preferred = merge(parameters, json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "PASSWORD": OLD }));
        client.initiate_auth("USER_AUTH", preferred).await.fault("UserNotFoundException", UNKNOWN);
        assert_eq!(asked(&lab), 0);
        assert_nobody(&client.pool, "alice").await;
    }

    async fn names_that_no_user_can_have_ask_nobody(lab: Lab) {
        let client = client(&lab, "LEGACY").await;
        for name in ["a b", "a\u{202e}b", "a\r\nb", &"a".repeat(129)] {
            client.sign_in(name, OLD).await.fault("UserNotFoundException", UNKNOWN);
        }
        assert_eq!(asked(&lab), 0);
    }

    async fn the_pages_ask(lab: Lab) {
        let client = client(&lab, "LEGACY").await;
        let mut browser = Browser::new(&lab);
        let query = format!("response_type=code&client_id={}&redirect_uri={CALLBACK}&state=s", client.id);
        let page = browser.open(&format!("/oauth2/authorize?{query}")).await;
        let form = Form::of(&page, "cognitoSignInForm").with("username", "alice").with("password", OLD);
        let reply = browser.submit(&form).await;
        assert!(answer(&location(&reply)).contains_key("code"));
        assert_eq!(asked(&lab), 1);
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
    }
}
