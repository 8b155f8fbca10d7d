//! `cargo xtask test`: installs what the tests need, then checks and tests everything.

#![expect(clippy::print_stdout, reason = "the report is for the terminal and for CI")]

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio, exit};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::provision::{self, Clients};
use crate::{generate, layers, metadata, root};

/// Runs every check and every test, or with arguments only `cargo test ARGUMENTS`, and exits with 1 if anything failed.
///
/// The last line is `N passed, N failed`, where a check counts only if it failed.
pub fn run(arguments: &[&str]) -> Result<()> {
    let mut report = Report::default();
    let mut environment = Vec::new();
    report.step("what the tests need", || {
        provision::system()?;
        let target = metadata::read(&root())?.target_directory;
        environment.extend(Clients::install(&root(), &target)?.environment());
        Ok(())
    });
    let provided = report.failed.is_empty();
    if arguments.is_empty() {
        report.step("cargo fmt", || cargo(&["fmt", "--all", "--check"]));
        report.step("cargo clippy", || {
            cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--quiet",
                "--",
                "--deny",
                "warnings",
            ])
        });
        report.step("layers", layers::check);
        report.step("generated files", generate::check);
    }
    if provided {
        // The program and the tests in one build: Cargo would choose other features for the program alone.
        let mut built = false;
        report.step("cargo build", || {
            cargo(&["build", "--workspace", "--bins", "--tests"])?;
            built = true;
            Ok(())
        });
        if built {
            let mut tally = Tally::default();
            report.step("cargo test", || test(arguments, &environment, &mut tally));
            report.tally = tally;
        }
    }
    report.close()
}

/// Runs the tests and counts them.
fn test(arguments: &[&str], environment: &[(&str, PathBuf)], tally: &mut Tally) -> Result<()> {
    let all = ["--workspace", "--no-fail-fast"];
    let mut child = Command::new("cargo")
        .arg("test")
        .args(if arguments.is_empty() {
            all.as_slice()
        } else {
            arguments
        })
        .envs(environment.iter().map(|(name, path)| (name, path)))
        // A test that fails with an error says so in words; a panic keeps its backtrace.
        .env("RUST_LIB_BACKTRACE", "0")
        .current_dir(root())
        .stdout(Stdio::piped())
        .spawn()
        .context("running cargo test")?;
    let output = child.stdout.take().context("stdout is piped")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        tally.add(&line);
    }
    let status = child.wait()?;
    ensure!(tally.failed == 0, "{} tests failed", tally.failed);
    ensure!(status.success(), "cargo test failed: {status}");
    ensure!(tally.passed > 0, "no test ran");
    Ok(())
}

fn cargo(arguments: &[&str]) -> Result<()> {
    let status = Command::new("cargo").args(arguments).current_dir(root()).status();
    let status = status.context("running cargo")?;
    ensure!(status.success(), "cargo {} failed: {status}", arguments.join(" "));
    Ok(())
}

/// How many tests passed, failed and were skipped, over all test programs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Tally {
    /// Counts in the closing line of one test program; other lines count nothing.
    fn add(&mut self, line: &str) {
        let Some(counts) = line
            .strip_prefix("test result: ")
            .and_then(|result| result.split_once(". "))
        else {
            return;
        };
        for count in counts.1.split("; ") {
            let Some((number, what)) = count.split_once(' ') else {
                continue;
            };
            let number = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

/// What was done, how long it took, and what failed.
#[derive(Debug, Default)]
struct Report {
    times: Vec<(&'static str, Duration)>,
    failed: Vec<&'static str>,
    tally: Tally,
}

impl Report {
    fn step(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) {
        println!("\n=== {name}");
        let started = Instant::now();
        if let Err(error) = step() {
            println!("{name} failed: {error:#}");
            self.failed.push(name);
        }
        self.times.push((name, started.elapsed()));
    }

    fn close(self) -> Result<()> {
        println!("\n=== summary");
        for (name, time) in &self.times {
            let outcome = if self.failed.contains(name) { "failed" } else { "" };
            println!("{name:20} {:>4} s  {outcome}", time.as_secs());
        }
        let Tally {
            passed,
            failed,
            skipped,
        } = self.tally;
        let checks = self
            .failed
            .iter()
            .filter(|name| failed == 0 || **name != "cargo test")
            .count();
        let failed = failed + u32::try_from(checks)?;
        let skipped = if skipped == 0 {
            String::new()
        } else {
            format!(", {skipped} skipped")
        };
        println!("{passed} passed, {failed} failed{skipped}");
        if !self.failed.is_empty() {
            exit(1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_all_test_programs_are_added_up() {
        let mut tally = Tally::default();
        for line in [
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s",
            "test tests::twelve_passed ... ok",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ] {
            tally.add(line);
        }
        let expected = Tally {
            passed: 15,
            failed: 2,
            skipped: 1,
        };
        assert_eq!(tally, expected);
    }
}
