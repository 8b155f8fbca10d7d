//! CreateUserPoolClient, DescribeUserPoolClient, DeleteUserPoolClient and ListUserPoolClients.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

scenario! {
    async fn a_new_client_has_all_the_defaults(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.call("CreateUserPoolClient", json!({ "ClientName": "x" })).await.ok()["UserPoolClient"].take();
        let id = client["ClientId"].as_str().unwrap();
        assert!(id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{id}");
        let now = &client["CreationDate"];
        assert!(now.is_number());
        assert_eq!(client, json!({
            "UserPoolId": pool.id, "ClientName": "x", "ClientId": id, "LastModifiedDate": now, "CreationDate": now,
            "RefreshTokenValidity": 30, "TokenValidityUnits": {}, "AllowedOAuthFlowsUserPoolClient": false,
            "EnableTokenRevocation": true, "EnablePropagateAdditionalUserContextData": false, "AuthSessionValidity": 3
        }));
    }

    async fn everything_that_is_set_is_told(lab: Lab) {
        let pool = lab.pool().await;
        let settings = json!({
            "ClientName": "My app",
            "RefreshTokenValidity": 10,
            "AccessTokenValidity": 10,
            "IdTokenValidity": 900,
            "TokenValidityUnits": { "AccessToken": "minutes", "IdToken": "seconds", "RefreshToken": "hours" },
            "ReadAttributes": ["email", "email_verified", "name", "sub"],
            "WriteAttributes": ["email", "name"],
            "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"],
            "SupportedIdentityProviders": ["COGNITO"],
            "CallbackURLs": ["https://a.example/", "https://b.example/"],
            "LogoutURLs": ["https://a.example/bye", "https://b.example/bye"],
            "DefaultRedirectURI": "https://b.example/",
            "AllowedOAuthFlows": ["code", "implicit"],
            "AllowedOAuthScopes": ["email", "openid"],
            "AllowedOAuthFlowsUserPoolClient": true,
            "AnalyticsConfiguration": { "ApplicationId": "abc", "UserDataShared": true },
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": false,
            "EnablePropagateAdditionalUserContextData": true,
            "AuthSessionValidity": 15,
            "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 10 }
        });
        let mut input = settings.clone();
        input["GenerateSecret"] = true.into();
        let created = pool.call("CreateUserPoolClient", input).await.ok()["UserPoolClient"].take();
        for (member, value) in settings.as_object().unwrap() {
            assert_eq!(created[member], *value, "{member}");
        }
        let secret = created["ClientSecret"].as_str().unwrap();
        assert!(secret.len() == 52 && secret.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        let described = pool.call("DescribeUserPoolClient", json!({ "ClientId": created["ClientId"] })).await.ok();
        assert_eq!(described["UserPoolClient"], created);
    }

    async fn lists_that_are_sets_come_back_sorted(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.call("CreateUserPoolClient", json!({
            "ClientName": "x",
            "CallbackURLs": ["https://b.example/", "https://a.example/", "https://b.example/"],
            "LogoutURLs": ["myapp://b", "myapp://a"],
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["profile", "openid", "aws.cognito.signin.user.admin"],
            "ReadAttributes": ["sub", "name", "email"],
            "WriteAttributes": ["name", "email"],
            "ExplicitAuthFlows": []
        })).await.ok()["UserPoolClient"].take();
        assert_eq!(client["CallbackURLs"], json!(["https://a.example/", "https://b.example/"]));
        assert_eq!(client["LogoutURLs"], json!(["myapp://a", "myapp://b"]));
        assert_eq!(client["AllowedOAuthScopes"], json!(["aws.cognito.signin.user.admin", "openid", "profile"]));
        assert_eq!(client["ReadAttributes"], json!(["email", "name", "sub"]));
        assert_eq!(client["WriteAttributes"], json!(["email", "name"]));
        assert_eq!(client.get("ExplicitAuthFlows"), None);
    }

    async fn a_deleted_client_and_its_sign_ins_are_gone(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let reply = client.pool.call("DeleteUserPoolClient", json!({ "ClientId": client.id })).await;
        assert!(reply.status.is_success() && reply.body.is_empty(), "{reply:?}");
        let gone = format!("User pool client {} does not exist.", client.id);
        for operation in ["DescribeUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient"] {
            client.pool.call(operation, json!({ "ClientId": client.id })).await.fault("ResourceNotFoundException", &gone);
        }
        client.sign_in("alice", PASSWORD).await.fault("ResourceNotFoundException", &gone);
        alice.refresh().await.fault("ResourceNotFoundException", &gone);
        alice.get_user().await.fault("NotAuthorizedException", "Access Token has been revoked");
        assert_eq!(client.pool.call("ListUserPoolClients", json!({})).await.ok(), json!({ "UserPoolClients": [] }));
    }

    async fn the_list_tells_names_and_no_secrets(lab: Lab) {
        let pool = lab.pool().await;
        let one = pool.client_with(json!({ "ClientName": "one", "GenerateSecret": true })).await;
        let two = pool.client_with(json!({ "ClientName": "two" })).await;
        let mut expected = vec![
            json!({ "ClientId": one.id, "UserPoolId": pool.id, "ClientName": "one" }),
            json!({ "ClientId": two.id, "UserPoolId": pool.id, "ClientName": "two" }),
        ];
        expected.sort_by_key(|client| client["ClientId"].to_string());
        let listed = pool.call("ListUserPoolClients", json!({})).await.ok();
        assert_eq!(listed, json!({ "UserPoolClients": expected }));
        assert_eq!(pool.call("ListUserPoolClients", json!({ "ClientType": "REGULAR" })).await.ok(), listed);
        let registered = pool.call("ListUserPoolClients", json!({ "ClientType": "DCR" })).await.ok();
        assert_eq!(registered, json!({ "UserPoolClients": [] }));
    }

    async fn what_the_model_forbids_is_refused(lab: Lab) {
        let pool = lab.pool().await;
        let urls: Value = (0..101).map(|number| format!("https://{number}.example/")).collect();
        let (name, message) =
            pool.call("CreateUserPoolClient", json!({ "ClientName": "x", "CallbackURLs": urls })).await.error();
        assert_eq!(name, "InvalidParameterException");
        assert!(message.ends_with(
            "at 'callbackURLs' failed to satisfy constraint: Member must have length less than or equal to 100"
        ), "{message}");
        let cases = [
            (
                json!({ "ClientName": "x", "AuthSessionValidity": 2 }),
                "1 validation error detected: Value '2' at 'authSessionValidity' failed to satisfy constraint: Member \
                 must have value greater than or equal to 3",
            ),
            (
                json!({ "ClientName": "x", "AllowedOAuthFlows": ["code", "token"] }),
                "1 validation error detected: Value '[code, token]' at 'allowedOAuthFlows' failed to satisfy constraint: \
                 Member must satisfy constraint: [Member must satisfy enum value set: [implicit, client_credentials, code]]",
            ),
            (
                json!({ "ClientName": "x", "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 61 } }),
                "1 validation error detected: Value '61' at 'refreshTokenRotation.retryGracePeriodSeconds' failed to \
                 satisfy constraint: Member must have value less than or equal to 60",
            ),
            (
                json!({}),
                "1 validation error detected: Value null at 'clientName' failed to satisfy constraint: Member must not \
                 be null",
            ),
        ];
        for (input, message) in cases {
            pool.call("CreateUserPoolClient", input).await.fault("InvalidParameterException", message);
        }
    }

    async fn providers_that_the_pool_has_not_are_refused(lab: Lab) {
        let pool = lab.pool().await;
        for provider in ["Google", "cognito"] {
            let input = json!({ "ClientName": "x", "SupportedIdentityProviders": ["COGNITO", provider] });
            pool.call("CreateUserPoolClient", input).await.fault(
                "InvalidParameterException",
                &format!("The provider {provider} does not exist for User Pool {}.", pool.id),
            );
        }
    }
}
