//! The clients that `cargo xtask test` has installed, and how they are run.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

/// Where the clients are installed.
#[derive(Debug)]
pub struct Tools {
    aws: PathBuf,
    python: PathBuf,
    node_modules: PathBuf,
    chromium: PathBuf,
    path: String,
}

/// What a finished client has printed.
#[derive(Debug)]
pub struct Printed {
    pub status: ExitStatus,
    pub output: String,
    pub errors: String,
}

impl Tools {
    /// Reads from the environment what `cargo xtask test` has put there.
    pub fn installed() -> Result<Self> {
        Ok(Self {
            aws: variable("POOLHOUSE_TEST_AWS")?.into(),
            python: variable("POOLHOUSE_TEST_PYTHON")?.into(),
            node_modules: variable("POOLHOUSE_TEST_NODE_MODULES")?.into(),
            chromium: variable("POOLHOUSE_TEST_CHROMIUM")?.into(),
            path: variable("PATH")?,
        })
    }

    /// Runs the aws-cli with the configuration of a newcomer: dummy keys, a region and nothing else.
    pub async fn aws(&self, arguments: &[&str]) -> Result<Printed> {
        let mut command = self.command(&self.aws);
        command
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_MAX_ATTEMPTS", "1");
        run(command).await
    }

    /// Runs one of the Python scripts beside this file, which must succeed, and gives what it prints.
    pub async fn python(&self, script: &str, arguments: &[&str]) -> Result<String> {
        let mut command = self.python_command(script);
        command.args(arguments);
        succeed(script, command).await
    }

    /// One of the Python scripts beside this file, ready to be started.
    pub fn python_command(&self, script: &str) -> Command {
        let mut command = self.command(&self.python);
        command.arg(beside(script)).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Runs one of the Node scripts beside this file, which must succeed, and gives what it prints.
    pub async fn node(&self, script: &str, arguments: &[&str]) -> Result<String> {
        succeed(script, self.node_command(script, arguments)).await
    }

    /// Runs one of the Node scripts beside this file, which trusts the certificate authority in a file besides those that
    /// everybody trusts.
    pub async fn node_trusting(&self, authority: &Path, script: &str, arguments: &[&str]) -> Result<String> {
        let mut command = self.node_command(script, arguments);
        command.env("NODE_EXTRA_CA_CERTS", authority);
        succeed(script, command).await
    }

    /// Runs one of the Node scripts beside this file that play in a browser, which must succeed, and gives what it prints.
    pub async fn browser(&self, script: &str, arguments: &[&str]) -> Result<String> {
        succeed(script, self.browser_command(script, arguments)).await
    }

    /// Runs one of them with a browser that trusts the certificate authority in a file.
    pub async fn browser_trusting(&self, authority: &Path, script: &str, arguments: &[&str]) -> Result<String> {
        let mut command = self.browser_command(script, arguments);
        command.env("NODE_EXTRA_CA_CERTS", authority);
        succeed(script, command).await
    }

    /// Where the path has a program.
    pub fn program(&self, name: &str) -> Result<PathBuf> {
        let mut found = std::env::split_paths(&self.path).map(|folder| folder.join(name));
        let found = found.find(|program| program.is_file());
        found.with_context(|| format!("there is no {name} on the path"))
    }

    fn browser_command(&self, script: &str, arguments: &[&str]) -> Command {
        let mut command = self.node_command(script, arguments);
        command.env("POOLHOUSE_TEST_CHROMIUM", &self.chromium).env(
            "POOLHOUSE_TEST_SCREENSHOTS",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots"),
        );
        command
    }

    /// One of the Node scripts beside this file, ready to be started.
    pub fn node_command(&self, script: &str, arguments: &[&str]) -> Command {
        let mut command = self.command("node");
        command
            .arg(beside(script))
            .args(arguments)
            .env("POOLHOUSE_TEST_NODE_MODULES", &self.node_modules);
        command
    }

    /// A command that sees nothing of this machine's settings: no proxies, no profiles, no credentials.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", &self.path)
            .env("LANG", "C.UTF-8")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

async fn succeed(script: &str, command: Command) -> Result<String> {
    let Printed { status, output, errors } = run(command).await?;
    ensure!(status.success(), "{script} failed ({status}):\n{output}{errors}");
    Ok(output)
}

async fn run(mut command: Command) -> Result<Printed> {
    let finished = command
        .output()
        .await
        .with_context(|| format!("running {}", Path::new(command.as_std().get_program()).display()))?;
    Ok(Printed {
        status: finished.status,
        output: String::from_utf8(finished.stdout)?,
        errors: String::from_utf8(finished.stderr)?,
    })
}

/// A script beside this file.
pub fn beside(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(script)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the environment is how xtask tells where the clients are"
)]
fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| {
        format!("{name} is not set: run cargo xtask test, which installs the real clients and says where")
    })
}
