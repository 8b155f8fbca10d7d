//! Resource servers: the APIs that access tokens are for, and the custom scopes that they define.

use std::collections::BTreeSet;

use poolhouse_model::{ResourceServerManagedByType, ResourceServerScopeType, ResourceServerType};
use serde::{Deserialize, Serialize};

use crate::pools::Pool;
use crate::{Error, Result};

/// The most resource servers that a pool may have.
pub const RESOURCE_SERVERS_PER_POOL: i64 = 300;

/// The resource server of a pool in which clients register themselves.
const REGISTRATION: &str = "aws.cognito/dcr";
/// What the identifiers of the service's own resource servers begin with.
const RESERVED: &str = "aws.cognito";

/// A resource server of a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceServer {
    pub pool_id: String,
    /// The first part of its scopes.
    pub identifier: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<ResourceServerScopeType>,
}

impl ResourceServer {
    /// The resource server that an administrator describes, new or in place of what it was.
    pub fn new(
        pool: &Pool,
        identifier: String,
        name: String,
        scopes: Option<Vec<ResourceServerScopeType>>,
    ) -> Result<Self> {
        check_writable(&identifier)?;
        let scopes = scopes.unwrap_or_default();
        let mut names = BTreeSet::new();
        if let Some(twice) = scopes.iter().find(|scope| !names.insert(&scope.scope_name)) {
            return Err(Error::invalid_parameter(format!(
                "The scope {} is defined more than once.",
                twice.scope_name
            )));
        }
        Ok(Self {
            pool_id: pool.id().to_owned(),
            identifier,
            name,
            scopes,
        })
    }

    /// The resource server that belongs to the service itself: it is there while the pool lets clients register
    /// themselves, and its one scope allows that.
    pub fn managed(pool: &Pool) -> Option<Self> {
        pool.registration().map(|_| Self {
            pool_id: pool.id().to_owned(),
            identifier: REGISTRATION.to_owned(),
            name: "Dynamic client registration".to_owned(),
            scopes: vec![ResourceServerScopeType {
                scope_name: "register".to_owned(),
                scope_description: "Register app clients".to_owned(),
            }],
        })
    }

    /// The scopes as app clients and tokens name them.
    pub fn custom_scopes(&self) -> impl Iterator<Item = String> {
        let named = |scope: &ResourceServerScopeType| format!("{}/{}", self.identifier, scope.scope_name);
        self.scopes.iter().map(named)
    }

    /// The resource server as the operations return it.
    pub fn describe(&self) -> ResourceServerType {
        ResourceServerType {
            user_pool_id: Some(self.pool_id.clone()),
            identifier: Some(self.identifier.clone()),
            name: Some(self.name.clone()),
            scopes: Some(self.scopes.clone()).filter(|scopes| !scopes.is_empty()),
            managed_by: self
                .identifier
                .starts_with(RESERVED)
                .then_some(ResourceServerManagedByType::Cognito),
        }
    }
}

/// Refuses to write a resource server that is the service's own, or could be taken for one.
pub fn check_writable(identifier: &str) -> Result<()> {
    if identifier.starts_with(RESERVED) {
        return Err(Error::invalid_parameter(
            "Identifiers that start with aws.cognito are reserved.",
        ));
    }
    Ok(())
}
