//! The exact claims of both tokens.

use poolhouse_tests::actors::{PASSWORD, SignedIn, Tokens, attributes};
use poolhouse_tests::clock::START;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::is_uuid;

const NOW: i64 = START / 1000;

/// Takes the members that are random out of the claims, after a look at their form.
fn take_ids(claims: &mut Value, names: &[&str]) -> Vec<Value> {
    let claims = claims.as_object_mut().unwrap();
    names
        .iter()
        .map(|name| {
            let id = claims
                .remove(*name)
                .unwrap_or_else(|| panic!("no {name} in {claims:?}"));
            assert!(is_uuid(id.as_str().unwrap()), "{name}: {id}");
            id
        })
        .collect()
}

async fn both(alice: &SignedIn) -> (Value, Value) {
    (alice.id_claims().await, alice.access_claims().await)
}

scenario! {
    async fn the_tokens_of_a_user_without_attributes_hold_exactly_this(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let (mut id, mut access) = both(&alice).await;
        let names = ["origin_jti", "event_id", "jti"];
        let (id_ids, access_ids) = (take_ids(&mut id, &names), take_ids(&mut access, &names));
        assert_eq!(id_ids[..2], access_ids[..2]);
        assert_ne!(id_ids[2], access_ids[2]);
        assert_eq!(access, json!({
            "sub": alice.user.sub, "iss": pool.issuer(), "client_id": client.id, "token_use": "access",
            "scope": "aws.cognito.signin.user.admin", "auth_time": NOW, "iat": NOW, "exp": NOW + 3600, "username": "alice",
        }));
        assert_eq!(id, json!({
            "sub": alice.user.sub, "iss": pool.issuer(), "aud": client.id, "token_use": "id", "auth_time": NOW,
            "iat": NOW, "exp": NOW + 3600, "cognito:username": "alice",
        }));
    }

    async fn every_sign_in_has_ids_of_its_own(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await;
        let (one, other) = (alice.sign_in().await.access_claims().await, alice.sign_in().await.access_claims().await);
        for name in ["origin_jti", "event_id", "jti"] {
            assert_ne!(one[name], other[name], "{name}");
        }
    }

    async fn attributes_of_every_type_stand_in_the_id_token_and_none_in_the_access_token(lab: Lab) {
        let schema = json!([
            { "Name": "tier", "AttributeDataType": "String", "Mutable": true },
            { "Name": "level", "AttributeDataType": "Number", "Mutable": true },
            { "Name": "vip", "AttributeDataType": "Boolean", "Mutable": true },
            { "Name": "since", "AttributeDataType": "DateTime", "Mutable": true },
        ]);
        let client = lab.pool_with(json!({ "Schema": schema })).await.client().await;
        let alice = client.confirmed_user("alice").await;
        let values = json!({
            "name": "Alice", "email": "alice@example.com", "email_verified": "true", "phone_number": "+15555550100",
            "phone_number_verified": "false", "address": "1 Rabbit Hole", "updated_at": "1700000000",
            "birthdate": "1999-12-31", "custom:tier": "gold", "custom:level": "12", "custom:vip": "true",
            "custom:since": "2026-01-01",
        });
        alice.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": attributes(&values) })).await.ok();
        let (mut id, mut access) = both(&alice.sign_in().await).await;
        let names = ["origin_jti", "event_id", "jti"];
        take_ids(&mut id, &names);
        take_ids(&mut access, &names);
        assert_eq!(id, json!({
            "sub": alice.sub, "iss": client.pool.issuer(), "aud": client.id, "token_use": "id", "auth_time": NOW,
            "iat": NOW, "exp": NOW + 3600, "cognito:username": "alice", "name": "Alice", "email": "alice@example.com",
            "email_verified": true, "phone_number": "+15555550100", "phone_number_verified": false,
            "address": { "formatted": "1 Rabbit Hole" }, "updated_at": 1_700_000_000, "birthdate": "1999-12-31",
            "custom:tier": "gold", "custom:level": "12", "custom:vip": "true", "custom:since": "2026-01-01",
        }));
        assert_eq!(access.as_object().unwrap().len(), 9, "{access}");
    }

    async fn a_client_s_id_token_holds_what_it_may_read(lab: Lab) {
        let settings = json!({ "Schema": [{ "Name": "tier", "AttributeDataType": "String", "Mutable": true }] });
        let pool = lab.pool_with(settings).await;
        let client = pool.client_with(json!({ "ReadAttributes": ["email", "custom:tier"] })).await;
        let alice = client.confirmed_user("alice").await;
        let values = json!({
            "email": "alice@example.com", "email_verified": "true", "name": "Alice", "custom:tier": "gold",
        });
        alice.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": attributes(&values) })).await.ok();
        let id = alice.sign_in().await.id_claims().await;
        assert_eq!((&id["email"], &id["custom:tier"], &id["sub"]), (&json!("alice@example.com"), &json!("gold"), &json!(alice.sub)));
        assert_eq!((id.get("name"), id.get("email_verified")), (None, None));
    }

    async fn a_blank_attribute_is_no_claim(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user_with("alice", json!({ "nickname": "" })).await;
        assert_eq!(alice.sign_in().await.id_claims().await.get("nickname"), None);
    }

    async fn where_the_email_is_the_username_both_tokens_name_the_sub(lab: Lab) {
        let pool = lab.pool_with(json!({ "UsernameAttributes": ["email"] })).await;
        let client = pool.client().await;
        let alice = client.confirmed_user("alice@example.com").await.sign_in().await;
        let (id, access) = both(&alice).await;
        assert_eq!((&access["username"], &id["cognito:username"]), (&id["sub"], &id["sub"]));
        assert_eq!((&id["sub"], &id["email"]), (&json!(alice.user.sub), &json!("alice@example.com")));
        assert_eq!(access.get("email"), None);
    }

    async fn the_name_in_the_tokens_is_the_username_however_it_was_typed(lab: Lab) {
        let client = lab.pool_with(json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await.client().await;
        client.confirmed_user("Alice").await;
        let tokens = Tokens::of(&client.sign_in("aLICE", PASSWORD).await.ok());
        let username = client.pool.user("alice").await["Username"].clone();
        assert_eq!(client.pool.verify(&tokens.access).await["username"], username);
        assert_eq!(client.pool.verify(&tokens.id).await["cognito:username"], username);
    }

    async fn a_client_that_revokes_no_tokens_gives_them_no_origin(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "EnableTokenRevocation": false })).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let (mut id, mut access) = both(&alice).await;
        assert_eq!((id.get("origin_jti"), access.get("origin_jti")), (None, None));
        take_ids(&mut id, &["event_id", "jti"]);
        take_ids(&mut access, &["event_id", "jti"]);
    }

    async fn an_attribute_replaces_no_claim_of_the_service(lab: Lab) {
        let schema = json!([
            { "Name": "token_use", "AttributeDataType": "String", "Mutable": true },
            { "Name": "groups", "AttributeDataType": "String", "Mutable": true },
        ]);
        let client = lab.pool_with(json!({ "Schema": schema })).await.client().await;
        let values = json!({ "custom:token_use": "access", "custom:groups": "admins", "profile": "cognito:groups" });
        let id = client.confirmed_user_with("alice", values).await.sign_in().await.id_claims().await;
        assert_eq!((&id["token_use"], &id["custom:token_use"]), (&json!("id"), &json!("access")));
        assert_eq!((id.get("cognito:groups"), id.get("groups")), (None, None));
    }
}
