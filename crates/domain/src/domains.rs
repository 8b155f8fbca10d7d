//! Domains of user pools: the hosts at which browsers find managed login and the OAuth endpoints.

use poolhouse_model::{
    CreateUserPoolDomainRequest, CustomDomainConfigType, DomainDescriptionType, DomainStatusType, RoutingType,
    Timestamp, UpdateUserPoolDomainRequest, UserPoolTierType,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use url::Host;

use crate::pools::{Pool, tier_lacks};
use crate::{Error, Result};

/// What no prefix may contain: it would look like the service itself.
const RESERVED_WORDS: [&str; 3] = ["aws", "amazon", "cognito"];
/// What names of another script begin with, which browsers may show as a reserved word or as another pool's prefix.
const ENCODED: &str = "xn--";
/// The names that belong to the service: below them no one has a custom domain.
const SERVICE_NAMES: [&str; 3] = [".amazonaws.com", ".amazoncognito.com", ".auth.localhost"];
/// The longest name of a domain.
const NAME_LENGTH: usize = 63;
/// More characters than any host has that a pool answers at, with its port.
const HOST_LENGTH: usize = 160;

const CLASSIC: i32 = 1;
const MANAGED_LOGIN: i32 = 2;

/// The two kinds of domains; a pool can have one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainKind {
    /// A label below the service's own name.
    Prefix,
    /// A name that belongs to the customer.
    Custom,
}

/// What is known of a pool's domains besides their names, which stand in the pool's settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Domains {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<DomainSettings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custom: Option<DomainSettings>,
}

/// The settings of a domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainSettings {
    /// 1 is the classic hosted UI, 2 is managed login.
    pub managed_login_version: i32,
    /// The certificate of a custom domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<CustomDomainConfigType>,
    pub created_at: Timestamp,
}

/// A domain of a pool.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Domain<'a> {
    /// The prefix alone, or the full name of a custom domain.
    pub name: &'a str,
    pub kind: DomainKind,
    pub settings: &'a DomainSettings,
}

impl<'a> Domain<'a> {
    fn known(kind: DomainKind, name: Option<&'a str>, settings: Option<&'a DomainSettings>) -> Option<Self> {
        let (name, settings) = name.zip(settings)?;
        Some(Self { name, kind, settings })
    }

    /// Whether pages look as managed login, not as the classic hosted UI.
    pub fn shows_managed_login(&self) -> bool {
        self.settings.managed_login_version == MANAGED_LOGIN
    }

    /// The full name that the domain has on AWS.
    pub fn aws_host(&self, region: &str) -> String {
        match self.kind {
            DomainKind::Prefix => format!("{}.auth.{region}.amazoncognito.com", self.name),
            DomainKind::Custom => self.name.to_owned(),
        }
    }

    /// The domain of `pool` as DescribeUserPoolDomain returns it; `distribution` is the host that serves it.
    pub fn describe(&self, pool: &Pool, distribution: Option<String>) -> DomainDescriptionType {
        DomainDescriptionType {
            user_pool_id: Some(pool.id().to_owned()),
            aws_account_id: Some(pool.account_id.clone()),
            domain: Some(self.name.to_owned()),
            s3_bucket: None,
            cloud_front_distribution: distribution,
            version: version(self.settings.created_at),
            status: Some(DomainStatusType::Active),
            custom_domain_config: self.settings.config.clone(),
            managed_login_version: Some(self.settings.managed_login_version),
            routing: None,
        }
    }
}

