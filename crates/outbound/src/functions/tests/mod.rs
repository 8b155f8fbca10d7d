//! Calls of functions, over real sockets and with real programs.

mod command;
mod lambda;
mod network;
mod service;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use serde_json::{Value, json};

use super::{FunctionSettings, FunctionTarget, Functions, Invocations};
use crate::network::AddressPolicy;
use crate::test_endpoint::{Behaviour, TestEndpoint, use_tls};
use crate::{Invocation, InvokeError, Invoker};

const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:pre-sign-up";
const SECRET: &str = "shared with the service";
const INVOKED_AT: i64 = 1_700_000_000;

fn invocation() -> Invocation {
    Invocation {
        trigger: "PreSignUp",
        function_arn: ARN.to_owned(),
        pool_id: "us-east-1_abc123XYZ".to_owned(),
        event: json!({ "userName": "ünïcode", "response": {} }),
        invoked_at: INVOKED_AT * 1_000,
    }
}

/// Nothing is configured but the secret.
fn settings() -> FunctionSettings {
    FunctionSettings {
        targets: Vec::new(),
        lambda_endpoint: None,
        lambda_access: None,
        secret: Some(SECRET.to_owned()),
        network: AddressPolicy::development(),
        invocations: None,
    }
}

fn functions(settings: FunctionSettings) -> Functions {
    use_tls();
    Functions::new(settings).unwrap()
}

/// The function of [`invocation`] is at this URL.
fn at(url: &str) -> Functions {
    target(FunctionTarget::Url(url.to_owned()))
}

fn target(target: FunctionTarget) -> Functions {
    functions(FunctionSettings {
        targets: vec![("pre-sign-up".to_owned(), target)],
        ..settings()
    })
}

/// A service that answers so.
fn reply(status: u16, body: &'static str) -> Behaviour {
    Behaviour::Reply(status, &[], Bytes::from_static(body.as_bytes()))
}

/// What a function at an endpoint that behaves so answers, and how often it was called.
async fn outcome(path: &str, behaviour: Behaviour) -> (Result<Value, String>, usize) {
    let endpoint = TestEndpoint::start(behaviour).await;
    let outcome = at(&endpoint.url("", path)).invoke(invocation()).await;
    (said(outcome), endpoint.requests().len())
}

/// The answer, or the kind of the error and its text.
fn said(outcome: Result<Value, InvokeError>) -> Result<Value, String> {
    outcome.map_err(|error| error.to_string())
}

fn header<'a>(parts: &'a Parts, name: &str) -> &'a str {
    parts.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn without_a_target_nothing_is_called() {
    let error = functions(settings()).invoke(invocation()).await.unwrap_err();
    assert!(matches!(error, InvokeError::NoTarget), "{error:?}");
    assert_eq!(error.to_string(), "no target is configured for the function");
}

#[tokio::test]
async fn the_most_specific_target_wins() {
    let endpoint = TestEndpoint::start(reply(200, "{}")).await;
    let arn = |rest: &str| format!("arn:aws:lambda:eu-west-1:123456789012:function:{rest}");
    let configured = |names: &[&str]| {
        let target = |(number, name): (usize, &&str)| {
            let url = endpoint.url("", &format!("/{number}"));
            ((*name).to_owned(), FunctionTarget::Url(url))
        };
        functions(FunctionSettings {
            targets: names.iter().enumerate().map(target).collect(),
            lambda_endpoint: Some(endpoint.url("", "/lambda/")),
            ..settings()
        })
    };
    let (qualified, unqualified) = (arn("f:live"), arn("f"));
    let all = configured(&["f", &unqualified, &qualified]);
    let names = configured(&["f"]);
    let default = "/lambda/2015-03-31/functions/g/invocations";
    for (functions, arn, path) in [
        (&all, &qualified, "/2"),
        (&all, &unqualified, "/1"),
        (&all, &arn("f:other"), "/1"),
        (&all, &unqualified.replace("eu-west-1", "us-east-1"), "/0"),
        (&names, &qualified, "/0"),
        (&names, &unqualified, "/0"),
        (&names, &arn("g"), default),
        (&names, &arn("g:live"), &format!("{default}?Qualifier=live")),
    ] {
        let invocation = Invocation {
            function_arn: arn.clone(),
            ..invocation()
        };
        functions.invoke(invocation).await.unwrap();
        let [(parts, _)] = endpoint.requests().try_into().unwrap();
        assert_eq!(parts.uri.to_string(), path, "{arn}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused_without_their_secrets() {
    let error = |settings: FunctionSettings| Functions::new(settings).err().unwrap().to_string();
    let with_target = |target| FunctionSettings {
        targets: vec![("f".to_owned(), target)],
        ..settings()
    };
    let url = |url: &str| with_target(FunctionTarget::Url(url.to_owned()));
    use_tls();
    assert_eq!(error(url("s3cret")), "the URL for f is not a URL");
    assert_eq!(
        error(url("ftp://s3cret")),
        "the URL for f must begin with http:// or https://"
    );
    assert_eq!(
        error(url("http://u:s3cret@localhost/2015-03-31/functions/f/invocations")),
        "the URL for f is one of the Lambda API, which may hold neither a user name nor a password"
    );
    assert_eq!(
        error(with_target(FunctionTarget::Command(Vec::new()))),
        "the command for f is empty"
    );
    assert_eq!(
        error(FunctionSettings {
            secret: None,
            ..url("http://localhost")
        }),
        "there is no secret to sign requests to services with"
    );
    assert_eq!(
        error(FunctionSettings {
            lambda_endpoint: Some("http://u:s3cret@localhost".to_owned()),
            ..settings()
        }),
        "the URL for the Lambda endpoint is one of the Lambda API, which may hold neither a user name nor a password"
    );
}
