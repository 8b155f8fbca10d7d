//! PreTokenGeneration: changes what tokens say. Version 1 of its event knows the id token and the groups, versions 2 and
//! 3 the access token too, and version 3 comes for machines as well.
//!
//! What a function may change is the law of [`TokenOverrides`]; here is only how it says so.

use std::collections::{BTreeMap, BTreeSet};

use poolhouse_model::PreTokenGenerationLambdaVersionType;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Metadata, Request, or_default};
use crate::groups::{Group, preferred_role};
use crate::tokens::{ClaimChanges, ScopeChanges, TokenOverrides};

/// The `userName` of events about a machine.
pub const MACHINE: &str = "ClientCredentials";

/// The `version` of the event for functions that are configured with `version`.
pub const fn event_version(version: PreTokenGenerationLambdaVersionType) -> &'static str {
    match version {
        PreTokenGenerationLambdaVersionType::V1_0 => "1",
        PreTokenGenerationLambdaVersionType::V2_0 => "2",
        PreTokenGenerationLambdaVersionType::V3_0 => "3",
    }
}

/// The groups of a user as tokens tell them, and the roles that they give.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GroupConfiguration {
    #[serde(deserialize_with = "or_default")]
    pub groups_to_override: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub iam_roles_to_override: Vec<String>,
    pub preferred_role: Option<String>,
}

impl GroupConfiguration {
    /// What `groups`, in the order of tokens, give.
    pub fn of(groups: &[Group]) -> Self {
        Self {
            groups_to_override: groups.iter().map(|group| group.name.clone()).collect(),
            iam_roles_to_override: groups.iter().filter_map(|group| group.role_arn.clone()).collect(),
            preferred_role: preferred_role(groups).map(str::to_owned),
        }
    }
}

/// The `request` of version 1.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct V1Request {
    pub user_attributes: Metadata,
    pub group_configuration: GroupConfiguration,
    pub client_metadata: Metadata,
}

impl Request for V1Request {
    const TRIGGER: &'static str = "PreTokenGeneration";
    type Response = V1Response;
}

/// The `request` of versions 2 and 3.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct V2Request {
    pub user_attributes: Metadata,
    /// None for a machine.
    pub group_configuration: Option<GroupConfiguration>,
    /// The scopes of the access token.
    pub scopes: Vec<String>,
    pub client_metadata: Metadata,
}

impl Request for V2Request {
    const TRIGGER: &'static str = "PreTokenGeneration";
    type Response = V2Response;
}

/// The `response` of version 1.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct V1Response {
    #[serde(deserialize_with = "object")]
    claims_override_details: Option<ClaimsOverrideDetails>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ClaimsOverrideDetails {
    #[serde(deserialize_with = "or_default")]
    claims_to_add_or_override: BTreeMap<String, Option<String>>,
    #[serde(deserialize_with = "or_default")]
    claims_to_suppress: BTreeSet<String>,
    /// Given as null, it takes the groups away; not given, it leaves them.
    #[serde(deserialize_with = "given")]
    group_override_details: Option<GroupConfiguration>,
}

