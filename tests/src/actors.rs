//! Who speaks in a test: an administrator, a pool, an app client, a user, and somebody who is signed in.
//!
//! A verb that sets the stage asserts that it succeeded and gives the next actor; every other verb gives the [`Reply`].

#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "an answer without the member fails the test"
)]

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value, json};

use crate::lab::{Lab, PUBLIC_URL, REGION};
use crate::reply::Reply;

/// The password of users who need one, and of whom nothing else is asked.
pub const PASSWORD: &str = "Correct-Horse-1";

/// The flows of a client that doesn't say which.
const FLOWS: [&str; 3] = [
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
];

/// `members` on top of `base`; both are objects.
pub fn merge(base: Value, members: Value) -> Value {
    let (Value::Object(mut merged), Value::Object(members)) = (base, members) else {
        return Value::Null;
    };
    merged.extend(members);
    Value::Object(merged)
}

/// Attributes as operations take them, of an object of names and values.
pub fn attributes(attributes: &Value) -> Value {
    let attributes = attributes.as_object().into_iter().flatten();
    attributes
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect()
}

/// Somebody with AWS credentials.
#[derive(Clone)]
pub struct Admin {
    lab: Lab,
    region: String,
    account_id: String,
}

impl Admin {
    pub(crate) fn new(lab: Lab) -> Self {
        let account_id = lab.account_id().to_owned();
        Self {
            lab,
            region: REGION.to_owned(),
            account_id,
        }
    }

    /// The same person, signing for another region.
    pub fn in_region(self, region: &str) -> Self {
        Self {
            region: region.to_owned(),
            ..self
        }
    }

    /// The same person, with the credentials of another account. Only development mode believes it.
    pub fn in_account(self, account_id: &str) -> Self {
        Self {
            account_id: account_id.to_owned(),
            ..self
        }
    }

    /// Calls an operation with a signature.
    pub async fn call(&self, operation: &str, input: Value) -> Reply {
        self.lab
            .call_signed(operation, input, &self.region, &self.account_id)
            .await
    }

    /// Creates a user pool with these members of CreateUserPool.
    pub async fn create_pool(self, settings: Value) -> Pool {
        let settings = merge(json!({ "PoolName": "pool" }), settings);
        let output = self.call("CreateUserPool", settings).await.ok();
        let id = text(&output["UserPool"]["Id"]);
        Pool { admin: self, id }
    }
}

/// A user pool, and the administrator who made it.
#[derive(Clone)]
pub struct Pool {
    pub admin: Admin,
    pub id: String,
}

impl Pool {
    /// Calls an operation on this pool, with a signature.
    pub async fn call(&self, operation: &str, input: Value) -> Reply {
        self.admin
            .call(operation, merge(json!({ "UserPoolId": self.id }), input))
            .await
    }

    /// The issuer of this pool's tokens.
    pub fn issuer(&self) -> String {
        format!("{PUBLIC_URL}/{}", self.id)
    }

    /// A new app client that signs in with a password and refreshes.
    pub async fn client(&self) -> Client {
        self.client_with(json!({})).await
    }

    /// A new app client with these members of CreateUserPoolClient.
    pub async fn client_with(&self, settings: Value) -> Client {
        let settings = merge(json!({ "ClientName": "client", "ExplicitAuthFlows": FLOWS }), settings);
        let output = self.call("CreateUserPoolClient", settings).await.ok();
        let client = &output["UserPoolClient"];
        let secret = client["ClientSecret"].as_str().map(str::to_owned);
        Client {
            pool: self.clone(),
            id: text(&client["ClientId"]),
            secret,
        }
    }

    /// The user as AdminGetUser shows them.
    pub async fn user(&self, username: &str) -> Value {
        self.call("AdminGetUser", json!({ "Username": username })).await.ok()
    }

    /// The value of a user's attribute, as administrators see it.
    pub async fn attribute(&self, username: &str, name: &str) -> Option<String> {
        let user = self.user(username).await;
        let attributes = user["UserAttributes"].as_array().expect("a list of attributes");
        attributes
            .iter()
            .find(|attribute| attribute["Name"] == name)
            .map(|attribute| text(&attribute["Value"]))
    }

