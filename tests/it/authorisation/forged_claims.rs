//! Access tokens that are signed with the pool's own key, and say what the server never says.

use poolhouse_tests::actors::{SignedIn, merge};
use poolhouse_tests::clock::START;
use poolhouse_tests::lab::{Lab, PUBLIC_URL};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::INVALID;
use super::forgery::{assert_invalid, header, pool_keys, sign, use_token};

const NOW: i64 = START / 1000;

/// The real claims with these changes, where null takes a claim away, signed with the real key.
async fn altered(lab: &Lab, alice: &SignedIn, changes: Value) -> String {
    let (_, key) = pool_keys(lab, &alice.user.client.pool.id).await;
    let Value::Object(mut claims) = merge(alice.access_claims().await, changes) else {
        unreachable!()
    };
    claims.retain(|_, value| !value.is_null());
    sign(&key, &header(&key), &Value::Object(claims).to_string())
}

scenario! {
    async fn time_counts_to_the_second_and_only_as_a_number(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        for exp in [NOW - 1, NOW, 0] {
            let token = altered(&lab, &alice, json!({ "exp": exp })).await;
            use_token(&lab, &token).await.fault("NotAuthorizedException", "Access Token has expired");
        }
        let token = altered(&lab, &alice, json!({ "exp": NOW + 1 })).await;
        use_token(&lab, &token).await.ok();
        let mut forgeries = Vec::new();
        for claims in [
            json!({ "exp": null }), json!({ "exp": (NOW + 60).to_string() }), json!({ "exp": 1.9e9 }), json!({ "exp": -1 }),
            json!({ "exp": u64::MAX }), json!({ "exp": i64::MAX }), json!({ "exp": 1e300 }), json!({ "exp": true }),
            json!({ "iat": NOW + 61 }), json!({ "nbf": NOW + 61 }), json!({ "iat": "soon" }), json!({ "nbf": [NOW] }),
        ] {
            forgeries.push(("time", altered(&lab, &alice, claims).await));
        }
        assert_invalid(&lab, &alice, &forgeries).await;
    }

    async fn a_claim_stands_once(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let (_, key) = pool_keys(&lab, &alice.user.client.pool.id).await;
        let claims = alice.access_claims().await.to_string();
        let twice = |claim: &str| {
            let payload = format!("{},{claim}}}", claims.strip_suffix('}').unwrap());
            sign(&key, &header(&key), &payload)
        };
        let forgeries = [
            ("sub", twice(r#""sub":"another""#)),
            ("exp", twice(r#""exp":9999999999"#)),
            ("an escaped name", twice(r#""\u0073ub":"another""#)),
            ("not JSON", sign(&key, &header(&key), "claims")),
            ("a list", sign(&key, &header(&key), &format!("[{claims}]"))),
            ("nothing", sign(&key, &header(&key), "")),
            ("something after it", sign(&key, &header(&key), &format!("{claims}{{}}"))),
        ];
        assert_invalid(&lab, &alice, &forgeries).await;
        use_token(&lab, &twice(r#""new":"claim""#)).await.ok();
    }

    async fn the_issuer_and_the_use_must_be_right(lab: Lab) {
        let pool = lab.pool().await;
        let alice = pool.client().await.confirmed_user("alice").await.sign_in().await;
        let other = lab.pool().await;
        let mut forgeries = Vec::new();
        for claims in [
            json!({ "iss": other.issuer() }), json!({ "iss": format!("https://evil.example/{}", pool.id) }),
            json!({ "iss": pool.id }), json!({ "iss": format!("{PUBLIC_URL}/us-east-1_unknown00") }),
            json!({ "iss": format!("{PUBLIC_URL}/") }), json!({ "iss": format!("{}/", pool.issuer()) }),
            json!({ "iss": format!("{PUBLIC_URL}/../{}", pool.id) }), json!({ "iss": format!("{PUBLIC_URL}/\0") }),
            json!({ "iss": null }), json!({ "iss": [pool.issuer()] }), json!({ "iss": format!("{PUBLIC_URL}/%") }),
            json!({ "token_use": "id" }), json!({ "token_use": "refresh" }), json!({ "token_use": null }),
            json!({ "token_use": ["access"] }),
        ] {
            forgeries.push(("issuer or use", altered(&lab, &alice, claims).await));
        }
        assert_invalid(&lab, &alice, &forgeries).await;
    }

    async fn an_id_token_is_no_access_token_even_with_the_other_key(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let (id_key, key) = pool_keys(&lab, &alice.user.client.pool.id).await;
        let claims = alice.id_claims().await.to_string();
        let forgeries = [
            ("as it is", alice.tokens.id.clone()),
            ("signed as an access token", sign(&key, &header(&key), &claims)),
            ("access claims signed as an id token", sign(&id_key, &header(&id_key), &alice.access_claims().await.to_string())),
        ];
        assert_invalid(&lab, &alice, &forgeries).await;
    }

    async fn the_scope_must_allow_it(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let sentence = "Access Token does not have required scopes";
        for scope in [
            json!(null), json!(""), json!("openid profile"), json!("aws.cognito.signin.user"),
            json!("aws.cognito.signin.user.admin2"), json!("AWS.COGNITO.SIGNIN.USER.ADMIN"),
            json!(["aws.cognito.signin.user.admin"]), json!("x:aws.cognito.signin.user.admin"),
        ] {
            let token = altered(&lab, &alice, json!({ "scope": scope })).await;
            use_token(&lab, &token).await.fault("NotAuthorizedException", sentence);
        }
        let token = altered(&lab, &alice, json!({ "scope": "openid aws.cognito.signin.user.admin email" })).await;
        use_token(&lab, &token).await.ok();
    }

    async fn a_token_is_of_one_user_and_one_sign_in(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        let bob_event = bob.access_claims().await["event_id"].clone();
        let revoked = "Access Token has been revoked";
        for claims in [
            json!({ "sub": bob.user.sub }), json!({ "event_id": bob_event }), json!({ "event_id": "" }),
            json!({ "client_id": "unknownclient" }),
        ] {
            let token = altered(&lab, &alice, claims).await;
            use_token(&lab, &token).await.fault("NotAuthorizedException", revoked);
        }
        let token = altered(&lab, &alice, json!({ "sub": "11111111-2222-4333-8444-555555555555" })).await;
        use_token(&lab, &token).await.fault("UserNotFoundException", "User does not exist.");
        for name in ["sub", "event_id", "client_id"] {
            let mut claims = json!({});
            claims[name] = Value::Null;
            let token = altered(&lab, &alice, claims).await;
            use_token(&lab, &token).await.fault("NotAuthorizedException", INVALID);
        }
        // The name in the token is for its reader: nobody is looked up by it.
        let token = altered(&lab, &alice, json!({ "username": "bob" })).await;
        assert_eq!(use_token(&lab, &token).await.ok()["Username"], "alice");
    }

    async fn a_token_of_one_pool_is_no_use_in_another(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let other = lab.pool().await;
        let foreign = other.client().await;
        let there = foreign.confirmed_user("alice").await.sign_in().await;
        let (_, key) = pool_keys(&lab, &other.id).await;
        let mut claims = alice.access_claims().await;
        claims["iss"] = other.issuer().into();
        let token = sign(&key, &header(&key), &claims.to_string());
        use_token(&lab, &token).await.fault("UserNotFoundException", "User does not exist.");
        claims["sub"] = there.user.sub.clone().into();
        let token = sign(&key, &header(&key), &claims.to_string());
        use_token(&lab, &token).await.fault("NotAuthorizedException", "Access Token has been revoked");
    }
}
