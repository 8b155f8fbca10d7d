//! `cargo xtask bench`: builds the program for release, and lets the `bench` program of the tests measure it.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::{metadata, provision, root};

/// Builds and measures; `--postgres` among the arguments measures on Postgres too.
pub fn run(arguments: &[&str]) -> Result<()> {
    if !arguments.is_empty() {
        provision::system()?;
    }
    let packages = ["--package", "poolhouse-server", "--package", "poolhouse-tests"];
    let mut build = Command::new("cargo");
    build
        .args(["build", "--release", "--bins"])
        .args(packages)
        .current_dir(root());
    ensure!(
        build.status().context("running cargo build")?.success(),
        "the release build failed"
    );
    let bench = metadata::read(&root())?.target_directory.join("release/bench");
    let status = Command::new(bench)
        .args(arguments)
        .status()
        .context("running the bench")?;
    ensure!(status.success(), "the bench failed: {status}");
    Ok(())
}
