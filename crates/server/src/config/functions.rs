//! Where the functions behind triggers are.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use poolhouse_outbound::{AddressPolicy, is_function, is_lambda_path};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::{Host, Url};

use super::{Config, ConnectionUrl, Mode, Problems, SHORTEST_PRODUCTION_SECRET, can_be_guessed, is_access_key};

/// Where one function is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionSetting {
    /// The ARN of the function, with or without a version or alias, or its name.
    pub name: String,
    pub target: FunctionTarget,
}

/// What is called for a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a function is at a URL, or is a table with a list of texts as its `command`"
)]
pub enum FunctionTarget {
    Url(ConnectionUrl),
    Command {
        /// The program and its arguments.
        command: Vec<String>,
    },
}

impl From<String> for FunctionSetting {
    /// Reads `NAME=URL`. Text of another form has no name, which the configuration refuses: an error here would be printed
    /// with the text.
    fn from(text: String) -> Self {
        let (name, url) = text.split_once('=').unwrap_or_default();
        Self {
            name: name.to_owned(),
            target: FunctionTarget::Url(url.to_owned().into()),
        }
    }
}

/// Reads the table of functions of a file.
pub fn from_table<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FunctionSetting>, D::Error> {
    let table = BTreeMap::<String, FunctionTarget>::deserialize(deserializer)?;
    let setting = |(name, target)| FunctionSetting { name, target };
    Ok(table.into_iter().map(setting).collect())
}

/// Writes the functions as a file has them.
pub fn to_table<S: Serializer>(functions: &[FunctionSetting], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(functions.iter().map(|function| (&function.name, &function.target)))
}

/// Which addresses functions may be at.
pub fn address_policy(config: &Config) -> AddressPolicy {
    match config.mode {
        Mode::Development => AddressPolicy::development(),
        Mode::Production => AddressPolicy::production(&config.outbound_allowed_networks),
    }
}

/// Checks that functions can be found and called.
pub fn check(config: &Config, problems: &mut Problems) {
    for (position, function) in config.functions.iter().enumerate() {
        let name = &function.name;
        if name.is_empty() {
            problems.add(format!("function number {} must be NAME=URL", position + 1));
        } else if !is_function(name) {
            problems.add(format!(
                "functions names {name:?}, but must name a Lambda function by its ARN, such as \
                 arn:aws:lambda:us-east-1:123456789012:function:pre-sign-up, or by its name"
            ));
        } else if config
            .functions
            .iter()
            .take(position)
            .any(|earlier| earlier.name == *name)
        {
            problems.add(format!("functions names {name} twice"));
        } else {
            check_target(function, problems);
        }
    }
    check_secret(config, problems);
    check_lambda(config, problems);
}

fn check_target(FunctionSetting { name, target }: &FunctionSetting, problems: &mut Problems) {
    match target {
        FunctionTarget::Command { command } if command.first().is_none_or(String::is_empty) => {
            problems.add(format!("the command of the function {name} is empty"));
        }
        FunctionTarget::Command { .. } => {}
        FunctionTarget::Url(url) => match web_address(url) {
            Some(url) if is_lambda_path(&url) && has_credentials(&url) => problems.add(format!(
                "the URL of the function {name} is one of the Lambda API, which may hold neither a user name nor a \
                 password: set lambda_access_key"
            )),
            Some(_) => {}
            None => problems.add(format!(
                "the URL of the function {name} must begin with http:// or https://, such as https://functions.example.com"
            )),
        },
    }
}

fn check_secret(config: &Config, problems: &mut Problems) {
    let service = config.functions.iter().find(|function| is_service(&function.target));
    match (&config.function_secret, service) {
        (None, Some(FunctionSetting { name, .. })) => problems.add(format!(
            "the function {name} needs function_secret, under which every request to it is signed"
        )),
        (Some(_), None) => problems.add("function_secret is set, but no function is at a URL that it signs for"),
        (Some(secret), _) if secret.expose().is_empty() => problems.add("function_secret is empty"),
        _ => {}
    }
}

fn check_lambda(config: &Config, problems: &mut Problems) {
    let endpoint = config.lambda_endpoint.as_ref().map(web_address);
    if let Some(endpoint) = &endpoint {
        let plain = |url: &Url| !has_credentials(url) && url.query().is_none() && url.fragment().is_none();
        if !endpoint.as_ref().is_some_and(plain) {
            problems.add(
                "lambda_endpoint must be a URL that begins with http:// or https:// and has only a host, a port and a path, \
                 such as http://localhost:3002",
            );
        }
    }
    let amazon = |url: &Url| url.domain().is_some_and(|host| host.ends_with(".amazonaws.com"));
    match &config.lambda_access_key {
        Some(key) if !is_access_key(key) => {
            problems.add("lambda_access_key must be ID:SECRET, the ID of letters and digits, the secret not empty");
        }
        None if endpoint.flatten().as_ref().is_some_and(amazon) => {
            problems.add("lambda_endpoint is Amazon's own, which needs lambda_access_key");
        }
        _ => {}
    }
    if config.lambda_session_token.is_some() && config.lambda_access_key.is_none() {
        problems.add("lambda_session_token is set without lambda_access_key");
    }
}

