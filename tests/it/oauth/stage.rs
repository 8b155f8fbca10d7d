//! The stage of token exchange: a user of an application, and services that exchange the user's tokens.

use poolhouse_domain::oauth::Parameters;
use poolhouse_engine::{Cx, Outcome, Request};
use poolhouse_model::Secret;
use poolhouse_tests::actors::{Client, PASSWORD, Pool, User, merge};
use poolhouse_tests::lab::{Lab, REGION};
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{define, post_form};

const CALLBACK: &str = "https://app.example/";
const EXCHANGES: [&str; 2] = ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"];

/// A pool with the scopes `photos/read` and `photos/write`, and who acts in it.
pub struct Stage {
    lab: Lab,
    pub pool: Pool,
    /// The application that users sign in to; it exchanges nothing.
    pub front: Client,
    /// A machine that exchanges tokens, and may have `photos/read`.
    pub agent: Client,
    /// An application without a secret that exchanges tokens and may have all but `photos/write`.
    pub app: Client,
    pub alice: User,
}

impl Stage {
    pub async fn new(lab: &Lab) -> Self {
        let pool = lab.pool().await;
        define(&pool, "photos", &["read", "write"]).await;
        let scopes = [
            "openid",
            "email",
            "profile",
            "aws.cognito.signin.user.admin",
            "photos/read",
            "photos/write",
        ];
        let front = pool
            .client_with(json!({
                "AllowedOAuthFlows": ["implicit"], "AllowedOAuthFlowsUserPoolClient": true,
                "AllowedOAuthScopes": scopes, "CallbackURLs": [CALLBACK]
            }))
            .await;
        let mut flows = EXCHANGES.to_vec();
        flows.push("ALLOW_USER_PASSWORD_AUTH");
        let app = pool
            .client_with(json!({ "ExplicitAuthFlows": flows, "AllowedOAuthScopes": &scopes[..5] }))
            .await;
        let agent = machine(&pool, &EXCHANGES).await;
        let attributes = json!({ "email": "alice@example.com", "name": "Alice" });
        let alice = front.confirmed_user_with("alice", attributes).await;
        Self {
            lab: lab.clone(),
            pool,
            front,
            agent,
            app,
            alice,
        }
    }

    /// Another machine that exchanges tokens.
    pub async fn machine(&self) -> Client {
        machine(&self.pool, &EXCHANGES).await
    }

    /// Another machine, with these flows.
    pub async fn exchanger(&self, flows: &[&str]) -> Client {
        machine(&self.pool, flows).await
    }

    /// The access and id tokens of a user who has signed in to the application for `scope`; without openid the second
    /// is empty.
    pub async fn granted(&self, username: &str, scope: &str) -> (String, String) {
        let request = Request {
            id: "test".to_owned(),
            region: REGION.to_owned(),
            account_id: self.lab.account_id().to_owned(),
            source_ip: None,
            user_agent: None,
        };
        let cx = Cx::new(self.lab.world().clone(), request);
        let pool = cx.any_pool(&self.pool.id).await.unwrap();
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", &*self.front.id),
                ("response_type", "token"),
                ("redirect_uri", CALLBACK),
                ("scope", scope),
            ])
            .finish();
        let authorization = cx.authorization(Some(&pool), &Parameters::parse(&query)).await.unwrap();
        let password = Secret::from(PASSWORD);
        let proof = (username, &password);
        let Outcome::SignedIn(browser) = cx
            .sign_browser_in_by_password(&pool, &authorization.client, proof, &[])
            .await
            .unwrap()
        else {
            panic!("{username} is asked for more")
        };
        let location = cx.grant(&authorization, &browser.session, &browser.user).await.unwrap();
        let (_, fragment) = location.split_once('#').unwrap();
        let answer = Parameters::parse(fragment);
        let token = |name: &str| answer.get(name).unwrap_or_default().to_owned();
        (token("access_token"), token("id_token"))
    }

    /// The token that a machine gets for itself.
    pub async fn machine_token(&self, machine: &Client) -> String {
        let path = format!("/{}/oauth2/token", self.pool.id);
        let secret = machine.secret.as_deref().unwrap();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &machine.id),
            ("client_secret", secret),
        ];
        let given = post_form(&self.lab, &path, &fields).await.ok();
        given["access_token"].as_str().unwrap().to_owned()
    }

    /// The members with which a machine acts for somebody.
    pub async fn acting(&self, machine: &Client) -> Value {
        json!({ "ActorToken": self.machine_token(machine).await, "ActorTokenType": "ACCESS_TOKEN" })
    }

    /// Exchanges an access token; `members` come on top.
    pub async fn derive(&self, client: &Client, subject: &str, members: Value) -> Reply {
        let mut input = json!({ "SubjectToken": subject, "SubjectTokenType": "ACCESS_TOKEN" });
        if let Some(secret) = &client.secret {
            input["ClientSecret"] = json!(secret);
        }
        client.call("GetDerivedToken", merge(input, members)).await
    }

    /// The verified claims of a derived token.
    pub async fn claims(&self, output: &Value) -> Value {
        self.pool.verify(output["IssuedToken"].as_str().unwrap()).await
    }
}

async fn machine(pool: &Pool, flows: &[&str]) -> Client {
    pool.client_with(json!({
        "GenerateSecret": true, "ExplicitAuthFlows": flows, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthScopes": ["photos/read"]
    }))
    .await
}
