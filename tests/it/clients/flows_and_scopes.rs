//! Sign-in flows, OAuth flows and scopes that go together, and those that don't.

use poolhouse_tests::actors::{Pool, merge};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

/// Asserts that CreateUserPoolClient refuses these members.
async fn assert_refused(pool: &Pool, settings: Value, name: &str, message: &str) {
    let input = merge(json!({ "ClientName": "x" }), settings);
    let reply = pool.call("CreateUserPoolClient", input.clone()).await;
    assert_eq!(reply.error(), (name.to_owned(), message.to_owned()), "{input}");
}

scenario! {
    async fn machines_have_a_secret_and_one_flow(lab: Lab) {
        let pool = lab.pool().await;
        let both = "client_credentials flow can not be selected along with code flow or implicit flow.";
        for other in ["code", "implicit"] {
            let flows = json!({
                "AllowedOAuthFlows": ["client_credentials", other], "GenerateSecret": true, "CallbackURLs": ["https://a.example/"]
            });
            assert_refused(&pool, flows, "InvalidOAuthFlowException", both).await;
        }
        assert_refused(
            &pool, json!({ "AllowedOAuthFlows": ["client_credentials"] }), "InvalidOAuthFlowException",
            "client_credentials flow can not be selected if client does not have a client secret.",
        ).await;
        for scope in ["openid", "email", "aws.cognito.signin.user.admin"] {
            let settings = json!({
                "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": [scope], "GenerateSecret": true
            });
            let message = format!("{scope} is not supported with client_credentials flow");
            assert_refused(&pool, settings, "InvalidOAuthFlowException", &message).await;
        }
        let client = pool.client_with(json!({ "AllowedOAuthFlows": ["client_credentials"], "GenerateSecret": true })).await;
        let to_code = json!({
            "ClientId": client.id, "AllowedOAuthFlows": ["client_credentials", "code"], "CallbackURLs": ["https://a.example/"]
        });
        pool.call("UpdateUserPoolClient", to_code).await.fault("InvalidOAuthFlowException", both);
    }

    async fn flows_of_browsers_need_somewhere_to_return_to(lab: Lab) {
        let pool = lab.pool().await;
        for flow in ["code", "implicit"] {
            for urls in [json!({}), json!({ "CallbackURLs": [] })] {
                let settings = merge(urls, json!({ "AllowedOAuthFlows": [flow], "AllowedOAuthScopes": ["openid"] }));
                assert_refused(
                    &pool, settings, "InvalidOAuthFlowException",
                    "CallbackUrls can not be empty when code flow or implicit flow is selected",
                ).await;
            }
        }
    }

    async fn oauth_needs_flows_and_scopes(lab: Lab) {
        let pool = lab.pool().await;
        let base = json!({ "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": ["https://a.example/"] });
        for lacking in [
            json!({}),
            json!({ "AllowedOAuthFlows": ["code"] }),
            json!({ "AllowedOAuthScopes": ["openid"] }),
            json!({ "AllowedOAuthFlows": [], "AllowedOAuthScopes": [] }),
        ] {
            assert_refused(
                &pool, merge(base.clone(), lacking), "InvalidParameterException",
                "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
            ).await;
        }
        let whole = json!({ "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"] });
        pool.client_with(merge(base, whole.clone())).await;
        // Flows may be prepared before they are allowed.
        pool.client_with(merge(whole, json!({ "CallbackURLs": ["https://a.example/"] }))).await;
    }

    async fn unknown_scopes_do_not_exist(lab: Lab) {
        let pool = lab.pool().await;
        for scope in ["photos/read", "OpenID", "offline_access"] {
            let settings = json!({ "AllowedOAuthScopes": ["openid", scope] });
            let message = format!("Invalid scope requested: {scope}");
            assert_refused(&pool, settings, "ScopeDoesNotExistException", &message).await;
        }
    }

    async fn sign_in_flows_of_two_ages_do_not_mix(lab: Lab) {
        let pool = lab.pool().await;
        for legacy in ["ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"] {
            assert_refused(
                &pool, json!({ "ExplicitAuthFlows": [legacy, "ALLOW_USER_SRP_AUTH"] }), "InvalidParameterException",
                "The legacy ExplicitAuthFlows can't be combined with the ALLOW_ ExplicitAuthFlows.",
            ).await;
            pool.client_with(json!({ "ExplicitAuthFlows": [legacy] })).await;
        }
        pool.client_with(json!({ "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"] })).await;
    }

    async fn some_settings_exclude_each_other(lab: Lab) {
        let pool = lab.pool().await;
        let cases = [
            (
                json!({ "GenerateSecret": true, "ClientSecret": "abcdefghijklmnopqrstuvwx" }),
                "ClientSecret and GenerateSecret can't be given together.",
            ),
            (
                json!({
                    "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"], "RefreshTokenRotation": { "Feature": "ENABLED" }
                }),
                "Refresh token rotation can't be enabled together with ALLOW_REFRESH_TOKEN_AUTH.",
            ),
            (
                json!({ "EnablePropagateAdditionalUserContextData": true }),
                "EnablePropagateAdditionalUserContextData requires an app client with a secret.",
            ),
            (
                json!({ "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"] }),
                "ALLOW_CLIENT_TOKEN_AUTH must be the only auth flow of an app client with a secret.",
            ),
            (
                json!({ "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"] }),
                "ALLOW_CLIENT_TOKEN_AUTH must be the only auth flow of an app client with a secret.",
            ),
        ];
        for (settings, message) in cases {
            assert_refused(&pool, settings, "InvalidParameterException", message).await;
        }
        pool.client_with(json!({
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"], "RefreshTokenRotation": { "Feature": "DISABLED" }
        })).await;
        let all: Value = ["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"].as_slice().into();
        pool.client_with(json!({ "AllowedOAuthScopes": all })).await;
    }
}
