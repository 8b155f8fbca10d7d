//! The settings that CreateUserPoolClient and UpdateUserPoolClient share, their defaults and cross rules.

use poolhouse_model::{
    AnalyticsConfigurationType, ClientTypeType, CreateUserPoolClientRequest, ExplicitAuthFlowsType, FeatureType,
    OAuthFlowType, PreventUserExistenceErrorTypes, RefreshTokenRotationType, Timestamp, TokenValidityUnitsType,
    UpdateUserPoolClientRequest, UserPoolClientType, UserPoolTierType,
};

use super::{Client, redirects};
use crate::oauth::REGISTRATION_SCOPE;
use crate::permissions::{self, Change};
use crate::pools::{Pool, tier_lacks};
use crate::{DAY, Error, HOUR, MINUTE, Result};

/// The scopes that every pool knows.
pub(crate) const STANDARD_SCOPES: [&str; 5] = ["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"];
const TEN_YEARS: i64 = 3650 * DAY;

/// What an administrator says of an app client, at creation or in a full replacement.
#[derive(Debug, Clone, Default)]
pub struct ClientConfiguration {
    pub name: Option<String>,
    pub refresh_token_validity: Option<i32>,
    pub access_token_validity: Option<i32>,
    pub id_token_validity: Option<i32>,
    pub token_validity_units: Option<TokenValidityUnitsType>,
    pub read_attributes: Option<Vec<String>>,
    pub write_attributes: Option<Vec<String>>,
    pub explicit_auth_flows: Option<Vec<ExplicitAuthFlowsType>>,
    pub supported_identity_providers: Option<Vec<String>>,
    pub callback_urls: Option<Vec<String>>,
    pub logout_urls: Option<Vec<String>>,
    pub default_redirect_uri: Option<String>,
    pub allowed_oauth_flows: Option<Vec<OAuthFlowType>>,
    pub allowed_oauth_scopes: Option<Vec<String>>,
    pub allowed_oauth_flows_user_pool_client: bool,
    pub analytics_configuration: Option<AnalyticsConfigurationType>,
    pub prevent_user_existence_errors: Option<PreventUserExistenceErrorTypes>,
    pub enable_token_revocation: Option<bool>,
    pub enable_propagate_additional_user_context_data: Option<bool>,
    pub auth_session_validity: Option<i32>,
    pub refresh_token_rotation: Option<RefreshTokenRotationType>,
}

/// The members that the two requests have in common.
macro_rules! configuration_from {
    ($request:ident, name: $name:expr) => {
        ClientConfiguration {
            name: $name,
            refresh_token_validity: $request.refresh_token_validity,
            access_token_validity: $request.access_token_validity,
            id_token_validity: $request.id_token_validity,
            token_validity_units: $request.token_validity_units,
            read_attributes: $request.read_attributes,
            write_attributes: $request.write_attributes,
            explicit_auth_flows: $request.explicit_auth_flows,
            supported_identity_providers: $request.supported_identity_providers,
            callback_urls: $request.callback_urls,
            logout_urls: $request.logout_urls,
            default_redirect_uri: $request.default_redirect_uri,
            allowed_oauth_flows: $request.allowed_oauth_flows,
            allowed_oauth_scopes: $request.allowed_oauth_scopes,
            allowed_oauth_flows_user_pool_client: $request.allowed_oauth_flows_user_pool_client.unwrap_or(false),
            analytics_configuration: $request.analytics_configuration,
            prevent_user_existence_errors: $request.prevent_user_existence_errors,
            enable_token_revocation: $request.enable_token_revocation,
            enable_propagate_additional_user_context_data: $request.enable_propagate_additional_user_context_data,
            auth_session_validity: $request.auth_session_validity,
            refresh_token_rotation: $request.refresh_token_rotation,
        }
    };
}

impl ClientConfiguration {
    fn rotates_refresh_tokens(&self) -> bool {
        self.refresh_token_rotation
            .as_ref()
            .is_some_and(|rotation| rotation.feature == FeatureType::Enabled)
    }
}

impl From<CreateUserPoolClientRequest> for ClientConfiguration {
    fn from(request: CreateUserPoolClientRequest) -> Self {
        configuration_from!(request, name: Some(request.client_name))
    }
}

impl From<UpdateUserPoolClientRequest> for ClientConfiguration {
    fn from(request: UpdateUserPoolClientRequest) -> Self {
        configuration_from!(request, name: request.client_name)
    }
}

impl Client {
    /// Makes an app client of `pool`; its secrets are given before the settings, since some settings need one.
    pub fn create(
        pool: &Pool,
        id: &str,
        secrets: Vec<super::ClientSecret>,
        configuration: ClientConfiguration,
        custom_scopes: &[String],
        now: Timestamp,
    ) -> Result<Self> {
        let mut client = Self::without_settings(pool, id, secrets, now);
        client.apply(pool, configuration, custom_scopes, now, Change::Creating)?;
        Ok(client)
    }

