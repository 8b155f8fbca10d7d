//! The story of users who move from one running program to another.

use anyhow::{Result, ensure};
use poolhouse_tests::database::{Backend, TestDatabase};
use poolhouse_tests::program::Program;
use tempfile::TempDir;

use crate::stage::{self, Stage};
use crate::tools::Tools;

const SCRIPT: &str = "migration_story.py";

/// A user signs in once at the new program while the former one is there, and again when it is gone.
pub async fn moves_users(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let folder = TempDir::new()?;
    let database = TestDatabase::new(backend).await?;
    let former = Program::start(folder.path(), database.url(), &[]).await?;
    let setting = format!("us-east-1_Here=former@{}", former.endpoint());
    let story = async |stage: &Stage| {
        tools
            .python(SCRIPT, &[stage.endpoint(), former.endpoint(), "move"])
            .await?;
        let address = former.endpoint().to_owned();
        ensure!(former.stop().await?.success(), "the former program didn't stop well");
        tools
            .python(SCRIPT, &[stage.endpoint(), &address, "stay"])
            .await
            .map(drop)
    };
    stage::play(backend, &["--migrate-from", &setting], story).await
}
