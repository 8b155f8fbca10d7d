//! The Lambda API.

use poolhouse_awsjson::sigv4;

use super::*;
use crate::LambdaAccess;
use crate::functions::targets::Targets;

/// The path that the Runtime Interface Emulator has.
const EMULATOR: &str = "/2015-03-31/functions/function/invocations";

fn access(session_token: Option<&str>) -> LambdaAccess {
    LambdaAccess {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: session_token.map(str::to_owned),
    }
}

/// What an endpoint received in a call that it answered with `{}`.
async fn received(lambda_access: Option<LambdaAccess>, function_arn: &str) -> (Parts, Bytes) {
    let endpoint = TestEndpoint::start(reply(200, "{}")).await;
    let functions = functions(FunctionSettings {
        lambda_endpoint: Some(endpoint.url("", "")),
        lambda_access,
        ..settings()
    });
    let invocation = Invocation {
        function_arn: function_arn.to_owned(),
        ..invocation()
    };
    assert_eq!(functions.invoke(invocation).await.unwrap(), json!({}));
    let [request] = endpoint.requests().try_into().unwrap();
    request
}

/// Who signed the request, by the verifier of our own API.
fn signer((parts, body): &(Parts, Bytes), secret: &str) -> String {
    let expected = sigv4::Expected {
        region: "eu-west-1",
        service: "lambda",
    };
    let secret_of = |_: &str| Some(secret.to_owned());
    assert!(sigv4::verify(parts, b"{}", expected, INVOKED_AT, &secret_of).is_err());
    let scope = sigv4::verify(parts, body, expected, INVOKED_AT, &secret_of).unwrap();
    scope.access_key_id
}

#[tokio::test]
async fn the_endpoint_receives_a_signed_invoke() {
    let request = received(Some(access(None)), &format!("{ARN}:live")).await;
    let (parts, body) = &request;
    assert_eq!(
        (parts.method.as_str(), parts.uri.to_string().as_str()),
        ("POST", "/2015-03-31/functions/pre-sign-up/invocations?Qualifier=live")
    );
    assert_eq!(header(parts, "content-type"), "application/json");
    assert_eq!(header(parts, "x-amz-invocation-type"), "RequestResponse");
    assert_eq!(header(parts, "x-amz-security-token"), "");
    assert_eq!(header(parts, "x-poolhouse-signature"), "");
    assert_eq!(serde_json::from_slice::<Value>(body).unwrap(), invocation().event);
    assert_eq!(signer(&request, &access(None).secret_access_key), "AKIDEXAMPLE");
}

#[tokio::test]
async fn a_session_token_is_sent_and_signed() {
    let mut request = received(Some(access(Some("token/of+a=session"))), ARN).await;
    assert_eq!(header(&request.0, "x-amz-security-token"), "token/of+a=session");
    let secret = access(None).secret_access_key;
    assert_eq!(signer(&request, &secret), "AKIDEXAMPLE");
    let other = http::HeaderValue::from_static("another");
    request.0.headers.insert("x-amz-security-token", other);
    let expected = sigv4::Expected {
        region: "eu-west-1",
        service: "lambda",
    };
    let secret_of = |_: &str| Some(secret.clone());
    assert!(sigv4::verify(&request.0, &request.1, expected, INVOKED_AT, &secret_of).is_err());
}

#[tokio::test]
async fn without_an_access_key_the_account_of_the_function_stands_for_it() {
    assert_eq!(signer(&received(None, ARN).await, "test"), "123456789012");
}

#[test]
fn amazons_own_endpoint_is_told_the_arn_in_its_region() {
    let targets = Targets::new(Vec::new(), None, true).unwrap();
    let url = |arn: &str| match targets.find(arn).as_deref() {
        Some(super::super::Target::Lambda(url)) => url.to_string(),
        other => format!("{other:?}"),
    };
    let functions = "amazonaws.com/2015-03-31/functions";
    assert_eq!(
        url(&format!("{ARN}:live")),
        format!(
            "https://lambda.eu-west-1.{functions}/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Apre-sign-up\
             /invocations?Qualifier=live"
        )
    );
    assert_eq!(
        url("arn:aws-cn:lambda:cn-north-1:123456789012:function:f"),
        "https://lambda.cn-north-1.amazonaws.com.cn/2015-03-31/functions/\
         arn%3Aaws-cn%3Alambda%3Acn-north-1%3A123456789012%3Afunction%3Af/invocations"
    );
    for arn in [
        "arn:aws:lambda:evil.example.com/:123456789012:function:f",
        "arn:aws:lambda:EU@x:123456789012:function:f",
        "arn:aws:sns:eu-west-1:123456789012:f",
    ] {
        assert_eq!(url(arn), "None", "{arn}");
    }
}

