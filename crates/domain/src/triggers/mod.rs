//! Lambda triggers: what the functions of a pool receive, and what their answers may say.
//!
//! A function gets an [`Event`] and returns it whole, with its `response` filled in. Each trigger has a type for what
//! its `request` holds, a [`Request`], which names the type of its `response`.

pub mod custom_challenges;
pub mod custom_message;
pub mod custom_sender;
pub mod inbound_federation;
pub mod pre_sign_up;
pub mod pre_token_generation;
mod sources;
pub mod user_migration;

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::attributes::{Attributes, SUB};
use crate::pools::Pool;
use crate::users::User;
use crate::{Error, Result};
pub use sources::{ConfirmationSource, MigrationSource, SignUpSource, TokenSource};

/// The id of the app client in events of requests that come from no app client.
pub const NO_CLIENT: &str = "CLIENT_ID_NOT_APPLICABLE";

/// What a client hands on to functions: `ClientMetadata` or `ValidationData`.
pub type Metadata = BTreeMap<String, String>;

/// The `request` of a trigger's event.
pub trait Request: Serialize {
    /// The trigger by its name in errors.
    const TRIGGER: &'static str;
    /// The `response` of the event: empty in what the function receives, filled in in what it returns.
    type Response: Default + Serialize + DeserializeOwned;
}

/// What a function receives.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event<'a, R: Request> {
    pub version: &'a str,
    /// The trigger and its occasion, such as `PreSignUp_SignUp`.
    pub trigger_source: &'a str,
    pub region: &'a str,
    pub user_pool_id: &'a str,
    pub user_name: &'a str,
    pub caller_context: CallerContext<'a>,
    pub request: R,
    pub response: R::Response,
}

/// Who asked for what made the trigger run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallerContext<'a> {
    pub aws_sdk_version: &'a str,
    pub client_id: &'a str,
}

/// The name and version of the AWS SDK that a client says it is, as events tell it: `aws-sdk-js-3.1.0`.
pub fn sdk_version(user_agent: Option<&str>) -> String {
    let sdk = user_agent
        .unwrap_or_default()
        .split_ascii_whitespace()
        .filter_map(|product| product.split_once('/'))
        .find(|(name, _)| name.starts_with("aws-sdk-"));
    match sdk {
        Some((name, version)) => format!("{name}-{version}"),
        None => "aws-sdk-unknown-unknown".to_owned(),
    }
}

/// The `userAttributes` of events about a user who is stored.
pub fn user_attributes(pool: &Pool, user: &User) -> Metadata {
    let mut attributes = given(&user.attributes);
    attributes.insert(SUB.to_owned(), user.sub.clone());
    attributes.insert("cognito:user_status".to_owned(), user.status.as_str().to_owned());
    for alias in pool.settings.alias_attributes.iter().flatten() {
        let name = alias.as_str();
        if let Some(value) = user
            .attributes
            .given(name)
            .filter(|_| user.attributes.is_verified(name))
        {
            attributes.insert(format!("cognito:{name}_alias"), value.to_owned());
        }
    }
    attributes
}

