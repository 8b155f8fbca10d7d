# Lists the recipes.
default:
    @just --list

# Serves, with data in ./poolhouse-data: just run --listen 127.0.0.1:0
run *arguments:
    cargo run --release -- {{ arguments }}

# Installs what the tests need and runs everything that CI runs; or cargo test with these arguments.
test *arguments:
    cargo xtask test {{ arguments }}

# The checks that take seconds: compiler, linter, format, layers.
check:
    cargo clippy --workspace --all-targets
    cargo fmt --check
    cargo xtask layers

# Formats all code.
fmt:
    cargo fmt

# Measures the program and prints the figures.
bench *arguments:
    cargo xtask bench {{ arguments }}

# Renews the pictures in docs/images from what the tests of managed login saw last.
pictures:
    cd target/tmp/screenshots/managed-login && cp sign-in-light.png choice-dark.png sign-up-phone.png {{ justfile_directory() }}/docs/images/

# Writes everything that is generated.
generate:
    cargo xtask generate

# Checks licences, bans and advisories of the dependencies; needs cargo-deny.
deny:
    cargo deny check
