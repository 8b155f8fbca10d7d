//! What Cargo knows of the workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// The part of `cargo metadata` that the tasks read: the members of the workspace, and where builds go.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
    pub target_directory: PathBuf,
}

/// A member of the workspace.
#[derive(Debug, Deserialize)]
pub struct Package {
    pub name: String,
    pub dependencies: Vec<Dependency>,
}

/// What a package depends on directly, for its code, its tests or its build script.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The name of the package, whatever the code calls it.
    pub name: String,
}

/// Asks Cargo about the workspace in this folder.
pub fn read(root: &Path) -> Result<Metadata> {
    let answer = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    ensure!(
        answer.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&answer.stderr)
    );
    serde_json::from_slice(&answer.stdout).context("reading cargo metadata")
}
