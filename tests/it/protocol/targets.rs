//! Requests that name no operation.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use poolhouse_tests::lab::api_request;
use poolhouse_tests::scenario;
use serde_json::json;

const NOT_UNDERSTOOD: &str = r#"{"code":"BadRequest","message":"The server did not understand the operation that was requested.","type":"client"}"#;

fn list_pools() -> Request<Vec<u8>> {
    api_request("ListUserPools", &json!({ "MaxResults": 10 }))
}

scenario! {
    async fn a_target_that_names_no_operation_is_an_unknown_operation(lab: Lab) {
        let targets: [&[&str]; 9] = [
            &[],
            &[""],
            &["ListUserPools"],
            &["AWSCognitoIdentityProviderService.NoSuchThing"],
            &["AWSCognitoIdentityProviderService.listUserPools"],
            &["AWSCognitoIdentityProviderService.ListUserPools "],
            &["AWSCognitoIdentityService.ListIdentityPools"],
            &["AWSCognitoIdentityProviderServiceListUserPools"],
            &["AWSCognitoIdentityProviderService.ListUserPools", "AWSCognitoIdentityProviderService.ListUserPools"],
        ];
        for target in targets {
            let mut request = list_pools();
            request.headers_mut().remove("x-amz-target");
            for value in target {
                request.headers_mut().append("x-amz-target", HeaderValue::from_static(value));
            }
            let reply = lab.send(request).await;
            assert_eq!(reply.status, 400, "{target:?}");
            assert_eq!(reply.text(), r#"{"__type":"UnknownOperationException"}"#, "{target:?}");
            assert_eq!(reply.header("x-amzn-errortype"), "UnknownOperationException:");
        }
    }

    async fn what_a_page_can_send_without_asking_is_not_understood(lab: Lab) {
        let simple = ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data"];
        for content_type in simple.map(Some).into_iter().chain([None]) {
            let mut request = api_request("CreateUserPool", &json!({ "PoolName": "forged" }));
            request.headers_mut().remove(CONTENT_TYPE);
            if let Some(content_type) = content_type {
                request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            }
            let reply = lab.send(request).await;
            assert_eq!(reply.status, 404, "{content_type:?}");
            assert_eq!(reply.text(), NOT_UNDERSTOOD, "{content_type:?}");
        }
        assert_eq!(lab.call("ListUserPools", json!({ "MaxResults": 10 })).await.ok(), json!({ "UserPools": [] }));
    }

    async fn other_methods_and_paths_are_not_understood(lab: Lab) {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let (mut parts, body) = list_pools().into_parts();
            parts.method = method.clone();
            let reply = lab.send(Request::from_parts(parts, body)).await;
            assert_eq!((reply.status.as_u16(), reply.text().as_str()), (404, NOT_UNDERSTOOD), "{method}");
        }
        for path in ["/other", "//", "/index.html", "/..%2f", "/us-east-1_abc/.well-known/other", "/_poolhouse/other"] {
            let reply = lab.get(path).await;
            assert_eq!((reply.status.as_u16(), reply.text().as_str()), (404, NOT_UNDERSTOOD), "{path}");
        }
    }

    async fn every_answer_has_a_number_of_its_own(lab: Lab) {
        let replies = [
            lab.send(list_pools()).await,
            lab.call("ListUserPools", json!({})).await,
            lab.get("/other").await,
            lab.get("/health").await,
        ];
        let mut ids: Vec<_> = replies.iter().map(|reply| reply.header("x-amzn-requestid").to_owned()).collect();
        assert!(ids.iter().all(|id| id.len() == 36), "{ids:?}");
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 4);
    }

    async fn an_operation_that_is_not_written_yet_says_so(lab: Lab) {
        let reply = lab.admin().call("ListTagsForResource", json!({
            "ResourceArn": "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abcdefghi"
        })).await;
        reply.fault("NotImplementedException", "ListTagsForResource is not implemented by Poolhouse yet.");
    }
}
