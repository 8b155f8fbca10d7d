//! Throw-away databases: one of its own for every test, on each of the three kinds.
//!
//! Postgres comes from `TEST_DATABASE_URL` (a server on which its user may create databases), or else from a private
//! cluster that the first test of a process starts from the installed programs, on a unix socket in a temporary
//! folder. A shell watches over the cluster: when this process ends, however it ends, the shell reads the end of its
//! standard input, stops the cluster and removes the folder.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use anyhow::{Context, Result, bail};
use poolhouse_storage::{ConnectOptions, Db, create_postgres_database, drop_postgres_database};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use url::Url;

/// The kinds of database that Poolhouse runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A SQLite file, as in a single-node installation.
    SqliteFile,
    /// SQLite in memory.
    SqliteMemory,
    /// A Postgres database.
    Postgres,
}

/// An empty database of one test, removed when dropped.
pub struct TestDatabase {
    url: String,
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// Makes an empty database.
    pub async fn new(backend: Backend) -> Result<Self> {
        match backend {
            Backend::SqliteMemory => Ok(Self {
                url: "sqlite::memory:".to_owned(),
                folder: None,
            }),
            Backend::SqliteFile => {
                let folder = TempDir::new()?;
                let url = format!("sqlite:{}", folder.path().join("data/poolhouse.db").display());
                Ok(Self {
                    url,
                    folder: Some(folder),
                })
            }
            Backend::Postgres => {
                static NEXT: AtomicUsize = AtomicUsize::new(0);
                let number = NEXT.fetch_add(1, Ordering::Relaxed);
                let mut url = Url::parse(server().await?)?;
                url.set_path(&format!("poolhouse_test_{}_{number}", std::process::id()));
                create_postgres_database(url.as_str())
                    .await
                    .context("creating a test database")?;
                Ok(Self {
                    url: url.into(),
                    folder: None,
                })
            }
        }
    }

    /// The address that [`Db::connect`] and `--database` take.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The SQLite file, when it is one.
    pub fn file(&self) -> Option<&Path> {
        self.folder
            .as_ref()
            .and_then(|_| self.url.strip_prefix("sqlite:"))
            .map(Path::new)
    }

    /// Opens the database as it is.
    pub async fn connect(&self) -> Result<Db> {
        Ok(Db::connect(&self.url, ConnectOptions::default()).await?)
    }

    /// Opens the database with the newest schema.
    pub async fn migrated(&self) -> Result<Db> {
        let db = self.connect().await?;
        db.migrate().await?;
        Ok(db)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if !self.url.starts_with("postgres") {
            return;
        }
        let url = self.url.clone();
        // A thread of its own: a drop cannot wait for the runtime that it may be running on.
        let dropping = thread::spawn(move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            Ok(runtime.block_on(drop_postgres_database(&url))?)
        });
        if let Ok(Err(error)) = dropping.join() {
            tracing::warn!(%error, "a test database was not dropped");
        }
    }
}

/// The address of a Postgres server, the same for all tests of the process.
async fn server() -> Result<&'static str> {
    static SERVER: OnceCell<(String, Option<Cluster>)> = OnceCell::const_new();
    let start = || async {
        #[expect(clippy::disallowed_methods, reason = "the server that CI or the developer offers")]
        if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
            return Ok((url, None));
        }
        let cluster = tokio::task::spawn_blocking(Cluster::start).await??;
        anyhow::Ok((cluster.url(), Some(cluster)))
    };
    Ok(&SERVER.get_or_try_init(start).await?.0)
}

/// A private Postgres cluster; lives as long as its watcher's standard input.
struct Cluster {
    folder: PathBuf,
    _watcher: ChildStdin,
}

/// Makes and starts a cluster, says `ready`, and removes it at the end of its input. Signals to the group of the test
/// run, such as an interrupt from the keyboard, must not keep it from cleaning up.
///
/// The default collation is not by bytes, so that a column without `COLLATE "C"` is found out.
const WATCHER: &str = r#"
trap '' INT TERM HUP
bin=$1 folder=$2
"$bin/initdb" -D "$folder/data" -U poolhouse -A trust -E UTF8 --no-sync \
    --locale=C --locale-provider=icu --icu-locale=en >"$folder/log" 2>&1 &&
"$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 \
    -o "-k $folder -c listen_addresses= -c max_connections=400 -c shared_buffers=64MB -c autovacuum=off" \
    -o "-c fsync=off -c synchronous_commit=off -c full_page_writes=off" start >/dev/null 2>&1 &&
echo ready || cat "$folder/log"
exec >&-
cat >/dev/null
"$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
rm -rf "$folder"
"#;

impl Cluster {
    fn start() -> Result<Self> {
        let programs = programs()?;
        let folder = TempDir::with_prefix("poolhouse-postgres-")?.keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        let mut command = Command::new("sh");
        command
            .args(["-c", WATCHER, "poolhouse-postgres"])
            .arg(programs)
            .arg(&folder);
        // Postgres refuses to run as root.
        if fs::metadata(&folder)?.uid() == 0 {
            let (user, group) = ordinary_user()?;
            chown(&folder, Some(user), Some(group))?;
            command.uid(user).gid(group);
        }
        let mut watcher = command
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the watcher of Postgres")?;
        let output = watcher.stdout.take().context("the output of the watcher")?;
        let input = watcher.stdin.take().context("the input of the watcher")?;
        let lines: Vec<String> = BufReader::new(output).lines().collect::<Result<_, _>>()?;
        if lines != ["ready"] {
            bail!("Postgres did not start:\n{}", lines.join("\n"));
        }
        Ok(Self {
            folder,
            _watcher: input,
        })
    }

    fn url(&self) -> String {
        format!("postgres://poolhouse@localhost/postgres?host={}", self.folder.display())
    }
}

/// The folder of `initdb` and `pg_ctl`: Debian's newest, or where the path leads.
fn programs() -> Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    versions.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || {
        std::env::split_paths(&path)
            .map(|folder| folder.join("initdb"))
            .find(|program| program.exists())
    };
    if let Some((_, folder)) = versions.pop() {
        return Ok(folder);
    }
    if let Some(program) = on_path() {
        // A link leads to the folder in which its siblings are.
        return Ok(program
            .canonicalize()?
            .parent()
            .context("the folder of initdb")?
            .to_owned());
    }
    bail!("no Postgres is installed: `cargo xtask test` installs one, or set TEST_DATABASE_URL to a server")
}

/// The user and group under which root runs Postgres.
fn ordinary_user() -> Result<(u32, u32)> {
    let id = |option: &str, user: &str| -> Option<u32> {
        let output = Command::new("id").args([option, user]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|user| Some((id("-u", user)?, id("-g", user)?)))
        .context("neither a user postgres nor nobody exists to run Postgres as")
}
