//! The two stories as a person at a terminal plays them, through the real `aws` executable.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::tools::{Printed, Tools};

const TEMPORARY: &str = "Temporary1!";
const PERMANENT: &str = "Permanent1!";

/// The aws-cli, pointed at one program.
#[derive(Debug)]
pub struct AwsCli<'a> {
    tools: &'a Tools,
    endpoint: &'a str,
}

impl<'a> AwsCli<'a> {
    pub fn new(tools: &'a Tools, stage: &'a Stage) -> Self {
        Self {
            tools,
            endpoint: stage.endpoint(),
        }
    }

    /// Runs `aws cognito-idp OPERATION …`, which must succeed, and gives the JSON that it prints; it prints nothing for `{}`.
    async fn succeed(&self, operation: &str, arguments: &[&str]) -> Result<Value> {
        let Printed { status, output, errors } = self.run(operation, arguments).await?;
        ensure!(
            status.success(),
            "aws cognito-idp {operation} failed ({status}): {errors}"
        );
        ensure!(errors.is_empty(), "aws cognito-idp {operation} complains: {errors}");
        if output.trim().is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_str(&output).with_context(|| format!("aws cognito-idp {operation} prints {output}"))
    }

    /// Runs `aws cognito-idp OPERATION …`, which must print exactly this error.
    async fn refuse(&self, operation: &str, arguments: &[&str], error: &str, message: &str) -> Result<()> {
        let Printed { status, output, errors } = self.run(operation, arguments).await?;
        let called: String = operation.split('-').map(capitalised).collect();
        let expected = format!("An error occurred ({error}) when calling the {called} operation: {message}");
        equal(errors.trim(), expected.as_str())?;
        equal(output.as_str(), "")?;
        equal(status.code(), Some(255))
    }

    async fn run(&self, operation: &str, arguments: &[&str]) -> Result<Printed> {
        let command = ["--endpoint-url", self.endpoint, "cognito-idp", operation];
        self.tools.aws(&[command.as_slice(), arguments].concat()).await
    }

    /// Makes a pool, and in it a client without a secret that signs in with a password and refreshes; gives their ids.
    async fn pool_and_client(&self, name: &str, options: &[&str]) -> Result<(String, String)> {
        let arguments = ["--pool-name", name];
        let pool = self
            .succeed("create-user-pool", &[arguments.as_slice(), options].concat())
            .await?;
        let pool_id = text(&pool, "/UserPool/Id")?;
        equal(text(&pool, "/UserPool/Name")?, name)?;
        let arn = format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool_id}");
        equal(text(&pool, "/UserPool/Arn")?, &arn)?;

        let flows = [
            "--explicit-auth-flows",
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ];
        let arguments = ["--user-pool-id", pool_id, "--client-name", "aws-cli"];
        let client = self
            .succeed("create-user-pool-client", &[arguments.as_slice(), &flows].concat())
            .await?;
        equal(text(&client, "/UserPoolClient/UserPoolId")?, pool_id)?;
        ensure!(
            client.pointer("/UserPoolClient/ClientSecret").is_none(),
            "no secret was asked for"
        );
        Ok((
            pool_id.to_owned(),
            text(&client, "/UserPoolClient/ClientId")?.to_owned(),
        ))
    }

    async fn sign_in(&self, client_id: &str, password: &str) -> Result<Value> {
        let parameters = format!("USERNAME=alice,PASSWORD={password}");
        self.succeed("initiate-auth", &initiate(client_id, "USER_PASSWORD_AUTH", &parameters))
            .await
    }

    /// Verifies a token through the published keys with PyJWT, and gives its claims.
    async fn verified(&self, pool_id: &str, client_id: &str, token: &str) -> Result<Value> {
        let arguments = [self.endpoint, pool_id, client_id, token];
        let claims = self.tools.python("verify_token.py", &arguments).await?;
        Ok(serde_json::from_str(&claims)?)
    }
}

