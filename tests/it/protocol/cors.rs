//! Pages of other origins, and names of other hosts.

use http::header::{HOST, HeaderMap, ORIGIN};
use http::{HeaderName, HeaderValue, Request};
use poolhouse_tests::lab::{Lab, PUBLIC_URL, api_request};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::json;

async fn preflight(lab: &Lab, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::options(path)
        .header(ORIGIN, "https://app.example")
        .header("access-control-request-method", "POST");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    lab.send(request.body(Vec::new()).unwrap()).await
}

/// The headers that let pages of other origins in.
fn permissions(headers: &HeaderMap) -> Vec<&HeaderName> {
    headers
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"))
        .collect()
}

/// The entries of a header that is a list, in lower case and in order.
fn list(header: &str) -> Vec<String> {
    let mut entries: Vec<_> = header
        .split(',')
        .map(|entry| entry.trim().to_ascii_lowercase())
        .collect();
    entries.sort();
    entries
}

scenario! {
    async fn a_browser_may_ask_before_it_calls(lab: Lab) {
        let asked = "x-amz-target,x-amz-user-agent,content-type,cache-control,x-my-own-header";
        for path in ["/", "/us-east-1_abcdefghi/.well-known/jwks.json", "/us-east-1_abcdefghi/.well-known/openid-configuration"] {
            let headers = [("access-control-request-headers", asked), ("access-control-request-private-network", "true")];
            let reply = preflight(&lab, path, &headers).await;
            assert_eq!(reply.status, 200, "{path}");
            assert_eq!(reply.header("access-control-allow-origin"), "*");
            assert_eq!(list(reply.header("access-control-allow-methods")), ["get", "options", "post"]);
            assert_eq!(reply.header("access-control-allow-headers"), asked);
            assert_eq!(reply.header("access-control-max-age"), "172800");
            assert_eq!(reply.header("access-control-allow-private-network"), "true");
            assert_eq!(reply.header("access-control-allow-credentials"), "");
        }
    }

    async fn successes_and_errors_can_be_read_by_any_page_without_credentials(lab: Lab) {
        let good = api_request("ListUserPools", &json!({ "MaxResults": 10 }));
        let refused = api_request("ListUserPools", &json!({}));
        let unknown = api_request("NoSuchThing", &json!({}));
        for origin in ["https://app.example", "null", "http://localhost:3000"] {
            for (request, status) in [(good.clone(), 200), (refused.clone(), 400), (unknown.clone(), 400)] {
                let mut request = request;
                request.headers_mut().insert(ORIGIN, HeaderValue::from_static(origin));
                let reply = lab.send(request).await;
                assert_eq!(reply.status, status);
                assert_eq!(reply.header("access-control-allow-origin"), "*");
                assert_eq!(reply.header("access-control-allow-credentials"), "");
                let exposed = list(reply.header("access-control-expose-headers"));
                assert_eq!(exposed, ["date", "x-amzn-errormessage", "x-amzn-errortype", "x-amzn-requestid"]);
            }
        }
    }

    async fn pages_and_tools_are_for_their_own_origin_only(lab: Lab) {
        for path in ["/confirmUser", "/_poolhouse/messages", "/_aws/ses", "/health", "/other"] {
            let reply = preflight(&lab, path, &[("access-control-request-headers", "x-amz-target")]).await;
            assert_eq!(reply.status, 404, "{path}");
            assert!(permissions(&reply.headers).is_empty(), "{path}: {:?}", reply.headers);
            let request = Request::get(path).header(ORIGIN, "https://app.example").body(Vec::new()).unwrap();
            let reply = lab.send(request).await;
            assert!(permissions(&reply.headers).is_empty(), "{path}: {:?}", reply.headers);
        }
    }

    async fn a_forged_host_changes_neither_issuer_nor_links(lab: Lab) {
        let template = json!({ "DefaultEmailOption": "CONFIRM_WITH_LINK" });
        let pool = lab.pool_with(json!({
            "AutoVerifiedAttributes": ["email"], "VerificationMessageTemplate": template
        })).await;
        let client = pool.client().await;
        let forge = |headers: &mut HeaderMap| {
            headers.insert(HOST, HeaderValue::from_static("evil.example"));
            for name in ["x-forwarded-host", "x-forwarded-proto", "forwarded", "x-original-url"] {
                headers.insert(name, HeaderValue::from_static("evil.example"));
            }
        };
        let mut request = Request::get(format!("/{}/.well-known/openid-configuration", pool.id)).body(Vec::new()).unwrap();
        forge(request.headers_mut());
        let configuration = lab.send(request).await;
        assert_eq!(configuration.ok()["issuer"], pool.issuer());
        assert!(!configuration.text().contains("evil"), "{}", configuration.text());

        let mut request = api_request("SignUp", &json!({
            "ClientId": client.id, "Username": "alice", "Password": "Correct-Horse-1",
            "UserAttributes": [{ "Name": "email", "Value": "alice@example.com" }]
        }));
        forge(request.headers_mut());
        lab.send_call("SignUp", request).await.ok();
        let link = lab.mailbox.newest_for("alice@example.com").await.link.unwrap();
        assert!(link.starts_with(&format!("{PUBLIC_URL}/confirmUser?client_id=")), "{link}");
    }
}
