//! What functions may change in tokens, and what they try in vain.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use poolhouse_crypto::hmac::sha256;
use poolhouse_model::{Timestamp, UserPoolClientType};

use super::*;
use crate::attributes::Attributes;
use crate::clients::Client;
use crate::groups::Group;
use crate::oauth::Grant;
use crate::sessions::RefreshFamily;
use crate::testing::attributes;
use crate::tokens::{ADMIN_SCOPE, Claims, machine_claims};
use crate::triggers::pre_token_generation::{V1Response, V2Response};
use crate::users::User;

/// A sign-in whose tokens have every claim that the service writes.
struct SignIn {
    client: Client,
    user: User,
    groups: Vec<Group>,
    family: RefreshFamily,
    readable: Attributes,
}

impl SignIn {
    /// A sign-in through the API.
    fn new() -> Self {
        let settings = UserPoolClientType {
            client_id: Some("client".into()),
            enable_token_revocation: Some(true),
            ..UserPoolClientType::default()
        };
        let client = Client {
            settings,
            secrets: Vec::new(),
            sso_session: None,
            version: 0,
        };
        let user = json!({
            "pool_id": "p_1", "username": "alice", "sub": "sub-of-alice", "status": "CONFIRMED", "enabled": true,
            "attributes": {}, "created_at": 0, "modified_at": 0,
        });
        let group = |name: &str, precedence: i32| {
            json!({
                "pool_id": "p_1", "name": name, "role_arn": format!("role-{name}"), "precedence": precedence,
                "created_at": 0, "modified_at": 0,
            })
        };
        let family = json!({
            "pool_id": "p_1", "event_id": "event", "origin_jti": "origin", "sub": "sub-of-alice",
            "client_id": "client", "authenticated_at": 1_000, "expires_at": 9_000, "secret_hash": "",
            "device": { "key": "device", "group_key": "group" },
        });
        Self {
            client,
            user: serde_json::from_value(user).unwrap(),
            groups: serde_json::from_value(json!([group("admins", 1), group("users", 2)])).unwrap(),
            family: serde_json::from_value(family).unwrap(),
            readable: attributes([
                ("address", "Main Street 1"),
                ("dev:rank", "9"),
                ("email", "alice@example.com"),
                ("email_verified", "true"),
                ("identities", "[]"),
                ("name", "Alice"),
            ]),
        }
    }

    /// A sign-in through the OAuth endpoints.
    fn with_grant(scope: &str, resource: Option<&str>) -> Self {
        let mut sign_in = Self::new();
        sign_in.family.oauth = Some(Grant {
            scopes: scope.split_ascii_whitespace().map(str::to_owned).collect(),
            nonce: Some("nonce".into()),
            resource: resource.map(str::to_owned),
            strict: None,
        });
        sign_in
    }

    fn claims<'a>(&'a self, overrides: &'a TokenOverrides) -> Claims<'a> {
        Claims {
            issuer: "https://issuer",
            client: &self.client,
            user: &self.user,
            groups: &self.groups,
            family: &self.family,
            readable: &self.readable,
            level: Some("level"),
            overrides,
            now: Timestamp::from_seconds(2_000),
        }
    }

    fn access(&self, overrides: &TokenOverrides) -> Map<String, Value> {
        self.claims(overrides).access_claims("access-id")
    }

    fn id(&self, overrides: &TokenOverrides) -> Map<String, Value> {
        self.claims(overrides).id_claims("id-id", "the access token")
    }

    /// The claim `scope` of the access token.
    fn scope(&self, overrides: &TokenOverrides) -> Value {
        self.access(overrides).remove("scope").unwrap()
    }
}

/// Changes by version 1.
fn v1(details: &Value) -> TokenOverrides {
    let response = serde_json::from_value::<V1Response>(json!({ "claimsOverrideDetails": details }));
    response.unwrap().into()
}

/// Changes by version 2.
fn v2(details: &Value) -> TokenOverrides {
    let response = serde_json::from_value::<V2Response>(json!({ "claimsAndScopeOverrideDetails": details }));
    response.unwrap().into()
}

