//! Dynamic client registration.

use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use poolhouse_domain::Clock;
use poolhouse_tests::actors::{Pool, merge};
use poolhouse_tests::clock::hours;
use poolhouse_tests::lab::{Lab, PUBLIC_HOST, PUBLIC_URL};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{define, post_form};

const SCOPE: &str = "aws.cognito/dcr/register";
const CALLBACK: &str = "https://app.example/callback";

/// A pool with the scope `photos/read` that registers clients by these rules.
async fn pool(lab: &Lab, rules: Value) -> Pool {
    let pool = lab.pool_with(json!({ "DcrConfiguration": rules })).await;
    define(&pool, "photos", &["read", "write"]).await;
    pool
}

/// A pool in which anybody registers clients.
async fn open(lab: &Lab) -> Pool {
    pool(lab, json!({ "OpenDcrEnabled": true })).await
}

async fn send(lab: &Lab, path: &str, token: Option<&str>, body: &str) -> Reply {
    let request = Request::post(path)
        .header(HOST, PUBLIC_HOST)
        .header(CONTENT_TYPE, "application/json");
    let request = match token {
        Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
        None => request,
    };
    let reply = lab.send(request.body(body.as_bytes().to_vec()).unwrap()).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    reply
}

async fn register_with(lab: &Lab, pool: &Pool, token: Option<&str>, metadata: Value) -> Reply {
    let path = format!("/{}/oauth2/register", pool.id);
    send(lab, &path, token, &metadata.to_string()).await
}

async fn register(lab: &Lab, pool: &Pool, metadata: Value) -> Reply {
    let metadata = merge(json!({ "redirect_uris": [CALLBACK] }), metadata);
    register_with(lab, pool, None, metadata).await
}

#[track_caller]
fn registered(reply: &Reply) -> Value {
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

#[track_caller]
fn refused(reply: &Reply, status: u16, error: &str, description: &str) {
    let expected = json!({ "error": error, "error_description": description });
    assert_eq!((reply.status.as_u16(), reply.json()), (status, expected));
}

/// An access token that a machine with the scopes `scopes` gets for itself.
async fn machine_token(lab: &Lab, pool: &Pool, scopes: &[&str]) -> String {
    let machine = pool
        .client_with(json!({
            "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"], "AllowedOAuthScopes": scopes
        }))
        .await;
    let input = json!({ "ClientId": machine.id, "Secret": machine.secret });
    let output = lab.call("GetClientToken", input).await.ok();
    output["ClientAuthenticationResult"]["AccessToken"]
        .as_str()
        .unwrap()
        .to_owned()
}

