//! Pools that keep to OpenID Connect where Amazon Cognito deviates from it: what they refuse, and what they show.
//!
//! Sources: OpenID Connect Core 1.0, OAuth 2.0 Security Best Current Practice (RFC 9700), RFC 9207.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::scopes::PROFILE;
use super::{AttributeScopes, Parameters, Refusal};
use crate::Error;
use crate::attributes::Attributes;
use crate::clients::Client;
use crate::pools::Pool;

/// The tag that makes a pool strict, and its value.
const TAG: (&str, &str) = ("oidc_strict", "true");

/// The claims that are asked for one by one, by the parameter `claims` (OpenID Connect Core, section 5.5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedClaims {
    /// Of the UserInfo endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub userinfo: Vec<String>,
    /// Of the id token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id_token: Vec<String>,
    /// The user who is asked for.
    #[serde(skip)]
    pub sub: Option<String>,
}

impl Pool {
    /// Whether the pool keeps to OpenID Connect where Amazon Cognito deviates from it: its tag `oidc_strict` is `true`.
    pub fn is_oidc_strict(&self) -> bool {
        let (name, value) = TAG;
        let tags = self.settings.user_pool_tags.as_ref();
        tags.and_then(|tags| tags.get(name)).is_some_and(|given| given == value)
    }
}

/// Refuses what a strict pool doesn't take; answers the claims that are asked for one by one.
pub(super) fn check(client: &Client, parameters: &Parameters) -> Result<RequestedClaims, Refusal> {
    for (parameter, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        if parameters.get(parameter).is_some() {
            return Err(Refusal::new(error));
        }
    }
    let mode = match parameters.get("response_type") {
        Some("code") => "query",
        Some("token") => "fragment",
        Some(_) => return Err(Refusal::new("unsupported_response_type")),
        None => return Err(described("response_type is missing.")),
    };
    if parameters.get("response_mode").is_some_and(|asked| asked != mode) {
        return Err(described("The response_mode is not supported."));
    }
    if mode == "query" && !client.is_confidential() && parameters.get("code_challenge").is_none() {
        return Err(described("code_challenge is required."));
    }
    let Some(text) = parameters.get("claims") else {
        return Ok(RequestedClaims::default());
    };
    RequestedClaims::read(text, client).ok_or(described("claims is malformed."))
}

fn described(description: &'static str) -> Refusal {
    Refusal {
        error: "invalid_request",
        description: Some(description.into()),
    }
}

impl Refusal {
    /// The refusal in the words of the standard, with a description.
    #[must_use]
    pub fn in_standard_words(self) -> Self {
        if self == Self::invalid_scope() {
            return Self {
                error: "invalid_scope",
                description: Some("A requested scope is unknown or not allowed.".into()),
            };
        }
        let known = match self.error {
            "invalid_request" => Some("A parameter is missing, malformed or given more than once."),
            "unauthorized_client" => Some("The client may not use this response_type."),
            "unsupported_response_type" => Some("The response_type is not supported."),
            "login_required" => Some("The user has to sign in."),
            "request_not_supported" => Some("The parameter request is not supported."),
            "request_uri_not_supported" => Some("The parameter request_uri is not supported."),
            "registration_not_supported" => Some("The parameter registration is not supported."),
            _ => None,
        };
        let description = self.description.or(known.map(Cow::Borrowed));
        Self { description, ..self }
    }

    /// What a trigger kept from the client, in the words of the standard.
    pub fn by_trigger_in_standard_words(error: &Error) -> Self {
        Self {
            error: match error {
                Error::TriggerFailed { .. } => "access_denied",
                _ => "server_error",
            },
            description: Some(standard_text(&error.to_string()).into()),
        }
    }
}

/// The text as an `error_description` may have it (RFC 6749, section 4.1.2.1): what it may not hold is a question mark.
pub(super) fn standard_text(text: &str) -> String {
    let is_allowed = |character| matches!(character, ' '..='~') && !matches!(character, '"' | '\\');
    let allowed = |character| if is_allowed(character) { character } else { '?' };
    text.chars().map(allowed).collect()
}

