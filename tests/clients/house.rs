//! A pool at a running program, used over plain HTTP where it doesn't matter by which client.

use anyhow::{Context as _, Result, ensure};
use poolhouse_tests::connection::Connection;
use serde_json::{Value, json};
use url::Url;

const PASSWORD: &str = "Permanent1!";
const FLOWS: &[&str] = &["ALLOW_USER_PASSWORD_AUTH"];

/// One pool with an app client, at a running program.
#[derive(Debug)]
pub struct House {
    endpoint: Url,
    pub pool_id: String,
    client_id: String,
}

impl House {
    /// Makes a pool with these members, and a client in it.
    pub async fn open(endpoint: &Url, mut pool: Value) -> Result<Self> {
        let mut connection = Connection::open(endpoint).await?;
        if let Value::Object(members) = &mut pool {
            members.insert("PoolName".to_owned(), json!("house"));
        }
        let pool = connection.call("CreateUserPool", &pool).await?;
        let pool_id = text(&pool, "/UserPool/Id")?.to_owned();
        let client = json!({ "UserPoolId": pool_id, "ClientName": "house", "ExplicitAuthFlows": FLOWS });
        let client = connection.call("CreateUserPoolClient", &client).await?;
        Ok(Self {
            endpoint: endpoint.clone(),
            client_id: text(&client, "/UserPoolClient/ClientId")?.to_owned(),
            pool_id,
        })
    }

    /// The same pool at a program that has started since.
    pub fn at(self, endpoint: &Url) -> Self {
        let endpoint = endpoint.clone();
        Self { endpoint, ..self }
    }

    pub async fn call(&self, operation: &str, input: &Value) -> Result<Value> {
        Connection::open(&self.endpoint).await?.call(operation, input).await
    }

    pub async fn sign_up(&self, username: &str, email: &str) -> Result<()> {
        let input = json!({
            "ClientId": self.client_id, "Username": username, "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": email }],
        });
        let answer = self.call("SignUp", &input).await?;
        equal(&answer, "/CodeDeliveryDetails/DeliveryMedium", &json!("EMAIL"))
    }

    /// Signs in with the password that [`House::sign_up`] gives everybody.
    pub async fn sign_in(&self, username: &str) -> Result<()> {
        let input = json!({
            "ClientId": self.client_id, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": username, "PASSWORD": PASSWORD },
        });
        let answer = self.call("InitiateAuth", &input).await?;
        text(&answer, "/AuthenticationResult/AccessToken").map(drop)
    }

    pub async fn confirm(&self, username: &str, code: &str) -> Result<()> {
        let input = json!({ "ClientId": self.client_id, "Username": username, "ConfirmationCode": code });
        self.call("ConfirmSignUp", &input).await.map(drop)
    }
}

pub fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.with_context(|| format!("no text at {pointer}: {value}"))
}

pub fn equal(value: &Value, pointer: &str, expected: &Value) -> Result<()> {
    let actual = value.pointer(pointer);
    ensure!(
        actual == Some(expected),
        "{expected} was expected at {pointer}: {value}"
    );
    Ok(())
}