    /// Makes an app client of `pool` that registered itself.
    pub fn register(
        pool: &Pool,
        id: &str,
        secrets: Vec<super::ClientSecret>,
        configuration: ClientConfiguration,
        custom_scopes: &[String],
        now: Timestamp,
    ) -> Result<Self> {
        let mut client = Self::without_settings(pool, id, secrets, now);
        client.settings.client_type = Some(ClientTypeType::Dcr);
        client.apply(pool, configuration, custom_scopes, now, Change::Creating)?;
        Ok(client)
    }

    fn without_settings(pool: &Pool, id: &str, secrets: Vec<super::ClientSecret>, now: Timestamp) -> Self {
        Self {
            settings: UserPoolClientType {
                user_pool_id: Some(pool.id().to_owned()),
                client_id: Some(id.to_owned()),
                creation_date: Some(now),
                ..UserPoolClientType::default()
            },
            secrets,
            sso_session: None,
            version: 0,
        }
    }

    /// Replaces every setting but the name and the secrets: what `configuration` leaves out goes back to its default.
    /// `custom_scopes` are the scopes of the pool's resource servers.
    pub fn configure(
        &mut self,
        pool: &Pool,
        configuration: ClientConfiguration,
        custom_scopes: &[String],
        now: Timestamp,
    ) -> Result<()> {
        self.apply(pool, configuration, custom_scopes, now, Change::Updating)
    }

    fn apply(
        &mut self,
        pool: &Pool,
        configuration: ClientConfiguration,
        custom_scopes: &[String],
        now: Timestamp,
        change: Change,
    ) -> Result<()> {
        let schema = pool.schema();
        if let Some(list) = &configuration.read_attributes {
            permissions::check_read_list(&schema, list, change)?;
        }
        if let Some(list) = &configuration.write_attributes {
            permissions::check_write_list(&schema, list, change)?;
        }
        let confidential = self.is_confidential();
        check_flows(&configuration, confidential)?;
        check_tier(&configuration, pool.tier())?;
        check_oauth(&configuration, confidential)?;
        let scopes = configuration.allowed_oauth_scopes.as_deref().unwrap_or_default();
        check_scopes(scopes, custom_scopes)?;
        if self.kind() == ClientTypeType::Dcr && scopes.iter().any(|scope| scope == REGISTRATION_SCOPE) {
            return Err(Error::invalid_parameter(
                "App clients created through dynamic client registration can't have the scope aws.cognito/dcr/register.",
            ));
        }
        redirects::check(&configuration)?;
        check_providers(
            pool,
            configuration
                .supported_identity_providers
                .as_deref()
                .unwrap_or_default(),
        )?;
        if configuration.enable_propagate_additional_user_context_data == Some(true) && !confidential {
            return Err(Error::invalid_parameter(
                "EnablePropagateAdditionalUserContextData requires an app client with a secret.",
            ));
        }
        let previous = std::mem::take(&mut self.settings);
        self.settings = UserPoolClientType {
            user_pool_id: previous.user_pool_id,
            client_name: configuration.name.or(previous.client_name),
            client_id: previous.client_id,
            client_secret: None,
            last_modified_date: Some(now),
            creation_date: previous.creation_date,
            refresh_token_validity: Some(
                configuration
                    .refresh_token_validity
                    .filter(|days| *days != 0)
                    .unwrap_or(30),
            ),
            access_token_validity: configuration.access_token_validity,
            id_token_validity: configuration.id_token_validity,
            token_validity_units: Some(configuration.token_validity_units.unwrap_or_default()),
            read_attributes: configuration.read_attributes.map(sorted),
            write_attributes: configuration.write_attributes.map(sorted),
            explicit_auth_flows: configuration.explicit_auth_flows.filter(|flows| !flows.is_empty()),
            supported_identity_providers: configuration.supported_identity_providers,
            callback_urls: configuration.callback_urls.map(sorted),
            logout_urls: configuration.logout_urls.map(sorted),
            default_redirect_uri: configuration.default_redirect_uri,
            allowed_oauth_flows: configuration.allowed_oauth_flows,
            allowed_oauth_scopes: configuration.allowed_oauth_scopes.map(sorted),
            allowed_oauth_flows_user_pool_client: Some(configuration.allowed_oauth_flows_user_pool_client),
            analytics_configuration: configuration.analytics_configuration,
            prevent_user_existence_errors: configuration.prevent_user_existence_errors,
            enable_token_revocation: Some(configuration.enable_token_revocation.unwrap_or(true)),
            enable_propagate_additional_user_context_data: Some(
                configuration
                    .enable_propagate_additional_user_context_data
                    .unwrap_or(false),
            ),
            auth_session_validity: Some(configuration.auth_session_validity.unwrap_or(3)),
            refresh_token_rotation: configuration.refresh_token_rotation,
            client_type: previous.client_type,
        };
        self.check_lifetimes()
    }

