//! Terms documents of app clients.

use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::terms::Terms;
use poolhouse_domain::{Error, Result};

use crate::Cx;

impl Cx {
    /// The terms document `id` of `pool`.
    pub async fn terms(&self, pool: &Pool, id: &str) -> Result<Terms> {
        let id = id.to_ascii_lowercase();
        self.store
            .terms()
            .get(pool.id(), &id)
            .await?
            .ok_or(Error::TermsNotFound)
    }

    /// The terms document `name` of an app client.
    pub async fn terms_of(&self, client: &Client, name: &str) -> Result<Terms> {
        let documents = self.store.terms().of_client(client.id()).await?;
        let found = documents.into_iter().find(|terms| terms.name == name);
        found.ok_or_else(|| Error::TermsOfClientNotFound {
            name: name.to_owned(),
            client_id: client.id().to_owned(),
        })
    }

    /// Writes a new terms document.
    pub async fn insert_terms(&self, terms: &Terms) -> Result<()> {
        let inserted = self.store.terms().insert(terms).await;
        inserted.map_err(|error| written(error, terms))?;
        self.forget_brand(&terms.client_id);
        Ok(())
    }

    /// Writes a changed terms document.
    pub async fn replace_terms(&self, terms: &mut Terms) -> Result<()> {
        let replaced = self.store.terms().replace(terms).await;
        replaced.map_err(|error| written(error, terms))?;
        self.forget_brand(&terms.client_id);
        Ok(())
    }
}

fn written(error: poolhouse_storage::Error, terms: &Terms) -> Error {
    match error {
        poolhouse_storage::Error::Unique { .. } => Error::TermsExists {
            name: terms.name.clone(),
            client_id: terms.client_id.clone(),
        },
        other => other.into(),
    }
}
