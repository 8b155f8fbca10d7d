//! App clients: who may ask for tokens, how, and for how long they last.

mod configuration;
mod redirects;

use poolhouse_crypto::hmac;
use poolhouse_model::{
    ClientSSOSessionConfigType, ClientSecretDescriptorType, ClientTypeType, ExplicitAuthFlowsType, FeatureType,
    PreventUserExistenceErrorTypes, Secret, TimeUnitsType, Timestamp, UserPoolClientDescription, UserPoolClientType,
};

pub use configuration::ClientConfiguration;
pub(crate) use configuration::STANDARD_SCOPES;
pub(crate) use redirects::is_redirect_target;

use crate::{DAY, Error, HOUR, MINUTE, Result, SECOND};

/// How many secrets a client can have at a time.
pub const ACTIVE_SECRETS: usize = 2;

/// An app client.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// The settings as DescribeUserPoolClient returns them, without the secret.
    pub settings: UserPoolClientType,
    /// The active secrets, oldest first; a public client has none.
    pub secrets: Vec<ClientSecret>,
    /// For how long managed login uses a session again, once somebody said.
    pub sso_session: Option<ClientSSOSessionConfigType>,
    /// Counts the writes; a writer that saw an older version loses.
    pub version: i64,
}

/// A secret of an app client.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientSecret {
    /// `<client id>--<creation time in seconds>`
    pub id: String,
    pub value: Secret,
    pub created_at: Timestamp,
}

/// The sign-in flows that an app client can allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    UserPassword,
    AdminUserPassword,
    UserSrp,
    Custom,
    Refresh,
    UserAuth,
    /// An access token for the client itself.
    ClientToken,
    /// Tokens of users for others of them.
    TokenExchange {
        delegation: bool,
    },
}

impl ClientSecret {
    /// Makes a secret; two of one client never share an id, even when made in the same second.
    pub fn new(client_id: &str, value: Secret, existing: &[ClientSecret], now: Timestamp) -> Self {
        let mut seconds = now.seconds();
        let id = loop {
            let id = format!("{client_id}--{seconds}");
            if existing.iter().all(|secret| secret.id != id) {
                break id;
            }
            seconds += 1;
        };
        Self {
            id,
            value,
            created_at: now,
        }
    }

    /// What the secrets operations tell of it, without the value.
    pub fn descriptor(&self) -> ClientSecretDescriptorType {
        ClientSecretDescriptorType {
            client_secret_id: Some(self.id.clone()),
            client_secret_value: None,
            client_secret_create_date: Some(self.created_at),
        }
    }
}

impl Client {
    /// The client id.
    pub fn id(&self) -> &str {
        self.settings.client_id.as_deref().unwrap_or_default()
    }

    /// The id of the pool that the client belongs to.
    pub fn pool_id(&self) -> &str {
        self.settings.user_pool_id.as_deref().unwrap_or_default()
    }

    /// The settings with the oldest active secret, as DescribeUserPoolClient shows them.
    pub fn describe(&self) -> UserPoolClientType {
        UserPoolClientType {
            client_secret: self.secrets.first().map(|secret| secret.value.clone()),
            ..self.settings.clone()
        }
    }

    /// The entry of ListUserPoolClients.
    pub fn description(&self) -> UserPoolClientDescription {
        UserPoolClientDescription {
            client_id: self.settings.client_id.clone(),
            user_pool_id: self.settings.user_pool_id.clone(),
            client_name: self.settings.client_name.clone(),
        }
    }

    /// Whether an administrator made the client or it registered itself.
    pub fn kind(&self) -> ClientTypeType {
        self.settings.client_type.unwrap_or(ClientTypeType::Regular)
    }

    /// Refuses the operations on secrets for a client that registered itself.
    pub fn check_secrets_managed(&self) -> Result<()> {
        if self.kind() == ClientTypeType::Dcr {
            return Err(Error::invalid_parameter(
                "Client secret operations are not supported for app clients created through dynamic client registration.",
            ));
        }
        Ok(())
    }

    /// Gives the client a second secret, so that the first can be replaced without an outage.
    pub fn add_secret(&mut self, value: Secret, now: Timestamp) -> Result<ClientSecretDescriptorType> {
        self.check_secrets_managed()?;
        if !self.is_confidential() {
            return Err(Error::invalid_parameter(
                "Client secrets can't be added to a public app client.",
            ));
        }
        if self.secrets.len() >= ACTIVE_SECRETS {
            return Err(Error::LimitExceeded(
                "An app client can have at most 2 active secrets.".into(),
            ));
        }
        let secret = ClientSecret::new(self.id(), value, &self.secrets, now);
        let descriptor = secret.descriptor();
        self.secrets.push(secret);
        self.settings.last_modified_date = Some(now);
        Ok(descriptor)
    }

    /// Takes a secret away; a confidential client keeps one.
    pub fn delete_secret(&mut self, id: &str, now: Timestamp) -> Result<()> {
        self.check_secrets_managed()?;
        let position = self.secrets.iter().position(|secret| secret.id == id);
        let position = position.ok_or_else(|| Error::ClientSecretNotFound(id.to_owned()))?;
        if self.secrets.len() == 1 {
            return Err(Error::invalid_parameter(
                "The last secret of an app client can't be deleted.",
            ));
        }
        self.secrets.remove(position);
        self.settings.last_modified_date = Some(now);
        Ok(())
    }

