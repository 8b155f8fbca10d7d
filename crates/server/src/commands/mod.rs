//! What the program can be told to do, a file each.

pub mod certificate_authority;
pub mod environment;
pub mod healthcheck;
pub mod migrate;
pub mod serve;
pub mod version;

use std::io::Write;

use anyhow::Context;

/// Writes the result of a command to standard output.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .context("cannot write to standard output")
}