scenario! {
    async fn anybody_registers_a_client_in_an_open_pool(lab: Lab) {
        let pool = open(&lab).await;
        let reply = register(&lab, &pool, json!({ "client_name": "Photo viewer" })).await;
        let client = registered(&reply);
        let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
        lab.add_secret(secret);
        assert_eq!((id.len(), secret.len()), (26, 52));
        assert_eq!(client, json!({
            "client_id": id, "client_secret": secret, "client_id_issued_at": lab.clock.now().seconds(),
            "client_secret_expires_at": 0, "client_name": "Photo viewer", "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "scope": "email openid phone profile", "token_endpoint_auth_method": "client_secret_basic",
        }));
        let settings = pool.call("DescribeUserPoolClient", json!({ "ClientId": id })).await.ok();
        let settings = &settings["UserPoolClient"];
        assert_eq!((&settings["ClientType"], &settings["ClientName"]), (&json!("DCR"), &json!("Photo viewer")));
        assert_eq!(settings["AllowedOAuthFlows"], json!(["code"]));
        assert_eq!(settings["AllowedOAuthFlowsUserPoolClient"], true);
        assert_eq!(settings["ExplicitAuthFlows"], json!(["ALLOW_REFRESH_TOKEN_AUTH"]));
        assert_eq!(settings["CallbackURLs"], json!([CALLBACK]));
        let list = pool.call("ListUserPoolClients", json!({ "ClientType": "DCR" })).await.ok();
        assert_eq!(list["UserPoolClients"].as_array().unwrap().len(), 1);
        let authorize = format!("/{}/oauth2/authorize?response_type=code&client_id={id}&redirect_uri={CALLBACK}", pool.id);
        let answer = lab.get(&authorize).await;
        assert_eq!(answer.status, 302);
        assert!(answer.header("location").contains("/login?"), "{}", answer.header("location"));
    }

    async fn a_public_client_has_no_secret_and_its_id_for_a_name(lab: Lab) {
        let pool = open(&lab).await;
        let metadata = json!({
            "token_endpoint_auth_method": "none", "scope": "openid  email", "response_types": ["code"],
            "redirect_uris": ["com.example.app://done", "http://localhost:3000/"],
            "grant_types": ["refresh_token", "authorization_code"],
            "post_logout_redirect_uris": ["https://app.example/bye"],
            "logo_uri": "http://169.254.169.254/latest/meta-data/", "jwks_uri": "http://localhost/", "unknown": {},
        });
        let client = registered(&register(&lab, &pool, metadata).await);
        let id = &client["client_id"];
        assert_eq!(client, json!({
            "client_id": id, "client_id_issued_at": lab.clock.now().seconds(), "client_name": id,
            "redirect_uris": ["com.example.app://done", "http://localhost:3000/"],
            "post_logout_redirect_uris": ["https://app.example/bye"],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "scope": "email openid", "token_endpoint_auth_method": "none",
        }));
    }

    async fn a_machine_registers_by_token_and_gets_tokens(lab: Lab) {
        let pool = pool(&lab, json!({ "AllowedScopes": ["photos/read", "aws.cognito.signin.user.admin"] })).await;
        let token = machine_token(&lab, &pool, &[SCOPE]).await;
        let metadata = json!({
            "grant_types": ["client_credentials"], "token_endpoint_auth_method": "client_secret_post"
        });
        let reply = register_with(&lab, &pool, Some(&token), metadata).await;
        let client = registered(&reply);
        assert_eq!((&client["scope"], &client["response_types"]), (&json!("photos/read"), &json!([])));
        assert_eq!(client["grant_types"], json!(["client_credentials"]));
        let text = |name: &str| client[name].as_str().unwrap();
        let fields = [
            ("grant_type", "client_credentials"), ("client_id", text("client_id")),
            ("client_secret", text("client_secret")),
        ];
        let given = post_form(&lab, &format!("/{}/oauth2/token", pool.id), &fields).await.ok();
        let claims = pool.verify(given["access_token"].as_str().unwrap()).await;
        assert_eq!((&claims["sub"], &claims["scope"]), (&client["client_id"], &json!("photos/read")));
    }

    async fn a_closed_pool_wants_a_token_with_the_scope_of_its_own(lab: Lab) {
        let (pool, other) = (pool(&lab, json!({})).await, open(&lab).await);
        let metadata = json!({ "redirect_uris": [CALLBACK] });
        let missing = register_with(&lab, &pool, None, metadata.clone()).await;
        refused(&missing, 401, "invalid_token", "An access token is required.");
        assert_eq!(missing.header("www-authenticate"), "Bearer");

        let alice = pool.client().await.confirmed_user("alice").await.sign_in().await;
        let good = machine_token(&lab, &pool, &[SCOPE]).await;
        let foreign = machine_token(&lab, &other, &[SCOPE]).await;
        for wrong in [&*alice.tokens.id, &*alice.tokens.refresh, &*foreign, "x", "a.b.c"] {
            let reply = register_with(&lab, &pool, Some(wrong), metadata.clone()).await;
            refused(&reply, 401, "invalid_token", "The access token is not valid.");
            assert_eq!(reply.header("www-authenticate"), r#"Bearer error="invalid_token""#);
        }
        let photos = machine_token(&lab, &pool, &["photos/read"]).await;
        for lacking in [&*alice.tokens.access, &*photos] {
            let reply = register_with(&lab, &pool, Some(lacking), metadata.clone()).await;
            let description = "The access token does not have the scope aws.cognito/dcr/register.";
            refused(&reply, 403, "insufficient_scope", description);
            let challenge = r#"Bearer error="insufficient_scope", scope="aws.cognito/dcr/register""#;
            assert_eq!(reply.header("www-authenticate"), challenge);
        }
        registered(&register_with(&lab, &pool, Some(&good), metadata.clone()).await);
        lab.clock.advance(hours(1));
        let expired = register_with(&lab, &pool, Some(&good), metadata.clone()).await;
        refused(&expired, 401, "invalid_token", "The access token is not valid.");
        // A wrong token isn't as good as none.
        let wrong = register_with(&lab, &other, Some(&good), metadata).await;
        refused(&wrong, 401, "invalid_token", "The access token is not valid.");
    }

    async fn a_token_of_a_client_that_is_gone_registers_nothing(lab: Lab) {
        let pool = pool(&lab, json!({})).await;
        let token = machine_token(&lab, &pool, &[SCOPE]).await;
        let claims = pool.verify(&token).await;
        pool.call("DeleteUserPoolClient", json!({ "ClientId": claims["client_id"] })).await.ok();
        let reply = register_with(&lab, &pool, Some(&token), json!({ "redirect_uris": [CALLBACK] })).await;
        refused(&reply, 401, "invalid_token", "The access token is not valid.");
    }

    async fn browsers_are_sent_only_where_app_clients_may_send_them(lab: Lab) {
        let pool = open(&lab).await;
        for wrong in [
            "http://app.example/", "https://app.example/#x", "https://user@app.example/", "javascript:alert(1)",
            "https://*.example/#", "app.example", "", "https://good.example\\@evil.example/", "http://127.0.0.2/",
        ] {
            let reply = register(&lab, &pool, json!({ "redirect_uris": [CALLBACK, wrong] })).await;
            refused(&reply, 400, "invalid_redirect_uri", "One or more of the redirect_uris is invalid.");
        }
        let many: Vec<String> = (0..101).map(|number| format!("https://app.example/{number}")).collect();
        let reply = register(&lab, &pool, json!({ "redirect_uris": many })).await;
        refused(&reply, 400, "invalid_redirect_uri", "One or more of the redirect_uris is invalid.");
        let reply = register(&lab, &pool, json!({ "redirect_uris": [] })).await;
        refused(&reply, 400, "invalid_redirect_uri", "redirect_uris is missing.");
        let reply = register(&lab, &pool, json!({ "post_logout_redirect_uris": ["http://app.example/"] })).await;
        let description = "Invalid request. One or more of the provided logout URLs is invalid.";
        refused(&reply, 400, "invalid_client_metadata", description);
    }

    async fn metadata_that_the_pool_does_not_allow_is_refused(lab: Lab) {
        let rules = json!({
            "OpenDcrEnabled": true, "AllowedScopes": ["photos/read", SCOPE, "gone/scope"],
            "OpenDcrGrantTypes": ["code", "client_credentials", "implicit"]
        });
        let pool = pool(&lab, rules).await;
        let machine = json!({ "grant_types": ["client_credentials"] });
        for (metadata, description) in [
            (json!({ "grant_types": ["implicit"] }), "A grant type is not supported."),
            (json!({ "grant_types": ["password"] }), "A grant type is not supported."),
            (json!({ "grant_types": [] }), "The grant types give no tokens, or none that can be refreshed."),
            (json!({ "grant_types": ["refresh_token"] }), "The grant types give no tokens, or none that can be refreshed."),
            (
                json!({ "grant_types": ["authorization_code", "client_credentials"] }),
                "client_credentials flow can not be selected along with code flow or implicit flow.",
            ),
            (json!({ "response_types": ["token"] }), "response_types does not match the grant types."),
            (json!({ "response_types": [] }), "response_types does not match the grant types."),
            (json!({ "token_endpoint_auth_method": "private_key_jwt" }), "The token_endpoint_auth_method is not supported."),
            (json!({ "scope": "openid aws.cognito.signin.user.admin" }), "The scope aws.cognito.signin.user.admin is not allowed."),
            (json!({ "scope": SCOPE }), "The scope aws.cognito/dcr/register is not allowed."),
            (json!({ "scope": "photos/write" }), "The scope photos/write is not allowed."),
            (json!({ "scope": "gone/scope" }), "Invalid scope requested: gone/scope"),
            (json!({ "scope": "\"" }), "scope is invalid."),
            (json!({ "client_name": "" }), "client_name is invalid."),
            (json!({ "client_name": "x".repeat(129) }), "client_name is invalid."),
            (json!({ "client_name": "<b>Bank</b>" }), "client_name is invalid."),
            (json!({ "client_name": "B\u{430}nk" }), "client_name is invalid."),
            (json!({ "client_name": 1 }), "The body is not client metadata."),
            (
                merge(machine.clone(), json!({ "token_endpoint_auth_method": "none" })),
                "client_credentials flow can not be selected if client does not have a client secret.",
            ),
            (merge(machine.clone(), json!({ "scope": "openid" })), "openid is not supported with client_credentials flow"),
            (merge(machine, json!({ "response_types": ["code"] })), "response_types does not match the grant types."),
        ] {
            refused(&register(&lab, &pool, metadata).await, 400, "invalid_client_metadata", description);
        }
        let path = format!("/{}/oauth2/register", pool.id);
        for body in ["", "[]", "null", "{", "[\"x\"]"] {
            let reply = send(&lab, &path, None, body).await;
            refused(&reply, 400, "invalid_client_metadata", "The body is not client metadata.");
        }
        let form = post_form(&lab, &path, &[("redirect_uris", CALLBACK)]).await;
        refused(&form, 400, "invalid_client_metadata", "The body must be application/json.");
        let list = pool.call("ListUserPoolClients", json!({})).await.ok();
        assert_eq!(list["UserPoolClients"], json!([]));
    }

    async fn a_pool_without_registration_has_no_such_endpoint(lab: Lab) {
        let nowhere = "The user pool registers no clients.";
        let closed = lab.pool().await;
        refused(&register(&lab, &closed, json!({})).await, 404, "not_found", nowhere);
        let off = pool(&lab, json!({ "EnableStatus": "Disabled", "OpenDcrEnabled": true })).await;
        refused(&register(&lab, &off, json!({})).await, 404, "not_found", nowhere);
        let unnamed = send(&lab, "/oauth2/register", None, "{}").await;
        refused(&unnamed, 404, "not_found", nowhere);
        let configuration = |pool: &Pool| format!("/{}/.well-known/openid-configuration", pool.id);
        assert_eq!(lab.get(&configuration(&off)).await.ok().get("registration_endpoint"), None);
        let open = open(&lab).await;
        let published = lab.get(&configuration(&open)).await;
        assert_eq!(published.ok()["registration_endpoint"], format!("{PUBLIC_URL}/{}/oauth2/register", open.id));
        let order = [r#","jwks_uri":"#, r#","registration_endpoint":"#, r#","response_types_supported":"#];
        let places = order.map(|member| published.text().find(member).unwrap());
        assert!(places.is_sorted());
    }

    async fn a_pool_on_its_domain_needs_no_id_in_the_path(lab: Lab) {
        let pool = open(&lab).await;
        let domain = format!("registers-{}", lab.account_id());
        pool.call("CreateUserPoolDomain", json!({ "Domain": domain })).await.ok();
        let host = format!("{domain}.auth.{PUBLIC_HOST}");
        let request = Request::post("/oauth2/register").header(HOST, host).header(CONTENT_TYPE, "application/json");
        let body = json!({ "redirect_uris": [CALLBACK] }).to_string();
        registered(&lab.send(request.body(body.into_bytes()).unwrap()).await);
    }

    async fn an_empty_list_of_grants_refuses_its_registrants_only(lab: Lab) {
        let none = "The user pool allows no grant types here.";
        let rules = json!({ "OpenDcrEnabled": true, "OpenDcrGrantTypes": ["implicit"] });
        let by_token = pool(&lab, rules).await;
        refused(&register(&lab, &by_token, json!({})).await, 403, "access_denied", none);
        let token = machine_token(&lab, &by_token, &[SCOPE]).await;
        let metadata = json!({ "redirect_uris": [CALLBACK] });
        registered(&register_with(&lab, &by_token, Some(&token), metadata.clone()).await);

        let rules = json!({ "OpenDcrEnabled": true, "AuthenticatedGrantTypes": [] });
        let open = pool(&lab, rules).await;
        let token = machine_token(&lab, &open, &[SCOPE]).await;
        refused(&register_with(&lab, &open, Some(&token), metadata).await, 403, "access_denied", none);
        registered(&register(&lab, &open, json!({})).await);
        let machine = register(&lab, &open, json!({ "grant_types": ["client_credentials"] })).await;
        refused(&machine, 400, "invalid_client_metadata", "The grant type client_credentials is not allowed.");
    }

    async fn what_registered_itself_keeps_its_secret_and_never_registers_others(lab: Lab) {
        let pool = open(&lab).await;
        let client = registered(&register(&lab, &pool, json!({})).await);
        let id = json!({ "ClientId": client["client_id"] });
        let message = "Client secret operations are not supported for app clients created through dynamic client \
                       registration.";
        for operation in ["AddUserPoolClientSecret", "ListUserPoolClientSecrets"] {
            pool.call(operation, id.clone()).await.fault("InvalidParameterException", message);
        }
        let delete = merge(id.clone(), json!({ "ClientSecretId": format!("{}--1", client["client_id"].as_str().unwrap()) }));
        pool.call("DeleteUserPoolClientSecret", delete).await.fault("InvalidParameterException", message);
        let scopes = merge(id.clone(), json!({ "AllowedOAuthScopes": [SCOPE] }));
        pool.call("UpdateUserPoolClient", scopes).await.fault(
            "InvalidParameterException",
            "App clients created through dynamic client registration can't have the scope aws.cognito/dcr/register.",
        );
        let renamed = merge(id, json!({ "ClientName": "renamed" }));
        let updated = pool.call("UpdateUserPoolClient", renamed).await.ok();
        assert_eq!(updated["UserPoolClient"]["ClientType"], "DCR");
    }

    production async fn an_address_registers_only_so_many_clients_per_hour(lab: Lab) {
        let pool = open(&lab).await;
        let here = lab.from_address("192.0.2.1");
        for number in 0..20 {
            let faulty = json!({ "redirect_uris": [] });
            let reply = register(&here, &pool, if number % 2 == 0 { json!({}) } else { faulty }).await;
            assert_ne!(reply.status, 429);
        }
        refused(&register(&here, &pool, json!({})).await, 429, "temporarily_unavailable", "Too many requests");
        registered(&register(&lab.from_address("192.0.2.2"), &pool, json!({})).await);
        let token = machine_token(&lab, &pool, &[SCOPE]).await;
        let metadata = json!({ "redirect_uris": [CALLBACK] });
        registered(&register_with(&here, &pool, Some(&token), metadata).await);
        lab.clock.advance(hours(1));
        registered(&register(&here, &pool, json!({})).await);
    }
}