impl Pool {
    /// The domains of the pool. The first, a custom one if there is one, is what discovery, links and pages name.
    pub fn domains(&self) -> impl Iterator<Item = Domain<'_>> {
        let Domains { prefix, custom } = &self.domains;
        let custom = Domain::known(
            DomainKind::Custom,
            self.settings.custom_domain.as_deref(),
            custom.as_ref(),
        );
        let prefix = Domain::known(DomainKind::Prefix, self.settings.domain.as_deref(), prefix.as_ref());
        custom.into_iter().chain(prefix)
    }

    /// The domain of the pool that has this name.
    pub fn domain(&self, name: &str) -> Option<Domain<'_>> {
        self.domains().find(|domain| domain.name == name)
    }

    /// Whether the pool is the one that a request to `host` means.
    pub fn answers_at(&self, host: &HostedName) -> bool {
        let region = host.region.as_deref();
        self.domain(&host.name).is_some_and(|domain| domain.kind == host.kind)
            && region.is_none_or(|region| region == self.region())
    }

    /// Gives the pool a domain. Whether another pool has it, the store knows.
    pub fn add_domain(&mut self, request: CreateUserPoolDomainRequest, now: Timestamp) -> Result<()> {
        let name = request.domain;
        let kind = if let Some(config) = &request.custom_domain_config {
            check_custom(&name)?;
            check_certificate(config)?;
            DomainKind::Custom
        } else {
            check_prefix(&name)?;
            DomainKind::Prefix
        };
        check_routing(kind, request.routing.as_ref())?;
        let settings = DomainSettings {
            managed_login_version: check_version(request.managed_login_version.unwrap_or(CLASSIC))?,
            config: request.custom_domain_config,
            created_at: now,
        };
        let slots = match kind {
            DomainKind::Prefix => (&mut self.settings.domain, &mut self.domains.prefix),
            DomainKind::Custom => (&mut self.settings.custom_domain, &mut self.domains.custom),
        };
        if slots.0.is_some() {
            return Err(Error::invalid_parameter("User pool already has a domain configured."));
        }
        (*slots.0, *slots.1) = (Some(name), Some(settings));
        self.check_domains_in_tier()
    }

    /// Changes the domain of the pool that `request` names; what is left out stays as it is.
    pub fn update_domain(&mut self, request: UpdateUserPoolDomainRequest) -> Result<()> {
        let kind = self.domain(&request.domain).ok_or_else(no_such_domain)?.kind;
        check_routing(kind, request.routing.as_ref())?;
        let version = request.managed_login_version.map(check_version).transpose()?;
        match (&request.custom_domain_config, kind) {
            (Some(config), DomainKind::Custom) => check_certificate(config)?,
            (Some(_), DomainKind::Prefix) => {
                return Err(Error::invalid_parameter(
                    "CustomDomainConfig is only supported for custom domains.",
                ));
            }
            (None, _) => {}
        }
        let settings = match kind {
            DomainKind::Prefix => self.domains.prefix.as_mut(),
            DomainKind::Custom => self.domains.custom.as_mut(),
        };
        if let Some(settings) = settings {
            settings.managed_login_version = version.unwrap_or(settings.managed_login_version);
            settings.config = request.custom_domain_config.or(settings.config.take());
        }
        self.check_domains_in_tier()
    }

    /// Takes the domain `name` away.
    pub fn remove_domain(&mut self, name: &str) -> Result<()> {
        let slots = match self.domain(name).ok_or_else(no_such_domain)?.kind {
            DomainKind::Prefix => (&mut self.settings.domain, &mut self.domains.prefix),
            DomainKind::Custom => (&mut self.settings.custom_domain, &mut self.domains.custom),
        };
        (*slots.0, *slots.1) = (None, None);
        Ok(())
    }

    /// Refuses managed login in a plan that lacks it.
    pub(crate) fn check_domains_in_tier(&self) -> Result<()> {
        if self.tier() == UserPoolTierType::Lite && self.domains().any(|domain| domain.shows_managed_login()) {
            Err(tier_lacks("Managed login"))
        } else {
            Ok(())
        }
    }
}

/// The refusal of a domain that isn't one of the pool's.
fn no_such_domain() -> Error {
    Error::invalid_parameter("No such domain or user pool exists.")
}

/// The domain that the Host of a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedName {
    /// The prefix alone, or the full name of a custom domain.
    pub name: String,
    kind: DomainKind,
    /// The region that the full name of a prefix tells.
    region: Option<String>,
}