    /// The claims of a token, verified through the published keys by an independent library. Only the time is not
    /// looked at: a lab has its own.
    pub async fn verify(&self, token: &str) -> Value {
        let keys = self
            .admin
            .lab
            .get(&format!("/{}/.well-known/jwks.json", self.id))
            .await
            .ok();
        let keys: JwkSet = serde_json::from_value(keys).expect("a key set");
        let header = decode_header(token).expect("a token");
        let key = keys
            .find(&header.kid.expect("the token names its key"))
            .expect("the key is published");
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[self.issuer()]);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_jwk(key).expect("an RSA key");
        decode::<Value>(token, &key, &validation)
            .expect("the signature is right")
            .claims
    }
}

/// An app client.
#[derive(Clone)]
pub struct Client {
    pub pool: Pool,
    pub id: String,
    pub secret: Option<String>,
}

impl Client {
    /// The same client, asked at another lab: another node of the same, or from another address.
    pub fn at(&self, lab: &Lab) -> Self {
        let mut client = self.clone();
        client.pool.admin.lab = lab.clone();
        client
    }

    /// Calls an operation as this app client, with the members given and none else.
    pub async fn call(&self, operation: &str, input: Value) -> Reply {
        self.pool
            .admin
            .lab
            .call(operation, merge(json!({ "ClientId": self.id }), input))
            .await
    }

    /// The SECRET_HASH of this client for a username, if the client has a secret.
    pub fn secret_hash(&self, username: &str) -> Option<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_ref()?.as_bytes());
        Some(BASE64_STANDARD.encode(hmac::sign(&key, format!("{username}{}", self.id).as_bytes())))
    }

    /// Calls an operation for a user, with the SECRET_HASH if there is a secret.
    pub async fn call_for(&self, operation: &str, username: &str, input: Value) -> Reply {
        let mut named = json!({ "Username": username });
        if let Some(hash) = self.secret_hash(username) {
            named["SecretHash"] = hash.into();
        }
        self.call(operation, merge(named, input)).await
    }

    /// Signs somebody up; `user_attributes` is an object of names and values.
    pub async fn sign_up(&self, username: &str, password: &str, user_attributes: Value) -> Reply {
        let input = json!({ "Password": password, "UserAttributes": attributes(&user_attributes) });
        self.call_for("SignUp", username, input).await
    }

    /// Confirms a sign-up by code.
    pub async fn confirm_sign_up(&self, username: &str, code: &str) -> Reply {
        self.call_for("ConfirmSignUp", username, json!({ "ConfirmationCode": code }))
            .await
    }

    /// Asks for the confirmation code again.
    pub async fn resend_code(&self, username: &str) -> Reply {
        self.call_for("ResendConfirmationCode", username, json!({})).await
    }

    /// Asks for a code that resets the password.
    pub async fn forgot_password(&self, username: &str) -> Reply {
        self.call_for("ForgotPassword", username, json!({})).await
    }

    /// Resets the password by code.
    pub async fn confirm_forgot_password(&self, username: &str, code: &str, password: &str) -> Reply {
        let input = json!({ "ConfirmationCode": code, "Password": password });
        self.call_for("ConfirmForgotPassword", username, input).await
    }

    /// Begins to sign in by a flow. SECRET_HASH is added for the USERNAME among the parameters, if there is a secret.
    pub async fn initiate_auth(&self, flow: &str, parameters: Value) -> Reply {
        let parameters = self.with_secret_hash(parameters);
        self.call(
            "InitiateAuth",
            json!({ "AuthFlow": flow, "AuthParameters": parameters }),
        )
        .await
    }

    /// Begins to sign in with a password.
    pub async fn sign_in(&self, username: &str, password: &str) -> Reply {
        self.initiate_auth(
            "USER_PASSWORD_AUTH",
            json!({ "USERNAME": username, "PASSWORD": password }),
        )
        .await
    }

    /// Answers a challenge. SECRET_HASH is added for the USERNAME among the responses, if there is a secret.
    pub async fn respond(&self, challenge: &str, session: &str, responses: Value) -> Reply {
        let responses = self.with_secret_hash(responses);
        let input = json!({ "ChallengeName": challenge, "Session": session, "ChallengeResponses": responses });
        self.call("RespondToAuthChallenge", input).await
    }

    /// A user who has signed up and was confirmed by an administrator; the password is [`PASSWORD`].
    pub async fn confirmed_user(&self, username: &str) -> User {
        self.confirmed_user_with(username, json!({})).await
    }

    /// The same, with these attributes.
    pub async fn confirmed_user_with(&self, username: &str, user_attributes: Value) -> User {
        let output = self.sign_up(username, PASSWORD, user_attributes).await.ok();
        self.pool
            .call("AdminConfirmSignUp", json!({ "Username": username }))
            .await
            .ok();
        User {
            client: self.clone(),
            username: username.to_owned(),
            password: PASSWORD.to_owned(),
            sub: text(&output["UserSub"]),
        }
    }

    /// Adds SECRET_HASH for the USERNAME among `parameters`, if there is a secret.
    pub fn with_secret_hash(&self, mut parameters: Value) -> Value {
        let hash = parameters["USERNAME"]
            .as_str()
            .and_then(|username| self.secret_hash(username));
        if let Some(hash) = hash {
            parameters["SECRET_HASH"] = hash.into();
        }
        parameters
    }
}

