//! Who issues tokens in each mode, and whose tokens are believed.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use poolhouse_domain::issuers::Issuers;
use poolhouse_tests::actors::{Pool, SignedIn};
use poolhouse_tests::lab::{Lab, PUBLIC_URL, REGION};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::INVALID;
use super::forgery::{header, pool_keys, sign, use_token};

const REFUSED: &str = "NotAuthorizedException";

fn original(pool_id: &str) -> String {
    format!("https://cognito-idp.{REGION}.amazonaws.com/{pool_id}")
}

fn updated(pool_id: &str) -> String {
    format!("https://issuer-cognito-idp.{REGION}.amazonaws.com/{pool_id}")
}

async fn pool_with_updated_issuer(lab: &Lab) -> Pool {
    lab.pool_with(json!({ "IssuerConfiguration": { "Type": "UPDATED" } }))
        .await
}

/// The claims of a token, believed unseen.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The issuer that both tokens of a sign-in name.
fn issuer(alice: &SignedIn) -> Value {
    let (access, id) = (claims(&alice.tokens.access), claims(&alice.tokens.id));
    assert_eq!(access["iss"], id["iss"]);
    access["iss"].clone()
}

async fn alice_of(pool: &Pool) -> SignedIn {
    pool.client().await.confirmed_user("alice").await.sign_in().await
}

scenario! {
    async fn tokens_name_the_issuer_of_the_mode(lab: Lab) {
        for (issuers, of_original, of_updated) in [
            (Issuers::Below(PUBLIC_URL.into()), format!("{PUBLIC_URL}/ID"), format!("{PUBLIC_URL}/ID")),
            (Issuers::Below("https://issuers.test/a".into()), "https://issuers.test/a/ID".into(), "https://issuers.test/a/ID".into()),
            (Issuers::Aws, original("ID"), updated("ID")),
            (Issuers::AwsUpdated, updated("ID"), updated("ID")),
        ] {
            let node = lab.with_issuers(issuers);
            for (pool, expected) in [(node.pool().await, of_original), (pool_with_updated_issuer(&node).await, of_updated)] {
                let alice = alice_of(&pool).await;
                assert_eq!(issuer(&alice), expected.replace("ID", &pool.id));
                assert_eq!(alice.get_user().await.ok()["Username"], "alice");
            }
        }
    }

    async fn after_a_change_of_the_mode_access_tokens_are_refused_and_refresh_tokens_give_new_ones(lab: Lab) {
        let pool = lab.pool().await;
        let alice = alice_of(&pool).await;
        let aws = lab.with_issuers(Issuers::Aws);
        use_token(&aws, &alice.tokens.access).await.fault(REFUSED, INVALID);
        let refresh = json!({
            "ClientId": alice.user.client.id, "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": { "REFRESH_TOKEN": alice.tokens.refresh },
        });
        let output = aws.call("InitiateAuth", refresh).await.ok();
        let renewed = output["AuthenticationResult"]["AccessToken"].as_str().unwrap();
        assert_eq!(claims(renewed)["iss"], original(&pool.id));
        use_token(&aws, renewed).await.ok();
        use_token(&lab, renewed).await.fault(REFUSED, INVALID);
        use_token(&lab.with_issuers(Issuers::AwsUpdated), renewed).await.fault(REFUSED, INVALID);
    }

    async fn a_pool_changes_the_type_of_its_issuer(lab: Lab) {
        let aws = lab.with_issuers(Issuers::Aws);
        let pool = aws.pool().await;
        let alice = alice_of(&pool).await;
        pool.call("UpdateUserPool", json!({ "IssuerConfiguration": { "Type": "UPDATED" } })).await.ok();
        alice.get_user().await.fault(REFUSED, INVALID);
        let again = alice.user.sign_in().await;
        assert_eq!(issuer(&again), updated(&pool.id));
        again.get_user().await.ok();
        // What an update leaves out returns to its default.
        pool.call("UpdateUserPool", json!({})).await.ok();
        again.get_user().await.fault(REFUSED, INVALID);
        alice.get_user().await.ok();
    }

    async fn beside_issuers_of_aws_no_other_is_believed(lab: Lab) {
        let aws = lab.with_issuers(Issuers::Aws);
        let (pool, other) = (aws.pool().await, aws.pool().await);
        let alice = alice_of(&pool).await;
        let (_, key) = pool_keys(&aws, &pool.id).await;
        let id = &pool.id;
        for forged in [
            updated(id), pool.issuer(), original(&other.id), format!("{}/", original(id)), format!("{PUBLIC_URL}/{id}"),
            format!("http://cognito-idp.{REGION}.amazonaws.com/{id}"), format!("https://cognito-idp.eu-west-1.amazonaws.com/{id}"),
            format!("https://cognito-idp.{REGION}.amazonaws.com.evil.test/{id}"), format!("https://evil.test/{id}"),
            format!("https://cognito-idp.{REGION}.amazonaws.com/x/{id}"), original("us-east-1_unknown00"), original(""),
            original("us-east-1_\0"), id.clone(),
        ] {
            let mut claims = claims(&alice.tokens.access);
            claims["iss"] = forged.clone().into();
            let reply = use_token(&aws, &sign(&key, &header(&key), &claims.to_string())).await;
            assert_eq!(reply.error(), (REFUSED.to_owned(), INVALID.to_owned()), "{forged}");
        }
        let real = sign(&key, &header(&key), &claims(&alice.tokens.access).to_string());
        use_token(&aws, &real).await.ok();
    }
}