/// Changes of the id token by version 2.
fn v2_id(changes: &Value) -> TokenOverrides {
    v2(&json!({ "idTokenGeneration": changes }))
}

/// Changes of the access token by version 2.
fn v2_access(changes: &Value) -> TokenOverrides {
    v2(&json!({ "accessTokenGeneration": changes }))
}

/// What the service alone writes, into tokens of either kind.
const UNCHANGEABLE: &str = "acr act amr at_hash aud auth_time azp client_id cognito: cognito:anything \
    cognito:preferred_role cognito:roles cognito:user_status cognito:username device_key event_id exp iat identities iss \
    jti nbf nonce origin_jti sub token_use username version";

#[test]
fn forbidden_claims_are_neither_set_nor_suppressed() {
    let nothing = TokenOverrides::default();
    for sign_in in [
        SignIn::new(),
        SignIn::with_grant("openid", None),
        SignIn::with_grant("openid", Some("https://api.example.com")),
    ] {
        let (id, access) = (sign_in.id(&nothing), sign_in.access(&nothing));
        for name in UNCHANGEABLE.split_ascii_whitespace() {
            for changes in [
                json!({ "claimsToAddOrOverride": { name: "forged" } }),
                json!({ "claimsToSuppress": [name] }),
                json!({ "claimsToAddOrOverride": { name: "forged" }, "claimsToSuppress": [name] }),
            ] {
                assert_eq!(sign_in.id(&v1(&changes)), id, "V1 {changes}");
                assert_eq!(sign_in.access(&v1(&changes)), access, "V1 {changes}");
                assert_eq!(sign_in.id(&v2_id(&changes)), id, "V2 {changes}");
                assert_eq!(sign_in.access(&v2_access(&changes)), access, "V2 {changes}");
            }
            for value in [
                json!(9_999_999_999_i64),
                json!(true),
                json!(["forged"]),
                json!({ "forged": 1 }),
            ] {
                let changes = json!({ "claimsToAddOrOverride": { name: value } });
                assert_eq!(sign_in.id(&v2_id(&changes)), id, "V2 {changes}");
                assert_eq!(sign_in.access(&v2_access(&changes)), access, "V2 {changes}");
            }
        }
    }
}

#[test]
fn the_tokens_that_are_tried_have_the_forbidden_claims() {
    let sign_in = SignIn::with_grant("openid", Some("https://api.example.com"));
    let nothing = TokenOverrides::default();
    let (id, access) = (sign_in.id(&nothing), sign_in.access(&nothing));
    // The others are in no token that comes from a sign-in alone.
    let absent = "act azp cognito:anything cognito:user_status cognito: nbf";
    for name in UNCHANGEABLE.split_ascii_whitespace() {
        let is_there = id.contains_key(name) || access.contains_key(name);
        assert_eq!(is_there, !absent.split(' ').any(|absent| absent == name), "{name}");
    }
}

#[test]
fn groups_can_be_suppressed_but_not_set_as_claims() {
    let sign_in = SignIn::new();
    let nothing = TokenOverrides::default();
    let set = json!({ "claimsToAddOrOverride": { "cognito:groups": "root" } });
    assert_eq!(sign_in.id(&v1(&set)), sign_in.id(&nothing));
    let set = json!({ "claimsToAddOrOverride": { "cognito:groups": ["root"] } });
    assert_eq!(sign_in.id(&v2_id(&set)), sign_in.id(&nothing));
    assert_eq!(sign_in.access(&v2_access(&set)), sign_in.access(&nothing));

    let suppress = json!({ "claimsToSuppress": ["cognito:groups"] });
    for overrides in [v1(&suppress), v2_id(&suppress)] {
        let id = sign_in.id(&overrides);
        for name in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
            assert_eq!(id.get(name), None);
        }
        assert_eq!(sign_in.access(&overrides), sign_in.access(&nothing));
    }
    let overrides = v2_access(&suppress);
    assert_eq!(sign_in.access(&overrides).get("cognito:groups"), None);
    assert_eq!(sign_in.id(&overrides), sign_in.id(&nothing));
}

