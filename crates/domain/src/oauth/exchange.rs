//! Token exchange (RFC 8693): what a token may be derived from another.
//!
//! A derived token never lets its bearer do, see or last more than the token that it comes from.

use serde_json::{Map, Value};

use super::scopes::exists;
use super::{AttributeScopes, OPENID};
use crate::clients::Client;
use crate::{Error, Result};

/// How many may act for a user one after the other.
pub const ACTORS_IN_CHAIN: usize = 4;

/// The scopes of a token that is derived for `client` from one with the scopes `subject`: those of them that are the
/// client's, that exist, and that are `requested`, if any are. `existing` are the custom scopes of the pool.
pub fn derived_scopes(
    subject: &[String],
    client: &Client,
    existing: &[String],
    requested: Option<&[String]>,
) -> Result<Vec<String>> {
    let requested = requested.filter(|scopes| !scopes.is_empty());
    let granted = |scope: &&String| {
        client.allowed_scopes().contains(scope)
            && exists(scope, existing)
            && requested.is_none_or(|requested| requested.contains(scope))
    };
    let mut scopes: Vec<String> = subject.iter().filter(granted).cloned().collect();
    keep_from_showing_more(&mut scopes, subject);
    if scopes.is_empty() && requested.is_some() {
        return Err(Error::ScopesNotAllowed);
    }
    Ok(scopes)
}

/// Takes `openid` away from scopes that are what is left of `former`, where it would show more attributes than they did:
/// alone it shows every one.
pub(crate) fn keep_from_showing_more(scopes: &mut Vec<String>, former: &[String]) {
    if AttributeScopes::of(former) != AttributeScopes::All && AttributeScopes::of(scopes) == AttributeScopes::All {
        scopes.retain(|scope| scope != OPENID);
    }
}

/// The claim `act` of a token with which `client_id` acts through `actor` for a user for whom `former` acted before.
pub fn acting(actor: &str, client_id: &str, former: Option<&Value>) -> Result<Value> {
    if actors(former) >= ACTORS_IN_CHAIN {
        return Err(Error::invalid_parameter(
            "Too many actors act for the subject one after the other.",
        ));
    }
    let mut act = Map::new();
    act.insert("sub".into(), actor.into());
    act.insert("client_id".into(), client_id.into());
    if let Some(former) = former {
        act.insert("act".into(), former.clone());
    }
    Ok(Value::Object(act))
}

/// How many stand in a claim `act`.
fn actors(act: Option<&Value>) -> usize {
    act.map_or(0, |act| 1 + actors(act.get("act")))
}

#[cfg(test)]
mod tests {
    use poolhouse_model::UserPoolClientType;

    use super::*;

    fn scopes(list: &str) -> Vec<String> {
        list.split_ascii_whitespace().map(str::to_owned).collect()
    }

    /// The scopes that a client which is allowed `allowed` derives, where only `photos/read` exists.
    fn derived(subject: &str, allowed: &str, requested: Option<&str>) -> Result<String> {
        let client = Client {
            settings: UserPoolClientType {
                allowed_oauth_scopes: Some(scopes(allowed)),
                ..UserPoolClientType::default()
            },
            secrets: Vec::new(),
            sso_session: None,
            version: 0,
        };
        let existing = scopes("photos/read");
        let requested = requested.map(scopes);
        derived_scopes(&scopes(subject), &client, &existing, requested.as_deref()).map(|scopes| scopes.join(" "))
    }

    #[test]
    fn scopes_are_those_that_subject_client_and_request_share() {
        for (subject, allowed, requested, expected) in [
            ("openid email", "email openid phone", None, "openid email"),
            ("openid email", "email openid phone", Some(""), "openid email"),
            (
                "openid email phone",
                "openid email",
                Some("email phone openid"),
                "openid email",
            ),
            (
                "photos/read photos/gone",
                "photos/read photos/gone",
                None,
                "photos/read",
            ),
            ("", "photos/read", None, ""),
            ("photos/read", "", None, ""),
        ] {
            assert_eq!(derived(subject, allowed, requested).unwrap(), expected, "{subject}");
        }
    }

    #[test]
    fn a_request_of_which_nothing_is_left_is_refused() {
        for (subject, allowed) in [
            ("openid", "photos/read"),
            ("photos/read", "openid"),
            ("", "photos/read"),
        ] {
            let refusal = derived(subject, allowed, Some("photos/read")).unwrap_err();
            assert!(matches!(refusal, Error::ScopesNotAllowed), "{refusal}");
        }
    }

    #[test]
    fn fewer_scopes_never_show_more_attributes() {
        assert_eq!(
            derived("openid email photos/read", "openid photos/read", None).unwrap(),
            "photos/read"
        );
        assert_eq!(
            derived("openid photos/read", "openid photos/read", None).unwrap(),
            "openid photos/read"
        );
        assert!(derived("openid email", "openid email", Some("openid")).is_err());
    }

    #[test]
    fn actors_stand_in_each_other_as_they_came_up_to_a_limit() {
        let mut act = acting("actor0", "client", None).unwrap();
        assert_eq!(act, serde_json::json!({ "sub": "actor0", "client_id": "client" }));
        for number in 1..ACTORS_IN_CHAIN {
            act = acting(&format!("actor{number}"), "client", Some(&act)).unwrap();
        }
        assert_eq!(
            (&act["sub"], &act["act"]["act"]["act"]["sub"]),
            (&"actor3".into(), &"actor0".into())
        );
        let refusal = acting("actor4", "client", Some(&act)).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "Too many actors act for the subject one after the other."
        );
    }
}