    /// Whether the client has to prove that it knows a secret.
    pub fn is_confidential(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Checks the secret hash that a request carries for `username`; either of two active secrets makes a valid hash.
    pub fn check_secret_hash(&self, username: &str, secret_hash: Option<&Secret>) -> Result<()> {
        self.check_secret_hash_of_any(&[username], secret_hash)
    }

    /// Checks a secret hash that may be made over any of `usernames`.
    pub fn check_secret_hash_of_any(&self, usernames: &[&str], secret_hash: Option<&Secret>) -> Result<()> {
        let given = match (secret_hash, self.is_confidential()) {
            (None, false) => return Ok(()),
            (None, true) => return Err(Error::SecretHashMissing(self.id().to_owned())),
            (Some(given), _) => given.expose().as_bytes(),
        };
        let mut matches = false;
        for secret in &self.secrets {
            for username in usernames {
                let expected = hmac::secret_hash(secret.value.expose(), username, self.id());
                matches |= hmac::constant_time_eq(expected.as_bytes(), given);
            }
        }
        if matches {
            Ok(())
        } else {
            Err(Error::SecretHashMismatch(self.id().to_owned()))
        }
    }

    /// Whether `given` is one of the client's secrets; a public client has none to give.
    pub fn knows_secret(&self, given: Option<&Secret>) -> bool {
        match (given, self.is_confidential()) {
            (None, confidential) => !confidential,
            (Some(_), false) => false,
            (Some(given), true) => self.secrets.iter().fold(false, |matches, secret| {
                matches | hmac::constant_time_eq(secret.value.expose().as_bytes(), given.expose().as_bytes())
            }),
        }
    }

    /// Whether the client lets its users sign in by `flow`.
    pub fn allows(&self, flow: Flow) -> bool {
        use ExplicitAuthFlowsType as Allowed;
        let any = |wanted: &[Allowed]| {
            self.settings
                .explicit_auth_flows
                .as_ref()
                .is_some_and(|flows| flows.iter().any(|flow| wanted.contains(flow)))
        };
        let by_default = self.settings.explicit_auth_flows.as_ref().is_none_or(Vec::is_empty);
        // Clients with the legacy values could always refresh and use SRP, unless restricted to custom flows.
        let legacy = any(&[Allowed::AdminNoSrpAuth, Allowed::UserPasswordAuth]);
        match flow {
            Flow::UserPassword => any(&[Allowed::AllowUserPasswordAuth, Allowed::UserPasswordAuth]),
            Flow::AdminUserPassword => any(&[Allowed::AllowAdminUserPasswordAuth, Allowed::AdminNoSrpAuth]),
            Flow::UserSrp => by_default || legacy || any(&[Allowed::AllowUserSrpAuth]),
            Flow::Custom => by_default || legacy || any(&[Allowed::AllowCustomAuth, Allowed::CustomAuthFlowOnly]),
            Flow::Refresh => {
                !self.rotates_refresh_tokens()
                    && (by_default || legacy || any(&[Allowed::AllowRefreshTokenAuth, Allowed::CustomAuthFlowOnly]))
            }
            Flow::UserAuth => any(&[Allowed::AllowUserAuth]),
            Flow::ClientToken => any(&[Allowed::AllowClientTokenAuth]),
            Flow::TokenExchange { delegation: false } => any(&[Allowed::AllowTokenExchangeImpersonation]),
            Flow::TokenExchange { delegation: true } => any(&[Allowed::AllowTokenExchangeDelegation]),
        }
    }

    /// Whether every refresh gives a new refresh token.
    pub fn rotates_refresh_tokens(&self) -> bool {
        self.settings
            .refresh_token_rotation
            .as_ref()
            .is_some_and(|rotation| rotation.feature == FeatureType::Enabled)
    }

    /// Whether refusals must not tell that a user doesn't exist.
    pub fn prevents_user_existence_errors(&self) -> bool {
        self.settings.prevent_user_existence_errors == Some(PreventUserExistenceErrorTypes::Enabled)
    }

    /// Whether the client's tokens can be revoked one by one.
    pub fn revokes_tokens(&self) -> bool {
        self.settings.enable_token_revocation.unwrap_or(true)
    }

    /// How long an access token lasts, in milliseconds.
    pub fn access_token_lifetime(&self) -> i64 {
        let units = self
            .settings
            .token_validity_units
            .as_ref()
            .and_then(|units| units.access_token);
        lifetime(
            self.settings.access_token_validity,
            units.unwrap_or(TimeUnitsType::Hours),
        )
        .unwrap_or(HOUR)
    }

    /// How long an id token lasts, in milliseconds.
    pub fn id_token_lifetime(&self) -> i64 {
        let units = self
            .settings
            .token_validity_units
            .as_ref()
            .and_then(|units| units.id_token);
        lifetime(self.settings.id_token_validity, units.unwrap_or(TimeUnitsType::Hours)).unwrap_or(HOUR)
    }

    /// How long a refresh token lasts from the sign-in on, in milliseconds.
    pub fn refresh_token_lifetime(&self) -> i64 {
        let units = self
            .settings
            .token_validity_units
            .as_ref()
            .and_then(|units| units.refresh_token);
        lifetime(
            self.settings.refresh_token_validity,
            units.unwrap_or(TimeUnitsType::Days),
        )
        .unwrap_or(30 * DAY)
    }

    /// How long the session between two challenges lasts, in milliseconds.
    pub fn auth_session_lifetime(&self) -> i64 {
        i64::from(self.settings.auth_session_validity.unwrap_or(3)) * MINUTE
    }
}

/// The milliseconds that `validity` means; zero and absent are the default.
fn lifetime(validity: Option<i32>, unit: TimeUnitsType) -> Option<i64> {
    let unit = match unit {
        TimeUnitsType::Seconds => SECOND,
        TimeUnitsType::Minutes => MINUTE,
        TimeUnitsType::Hours => HOUR,
        TimeUnitsType::Days => DAY,
    };
    validity
        .filter(|validity| *validity > 0)
        .map(|validity| i64::from(validity) * unit)
}
