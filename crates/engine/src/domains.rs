//! Finding pools by the hosts at which they answer, and saying which host that is.

use std::sync::Arc;

use poolhouse_domain::domains::{DomainKind, HostedName, is_host_name};
use poolhouse_domain::issuers::Issuers;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, Result};
use url::{Host, Url};

use crate::Cx;

impl Cx {
    /// The pool that the Host of a request names, with or without a port: by `<prefix>.auth.localhost`, by
    /// `<prefix>.auth.<region>.amazoncognito.com` or by a custom domain.
    ///
    /// The server's own address is that of all pools, even if one has it as its custom domain.
    pub async fn pool_of_host(&self, host: &str) -> Result<Option<Arc<Pool>>> {
        let Some(host) = HostedName::read(host).filter(|host| self.own_host().as_ref() != Some(&host.name)) else {
            return Ok(None);
        };
        let Some(pool_id) = self.pool_id_of_domain(&host.name).await? else {
            return Ok(None);
        };
        match self.any_pool(&pool_id).await {
            Ok(pool) => Ok(Some(pool).filter(|pool| pool.answers_at(&host))),
            Err(Error::PoolNotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn pool_id_of_domain(&self, name: &str) -> Result<Option<Arc<str>>> {
        let read = async || Ok(self.store.domains().pool_id(name).await?.map(Arc::from));
        self.domains.get(name, read).await
    }

    /// Forgets what this node knows of a domain that was written, and of its pool.
    pub fn forget_domain(&self, name: &str, pool: &Pool) {
        self.domains.forget(name);
        self.forget_pool(pool.id());
    }

    /// The address of the domain of `pool`, without a slash at the end; none when it has no domain, or none that
    /// resolves to this server.
    ///
    /// With issuers of AWS it is the address that the domain has there. Otherwise a custom domain is reached as the
    /// public address is, by the same scheme and port, and a prefix by `<prefix>.auth.localhost` on this machine only.
    pub fn domain_url(&self, pool: &Pool) -> Option<String> {
        let domain = pool.domains().next()?;
        if !matches!(self.settings.issuers, Issuers::Below(_)) {
            return Some(format!("https://{}", domain.aws_host(pool.region())));
        }
        let mut url = self.own_address()?;
        let host = match domain.kind {
            DomainKind::Custom => domain.name.to_owned(),
            DomainKind::Prefix if is_this_machine(&url) => format!("{}.auth.localhost", domain.name),
            DomainKind::Prefix => return None,
        };
        url.set_host(Some(&host)).ok()?;
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    /// The address of the pages of `pool` in messages, without a slash at the end: its domain, where that is this server,
    /// or else the server's own. A prefix that is said to be at AWS is there only for programs that are led here.
    pub(crate) fn pages_url(&self, pool: &Pool) -> String {
        let is_below = matches!(self.settings.issuers, Issuers::Below(_));
        let domain = pool.domains().next();
        let domain = domain.filter(|domain| is_below || domain.kind == DomainKind::Custom);
        let url = domain.and_then(|_| self.domain_url(pool));
        url.unwrap_or_else(|| self.settings.public_url.clone())
    }

    /// The host at which the domain of `pool` answers.
    pub(crate) fn domain_host(&self, pool: &Pool) -> Option<String> {
        let url = Url::parse(&self.domain_url(pool)?).ok()?;
        url.host_str().map(str::to_owned)
    }

    /// The host that custom domains must point at, where Amazon Cognito has a CloudFront distribution: the server's own.
    pub fn distribution(&self) -> Option<String> {
        self.own_host().filter(|host| is_host_name(host))
    }

    fn own_address(&self) -> Option<Url> {
        Url::parse(&self.settings.public_url).ok()
    }

    fn own_host(&self) -> Option<String> {
        self.own_address()?.host_str().map(str::to_owned)
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
