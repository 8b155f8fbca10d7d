//! Who may call what: signatures, and access tokens in their place.

use http::header::{AUTHORIZATION, HOST, HeaderValue};
use http::{Request, Uri};
use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::minutes;
use poolhouse_tests::lab::{Lab, REGION, api_request};
use poolhouse_tests::scenario;
use serde_json::json;

const WRONG_SIGNATURE: &str = "The request signature we calculated does not match the signature you provided. Check \
                               your AWS Secret Access Key and signing method. Consult the service documentation for \
                               details.";

fn list_pools() -> Request<Vec<u8>> {
    api_request("ListUserPools", &json!({ "MaxResults": 10 }))
}

fn signed(lab: &Lab) -> Request<Vec<u8>> {
    lab.sign(list_pools(), &lab.signer(REGION))
}

async fn assert_refused(lab: &Lab, request: Request<Vec<u8>>, name: &str, message: &str) {
    lab.send_call("ListUserPools", request).await.fault(name, message);
}

scenario! {
    production async fn a_signature_is_needed_and_any_change_breaks_it(lab: Lab) {
        assert_eq!(lab.send_call("ListUserPools", signed(&lab)).await.ok(), json!({ "UserPools": [] }));

        let missing = "Missing Authentication Token";
        assert_refused(&lab, list_pools(), "MissingAuthenticationTokenException", missing).await;

        let body = signed(&lab).map(|_| br#"{"MaxResults":11}"#.to_vec());
        assert_refused(&lab, body, "InvalidSignatureException", WRONG_SIGNATURE).await;

        let mut host = signed(&lab);
        host.headers_mut().insert(HOST, HeaderValue::from_static("evil.example"));
        assert_refused(&lab, host, "InvalidSignatureException", WRONG_SIGNATURE).await;

        let mut query = signed(&lab);
        *query.uri_mut() = Uri::from_static("/?a=b");
        assert_refused(&lab, query, "InvalidSignatureException", WRONG_SIGNATURE).await;
    }

    production async fn a_signature_of_another_operation_is_no_use(lab: Lab) {
        let mut request = signed(&lab);
        let target = HeaderValue::from_static("AWSCognitoIdentityProviderService.CreateUserPool");
        request.headers_mut().insert("x-amz-target", target);
        lab.send_call("CreateUserPool", request).await.fault("InvalidSignatureException", WRONG_SIGNATURE);
    }

    production async fn the_key_must_be_known_and_the_secret_right(lab: Lab) {
        let mut unknown = lab.signer(REGION);
        unknown.access_key_id = "AKIAUNKNOWN".to_owned();
        let invalid = "The security token included in the request is invalid.";
        assert_refused(&lab, lab.sign(list_pools(), &unknown), "UnrecognizedClientException", invalid).await;

        let mut guessed = lab.signer(REGION);
        guessed.secret_access_key = "guessed".to_owned();
        assert_refused(&lab, lab.sign(list_pools(), &guessed), "InvalidSignatureException", WRONG_SIGNATURE).await;
    }

    production async fn the_scope_must_be_this_region_and_service(lab: Lab) {
        let region = lab.sign(list_pools(), &lab.signer("eu-west-1"));
        let sentence = "Credential should be scoped to a valid region.";
        assert_refused(&lab, region, "InvalidSignatureException", sentence).await;

        let mut service = lab.signer(REGION);
        service.service = "cognito-identity".to_owned();
        let sentence = "Credential should be scoped to correct service: 'cognito-idp'.";
        assert_refused(&lab, lab.sign(list_pools(), &service), "InvalidSignatureException", sentence).await;
    }

    production async fn a_signature_is_good_for_fifteen_minutes(lab: Lab) {
        let request = signed(&lab);
        lab.clock.advance(minutes(15));
        lab.send_call("ListUserPools", request.clone()).await.ok();
        lab.clock.advance(minutes(1));
        let sentence = "Signature expired: 20270115T080000Z is now earlier than 20270115T080100Z (20270115T081600Z - 15 min.)";
        assert_refused(&lab, request, "InvalidSignatureException", sentence).await;

        let future = signed(&lab);
        lab.clock.rewind(minutes(16));
        let sentence = "Signature not yet current: 20270115T081600Z is still later than 20270115T081500Z \
                        (20270115T080000Z + 15 min.)";
        assert_refused(&lab, future, "InvalidSignatureException", sentence).await;
    }

    production async fn the_host_must_be_signed(lab: Lab) {
        let mut request = list_pools();
        let host = request.headers_mut().remove(HOST).unwrap();
        let mut request = lab.sign(request, &lab.signer(REGION));
        request.headers_mut().insert(HOST, host);
        let sentence = "'host' must be a 'SignedHeader' in the AWS Authorization.";
        assert_refused(&lab, request, "InvalidSignatureException", sentence).await;
    }

    production async fn a_body_can_not_be_left_out_of_the_signature(lab: Lab) {
        let mut request = list_pools();
        request.headers_mut().insert("x-amz-content-sha256", HeaderValue::from_static("UNSIGNED-PAYLOAD"));
        let request = lab.sign(request, &lab.signer(REGION));
        assert_refused(&lab, request, "InvalidSignatureException", WRONG_SIGNATURE).await;
    }

    production async fn a_signature_stands_in_one_authorization_header(lab: Lab) {
        let mut twice = signed(&lab);
        let authorization = twice.headers()[AUTHORIZATION].clone();
        twice.headers_mut().append(AUTHORIZATION, authorization);
        let sentence = "There must be one Authorization header, in ASCII.";
        assert_refused(&lab, twice, "IncompleteSignatureException", sentence).await;

        let mut query = list_pools();
        *query.uri_mut() = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=b".parse().unwrap();
        let sentence = "A signature in the query is not accepted: use the Authorization header.";
        assert_refused(&lab, query, "IncompleteSignatureException", sentence).await;

        let mut empty = list_pools();
        empty.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("AWS4-HMAC-SHA256 "));
        let sentence = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
                        parameter. Authorization header requires 'SignedHeaders' parameter.";
        assert_refused(&lab, empty, "IncompleteSignatureException", sentence).await;
    }

    production async fn an_access_token_opens_no_administrator_s_operation(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let pool_id = &alice.user.client.pool.id;
        let input = json!({ "UserPoolId": pool_id, "Username": "alice" });
        let reply = alice.call("AdminGetUser", input).await;
        reply.fault("MissingAuthenticationTokenException", "Missing Authentication Token");

        let mut request = api_request("AdminGetUser", &json!({ "UserPoolId": pool_id, "Username": "alice" }));
        let bearer = HeaderValue::try_from(format!("Bearer {}", alice.tokens.access)).unwrap();
        request.headers_mut().insert(AUTHORIZATION, bearer);
        assert_eq!(lab.send_call("AdminGetUser", request).await.error().0, "IncompleteSignatureException");
    }

    production async fn a_signature_opens_no_user_s_operation(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        lab.admin().call("GetUser", json!({})).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: Member must not be null",
        );
        let token = json!({ "AccessToken": "garbage" });
        lab.admin().call("GetUser", token).await.fault("NotAuthorizedException", "Invalid Access Token");
    }

    production async fn a_broken_signature_on_an_unsigned_operation_is_ignored(lab: Lab) {
        let client = lab.pool().await.client().await;
        let input = json!({ "ClientId": client.id, "Username": "alice", "Password": PASSWORD });
        let mut request = api_request("SignUp", &input);
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("AWS4-HMAC-SHA256 nonsense"));
        lab.send_call("SignUp", request).await.ok();
    }

    async fn development_mode_believes_any_credentials_and_none(lab: Lab) {
        let pool = lab.pool().await;
        let input = json!({ "UserPoolId": pool.id });
        lab.call("DescribeUserPool", input.clone()).await.ok();
        let mut request = api_request("DescribeUserPool", &input);
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("nonsense"));
        lab.send_call("DescribeUserPool", request).await.ok();
    }

    async fn region_and_account_come_from_the_credentials(lab: Lab) {
        let pool = lab.admin().in_region("eu-west-1").create_pool(json!({})).await;
        assert!(pool.id.starts_with("eu-west-1_"), "{}", pool.id);
        let arn = format!("arn:aws:cognito-idp:eu-west-1:{}:userpool/{}", lab.account_id(), pool.id);
        assert_eq!(pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"]["Arn"], arn);

        let unknown = format!("User pool {} does not exist.", pool.id);
        let input = json!({ "UserPoolId": pool.id });
        for stranger in [lab.admin(), lab.admin().in_region("eu-west-1").in_account("999999999999")] {
            stranger.call("DescribeUserPool", input.clone()).await.fault("ResourceNotFoundException", &unknown);
        }
    }
}
