//! Where users of pools come from.

use anyhow::Context;
use poolhouse_model::Secret;
use poolhouse_outbound::{FormerPool, FormerPoolAccess, FormerPools};

use crate::config::{Config, address_policy};

/// What asks the former pools of the configuration.
pub fn prepare(config: &Config) -> anyhow::Result<FormerPools> {
    let former = config.migrate_from.iter().map(|former| {
        let access = FormerPoolAccess {
            endpoint: former.url(),
            client_id: former.client_id.clone(),
            client_secret: former
                .client_secret
                .as_ref()
                .map(|secret| Secret::from(secret.expose())),
        };
        let prepared = FormerPool::new(access, address_policy(config)).with_context(|| {
            format!(
                "users of {} cannot be migrated with the setting migrate_from",
                former.pool
            )
        })?;
        Ok((former.pool.clone(), prepared))
    });
    former.collect()
}
