//! Signatures made by AWS's documentation and by botocore, and what attackers make of them.

use http::Request;

use super::*;

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// 20261121T024500Z
const NOW: i64 = 1_795_229_100;
const BODY: &[u8] = b"{\"MaxResults\": 10}";
const EXPECTED: Expected<'_> = Expected {
    region: "eu-west-1",
    service: "cognito-idp",
};
const CALL: [(&str, &str); 5] = [
    ("host", "localhost:7665"),
    ("content-type", "application/x-amz-json-1.1"),
    ("x-amz-target", "AWSCognitoIdentityProviderService.ListUserPools"),
    ("x-amz-date", "20261121T024500Z"),
    (
        "authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/cognito-idp/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=abd6db3a0480811546d3c92b78f2928095b0bd00c5c0e3027d2979fcfa5cb4db",
    ),
];
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

fn request(uri: &str, headers: &[(&str, &str)]) -> Parts {
    let request = headers.iter().fold(Request::post(uri), |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body(()).unwrap().into_parts().0
}

fn judge(request: &Parts, body: &[u8], now: i64) -> Result<Scope, (String, String)> {
    let secret_of = |key: &str| (key == KEY).then(|| SECRET.to_owned());
    verify(request, body, EXPECTED, now, &secret_of).map_err(|fault| {
        assert_eq!(fault.status, 400);
        (fault.code.into_owned(), fault.message.unwrap())
    })
}

/// The verdict on the call with some of its headers changed; an empty value removes the header.
fn changed(changes: &[(&str, &str)]) -> Result<Scope, (String, String)> {
    let mut headers: Vec<(&str, &str)> = CALL.to_vec();
    for &(name, value) in changes {
        headers.retain(|(present, _)| *present != name);
        if !value.is_empty() {
            headers.push((name, value));
        }
    }
    judge(&request("/", &headers), BODY, NOW)
}

fn authorization(change: impl Fn(&str) -> String) -> Result<Scope, (String, String)> {
    changed(&[("authorization", &change(CALL[4].1))])
}

fn mismatch<T>() -> Result<T, (String, String)> {
    refused(MISMATCH)
}

fn refused<T>(message: &str) -> Result<T, (String, String)> {
    Err(("InvalidSignatureException".to_owned(), message.to_owned()))
}

fn incomplete<T>(message: &str) -> Result<T, (String, String)> {
    Err(("IncompleteSignatureException".to_owned(), message.to_owned()))
}

fn scope() -> Scope {
    Scope {
        access_key_id: KEY.to_owned(),
        date: "20261121".to_owned(),
        region: "eu-west-1".to_owned(),
        service: "cognito-idp".to_owned(),
    }
}

#[test]
fn the_example_of_the_documentation_is_verified() {
    let mut example = request(
        "/?Action=ListUsers&Version=2010-05-08",
        &[
            ("host", "iam.amazonaws.com"),
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("x-amz-date", "20150830T123600Z"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            ),
        ],
    );
    example.method = http::Method::GET;
    let expected = Expected {
        region: "us-east-1",
        service: "iam",
    };
    let verdict = verify(&example, b"", expected, 1_440_938_160, &|_| Some(SECRET.to_owned()));
    assert_eq!(verdict.map(|scope| scope.service), Ok("iam".to_owned()));
}

#[test]
fn a_call_signed_by_botocore_is_verified() {
    assert_eq!(changed(&[]), Ok(scope()));
}

#[test]
fn a_session_token_is_part_of_the_signature() {
    let signed = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/cognito-idp/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=9fb82efc272ceba996ec7877aa423c30fbb55d81d9e8da48b53374bfa4717451";
    let with_token = |token| changed(&[("authorization", signed), ("x-amz-security-token", token)]);
    assert_eq!(with_token("session+token/=="), Ok(scope()));
    assert_eq!(with_token("another"), mismatch());
    assert_eq!(with_token(""), mismatch());
    assert_eq!(
        changed(&[("x-amz-security-token", "session+token/==")]),
        refused("'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.")
    );
}

#[test]
fn spaces_in_a_header_count_once_and_a_content_hash_must_be_true() {
    let signed = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/cognito-idp/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-spaced;x-amz-target, Signature=a35e1afd46c3a8e676cc3370f8da678181c17f71664e9cdfca1930d4f8899ae3";
    let hash = (
        "x-amz-content-sha256",
        "8a9354f6dcd0e97e1f5804c376b5ed41c550757c400462c08746e820bee8250d",
    );
    assert_eq!(
        changed(&[("authorization", signed), hash, ("x-amz-spaced", "  a   b  ")]),
        Ok(scope())
    );
    let other = (
        "x-amz-content-sha256",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    assert_eq!(
        changed(&[("authorization", signed), other, ("x-amz-spaced", "a b")]),
        mismatch()
    );
}

#[test]
fn an_unsigned_payload_is_refused() {
    let signed = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/cognito-idp/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target, Signature=51d93425c7d199083dcae200a824a7ef50869467e0fd2ccf4f40bef8c32290a6";
    assert_eq!(
        changed(&[("authorization", signed), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]),
        mismatch()
    );
}

#[test]
fn path_and_query_are_part_of_the_signature() {
    let headers = [
        ("host", "localhost:7665"),
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-date", "20261121T024500Z"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/cognito-idp/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=fbb9b24b7731204297d19a016ad3a5bf7a33b3e9d4e6074f5d8bf5c515c61ed8",
        ),
    ];
    let at = |uri| judge(&request(uri, &headers), b"{}", NOW);
    assert_eq!(at("/a%20b/c?z=1&a=%2Fx%20y&a=B&empty="), Ok(scope()));
    assert_eq!(at("/a%20b/c?empty&a=B&a=%2fx%20y&z=1"), Ok(scope()));
    assert_eq!(at("/a%20b/c?z=2&a=%2Fx%20y&a=B&empty="), mismatch());
    assert_eq!(at("/a%20b/d?z=1&a=%2Fx%20y&a=B&empty="), mismatch());
}

#[test]
fn the_host_of_http_2_stands_in_the_address() {
    let headers: Vec<_> = CALL.into_iter().filter(|(name, _)| *name != "host").collect();
    assert_eq!(
        judge(&request("http://localhost:7665/", &headers), BODY, NOW),
        Ok(scope())
    );
    assert_eq!(
        judge(&request("http://localhost:7666/", &headers), BODY, NOW),
        mismatch()
    );
}

#[test]
fn no_signature_is_a_missing_token() {
    let missing = (
        "MissingAuthenticationTokenException".to_owned(),
        "Missing Authentication Token".to_owned(),
    );
    assert_eq!(changed(&[("authorization", "")]), Err(missing));
}

#[test]
fn an_unknown_access_key_is_not_recognised() {
    let message = "The security token included in the request is invalid.".to_owned();
    assert_eq!(
        authorization(|header| header.replace(KEY, "AKIDOTHER")),
        Err(("UnrecognizedClientException".to_owned(), message))
    );
}

#[test]
fn whatever_is_altered_breaks_the_signature() {
    assert_eq!(judge(&request("/", &CALL), b"{\"MaxResults\": 60}", NOW), mismatch());
    assert_eq!(
        changed(&[("x-amz-target", "AWSCognitoIdentityProviderService.DeleteUserPool")]),
        mismatch()
    );
    assert_eq!(changed(&[("host", "localhost:7666")]), mismatch());
    assert_eq!(changed(&[("content-type", "application/json")]), mismatch());
    assert_eq!(changed(&[("content-type", "")]), mismatch());
    assert_eq!(changed(&[("x-amz-date", "20261121T024501Z")]), mismatch());
    assert_eq!(
        authorization(|header| header.replace("Signature=abd6", "Signature=abd7")),
        mismatch()
    );
    assert_eq!(
        authorization(|header| header.replace("Signature=abd6", "Signature=")),
        mismatch()
    );
    assert_eq!(
        authorization(|header| header.replace("Signature=abd6", "Signature=zzzz")),
        mismatch()
    );
    let secret_of = |_: &str| Some("another secret".to_owned());
    let verdict = verify(&request("/", &CALL), BODY, EXPECTED, NOW, &secret_of);
    assert_eq!(verdict, Err(Fault::invalid_signature()));
}

#[test]
fn a_doubled_header_is_refused() {
    for doubled in ["host", "x-amz-target", "content-type"] {
        let original = CALL.into_iter().find(|(name, _)| *name == doubled).unwrap();
        let headers: Vec<_> = CALL.into_iter().chain([original]).collect();
        assert_eq!(judge(&request("/", &headers), BODY, NOW), mismatch(), "{doubled}");
    }
    let twice: Vec<_> = CALL.into_iter().chain([CALL[4]]).collect();
    assert_eq!(
        judge(&request("/", &twice), BODY, NOW),
        incomplete("There must be one Authorization header, in ASCII.")
    );
    let twice: Vec<_> = CALL.into_iter().chain([CALL[3]]).collect();
    assert_eq!(
        judge(&request("/", &twice), BODY, NOW),
        incomplete("Date must be in ISO-8601 'basic format': YYYYMMDD'T'HHMMSS'Z'.")
    );
}

#[test]
fn what_matters_must_be_signed() {
    for (signed, unsigned) in [
        ("content-type;x-amz-date;x-amz-target", "host"),
        ("content-type;host;x-amz-target", "x-amz-date"),
        ("content-type;host;x-amz-date", "x-amz-target"),
        ("", "host"),
    ] {
        let message = format!("'{unsigned}' must be a 'SignedHeader' in the AWS Authorization.");
        assert_eq!(
            authorization(|header| header.replace("content-type;host;x-amz-date;x-amz-target", signed)),
            refused(&message)
        );
    }
    for signed in [
        "host;content-type;x-amz-date;x-amz-target",
        "host;host;x-amz-date;x-amz-target",
    ] {
        assert_eq!(
            authorization(|header| header.replace("content-type;host;x-amz-date;x-amz-target", signed)),
            mismatch()
        );
    }
}

#[test]
fn a_scope_of_another_place_is_refused() {
    assert_eq!(
        authorization(|header| header.replace("eu-west-1", "us-east-1")),
        refused("Credential should be scoped to a valid region.")
    );
    assert_eq!(
        authorization(|header| header.replace("cognito-idp", "s3")),
        refused("Credential should be scoped to correct service: 'cognito-idp'.")
    );
    assert_eq!(
        authorization(|header| header.replace("aws4_request", "aws5_request")),
        refused("Credential should be scoped with a valid terminator: 'aws4_request'.")
    );
    assert_eq!(
        authorization(|header| header.replace("20261121", "20261120")),
        refused("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")
    );
}

#[test]
fn a_signature_lives_a_quarter_of_an_hour_around_its_date() {
    let at = |now| judge(&request("/", &CALL), BODY, now);
    assert_eq!(at(NOW + 900), Ok(scope()));
    assert_eq!(at(NOW - 900), Ok(scope()));
    assert_eq!(
        at(NOW + 901),
        refused(
            "Signature expired: 20261121T024500Z is now earlier than 20261121T024501Z (20261121T030001Z - 15 min.)"
        )
    );
    assert_eq!(
        at(NOW - 901),
        refused(
            "Signature not yet current: 20261121T024500Z is still later than 20261121T024459Z (20261121T022959Z + 15 min.)"
        )
    );
}

#[test]
fn a_date_is_required_and_readable() {
    let required = "Authorization header requires existence of a 'X-Amz-Date' header.";
    assert_eq!(changed(&[("x-amz-date", "")]), incomplete(required));
    for date in [
        "2026-11-21T02:45:00Z",
        "Sat, 21 Nov 2026 02:45:00 GMT",
        "20261321T024500Z",
        "20261121T024500",
        "0",
    ] {
        assert_eq!(
            changed(&[("x-amz-date", date)]),
            incomplete("Date must be in ISO-8601 'basic format': YYYYMMDD'T'HHMMSS'Z'."),
            "{date}"
        );
    }
}

#[test]
fn an_incomplete_authorization_says_what_it_lacks() {
    assert_eq!(
        authorization(|_| "Bearer eyJhbGciOi".to_owned()),
        incomplete(
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."
        )
    );
    assert_eq!(
        authorization(|header| header.replace(", Signature=", ";")),
        incomplete("Authorization header requires 'Signature' parameter.")
    );
    let once = "Authorization header requires each of its parameters once, and no others.";
    assert_eq!(
        authorization(|header| format!("{header}, Signature=00")),
        incomplete(once)
    );
    assert_eq!(authorization(|header| format!("{header}, Other=00")), incomplete(once));
    for credential in [
        "AKIDEXAMPLE",
        "AKIDEXAMPLE/20261121/eu-west-1/cognito-idp",
        "a/b/c/d/e/f",
        "//eu-west-1//",
    ] {
        assert_eq!(
            authorization(
                |header| header.replace("AKIDEXAMPLE/20261121/eu-west-1/cognito-idp/aws4_request", credential)
            ),
            incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."),
            "{credential}"
        );
    }
}

#[test]
fn a_signature_in_the_query_is_refused() {
    let message = "A signature in the query is not accepted: use the Authorization header.";
    for query in [
        "X-Amz-Signature=00",
        "x=1&X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "x-amz-credential=a",
        "X%2DAmz-Signature",
    ] {
        let request = request(&format!("/?{query}"), &CALL);
        assert!(is_signed(&request));
        assert_eq!(judge(&request, BODY, NOW), incomplete(message), "{query}");
    }
}

#[test]
fn a_scope_is_read_without_proof() {
    assert_eq!(scope_of(CALL[4].1), Some(scope()));
    assert_eq!(
        scope_of("AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/cognito-idp/aws4_request")
            .unwrap()
            .access_key_id,
        "test"
    );
    for authorization in [
        "",
        "Bearer x",
        "AWS4-HMAC-SHA256 Credential=test",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
    ] {
        assert_eq!(scope_of(authorization), None, "{authorization}");
    }
}
