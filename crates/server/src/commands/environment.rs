//! `poolhouse env`: the variables that point AWS SDKs and the aws-cli at this server.

use clap::ValueEnum;

use crate::config::{Config, Mode};

/// How the variables are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For `eval "$(poolhouse env)"`.
    #[default]
    Sh,
    /// For `.env` files and `docker run --env-file`.
    Dotenv,
    /// One JSON object.
    Json,
}

/// The variables and their values, none of which needs quoting in a shell.
///
/// Development mode accepts any credentials, but SDKs want some; production mode leaves them to the caller.
pub fn variables(config: &Config) -> Vec<(&'static str, &str)> {
    let mut variables = vec![("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", config.public_url.as_str())];
    if config.mode == Mode::Development {
        variables.extend([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]);
    }
    // Version 1 of the aws-cli reads the first, some SDKs only the second.
    variables.extend([
        ("AWS_DEFAULT_REGION", config.region.as_str()),
        ("AWS_REGION", config.region.as_str()),
    ]);
    variables
}

/// The variables in one of the formats, with a line break at the end.
pub fn text(config: &Config, format: Format) -> String {
    match format {
        Format::Sh => lines(config, "export "),
        Format::Dotenv => lines(config, ""),
        Format::Json => {
            let object: serde_json::Map<_, _> = variables(config)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            format!("{}\n", serde_json::Value::Object(object))
        }
    }
}

/// A line `NAME=value` for each variable, each after `prefix`.
pub fn lines(config: &Config, prefix: &str) -> String {
    variables(config)
        .into_iter()
        .flat_map(|(name, value)| [prefix, name, "=", value, "\n"])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn development_mode_gives_credentials_and_production_mode_gives_none() {
        let config = Config::resolve(Settings::default()).unwrap();
        assert_eq!(
            text(&config, Format::Sh),
            "export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=http://localhost:7665\n\
             export AWS_ACCESS_KEY_ID=test\n\
             export AWS_SECRET_ACCESS_KEY=test\n\
             export AWS_DEFAULT_REGION=us-east-1\n\
             export AWS_REGION=us-east-1\n"
        );
        let production = Settings {
            mode: Some(Mode::Production),
            public_url: Some("https://id.example.com/".to_owned()),
            region: Some("eu-central-1".to_owned()),
            ..Settings::default()
        };
        let config = Config::resolve(production).unwrap();
        assert_eq!(
            text(&config, Format::Dotenv),
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=https://id.example.com\n\
             AWS_DEFAULT_REGION=eu-central-1\n\
             AWS_REGION=eu-central-1\n"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text(&config, Format::Json)).unwrap(),
            serde_json::json!({
                "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": "https://id.example.com",
                "AWS_DEFAULT_REGION": "eu-central-1",
                "AWS_REGION": "eu-central-1",
            })
        );
    }
}
