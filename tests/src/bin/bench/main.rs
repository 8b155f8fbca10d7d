//! Measures the built program from outside and prints what it finds: `cargo xtask bench [--postgres]`.
//!
//! Nothing is asserted: a shared machine is no judge. The load comes from this process, on the same cores as the
//! program, and goes to the loopback address only.

#![expect(clippy::print_stdout, reason = "printing figures is what this program is for")]

mod limits;
mod load;

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use poolhouse_tests::database::{Backend, TestDatabase};
use poolhouse_tests::program::Program;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::limits::Limits;
use crate::load::Rates;

/// How often the start on an existing database is measured.
const STARTS: usize = 10;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let backends: &[(&str, Backend)] = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => &[("SQLite", Backend::SqliteFile)],
        ["--postgres"] => &[("SQLite", Backend::SqliteFile), ("Postgres", Backend::Postgres)],
        _ => bail!("Usage: cargo xtask bench [--postgres]"),
    };
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    let limits = Limits::measure(cores).await?;
    println!("What {cores} cores can do, all of them at work");
    line("RSA-2048 signatures of tokens", &per_second(limits.signatures), "");
    line(
        "Argon2id hashes, development",
        &per_second(limits.development_hashes),
        "",
    );
    line("Argon2id hashes, production", &per_second(limits.production_hashes), "");
    line("Proofs by SRP", &per_second(limits.proofs), "");
    for (name, backend) in backends {
        println!("\nOn {name}, in development mode");
        measure(*backend, &limits).await?;
    }
    Ok(())
}

async fn measure(backend: Backend, limits: &Limits) -> Result<()> {
    let folder = TempDir::new()?;
    let database = TestDatabase::new(backend).await?;
    let start = async || Program::start(folder.path(), database.url(), &[]).await;

    let program = start().await?;
    let first = program.ready_after();
    program.stop().await?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let program = start().await?;
        starts.push(program.ready_after());
        program.stop().await?;
    }
    line("Ready on a new database", &milliseconds(first), "");
    let best = starts.iter().min().copied().unwrap_or_default();
    let note = format!("median; best {}; the aim is under 50 ms", milliseconds(best));
    line("Ready on an existing database", &milliseconds(median(starts)), &note);

    let program = start().await?;
    sleep(Duration::from_secs(2)).await;
    line(
        "Memory, idle",
        &megabytes(resident(&program)?),
        "the aim is under 25 MB",
    );
    let idle = load::pool_creations(program.url(), Duration::from_millis(300)).await?;
    line(
        "CreateUserPool, 300 ms apart",
        &milliseconds(median(idle)),
        "median; the aim is under 20 ms",
    );
    let busy = load::pool_creations(program.url(), Duration::ZERO).await?;
    line("CreateUserPool, back to back", &milliseconds(median(busy)), "median");
    let rates = Rates::measure(program.url()).await?;
    line("Memory, after the load", &megabytes(resident(&program)?), "");
    program.stop().await?;

    println!("  {:32}{:>12}{:>12}{:>8}", "", "reached", "limit", "ratio");
    let hash = 1.0 / limits.development_hashes;
    let signatures = 2.0 / limits.signatures;
    rate("SignUp", rates.sign_up, Some(hash));
    rate("InitiateAuth, with a password", rates.sign_in, Some(hash + signatures));
    rate("InitiateAuth, refreshing", rates.refresh, Some(signatures));
    rate("GetUser", rates.get_user, None);
    Ok(())
}

/// Prints a rate beside the limit that its cryptography sets, `cost` being the seconds of all cores that it takes.
fn rate(name: &str, reached: f64, cost: Option<f64>) {
    let (limit, ratio) = cost.map_or_else(Default::default, |cost| {
        (per_second(1.0 / cost), format!("{:.2}", reached * cost))
    });
    println!("  {name:32}{:>12}{limit:>12}{ratio:>8}", per_second(reached));
}

fn line(name: &str, figure: &str, note: &str) {
    println!("  {name:32}{figure:>12}  {note}");
}

fn per_second(rate: f64) -> String {
    format!("{rate:.0} /s")
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}

/// The resident memory of a running program, in bytes.
fn resident(program: &Program) -> Result<u64> {
    let id = program.id().context("poolhouse has ended")?;
    let path = Path::new("/proc").join(id.to_string()).join("status");
    let status = std::fs::read_to_string(&path)?;
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next())
        .with_context(|| format!("no VmRSS in {}", path.display()))?;
    Ok(kibibytes.parse::<u64>()? * 1024)
}
