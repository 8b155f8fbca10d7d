//! The reference of all settings, made from their definitions.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::{Arg, Command};

use super::{Config, Settings};

const INTRODUCTION: &str = "\
# Configuration

Generated from `crates/server/src/config/settings.rs` by `poolhouse config --markdown`. Do not edit.

Every setting can be given as a flag, as an environment variable, or as a key of the TOML file that `--config FILE`
(`POOLHOUSE_CONFIG`) names. A flag wins over the environment, the environment over the file, the file over the default.
`poolhouse config` prints what is in effect, without secrets.

| Key | Flag | Environment | Default | Meaning |
|---|---|---|---|---|
";

const PRODUCTION: &str = "
In production mode the server refuses to start without a master key, without access keys, with secrets of access keys, of
the webhook or of functions shorter than 16 characters, with a `public_url` or an `issuer_url` that is not `https://`,
with `tls_listen` but no certificate, with an endpoint for SMS, a former user pool or a function that is neither
`https://` nor on this machine, with a function that is a command or at an internal address outside of
`outbound_allowed_networks`, or with a database in memory.

```toml
mode = \"production\"
listen = \"0.0.0.0:7665\"
public_url = \"https://id.example.com\"
database = \"postgres://poolhouse@db.internal/poolhouse?sslmode=verify-full\"
master_key_file = \"/run/secrets/master-key\"
smtp_url = \"smtps://relay.example.com\"
mail_from = \"Example <no-reply@example.com>\"

[[access_keys]]
id = \"AKIAEXAMPLE\"
secret = \"at least sixteen characters\"
```
";

/// Adds its default to the help text of each setting.
pub fn describe_defaults(command: Command) -> Command {
    let defaults = defaults();
    command.mut_args(|argument| match defaults.get(argument.get_id().as_str()) {
        Some(default) => {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            argument.help(format!("{help} [default: {default}]"))
        }
        None => argument,
    })
}

/// The reference in Markdown, of the settings among the command's arguments.
pub fn markdown(command: &Command) -> String {
    let defaults = defaults();
    let mut document = INTRODUCTION.to_owned();
    for argument in command.get_arguments() {
        let key = argument.get_id().as_str();
        let (Some(flag), Some(variable)) = (argument.get_long(), argument.get_env()) else {
            continue;
        };
        if key == "config" {
            continue;
        }
        let default = defaults
            .get(key)
            .map(|default| format!("`{default}`"))
            .unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            document,
            "| `{key}` | `--{flag}` | `{}` | {default} | {} |",
            variable.display(),
            meaning(argument).replace('|', "\\|"),
        );
    }
    document + PRODUCTION
}

fn meaning(argument: &Arg) -> String {
    // clap takes the last full stop away.
    let mut meaning = argument.get_help().map(|help| format!("{help}.")).unwrap_or_default();
    let values: Vec<_> = argument
        .get_possible_values()
        .iter()
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() {
        let _ = write!(meaning, " One of {}.", values.join(", "));
    }
    meaning
}

/// The settings that have a default which does not depend on the machine.
fn defaults() -> BTreeMap<String, String> {
    let table = Config::resolve(Settings::default())
        .ok()
        .and_then(|config| toml::Table::try_from(config).ok());
    table
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| match value {
            toml::Value::String(text) => Some((key, text)),
            toml::Value::Integer(number) => Some((key, number.to_string())),
            _ => None,
        })
        .collect()
}
