//! The log: one line per event on standard error.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

use crate::config::LogFormat;

/// Never more than this of crates whose finer output repeats what clients send: tokens, codes, passwords.
const CAPPED: [&str; 7] = [
    "h2=info",
    "hyper=info",
    "hyper_util=info",
    "lettre=info",
    "rustls=info",
    "sqlx=warn",
    "webauthn_rs_core=off",
];

/// Begins to write the log.
pub fn start(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(capped(filter)?)
        .with_ansi(coloured())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow::anyhow!(error).context("cannot begin to log"))
}

/// Colours are for terminals, and for people who have not asked for none.
fn coloured() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn capped(filter: &str) -> anyhow::Result<EnvFilter> {
    let filter = EnvFilter::try_new(filter).with_context(|| format!("the log filter {filter:?} is wrong"))?;
    CAPPED.iter().try_fold(filter, |filter, directive| {
        Ok(filter.add_directive(directive.parse::<Directive>()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_of_the_user_cannot_lift_the_caps() {
        let filter = capped("trace,h2=trace,sqlx=debug").unwrap().to_string();
        for cap in CAPPED {
            assert!(
                filter.split(',').any(|directive| directive == cap),
                "{cap} is missing in {filter}"
            );
        }
        assert!(
            !filter.contains("h2=trace") && !filter.contains("sqlx=debug"),
            "{filter}"
        );
    }

    #[test]
    fn a_wrong_filter_is_said() {
        assert_eq!(
            capped("poolhouse=loud").unwrap_err().to_string(),
            r#"the log filter "poolhouse=loud" is wrong"#
        );
    }
}
