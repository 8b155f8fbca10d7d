//! The implicit grant: tokens in the fragment, and no refresh token.

use poolhouse_tests::browser::{Browser, answer};
use poolhouse_tests::clock::minutes;
use poolhouse_tests::scenario;
use serde_json::json;

use super::app::{App, CALLBACK};

scenario! {
    async fn tokens_come_in_the_fragment(lab: Lab) {
        let app = App::new(&lab).await;
        let parameters = [("response_type", "token"), ("scope", "openid email"), ("state", "s"), ("nonce", "n")];
        let back = app.sign_in(&mut Browser::new(&lab), &app.authorize(&parameters)).await;
        assert!(back.as_str().starts_with(&format!("{CALLBACK}#id_token=")), "{back}");
        assert_eq!(back.query(), None);
        let answer = answer(&back);
        let names: Vec<&str> = answer.keys().map(String::as_str).collect();
        assert_eq!(names, ["access_token", "expires_in", "id_token", "state", "token_type"]);
        assert_eq!((&*answer["token_type"], &*answer["expires_in"], &*answer["state"]), ("Bearer", "3600", "s"));
        let id = app.pool.verify(&answer["id_token"]).await;
        assert_eq!((&id["nonce"], &id["aud"]), (&json!("n"), &json!(app.client.id)));
        assert!(id["at_hash"].is_string());
        assert_eq!(app.user_info(&answer["access_token"]).await.ok()["email"], "alice@example.com");
        lab.clock.advance(minutes(60));
        assert_eq!(app.user_info(&answer["access_token"]).await.status, 401);
    }

    async fn without_openid_there_is_only_an_access_token(lab: Lab) {
        let app = App::new(&lab).await;
        let parameters = [("response_type", "token"), ("scope", "photos/read")];
        let back = app.sign_in(&mut Browser::new(&lab), &app.authorize(&parameters)).await;
        let names: Vec<String> = answer(&back).into_keys().collect();
        assert_eq!(names, ["access_token", "expires_in", "token_type"]);
    }

    async fn a_client_that_cannot_read_what_its_scope_shows_gets_no_tokens(lab: Lab) {
        let app = App::new(&lab).await.another(json!({ "ReadAttributes": ["email"] })).await;
        let parameters = [("response_type", "token"), ("scope", "openid email")];
        let back = app.sign_in(&mut Browser::new(&lab), &app.authorize(&parameters)).await;
        assert_eq!(back.fragment(), Some("error_description=invalid_scope&error=invalid_request"));
    }

    async fn a_flow_that_is_off_stays_off_for_a_sign_in_that_has_begun(lab: Lab) {
        let app = App::new(&lab).await.another(json!({ "AllowedOAuthFlows": ["code"] })).await;
        let mut browser = Browser::new(&lab);
        let page = browser.open(&app.authorize(&[])).await;
        let mut form = poolhouse_tests::browser::Form::of(&page, "cognitoSignInForm");
        form.action = form.action.replace("response_type=code", "response_type=token");
        let form = form.with("username", "alice").with("password", poolhouse_tests::actors::PASSWORD);
        let reply = browser.submit(&form).await;
        assert_eq!(reply.header("location"), format!("{CALLBACK}#error=unauthorized_client"));
        assert!(reply.headers.get("set-cookie").is_none());
    }
}
