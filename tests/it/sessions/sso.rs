//! The sessions of browsers that are signed in to managed login, and of the tokens that came through them.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::browser::{Browser, Form, answer, location};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{NOT_FOUND, configure, id, sessions_of, tracking};

const CALLBACK: &str = "https://app.example.com/cb";

/// An app client for managed login of a pool that keeps track of sessions.
async fn web_client(lab: &Lab) -> Client {
    let pool = lab.pool().await;
    configure(&pool, tracking(20)).await;
    let settings = json!({
        "CallbackURLs": [CALLBACK], "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": ["COGNITO"],
    });
    pool.client_with(settings).await
}

fn authorize(client: &Client) -> String {
    format!(
        "/oauth2/authorize?response_type=code&client_id={}&redirect_uri={CALLBACK}",
        client.id
    )
}

/// Signs alice in to managed login.
async fn sign_in(browser: &mut Browser, client: &Client) {
    let page = browser.open(&authorize(client)).await;
    let form = Form::of(&page, "cognitoSignInForm")
        .with("username", "alice")
        .with("password", PASSWORD);
    location(&browser.submit(&form).await);
}

/// The tokens that a browser which is signed in gets without a page.
async fn tokens(browser: &mut Browser, client: &Client) -> Value {
    let granted = browser.visit(&authorize(client)).await;
    let code = answer(&location(&granted))["code"].clone();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client.id.as_str()),
        ("redirect_uri", CALLBACK),
        ("code", code.as_str()),
    ];
    browser.post("/oauth2/token", &form).await.ok()
}

fn of_type<'a>(sessions: &'a [Value], kind: &str) -> Vec<&'a Value> {
    sessions
        .iter()
        .filter(|session| session["SessionType"] == kind)
        .collect()
}

scenario! {
    async fn a_browsers_session_is_listed_with_the_tokens_that_came_through_it(lab: Lab) {
        let client = web_client(&lab).await;
        let alice = client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        sign_in(&mut browser, &client).await;
        lab.clock.advance(std::time::Duration::from_secs(5));
        tokens(&mut browser, &client).await;

        let sessions = sessions_of(&alice).await;
        let (sso, token) = (of_type(&sessions, "SSO"), of_type(&sessions, "TOKEN"));
        assert_eq!((sso.len(), token.len()), (1, 1), "{sessions:?}");
        let sso = sso[0];
        assert!(id(sso).starts_with("sso") && id(sso).len() == 28, "{sso}");
        assert_eq!(sso["ClientId"], client.id);
        assert_eq!(sso["IsCurrentSession"], false);
        assert_eq!(sso["OriginSessionId"], Value::Null);
        let seconds = |name: &str| sso[name].as_f64().unwrap();
        assert!((seconds("LastActiveDate") - seconds("CreateDate") - 5.0).abs() < 0.01, "{sso}");
        assert_eq!(token[0]["OriginSessionId"], sso["SessionId"]);
    }

    async fn ending_the_session_of_a_browser_makes_it_sign_in_again_and_keeps_its_tokens(lab: Lab) {
        let client = web_client(&lab).await;
        let alice = client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        sign_in(&mut browser, &client).await;
        let given = tokens(&mut browser, &client).await;
        let sso = id(of_type(&sessions_of(&alice).await, "SSO")[0]);
        alice.admin_call("AdminRevokeUserSession", json!({ "SessionId": sso })).await.ok();
        assert!(location(&browser.visit(&authorize(&client)).await).path().ends_with("/login"));
        let refresh = json!({ "RefreshToken": given["refresh_token"] });
        client.call("GetTokensFromRefreshToken", refresh).await.ok();
        alice.admin_call("AdminRevokeUserSession", json!({ "SessionId": sso })).await.fault(NOT_FOUND.0, NOT_FOUND.1);
    }

    async fn linked_sessions_end_with_the_session_of_the_browser(lab: Lab) {
        let client = web_client(&lab).await;
        let alice = client.confirmed_user("alice").await;
        let (mut browser, mut other) = (Browser::new(&lab), Browser::new(&lab));
        sign_in(&mut browser, &client).await;
        tokens(&mut browser, &client).await;
        tokens(&mut browser, &client).await;
        let sso = id(of_type(&sessions_of(&alice).await, "SSO")[0]);
        sign_in(&mut other, &client).await;
        tokens(&mut other, &client).await;
        let linked = json!({ "SessionId": sso, "RevokeAssociatedSessions": "LINKED" });
        alice.admin_call("AdminRevokeUserSession", linked).await.ok();
        let left = sessions_of(&alice).await;
        assert_eq!((of_type(&left, "SSO").len(), of_type(&left, "TOKEN").len()), (1, 1), "{left:?}");
        assert!(left.iter().all(|session| session["SessionId"] != sso && session["OriginSessionId"] != sso));
    }

    async fn a_linked_revocation_of_a_token_ends_its_browsers_session_and_no_sibling(lab: Lab) {
        let client = web_client(&lab).await;
        let alice = client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        sign_in(&mut browser, &client).await;
        let first = tokens(&mut browser, &client).await;
        tokens(&mut browser, &client).await;
        let token = |scope: &str| json!({ "Token": first["refresh_token"], "RevokeAssociatedSessions": scope });
        client.call("RevokeToken", token("LINKED")).await.ok();
        let left = sessions_of(&alice).await;
        assert_eq!((of_type(&left, "SSO").len(), of_type(&left, "TOKEN").len()), (0, 1), "{left:?}");
        assert!(location(&browser.visit(&authorize(&client)).await).path().ends_with("/login"));
    }

    async fn an_untracked_revocation_leaves_the_browser_signed_in(lab: Lab) {
        let client = web_client(&lab).await;
        client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        sign_in(&mut browser, &client).await;
        let given = tokens(&mut browser, &client).await;
        client.call("RevokeToken", json!({ "Token": given["refresh_token"] })).await.ok();
        assert!(answer(&location(&browser.visit(&authorize(&client)).await)).contains_key("code"));
    }
}
