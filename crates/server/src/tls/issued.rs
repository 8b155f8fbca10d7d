//! Certificates that the local authority issues when clients ask for them.

use std::fmt;
use std::sync::Arc;

use moka::sync::Cache;
use poolhouse_domain::{Clock, DAY, Timestamp};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::authority::Authority;
use crate::config::is_region;

/// How long before its end a certificate is replaced, in milliseconds.
const RENEWAL: i64 = 30 * DAY;
/// More than AWS has regions.
const CACHED_CERTIFICATES: u64 = 100;
/// The names of this machine that need no setting.
const OWN_NAMES: [&str; 4] = ["localhost", "*.auth.localhost", "127.0.0.1", "::1"];

/// Certificates by the name that a client asks for, made when they are needed and renewed before they end.
pub struct IssuedCertificates {
    authority: Authority,
    own_names: Vec<String>,
    clock: Arc<dyn Clock>,
    issued: Cache<Audience, Issued>,
}

/// Who a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Audience {
    /// Clients that call this machine by one of its own names.
    Own,
    /// Clients that believe to talk to this region of AWS.
    Region(String),
}

#[derive(Clone)]
struct Issued {
    certificate: Arc<CertifiedKey>,
    renewed_at: Timestamp,
}

impl IssuedCertificates {
    /// Certificates of `authority`, with further names of this machine.
    pub fn new(authority: Authority, names: &[String], clock: Arc<dyn Clock>) -> Self {
        let own_names = OWN_NAMES.into_iter().map(str::to_owned).chain(names.iter().cloned());
        Self {
            authority,
            own_names: own_names.collect(),
            clock,
            issued: Cache::new(CACHED_CERTIFICATES),
        }
    }

    /// The certificate for clients that ask for `name`, or for none. Of names that are not ours it is that of our own
    /// names: the client says what it expected.
    pub fn certificate(&self, name: Option<&str>) -> anyhow::Result<Arc<CertifiedKey>> {
        let audience = Audience::of(name);
        let now = self.clock.now();
        if let Some(issued) = self.issued.get(&audience).filter(|issued| now < issued.renewed_at) {
            return Ok(issued.certificate);
        }
        let (certificate, expires_at) = match &audience {
            Audience::Own => self.authority.issue(&self.own_names, now)?,
            Audience::Region(region) => self.authority.issue(&names_of(region), now)?,
        };
        let certificate = Arc::new(certificate);
        let issued = Issued {
            certificate: Arc::clone(&certificate),
            renewed_at: expires_at.plus_millis(-RENEWAL),
        };
        self.issued.insert(audience, issued);
        Ok(certificate)
    }
}

impl Audience {
    fn of(name: Option<&str>) -> Self {
        name.and_then(region_in)
            .map_or(Self::Own, |region| Self::Region(region.to_owned()))
    }
}

/// The region in one of the names that [`names_of`] a region.
fn region_in(name: &str) -> Option<&str> {
    let region = if let Some(rest) = name.strip_suffix(".amazonaws.com") {
        let issuer = rest.strip_prefix("issuer-").unwrap_or(rest);
        issuer.strip_prefix("cognito-idp.")?
    } else {
        let (_, rest) = name.strip_suffix(".amazoncognito.com")?.split_once('.')?;
        rest.strip_prefix("auth.")?
    };
    is_region(region).then_some(region)
}

/// The names of Amazon Cognito in a region.
fn names_of(region: &str) -> [String; 3] {
    [
        format!("cognito-idp.{region}.amazonaws.com"),
        format!("issuer-cognito-idp.{region}.amazonaws.com"),
        format!("*.auth.{region}.amazoncognito.com"),
    ]
}

impl ResolvesServerCert for IssuedCertificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificate(hello.server_name())
            .inspect_err(|error| tracing::error!(%error, "a certificate could not be issued"))
            .ok()
    }
}

impl fmt::Debug for IssuedCertificates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IssuedCertificates")
            .field("own_names", &self.own_names)
            .finish_non_exhaustive()
    }
}
