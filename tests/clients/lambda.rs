//! A Lambda-compatible endpoint with the functions of an app, which nobody here wrote: serverless-offline.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use poolhouse_tests::database::Backend;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::stage::{self, Stage};
use crate::tools::{Tools, beside};

/// How long the endpoint may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the plain HTTP service expects requests to be signed with.
const SECRET: &str = "shared with the functions";

/// The key under which codes are encrypted for the functions that send them.
const SENDER_KEY: &str = "2b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfe";

/// One of the scripts of `lambda` that serve the functions, running; it stops when this is dropped.
#[derive(Debug)]
struct Functions {
    port: u16,
    folder: TempDir,
    _child: Child,
    _open_input: ChildStdin,
}

impl Functions {
    /// The functions behind the Lambda Invoke API. All tests of a process share one endpoint: it ends with the process.
    async fn behind_lambda(tools: &Tools) -> Result<&'static Self> {
        static SHARED: OnceCell<Functions> = OnceCell::const_new();
        SHARED
            .get_or_try_init(|| Self::start(tools, "lambda/endpoint.mjs", &[SENDER_KEY]))
            .await
    }

    /// The functions as a plain HTTP service, each at the path of its name.
    async fn behind_http(tools: &Tools) -> Result<Self> {
        Self::start(tools, "lambda/http_service.mjs", &[SECRET]).await
    }

    async fn start(tools: &Tools, script: &str, arguments: &[&str]) -> Result<Self> {
        let folder = TempDir::new()?;
        let journal = journal_in(&folder);
        std::fs::write(&journal, "")?;
        let mut child = tools
            .node_command(script, &[text(&journal)?])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {script}"))?;
        let open_input = child.stdin.take().context("stdin is piped")?;
        let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        let port = timeout(PATIENCE, lines.next_line()).await??;
        let port = port.with_context(|| format!("{script} ended before it listened; it says why above"))?;
        Ok(Self {
            port: port.parse()?,
            folder,
            _child: child,
            _open_input: open_input,
        })
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs one of the scripts beside this file against a program that calls these functions.
    async fn judge(&self, tools: &Tools, stage: &Stage, script: &str) -> Result<()> {
        let journal = journal_in(&self.folder);
        let arguments = [stage.endpoint(), text(&journal)?];
        let told = match script.strip_suffix(".py") {
            Some(_) => tools.python(script, &arguments).await,
            None => tools.node(script, &arguments).await,
        };
        told.map(drop)
    }

    /// A configuration file in which functions are at this service, and the same ones are commands.
    fn targets(&self, tools: &Tools) -> Result<String> {
        let (node, script, journal) = (
            tools.program("node")?,
            beside("lambda/command.mjs"),
            journal_in(&self.folder),
        );
        let mut file = "[functions]\n".to_owned();
        for name in [
            "PreSignUp",
            "PreTokenGeneration",
            "Throws",
            "ReturnsNull",
            "ReturnsText",
        ] {
            let command = [text(&node)?, text(&script)?, text(&journal)?, name];
            // Texts, and lists of them, are written in TOML as in JSON.
            writeln!(file, "by-http-{name} = {}", json!(format!("{}/{name}", self.url())))?;
            writeln!(file, "by-command-{name} = {{ command = {} }}", json!(command))?;
        }
        Ok(file)
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))
}

fn journal_in(folder: &TempDir) -> PathBuf {
    Path::join(folder.path(), "journal.jsonl")
}

/// Plays a script on a program whose functions are behind the Lambda Invoke API.
pub async fn play(backend: Backend, script: &str) -> Result<()> {
    let tools = Tools::installed()?;
    let functions = Functions::behind_lambda(&tools).await?;
    let options = ["--lambda-endpoint", &functions.url(), "--custom-sender-key", SENDER_KEY];
    let story = async |stage: &Stage| functions.judge(&tools, stage, script).await;
    stage::play(backend, &options, story).await
}

/// Plays a script on a program whose functions are `by-http-NAME` and `by-command-NAME`, and no others.
pub async fn play_elsewhere(backend: Backend, script: &str) -> Result<()> {
    let tools = Tools::installed()?;
    let functions = Functions::behind_http(&tools).await?;
    let file = functions.folder.path().join("poolhouse.toml");
    std::fs::write(&file, functions.targets(&tools)?)?;
    let options = ["--config", text(&file)?, "--function-secret", SECRET];
    let story = async |stage: &Stage| functions.judge(&tools, stage, script).await;
    stage::play(backend, &options, story).await
}
