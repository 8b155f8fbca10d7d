//! The second factors of a pool.

use poolhouse_model::{
    AuthFactorType, EmailSendingAccountType, GetUserPoolMfaConfigResponse, SetUserPoolMfaConfigRequest,
    SmsMfaConfigType, SoftwareTokenMfaConfigType, Timestamp, UserPoolMfaType, UserPoolTierType, VerifiedAttributeType,
    WebAuthnConfigurationType, WebAuthnFactorConfigurationType,
};

use super::configuration::{sms_configuration, tier_lacks};
use super::{Factors, Pool};
use crate::{Error, Result, templates};

impl Pool {
    /// Changes the MFA mode from CreateUserPool or UpdateUserPool, which know no factor but SMS. Turned off, the pool
    /// has no factors.
    pub(super) fn change_mfa_mode(&mut self, mode: Option<UserPoolMfaType>, creating: bool) -> Result<()> {
        let mode = mode.unwrap_or(self.mfa());
        if mode == UserPoolMfaType::Off {
            self.factors = Factors {
                web_authn: self.factors.web_authn.take(),
                ..Factors::default()
            };
        } else {
            let sms = self.settings.sms_configuration.is_some();
            let has_sms = sms && self.auto_verifies(VerifiedAttributeType::PhoneNumber);
            let has_other = !creating && (self.offers_software_token() || self.factors.email.is_some());
            if !has_sms && !has_other {
                return Err(Error::invalid_parameter(
                    "SMS configuration and Auto verification for phone_number are required when MFA is \
                     required/optional",
                ));
            }
            self.factors.sms = if creating {
                sms
            } else {
                sms && (self.factors.sms || !has_other)
            };
        }
        self.settings.mfa_configuration = Some(mode);
        Ok(())
    }

    /// Refuses a feature plan that lacks a factor of the pool.
    pub(super) fn check_factors_in_tier(&self) -> Result<()> {
        if self.tier() != UserPoolTierType::Lite {
            Ok(())
        } else if self.factors.email.is_some() {
            Err(tier_lacks("Email MFA"))
        } else if self.factors.web_authn.is_some() {
            Err(tier_lacks("Passkey sign-in"))
        } else {
            Ok(())
        }
    }

    /// Whether users may register an authenticator app.
    pub fn offers_software_token(&self) -> bool {
        self.factors
            .software_token
            .as_ref()
            .is_some_and(|config| config.enabled == Some(true))
    }

    /// Replaces the factors and the MFA mode: what the request leaves out is off.
    pub fn set_mfa(&mut self, request: SetUserPoolMfaConfigRequest, now: Timestamp) -> Result<()> {
        let mode = request.mfa_configuration.unwrap_or(UserPoolMfaType::Off);
        let software_token = request.software_token_mfa_configuration;
        let sms_or_email = request.sms_mfa_configuration.is_some() || request.email_mfa_configuration.is_some();
        let named = sms_or_email || software_token.is_some();
        let enabled = sms_or_email
            || software_token
                .as_ref()
                .is_some_and(|config| config.enabled == Some(true));
        let refuse = |sentence: &'static str| Err(Error::invalid_parameter(sentence));
        match mode {
            UserPoolMfaType::Off if named => {
                return refuse("Invalid MFA configuration given, can't turn off MFA and configure an MFA together.");
            }
            UserPoolMfaType::On | UserPoolMfaType::Optional if !enabled => {
                return refuse(
                    "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.",
                );
            }
            _ => {}
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
        self.factors = Factors {
            sms,
            software_token,
            email: request.email_mfa_configuration,
            web_authn: request.web_authn_configuration,
        };
        self.settings.mfa_configuration = Some(mode);
        self.settings.last_modified_date = Some(now);
        self.check_relying_party()?;
        self.check_first_factors_with_mfa(
            "Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed \
             first auth factor",
        )?;
        self.check_factors_in_tier()
    }

    /// Refuses first factors that a pool which requires MFA can't have; `single_factor_passkeys` is the sentence for
    /// passkeys that are one factor.
    pub(super) fn check_first_factors_with_mfa(&self, single_factor_passkeys: &'static str) -> Result<()> {
        if self.mfa() != UserPoolMfaType::On {
            return Ok(());
        }
        let factors = self.first_auth_factors();
        if factors.contains(&AuthFactorType::EmailOtp) || factors.contains(&AuthFactorType::SmsOtp) {
            return Err(Error::invalid_parameter(
                "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled",
            ));
        }
        if factors.contains(&AuthFactorType::WebAuthn) && !self.passkeys_are_mfa() {
            return Err(Error::invalid_parameter(single_factor_passkeys));
        }
        Ok(())
    }

    fn set_sms_factor(&mut self, config: SmsMfaConfigType) -> Result<()> {
        if let Some(message) = &config.sms_authentication_message {
            templates::check_code_message("SmsAuthenticationMessage", message)?;
            self.settings.sms_authentication_message = Some(message.clone());
        }
        if let Some(given) = config.sms_configuration {
            self.settings.sms_configuration = Some(sms_configuration(given)?);
        }
        if self.settings.sms_configuration.is_none() {
            return Err(Error::invalid_parameter(
                "SmsConfiguration is required to use SMS as a factor.",
            ));
        }
        Ok(())
    }

    fn check_email_factor(&self) -> Result<()> {
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
