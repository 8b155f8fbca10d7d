//! Installs what the tests need beyond Rust, Python and Node, and says what is missing when it can't.

#![expect(clippy::print_stdout, reason = "what is installed on someone's machine is announced")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

/// The oldest Node that the AWS SDK for JavaScript runs on.
const NODE: u32 = 20;

/// Installs Debian packages as root, without the database server that Debian would start for everybody.
const INSTALL: &str = r#"
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
quiet=/etc/postgresql-common/createcluster.d/poolhouse-tests.conf
mkdir -p "${quiet%/*}"
echo "create_main_cluster = false" >"$quiet"
trap 'rm -f "$quiet"' EXIT
apt-get -qq --yes --no-install-recommends install "$@" </dev/null
"#;

/// Names the browser that the tests run; a developer may choose another than Debian's.
const CHROMIUM: &str = "POOLHOUSE_TEST_CHROMIUM";

/// Where the real clients are.
#[derive(Debug)]
pub struct Clients {
    folder: PathBuf,
    chromium: PathBuf,
}

impl Clients {
    /// Installs the pinned clients of `tests/clients` under the build folder, unless they are there already.
    pub fn install(root: &Path, target: &Path) -> Result<Self> {
        let pins = root.join("tests/clients");
        let folder = target.join("clients");
        fs::create_dir_all(&folder)?;
        let chromium = chromium().context("there is no browser")?;
        let clients = Self { folder, chromium };
        clients.install_python(&pins)?;
        clients.install_node(&pins)?;
        Ok(clients)
    }

    /// The environment in which the tests find the clients.
    pub fn environment(&self) -> [(&'static str, PathBuf); 4] {
        [
            ("POOLHOUSE_TEST_PYTHON", self.folder.join("venv/bin/python")),
            ("POOLHOUSE_TEST_AWS", self.folder.join("venv/bin/aws")),
            ("POOLHOUSE_TEST_NODE_MODULES", self.folder.join("node/node_modules")),
            (CHROMIUM, self.chromium.clone()),
        ]
    }

    fn install_python(&self, pins: &Path) -> Result<()> {
        let requirements = pins.join("requirements.txt");
        let wanted = version_of("python3")? + &fs::read_to_string(&requirements)?;
        let venv = self.folder.join("venv");
        refresh(&venv, &wanted, || {
            run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
            let mut pip = Command::new(venv.join("bin/python"));
            pip.args([
                "-m",
                "pip",
                "--disable-pip-version-check",
                "--quiet",
                "install",
                "--requirement",
            ]);
            run(pip.arg(&requirements))
        })
    }

    fn install_node(&self, pins: &Path) -> Result<()> {
        let wanted = version_of("node")? + &fs::read_to_string(pins.join("package-lock.json"))?;
        let node = self.folder.join("node");
        refresh(&node, &wanted, || {
            fs::create_dir_all(&node)?;
            for file in ["package.json", "package-lock.json", ".npmrc"] {
                fs::copy(pins.join(file), node.join(file))?;
            }
            let mut npm = Command::new("npm");
            run(npm
                .args(["ci", "--ignore-scripts", "--loglevel=error"])
                .current_dir(&node))
        })
    }
}

/// Makes a folder anew when what was wanted of it is not what is wanted now; the stamp is beside it.
fn refresh(folder: &Path, wanted: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = folder.with_extension("stamp");
    if fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(());
    }
    println!("Installing {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    install()?;
    Ok(fs::write(stamp, wanted)?)
}

/// Makes sure that the programs which the tests start are there, installing Debian's packages where it may.
pub fn system() -> Result<()> {
    let missing = missing();
    if !missing.is_empty() {
        install(&missing)?;
    }
    let version = version_of("node")?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .unwrap_or_default();
    ensure!(
        major.parse::<u32>().is_ok_and(|major| major >= NODE),
        "the tests need Node {NODE} or newer, and here is {version}"
    );
    Ok(())
}

/// The Debian packages of what is not there.
fn missing() -> Vec<&'static str> {
    let python = runs("python3", &["--version"]);
    let there = [
        (
            "postgresql",
            env::var_os("TEST_DATABASE_URL").is_some() || has_postgres(),
        ),
        ("python3", python),
        (
            "python3-venv",
            python && runs("python3", &["-c", "import ensurepip, venv"]),
        ),
        ("nodejs", runs("node", &["--version"])),
        ("npm", runs("npm", &["--version"])),
        ("chromium", chromium().is_some()),
        ("libnss3-tools", on_path("certutil").is_some()),
    ];
    there
        .iter()
        .filter(|(_, there)| !there)
        .map(|(package, _)| *package)
        .collect()
}

/// Whether `initdb` is where the tests look for it: in Debian's folders, or on the path.
fn has_postgres() -> bool {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    debian
        .map(|version| version.path().join("bin/initdb"))
        .any(|program| program.is_file())
        || on_path("initdb").is_some()
}

/// The browser that the environment chooses, or Debian's on the path.
fn chromium() -> Option<PathBuf> {
    env::var_os(CHROMIUM).map(PathBuf::from).or_else(|| on_path("chromium"))
}

/// Where the path has a program of this name.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|program| program.is_file())
}

fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!(
        "the tests need what these Debian packages bring: {list}\n\
         install them (as root: apt-get install {list}), or set TEST_DATABASE_URL to a Postgres server or {CHROMIUM} to \
         a Chromium to do without one of Debian's, and run this again"
    );
    let mut shell = if is_root() {
        Command::new("sh")
    } else if runs("sudo", &["-n", "true"]) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    } else {
        bail!("{by_hand}");
    };
    ensure!(runs("apt-get", &["--version"]), "{by_hand}");
    println!("Installing Debian packages: {list}");
    run(shell.args(["-c", INSTALL, "install"]).args(packages)).context(by_hand.clone())?;
    let missing = missing();
    ensure!(
        missing.is_empty(),
        "after installing {list}, there is still no {}\n{by_hand}",
        missing.join(", no ")
    );
    Ok(())
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n")
}

/// Whether a program is there and does this.
fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn version_of(program: &str) -> Result<String> {
    let output = Command::new(program).arg("--version").output();
    let output = output.with_context(|| format!("running {program} --version"))?;
    Ok(String::from_utf8(output.stdout)?)
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("running {program}"))?;
    ensure!(status.success(), "{program} failed: {status}");
    Ok(())
}