#[test]
fn attributes_of_developers_can_only_be_suppressed() {
    let sign_in = SignIn::new();
    let set = json!({ "claimsToAddOrOverride": { "dev:rank": "10", "dev:new": "1" } });
    let suppress = json!({ "claimsToSuppress": ["dev:rank"] });
    for overrides in [v1(&set), v2_id(&set)] {
        let id = sign_in.id(&overrides);
        assert_eq!((&id["dev:rank"], id.get("dev:new")), (&json!("9"), None));
    }
    for overrides in [v1(&suppress), v2_id(&suppress)] {
        assert_eq!(sign_in.id(&overrides).get("dev:rank"), None);
    }
    let access = sign_in.access(&v2_access(&set));
    assert_eq!((access.get("dev:rank"), access.get("dev:new")), (None, None));
}

#[test]
fn other_claims_are_set_replaced_and_suppressed() {
    let sign_in = SignIn::with_grant("openid", None);
    let nothing = TokenOverrides::default();
    let changes = json!({
        "claimsToAddOrOverride": { "name": "Bob", "tenant": "acme", "custom:x": "1", "scope": "all", "gone": "x" },
        "claimsToSuppress": ["email", "gone", "unknown"],
    });
    let mut expected = sign_in.id(&nothing);
    expected.remove("email");
    for (name, value) in [("name", "Bob"), ("tenant", "acme"), ("custom:x", "1"), ("scope", "all")] {
        expected.insert(name.into(), value.into());
    }
    for overrides in [v1(&changes), v2_id(&changes)] {
        assert_eq!(sign_in.id(&overrides), expected);
        assert_eq!(sign_in.access(&overrides), sign_in.access(&nothing));
    }

    let changes = json!({
        "claimsToAddOrOverride": {
            "text": "a", "number": 1.5, "flag": false, "list": ["a", 1, null], "object": { "a": { "b": [] } },
            "email_verified": { "by": "us" }, "scope": "photos/delete", "nobody": null, "gone": 1,
        },
        "claimsToSuppress": ["gone", "scope"],
    });
    let mut expected = sign_in.access(&nothing);
    for (name, value) in [
        ("text", json!("a")),
        ("number", json!(1.5)),
        ("flag", json!(false)),
        ("list", json!(["a", 1, null])),
        ("object", json!({ "a": { "b": [] } })),
        ("email_verified", json!({ "by": "us" })),
    ] {
        expected.insert(name.into(), value);
    }
    assert_eq!(sign_in.access(&v2_access(&changes)), expected);
    assert_eq!(sign_in.id(&v2_access(&changes)), sign_in.id(&nothing));
}

#[test]
fn values_of_any_kind_stand_in_id_tokens_but_for_four_attributes() {
    let sign_in = SignIn::new();
    let compound = [json!(["a"]), json!({ "a": "b" })];
    for value in &compound {
        let changes = json!({ "claimsToAddOrOverride": {
            "list": value, "name": value, "address": value, "email_verified": value, "phone_number_verified": value,
            "updated_at": value,
        } });
        let mut expected = sign_in.id(&TokenOverrides::default());
        expected.insert("list".into(), value.clone());
        expected.insert("name".into(), value.clone());
        assert_eq!(sign_in.id(&v2_id(&changes)), expected);
    }
    let id = sign_in.id(&v2_id(&json!({ "claimsToAddOrOverride": {
        "email_verified": false, "updated_at": 12, "level": 3, "is_paid": true,
    } })));
    assert_eq!(
        [&id["email_verified"], &id["updated_at"], &id["level"], &id["is_paid"]],
        [&json!(false), &json!(12), &json!(3), &json!(true)]
    );
}

#[test]
fn attributes_keep_the_type_of_their_claim() {
    let sign_in = SignIn::new();
    let changes = json!({ "claimsToAddOrOverride": {
        "email_verified": "false", "phone_number_verified": "true", "updated_at": "12", "address": "Elsewhere 2",
    } });
    for overrides in [v1(&changes), v2_id(&changes)] {
        let id = sign_in.id(&overrides);
        for (name, value) in [
            ("email_verified", json!(false)),
            ("phone_number_verified", json!(true)),
            ("updated_at", json!(12)),
            ("address", json!({ "formatted": "Elsewhere 2" })),
        ] {
            assert_eq!(id[name], value, "{name}");
        }
    }
}

