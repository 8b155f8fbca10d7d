//! A webhook that the program delivers its SMS to.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::time::timeout;

use crate::tools::Tools;

/// What the program takes as `--sms-webhook-secret`.
pub const SECRET: &str = "shared with the webhook";

/// How long the webhook may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// `sms_sink.py`, running; it stops when this is dropped.
#[derive(Debug)]
pub struct SmsWebhook {
    port: u16,
    _child: Child,
    _open_input: ChildStdin,
}

impl SmsWebhook {
    /// Starts the webhook on a free port of the loopback address.
    pub async fn start(tools: &Tools) -> Result<Self> {
        let mut child = tools
            .python_command("sms_sink.py")
            .arg(SECRET)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting sms_sink.py")?;
        let open_input = child.stdin.take().context("stdin is piped")?;
        let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        let port = timeout(PATIENCE, lines.next_line()).await??;
        Ok(Self {
            port: port.context("sms_sink.py ended before it listened")?.parse()?,
            _child: child,
            _open_input: open_input,
        })
    }

    /// What the program takes as `--sms-webhook-url`, and where the messages are listed.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}
