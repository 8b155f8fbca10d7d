//! Keys and settings for verifiers of tokens.

use http::HeaderValue;
use poolhouse_domain::issuers::Issuers;
use poolhouse_tests::lab::{PUBLIC_URL, REGION};
use poolhouse_tests::scenario;
use serde_json::json;

scenario! {
    async fn a_pool_publishes_two_keys_of_its_own(lab: Lab) {
        let (one, other) = (lab.pool().await, lab.pool().await);
        let keys = lab.get(&format!("/{}/.well-known/jwks.json", one.id)).await;
        assert_eq!(keys.header("content-type"), "application/json");
        assert_eq!(keys.header("cache-control"), "no-cache");
        let kids = keys.ok()["keys"].as_array().unwrap().iter().map(|key| {
            assert_eq!((&key["alg"], &key["kty"], &key["use"], &key["e"]), (&json!("RS256"), &json!("RSA"), &json!("sig"), &json!("AQAB")));
            assert_eq!(key["n"].as_str().unwrap().len(), 342);
            assert_eq!(key.as_object().unwrap().len(), 6);
            key["kid"].clone()
        }).collect::<Vec<_>>();
        assert_eq!(kids.len(), 2);
        assert_ne!(kids[0], kids[1]);
        let others = lab.get(&format!("/{}/.well-known/jwks.json", other.id)).await.ok();
        assert!(others["keys"].as_array().unwrap().iter().all(|key| !kids.contains(&key["kid"])));
    }

    async fn the_tokens_of_a_sign_in_verify_through_the_published_keys(lab: Lab) {
        let pool = lab.pool().await;
        let alice = pool.client().await.confirmed_user("alice").await.sign_in().await;
        let (access, id) = (alice.access_claims().await, alice.id_claims().await);
        assert_eq!((&access["token_use"], &id["token_use"]), (&json!("access"), &json!("id")));
        assert_eq!((&access["sub"], &id["sub"]), (&json!(alice.user.sub), &json!(alice.user.sub)));
        assert_eq!(access["iss"], format!("{PUBLIC_URL}/{}", pool.id));
        let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid;
        assert_ne!(kid(&alice.tokens.access), kid(&alice.tokens.id));
    }

    async fn the_configuration_names_the_issuer_the_keys_and_the_endpoints_on_this_server(lab: Lab) {
        let pool = lab.pool().await;
        for (issuers, issuer) in [(PUBLIC_URL, pool.issuer()), ("https://issuers.test", format!("https://issuers.test/{}", pool.id))] {
            let node = lab.with_issuers(Issuers::Below(issuers.to_owned()));
            let base = format!("{PUBLIC_URL}/{}", pool.id);
            let expected = format!(
                concat!(
                    r#"{{"authorization_endpoint":"{base}/oauth2/authorize","code_challenge_methods_supported":["S256"],"#,
                    r#""end_session_endpoint":"{base}/logout","id_token_signing_alg_values_supported":["RS256"],"#,
                    r#""issuer":"{issuer}","jwks_uri":"{issuer}/.well-known/jwks.json","#,
                    r#""response_types_supported":["code","token"],"revocation_endpoint":"{base}/oauth2/revoke","#,
                    r#""scopes_supported":["openid","email","phone","profile"],"subject_types_supported":["public"],"#,
                    r#""token_endpoint":"{base}/oauth2/token","#,
                    r#""token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],"#,
                    r#""userinfo_endpoint":"{base}/oauth2/userInfo"}}"#
                ),
                base = base,
                issuer = issuer
            );
            let reply = node.get(&format!("/{}/.well-known/openid-configuration", pool.id)).await;
            assert_eq!((reply.status.as_u16(), reply.text()), (200, expected));
        }
    }

    async fn beside_issuers_of_aws_the_endpoints_are_on_the_domain(lab: Lab) {
        let aws = lab.with_issuers(Issuers::Aws);
        let pool = aws.pool().await;
        let path = format!("/{}/.well-known/openid-configuration", pool.id);
        let without = aws.get(&path).await.ok();
        let issuer = format!("https://cognito-idp.{REGION}.amazonaws.com/{}", pool.id);
        assert_eq!(
            without,
            json!({
                "code_challenge_methods_supported": ["S256"], "id_token_signing_alg_values_supported": ["RS256"],
                "issuer": issuer, "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
                "response_types_supported": ["code", "token"],
                "scopes_supported": ["openid", "email", "phone", "profile"], "subject_types_supported": ["public"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            })
        );

        let domain = format!("discovered-{}", aws.account_id());
        pool.call("CreateUserPoolDomain", json!({ "Domain": domain })).await.ok();
        let base = format!("https://{domain}.auth.{REGION}.amazoncognito.com");
        let mut expected = without;
        for (name, endpoint) in [
            ("authorization_endpoint", "/oauth2/authorize"), ("end_session_endpoint", "/logout"),
            ("revocation_endpoint", "/oauth2/revoke"), ("token_endpoint", "/oauth2/token"),
            ("userinfo_endpoint", "/oauth2/userInfo"),
        ] {
            expected[name] = format!("{base}{endpoint}").into();
        }
        assert_eq!(aws.get(&path).await.ok(), expected);
        let updated = lab.with_issuers(Issuers::AwsUpdated).get(&path).await.ok();
        let issuer = format!("https://issuer-cognito-idp.{REGION}.amazonaws.com/{}", pool.id);
        assert_eq!((&updated["issuer"], &updated["jwks_uri"]), (&json!(issuer), &json!(format!("{issuer}/.well-known/jwks.json"))));
        assert_eq!(updated["token_endpoint"], expected["token_endpoint"]);
    }

    async fn an_unknown_pool_has_neither(lab: Lab) {
        for document in ["jwks.json", "openid-configuration"] {
            let ids = [
                ("us-east-1_unknown00", "us-east-1_unknown00"),
                ("%2e%2e", ".."),
                ("a%00b", "a\0b"),
                ("%3Cscript%3E", "<script>"),
                ("us-east-1_abc%2F..%2F..", "us-east-1_abc/../.."),
            ];
            for (path, id) in ids {
                let reply = lab.get(&format!("/{path}/.well-known/{document}")).await;
                assert_eq!(reply.status, 400, "{path}");
                assert_eq!(reply.json(), json!({ "message": format!("User pool {id} does not exist.") }));
                assert_eq!(reply.header("content-type"), "application/json");
                assert_eq!(reply.header("cache-control"), "no-store");
                assert_eq!(reply.headers["x-content-type-options"], HeaderValue::from_static("nosniff"));
            }
        }
        let pool = lab.pool().await;
        pool.call("DeleteUserPool", json!({})).await.ok();
        let reply = lab.get(&format!("/{}/.well-known/jwks.json", pool.id)).await;
        assert_eq!(reply.status, 400);
    }

    async fn a_pool_of_another_region_is_public_too(lab: Lab) {
        assert_ne!(REGION, "eu-west-1");
        let pool = lab.admin().in_region("eu-west-1").create_pool(json!({})).await;
        lab.get(&format!("/{}/.well-known/jwks.json", pool.id)).await.ok();
    }

    production async fn keys_may_be_kept_for_a_day(lab: Lab) {
        let pool = lab.pool().await;
        for document in ["jwks.json", "openid-configuration"] {
            let reply = lab.get(&format!("/{}/.well-known/{document}", pool.id)).await;
            assert_eq!(reply.header("cache-control"), "public, max-age=86400");
        }
    }
}