/// Somebody with a password, at an app client.
#[derive(Clone)]
pub struct User {
    pub client: Client,
    pub username: String,
    pub password: String,
    pub sub: String,
}

impl User {
    /// Calls an administrator's operation on this user.
    pub async fn admin_call(&self, operation: &str, input: Value) -> Reply {
        self.client
            .pool
            .call(operation, merge(json!({ "Username": self.username }), input))
            .await
    }

    /// Signs in with the password.
    pub async fn sign_in(&self) -> SignedIn {
        let output = self.try_sign_in().await.ok();
        let tokens = Tokens::of(&output);
        SignedIn {
            user: self.clone(),
            tokens,
        }
    }

    /// Tries to sign in with the password.
    pub async fn try_sign_in(&self) -> Reply {
        self.client.sign_in(&self.username, &self.password).await
    }
}

/// The three tokens of a sign-in.
#[derive(Clone)]
pub struct Tokens {
    pub access: String,
    pub id: String,
    pub refresh: String,
}

impl Tokens {
    /// The tokens in the answer to a finished sign-in.
    pub fn of(output: &Value) -> Self {
        let result = &output["AuthenticationResult"];
        assert_eq!(result["TokenType"], "Bearer", "{output}");
        let token = |name: &str| text(&result[name]);
        Self {
            access: token("AccessToken"),
            id: token("IdToken"),
            refresh: token("RefreshToken"),
        }
    }
}

/// A user who holds tokens.
#[derive(Clone)]
pub struct SignedIn {
    pub user: User,
    pub tokens: Tokens,
}

impl SignedIn {
    /// Calls an operation with the access token.
    pub async fn call(&self, operation: &str, input: Value) -> Reply {
        let lab = &self.user.client.pool.admin.lab;
        lab.call(operation, merge(json!({ "AccessToken": self.tokens.access }), input))
            .await
    }

    /// What the user sees of themselves.
    pub async fn get_user(&self) -> Reply {
        self.call("GetUser", json!({})).await
    }

    /// Asks for new tokens with REFRESH_TOKEN_AUTH.
    pub async fn refresh(&self) -> Reply {
        let client = &self.user.client;
        let mut parameters = Map::from_iter([("REFRESH_TOKEN".to_owned(), Value::from(self.tokens.refresh.as_str()))]);
        // With a refresh token, the hash is over the sub or the username that is in the tokens.
        parameters.extend(
            client
                .secret_hash(&self.user.username)
                .map(|hash| ("SECRET_HASH".to_owned(), hash.into())),
        );
        let input = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters });
        client.call("InitiateAuth", input).await
    }

    /// Signs out everywhere.
    pub async fn global_sign_out(&self) -> Reply {
        self.call("GlobalSignOut", json!({})).await
    }

    /// The verified claims of the access token.
    pub async fn access_claims(&self) -> Value {
        self.user.client.pool.verify(&self.tokens.access).await
    }

    /// The verified claims of the id token.
    pub async fn id_claims(&self) -> Value {
        self.user.client.pool.verify(&self.tokens.id).await
    }
}

/// The text of a member that must be there.
#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().expect("the member is text").to_owned()
}
