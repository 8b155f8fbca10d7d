//! The places where a pool's Lambda triggers are called.
//!
//! A pool without the trigger goes on as if nothing were there. A pool that names one fails closed: a sign-up that a
//! function was to judge is refused when the function can't be called. No trigger is called in a transaction.

mod custom_challenges;
mod messages;
mod tokens;

use std::borrow::Cow;

use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::triggers::pre_sign_up::{PreSignUpRequest, PreSignUpResponse};
use poolhouse_domain::triggers::user_migration::{UserMigrationRequest, UserMigrationResponse};
use poolhouse_domain::triggers::{
    CallerContext, ConfirmationSource, Event, Metadata, MigrationSource, NO_CLIENT, PostAuthenticationRequest,
    PostConfirmationRequest, PreAuthenticationRequest, Request, SignUpSource, given, read_answer, sdk_version,
    user_attributes,
};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{AttributeType, LambdaConfigType, Secret};
use poolhouse_outbound::{Invocation, InvokeError};
use serde_json::Value;

use crate::Cx;
pub(crate) use custom_challenges::Subject;

/// The version of events that have only one.
const ONLY_VERSION: &str = "1";

/// What a request hands on to the functions behind triggers.
#[derive(Debug, Clone, Default)]
pub struct Handed {
    /// For the triggers that run because of an answer or a change.
    pub client_metadata: Option<Metadata>,
    /// For the triggers that judge whether somebody may sign up or begin to sign in.
    pub validation_data: Option<Metadata>,
}

impl Handed {
    /// The `ClientMetadata` and `ValidationData` of a sign-up.
    pub fn by_sign_up(client_metadata: Option<Metadata>, validation_data: Option<Vec<AttributeType>>) -> Self {
        let read = |attribute: AttributeType| (attribute.name, attribute.value.unwrap_or_default());
        Self {
            client_metadata,
            validation_data: validation_data.map(|list| list.into_iter().map(read).collect()),
        }
    }

    /// The `ClientMetadata` that a sign-in begins with: the triggers that run then know it as validation data.
    pub fn by_initiation(client_metadata: Option<Metadata>) -> Self {
        Self {
            client_metadata: None,
            validation_data: client_metadata,
        }
    }

    fn client_metadata(&self) -> Metadata {
        self.client_metadata.clone().unwrap_or_default()
    }

    fn validation_data(&self) -> Metadata {
        self.validation_data.clone().unwrap_or_default()
    }
}

/// The triggers of one pool, called on behalf of one request.
#[derive(Clone, Copy)]
pub(crate) struct Triggers<'a> {
    cx: &'a Cx,
    pool: &'a Pool,
    client_id: &'a str,
}

/// The function behind a trigger.
struct Function<'a> {
    arn: &'a str,
    /// The version of the events that it takes.
    version: &'a str,
}

impl<'a> Function<'a> {
    fn plain(arn: &'a str) -> Self {
        Self {
            arn,
            version: ONLY_VERSION,
        }
    }
}

impl Cx {
    /// The triggers of `pool`, called for `client` or for an administrator.
    pub(crate) fn triggers<'a>(&'a self, pool: &'a Pool, client: Option<&'a Client>) -> Triggers<'a> {
        self.triggers_for(pool, client.map_or(NO_CLIENT, Client::id))
    }

    /// The triggers of `pool`, called for the app client `client_id`.
    pub(crate) fn triggers_for<'a>(&'a self, pool: &'a Pool, client_id: &'a str) -> Triggers<'a> {
        Triggers {
            cx: self,
            pool,
            client_id,
        }
    }
}

