//! The modules of the OpenID Foundation's plan for RP-initiated logout, in a strict pool.

use poolhouse_tests::browser::{Browser, answer, text_of};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::json;
use url::form_urlencoded;

use super::app::{App, SIGNED_OUT, token};

/// A browser that is signed in, and its id token.
struct SignedIn {
    app: App,
    browser: Browser,
    id_token: String,
}

impl SignedIn {
    async fn of(app: App) -> Self {
        let mut browser = Browser::new(&app.lab);
        let back = app.sign_in(&mut browser, &app.authorize(&[("scope", "openid")])).await;
        let tokens = app.redeem(&answer(&back)["code"], &[]).await.ok();
        let id_token = token(&tokens, "id_token").to_owned();
        Self { app, browser, id_token }
    }

    async fn logout(&mut self, parameters: &[(&str, &str)]) -> Reply {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        self.browser.visit(&self.app.path(&format!("/logout?{query}"))).await
    }

    async fn is_over(&mut self) -> bool {
        let back = self.app.authorized(&mut self.browser, &[("prompt", "none")]).await;
        answer(&back)
            .get("error")
            .is_some_and(|error| error == "login_required")
    }

    /// Asserts that an error page is shown, and that the session goes on.
    async fn assert_refused(&mut self, parameters: &[(&str, &str)]) {
        let reply = self.logout(parameters).await;
        let page = self.browser.follow(reply).await;
        assert_eq!(page.status, 400, "{parameters:?}: {}", page.text());
        assert!(!self.is_over().await, "{parameters:?}");
    }

    /// Asserts that the page says that the browser is signed out.
    async fn assert_signed_out(&mut self, parameters: &[(&str, &str)]) {
        let page = self.logout(parameters).await;
        assert_eq!(page.status, 200, "{parameters:?}: {}", page.text());
        assert_eq!(text_of(&page, "h1").as_deref(), Some("You are signed out"));
        assert!(self.is_over().await);
    }
}

scenario! {
    async fn rp_initiated_logout(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        lab.clock.advance(poolhouse_tests::clock::minutes(59));
        let hint = signed_in.id_token.clone();
        let parameters = [("id_token_hint", &*hint), ("post_logout_redirect_uri", SIGNED_OUT), ("state", "a b")];
        let reply = signed_in.logout(&parameters).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, &*format!("{SIGNED_OUT}?state=a+b")));
        assert!(signed_in.is_over().await);
    }

    async fn rp_initiated_logout_by_form(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        let fields = [("id_token_hint", &*signed_in.id_token), ("post_logout_redirect_uri", SIGNED_OUT)];
        let reply = signed_in.browser.post(&signed_in.app.path("/logout"), &fields).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, SIGNED_OUT));
        assert!(signed_in.is_over().await);
    }

    async fn bad_post_logout_redirect_uri(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        let hint = signed_in.id_token.clone();
        for bad in ["https://evil.example", "https://app.example/out/x", "https://app.example@evil.example", "javascript:x"] {
            signed_in.assert_refused(&[("id_token_hint", &*hint), ("post_logout_redirect_uri", bad)]).await;
        }
    }

    async fn query_added_to_post_logout_redirect_uri(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        let (hint, added) = (signed_in.id_token.clone(), format!("{SIGNED_OUT}?foo=bar"));
        signed_in.assert_refused(&[("id_token_hint", &*hint), ("post_logout_redirect_uri", &*added)]).await;
    }

    async fn modified_id_token_hint(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        let (head, signature) = signed_in.id_token.rsplit_once('.').unwrap();
        let modified = format!("{head}.{}AAAA", &signature[..signature.len() - 4]);
        signed_in.assert_refused(&[("id_token_hint", &*modified), ("post_logout_redirect_uri", SIGNED_OUT)]).await;
    }

    async fn bad_id_token_hint(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        let stranger = SignedIn::of(App::strict(&lab).await).await;
        let access = signed_in.app.tokens(&[("scope", "openid")]).await["access_token"].as_str().unwrap().to_owned();
        for bad in ["bad", "a.b.c", &access, &stranger.id_token] {
            signed_in.assert_refused(&[("id_token_hint", bad), ("post_logout_redirect_uri", SIGNED_OUT)]).await;
        }
    }

    async fn id_token_hint_of_another_client_or_user(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        let hint = signed_in.id_token.clone();
        let other = signed_in.app.another(json!({})).await;
        signed_in.assert_refused(&[("id_token_hint", &*hint), ("client_id", &*other.client.id)]).await;
        signed_in.app.client.confirmed_user("bob").await;
        let mut bobs = Browser::new(&lab);
        let page = bobs.open(&signed_in.app.authorize(&[("scope", "openid")])).await;
        let form = poolhouse_tests::browser::Form::of(&page, "cognitoSignInForm");
        let form = form.with("username", "bob").with("password", poolhouse_tests::actors::PASSWORD);
        assert_eq!(bobs.submit(&form).await.status, 303);
        signed_in.browser = bobs;
        signed_in.assert_refused(&[("id_token_hint", &*hint)]).await;
    }

    async fn no_id_token_hint(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        signed_in.assert_refused(&[("post_logout_redirect_uri", SIGNED_OUT), ("state", "s")]).await;
        let id = signed_in.app.client.id.clone();
        let reply = signed_in.logout(&[("post_logout_redirect_uri", SIGNED_OUT), ("client_id", &id)]).await;
        assert_eq!(reply.header("location"), SIGNED_OUT);
    }

    async fn no_parameters(lab: Lab) {
        SignedIn::of(App::strict(&lab).await).await.assert_signed_out(&[]).await;
    }

    async fn no_post_logout_redirect_uri(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        let hint = signed_in.id_token.clone();
        signed_in.assert_signed_out(&[("id_token_hint", &*hint), ("state", "s")]).await;
    }

    async fn only_state(lab: Lab) {
        SignedIn::of(App::strict(&lab).await).await.assert_signed_out(&[("state", "s")]).await;
    }

    async fn no_state(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        let hint = signed_in.id_token.clone();
        let reply = signed_in.logout(&[("id_token_hint", &*hint), ("post_logout_redirect_uri", SIGNED_OUT)]).await;
        assert_eq!(reply.header("location"), SIGNED_OUT);
    }

    async fn cognitos_own_parameters_are_understood_too(lab: Lab) {
        let mut signed_in = SignedIn::of(App::strict(&lab).await).await;
        let id = signed_in.app.client.id.clone();
        let reply = signed_in.logout(&[("client_id", &id), ("logout_uri", SIGNED_OUT)]).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (302, SIGNED_OUT));
        assert!(signed_in.is_over().await);
    }
}
