//! Every operation belongs to one class of authorisation, and no proof of one class opens another.

use poolhouse_awsjson::Auth;
use poolhouse_model::OPERATIONS;
use poolhouse_tests::scenario;
use serde_json::json;

const MISSING: (&str, &str) = ("MissingAuthenticationTokenException", "Missing Authentication Token");

scenario! {
    production async fn the_administrators_operations_and_no_others_need_a_signature(lab: Lab) {
        let mut refused = Vec::new();
        for operation in OPERATIONS {
            let reply = lab.call(operation.name, json!({})).await;
            let is_refused = !reply.status.is_success() && reply.error().0 == MISSING.0;
            assert_eq!(is_refused, operation.auth == Auth::SigV4, "{}", operation.name);
            if is_refused {
                reply.fault(MISSING.0, MISSING.1);
                refused.push(operation.name);
            }
        }
        assert_eq!((OPERATIONS.len(), refused.len()), (141, 105));
        for name in ["AdminInitiateAuth", "AdminRespondToAuthChallenge", "AdminUserGlobalSignOut", "CreateUserPool", "ListUsers"] {
            assert!(refused.contains(&name), "{name}");
        }
    }

    production async fn an_access_token_opens_no_sign_in_operation_of_administrators(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": alice.user.password });
        let inputs = [
            ("AdminInitiateAuth", json!({ "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters })),
            ("AdminRespondToAuthChallenge", json!({ "ChallengeName": "NEW_PASSWORD_REQUIRED" })),
            ("AdminUserGlobalSignOut", json!({ "Username": "alice" })),
        ];
        for (operation, mut input) in inputs {
            input["UserPoolId"] = client.pool.id.clone().into();
            input["ClientId"] = client.id.clone().into();
            alice.call(operation, input).await.fault(MISSING.0, MISSING.1);
        }
        alice.get_user().await.ok();
    }

    production async fn a_signature_stands_in_for_no_access_token(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        let named = json!({ "UserPoolId": client.pool.id, "Username": "alice" });
        for operation in ["GetUser", "GlobalSignOut", "DeleteUser", "UpdateUserAttributes", "VerifyUserAttribute"] {
            let (name, message) = lab.admin().call(operation, named.clone()).await.error();
            assert_eq!(name, "InvalidParameterException", "{operation}");
            let sentence = "Value null at 'accessToken' failed to satisfy constraint: Member must not be null";
            assert!(message.contains(sentence), "{operation}: {message}");
        }
    }

    production async fn a_signed_administrator_signs_users_in_and_out(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await;
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": alice.password });
        let input = json!({ "ClientId": client.id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters });
        let output = client.pool.call("AdminInitiateAuth", input).await.ok();
        let token = json!({ "AccessToken": output["AuthenticationResult"]["AccessToken"] });
        lab.call("GetUser", token.clone()).await.ok();
        alice.admin_call("AdminUserGlobalSignOut", json!({})).await.ok();
        lab.call("GetUser", token).await.fault("NotAuthorizedException", "Access Token has been revoked");
    }
}
