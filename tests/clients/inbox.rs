//! The program's own development inbox, read over HTTP.

use anyhow::{Context as _, Result, ensure};
use poolhouse_tests::connection::Connection;
use serde_json::Value;
use url::Url;

/// The inbox of one program.
#[derive(Debug)]
pub struct Inbox<'a> {
    endpoint: &'a Url,
}

impl<'a> Inbox<'a> {
    pub fn of(endpoint: &'a Url) -> Self {
        Self { endpoint }
    }

    /// Waits for a message to this address, and gives the code in the newest one.
    pub async fn newest_code(&self, address: &str) -> Result<String> {
        let mut path = self.endpoint.join("/_poolhouse/messages")?;
        path.query_pairs_mut()
            .append_pair("to", address)
            .append_pair("wait", "5s");
        let path = format!("{}?{}", path.path(), path.query().unwrap_or_default());
        let inbox = Connection::open(self.endpoint).await?.get(&path).await?;
        let messages = inbox
            .pointer("/messages")
            .and_then(Value::as_array)
            .context("no list of messages")?;
        let message = messages.last().with_context(|| format!("no message to {address}"))?;
        let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
        ensure!(text("to") == address, "a message to someone else: {message}");
        ensure!(
            text("subject") == "Your verification code",
            "another subject: {message}"
        );
        let code = text("code");
        ensure!(code.len() == 6, "no code of six digits: {message}");
        ensure!(
            text("body") == format!("Your verification code is {code}. "),
            "another text: {message}"
        );
        ensure!(
            !text("medium").is_empty() && !text("kind").is_empty(),
            "no medium or kind: {message}"
        );
        Ok(code.to_owned())
    }
}
