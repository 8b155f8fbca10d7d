//! Access tokens whose signature, header or form isn't the server's.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256};
use poolhouse_crypto::keys::SigningKey;
use poolhouse_tests::actors::merge;
use poolhouse_tests::scenario;
use serde_json::json;

use super::forgery::{assert_invalid, encode, header, pool_keys, sign, sign_with, use_token};

scenario! {
    async fn a_token_without_a_signature_is_invalid(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let (_, key) = pool_keys(&lab, &alice.user.client.pool.id).await;
        let claims = alice.access_claims().await.to_string();
        let parts: Vec<&str> = alice.tokens.access.split('.').collect();
        let unsigned = |alg: &str| {
            let header = json!({ "kid": key.kid(), "alg": alg }).to_string();
            format!("{}.{}.", encode(header), encode(&claims))
        };
        let forgeries = [
            ("alg none", unsigned("none")),
            ("alg None", unsigned("None")),
            ("alg RS256 and nothing else", unsigned("RS256")),
            ("alg none with the real signature", format!("{}{}", unsigned("none"), parts[2])),
            ("two parts", format!("{}.{}", parts[0], parts[1])),
            ("the signature of the id token", format!("{}.{}.{}", parts[0], parts[1], alice.tokens.id.split('.').nth(2).unwrap())),
        ];
        assert_invalid(&lab, &alice, &forgeries).await;
    }

    async fn a_token_of_another_algorithm_is_invalid(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let (_, key) = pool_keys(&lab, &alice.user.client.pool.id).await;
        let claims = alice.access_claims().await.to_string();
        let with = |alg: &str| json!({ "kid": key.kid(), "alg": alg });
        let public_key = serde_json::to_value(key.jwk()).unwrap();
        let message = format!("{}.{}", encode(with("HS256").to_string()), encode(&claims));
        let keyed = |secret: &[u8]| {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
            format!("{message}.{}", encode(hmac::sign(&secret, message.as_bytes())))
        };
        let forgeries = [
            ("HS256 with the public key", keyed(public_key.to_string().as_bytes())),
            ("HS256 with the modulus", keyed(public_key["n"].as_str().unwrap().as_bytes())),
            ("HS256 without a key", keyed(b"")),
            ("RS384", sign_with(&key, &RSA_PKCS1_SHA384, &with("RS384"), &claims)),
            ("RS512", sign_with(&key, &RSA_PKCS1_SHA512, &with("RS512"), &claims)),
            ("PS256", sign_with(&key, &RSA_PSS_SHA256, &with("PS256"), &claims)),
            ("RS384 by name only", sign(&key, &with("RS384"), &claims)),
            ("ES256 by name only", sign(&key, &with("ES256"), &claims)),
            ("RS256 by name only", sign_with(&key, &RSA_PKCS1_SHA384, &with("RS256"), &claims)),
            ("lower case", sign(&key, &with("rs256"), &claims)),
        ];
        assert_invalid(&lab, &alice, &forgeries).await;
        use_token(&lab, &sign(&key, &with("RS256"), &claims)).await.ok();
    }

    async fn a_token_of_another_key_is_invalid(lab: Lab) {
        let pool = lab.pool().await;
        let alice = pool.client().await.confirmed_user("alice").await.sign_in().await;
        let (id_key, key) = pool_keys(&lab, &pool.id).await;
        let (_, foreign) = pool_keys(&lab, &lab.pool().await.id).await;
        let claims = alice.access_claims().await.to_string();
        let own = SigningKey::generate().unwrap();
        let offered = json!({
            "kid": own.kid(), "alg": "RS256", "jwk": own.jwk(), "jku": "http://evil.example/jwks.json",
            "x5u": "http://evil.example/", "x5c": ["AAAA"],
        });
        let forgeries = [
            ("another pool's key", sign(&foreign, &header(&foreign), &claims)),
            ("another pool's key under our name", sign(&foreign, &header(&key), &claims)),
            ("the key of id tokens", sign(&id_key, &header(&id_key), &claims)),
            ("the key of id tokens under the other name", sign(&id_key, &header(&key), &claims)),
            ("a key that the token brings along", sign(&own, &offered, &claims)),
            ("the same under our name", sign(&own, &merge(offered.clone(), header(&key)), &claims)),
        ];
        assert_invalid(&lab, &alice, &forgeries).await;
    }

    async fn a_key_is_named_by_its_id_and_nothing_else(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let (_, key) = pool_keys(&lab, &alice.user.client.pool.id).await;
        let claims = alice.access_claims().await.to_string();
        let mut forgeries = Vec::new();
        for kid in [
            json!("unknown"), json!(""), json!("../../keys/access"), json!("/dev/null"), json!("' OR 1=1 --"),
            json!(format!("{}\0", key.kid())), json!(key.kid().to_lowercase() + "x"), json!(1), json!(null), json!([key.kid()]),
        ] {
            let header = json!({ "kid": kid, "alg": "RS256" });
            forgeries.push(("kid", sign(&key, &header, &claims)));
        }
        forgeries.push(("no kid", sign(&key, &json!({ "alg": "RS256" }), &claims)));
        forgeries.push(("no alg", sign(&key, &json!({ "kid": key.kid() }), &claims)));
        forgeries.push(("crit", sign(&key, &json!({ "kid": key.kid(), "alg": "RS256", "crit": ["exp"] }), &claims)));
        assert_invalid(&lab, &alice, &forgeries).await;
    }

    async fn a_token_has_one_spelling(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let token = &alice.tokens.access;
        let parts: Vec<&str> = token.split('.').collect();
        let (first, last) = token.split_at(token.len() - 1);
        let stray = if last == "A" { "B" } else { "A" };
        let mut padded_header = parts[0].to_owned();
        padded_header.push('=');
        let forgeries = [
            ("padding", format!("{token}=")),
            ("padded twice", format!("{token}==")),
            ("padding in the header", format!("{padded_header}.{}.{}", parts[1], parts[2])),
            ("a dot at the end", format!("{token}.")),
            ("a dot at the beginning", format!(".{token}")),
            ("five parts", format!("{}.{}.{}.{}.{}", parts[0], parts[1], parts[2], parts[1], parts[2])),
            ("cut", first.to_owned()),
            ("another last letter", format!("{first}{stray}")),
            ("dots", "..".to_owned()),
            ("one letter", "a".to_owned()),
            ("100 KB", "a".repeat(100_000)),
            ("100 KB of dots", ".".repeat(100_000)),
            ("a long signature", format!("{token}{}", "A".repeat(100_000))),
            ("an id token", alice.tokens.id.clone()),
            ("a refresh token", alice.tokens.refresh.clone()),
        ];
        assert_invalid(&lab, &alice, &forgeries).await;
        let sentence = "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: Member must \
                        satisfy regular expression pattern: [A-Za-z0-9-_=.]+";
        for text in [format!(" {token}"), format!("{token}\n"), format!("Bearer {token}"), token.replace('.', "+"), String::new()] {
            use_token(&lab, &text).await.fault("InvalidParameterException", sentence);
        }
    }
}