/// Story (a): an administrator's temporary password is replaced at the first sign-in.
pub async fn temporary_password(aws: &AwsCli<'_>) -> Result<()> {
    let (pool_id, client_id) = aws.pool_and_client("story-a", &[]).await?;
    let user = ["--user-pool-id", &pool_id, "--username", "alice"];

    let arguments = [
        "--client-id",
        &client_id,
        "--username",
        "alice",
        "--password",
        "Original1!",
    ];
    let signed_up = aws.succeed("sign-up", &arguments).await?;
    equal(signed_up.pointer("/UserConfirmed"), Some(&json!(false)))?;
    ensure!(
        signed_up.pointer("/CodeDeliveryDetails").is_none(),
        "the pool verifies nothing: {signed_up}"
    );

    equal(&aws.succeed("admin-confirm-sign-up", &user).await?, &json!({}))?;
    equal(
        text(&aws.succeed("admin-get-user", &user).await?, "/UserStatus")?,
        "CONFIRMED",
    )?;

    let password = ["--password", TEMPORARY, "--no-permanent"];
    let set = aws
        .succeed("admin-set-user-password", &[user.as_slice(), &password].concat())
        .await?;
    equal(&set, &json!({}))?;
    equal(
        text(&aws.succeed("admin-get-user", &user).await?, "/UserStatus")?,
        "FORCE_CHANGE_PASSWORD",
    )?;

    let challenge = aws.sign_in(&client_id, TEMPORARY).await?;
    equal(text(&challenge, "/ChallengeName")?, "NEW_PASSWORD_REQUIRED")?;
    equal(text(&challenge, "/ChallengeParameters/USER_ID_FOR_SRP")?, "alice")?;
    equal(text(&challenge, "/ChallengeParameters/requiredAttributes")?, "[]")?;
    ensure!(
        challenge.pointer("/AuthenticationResult").is_none(),
        "tokens before the new password"
    );
    let session = text(&challenge, "/Session")?;
    ensure!(
        (20..=4096).contains(&session.len()),
        "a session of {} characters",
        session.len()
    );

    let responses = format!("USERNAME=alice,NEW_PASSWORD={PERMANENT}");
    let challenge = ["--client-id", &client_id, "--challenge-name", "NEW_PASSWORD_REQUIRED"];
    let answer = ["--session", session, "--challenge-responses", &responses];
    let arguments = [challenge, answer].concat();
    let signed_in = aws.succeed("respond-to-auth-challenge", &arguments).await?;
    let tokens = Tokens::of(&signed_in)?;
    ensure!(tokens.refresh.is_some(), "no refresh token");
    let message = "Invalid session for the user, session can only be used once.";
    aws.refuse(
        "respond-to-auth-challenge",
        &arguments,
        "NotAuthorizedException",
        message,
    )
    .await?;

    let me = aws.succeed("get-user", &["--access-token", tokens.access]).await?;
    let sub = text(&signed_up, "/UserSub")?;
    let expected = json!({"Username": "alice", "UserAttributes": [{"Name": "sub", "Value": sub}]});
    equal(&me, &expected)?;
    equal(
        text(&aws.succeed("admin-get-user", &user).await?, "/UserStatus")?,
        "CONFIRMED",
    )
}