/// The attributes that are not blank.
pub fn given(attributes: &Attributes) -> Metadata {
    attributes
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Reads the event that a function returned: it must be about the user `user_name` still, and its `response` must have
/// the members' types. Members that nobody knows are passed over.
pub fn read_answer<R: Request>(answer: Value, user_name: &str) -> Result<R::Response> {
    let Value::Object(mut answer) = answer else {
        return Err(Error::unrecognizable_answer());
    };
    check_echo(&answer, user_name)?;
    let response = answer.remove("response").filter(Value::is_object);
    let response = response.ok_or_else(Error::unrecognizable_answer)?;
    serde_json::from_value(response).map_err(|_| Error::unrecognizable_answer())
}

/// Checks what a function returned beside its response. What it left out is no matter.
fn check_echo(answer: &Map<String, Value>, user_name: &str) -> Result<()> {
    let texts = ["version", "triggerSource", "region", "userPoolId"];
    let objects = ["callerContext", "request"];
    let request = answer.get("request").and_then(Value::as_object);
    let metadata = request.and_then(|request| request.get("clientMetadata"));
    let is_sound = texts
        .into_iter()
        .all(|name| answer.get(name).is_none_or(Value::is_string))
        && objects
            .into_iter()
            .all(|name| answer.get(name).is_none_or(Value::is_object))
        && metadata.is_none_or(Value::is_object);
    if !is_sound {
        return Err(Error::unrecognizable_answer());
    }
    match answer.get("userName") {
        None => Ok(()),
        Some(Value::String(named)) if named == user_name => Ok(()),
        Some(_) => Err(Error::TriggerAnswer(
            "Invalid user name. User name in Lambda mismatches the actual username.".into(),
        )),
    }
}

/// Reads `null` as nothing said.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The response of triggers that only listen.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct NoResponse {}

/// The `request` of PostConfirmation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PostConfirmationRequest {
    pub user_attributes: Metadata,
    pub client_metadata: Metadata,
}

impl Request for PostConfirmationRequest {
    const TRIGGER: &'static str = "PostConfirmation";
    type Response = NoResponse;
}

/// The `request` of PreAuthentication.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreAuthenticationRequest {
    pub user_attributes: Metadata,
    pub validation_data: Metadata,
    /// Said of names that belong to nobody, where the app client prevents user existence errors.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub user_not_found: bool,
}

impl Request for PreAuthenticationRequest {
    const TRIGGER: &'static str = "PreAuthentication";
    type Response = NoResponse;
}

/// The `request` of PostAuthentication.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PostAuthenticationRequest {
    pub user_attributes: Metadata,
    /// Whether the sign-in comes from a device that the pool didn't know.
    pub new_device_used: bool,
    pub client_metadata: Metadata,
}

impl Request for PostAuthenticationRequest {
    const TRIGGER: &'static str = "PostAuthentication";
    type Response = NoResponse;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(answer: Value) -> std::result::Result<(), String> {
        read_answer::<PostConfirmationRequest>(answer, "alice")
            .map(drop)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_whole_event_comes_back_and_only_its_response_counts() {
        let whole = json!({
            "version": "1", "triggerSource": "PostConfirmation_ConfirmSignUp", "region": "us-east-1",
            "userPoolId": "us-east-1_a", "userName": "alice", "callerContext": {}, "request": { "clientMetadata": {} },
            "response": { "unknown": 1 },
        });
        assert_eq!(read(whole), Ok(()));
        assert_eq!(read(json!({ "response": {} })), Ok(()));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for answer in [
            json!(null),
            json!("alice"),
            json!([]),
            json!({}),
            json!({ "response": null }),
            json!({ "response": [] }),
            json!({ "version": 1, "response": {} }),
            json!({ "request": null, "response": {} }),
            json!({ "request": { "clientMetadata": null }, "response": {} }),
            json!({ "callerContext": "x", "response": {} }),
        ] {
            assert_eq!(
                read(answer.clone()),
                Err("Unrecognizable lambda output".to_owned()),
                "{answer}"
            );
        }
        for name in [json!("bob"), json!(null), json!("Alice")] {
            assert_eq!(
                read(json!({ "userName": name, "response": {} })),
                Err("Invalid user name. User name in Lambda mismatches the actual username.".to_owned())
            );
        }
    }

    #[test]
    fn an_sdk_is_told_by_its_user_agent() {
        for (user_agent, version) in [
            (None, "aws-sdk-unknown-unknown"),
            (Some("Mozilla/5.0"), "aws-sdk-unknown-unknown"),
            (Some("aws-sdk-js/3.1.0 ua/2.1 os/linux"), "aws-sdk-js-3.1.0"),
            (Some("app/x aws-sdk-rust/1.2"), "aws-sdk-rust-1.2"),
        ] {
            assert_eq!(sdk_version(user_agent), version);
        }
    }
}