/// The `response` of versions 2 and 3.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct V2Response {
    #[serde(deserialize_with = "object")]
    claims_and_scope_override_details: Option<ClaimsAndScopeOverrideDetails>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ClaimsAndScopeOverrideDetails {
    #[serde(deserialize_with = "object")]
    id_token_generation: Option<IdTokenGeneration>,
    #[serde(deserialize_with = "object")]
    access_token_generation: Option<AccessTokenGeneration>,
    /// Given as null, it takes the groups away; not given, it leaves them.
    #[serde(deserialize_with = "given")]
    group_override_details: Option<GroupConfiguration>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct IdTokenGeneration {
    #[serde(deserialize_with = "or_default")]
    claims_to_add_or_override: Map<String, Value>,
    #[serde(deserialize_with = "or_default")]
    claims_to_suppress: BTreeSet<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AccessTokenGeneration {
    #[serde(deserialize_with = "or_default")]
    claims_to_add_or_override: Map<String, Value>,
    #[serde(deserialize_with = "or_default")]
    claims_to_suppress: BTreeSet<String>,
    #[serde(deserialize_with = "or_default")]
    scopes_to_add: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    scopes_to_suppress: BTreeSet<String>,
}

impl From<V1Response> for TokenOverrides {
    fn from(response: V1Response) -> Self {
        let details = response.claims_override_details.unwrap_or_default();
        let values = details.claims_to_add_or_override.into_iter();
        let values = values.map(|(name, value)| (name, value.into())).collect();
        Self {
            id: ClaimChanges::new(values, details.claims_to_suppress),
            groups: details.group_override_details,
            ..Self::default()
        }
    }
}

impl From<V2Response> for TokenOverrides {
    fn from(response: V2Response) -> Self {
        let details = response.claims_and_scope_override_details.unwrap_or_default();
        let id = details.id_token_generation.unwrap_or_default();
        let access = details.access_token_generation.unwrap_or_default();
        Self {
            id: ClaimChanges::new(id.claims_to_add_or_override, id.claims_to_suppress),
            access: ClaimChanges::new(access.claims_to_add_or_override, access.claims_to_suppress),
            scopes: ScopeChanges {
                added: access.scopes_to_add,
                suppressed: access.scopes_to_suppress,
                only_narrows: false,
            },
            groups: details.group_override_details,
        }
    }
}

/// Reads an object, and `null` as none. The members of a list are no object's, though serde would take them for it.
fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let members = Option::<Map<String, Value>>::deserialize(deserializer)?;
    let read = |members| serde_json::from_value(Value::Object(members)).map_err(D::Error::custom);
    members.map(read).transpose()
}

/// Reads an object that is given, be it as `null`.
fn given<'de, D: Deserializer<'de>, T: Default + DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Some(object(deserializer)?.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::triggers::read_answer;

    fn overrides<R: Request>(response: &Value) -> Result<TokenOverrides, String>
    where
        TokenOverrides: From<R::Response>,
    {
        let answer = json!({ "userName": "alice", "response": response });
        let response = read_answer::<R>(answer, "alice");
        response.map(Into::into).map_err(|error| error.to_string())
    }

    /// The response of version 1 with `details`.
    fn v1(details: &Value) -> Result<TokenOverrides, String> {
        overrides::<V1Request>(&json!({ "claimsOverrideDetails": details }))
    }

    /// The response of versions 2 and 3 with `details`.
    fn v2(details: &Value) -> Result<TokenOverrides, String> {
        overrides::<V2Request>(&json!({ "claimsAndScopeOverrideDetails": details }))
    }

    fn group(name: &str, precedence: i32, role: Option<&str>) -> Group {
        let now = poolhouse_model::Timestamp::from_millis(0);
        Group {
            pool_id: "p_1".into(),
            name: name.into(),
            description: None,
            role_arn: role.map(Into::into),
            precedence: Some(precedence),
            created_at: now,
            modified_at: now,
            version: 0,
        }
    }

    #[test]
    fn requests_have_the_members_of_their_version() {
        let groups = [
            group("admins", 1, Some("role-a")),
            group("b", 2, None),
            group("c", 3, Some("role-c")),
        ];
        let configuration = GroupConfiguration::of(&groups);
        let told = json!({
            "groupsToOverride": ["admins", "b", "c"], "iamRolesToOverride": ["role-a", "role-c"],
            "preferredRole": "role-a",
        });
        let request = V1Request {
            user_attributes: Metadata::new(),
            group_configuration: configuration.clone(),
            client_metadata: Metadata::new(),
        };
        assert_eq!(
            to_value(request).unwrap(),
            json!({ "userAttributes": {}, "groupConfiguration": told, "clientMetadata": {} })
        );
        let request = |group_configuration| V2Request {
            user_attributes: Metadata::new(),
            group_configuration,
            scopes: vec!["openid".into()],
            client_metadata: Metadata::new(),
        };
        let mut expected = json!({
            "userAttributes": {}, "groupConfiguration": told, "scopes": ["openid"], "clientMetadata": {},
        });
        assert_eq!(to_value(request(Some(configuration))).unwrap(), expected);
        expected["groupConfiguration"] = Value::Null;
        assert_eq!(to_value(request(None)).unwrap(), expected);
        assert_eq!(
            to_value(GroupConfiguration::of(&[])).unwrap(),
            json!({ "groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null })
        );
    }

    #[test]
    fn functions_get_an_answer_to_fill_in() {
        assert_eq!(
            to_value(V1Response::default()).unwrap(),
            json!({ "claimsOverrideDetails": null })
        );
        assert_eq!(
            to_value(V2Response::default()).unwrap(),
            json!({ "claimsAndScopeOverrideDetails": null })
        );
    }

    #[test]
    fn null_and_nothing_and_unknown_members_change_nothing() {
        let unchanged = Ok(TokenOverrides::default());
        for details in [
            json!(null),
            json!({}),
            json!({ "claimsToAddOrOverride": null, "claimsToSuppress": null, "unknown": [1] }),
            json!({ "claimsToAddOrOverride": { "nobody": null } }),
        ] {
            assert_eq!(v1(&details), unchanged, "{details}");
        }
        for details in [
            json!(null),
            json!({}),
            json!({ "idTokenGeneration": null, "accessTokenGeneration": null, "unknown": [1] }),
            json!({ "idTokenGeneration": {}, "accessTokenGeneration": {} }),
            json!({ "accessTokenGeneration": { "scopesToAdd": null, "scopesToSuppress": null, "unknown": 1 } }),
            json!({ "idTokenGeneration": { "claimsToAddOrOverride": { "nobody": null }, "claimsToSuppress": null } }),
        ] {
            assert_eq!(v2(&details), unchanged, "{details}");
        }
    }

    #[test]
    fn a_function_of_one_version_says_nothing_in_the_words_of_another() {
        let first = json!({ "claimsOverrideDetails": { "claimsToAddOrOverride": { "a": "b" } } });
        let second = json!({
            "claimsAndScopeOverrideDetails": { "idTokenGeneration": { "claimsToAddOrOverride": { "a": "b" } } },
        });
        assert_eq!(overrides::<V1Request>(&second), Ok(TokenOverrides::default()));
        assert_eq!(overrides::<V2Request>(&first), Ok(TokenOverrides::default()));
        assert_ne!(overrides::<V1Request>(&first), Ok(TokenOverrides::default()));
        assert_ne!(overrides::<V2Request>(&second), Ok(TokenOverrides::default()));
    }

    #[test]
    fn groups_that_are_given_as_nothing_are_taken_away() {
        let none = Some(GroupConfiguration::default());
        for given in [
            json!(null),
            json!({}),
            json!({ "groupsToOverride": null, "iamRolesToOverride": [], "preferredRole": null }),
        ] {
            let details = json!({ "groupOverrideDetails": given });
            assert_eq!(v1(&details).unwrap().groups, none, "{given}");
            assert_eq!(v2(&details).unwrap().groups, none, "{given}");
        }
    }

    #[test]
    fn wrong_types_are_refused() {
        let refused = Err("Unrecognizable lambda output".to_owned());
        for details in [
            json!([]),
            json!([{ "role": "admin" }]),
            json!("claims"),
            json!({ "claimsToAddOrOverride": ["a"] }),
            json!({ "claimsToAddOrOverride": { "a": 1 } }),
            json!({ "claimsToAddOrOverride": { "a": true } }),
            json!({ "claimsToAddOrOverride": { "a": ["b"] } }),
            json!({ "claimsToAddOrOverride": { "a": { "b": "c" } } }),
            json!({ "claimsToSuppress": "a" }),
            json!({ "claimsToSuppress": [1] }),
            json!({ "claimsToSuppress": [null] }),
            json!({ "groupOverrideDetails": [] }),
            json!({ "groupOverrideDetails": { "groupsToOverride": "a" } }),
            json!({ "groupOverrideDetails": { "groupsToOverride": [1] } }),
            json!({ "groupOverrideDetails": { "preferredRole": [] } }),
        ] {
            assert_eq!(v1(&details), refused, "{details}");
        }
        for details in [
            json!([]),
            json!(true),
            json!({ "idTokenGeneration": [] }),
            json!({ "idTokenGeneration": { "claimsToAddOrOverride": [] } }),
            json!({ "idTokenGeneration": { "claimsToSuppress": {} } }),
            json!({ "accessTokenGeneration": "a" }),
            json!({ "accessTokenGeneration": { "claimsToAddOrOverride": "a" } }),
            json!({ "accessTokenGeneration": { "claimsToSuppress": [{}] } }),
            json!({ "accessTokenGeneration": { "scopesToAdd": "openid" } }),
            json!({ "accessTokenGeneration": { "scopesToAdd": [1] } }),
            json!({ "accessTokenGeneration": { "scopesToSuppress": { "openid": true } } }),
            json!({ "groupOverrideDetails": "admins" }),
        ] {
            assert_eq!(v2(&details), refused, "{details}");
        }
    }

    #[test]
    fn versions_are_told_by_their_number() {
        let versions = PreTokenGenerationLambdaVersionType::ALL;
        let told: Vec<&str> = versions.iter().copied().map(event_version).collect();
        assert_eq!(told, ["1", "2", "3"]);
    }
}