#[test]
fn access_tokens_get_no_audience_but_their_client() {
    let with_audience = |audience: Value| v2_access(&json!({ "claimsToAddOrOverride": { "aud": audience } }));
    for sign_in in [SignIn::new(), SignIn::with_grant("openid", None)] {
        assert_eq!(sign_in.access(&with_audience(json!("client")))["aud"], "client");
        for audience in [json!("other"), json!(["client"]), json!(["client", "other"]), json!("")] {
            assert_eq!(sign_in.access(&with_audience(audience)).get("aud"), None);
        }
        let both = json!({ "claimsToAddOrOverride": { "aud": "client" }, "claimsToSuppress": ["aud"] });
        assert_eq!(sign_in.access(&v2_access(&both)).get("aud"), None);
    }
    let bound = SignIn::with_grant("openid", Some("https://api.example.com"));
    let audience = &bound.access(&with_audience(json!("client")))["aud"];
    assert_eq!(audience, "https://api.example.com");
}

#[test]
fn a_group_configuration_replaces_the_whole_other() {
    let sign_in = SignIn::new();
    let nothing = TokenOverrides::default();
    let (id, access) = (sign_in.id(&nothing), sign_in.access(&nothing));
    let claims = |given: Option<Value>| given.map_or(json!({}), |given| json!({ "groupOverrideDetails": given }));
    let (groups, roles, role) = (json!(["a", "b"]), json!(["role-a"]), json!("role-a"));
    let former = |name| id.get(name).cloned();
    let none = (None, None, None);
    for (given, expected) in [
        (
            None,
            (
                former("cognito:groups"),
                former("cognito:roles"),
                former("cognito:preferred_role"),
            ),
        ),
        (Some(json!(null)), none.clone()),
        (Some(json!({})), none.clone()),
        (
            Some(json!({ "groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": "" })),
            none,
        ),
        (
            Some(json!({ "groupsToOverride": groups })),
            (Some(groups.clone()), None, None),
        ),
        (
            Some(json!({ "iamRolesToOverride": roles })),
            (None, Some(roles.clone()), None),
        ),
        (
            Some(json!({ "groupsToOverride": groups, "iamRolesToOverride": roles, "preferredRole": role })),
            (Some(groups), Some(roles), Some(role)),
        ),
    ] {
        let details = claims(given);
        for overrides in [v1(&details), v2(&details)] {
            let changed = sign_in.id(&overrides);
            let told = |name| changed.get(name).cloned();
            let told = (
                told("cognito:groups"),
                told("cognito:roles"),
                told("cognito:preferred_role"),
            );
            assert_eq!(told, expected, "{details}");
            let changed = sign_in.access(&overrides);
            assert_eq!(changed.get("cognito:groups").cloned(), expected.0, "{details}");
            assert_eq!(changed.get("cognito:roles"), access.get("cognito:roles"), "{details}");
        }
    }
    let both = v2(&json!({
        "idTokenGeneration": { "claimsToSuppress": ["cognito:groups"] },
        "groupOverrideDetails": { "groupsToOverride": ["a"], "iamRolesToOverride": ["role-a"] },
    }));
    let changed = sign_in.id(&both);
    assert_eq!(
        (changed.get("cognito:groups"), changed.get("cognito:roles")),
        (None, None)
    );
    assert_eq!(sign_in.access(&both)["cognito:groups"], json!(["a"]));
}

