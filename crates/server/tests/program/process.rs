//! The program and its endings.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// The program in a folder of its own, without any setting of this environment.
pub fn poolhouse(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_poolhouse"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("POOLHOUSE_") {
            command.env_remove(name);
        }
    }
    command
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Exit code, standard output and standard error.
pub fn ended(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

pub fn run(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    ended(poolhouse(folder, arguments).output().unwrap())
}

/// A server on a free port, once it has said `Ready.`; killed when a test gives up on it.
pub struct Server {
    child: Child,
    pub banner: String,
}

impl Server {
    pub fn start(folder: &TempDir, arguments: &[&str]) -> Self {
        let mut child = poolhouse(folder, &[&["--listen", "127.0.0.1:0"], arguments].concat())
            .spawn()
            .unwrap();
        let mut banner = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            banner.extend([&line, "\n"]);
            if line == "Ready." {
                return Self { child, banner };
            }
        }
        panic!(
            "no Ready. after {banner}, but {:?}",
            ended(child.wait_with_output().unwrap())
        );
    }

    pub fn address(&self) -> String {
        self.said("Listening")
    }

    pub fn https_address(&self) -> String {
        self.said("HTTPS")
    }

    /// The first word after a title in the banner.
    fn said(&self, title: &str) -> String {
        let rest = self.banner.lines().find_map(|line| line.trim().strip_prefix(title));
        rest.unwrap().split_whitespace().next().unwrap().to_owned()
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// The exit code and the log.
    pub fn end(mut self) -> (i32, String) {
        let code = self.child.wait().unwrap().code().unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (code, log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.child.kill();
    }
}
