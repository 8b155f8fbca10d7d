//! PreTokenGeneration: what tokens say.

use poolhouse_domain::Result;
use poolhouse_domain::groups::Group;
use poolhouse_domain::tokens::TokenOverrides;
use poolhouse_domain::triggers::pre_token_generation::{
    GroupConfiguration, MACHINE, V1Request, V2Request, event_version,
};
use poolhouse_domain::triggers::{Metadata, TokenSource, user_attributes};
use poolhouse_domain::users::User;
use poolhouse_model::PreTokenGenerationLambdaVersionType as Version;

use super::{Function, Triggers};

impl<'a> Triggers<'a> {
    /// Asks what the tokens of a user should hold, whose groups and scopes these are.
    pub async fn pre_token_generation(
        self,
        source: TokenSource,
        user: &User,
        groups: &[Group],
        scopes: Vec<String>,
    ) -> Result<TokenOverrides> {
        let Some((function, version)) = self.versioned() else {
            return Ok(TokenOverrides::default());
        };
        let user_attributes = user_attributes(self.pool, user);
        let configuration = GroupConfiguration::of(groups);
        let client_metadata = self.cx.handed.client_metadata();
        if version == Version::V1_0 {
            let request = V1Request {
                user_attributes,
                group_configuration: configuration,
                client_metadata,
            };
            let response = self.call(function, source.as_str(), &user.username, request).await?;
            return Ok(response.into());
        }
        let request = V2Request {
            user_attributes,
            group_configuration: Some(configuration),
            scopes,
            client_metadata,
        };
        let response = self.call(function, source.as_str(), &user.username, request).await?;
        Ok(response.into())
    }

    /// Asks what the access token should hold that a machine gets for itself, with these scopes. Only functions of
    /// version 3 are asked.
    pub async fn pre_machine_token_generation(self, scopes: Vec<String>) -> Result<TokenOverrides> {
        let function = self.versioned().filter(|(_, version)| *version == Version::V3_0);
        let Some((function, _)) = function else {
            return Ok(TokenOverrides::default());
        };
        let request = V2Request {
            user_attributes: Metadata::new(),
            group_configuration: None,
            scopes,
            client_metadata: self.cx.handed.client_metadata(),
        };
        let source = TokenSource::ClientCredentials.as_str();
        let response = self.call(function, source, MACHINE, request).await?;
        Ok(response.into())
    }

    /// The pool's function and the version of the events that it takes.
    pub(super) fn versioned(self) -> Option<(Function<'a>, Version)> {
        let config = self.pool.settings.lambda_config.as_ref()?;
        let config = config.pre_token_generation_config.as_ref()?;
        let function = Function {
            arn: &config.lambda_arn,
            version: event_version(config.lambda_version),
        };
        Some((function, config.lambda_version))
    }
}