impl HostedName {
    /// Reads a Host with or without a port: `<prefix>.auth.localhost`, `<prefix>.auth.<region>.amazoncognito.com`, or
    /// a custom domain. Whatever could be none of a pool's is `None`.
    pub fn read(host: &str) -> Option<Self> {
        if host.len() > HOST_LENGTH {
            return None;
        }
        let (host, port) = host.split_once(':').unwrap_or((host, ""));
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let host = host.to_ascii_lowercase();
        let (name, kind, region) = if let Some(prefix) = host.strip_suffix(".auth.localhost") {
            (prefix, DomainKind::Prefix, None)
        } else if let Some(rest) = host.strip_suffix(".amazoncognito.com") {
            let (prefix, region) = rest.split_once(".auth.")?;
            (prefix, DomainKind::Prefix, Some(region.to_owned()))
        } else {
            (&*host, DomainKind::Custom, None)
        };
        let possible = match kind {
            DomainKind::Prefix => check_prefix(name).is_ok(),
            DomainKind::Custom => check_custom(name).is_ok(),
        };
        possible.then(|| Self {
            name: name.to_owned(),
            kind,
            region,
        })
    }
}

/// Whether `name` is a sequence of labels as hosts are made of, in lower case.
pub fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.split('.').all(is_label)
}

fn check_prefix(name: &str) -> Result<()> {
    if name.contains('.') || name.len() > NAME_LENGTH || !is_host_name(name) {
        return Err(Error::invalid_parameter(
            "The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, \
             and hyphens. Please enter a different name that follows this format: \
             ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$",
        ));
    }
    let reserved = RESERVED_WORDS.into_iter().find(|word| name.contains(word));
    match reserved.or_else(|| name.starts_with(ENCODED).then_some(ENCODED)) {
        Some(word) => Err(Error::invalid_parameter(format!(
            "Domain cannot contain reserved word: {word}"
        ))),
        None => Ok(()),
    }
}

/// Refuses what isn't a name below somebody's own: a top-level domain has no customers' certificates.
fn check_custom(name: &str) -> Result<()> {
    let is_domain = matches!(Host::parse(name), Ok(Host::Domain(domain)) if domain == name);
    let is_service_name = SERVICE_NAMES.into_iter().any(|suffix| name.ends_with(suffix));
    if is_domain && is_host_name(name) && name.len() <= NAME_LENGTH && name.split('.').count() > 2 && !is_service_name {
        Ok(())
    } else {
        Err(Error::invalid_parameter(
            "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for the parent domain or \
             domain parent is a top-level domain.",
        ))
    }
}

/// Refuses what is no certificate of Certificate Manager in the region from which custom domains are served.
fn check_certificate(config: &CustomDomainConfigType) -> Result<()> {
    let parts: Vec<&str> = config.certificate_arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "acm", "us-east-1", _, resource] if resource.starts_with("certificate/") => Ok(()),
        _ => Err(Error::invalid_parameter(
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a \
             valid certificate chain.",
        )),
    }
}

fn check_version(version: i32) -> Result<i32> {
    if [CLASSIC, MANAGED_LOGIN].contains(&version) {
        Ok(version)
    } else {
        Err(Error::invalid_parameter("ManagedLoginVersion must be 1 or 2."))
    }
}

/// Refuses to fail over to a replica: no pool has one.
fn check_routing(kind: DomainKind, routing: Option<&RoutingType>) -> Result<()> {
    let Some(failover) = routing.and_then(|routing| routing.failover.as_ref()) else {
        return Ok(());
    };
    Err(match kind {
        DomainKind::Prefix => Error::invalid_parameter("Routing is only supported for custom domains."),
        DomainKind::Custom => Error::invalid_parameter(format!(
            "The user pool has no replica in {}.",
            failover.secondary_region
        )),
    })
}

/// The version of something that is known by a moment: its digits.
pub(crate) fn version(at: Timestamp) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(at.seconds()).ok()?;
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second) = at.to_hms();
    Some(format!(
        "{year:04}{:02}{day:02}{hour:02}{minute:02}{second:02}",
        u8::from(month)
    ))
}

#[cfg(test)]
#[path = "domains_tests.rs"]
mod tests;
