//! Addresses that functions are not called at.

use super::*;

#[tokio::test]
async fn a_target_at_a_forbidden_address_is_not_called() {
    let endpoint = TestEndpoint::start(reply(200, "{}")).await;
    let production = |allowed: &str| AddressPolicy::production(&[allowed.parse().unwrap()]);
    for (network, url, called) in [
        (production("10.0.0.0/8"), endpoint.url("", "/"), false),
        (production("127.0.0.0/8"), endpoint.url("", "/"), true),
        (
            production("10.0.0.0/8"),
            endpoint.url("", "/2015-03-31/functions/function/invocations"),
            false,
        ),
        (
            production("10.0.0.0/8"),
            endpoint.url("", "/").replace("127.0.0.1", "localhost"),
            false,
        ),
        (
            AddressPolicy::development(),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            false,
        ),
    ] {
        let functions = functions(FunctionSettings {
            targets: vec![("pre-sign-up".to_owned(), FunctionTarget::Url(url.clone()))],
            network,
            ..settings()
        });
        match functions.invoke(invocation()).await {
            Ok(_) => assert!(called, "{url}"),
            Err(error) => {
                assert!(matches!(error, InvokeError::Forbidden) && !called, "{url} {error:?}");
                assert_eq!(
                    error.to_string(),
                    "the target of the function is at an address that is not allowed"
                );
            }
        }
    }
    assert_eq!(endpoint.connections(), 1);
}
