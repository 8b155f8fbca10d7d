//! The project's own tools: `cargo xtask COMMAND`.

mod bench;
mod generate;
mod layers;
mod metadata;
mod model;
mod provision;
mod test;
mod trim;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  test [ARGUMENTS]     install what the tests need, check and test everything; or run cargo test with these arguments
  layers               fail if a crate depends on one above it, or on a library that is another's
  bench [--postgres]   build for release, measure the program, print the figures
  generate [--check]   write what is generated (model crate, docs/coverage.md, docs/configuration.md), or fail if the
                       model crate or the coverage is out of date
  trim SERVICE-2.JSON  take a new service model (botocore's file) without its documentation text";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["test", arguments @ ..] => test::run(arguments),
        ["layers"] => layers::check(),
        ["bench", arguments @ ..] => bench::run(arguments),
        ["generate"] => generate::write(),
        ["generate", "--check"] => generate::check(),
        ["trim", service_model] => trim::run(Path::new(service_model)),
        _ => bail!("{USAGE}"),
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
