//! Conversations with former pools, over real sockets.

mod test_pool;

use std::time::Duration;

use http::StatusCode;
use poolhouse_model::Secret;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Answer, FormerPool, FormerPoolAccess, FormerPoolError, FormerPools, FormerUser};
use crate::network::AddressPolicy;
use crate::test_endpoint::use_tls;
use test_pool::{Call, Reply, TestPool, fault, success};

const CLIENT_ID: &str = "1example23456789";
const CLIENT_SECRET: &str = "the client's own";
const PASSWORD: &str = "Correct horse 1!";
const SUB: &str = "9bd5f2cc-0a11-4a5e-8a0d-1b2b3c4d5e6f";

fn access(url: &str, secret: Option<&str>) -> FormerPoolAccess {
    use_tls();
    FormerPoolAccess {
        endpoint: url.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: secret.map(Secret::from),
    }
}

fn former(url: &str, secret: Option<&str>) -> FormerPool {
    FormerPool::new(access(url, secret), AddressPolicy::development()).unwrap()
}

async fn ask(pool: &TestPool) -> Result<Answer, FormerPoolError> {
    former(&pool.url(), None).ask("alice", &PASSWORD.into()).await
}

/// What a pool without an answer says, and that nothing of it names the user or the password.
async fn error(pool: &TestPool) -> String {
    let error = ask(pool).await.unwrap_err();
    for text in [format!("{error}"), format!("{error:?}")] {
        assert!(!text.contains("alice") && !text.contains(PASSWORD), "{text}");
    }
    error.to_string()
}

fn signed_in() -> Reply {
    success(json!({
        "AuthenticationResult": {
            "AccessToken": "access", "IdToken": "id", "RefreshToken": "refresh", "ExpiresIn": 3600, "TokenType": "Bearer",
        },
        "ChallengeParameters": {},
    }))
}

fn described() -> Reply {
    success(json!({
        "Username": "alice",
        "UserAttributes": [
            { "Name": "email", "Value": "alice@example.com" },
            { "Name": "sub", "Value": SUB },
            { "Name": "email_verified", "Value": "true" },
            { "Name": "custom:plan" },
        ],
        "UserMFASettingList": ["AN_MFA_OF_TOMORROW"],
        "SomethingNew": 1,
    }))
}

fn alice() -> FormerUser {
    let attributes = [
        ("email", "alice@example.com"),
        ("email_verified", "true"),
        ("custom:plan", ""),
    ];
    FormerUser {
        username: "alice".to_owned(),
        sub: Some(SUB.to_owned()),
        attributes: attributes
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    }
}

#[tokio::test]
async fn a_right_password_gives_the_user_and_leaves_no_session() {
    let pool = TestPool::start([
        ("InitiateAuth", signed_in()),
        ("GetUser", described()),
        ("RevokeToken", success(json!({}))),
    ])
    .await;
    assert_eq!(ask(&pool).await.unwrap(), Answer::Proved(alice()));

    let calls = pool.calls();
    let bodies: Vec<&Value> = calls.iter().map(|call| &call.body).collect();
    assert_eq!(pool.operations(), ["InitiateAuth", "GetUser", "RevokeToken"]);
    assert_eq!(
        bodies,
        [
            &json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
                "ClientId": CLIENT_ID,
            }),
            &json!({ "AccessToken": "access" }),
            &json!({ "Token": "refresh", "ClientId": CLIENT_ID }),
        ]
    );
    for Call { head, .. } in &calls {
        assert_eq!((head.method.as_str(), head.uri.path()), ("POST", "/"));
        let header = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("content-type"), Some("application/x-amz-json-1.1"));
        assert_eq!(
            header("user-agent"),
            Some(concat!("Poolhouse/", env!("CARGO_PKG_VERSION")))
        );
        assert_eq!(header("authorization"), None);
    }
}

#[tokio::test]
async fn an_app_client_with_a_secret_proves_it() {
    let pool = TestPool::start([
        ("InitiateAuth", signed_in()),
        ("GetUser", described()),
        ("RevokeToken", success(json!({}))),
    ])
    .await;
    let former = former(&pool.url(), Some(CLIENT_SECRET));
    assert_eq!(
        former.ask("alice", &PASSWORD.into()).await.unwrap(),
        Answer::Proved(alice())
    );
    let calls = pool.calls();
    // HMAC-SHA256 of "alice1example23456789", by OpenSSL.
    assert_eq!(
        calls[0].body["AuthParameters"]["SECRET_HASH"],
        json!("7O8Y+XDjlyDpmgmtNKRmK89PJ4qC7yD6kIs6WVZYlmE=")
    );
    assert_eq!(calls[2].body["ClientSecret"], json!(CLIENT_SECRET));
}

