//! Dynamic client registration (RFC 7591).

use poolhouse_domain::clients::{Client, ClientSecret};
use poolhouse_domain::oauth::{
    AuthMethod, ClientMetadata, ClientRegistration, OPEN_REGISTRATIONS_PER_HOUR, REGISTRATION_SCOPE, Registrant,
    RegistrationError,
};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, HOUR, lockout};
use poolhouse_model::{IssuedTokenTypeIdentifierType, Secret};

use crate::{Cx, Mode};

/// A client that registered itself.
pub struct RegisteredClient {
    pub client: Client,
    pub auth_method: AuthMethod,
}

impl Cx {
    /// Who may register a client in `pool` with this token, or without one.
    pub async fn registrant(&self, pool: &Pool, token: Option<&Secret>) -> Result<Registrant, RegistrationError> {
        let rules = pool.registration().ok_or(RegistrationError::NotOffered)?;
        let Some(token) = token else {
            Registrant::Anybody.allowed_flows(rules)?;
            self.count_open_registration(pool).await?;
            return Ok(Registrant::Anybody);
        };
        let presented = self
            .presented_token(pool, token, IssuedTokenTypeIdentifierType::AccessToken)
            .await;
        let presented = presented.map_err(|error| match error {
            Error::Internal(_) | Error::TooManyRequests => RegistrationError::Other(error),
            _ => RegistrationError::TokenInvalid,
        })?;
        if presented.scopes().iter().any(|scope| scope == REGISTRATION_SCOPE) {
            Ok(Registrant::Bearer)
        } else {
            Err(RegistrationError::TokenScope)
        }
    }

    /// Registers an app client in `pool`.
    pub async fn register_client(
        &self,
        pool: &Pool,
        registrant: Registrant,
        metadata: ClientMetadata,
    ) -> Result<RegisteredClient, RegistrationError> {
        let rules = pool.registration().ok_or(RegistrationError::NotOffered)?;
        let scopes = self.stored_custom_scopes(pool).await?;
        let ClientRegistration {
            auth_method,
            mut configuration,
        } = ClientRegistration::decide(rules, registrant, metadata, &scopes)?;
        let id = self.new_client_id();
        configuration.name.get_or_insert_with(|| id.clone());
        let value = (auth_method != AuthMethod::None).then(|| self.new_client_secret());
        let secrets = value
            .map(|value| ClientSecret::new(&id, value, &[], self.now()))
            .into_iter()
            .collect();
        let client = Client::register(pool, &id, secrets, configuration, &scopes, self.now());
        let client = client.map_err(|error| match error {
            Error::Internal(_) => RegistrationError::Other(error),
            refused => RegistrationError::metadata(refused.to_string()),
        })?;
        self.store.clients().insert(&client).await.map_err(Error::from)?;
        Ok(RegisteredClient { client, auth_method })
    }

    /// Counts a registration without a token against the address that it comes from, whether it succeeds or not.
    async fn count_open_registration(&self, pool: &Pool) -> Result<(), Error> {
        let Some(address) = self.user_address().filter(|_| self.settings.mode == Mode::Production) else {
            return Ok(());
        };
        let key = format!("registration:{}", lockout::origin(address));
        let count = self.store.counters().count(pool.id(), &key, self.now(), HOUR).await?;
        if count > OPEN_REGISTRATIONS_PER_HOUR {
            Err(Error::TooManyRequests)
        } else {
            Ok(())
        }
    }
}
