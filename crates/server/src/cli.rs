//! The command line, and what each ending means to a shell.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{self, environment};
use crate::config::{self, Config, Problems, Settings};

/// A self-hosted identity provider that speaks Amazon Cognito user pools.
#[derive(Debug, Parser)]
#[command(
    name = "poolhouse",
    version,
    after_help = "Exit status: 0 success, 1 failure, 2 wrong usage or configuration, 3 unhealthy (healthcheck)."
)]
struct Cli {
    /// A TOML file with settings; flags and environment variables win over it.
    #[arg(long, env = "POOLHOUSE_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,

    #[command(flatten)]
    settings: Settings,

    #[command(subcommand)]
    command: Option<Command>,
}

const TRUST: &str = "\
How clients come to trust it, once it is in a file (poolhouse ca > ca.pem):
  Node.js             NODE_EXTRA_CA_CERTS=ca.pem
  Python, OpenSSL     SSL_CERT_FILE=ca.pem
  requests            REQUESTS_CA_BUNDLE=ca.pem
  aws-cli, boto3      AWS_CA_BUNDLE=ca.pem
  curl                curl --cacert ca.pem
  Chrome, Firefox     import it among the authorities, in the settings of certificates

Its key stays sealed in the database. Trust it on machines of developers only.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves until SIGTERM or SIGINT; what happens without a command.
    Serve,
    /// Prints the environment that points AWS SDKs and the aws-cli at this server: eval "$(poolhouse env)".
    Env {
        #[arg(long, value_enum, default_value_t)]
        format: environment::Format,
    },
    /// Prints the certificate of the local authority, which signs the certificates that development mode makes.
    #[command(after_help = TRUST)]
    Ca,
    /// Asks the server on this machine whether it is ready.
    Healthcheck,
    /// Brings the database to the schema of this version.
    Migrate,
    /// Prints the configuration in effect as TOML, without secrets.
    Config {
        /// Prints the reference of all settings in Markdown instead.
        #[arg(long, hide = true)]
        markdown: bool,
    },
    /// Prints the version.
    Version {
        /// Prints a JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// How a command ends when it does not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command can't begin with this configuration.
    #[error(transparent)]
    Configuration(#[from] Problems),
    /// The server is not ready.
    #[error("unhealthy: {0:#}")]
    Unhealthy(anyhow::Error),
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Configuration(_) => 2,
            Self::Unhealthy(_) => 3,
        }
    }
}

/// Runs the program with the arguments and the environment of this process.
pub fn run() -> ExitCode {
    let matches = command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody reads a closed standard error.
            let _ = writeln!(std::io::stderr(), "poolhouse: {failure}");
            failure.exit_code().into()
        }
    }
}

/// The reference of all settings in Markdown: the text of `docs/configuration.md`.
pub fn configuration_reference() -> String {
    config::markdown(&Cli::command())
}

fn command() -> clap::Command {
    config::describe_defaults(Cli::command())
}

fn execute(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Some(Command::Version { json }) => return Ok(commands::version::print(json)?),
        Some(Command::Config { markdown: true }) => return Ok(commands::print(&configuration_reference())?),
        _ => {}
    }
    let file = cli
        .config
        .as_deref()
        .map(Config::read_file)
        .transpose()?
        .unwrap_or_default();
    let config = Config::resolve(cli.settings.or(file))?;
    match cli.command {
        None | Some(Command::Serve) => commands::serve::run(config),
        Some(Command::Env { format }) => Ok(commands::print(&environment::text(&config, format))?),
        Some(Command::Ca) => commands::certificate_authority::run(&config),
        Some(Command::Healthcheck) => commands::healthcheck::run(&config),
        Some(Command::Migrate) => commands::migrate::run(&config),
        Some(Command::Config { .. }) => {
            commands::print(&config.to_toml().map_err(anyhow::Error::from)?)?;
            Ok(config.check_safety()?)
        }
        Some(Command::Version { .. }) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Cli {
        Cli::from_arg_matches(&command().try_get_matches_from(arguments).unwrap()).unwrap()
    }

    #[test]
    fn the_definitions_are_consistent() {
        command().debug_assert();
    }

    #[test]
    fn settings_stand_before_or_after_the_command() {
        for arguments in [
            ["poolhouse", "--listen", "127.0.0.1:1", "serve"],
            ["poolhouse", "serve", "--listen", "127.0.0.1:1"],
        ] {
            assert_eq!(
                parse(&arguments).settings.listen,
                Some(([127, 0, 0, 1], 1).into()),
                "{arguments:?}"
            );
        }
    }

    #[test]
    fn access_keys_are_repeated_or_separated_by_commas() {
        let keys = |arguments: &[&str]| {
            parse(arguments)
                .settings
                .access_keys
                .into_iter()
                .map(|key| (key.id, key.secret.expose().to_owned()))
                .collect::<Vec<_>>()
        };
        let expected = [("A".to_owned(), "one".to_owned()), ("B".to_owned(), "t:wo".to_owned())];
        assert_eq!(
            keys(&["poolhouse", "--access-key", "A:one", "--access-key", "B:t:wo"]),
            expected
        );
        assert_eq!(keys(&["poolhouse", "--access-key", "A:one,B:t:wo"]), expected);
    }

    #[test]
    fn the_help_names_environment_and_default() {
        let help = command().render_long_help().to_string();
        assert!(help.contains("[default: 127.0.0.1:7665]"), "{help}");
        assert!(help.contains("[env: POOLHOUSE_LISTEN"), "{help}");
    }

    #[test]
    fn each_failure_has_its_exit_code() {
        assert_eq!(Failure::Failed(anyhow::anyhow!("no")).exit_code(), 1);
        assert_eq!(Failure::Configuration(Problems::one("no".to_owned())).exit_code(), 2);
        assert_eq!(Failure::Unhealthy(anyhow::anyhow!("no")).exit_code(), 3);
    }

    #[test]
    fn the_reference_in_docs_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        let document = std::fs::read_to_string(path).unwrap();
        assert!(
            document == configuration_reference(),
            "run `poolhouse config --markdown > docs/configuration.md`"
        );
    }
}
