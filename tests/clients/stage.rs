//! What a story is played on: the program, started on a new database.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use poolhouse_tests::database::{Backend, TestDatabase};
use poolhouse_tests::program::Program;
use tempfile::{NamedTempFile, TempDir};
use url::Url;

/// A running program with nothing in it yet.
#[derive(Debug)]
pub struct Stage {
    program: Program,
}

impl Stage {
    /// The address that the program prints, without a trailing slash.
    pub fn endpoint(&self) -> &str {
        self.program.endpoint()
    }

    pub fn url(&self) -> &Url {
        self.program.url()
    }

    /// The port for HTTPS of a program that was told to listen for it.
    pub fn https_port(&self) -> Result<String> {
        Ok(self.program.https_address()?.port().to_string())
    }

    /// A file with the certificate that clients of HTTPS have to trust.
    pub async fn certificate_authority(&self) -> Result<NamedTempFile> {
        let file = NamedTempFile::new()?;
        std::fs::write(&file, self.program.certificate_authority().await?)?;
        Ok(file)
    }
}

/// Starts the program with these options, plays a story on it, and stops it. A failure shows the program's log.
pub async fn play(backend: Backend, options: &[&str], story: impl AsyncFnOnce(&Stage) -> Result<()>) -> Result<()> {
    let folder = TempDir::new()?;
    let database = TestDatabase::new(backend).await?;
    let program = Program::start(folder.path(), database.url(), options).await?;
    play_on(Stage { program }, backend, story).await
}

/// Does the same with a program that trusts the certificate authority in a file, and no other.
pub async fn play_trusting(
    authority: &Path,
    backend: Backend,
    options: &[&str],
    story: impl AsyncFnOnce(&Stage) -> Result<()>,
) -> Result<()> {
    let folder = TempDir::new()?;
    let database = TestDatabase::new(backend).await?;
    let program = Program::start_trusting(authority, folder.path(), database.url(), options).await?;
    play_on(Stage { program }, backend, story).await
}

async fn play_on(stage: Stage, backend: Backend, story: impl AsyncFnOnce(&Stage) -> Result<()>) -> Result<()> {
    let log = stage.program.log().clone();
    let told = story(&stage).await;
    told.with_context(|| format!("the story failed on {backend:?}; the program's log:\n{log}"))?;
    let status = stage.program.stop().await?;
    ensure!(status.success(), "the program stopped with {status}; its log:\n{log}");
    Ok(())
}