impl<'a> Triggers<'a> {
    /// The function that the pool names, if it names one.
    fn function(self, trigger: fn(&LambdaConfigType) -> Option<&str>) -> Option<Function<'a>> {
        let config = self.pool.settings.lambda_config.as_ref()?;
        trigger(config).map(Function::plain)
    }

    /// Whether functions are called between the proof of who somebody is and their tokens.
    pub fn judge_sign_ins(self) -> bool {
        self.function(|config| config.post_authentication.as_deref()).is_some() || self.judge_tokens()
    }

    /// Whether a function is called before tokens are made.
    pub fn judge_tokens(self) -> bool {
        self.versioned().is_some()
    }

    /// Asks before a user is signed up, created by an administrator, or imported by federation. They aren't stored yet;
    /// `attributes` are what was given of them.
    pub async fn pre_sign_up(
        self,
        source: SignUpSource,
        username: &str,
        attributes: &Attributes,
    ) -> Result<PreSignUpResponse> {
        let Some(function) = self.function(|config| config.pre_sign_up.as_deref()) else {
            return Ok(PreSignUpResponse::default());
        };
        let handed = &self.cx.handed;
        let request = PreSignUpRequest {
            user_attributes: given(attributes),
            validation_data: handed.validation_data.clone(),
            client_metadata: handed.client_metadata(),
        };
        self.call(function, source.as_str(), username, request).await
    }

    /// Tells that a sign-up was confirmed or a forgotten password reset. It is so already: a function that fails changes
    /// nothing but the answer.
    pub async fn post_confirmation(self, source: ConfirmationSource, user: &User) -> Result<()> {
        let Some(function) = self.function(|config| config.post_confirmation.as_deref()) else {
            return Ok(());
        };
        let request = PostConfirmationRequest {
            user_attributes: user_attributes(self.pool, user),
            client_metadata: self.cx.handed.client_metadata(),
        };
        self.call(function, source.as_str(), &user.username, request)
            .await
            .map(drop)
    }

    /// Asks before whoever typed `name` proves who they are. Of a name that belongs to nobody the function is told so.
    pub async fn pre_authentication(self, user: Option<&User>, name: &str) -> Result<()> {
        let Some(function) = self.function(|config| config.pre_authentication.as_deref()) else {
            return Ok(());
        };
        let request = PreAuthenticationRequest {
            user_attributes: self.attributes_of(user),
            validation_data: self.cx.handed.validation_data(),
            user_not_found: user.is_none(),
        };
        let name = user.map_or(name, |user| &user.username);
        self.call(function, "PreAuthentication_Authentication", name, request)
            .await
            .map(drop)
    }

    /// Tells that a user has proved all that is asked for, before they get tokens.
    pub async fn post_authentication(self, user: &User, new_device_used: bool) -> Result<()> {
        let Some(function) = self.function(|config| config.post_authentication.as_deref()) else {
            return Ok(());
        };
        let request = PostAuthenticationRequest {
            user_attributes: user_attributes(self.pool, user),
            new_device_used,
            client_metadata: self.cx.handed.client_metadata(),
        };
        self.call(function, "PostAuthentication_Authentication", &user.username, request)
            .await
            .map(drop)
    }

    /// Asks who `name` is, who is nobody here; `password` is what they typed, if they typed one. Without the trigger
    /// there is no answer.
    pub async fn user_migration(
        self,
        source: MigrationSource,
        name: &str,
        password: Option<&Secret>,
    ) -> Result<Option<UserMigrationResponse>> {
        let Some(function) = self.function(|config| config.user_migration.as_deref()) else {
            return Ok(None);
        };
        let handed = &self.cx.handed;
        let request = UserMigrationRequest {
            password: password.cloned(),
            validation_data: handed.validation_data(),
            client_metadata: handed.client_metadata(),
        };
        self.call(function, source.as_str(), name, request).await.map(Some)
    }

    /// The `userAttributes` of an event; nobody has none.
    fn attributes_of(self, user: Option<&User>) -> Metadata {
        user.map(|user| user_attributes(self.pool, user)).unwrap_or_default()
    }

    /// Calls a function and reads its answer.
    async fn call<R: Request>(
        self,
        function: Function<'_>,
        source: &str,
        user_name: &str,
        request: R,
    ) -> Result<R::Response> {
        let event = self.event(function.version, source, user_name, request)?;
        let invocation = self.invocation::<R>(function.arn, event);
        let answer = self.cx.invoker.invoke(invocation).await;
        let answer = answer.map_err(|error| refusal(R::TRIGGER, error))?;
        read_answer::<R>(answer, user_name)
    }

    /// The call of a trigger's function with an event.
    fn invocation<R: Request>(self, arn: &str, event: Value) -> Invocation {
        Invocation {
            trigger: R::TRIGGER,
            function_arn: arn.to_owned(),
            pool_id: self.pool.id().to_owned(),
            event,
            invoked_at: self.cx.now().millis(),
        }
    }

    /// What a function receives.
    fn event<R: Request>(self, version: &str, source: &str, user_name: &str, request: R) -> Result<Value> {
        let event = Event {
            version,
            trigger_source: source,
            region: self.pool.region(),
            user_pool_id: self.pool.id(),
            user_name,
            caller_context: CallerContext {
                aws_sdk_version: &sdk_version(self.cx.request.user_agent.as_deref()),
                client_id: self.client_id,
            },
            request,
            response: R::Response::default(),
        };
        serde_json::to_value(event).map_err(Error::internal)
    }
}

/// What a call that gave nothing is answered with; the invoker has logged why.
fn refusal(trigger: &'static str, error: InvokeError) -> Error {
    let unavailable = |cause: Cow<'static, str>| Error::TriggerUnavailable { trigger, cause };
    match error {
        InvokeError::Function { message } => Error::TriggerFailed { trigger, message },
        InvokeError::TooLong { limit } => Error::TriggerFailed {
            trigger,
            message: format!("Response payload size exceeded maximum allowed payload size ({limit} bytes)"),
        },
        InvokeError::NotJson => Error::TriggerAnswer("Invalid lambda function output : Invalid JSON".into()),
        InvokeError::Service { code } => unavailable(format!("error {code}.").into()),
        InvokeError::TimedOut { .. } => unavailable("error Socket timeout while invoking Lambda function.".into()),
        InvokeError::Unreachable(_) => unavailable("error ServiceException.".into()),
        InvokeError::NoTarget | InvokeError::Forbidden => unavailable("configuration".into()),
    }
}
