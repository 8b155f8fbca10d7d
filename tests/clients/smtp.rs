//! A real SMTP server that the program delivers its mail to.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::tools::Tools;

/// How long the server may take to start, and a message to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whom the server lets in when it speaks TLS, percent-encoded.
pub const CREDENTIALS: &str = "house%40example.com:p%2Fss%3Aw%40rd";

/// How the server encrypts.
#[derive(Clone, Copy, Debug)]
pub enum Tls {
    /// After the STARTTLS command, which it demands.
    Starttls,
    /// From the first byte.
    Implicit,
}

/// `smtp_sink.py`, running; it stops when this is dropped.
#[derive(Debug)]
pub struct SmtpServer {
    port: u16,
    tls: Option<Tls>,
    folder: TempDir,
    events: Mutex<Lines<BufReader<ChildStdout>>>,
    _child: Child,
    _open_input: ChildStdin,
}

impl SmtpServer {
    /// Starts the server on a free port of the loopback address, without TLS and for everybody.
    pub async fn start(tools: &Tools) -> Result<Self> {
        Self::start_with(tools, None).await
    }

    /// Starts it so that it takes mail over TLS only, and from [`CREDENTIALS`] only.
    pub async fn start_secure(tools: &Tools, tls: Tls) -> Result<Self> {
        Self::start_with(tools, Some(tls)).await
    }

    async fn start_with(tools: &Tools, tls: Option<Tls>) -> Result<Self> {
        let folder = TempDir::new()?;
        let mut command = tools.python_command("smtp_sink.py");
        if let Some(tls) = tls {
            let kind = match tls {
                Tls::Starttls => "starttls",
                Tls::Implicit => "implicit",
            };
            command.arg(kind).arg(authority_in(&folder));
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting smtp_sink.py")?;
        let open_input = child.stdin.take().context("stdin is piped")?;
        let mut events = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        let port = timeout(PATIENCE, events.next_line()).await??;
        Ok(Self {
            port: port.context("smtp_sink.py ended before it listened")?.parse()?,
            tls,
            folder,
            events: Mutex::new(events),
            _child: child,
            _open_input: open_input,
        })
    }

    /// What the program takes as `--smtp-url` to be let in.
    pub fn url(&self) -> String {
        let port = self.port;
        match self.tls {
            None => format!("smtp://127.0.0.1:{port}"),
            Some(Tls::Starttls) => format!("smtp://{CREDENTIALS}@127.0.0.1:{port}?tls=required"),
            Some(Tls::Implicit) => format!("smtps://{CREDENTIALS}@127.0.0.1:{port}"),
        }
    }

    /// A file with the certificate authority that a client has to trust; it exists if the server speaks TLS.
    pub fn certificate_authority(&self) -> std::path::PathBuf {
        authority_in(&self.folder)
    }

    /// Waits for the next thing that happens to a mail: `taken` with all that it says, or `refused`, `greylisted`,
    /// `stalled` or `dropped`.
    pub async fn next(&self) -> Result<Value> {
        let line = timeout(PATIENCE, self.events.lock().await.next_line())
            .await
            .with_context(|| format!("nothing happened to a mail in {PATIENCE:?}"))??
            .context("smtp_sink.py ended")?;
        Ok(serde_json::from_str(&line)?)
    }

    /// Waits for the next message, which must be a verification code for this address, and gives the code.
    pub async fn newest_code(&self, address: &str) -> Result<String> {
        let message = self.next().await?;
        ensure!(
            message.get("rcpt_tos") == Some(&Value::from([address].as_slice())),
            "mail to someone else: {message}"
        );
        let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
        ensure!(
            text("Subject") == "Your verification code",
            "another subject: {message}"
        );
        let code: String = text("html").chars().filter(char::is_ascii_digit).collect();
        ensure!(code.len() == 6, "no code of six digits: {message}");
        ensure!(
            text("html").contains(&format!("Your verification code is {code}.")),
            "another text: {message}"
        );
        Ok(code)
    }
}

fn authority_in(folder: &TempDir) -> std::path::PathBuf {
    Path::join(folder.path(), "authority.pem")
}
