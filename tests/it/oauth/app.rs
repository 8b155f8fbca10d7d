//! The stage of most scenarios: an application whose users sign in with a browser.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use poolhouse_tests::actors::{Client, PASSWORD, Pool, User, merge};
use poolhouse_tests::browser::{Browser, Form, answer, location};
use poolhouse_tests::lab::{Lab, PUBLIC_HOST};
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::define;

pub const CALLBACK: &str = "https://app.example/cb";
pub const SIGNED_OUT: &str = "https://app.example/out";

/// The pair of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An application, and its user.
#[derive(Clone)]
pub struct App {
    pub lab: Lab,
    pub pool: Pool,
    pub client: Client,
    pub alice: User,
}

/// The members of CreateUserPoolClient of an application.
pub fn settings() -> Value {
    json!({
        "AllowedOAuthFlows": ["code", "implicit"], "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin", "photos/read"],
        "CallbackURLs": [CALLBACK], "LogoutURLs": [SIGNED_OUT], "SupportedIdentityProviders": ["COGNITO"],
    })
}

impl App {
    /// A public client of a pool with all defaults.
    pub async fn new(lab: &Lab) -> Self {
        Self::with(lab, json!({}), json!({})).await
    }

    /// A confidential client of a strict pool.
    pub async fn strict(lab: &Lab) -> Self {
        Self::with(
            lab,
            json!({ "UserPoolTags": { "oidc_strict": "true" } }),
            json!({ "GenerateSecret": true }),
        )
        .await
    }

    /// A client with these members on top, of a pool with these.
    pub async fn with(lab: &Lab, pool: Value, client: Value) -> Self {
        let pool = lab.pool_with(pool).await;
        define(&pool, "photos", &["read", "write"]).await;
        let client = pool.client_with(merge(settings(), client)).await;
        let attributes = json!({
            "email": "alice@example.com", "phone_number": "+12025550123", "name": "Alice", "address": "1 High Street",
        });
        let alice = client.confirmed_user_with("alice", attributes).await;
        let verified = [("email_verified", "true"), ("updated_at", "1700000000")];
        let verified: Vec<Value> = verified
            .iter()
            .map(|(name, value)| json!({ "Name": name, "Value": value }))
            .collect();
        alice
            .admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": verified }))
            .await
            .ok();
        Self {
            lab: lab.clone(),
            pool,
            client,
            alice,
        }
    }

    /// Another application of the same pool, with these members on top.
    pub async fn another(&self, client: Value) -> Self {
        let client = self.pool.client_with(merge(settings(), client)).await;
        Self { client, ..self.clone() }
    }

    /// A path behind the pool's own door.
    pub fn path(&self, path: &str) -> String {
        format!("/{}{path}", self.pool.id)
    }

    /// The query of an authorization request with these parameters; an empty one is left out.
    pub fn query(&self, parameters: &[(&str, &str)]) -> String {
        let mut all = BTreeMap::from([
            ("response_type", "code"),
            ("client_id", &*self.client.id),
            ("redirect_uri", CALLBACK),
        ]);
        all.extend(parameters.iter().copied());
        all.retain(|_, value| !value.is_empty());
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(all)
            .finish()
    }

    /// The address of an authorization request.
    pub fn authorize(&self, parameters: &[(&str, &str)]) -> String {
        self.path(&format!("/oauth2/authorize?{}", self.query(parameters)))
    }

    /// Follows an authorization request to the sign-in page, signs in, and goes back to the application.
    pub async fn sign_in(&self, browser: &mut Browser, address: &str) -> Url {
        let page = browser.open(address).await;
        self.sign_in_on(browser, &page).await
    }

    /// Signs in on this page, and goes back to the application.
    pub async fn sign_in_on(&self, browser: &mut Browser, page: &Reply) -> Url {
        assert_eq!(page.status, 200, "{}", page.text());
        let form = Form::of(page, "cognitoSignInForm");
        let form = form.with("username", "alice").with("password", PASSWORD);
        location(&browser.submit(&form).await)
    }

    /// Where an authorization request of this browser leads at once.
    pub async fn authorized(&self, browser: &mut Browser, parameters: &[(&str, &str)]) -> Url {
        location(&browser.visit(&self.authorize(parameters)).await)
    }

    /// A code for alice, who signs in for it with a new browser.
    pub async fn code(&self, parameters: &[(&str, &str)]) -> String {
        let mut browser = Browser::new(&self.lab);
        let back = self.sign_in(&mut browser, &self.authorize(parameters)).await;
        answer(&back)
            .remove("code")
            .unwrap_or_else(|| panic!("no code: {back}"))
    }

    /// Sends a form to an endpoint as the client, which proves its secret in the form if it has one.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut all = fields.to_vec();
        all.push(("client_id", &self.client.id));
        if let Some(secret) = &self.client.secret {
            all.push(("client_secret", secret));
        }
        super::post_form(&self.lab, &self.path(path), &all).await
    }

    /// Redeems a code.
    pub async fn redeem(&self, code: &str, more: &[(&str, &str)]) -> Reply {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ];
        fields.retain(|(name, _)| !more.iter().any(|(given, _)| given == name));
        fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        self.post("/oauth2/token", &fields).await
    }

    /// The tokens of alice, who signs in for them with a new browser.
    pub async fn tokens(&self, parameters: &[(&str, &str)]) -> Value {
        let code = self.code(parameters).await;
        self.redeem(&code, &[]).await.ok()
    }

    /// Refreshes, with these parameters besides.
    pub async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> Reply {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        fields.extend(more);
        self.post("/oauth2/token", &fields).await
    }

    /// Asks who holds an access token.
    pub async fn user_info(&self, token: &str) -> Reply {
        let request = Request::get(self.path("/oauth2/userInfo")).header(AUTHORIZATION, format!("Bearer {token}"));
        self.lab
            .send(request.header(HOST, PUBLIC_HOST).body(Vec::new()).unwrap())
            .await
    }

    /// Sends a form with this Authorization header, and nothing besides of the client.
    pub async fn post_as(&self, path: &str, authorization: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(self.path(path))
            .header(HOST, PUBLIC_HOST)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.lab.send(request.body(body.into_bytes()).unwrap()).await
    }
}

/// The header of HTTP Basic.
pub fn basic(username: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{username}:{password}")))
}

/// The token of this name in an answer of the token endpoint.
pub fn token<'a>(output: &'a Value, name: &str) -> &'a str {
    output[name].as_str().unwrap_or_else(|| panic!("no {name}: {output}"))
}

/// Asserts that an endpoint refused with status 400 and this body.
#[track_caller]
pub fn assert_refused(reply: &Reply, error: &str, description: Option<&str>) {
    let mut body = json!({ "error": error });
    if let Some(description) = description {
        body["error_description"] = json!(description);
    }
    assert_eq!((reply.status.as_u16(), reply.json()), (400, body), "{}", reply.request);
}

/// Asserts that an answer sends the browser to the error page for this error.
#[track_caller]
pub fn assert_page(app: &App, reply: &Reply, error: &str) {
    assert_eq!(reply.status, 302, "{}", reply.text());
    let query = match error {
        "redirect_mismatch" => format!("error=redirect_mismatch&client_id={}", app.client.id),
        error => format!("error={}", error.replace(' ', "+")),
    };
    assert_eq!(reply.header("location"), app.path(&format!("/error?{query}")));
}
