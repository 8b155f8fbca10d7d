//! The occasions on which triggers run, by their names in `triggerSource`.

/// Why somebody is about to become a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUpSource {
    SignUp,
    AdminCreateUser,
    /// The first sign-in through an identity provider.
    ExternalProvider,
}

impl SignUpSource {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "PreSignUp_SignUp",
            Self::AdminCreateUser => "PreSignUp_AdminCreateUser",
            Self::ExternalProvider => "PreSignUp_ExternalProvider",
        }
    }
}

/// What was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmationSource {
    SignUp,
    ForgotPassword,
}

impl ConfirmationSource {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "PostConfirmation_ConfirmSignUp",
            Self::ForgotPassword => "PostConfirmation_ConfirmForgotPassword",
        }
    }
}

/// Where tokens are about to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSource {
    Authentication,
    /// A sign-in that ends with the proof of a remembered device.
    AuthenticateDevice,
    /// A sign-in that ends with a new password instead of a temporary one.
    NewPasswordChallenge,
    RefreshTokens,
    /// The OAuth endpoints.
    HostedAuth,
    ClientCredentials,
}

impl TokenSource {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "TokenGeneration_Authentication",
            Self::AuthenticateDevice => "TokenGeneration_AuthenticateDevice",
            Self::NewPasswordChallenge => "TokenGeneration_NewPasswordChallenge",
            Self::RefreshTokens => "TokenGeneration_RefreshTokens",
            Self::HostedAuth => "TokenGeneration_HostedAuth",
            Self::ClientCredentials => "TokenGeneration_ClientCredentials",
        }
    }
}

/// Where a name turned out to belong to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigrationSource {
    Authentication,
    ForgotPassword,
}

impl MigrationSource {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "UserMigration_Authentication",
            Self::ForgotPassword => "UserMigration_ForgotPassword",
        }
    }
}