    fn check_lifetimes(&self) -> Result<()> {
        let refresh = self.refresh_token_lifetime();
        let short_lived = [self.access_token_lifetime(), self.id_token_lifetime()];
        let in_range = (HOUR..=TEN_YEARS).contains(&refresh)
            && short_lived
                .iter()
                .all(|lifetime| (5 * MINUTE..=DAY).contains(lifetime) && *lifetime <= refresh);
        if in_range {
            Ok(())
        } else {
            Err(Error::invalid_parameter("Invalid range for token validity."))
        }
    }
}

/// Sorts what is a set to its readers and drops what is named twice.
fn sorted(mut values: Vec<String>) -> Vec<String> {
    values.sort_unstable();
    values.dedup();
    values
}

fn check_flows(configuration: &ClientConfiguration, confidential: bool) -> Result<()> {
    use ExplicitAuthFlowsType as Allowed;
    let flows = configuration.explicit_auth_flows.as_deref().unwrap_or_default();
    let is_legacy = |flow: &Allowed| {
        matches!(
            flow,
            Allowed::AdminNoSrpAuth | Allowed::CustomAuthFlowOnly | Allowed::UserPasswordAuth
        )
    };
    if flows.iter().any(is_legacy) && !flows.iter().all(is_legacy) {
        return Err(Error::invalid_parameter(
            "The legacy ExplicitAuthFlows can't be combined with the ALLOW_ ExplicitAuthFlows.",
        ));
    }
    if flows.contains(&Allowed::AllowClientTokenAuth) && (flows.len() > 1 || !confidential) {
        return Err(Error::invalid_parameter(
            "ALLOW_CLIENT_TOKEN_AUTH must be the only auth flow of an app client with a secret.",
        ));
    }
    if configuration.rotates_refresh_tokens() && flows.contains(&Allowed::AllowRefreshTokenAuth) {
        return Err(Error::invalid_parameter(
            "Refresh token rotation can't be enabled together with ALLOW_REFRESH_TOKEN_AUTH.",
        ));
    }
    Ok(())
}

fn check_tier(configuration: &ClientConfiguration, tier: UserPoolTierType) -> Result<()> {
    let flows = configuration.explicit_auth_flows.as_deref().unwrap_or_default();
    if tier != UserPoolTierType::Lite {
        Ok(())
    } else if flows.contains(&ExplicitAuthFlowsType::AllowUserAuth) {
        Err(tier_lacks("Choice-based sign-in"))
    } else if configuration.rotates_refresh_tokens() {
        Err(tier_lacks("Refresh token rotation"))
    } else {
        Ok(())
    }
}

fn check_oauth(configuration: &ClientConfiguration, confidential: bool) -> Result<()> {
    let flows = configuration.allowed_oauth_flows.as_deref().unwrap_or_default();
    let scopes = configuration.allowed_oauth_scopes.as_deref().unwrap_or_default();
    let refuse = |sentence: &'static str| Err(Error::InvalidOAuthFlow(sentence.into()));
    if flows.contains(&OAuthFlowType::ClientCredentials) {
        if flows.iter().any(|flow| *flow != OAuthFlowType::ClientCredentials) {
            return refuse("client_credentials flow can not be selected along with code flow or implicit flow.");
        }
        if !confidential {
            return refuse("client_credentials flow can not be selected if client does not have a client secret.");
        }
        let of_users = |scope: &&String| STANDARD_SCOPES.contains(&scope.as_str());
        if let Some(scope) = scopes.iter().find(of_users) {
            let sentence = format!("{scope} is not supported with client_credentials flow");
            return Err(Error::InvalidOAuthFlow(sentence.into()));
        }
    } else if !flows.is_empty() && configuration.callback_urls.as_ref().is_none_or(Vec::is_empty) {
        return refuse("CallbackUrls can not be empty when code flow or implicit flow is selected");
    }
    if configuration.allowed_oauth_flows_user_pool_client && (flows.is_empty() || scopes.is_empty()) {
        return Err(Error::invalid_parameter(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ));
    }
    Ok(())
}

fn check_scopes(scopes: &[String], custom: &[String]) -> Result<()> {
    match scopes
        .iter()
        .find(|scope| !STANDARD_SCOPES.contains(&scope.as_str()) && !custom.contains(scope))
    {
        Some(unknown) => Err(Error::ScopeDoesNotExist(unknown.clone())),
        None => Ok(()),
    }
}

fn check_providers(pool: &Pool, providers: &[String]) -> Result<()> {
    match providers.iter().find(|provider| *provider != "COGNITO") {
        Some(unknown) => Err(Error::invalid_parameter(format!(
            "The provider {unknown} does not exist for User Pool {}.",
            pool.id()
        ))),
        None => Ok(()),
    }
}
