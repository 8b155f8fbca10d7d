//! How tokens are signed, as an independent library sees it.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::Value;

use super::part;

async fn published(lab: &Lab, pool_id: &str) -> JwkSet {
    let keys = lab.get(&format!("/{pool_id}/.well-known/jwks.json")).await.ok();
    serde_json::from_value(keys).unwrap()
}

fn verifies(token: &str, keys: &JwkSet, kid: &str) -> bool {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_jwk(keys.find(kid).unwrap()).unwrap();
    decode::<Value>(token, &key, &validation).is_ok()
}

scenario! {
    async fn the_header_names_key_and_algorithm_and_nothing_else(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        for token in [&alice.tokens.access, &alice.tokens.id] {
            let kid = decode_header(token).unwrap().kid.unwrap();
            let header = format!(r#"{{"kid":"{kid}","alg":"RS256"}}"#);
            assert_eq!(String::from_utf8(part(token, 0)).unwrap(), header);
            assert_eq!(part(token, 2).len(), 256);
            assert!(!token.contains('='));
        }
    }

    async fn id_and_access_tokens_are_signed_with_different_keys_of_the_pool(lab: Lab) {
        let pool = lab.pool().await;
        let alice = pool.client().await.confirmed_user("alice").await.sign_in().await;
        let keys = published(&lab, &pool.id).await;
        assert_eq!(keys.keys.len(), 2);
        let kid = |token: &str| decode_header(token).unwrap().kid.unwrap();
        let (id_kid, access_kid) = (kid(&alice.tokens.id), kid(&alice.tokens.access));
        assert_ne!(id_kid, access_kid);
        assert!(verifies(&alice.tokens.id, &keys, &id_kid));
        assert!(verifies(&alice.tokens.access, &keys, &access_kid));
        assert!(!verifies(&alice.tokens.id, &keys, &access_kid));
        assert!(!verifies(&alice.tokens.access, &keys, &id_kid));
    }

    async fn the_keys_stay_over_refreshes_and_users(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        let kid = |token: &str| decode_header(token).unwrap().kid.unwrap();
        let output = alice.refresh().await.ok();
        let refreshed = output["AuthenticationResult"]["AccessToken"].as_str().unwrap();
        assert_eq!(kid(refreshed), kid(&alice.tokens.access));
        assert_eq!(kid(&bob.tokens.access), kid(&alice.tokens.access));
        assert_eq!(kid(&bob.tokens.id), kid(&alice.tokens.id));
    }

    async fn any_change_breaks_the_signature(lab: Lab) {
        let pool = lab.pool().await;
        let alice = pool.client().await.confirmed_user("alice").await.sign_in().await;
        let keys = published(&lab, &pool.id).await;
        let token = &alice.tokens.id;
        let kid = decode_header(token).unwrap().kid.unwrap();
        let middle = token.len() / 2;
        let other = if &token[middle..=middle] == "A" { "B" } else { "A" };
        let mut altered = token.clone();
        altered.replace_range(middle..=middle, other);
        assert!(verifies(token, &keys, &kid));
        assert!(!verifies(&altered, &keys, &kid));
    }
}
