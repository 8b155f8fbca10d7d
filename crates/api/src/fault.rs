//! Domain errors in the words of the JSON API: the one place that knows which AWS error a situation is.

use poolhouse_awsjson::{Description, Fault};
use poolhouse_domain::Error;
use poolhouse_domain::error::chain;

/// Words `error` as `operation` answers it.
pub fn fault(error: &Error, operation: &Description, request_id: &str) -> Fault {
    if let Error::Internal(source) = error {
        tracing::error!(
            request_id,
            operation = operation.name,
            error = chain(source.as_ref()),
            "internal failure"
        );
        // Three operations on client secrets call it by another name.
        let secrets = operation.errors.contains(&"InternalServerException");
        return Fault::server(if secrets {
            "InternalServerException"
        } else {
            "InternalErrorException"
        });
    }
    if matches!(error, Error::SettingsNotAnObject) {
        return Fault::internal_failure();
    }
    let code = code(error);
    let stand_in = stand_in(code).filter(|_| !operation.errors.contains(&code));
    Fault::client(stand_in.unwrap_or(code), error.to_string())
}

/// What says the same where the model doesn't have an error: GlobalSignOut, for one, knows no UserNotFoundException.
fn stand_in(code: &str) -> Option<&'static str> {
    match code {
        "ConcurrentModificationException" | "LimitExceededException" => Some("TooManyRequestsException"),
        "CodeDeliveryFailureException" => Some("InvalidUserPoolConfigurationException"),
        "FeatureUnavailableInTierException" => Some("OperationNotEnabledException"),
        "UserNotFoundException"
        | "PasswordResetRequiredException"
        | "UserLambdaValidationException"
        | "UnexpectedLambdaException"
        | "InvalidLambdaResponseException" => Some("NotAuthorizedException"),
        "WebAuthnNotEnabledException" | "WebAuthnConfigurationMissingException" => Some("InvalidParameterException"),
        _ => None,
    }
}

fn code(error: &Error) -> &'static str {
    match error {
        Error::PoolNotFound(_)
        | Error::ClientNotFound(_)
        | Error::ClientSecretNotFound(_)
        | Error::GroupNotFound
        | Error::ResourceServerNotFound(_)
        | Error::IdentityProviderNotFound(_)
        | Error::StyleNotFound
        | Error::StyleOfClientNotFound(_)
        | Error::TermsNotFound
        | Error::TermsOfClientNotFound { .. }
        | Error::UserSessionNotFound
        | Error::DeviceNotFound
        | Error::PasskeyNotFound => "ResourceNotFoundException",
        Error::PasskeysNotEnabled => "WebAuthnNotEnabledException",
        Error::RelyingPartyMissing => "WebAuthnConfigurationMissingException",
        Error::PasskeyChallengeNotFound => "WebAuthnChallengeNotFoundException",
        Error::PasskeyClientMismatch => "WebAuthnClientMismatchException",
        Error::PasskeyOriginNotAllowed => "WebAuthnOriginNotAllowedException",
        Error::RelyingPartyMismatch => "WebAuthnRelyingPartyMismatchException",
        Error::PasskeyNotSupported => "WebAuthnCredentialNotSupportedException",
        Error::DeviceExists => "DeviceKeyExistsException",
        Error::DeviceTrackingDisabled => "InvalidUserPoolConfigurationException",
        Error::UserNotFound | Error::UsernameClientCombinationNotFound => "UserNotFoundException",
        Error::UserExists | Error::UserAccountExists | Error::UsernameAttributeExists(_) => "UsernameExistsException",
        Error::AliasExists(_) | Error::AliasExistsAtConfirmation(_) => "AliasExistsException",
        Error::GroupExists => "GroupExistsException",
        Error::StyleExists(_) => "ManagedLoginBrandingExistsException",
        Error::TermsExists { .. } => "TermsExistsException",

        Error::InvalidParameter(_)
        | Error::MissingParameter(_)
        | Error::FlowNotEnabled(_)
        | Error::PasskeyExists
        | Error::CurrentSession
        | Error::LevelOutOfReach
        | Error::LevelReached
        | Error::SetupSessionInvalid
        | Error::TokenAndSession
        | Error::AlreadyConfirmed
        | Error::NoAutoVerification
        | Error::NoRecoveryChannel => "InvalidParameterException",
        Error::InvalidOAuthFlow(_) => "InvalidOAuthFlowException",
        Error::ScopeDoesNotExist(_) => "ScopeDoesNotExistException",
        Error::Tagging(_) => "UserPoolTaggingException",
        Error::FeatureUnavailableInTier(_) => "FeatureUnavailableInTierException",
        Error::SessionTrackingDisabled => "OperationNotEnabledException",

        Error::PasswordPolicy(_) => "InvalidPasswordException",
        Error::PasswordHistory => "PasswordHistoryPolicyViolationException",
        Error::SoftwareTokenNotOffered | Error::SoftwareTokenMissing => "SoftwareTokenMFANotFoundException",
        Error::SoftwareTokenNotProved => "EnableSoftwareTokenMFAException",
        Error::CodeMismatch | Error::SoftwareTokenCodeMismatch | Error::SecondFactorCodeMismatch => {
            "CodeMismatchException"
        }
        Error::CodeExpired | Error::SoftwareTokenCodeReplayed => "ExpiredCodeException",
        Error::CodeDeliveryFailure(_) => "CodeDeliveryFailureException",
        Error::UserNotConfirmed => "UserNotConfirmedException",
        Error::PasswordResetRequired => "PasswordResetRequiredException",
        Error::ResendNotPossible(_) => "UnsupportedUserStateException",

        Error::UnauthorizedAttribute
        | Error::AttributeAlreadyProvided(_)
        | Error::SignUpNotPermitted
        | Error::NotConfirmable(_)
        | Error::PasswordNotResettable
        | Error::ContactAdministrator
        | Error::IncorrectUsernameOrPassword
        | Error::PasswordAttemptsExceeded
        | Error::UserDisabled
        | Error::TemporaryPasswordExpired
        | Error::SecretHashMissing(_)
        | Error::SecretHashMismatch(_)
        | Error::SessionInvalid
        | Error::NoSecondFactor
        | Error::SessionExpired
        | Error::SessionUsed
        | Error::AccessTokenInvalid
        | Error::AccessTokenExpired
        | Error::AccessTokenRevoked
        | Error::AccessTokenScopes
        | Error::ScopesNotAllowed
        | Error::ExchangedTokenInvalid(_)
        | Error::ExchangedTokenExpired(_)
        | Error::ExchangedTokenRevoked(_)
        | Error::RefreshTokenInvalid
        | Error::RefreshTokenExpired
        | Error::RefreshTokenRevoked => "NotAuthorizedException",
        Error::RefreshTokenReused => "RefreshTokenReuseException",
        Error::UnsupportedTokenType => "UnsupportedTokenTypeException",
        Error::RevocationDisabled => "UnsupportedOperationException",
        Error::RevocationUnauthorized => "UnauthorizedException",

        Error::TriggerFailed { .. } => "UserLambdaValidationException",
        Error::TriggerUnavailable { .. } => "UnexpectedLambdaException",
        Error::TriggerAnswer(_) => "InvalidLambdaResponseException",
        Error::AttemptLimitExceeded | Error::LimitExceeded(_) => "LimitExceededException",
        Error::TooManyRequests => "TooManyRequestsException",
        Error::ConcurrentModification => "ConcurrentModificationException",
        Error::NotImplemented(_) => "NotImplementedException",
        Error::SettingsNotAnObject | Error::Internal(_) => "InternalErrorException",
    }
}
