//! The `poolhouse` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    poolhouse_server::cli::run()
}