#[tokio::test]
async fn a_target_of_the_lambda_api_is_called_by_it() {
    let endpoint = TestEndpoint::start(reply(200, r#"{"a":1}"#)).await;
    let functions = at(&endpoint.url("", EMULATOR));
    assert_eq!(functions.invoke(invocation()).await.unwrap(), json!({ "a": 1 }));
    let [request] = endpoint.requests().try_into().unwrap();
    assert_eq!(request.0.uri.to_string(), EMULATOR);
    assert_eq!(signer(&request, "test"), "123456789012");
}

#[tokio::test]
async fn a_function_that_failed_says_how() {
    const UNHANDLED: &[(&str, &str)] = &[("X-Amz-Function-Error", "Unhandled")];
    let unhandled = |body: &'static str| Behaviour::Reply(200, UNHANDLED, Bytes::from_static(body.as_bytes()));
    let timed_out = "2023-11-14T22:13:20.000Z 4a3e Task timed out after 3.00 seconds";
    for (behaviour, message) in [
        (
            unhandled(r#"{"errorMessage":"No bots.","errorType":"Error","trace":[]}"#),
            "No bots.",
        ),
        (
            unhandled(r#"{"errorMessage":"2023-11-14T22:13:20.000Z 4a3e Task timed out after 3.00 seconds"}"#),
            timed_out,
        ),
        (unhandled(r#"{"errorType":"Runtime.ExitError"}"#), "Runtime.ExitError"),
        (unhandled("null"), "Unhandled"),
        (unhandled(""), "Unhandled"),
        (unhandled("<html>"), "Unhandled"),
        // What emulators say without the header.
        (
            reply(
                200,
                r#"{"errorMessage":"No bots.","errorType":"Error","stackTrace":[]}"#,
            ),
            "No bots.",
        ),
        (
            reply(200, "Task timed out after 3.00 seconds"),
            "Task timed out after 3.00 seconds",
        ),
    ] {
        let (outcome, calls) = outcome(EMULATOR, behaviour).await;
        assert_eq!(outcome, Err(format!("the function failed: {message}")));
        assert_eq!(calls, 1, "a function that failed is not called again");
    }
}

#[tokio::test]
async fn an_event_that_mentions_errors_is_no_failure() {
    for body in [
        r#"{"errorMessage":"a","errorType":"b","response":{}}"#,
        r#"{"errorMessage":"a"}"#,
    ] {
        let (outcome, _) = outcome(EMULATOR, reply(200, body)).await;
        assert_eq!(outcome, Ok(serde_json::from_str(body).unwrap()));
    }
}

#[tokio::test]
async fn a_service_that_refuses_says_why() {
    const NOT_FOUND: &[(&str, &str)] = &[(
        "X-Amzn-ErrorType",
        "ResourceNotFoundException:http://internal.amazon.com/coral/",
    )];
    const NONSENSE: &[(&str, &str)] = &[("X-Amzn-ErrorType", "<script>")];
    for (behaviour, code) in [
        (
            Behaviour::Reply(
                404,
                NOT_FOUND,
                Bytes::from_static(br#"{"Type":"User","Message":"Function not found: f"}"#),
            ),
            "ResourceNotFoundException",
        ),
        (
            reply(403, r#"{"__type":"com.amazonaws#AccessDeniedException"}"#),
            "AccessDeniedException",
        ),
        (reply(404, r#"{"Type":"User"}"#), "HTTP 404"),
        (Behaviour::Reply(502, NONSENSE, Bytes::new()), "HTTP 502"),
        (reply(500, "<html>"), "HTTP 500"),
        (Behaviour::Redirect, "HTTP 307"),
    ] {
        let (outcome, calls) = outcome(EMULATOR, behaviour).await;
        assert_eq!(outcome, Err(format!("the function could not be called: {code}")));
        assert_eq!(calls, 1, "only a busy service is asked again");
    }
}

#[tokio::test]
async fn a_busy_service_is_asked_three_times() {
    const BUSY: &[(&str, &str)] = &[("X-Amzn-ErrorType", "TooManyRequestsException")];
    let busy = || {
        Behaviour::Reply(
            429,
            BUSY,
            Bytes::from_static(br#"{"Reason":"CallerRateLimitExceeded"}"#),
        )
    };
    let turns = Behaviour::Turns(vec![busy(), busy(), reply(200, r#"{"a":1}"#)]);
    assert_eq!(outcome(EMULATOR, turns).await, (Ok(json!({ "a": 1 })), 3));
    let refusal = "the function could not be called: TooManyRequestsException";
    assert_eq!(outcome(EMULATOR, busy()).await, (Err(refusal.to_owned()), 3));
}
