//! The official libraries of the AWS Encryption SDK, for Python and for JavaScript, decrypt what custom senders receive.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use poolhouse_crypto::entropy::SystemEntropy;
use poolhouse_outbound::{CodeEncryptor, CustomSenderKey, KmsAccess, escape_temporary_password};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::timeout;

use crate::tools::Tools;

const KEY_ARN: &str = "arn:aws:kms:eu-west-1:123456789012:key/0d56b6a0-5b3f-4ba2-8a5c-7f6b2d3a9f10";
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const CONTEXT: &[(&str, &str)] = &[("userpool-id", "eu-west-1_abc123XYZ"), ("client", "ünï"), ("z", "")];

/// How long the KMS may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Decrypts with one library, which says what was encrypted and its context.
async fn decrypt(tools: &Tools, script: &str, arguments: &[&str]) -> Result<Value> {
    let printed = match script.strip_suffix(".py") {
        Some(_) => tools.python(script, arguments).await?,
        None => tools.node(script, arguments).await?,
    };
    Ok(serde_json::from_str(&printed)?)
}

fn context_as_json(context: &[(&str, &str)]) -> Value {
    context
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect()
}

/// Milliseconds since the Unix epoch.
fn now() -> Result<i64> {
    Ok(i64::try_from(
        time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000,
    )?)
}

fn local() -> Result<CodeEncryptor> {
    Ok(CodeEncryptor::local(
        CustomSenderKey::parse(KEY)?,
        Arc::new(SystemEntropy),
    ))
}

async fn decrypts_under_a_local_key(script: &str) -> Result<()> {
    let tools = Tools::installed()?;
    let encryptor = local()?;
    let password = escape_temporary_password("a<b>&1A");
    let longest = "a".repeat(4096);
    for (plaintext, context) in [
        ("123456", &CONTEXT[..1]),
        (&password, CONTEXT),
        (&longest, &[]),
        ("", &CONTEXT[..1]),
    ] {
        let message = encryptor.encrypt(KEY_ARN, plaintext, context, 0).await?;
        let decrypted = decrypt(&tools, script, &["local", KEY_ARN, &message, KEY]).await?;
        let expected = json!({"plaintext": plaintext, "context": context_as_json(context)});
        ensure!(decrypted == expected, "{script} understood {decrypted}");
    }
    let message = encryptor.encrypt(KEY_ARN, "123456", CONTEXT, 0).await?;
    let (other_arn, other_key) = (KEY_ARN.replace("eu-west-1", "eu-west-2"), KEY.replace("00", "ff"));
    for (arn, key) in [(other_arn.as_str(), KEY), (KEY_ARN, other_key.as_str())] {
        let outcome = decrypt(&tools, script, &["local", arn, &message, key]).await;
        ensure!(outcome.is_err(), "{script} decrypted with {arn} and {key}");
    }
    Ok(())
}

#[tokio::test]
async fn python_decrypts_under_a_local_key() -> Result<()> {
    decrypts_under_a_local_key("decrypt_code.py").await
}

#[tokio::test]
async fn javascript_decrypts_under_a_local_key() -> Result<()> {
    decrypts_under_a_local_key("decrypt_code.mjs").await
}

/// `kms_server.py`, running; it stops when this is dropped.
struct KmsServer {
    url: String,
    key_arn: String,
    _child: Child,
    _open_input: ChildStdin,
}

impl KmsServer {
    async fn start(tools: &Tools) -> Result<Self> {
        let mut child = tools
            .python_command("kms_server.py")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting kms_server.py")?;
        let open_input = child.stdin.take().context("stdin is piped")?;
        let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        let port = line(&mut lines).await?;
        Ok(Self {
            url: format!("http://127.0.0.1:{port}/"),
            key_arn: line(&mut lines).await?,
            _child: child,
            _open_input: open_input,
        })
    }
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<String> {
    let line = timeout(PATIENCE, lines.next_line()).await??;
    line.context("kms_server.py ended before it listened")
}

#[tokio::test]
async fn python_and_javascript_decrypt_under_a_key_of_a_kms() -> Result<()> {
    let tools = Tools::installed()?;
    let server = KmsServer::start(&tools).await?;
    let access = KmsAccess {
        region: "eu-west-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
    };
    let encryptor = CodeEncryptor::kms(access, Some(&server.url), Arc::new(SystemEntropy))?;
    let message = encryptor.encrypt(&server.key_arn, "123456", CONTEXT, now()?).await?;
    for script in ["decrypt_code.py", "decrypt_code.mjs"] {
        let decrypted = decrypt(&tools, script, &["kms", &server.key_arn, &message, &server.url]).await?;
        let expected = json!({"plaintext": "123456", "context": context_as_json(CONTEXT)});
        ensure!(decrypted == expected, "{script} understood {decrypted}");
    }
    let unknown = encryptor.encrypt(KEY_ARN, "123456", CONTEXT, now()?).await;
    let refusal = unknown.err().map(|error| error.to_string());
    ensure!(
        refusal.as_deref() == Some("the KMS refused the key: NotFoundException"),
        "an unknown key: {refusal:?}"
    );
    Ok(())
}
