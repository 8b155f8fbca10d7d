//! Which addresses the server calls, and the HTTP client that calls no other.
//!
//! Who administers user pools, or the DNS of a name in the configuration, must not reach through this server what only
//! this server can reach: its own ports, its neighbours, and least of all the service that gives clouds their
//! credentials. Names are judged by the addresses that a connection is about to be made to, so a name that changes its
//! address between a check and the connection gains nothing.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Request, RequestBuilder, Response};
use url::{Host, Url};

/// What nobody may call through this server, whatever an operator allows.
const NEVER: [IpNet; 12] = [
    v4([0, 0, 0, 0], 32),
    v4([169, 254, 0, 0], 16),
    v4([224, 0, 0, 0], 4),
    v4([255, 255, 255, 255], 32),
    v6([0; 8], 128),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
    // Where clouds hand out credentials, besides 169.254.169.254.
    v4([100, 100, 100, 200], 32),
    v4([168, 63, 129, 16], 32),
    v4([192, 0, 0, 192], 32),
    v6([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254], 128),
    v6([0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254], 128),
];

/// This machine and private networks: what production mode calls only where the operator allows it.
const INTERNAL: [IpNet; 12] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([240, 0, 0, 0], 4),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
];

/// IPv6 addresses that stand for an IPv4 address, and the first of the 16 bytes that hold it.
const EMBEDDING: [(IpNet, usize); 4] = [
    (v6([0; 8], 96), 12),
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), 12),
    (v6([0x0064, 0xff9b, 0, 0, 0, 0, 0, 0], 96), 12),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), 2),
];

const fn v4(octets: [u8; 4], prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::from_octets(octets), prefix))
}

const fn v6(segments: [u16; 8], prefix: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from_segments(segments), prefix))
}

/// Says which addresses the server calls.
#[derive(Clone)]
pub struct AddressPolicy {
    /// The internal networks that may be called; `None` means all of them.
    allowed: Option<Arc<[IpNet]>>,
    resolver: Arc<dyn Resolve>,
}

/// A host that the server does not call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host} is at an address that is not allowed")]
pub struct ForbiddenHost {
    pub host: String,
}

impl AddressPolicy {
    /// Calls this machine and private networks too, as developers do.
    pub fn development() -> Self {
        Self {
            allowed: None,
            resolver: Arc::new(SystemResolver),
        }
    }

    /// Calls public addresses, and the others only in these networks.
    pub fn production(allowed: &[IpNet]) -> Self {
        Self {
            allowed: Some(allowed.into()),
            ..Self::development()
        }
    }

    /// The same, asking `resolver` where names are.
    #[cfg(test)]
    pub fn with_resolver(self, resolver: impl Resolve + 'static) -> Self {
        let resolver = Arc::new(resolver);
        Self { resolver, ..self }
    }

    /// Whether a connection to this address may be made.
    pub fn allows(&self, address: IpAddr) -> bool {
        let within = |networks: &[IpNet], address| networks.iter().any(|network| network.contains(&address));
        meanings(address).all(|address| !within(&NEVER, address) && self.allows_internal(address, within))
    }

    fn allows_internal(&self, address: IpAddr, within: impl Fn(&[IpNet], IpAddr) -> bool) -> bool {
        match &self.allowed {
            Some(allowed) => !within(&INTERNAL, address) || within(allowed, address),
            None => true,
        }
    }

    /// Refuses a URL whose host is an address that may not be called. A name passes: it is judged at the connection.
    pub fn check(&self, url: &Url) -> Result<(), ForbiddenHost> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.allows(address) {
            Ok(())
        } else {
            Err(forbidden(&address.to_string()))
        }
    }
}

impl fmt::Debug for AddressPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AddressPolicy")
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

/// The address, and those that it stands for.
fn meanings(address: IpAddr) -> impl Iterator<Item = IpAddr> {
    let embedded = EMBEDDING.iter().filter_map(move |(network, start)| {
        let IpAddr::V6(v6) = address else { return None };
        let bytes = v6.octets();
        let bytes: [u8; 4] = bytes.get(*start..start + 4)?.try_into().ok()?;
        network.contains(&address).then(|| IpAddr::from(bytes))
    });
    let loopback = address == IpAddr::V6(Ipv6Addr::LOCALHOST);
    std::iter::once(address).chain(embedded.filter(move |_| !loopback))
}

/// Says in the log what the answer to a client won't say.
fn forbidden(host: &str) -> ForbiddenHost {
    tracing::warn!(
        host,
        "an address was not called: production mode calls this machine and private networks only where \
         outbound_allowed_networks allows it, and nothing calls link-local addresses"
    );
    ForbiddenHost { host: host.to_owned() }
}

/// Asks the operating system where a name is.
struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Gives only the addresses of a name that may be called.
struct Guard(AddressPolicy);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        let host = name.as_str().to_owned();
        let resolving = policy.resolver.resolve(name);
        Box::pin(async move {
            let (allowed, refused): (Vec<SocketAddr>, Vec<_>) =
                resolving.await?.partition(|address| policy.allows(address.ip()));
            if allowed.is_empty() && !refused.is_empty() {
                return Err(forbidden(&host).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// What the product calls itself, before its version.
const PRODUCT: &str = "Poolhouse/";

/// Whether a request that says this of who sent it comes from a server like this one.
pub fn is_poolhouse(user_agent: &str) -> bool {
    user_agent.starts_with(PRODUCT)
}

/// A client as all of ours are: it follows no redirects, uses no proxies of the environment, and says who it is.
pub fn client_builder() -> ClientBuilder {
    Client::builder()
        .user_agent(format!("{PRODUCT}{}", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .no_proxy()
}

/// An HTTP client that calls allowed addresses only, over connections that are kept for the next call.
#[derive(Clone, Debug)]
pub struct GuardedClient {
    client: Client,
    policy: AddressPolicy,
}

/// Why a call failed; the texts leave the URL out, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Forbidden(ForbiddenHost),
    #[error(transparent)]
    Failed(reqwest::Error),
}

impl GuardedClient {
    pub fn new(policy: AddressPolicy) -> Result<Self, reqwest::Error> {
        let client = client_builder().dns_resolver(Guard(policy.clone())).build()?;
        Ok(Self { client, policy })
    }

    /// A request to be completed, with the credentials of the URL as Basic authorization.
    pub fn post(&self, url: Url) -> RequestBuilder {
        self.client.post(url)
    }

    /// Sends a request and answers as soon as the head of the answer is there.
    ///
    /// There is no limit of time: the caller knows how long the whole conversation may take.
    pub async fn execute(&self, request: Request) -> Result<Response, CallError> {
        self.policy.check(request.url()).map_err(CallError::Forbidden)?;
        let answer = self.client.execute(request).await;
        answer.map_err(|error| match forbidden_host(&error) {
            Some(host) => CallError::Forbidden(host.clone()),
            None => CallError::Failed(error.without_url()),
        })
    }
}

/// Why the body of an answer was not read to its end.
#[derive(Debug)]
pub enum BodyError {
    TooLong,
    Broken(reqwest::Error),
}

/// Reads the body of an answer, and stops as soon as it has more than `limit` bytes.
pub async fn read_body(response: &mut Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(BodyError::TooLong);
    }
    let broken = |error: reqwest::Error| BodyError::Broken(error.without_url());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > limit {
            return Err(BodyError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The refusal of [`Guard`], below what the layers of the client made of it.
fn forbidden_host<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a ForbiddenHost> {
    std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref())
}

#[cfg(test)]
mod tests;