#[tokio::test]
async fn whoever_the_pool_keeps_out_is_refused() {
    for (name, message) in [
        ("NotAuthorizedException", "Incorrect username or password."),
        ("NotAuthorizedException", "Password attempts exceeded"),
        ("NotAuthorizedException", "User is disabled."),
        ("UserNotFoundException", "User does not exist."),
        ("UserNotConfirmedException", "User is not confirmed."),
        ("PasswordResetRequiredException", "Password reset required for the user"),
        ("com.amazonaws.cognito#UserNotFoundException", "User does not exist."),
    ] {
        let pool = TestPool::start([("InitiateAuth", fault(name, message))]).await;
        assert_eq!(ask(&pool).await.unwrap(), Answer::Refused, "{name}: {message}");
        assert_eq!(pool.operations(), ["InitiateAuth"]);
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_settings_is_no_refusal_of_the_user() {
    for (name, message) in [
        (
            "NotAuthorizedException",
            "Unable to verify secret hash for client 1example23456789",
        ),
        (
            "NotAuthorizedException",
            "Client 1example23456789 is configured with secret but SECRET_HASH was not received",
        ),
        (
            "InvalidParameterException",
            "USER_PASSWORD_AUTH flow not enabled for this client",
        ),
        (
            "ResourceNotFoundException",
            "User pool client 1example23456789 does not exist.",
        ),
        (
            "UserLambdaValidationException",
            "PreAuthentication failed with error No.",
        ),
    ] {
        let pool = TestPool::start([("InitiateAuth", fault(name, message))]).await;
        assert_eq!(
            error(&pool).await,
            format!("the former user pool refused with {name}: {message}")
        );
    }
    let failed = Reply::Json(
        StatusCode::INTERNAL_SERVER_ERROR,
        json!({ "__type": "InternalErrorException" }),
    );
    let pool = TestPool::start([("InitiateAuth", failed)]).await;
    assert_eq!(
        error(&pool).await,
        "the former user pool refused with InternalErrorException: "
    );
}

#[tokio::test]
async fn a_pool_with_too_much_to_do_says_so() {
    for name in ["TooManyRequestsException", "LimitExceededException"] {
        let pool = TestPool::start([("InitiateAuth", fault(name, "Rate exceeded"))]).await;
        assert_eq!(error(&pool).await, "the former user pool has too many requests");
    }
}

#[tokio::test]
async fn a_challenge_is_not_answered() {
    for challenge in ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "NEW_PASSWORD_REQUIRED", "MFA_SETUP"] {
        let reply = success(json!({ "ChallengeName": challenge, "Session": "s", "ChallengeParameters": {} }));
        let pool = TestPool::start([("InitiateAuth", reply)]).await;
        assert_eq!(error(&pool).await, format!("the former user pool asks for {challenge}"));
        assert_eq!(pool.operations(), ["InitiateAuth"]);
    }
}

#[tokio::test]
async fn a_session_is_ended_even_when_its_user_cannot_be_described() {
    let pool = TestPool::start([
        ("InitiateAuth", signed_in()),
        (
            "GetUser",
            fault("NotAuthorizedException", "Access Token does not have required scopes"),
        ),
        ("RevokeToken", success(json!({}))),
    ])
    .await;
    assert_eq!(
        error(&pool).await,
        "the former user pool refused with NotAuthorizedException: Access Token does not have required scopes"
    );
    assert_eq!(pool.operations(), ["InitiateAuth", "GetUser", "RevokeToken"]);
}

#[tokio::test]
async fn a_session_that_stays_changes_nothing() {
    let unsupported = fault(
        "UnsupportedOperationException",
        "Revoke operation is not supported for this client.",
    );
    for reply in [unsupported, Reply::Text(StatusCode::OK, String::new()), Reply::Silence] {
        let pool = TestPool::start([
            ("InitiateAuth", signed_in()),
            ("GetUser", described()),
            ("RevokeToken", reply),
        ])
        .await;
        assert_eq!(ask(&pool).await.unwrap(), Answer::Proved(alice()));
        assert_eq!(pool.operations(), ["InitiateAuth", "GetUser", "RevokeToken"]);
    }
}

#[tokio::test]
async fn answers_of_something_else_are_not_believed() {
    let page = |status| Reply::Text(status, "<html>Correct horse</html>".to_owned());
    for reply in [
        page(StatusCode::OK),
        page(StatusCode::BAD_GATEWAY),
        success(json!({})),
        success(json!([])),
        success(json!({ "AuthenticationResult": {} })),
        Reply::Json(StatusCode::BAD_REQUEST, json!({ "message": "?" })),
        Reply::Json(
            StatusCode::CREATED,
            json!({ "AuthenticationResult": { "AccessToken": "access" } }),
        ),
        Reply::Redirect,
    ] {
        let pool = TestPool::start([("InitiateAuth", reply), ("GetUser", described())]).await;
        assert_eq!(
            error(&pool).await,
            "the former user pool gave an answer that cannot be read"
        );
        assert_eq!(pool.operations(), ["InitiateAuth"]);
    }
}

#[tokio::test]
async fn an_answer_without_bounds_is_not_read_to_its_end() {
    let long = Reply::Text(StatusCode::OK, "x".repeat((1 << 20) + 1));
    let pool = TestPool::start([("InitiateAuth", long)]).await;
    assert_eq!(
        error(&pool).await,
        "the former user pool answered more than 1048576 bytes"
    );
}

#[tokio::test]
async fn a_silent_pool_costs_no_more_than_the_patience() {
    for replies in [
        [("InitiateAuth", Reply::Silence), ("GetUser", described())],
        [
            (
                "InitiateAuth",
                success(json!({ "AuthenticationResult": { "AccessToken": "access" } })),
            ),
            ("GetUser", Reply::Silence),
        ],
    ] {
        let pool = TestPool::start(replies).await;
        let former = former(&pool.url(), None).with_patience(Duration::from_millis(200));
        let password = PASSWORD.into();
        let asked = timeout(Duration::from_secs(4), former.ask("alice", &password)).await;
        assert_eq!(
            asked.unwrap().unwrap_err().to_string(),
            "the former user pool did not answer in time"
        );
    }
}

#[tokio::test]
async fn a_pool_that_is_not_there_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/s3cret", listener.local_addr().unwrap());
    drop(listener);
    let error = former(&url, None).ask("alice", &PASSWORD.into()).await.unwrap_err();
    assert_eq!(error.to_string(), "the former user pool could not be reached");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn an_address_that_is_not_allowed_is_not_asked() {
    let pool = TestPool::start([("InitiateAuth", signed_in())]).await;
    for url in [pool.url(), pool.url().replace("127.0.0.1", "localhost")] {
        let former = FormerPool::new(access(&url, None), AddressPolicy::production(&[])).unwrap();
        assert_eq!(
            former.ask("alice", &PASSWORD.into()).await.unwrap_err().to_string(),
            "the former user pool is at an address that is not allowed"
        );
    }
    assert_eq!(pool.operations(), [""; 0]);
}

#[tokio::test]
async fn each_pool_has_its_own_former_pool_or_none() {
    let pool = TestPool::start([("InitiateAuth", fault("UserNotFoundException", "User does not exist."))]).await;
    let pools = FormerPools::from_iter([("us-east-1_new".to_owned(), former(&pool.url(), None))]);
    let asked = pools.ask("us-east-1_new", "alice", &PASSWORD.into()).await;
    assert_eq!(asked.unwrap().unwrap(), Answer::Refused);
    assert!(pools.ask("us-east-1_other", "alice", &PASSWORD.into()).await.is_none());
    assert!(pools.has("us-east-1_new") && !pools.has("us-east-1_other"));
    assert_eq!(pool.operations(), ["InitiateAuth"]);
}

#[test]
fn a_bad_url_is_refused_without_being_repeated() {
    let error = |url: &str| {
        let outcome = FormerPool::new(access(url, None), AddressPolicy::development());
        outcome.unwrap_err().to_string()
    };
    assert_eq!(error("s3cret"), "the URL of the former user pool is not a URL");
    assert_eq!(
        error("ftp://example.com"),
        "the URL of the former user pool must begin with http:// or https://"
    );
}

#[test]
fn debug_shows_no_secret_and_nobody() {
    let printed = format!(
        "{:?} {:?}",
        former("https://cognito-idp.eu-west-1.amazonaws.com", Some(CLIENT_SECRET)),
        alice()
    );
    assert!(printed.contains("cognito-idp.eu-west-1.amazonaws.com"), "{printed}");
    assert!(
        !printed.contains(CLIENT_SECRET) && !printed.contains("alice"),
        "{printed}"
    );
}
