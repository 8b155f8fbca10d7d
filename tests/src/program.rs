//! The built `poolhouse` program, started as a user starts it, and killed when dropped.

use std::env::{self, consts::EXE_SUFFIX};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use url::Url;

/// How long the program may take to be ready on a new database, and to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// Its working directory and its database.
    place: (PathBuf, String),
    endpoint: Url,
    log: Log,
    ready_after: Duration,
}

impl Program {
    /// Starts the program on a free port of the loopback address, and waits until it says `Ready.`
    ///
    /// `database` is what `--database` takes; `folder` becomes the working directory, where the program may leave files.
    /// Nothing of the environment reaches the program.
    pub async fn start(folder: &Path, database: &str, options: &[&str]) -> Result<Self> {
        Self::start_in(folder, database, options, &[]).await
    }

    /// Starts it likewise, trusting the certificate authority in a file, and no other, wherever it speaks TLS.
    pub async fn start_trusting(authority: &Path, folder: &Path, database: &str, options: &[&str]) -> Result<Self> {
        Self::start_in(folder, database, options, &[("SSL_CERT_FILE", authority)]).await
    }

    async fn start_in(folder: &Path, database: &str, options: &[&str], environment: &[(&str, &Path)]) -> Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(executable()?)
            .args(["--listen", "127.0.0.1:0", "--database", database])
            .args(options)
            .current_dir(folder)
            .env_clear()
            .env("RUST_BACKTRACE", "1")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting poolhouse")?;
        let log = Log::default();
        let errors = child.stderr.take().context("stderr is piped")?;
        tokio::spawn(log.clone().keep(BufReader::new(errors).lines()));
        let output = child.stdout.take().context("stdout is piped")?;
        let mut lines = BufReader::new(output).lines();
        let endpoint = match timeout(PATIENCE, log.until_ready(&mut lines)).await {
            Ok(Ok(endpoint)) => endpoint,
            Ok(Err(error)) => {
                let status = timeout(PATIENCE, child.wait()).await??;
                bail!("{error}; {status}\n{log}")
            }
            Err(_) => bail!("poolhouse is not ready after {PATIENCE:?}\n{log}"),
        };
        let ready_after = started.elapsed();
        tokio::spawn(log.clone().keep(lines));
        Ok(Self {
            child,
            place: (folder.to_owned(), database.to_owned()),
            endpoint,
            log,
            ready_after,
        })
    }

    /// Where it listens, without a trailing slash, as its banner prints it.
    pub fn endpoint(&self) -> &str {
        self.endpoint.as_str().trim_end_matches('/')
    }

    pub fn url(&self) -> &Url {
        &self.endpoint
    }

    /// Where it listens for HTTPS, as its banner prints it.
    pub fn https_address(&self) -> Result<SocketAddr> {
        let banner = self.log.to_string();
        let words = banner.lines().find_map(|line| line.trim().strip_prefix("HTTPS "));
        let address = words.and_then(|words| words.split_whitespace().next());
        Ok(address.context("the banner names no address for HTTPS")?.parse()?)
    }

    /// The certificate that its clients have to trust, in PEM, as `poolhouse ca` prints it.
    pub async fn certificate_authority(&self) -> Result<String> {
        let (folder, database) = &self.place;
        let printed = Command::new(executable()?)
            .args(["ca", "--database", database])
            .current_dir(folder)
            .env_clear()
            .output()
            .await?;
        if !printed.status.success() {
            bail!("poolhouse ca failed: {}", String::from_utf8_lossy(&printed.stderr));
        }
        Ok(String::from_utf8(printed.stdout)?)
    }

    /// The time from starting the process to reading `Ready.`
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// The process id, while the process runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What it has printed so far.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Ends it without a warning, as `kill -9` or a power cut does.
    pub async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to stop, as a service manager does, and waits for its end.
    pub async fn stop(mut self) -> Result<ExitStatus> {
        let id = self.id().context("poolhouse has already ended")?;
        let asked = Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &id.to_string()])
            .status()
            .await?;
        if !asked.success() {
            bail!("poolhouse could not be asked to stop: {asked}");
        }
        timeout(PATIENCE, self.child.wait())
            .await
            .with_context(|| format!("poolhouse still runs {PATIENCE:?} after SIGTERM"))?
            .context("waiting for poolhouse")
    }
}

/// Everything that a program prints, as it comes.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<String>>);

impl Log {
    /// Reads the banner up to `Ready.`, and gives the address that it names.
    async fn until_ready(&self, lines: &mut Lines<BufReader<ChildStdout>>) -> Result<Url> {
        let mut endpoint = None;
        while let Some(line) = lines.next_line().await? {
            self.add(&line);
            endpoint = endpoint.or_else(|| address_in(&line));
            if line.trim_end() == "Ready." {
                return endpoint.context("the banner names no address");
            }
        }
        bail!("poolhouse ended before it was ready")
    }

    async fn keep(self, mut lines: Lines<BufReader<impl AsyncRead + Unpin>>) {
        while let Ok(Some(line)) = lines.next_line().await {
            self.add(&line);
        }
    }

    fn add(&self, line: &str) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(line);
        text.push('\n');
    }
}

impl std::fmt::Display for Log {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The first address with a port of its own in a line of the banner, without its path.
fn address_in(line: &str) -> Option<Url> {
    let rest = line.get(line.find("http://")?..)?;
    let end = rest.find(|character: char| character.is_whitespace() || "\"'`<>".contains(character));
    let mut url = Url::parse(rest.get(..end.unwrap_or(rest.len()))?).ok()?;
    url.port()?;
    url.set_path("");
    Some(url)
}

/// The built program: in the folder of this executable (a binary) or the one above (a test).
fn executable() -> Result<PathBuf> {
    let this = env::current_exe()?;
    let name = format!("poolhouse{EXE_SUFFIX}");
    this.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(&name))
        .find(|program| program.is_file())
        .with_context(|| format!("{name} is not built beside {}: run cargo xtask test", this.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_wherever_the_banner_puts_it() {
        let addresses = [
            "export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=http://localhost:40123",
            "  issuer    http://localhost:40123/<poolId>",
            "listening on \"http://localhost:40123\".",
        ]
        .map(address_in);
        let expected = Url::parse("http://localhost:40123").unwrap();
        assert_eq!(addresses, [const { None::<Url> }; 3].map(|_| Some(expected.clone())));
        assert_eq!(address_in("see http://localhost/ for more"), None);
        assert_eq!(address_in("poolhouse 0.1.0 (development)"), None);
    }
}