/// Refuses what would let somebody read events or answer them, and what is never called in production mode.
pub fn check_safety(config: &Config, problems: &mut Problems) {
    if config.function_secret.as_ref().is_some_and(can_be_guessed) {
        problems.add(format!(
            "function_secret can be guessed: it needs {SHORTEST_PRODUCTION_SECRET} characters or more"
        ));
    }
    for FunctionSetting { name, target } in &config.functions {
        match target {
            FunctionTarget::Url(url) => {
                check_address(config, &format!("the URL of the function {name}"), url, problems);
            }
            FunctionTarget::Command { .. } => problems.add(format!(
                "the function {name} is a command, which runs in development mode only: give it a URL"
            )),
        }
    }
    if let Some(endpoint) = &config.lambda_endpoint {
        check_address(config, "lambda_endpoint", endpoint, problems);
    }
}

fn check_address(config: &Config, name: &str, url: &ConnectionUrl, problems: &mut Problems) {
    if url.travels_in_the_clear() {
        problems.add(format!(
            "{name} is {url}, so codes and passwords would travel in the clear: use https://, or an address of this machine"
        ));
        return;
    }
    let address = web_address(url).and_then(|url| address(&url));
    if address.is_some_and(|address| !address_policy(config).allows(address)) {
        problems.add(format!(
            "{name} is {url}, and functions are called at public addresses only: add its network to \
             outbound_allowed_networks"
        ));
    }
}

/// The address that a URL names without asking anybody.
fn address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain("localhost") => Some(Ipv4Addr::LOCALHOST.into()),
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    }
}

/// Whether requests to it are signed under the shared secret.
fn is_service(target: &FunctionTarget) -> bool {
    match target {
        FunctionTarget::Url(url) => web_address(url).is_some_and(|url| !is_lambda_path(&url)),
        FunctionTarget::Command { .. } => false,
    }
}