/// Story (b): sign-up with an e-mail, confirmation, sign-in, a verified token, refresh, sign-out everywhere.
///
/// `code` waits for the message to an address and gives the code in it.
pub async fn self_service(aws: &AwsCli<'_>, code: impl AsyncFnOnce(&str) -> Result<String>) -> Result<()> {
    let address = "alice@example.com";
    let (pool_id, client_id) = aws
        .pool_and_client("story-b", &["--auto-verified-attributes", "email"])
        .await?;
    let user = ["--client-id", &client_id, "--username", "alice"];

    let attribute = format!("Name=email,Value={address}");
    let arguments = [
        user.as_slice(),
        &["--password", PERMANENT, "--user-attributes", &attribute],
    ]
    .concat();
    let signed_up = aws.succeed("sign-up", &arguments).await?;
    equal(signed_up.pointer("/UserConfirmed"), Some(&json!(false)))?;
    let delivery = json!({"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"});
    equal(signed_up.pointer("/CodeDeliveryDetails"), Some(&delivery))?;
    aws.refuse("sign-up", &arguments, "UsernameExistsException", "User already exists")
        .await?;

    let code = code(address).await?;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    let arguments = [user.as_slice(), &["--confirmation-code", wrong]].concat();
    let message = "Invalid verification code provided, please try again.";
    aws.refuse("confirm-sign-up", &arguments, "CodeMismatchException", message)
        .await?;
    let parameters = format!("USERNAME=alice,PASSWORD={PERMANENT}");
    let arguments = initiate(&client_id, "USER_PASSWORD_AUTH", &parameters);
    aws.refuse(
        "initiate-auth",
        &arguments,
        "UserNotConfirmedException",
        "User is not confirmed.",
    )
    .await?;
    let arguments = [user.as_slice(), &["--confirmation-code", &code]].concat();
    equal(&aws.succeed("confirm-sign-up", &arguments).await?, &json!({}))?;

    let signed_in = aws.sign_in(&client_id, PERMANENT).await?;
    let tokens = Tokens::of(&signed_in)?;
    let identity = aws.verified(&pool_id, &client_id, tokens.id).await?;
    equal(text(&identity, "/sub")?, text(&signed_up, "/UserSub")?)?;
    equal(text(&identity, "/token_use")?, "id")?;
    equal(text(&identity, "/cognito:username")?, "alice")?;
    equal(text(&identity, "/email")?, address)?;
    equal(identity.pointer("/email_verified"), Some(&json!(true)))?;

    let parameters = format!("REFRESH_TOKEN={}", tokens.refresh.context("no refresh token")?);
    let refresh = initiate(&client_id, "REFRESH_TOKEN_AUTH", &parameters);
    let refreshed = aws.succeed("initiate-auth", &refresh).await?;
    let renewed = Tokens::of(&refreshed)?;
    ensure!(renewed.refresh.is_none(), "a refresh gives no new refresh token");
    ensure!(renewed.access != tokens.access, "a refresh gives another access token");
    equal(
        text(
            &aws.succeed("get-user", &["--access-token", renewed.access]).await?,
            "/Username",
        )?,
        "alice",
    )?;

    let signed_out = aws
        .succeed("global-sign-out", &["--access-token", tokens.access])
        .await?;
    equal(&signed_out, &json!({}))?;
    for access in [tokens.access, renewed.access] {
        let message = "Access Token has been revoked";
        aws.refuse(
            "get-user",
            &["--access-token", access],
            "NotAuthorizedException",
            message,
        )
        .await?;
    }
    aws.refuse(
        "initiate-auth",
        &refresh,
        "NotAuthorizedException",
        "Refresh Token has been revoked",
    )
    .await
}

/// The tokens in an answer that has no further challenge.
#[derive(Debug)]
struct Tokens<'a> {
    access: &'a str,
    id: &'a str,
    refresh: Option<&'a str>,
}

impl<'a> Tokens<'a> {
    fn of(answer: &'a Value) -> Result<Self> {
        equal(answer.pointer("/AuthenticationResult/ExpiresIn"), Some(&json!(3600)))?;
        equal(text(answer, "/AuthenticationResult/TokenType")?, "Bearer")?;
        equal(answer.pointer("/ChallengeParameters"), Some(&json!({})))?;
        ensure!(
            answer.pointer("/ChallengeName").is_none(),
            "a challenge beside tokens: {answer}"
        );
        Ok(Self {
            access: text(answer, "/AuthenticationResult/AccessToken")?,
            id: text(answer, "/AuthenticationResult/IdToken")?,
            refresh: text(answer, "/AuthenticationResult/RefreshToken").ok(),
        })
    }
}

fn initiate<'a>(client_id: &'a str, flow: &'a str, parameters: &'a str) -> [&'a str; 6] {
    [
        "--client-id",
        client_id,
        "--auth-flow",
        flow,
        "--auth-parameters",
        parameters,
    ]
}

fn text<'a>(json: &'a Value, pointer: &str) -> Result<&'a str> {
    json.pointer(pointer)
        .and_then(Value::as_str)
        .with_context(|| format!("no text at {pointer} in {json}"))
}

fn equal<T: Copy + PartialEq + std::fmt::Debug>(actual: T, expected: T) -> Result<()> {
    if actual != expected {
        bail!("expected {expected:?}\n     got {actual:?}");
    }
    Ok(())
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(characters)
        .collect()
}
