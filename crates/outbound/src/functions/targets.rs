//! Where functions are.

use std::borrow::Cow;
use std::collections::HashMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::arn::FunctionArn;

/// What the SDKs of AWS leave as it is in a path.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a function is, as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionTarget {
    /// A service that is posted the event; at a path of the Lambda API, an endpoint that is called by that.
    Url(String),
    /// A program on this machine and its arguments, for development.
    Command(Vec<String>),
}

/// Why functions can't be called with the configured settings; the texts never repeat a URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum FunctionSettingError {
    #[error("the URL for {name} is not a URL")]
    Syntax {
        name: String,
        #[source]
        source: url::ParseError,
    },
    #[error("the URL for {name} must begin with http:// or https://")]
    Scheme { name: String },
    #[error("the URL for {name} is one of the Lambda API, which may hold neither a user name nor a password")]
    Credentials { name: String },
    #[error("the command for {name} is empty")]
    NoProgram { name: String },
    #[error("there is no secret to sign requests to services with")]
    NoSecret,
    #[error("the HTTP client for functions cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// Where one call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The whole URL of a function, called by the Lambda API.
    Lambda(Url),
    Service(Url),
    Command(Vec<String>),
}

impl Target {
    /// What kind of target it is, for developers.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Lambda(_) => "lambda",
            Self::Service(_) => "http",
            Self::Command(_) => "command",
        }
    }

    fn read(name: &str, target: FunctionTarget) -> Result<Self, FunctionSettingError> {
        match target {
            FunctionTarget::Command(arguments) if arguments.first().is_none_or(String::is_empty) => {
                Err(FunctionSettingError::NoProgram { name: name.to_owned() })
            }
            FunctionTarget::Command(arguments) => Ok(Self::Command(arguments)),
            FunctionTarget::Url(url) => {
                let url = http_url(name, &url)?;
                if is_lambda_path(&url) {
                    without_credentials(name, url).map(Self::Lambda)
                } else {
                    Ok(Self::Service(url))
                }
            }
        }
    }
}

/// Whether a URL names a function as the Lambda API does.
pub fn is_lambda_path(url: &Url) -> bool {
    let mut segments = url.path().rsplit('/');
    let mut next = || segments.next().unwrap_or_default();
    let (action, name, kind, version) = (next(), next(), next(), next());
    (version, kind, action) == ("2015-03-31", "functions", "invocations") && !name.is_empty()
}

/// Where all functions are: the most specific entry wins.
#[derive(Debug)]
pub struct Targets {
    by_name: HashMap<String, Target>,
    default: Option<Default>,
}

/// The Lambda endpoint of functions without a target of their own.
#[derive(Debug)]
enum Default {
    Endpoint(Url),
    Amazon,
}

impl Targets {
    pub fn new(
        targets: Vec<(String, FunctionTarget)>,
        lambda_endpoint: Option<&str>,
        has_access: bool,
    ) -> Result<Self, FunctionSettingError> {
        let read = |(name, target): (String, FunctionTarget)| {
            let target = Target::read(&name, target)?;
            Ok((name, target))
        };
        let name = "the Lambda endpoint";
        let default = match lambda_endpoint {
            Some(url) => Some(Default::Endpoint(without_credentials(name, http_url(name, url)?)?)),
            None => has_access.then_some(Default::Amazon),
        };
        Ok(Self {
            by_name: targets.into_iter().map(read).collect::<Result<_, _>>()?,
            default,
        })
    }

    pub fn has_services(&self) -> bool {
        self.by_name.values().any(|target| matches!(target, Target::Service(_)))
    }

    /// Where the function is: what is configured for the very ARN, for the ARN without its qualifier, for the function's
    /// name, or else the default endpoint.
    pub fn find(&self, arn: &str) -> Option<Cow<'_, Target>> {
        if let Some(target) = self.by_name.get(arn) {
            return Some(Cow::Borrowed(target));
        }
        let arn = FunctionArn::parse(arn)?;
        let configured = self.by_name.get(arn.unqualified).or_else(|| self.by_name.get(arn.name));
        if let Some(target) = configured {
            return Some(Cow::Borrowed(target));
        }
        let url = self.default.as_ref()?.url(arn)?;
        Some(Cow::Owned(Target::Lambda(url)))
    }
}

impl Default {
    /// Amazon's own endpoint is told the ARN, which may be of another account; what speaks like it often knows no more
    /// than the names of its functions.
    fn url(&self, arn: FunctionArn<'_>) -> Option<Url> {
        let (mut url, function) = match self {
            Self::Endpoint(url) => (url.clone(), arn.name),
            Self::Amazon => (amazon(arn)?, arn.unqualified),
        };
        let path = url.path().trim_end_matches('/');
        let function = utf8_percent_encode(function, UNRESERVED);
        url.set_path(&format!("{path}/2015-03-31/functions/{function}/invocations"));
        if let Some(qualifier) = arn.qualifier {
            url.query_pairs_mut().append_pair("Qualifier", qualifier);
        }
        Some(url)
    }
}

/// Amazon's endpoint in the region of a function; the region becomes part of a host name, so it must be a plain word.
fn amazon(arn: FunctionArn<'_>) -> Option<Url> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !arn.region.bytes().all(plain) {
        return None;
    }
    let suffix = if arn.partition == "aws-cn" { ".cn" } else { "" };
    Url::parse(&format!("https://lambda.{}.amazonaws.com{suffix}/", arn.region)).ok()
}

fn http_url(name: &str, url: &str) -> Result<Url, FunctionSettingError> {
    let name = name.to_owned();
    match Url::parse(url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        Ok(_) => Err(FunctionSettingError::Scheme { name }),
        Err(source) => Err(FunctionSettingError::Syntax { name, source }),
    }
}

/// The place of credentials is taken by the signature.
fn without_credentials(name: &str, url: Url) -> Result<Url, FunctionSettingError> {
    if url.username().is_empty() && url.password().is_none() {
        Ok(url)
    } else {
        Err(FunctionSettingError::Credentials { name: name.to_owned() })
    }
}
