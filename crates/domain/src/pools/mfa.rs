//! The second factors of a pool.

use poolhouse_model::{
    EmailSendingAccountType, GetUserPoolMfaConfigResponse, SetUserPoolMfaConfigRequest, SmsMfaConfigType,
    SoftwareTokenMfaConfigType, Timestamp, UserPoolMfaType, UserPoolTierType, VerifiedAttributeType,
    WebAuthnConfigurationType, WebAuthnFactorConfigurationType,
};

use super::configuration::tier_lacks;
use super::{Factors, Pool};
use crate::{Error, Result, templates};

impl Pool {
    /// Changes the MFA mode from CreateUserPool or UpdateUserPool, which know no factor but SMS.
    pub(super) fn change_mfa_mode(&mut self, mode: Option<UserPoolMfaType>, creating: bool) -> Result<()> {
        let mode = mode.unwrap_or(self.mfa());
        let sms = self.settings.sms_configuration.is_some();
        if mode != UserPoolMfaType::Off {
            let has_sms = sms && self.auto_verifies(VerifiedAttributeType::PhoneNumber);
            let has_other = !creating && (self.offers_software_token() || self.factors.email.is_some());
            if !has_sms && !has_other {
                return Err(Error::invalid_parameter(
                    "SMS configuration and Auto verification for phone_number are required when MFA is \
                     required/optional",
                ));
            }
            self.factors.sms = sms;
        }
        self.settings.mfa_configuration = Some(mode);
        Ok(())
    }

    /// Whether users may register an authenticator app.
    pub fn offers_software_token(&self) -> bool {
        self.factors
            .software_token
            .as_ref()
            .is_some_and(|config| config.enabled == Some(true))
    }

    /// Replaces the factors and the MFA mode.
    pub fn set_mfa(&mut self, request: SetUserPoolMfaConfigRequest, now: Timestamp) -> Result<()> {
        let mode = request.mfa_configuration.unwrap_or(UserPoolMfaType::Off);
        let software_token = request.software_token_mfa_configuration;
        let named = request.sms_mfa_configuration.is_some()
            || software_token.is_some()
            || request.email_mfa_configuration.is_some();
        let enabled = request.sms_mfa_configuration.is_some()
            || software_token
                .as_ref()
                .is_some_and(|config| config.enabled == Some(true))
            || request.email_mfa_configuration.is_some();
        if mode == UserPoolMfaType::Off && named {
            return Err(Error::invalid_parameter(
                "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
            ));
        }
        if mode != UserPoolMfaType::Off && !enabled {
            return Err(Error::invalid_parameter(
                "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.",
            ));
        }
        let sms = request.sms_mfa_configuration.is_some();
        if let Some(config) = request.sms_mfa_configuration {
            self.set_sms_factor(config)?;
        }
        if let Some(config) = &request.email_mfa_configuration {
            self.check_email_factor()?;
            if let Some(message) = &config.message {
                templates::check_code_message("EmailMfaConfiguration", message)?;
            }
        }
        if let Some(config) = &request.web_authn_configuration
            && self.tier() == UserPoolTierType::Lite
            && *config != WebAuthnConfigurationType::default()
        {
            return Err(tier_lacks("Passkey sign-in"));
        }
        self.factors = Factors {
            sms,
            software_token,
            email: request.email_mfa_configuration,
            web_authn: request.web_authn_configuration,
        };
        self.settings.mfa_configuration = Some(mode);
        self.settings.last_modified_date = Some(now);
        Ok(())
    }

    fn set_sms_factor(&mut self, config: SmsMfaConfigType) -> Result<()> {
        if let Some(message) = &config.sms_authentication_message {
            templates::check_code_message("SmsAuthenticationMessage", message)?;
            self.settings.sms_authentication_message = Some(message.clone());
        }
        if config.sms_configuration.is_some() {
            self.settings.sms_configuration = config.sms_configuration;
        }
        if self.settings.sms_configuration.is_none() {
            return Err(Error::invalid_parameter(
                "SmsConfiguration is required to use SMS as a factor.",
            ));
        }
        Ok(())
    }

    fn check_email_factor(&self) -> Result<()> {
        if self.tier() == UserPoolTierType::Lite {
            return Err(tier_lacks("Email MFA"));
        }
        let account = self
            .settings
            .email_configuration
            .as_ref()
            .and_then(|config| config.email_sending_account);
        if account != Some(EmailSendingAccountType::Developer) {
            return Err(Error::invalid_parameter(
                "EmailConfiguration with EmailSendingAccount DEVELOPER is required to use email as a factor.",
            ));
        }
        Ok(())
    }

    /// The answer of GetUserPoolMfaConfig and SetUserPoolMfaConfig: only what is set.
    pub fn mfa_config(&self) -> GetUserPoolMfaConfigResponse {
        let mode = self.mfa();
        let active = mode != UserPoolMfaType::Off;
        let default_passkeys = || WebAuthnConfigurationType {
            factor_configuration: Some(WebAuthnFactorConfigurationType::SingleFactor),
            ..WebAuthnConfigurationType::default()
        };
        GetUserPoolMfaConfigResponse {
            sms_mfa_configuration: (active && self.factors.sms).then(|| SmsMfaConfigType {
                sms_authentication_message: self.settings.sms_authentication_message.clone(),
                sms_configuration: self.settings.sms_configuration.clone(),
            }),
            software_token_mfa_configuration: self
                .offers_software_token()
                .then_some(SoftwareTokenMfaConfigType { enabled: Some(true) }),
            email_mfa_configuration: self.factors.email.clone(),
            mfa_configuration: Some(mode),
            web_authn_configuration: match &self.factors.web_authn {
                Some(config) => {
                    let mut config = config.clone();
                    config
                        .factor_configuration
                        .get_or_insert(WebAuthnFactorConfigurationType::SingleFactor);
                    Some(config)
                }
                None => active.then(default_passkeys),
            },
        }
    }
}
