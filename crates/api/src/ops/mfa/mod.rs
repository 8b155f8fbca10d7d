//! Second factors of users.

mod admin_delete_software_token;
mod admin_set_user_mfa_preference;
mod associate_software_token;
mod set_user_mfa_preference;
mod verify_software_token;

use poolhouse_domain::mfa::{Factor, Setting};
use poolhouse_model::{
    EmailMfaSettingsType, SMSMfaSettingsType, SoftwareTokenMfaSettingsType, WebAuthnMfaSettingsType,
};

/// What SetUserMFAPreference and its administrator's twin ask for; what is left out stays.
struct Preferences {
    sms: Option<SMSMfaSettingsType>,
    software_token: Option<SoftwareTokenMfaSettingsType>,
    email: Option<EmailMfaSettingsType>,
    web_authn: Option<WebAuthnMfaSettingsType>,
}

impl Preferences {
    /// The settings by factor.
    fn settings(&self) -> Vec<Setting> {
        let setting = |factor, enabled: Option<bool>, preferred: Option<bool>| Setting {
            factor,
            enabled: enabled.unwrap_or(false),
            preferred: preferred.unwrap_or(false),
        };
        let given = [
            self.sms
                .as_ref()
                .map(|sms| setting(Factor::Sms, sms.enabled, sms.preferred_mfa)),
            self.software_token
                .as_ref()
                .map(|token| setting(Factor::SoftwareToken, token.enabled, token.preferred_mfa)),
            self.email
                .as_ref()
                .map(|email| setting(Factor::Email, email.enabled, email.preferred_mfa)),
        ];
        given.into_iter().flatten().collect()
    }

    /// Whether a passkey is all factors at once.
    fn passkey(&self) -> Option<bool> {
        self.web_authn
            .as_ref()
            .map(|web_authn| web_authn.enabled.unwrap_or(false))
    }
}