fn web_address(url: &ConnectionUrl) -> Option<Url> {
    let url = Url::parse(url.expose()).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::config::testing::{self, problems, said, settings};

    const SECRET: &str = "function_secret = '0123456789abcdef'\n";

    fn refusals(text: &str) -> Vec<String> {
        testing::refusals(settings(text))
    }

    #[test]
    fn functions_stand_in_a_table_and_are_printed_without_secrets() {
        let text = format!(
            "{SECRET}lambda_endpoint = 'http://localhost:3002'\nlambda_access_key = {{ id = 'AKIA', secret = 's3cret' }}\n\
             lambda_session_token = 's3cret'\noutbound_allowed_networks = ['10.0.0.0/8']\n[functions]\n\
             custom-message = {{ command = ['node', 'message.js'] }}\n\
             'arn:aws:lambda:us-east-1:123456789012:function:pre-sign-up:live' = 'https://u:s3cret@f.example.com/?t=s3cret'"
        );
        let printed = Config::resolve(settings(&text)).unwrap().to_toml().unwrap();
        for lines in [
            "lambda_endpoint = \"http://localhost:3002/\"\n",
            "function_secret = \"redacted\"\n",
            "lambda_session_token = \"redacted\"\n",
            "outbound_allowed_networks = [\"10.0.0.0/8\"]\n",
            "[lambda_access_key]\nid = \"AKIA\"\nsecret = \"redacted\"\n",
            "[functions]\n\"arn:aws:lambda:us-east-1:123456789012:function:pre-sign-up:live\" = \
             \"https://u:redacted@f.example.com/?redacted\"\n",
            "[functions.custom-message]\ncommand = [\"node\", \"message.js\"]\n",
        ] {
            assert!(printed.contains(lines), "{lines} {printed}");
        }
        assert!(!printed.contains("s3cret"), "{printed}");
        // What is printed can be read again.
        assert_eq!(settings(&printed).functions.len(), 2);
    }

    #[test]
    fn a_flag_names_a_function_and_its_url() {
        let functions = ["pre-sign-up=http://localhost:1/?a=b", "http://localhost:1"];
        let functions = functions.map(|text| FunctionSetting::from(text.to_owned()));
        assert_eq!(functions[0].name, "pre-sign-up");
        let url = ConnectionUrl::from("http://localhost:1/?a=b".to_owned());
        assert_eq!(functions[0].target, FunctionTarget::Url(url));
        let settings = Settings {
            functions: functions.into(),
            function_secret: Some("s3cret".to_owned().into()),
            ..Settings::default()
        };
        assert_eq!(
            said(Config::resolve(settings).map(drop)),
            ["function number 2 must be NAME=URL"]
        );
    }

    #[test]
    fn what_cannot_be_called_is_said() {
        assert_eq!(
            problems(&format!("{SECRET}functions.f = 'https://f.example.com'")),
            [""; 0]
        );
        let lambda = "http://localhost:9000/2015-03-31/functions/function/invocations";
        assert_eq!(problems(&format!("functions.f = '{lambda}'")), [""; 0]);
        assert_eq!(problems("functions.f.command = ['true']"), [""; 0]);
        for (text, problem) in [
            (
                "functions.'a b' = 'http://localhost/2015-03-31/functions/f/invocations'",
                "functions names \"a b\", but must name a Lambda function by its ARN, such as \
                 arn:aws:lambda:us-east-1:123456789012:function:pre-sign-up, or by its name",
            ),
            (
                "functions.f = 'f.example.com/s3cret'",
                "the URL of the function f must begin with http:// or https://, such as https://functions.example.com",
            ),
            (
                "functions.f = 'https://u:p@lambda.example.com/2015-03-31/functions/f/invocations'",
                "the URL of the function f is one of the Lambda API, which may hold neither a user name nor a password: set \
                 lambda_access_key",
            ),
            ("functions.f.command = []", "the command of the function f is empty"),
            (
                "functions.f.command = ['', 'x']",
                "the command of the function f is empty",
            ),
            (
                "functions.f = 'https://f.example.com'",
                "the function f needs function_secret, under which every request to it is signed",
            ),
            (
                SECRET,
                "function_secret is set, but no function is at a URL that it signs for",
            ),
            (
                "function_secret = ''\nfunctions.f = 'https://f.example.com'",
                "function_secret is empty",
            ),
            (
                "lambda_endpoint = 'http://u:p@localhost'",
                "lambda_endpoint must be a URL that begins with http:// or https:// and has only a host, a port and a path, \
                 such as http://localhost:3002",
            ),
            (
                "lambda_endpoint = 'https://lambda.us-east-1.amazonaws.com'",
                "lambda_endpoint is Amazon's own, which needs lambda_access_key",
            ),
            (
                "lambda_access_key = { id = 'AKIA', secret = '' }",
                "lambda_access_key must be ID:SECRET, the ID of letters and digits, the secret not empty",
            ),
            (
                "lambda_session_token = 's3cret'",
                "lambda_session_token is set without lambda_access_key",
            ),
        ] {
            assert_eq!(problems(text), [problem], "{text}");
        }
        let twice = ["f=http://localhost", "f=http://localhost"].map(|text| text.to_owned().into());
        let settings = Settings {
            functions: twice.into(),
            function_secret: Some("s3cret".to_owned().into()),
            ..Settings::default()
        };
        assert_eq!(said(Config::resolve(settings).map(drop)), ["functions names f twice"]);
    }

    #[test]
    fn a_table_that_is_no_target_is_refused() {
        let error = toml::from_str::<Settings>("functions.f = { command = ['x'], url = 's3cret' }").unwrap_err();
        assert_eq!(
            error.message(),
            "a function is at a URL, or is a table with a list of texts as its `command`"
        );
    }

    #[test]
    fn production_mode_runs_no_commands_and_wants_tls_public_addresses_and_a_good_secret() {
        let service = |url: &str| refusals(&format!("{SECRET}functions.f = '{url}'"));
        assert_eq!(service("https://f.example.com"), [""; 0]);
        assert_eq!(service("https://203.0.113.9"), [""; 0]);
        assert_eq!(
            service("http://u:s3cret@f.example.com"),
            [
                "the URL of the function f is http://u:redacted@f.example.com/, so codes and passwords would travel in the \
                 clear: use https://, or an address of this machine"
            ]
        );
        for url in [
            "http://localhost:1/",
            "http://127.0.0.1:1/",
            "https://10.0.0.1/",
            "https://[::1]/",
        ] {
            assert_eq!(
                service(url),
                [format!(
                    "the URL of the function f is {url}, and functions are called at public addresses only: add its \
                     network to outbound_allowed_networks"
                )]
            );
        }
        let allowed = "outbound_allowed_networks = ['127.0.0.0/8']\nfunctions.f = 'http://localhost:1'";
        assert_eq!(refusals(&format!("{SECRET}{allowed}")), [""; 0]);
        assert_eq!(
            refusals("function_secret = '0123456789abcde'\nfunctions.f = 'https://f.example.com'"),
            ["function_secret can be guessed: it needs 16 characters or more"]
        );
        assert_eq!(
            refusals("functions.f.command = ['node', 'f.js']"),
            ["the function f is a command, which runs in development mode only: give it a URL"]
        );
        assert_eq!(
            refusals("lambda_endpoint = 'http://lambda.internal'"),
            [
                "lambda_endpoint is http://lambda.internal/, so codes and passwords would travel in the clear: use https://, \
                 or an address of this machine"
            ]
        );
    }
}