#[test]
fn scopes_are_added_and_suppressed() {
    let api = SignIn::new();
    let oauth = SignIn::with_grant("openid email photos/read", None);
    for (sign_in, added, suppressed, expected) in [
        (&api, json!([]), json!([]), ADMIN_SCOPE),
        (&api, json!([]), json!([ADMIN_SCOPE]), ""),
        (
            &api,
            json!(["openid", "b/c"]),
            json!([ADMIN_SCOPE, "unknown"]),
            "openid b/c",
        ),
        (&oauth, json!(null), json!(["openid"]), "email photos/read"),
        (
            &oauth,
            json!(["b/c", "email", "a/b", "b/c"]),
            json!(null),
            "openid email photos/read b/c a/b",
        ),
        (
            &oauth,
            json!(["a/b", "b/c"]),
            json!(["a/b", "email"]),
            "openid photos/read b/c",
        ),
        (
            &oauth,
            json!(["", " ", "a b", "a\tb", "a\nb", "\u{a0}", "ä", "a\"b", "a\\b", "a\u{0}"]),
            json!(["openid email"]),
            "openid email photos/read",
        ),
    ] {
        let changes = json!({ "scopesToAdd": added, "scopesToSuppress": suppressed });
        assert_eq!(sign_in.scope(&v2_access(&changes)), expected, "{changes}");
        // The id token shows what was granted.
        assert_eq!(sign_in.id(&v2_access(&changes)), sign_in.id(&TokenOverrides::default()));
    }
}

#[test]
fn derived_tokens_gain_no_scope_and_show_no_more() {
    let sign_in = SignIn::with_grant("openid email photos/read", None);
    for (added, suppressed, expected) in [
        (json!(["phone", ADMIN_SCOPE]), json!([]), "openid email photos/read"),
        (json!(["email"]), json!(["photos/read"]), "openid email"),
        (json!([]), json!(["email"]), "photos/read"),
        (json!(["phone"]), json!(["email", "photos/read"]), ""),
    ] {
        let changes = json!({
            "scopesToAdd": added, "scopesToSuppress": suppressed,
            "claimsToAddOrOverride": { "tenant": "acme", "act": { "sub": "somebody" } },
        });
        let claims = sign_in.access(&v2_access(&changes).for_derived_token());
        assert_eq!(claims["scope"], expected, "{changes}");
        assert_eq!((&claims["tenant"], claims.get("act")), (&json!("acme"), None));
    }
    let plain = SignIn::with_grant("openid photos/read", None);
    let changes = v2_access(&json!({ "scopesToSuppress": ["photos/read"] })).for_derived_token();
    assert_eq!(plain.scope(&changes), "openid");
}

#[test]
fn machines_get_claims_and_scopes_but_no_groups() {
    let client = SignIn::new().client;
    let scopes = ["photos/read".to_owned(), "photos/write".to_owned()];
    let claims = |overrides: &TokenOverrides| {
        machine_claims(
            "https://issuer",
            &client,
            &scopes,
            "id",
            Timestamp::from_seconds(2_000),
            overrides,
        )
    };
    let mut expected = claims(&TokenOverrides::default());
    let changes = v2(&json!({
        "idTokenGeneration": { "claimsToAddOrOverride": { "id": "only" } },
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {
                "tenant": ["acme"], "aud": "client", "sub": "sub-of-alice", "event_id": "event", "username": "alice",
            },
            "claimsToSuppress": ["version", "client_id"],
            "scopesToAdd": ["photos/list"], "scopesToSuppress": ["photos/write"],
        },
        "groupOverrideDetails": { "groupsToOverride": ["admins"] },
    }));
    for (name, value) in [
        ("tenant", json!(["acme"])),
        ("aud", json!("client")),
        ("scope", json!("photos/read photos/list")),
    ] {
        expected.insert(name.into(), value);
    }
    assert_eq!(claims(&changes), expected);
}

#[test]
fn id_tokens_are_bound_to_the_access_token_as_it_is() {
    let sign_in = SignIn::with_grant("openid", None);
    let changes = v2(&json!({
        "idTokenGeneration": { "claimsToAddOrOverride": { "at_hash": "forged" } },
        "accessTokenGeneration": { "claimsToAddOrOverride": { "tenant": "acme" } },
    }));
    let access_token = Value::Object(sign_in.access(&changes)).to_string();
    assert!(access_token.contains("acme"));
    let id = sign_in.claims(&changes).id_claims("id", &access_token);
    let hash = sha256(access_token.as_bytes());
    assert_eq!(id["at_hash"], BASE64_URL_SAFE_NO_PAD.encode(hash.split_at(16).0));
}