impl RequestedClaims {
    /// Reads the parameter. Claims that no scope of the client would show are left out; None where it is malformed.
    fn read(text: &str, client: &Client) -> Option<Self> {
        let Ok(Value::Object(asked)) = serde_json::from_str(text) else {
            return None;
        };
        let allowed = AttributeScopes::of(client.allowed_scopes());
        let section = |name: &str| match asked.get(name) {
            None | Some(Value::Null) => Some(Map::new()),
            Some(Value::Object(claims)) => Some(claims.clone()),
            Some(_) => None,
        };
        let names = |claims: &Map<String, Value>| claims.keys().filter(|name| allowed.shows(name)).cloned().collect();
        let (userinfo, id_token) = (section("userinfo")?, section("id_token")?);
        let sub = id_token.get("sub").and_then(|sub| sub.get("value")?.as_str());
        Some(Self {
            sub: sub.map(str::to_owned),
            userinfo: names(&userinfo),
            id_token: names(&id_token),
        })
    }
}

/// The attributes among `readable` that were asked for, by scope or by name: without either none is shown.
pub fn requested_attributes(scopes: &[String], asked: &[String], readable: &Attributes) -> Attributes {
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    let (email, phone, profile) = (has("email"), has("phone"), has("profile"));
    let shows = |name: &str| match name {
        "sub" => true,
        "email" | "email_verified" => email,
        "phone_number" | "phone_number_verified" => phone,
        name => profile && (PROFILE.contains(&name) || name.starts_with("custom:")),
    };
    let shown = readable.iter();
    shown
        .filter(|(name, _)| shows(name) || asked.iter().any(|asked| asked == name))
        .collect()
}

#[cfg(test)]
mod tests {
    use poolhouse_model::UserPoolClientType;

    use super::*;

    fn client(scopes: &[&str]) -> Client {
        Client {
            settings: UserPoolClientType {
                allowed_oauth_scopes: Some(scopes.iter().map(|&scope| scope.to_owned()).collect()),
                ..UserPoolClientType::default()
            },
            secrets: vec![],
            sso_session: None,
            version: 0,
        }
    }

    #[test]
    fn claims_are_read_as_far_as_the_clients_scopes_show_them() {
        let text = r#"{"userinfo":{"name":{"essential":true},"email":null,"admin":null},
                       "id_token":{"sub":{"value":"s"},"phone_number":null}}"#;
        let claims = RequestedClaims::read(text, &client(&["openid", "profile"])).unwrap();
        assert_eq!(claims.userinfo, ["name"]);
        assert_eq!(claims.id_token, ["sub"]);
        assert_eq!(claims.sub.as_deref(), Some("s"));
        for malformed in ["", "[]", "1", r#"{"userinfo":[]}"#, r#"{"id_token":"sub"}"#, "{"] {
            assert_eq!(
                RequestedClaims::read(malformed, &client(&["openid"])),
                None,
                "{malformed}"
            );
        }
    }

    #[test]
    fn openid_alone_shows_nothing_but_who_it_is() {
        let pairs = [
            ("sub", "1"),
            ("email", "a@example.com"),
            ("address", "x"),
            ("custom:x", "y"),
            ("name", "n"),
        ];
        let attributes: Attributes = pairs.into_iter().collect();
        let shown = |scopes: &[&str], asked: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
            let shown = requested_attributes(&owned(scopes), &owned(asked), &attributes);
            shown.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(shown(&["openid"], &[]), ["sub"]);
        assert_eq!(shown(&["openid", "profile"], &[]), ["custom:x", "name", "sub"]);
        assert_eq!(shown(&["openid", "email"], &["address"]), ["address", "email", "sub"]);
    }

    #[test]
    fn refusals_are_said_in_standard_words() {
        assert_eq!(Refusal::invalid_scope().in_standard_words().error, "invalid_scope");
        let refusal = Refusal::new("login_required").in_standard_words();
        assert_eq!(refusal.description.as_deref(), Some("The user has to sign in."));
    }

    #[test]
    fn triggers_are_quoted_in_the_characters_that_the_standard_allows() {
        let failed = |message: &str| Error::TriggerFailed {
            trigger: "PreTokenGeneration",
            message: message.to_owned(),
        };
        let refusal = Refusal::by_trigger_in_standard_words(&failed("\"a\\b\"\n<ü>"));
        assert_eq!(refusal.error, "access_denied");
        let text = "PreTokenGeneration failed with error ?a?b??<?>.";
        assert_eq!(refusal.description.as_deref(), Some(text));
        let refusal = Refusal::by_trigger_in_standard_words(&Error::unrecognizable_answer());
        assert_eq!(refusal.error, "server_error");
    }
}
