//! A real SMTP server that the program delivers its mail to.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::tools::Tools;

/// How long the server may take to start, and a message to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// `smtp_sink.py`, running; it stops when this is dropped.
#[derive(Debug)]
pub struct SmtpServer {
    port: u16,
    messages: Mutex<Lines<BufReader<ChildStdout>>>,
    _child: Child,
    _open_input: ChildStdin,
}

impl SmtpServer {
    /// Starts the server on a free port of the loopback address.
    pub async fn start(tools: &Tools) -> Result<Self> {
        let mut child = tools
            .python_command("smtp_sink.py")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting smtp_sink.py")?;
        let open_input = child.stdin.take().context("stdin is piped")?;
        let mut messages = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        let port = timeout(PATIENCE, messages.next_line()).await??;
        Ok(Self {
            port: port.context("smtp_sink.py ended before it listened")?.parse()?,
            messages: Mutex::new(messages),
            _child: child,
            _open_input: open_input,
        })
    }

    /// What the program takes as `--smtp-url`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Waits for the next message, which must be a verification code for this address, and gives the code.
    pub async fn newest_code(&self, address: &str) -> Result<String> {
        let line = timeout(PATIENCE, self.messages.lock().await.next_line())
            .await
            .with_context(|| format!("no mail to {address} in {PATIENCE:?}"))??
            .context("smtp_sink.py ended")?;
        let message: Value = serde_json::from_str(&line)?;
        ensure!(
            message.get("to") == Some(&Value::from([address].as_slice())),
            "mail to someone else: {message}"
        );
        let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
        ensure!(
            text("subject") == "Your verification code",
            "another subject: {message}"
        );
        let code: String = text("body").chars().filter(char::is_ascii_digit).collect();
        ensure!(code.len() == 6, "no code of six digits: {message}");
        ensure!(
            text("body").contains(&format!("Your verification code is {code}.")),
            "another text: {message}"
        );
        Ok(code)
    }
}
