//! A program on this machine, which reads the event and writes it back.

use std::process::{ExitStatus, Stdio};

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, Command};

use super::answer::{LIMIT, error_message, failure, returned};
use crate::invoker::InvokeError;

/// How many bytes of the end of standard error are kept.
const KEPT_OF_STDERR: usize = 4_096;

/// Runs the program with its arguments, without a shell, and reads what it answers from its standard output.
///
/// A program that fails exits with another status than 0. Its message is the `errorMessage` that it answers, or else the
/// last line that it wrote to standard error. It is killed when nobody waits for it any more.
pub async fn run(arguments: &[String], event: &[u8]) -> Result<Value, InvokeError> {
    let (program, arguments) = arguments.split_first().ok_or(InvokeError::NoTarget)?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(broken)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let ((), output, errors) = tokio::try_join!(write(stdin, event), read(stdout), read_end(stderr))?;
    let status = child.wait().await.map_err(broken)?;
    if status.success() {
        returned(&output)
    } else {
        Err(failure(&message(&output, &errors, status)))
    }
}

/// Writes the event; a program that doesn't read it to its end has its reasons.
async fn write(stdin: Option<ChildStdin>, event: &[u8]) -> Result<(), InvokeError> {
    let Some(mut stdin) = stdin else { return Ok(()) };
    match stdin.write_all(event).await {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(broken(error)),
        _ => Ok(()),
    }
}

async fn read(stdout: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, InvokeError> {
    let mut output = Vec::new();
    if let Some(stdout) = stdout {
        let mut limited = stdout.take(LIMIT as u64 + 1);
        limited.read_to_end(&mut output).await.map_err(broken)?;
    }
    if output.len() > LIMIT {
        return Err(InvokeError::TooLong { limit: LIMIT });
    }
    Ok(output)
}

/// Reads everything and keeps the end of it.
async fn read_end(stderr: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, InvokeError> {
    let mut end = Vec::new();
    let Some(mut stderr) = stderr else { return Ok(end) };
    while stderr.read_buf(&mut end).await.map_err(broken)? > 0 {
        end.drain(..end.len().saturating_sub(KEPT_OF_STDERR));
    }
    Ok(end)
}

/// What a program that failed says of it.
fn message(output: &[u8], errors: &[u8], status: ExitStatus) -> String {
    let answer = returned(output).unwrap_or_default();
    if let Some(message) = error_message(&answer) {
        return message.to_owned();
    }
    let errors = String::from_utf8_lossy(errors);
    let last = errors.lines().map(str::trim).rfind(|line| !line.is_empty());
    last.map_or_else(|| status.to_string(), str::to_owned)
}

fn broken(error: std::io::Error) -> InvokeError {
    InvokeError::Unreachable(error.into())
}
