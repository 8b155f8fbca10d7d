//! The catalogue of situations in which a request is refused, each with its canonical sentence.
//!
//! A variant knows nothing of HTTP or AWS: `api::fault` and `web::fault` translate it for their door.

use std::borrow::Cow;

use poolhouse_model::UserStatusType;

use crate::clients::Client;

/// What every use case returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A situation in which a request can't be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    // Things that don't exist.
    #[error("User pool {0} does not exist.")]
    PoolNotFound(String),
    #[error("User pool client {0} does not exist.")]
    ClientNotFound(String),
    #[error("Client secret {0} does not exist.")]
    ClientSecretNotFound(String),
    #[error("User does not exist.")]
    UserNotFound,
    /// The user of a code operation is unknown.
    #[error("Username/client id combination not found.")]
    UsernameClientCombinationNotFound,
    #[error("Group not found.")]
    GroupNotFound,
    #[error("Resource server {0} does not exist.")]
    ResourceServerNotFound(String),
    #[error("Identity provider {0} does not exist.")]
    IdentityProviderNotFound(String),
    #[error("ManagedLoginBranding does not exist.")]
    StyleNotFound,
    #[error("ManagedLoginBranding for client {0} does not exist.")]
    StyleOfClientNotFound(String),
    #[error("Terms does not exist.")]
    TermsNotFound,
    #[error("Terms {name} for client {client_id} does not exist.")]
    TermsOfClientNotFound { name: String, client_id: String },
    #[error("Session not found.")]
    UserSessionNotFound,

    // Things that exist already.
    #[error("User already exists")]
    UserExists,
    /// An administrator creates a user whose name is taken.
    #[error("User account already exists")]
    UserAccountExists,
    /// In a pool where e-mail or phone number is the username, the sign-up name is taken.
    #[error("An account with the given {0} already exists.")]
    UsernameAttributeExists(&'static str),
    /// A verified e-mail, phone number or preferred username belongs to somebody else.
    #[error("An account with the given {0} already exists.")]
    AliasExists(&'static str),
    /// As [`Error::AliasExists`], in the wording of ConfirmSignUp.
    #[error("An account with the {0} already exists.")]
    AliasExistsAtConfirmation(&'static str),
    #[error("A group with the name already exists.")]
    GroupExists,
    #[error("A ManagedLoginBranding already exists for client {0}")]
    StyleExists(String),
    #[error("Terms {name} already exists for client {client_id}")]
    TermsExists { name: String, client_id: String },

    // Parameters that break a rule. The sentence stands at the rule.
    #[error("{0}")]
    InvalidParameter(Cow<'static, str>),
    #[error("Missing required parameter {0}")]
    MissingParameter(&'static str),
    #[error("{0}")]
    InvalidOAuthFlow(Cow<'static, str>),
    #[error("Invalid scope requested: {0}")]
    ScopeDoesNotExist(String),
    #[error("{0}")]
    Tagging(Cow<'static, str>),
    #[error("{0}")]
    FeatureUnavailableInTier(Cow<'static, str>),

    // Attributes.
    #[error("A client attempted to write unauthorized attribute")]
    UnauthorizedAttribute,
    #[error("Cannot modify an already provided {0}")]
    AttributeAlreadyProvided(String),

    // Passwords.
    /// The password breaks the pool's policy; the text names the first rule broken.
    #[error("Password did not conform with policy: {0}")]
    PasswordPolicy(&'static str),
    #[error("Password has previously been used")]
    PasswordHistory,

    // Sign-up and confirmation.
    #[error("SignUp is not permitted for this user pool")]
    SignUpNotPermitted,
    #[error("User cannot be confirmed. Current status is {0}")]
    NotConfirmable(UserStatusType),
    #[error("User is already confirmed.")]
    AlreadyConfirmed,
    #[error("Cannot resend codes. Auto verification not turned on.")]
    NoAutoVerification,
    #[error("Resend not possible. {0} status is not FORCE_CHANGE_PASSWORD")]
    ResendNotPossible(String),

    // Codes.
    #[error("Invalid verification code provided, please try again.")]
    CodeMismatch,
    #[error("Invalid code provided, please request a code again.")]
    CodeExpired,
    #[error("Attempt limit exceeded, please try after some time.")]
    AttemptLimitExceeded,
    /// A code or an invitation could not be handed to the relay.
    #[error("{0}")]
    CodeDeliveryFailure(&'static str),
    #[error("Cannot reset password for the user as there is no registered/verified email or phone_number")]
    NoRecoveryChannel,
    #[error("User password cannot be reset in the current state.")]
    PasswordNotResettable,
    #[error("Contact administrator to reset password.")]
    ContactAdministrator,

    // Sign-in.
    #[error("Incorrect username or password.")]
    IncorrectUsernameOrPassword,
    #[error("Password attempts exceeded")]
    PasswordAttemptsExceeded,
    #[error("User is disabled.")]
    UserDisabled,
    #[error("User is not confirmed.")]
    UserNotConfirmed,
    #[error("Password reset required for the user")]
    PasswordResetRequired,
    #[error("Temporary password has expired and must be reset by an administrator.")]
    TemporaryPasswordExpired,
    /// The app client doesn't allow the flow; the sentence differs by flow.
    #[error("{0}")]
    FlowNotEnabled(&'static str),
    #[error("Client {0} is configured with secret but SECRET_HASH was not received")]
    SecretHashMissing(String),
    #[error("Unable to verify secret hash for client {0}")]
    SecretHashMismatch(String),
    #[error("Invalid session for the user.")]
    SessionInvalid,
    #[error("Invalid session for the user, session is expired.")]
    SessionExpired,
    #[error("Invalid session for the user, session can only be used once.")]
    SessionUsed,

    // Second factors.
    #[error("Software Token MFA has not been enabled by the userPool")]
    SoftwareTokenNotOffered,
    /// An authenticator app is set up by access token or by session, not by both.
    #[error("Either an access token or a session is allowed, not both.")]
    TokenAndSession,
    #[error("Software Token MFA does not exist for the user.")]
    SoftwareTokenMissing,
    /// The first code of an authenticator app is wrong.
    #[error("Code mismatch and fail enable Software Token MFA")]
    SoftwareTokenNotProved,
    #[error("Invalid code received for user")]
    SoftwareTokenCodeMismatch,
    #[error("Your software token has already been used once.")]
    SoftwareTokenCodeReplayed,
    /// A code that was sent as second factor is wrong.
    #[error("Invalid code or auth state for the user.")]
    SecondFactorCodeMismatch,
    #[error("User has no second factor to sign in with.")]
    NoSecondFactor,
    /// The session given to set a second factor up is none.
    #[error("Invalid session for the user.")]
    SetupSessionInvalid,

    // Devices.
    #[error("Device does not exist.")]
    DeviceNotFound,
    #[error("A device with the key already exists.")]
    DeviceExists,
    #[error("User pool is not configured to track devices.")]
    DeviceTrackingDisabled,

    // Levels of assurance.
    #[error("The user can't reach any of the requested ACR values.")]
    LevelOutOfReach,
    #[error("The access token already satisfies the requested ACR value.")]
    LevelReached,

    // Passkeys.
    #[error("Passkeys are not enabled for the user pool.")]
    PasskeysNotEnabled,
    #[error("The user pool has no relying party ID and no domain.")]
    RelyingPartyMissing,
    #[error("The passkey registration has expired or was not started.")]
    PasskeyChallengeNotFound,
    /// A registration is completed by the access token of another app client.
    #[error("The passkey registration was started by another client.")]
    PasskeyClientMismatch,
    #[error("The origin is not allowed for the relying party ID of the user pool.")]
    PasskeyOriginNotAllowed,
    #[error("The credential belongs to another relying party ID.")]
    RelyingPartyMismatch,
    #[error("The credential or its authenticator is not supported.")]
    PasskeyNotSupported,
    /// A passkey is registered that the user, or another one of the pool, has.
    #[error("The passkey is registered already.")]
    PasskeyExists,
    #[error("Passkey does not exist.")]
    PasskeyNotFound,

    // Tokens.
    #[error("Invalid Access Token")]
    AccessTokenInvalid,
    #[error("Access Token has expired")]
    AccessTokenExpired,
    #[error("Access Token has been revoked")]
    AccessTokenRevoked,
    #[error("Access Token does not have required scopes")]
    AccessTokenScopes,
    /// A client asks for scopes of which it can have none.
    #[error("Client is not allowed to request the scopes.")]
    ScopesNotAllowed,
    /// A token in the named role of an exchange.
    #[error("Invalid {0} Token")]
    ExchangedTokenInvalid(&'static str),
    #[error("{0} Token has expired")]
    ExchangedTokenExpired(&'static str),
    #[error("{0} Token has been revoked")]
    ExchangedTokenRevoked(&'static str),
    #[error("Invalid Refresh Token")]
    RefreshTokenInvalid,
    #[error("Refresh Token has expired")]
    RefreshTokenExpired,
    #[error("Refresh Token has been revoked")]
    RefreshTokenRevoked,
    #[error("Refresh Token has already been used.")]
    RefreshTokenReused,
    #[error("Unsupported token type.")]
    UnsupportedTokenType,
    #[error("Token revocation is not enabled for the client.")]
    RevocationDisabled,
    /// RevokeToken by a client that doesn't own the token or doesn't know its own secret.
    #[error("Unauthorized request.")]
    RevocationUnauthorized,

    // Sessions of users.
    #[error("User session tracking is not enabled for the user pool.")]
    SessionTrackingDisabled,
    /// A user tries to end the session that their own access token belongs to.
    #[error("The current session cannot be revoked.")]
    CurrentSession,

    // Triggers.
    /// The function of a trigger ran and refused, or failed.
    #[error("{trigger} failed with error {message}.")]
    TriggerFailed { trigger: &'static str, message: String },
    /// A trigger is configured and could not be called.
    #[error("{trigger} invocation failed due to {cause}")]
    TriggerUnavailable {
        trigger: &'static str,
        cause: Cow<'static, str>,
    },
    /// The function of a trigger answered what it may not.
    #[error("{0}")]
    TriggerAnswer(Cow<'static, str>),

    // Limits.
    #[error("{0}")]
    LimitExceeded(Cow<'static, str>),
    #[error("Too many requests")]
    TooManyRequests,
    /// Two writers met; the request may be sent again.
    #[error("Another request is changing the same resource. Try again.")]
    ConcurrentModification,

    /// The settings of a style are no document; the service answers that as a fault of its own.
    #[error("Settings is not a JSON object.")]
    SettingsNotAnObject,

    // Ourselves.
    /// Part of the service that isn't written yet.
    #[error("{0} is not implemented by Poolhouse yet.")]
    NotImplemented(Cow<'static, str>),
    /// A fault of ours: logged with its cause, answered without detail.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Makes an [`Error::InvalidParameter`] from the sentence of a rule.
    pub fn invalid_parameter(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidParameter(sentence.into())
    }

    /// The function of a trigger answered something that is no answer.
    pub fn unrecognizable_answer() -> Self {
        Self::TriggerAnswer("Unrecognizable lambda output".into())
    }

    /// Whether the function of a trigger refused, could not be called, or answered what it may not.
    pub fn is_of_trigger(&self) -> bool {
        matches!(
            self,
            Self::TriggerFailed { .. } | Self::TriggerUnavailable { .. } | Self::TriggerAnswer(_)
        )
    }

    /// Says no more than `client` may know: under PreventUserExistenceErrors a missing user is answered like a wrong
    /// password or an old code.
    #[must_use]
    pub fn for_client(self, client: &Client) -> Self {
        if !client.prevents_user_existence_errors() {
            return self;
        }
        match self {
            Self::UserNotFound | Self::PasswordResetRequired => Self::IncorrectUsernameOrPassword,
            Self::UsernameClientCombinationNotFound => Self::CodeExpired,
            other => other,
        }
    }

    /// Wraps a fault of ours.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

/// An error and its causes on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
