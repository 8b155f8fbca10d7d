//! Second factors of users: what they have turned on, and which one a sign-in asks for.

use std::collections::BTreeSet;

use poolhouse_model::{
    AuthFactorType, ChallengeNameType, DeliveryMediumType, MFAOptionType, UserPoolMfaType, VerifiedAttributeType,
};
use serde::{Deserialize, Serialize};

use crate::delivery::{self, SecondFactors};
use crate::pools::Pool;
use crate::users::User;
use crate::{Error, Result};

/// The name under which a passkey stands among the enabled factors.
const PASSKEY_SETTING: &str = "WEB_AUTHN_MFA";

/// What proves a user besides their password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Factor {
    #[serde(rename = "SMS_MFA")]
    Sms,
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    SoftwareToken,
    #[serde(rename = "EMAIL_OTP")]
    Email,
}

impl Factor {
    /// All factors, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

    /// The name of the factor, which is that of its challenge.
    pub fn as_str(self) -> &'static str {
        self.challenge().as_str()
    }

    /// The challenge that asks for the factor.
    pub fn challenge(self) -> ChallengeNameType {
        match self {
            Self::Sms => ChallengeNameType::SmsMfa,
            Self::SoftwareToken => ChallengeNameType::SoftwareTokenMfa,
            Self::Email => ChallengeNameType::EmailOtp,
        }
    }

    /// The factor of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.as_str() == name)
    }

    /// The attribute that codes of this factor are sent to.
    pub fn attribute(self) -> Option<VerifiedAttributeType> {
        match self {
            Self::Sms => Some(VerifiedAttributeType::PhoneNumber),
            Self::SoftwareToken => None,
            Self::Email => Some(VerifiedAttributeType::Email),
        }
    }
}

/// The second factors of a user.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MfaPreferences {
    /// The authenticator app that was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_token: Option<SoftwareToken>,
    /// The sealed secret of an authenticator app that waits for its first code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_secret: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    enabled: BTreeSet<Factor>,
    /// One of the enabled factors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preferred: Option<Factor>,
    /// Whether codes by SMS were turned on as `MFAOptions`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    as_options: bool,
    /// Whether a passkey that verifies its user is all factors at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    passkey: bool,
}

/// A verified authenticator app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SoftwareToken {
    /// The secret, sealed for this user.
    pub sealed_secret: String,
    /// The time step of the last code that was accepted: it and all before it are spent.
    pub last_used_step: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<String>,
}

/// What SetUserMFAPreference says of one factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    pub factor: Factor,
    pub enabled: bool,
    pub preferred: bool,
}

impl MfaPreferences {
    /// Whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The names of the enabled factors; `None` without any.
    pub fn setting_list(&self) -> Option<Vec<String>> {
        let mut names: Vec<String> = self.enabled.iter().map(|factor| factor.as_str().to_owned()).collect();
        names.extend(self.passkey.then(|| PASSKEY_SETTING.to_owned()));
        (!names.is_empty()).then_some(names)
    }

    /// The name of the preferred factor.
    pub fn preferred_setting(&self) -> Option<String> {
        self.preferred.map(|factor| factor.as_str().to_owned())
    }

    /// The factors in the old form that knows SMS only.
    pub fn options(&self) -> Option<Vec<MFAOptionType>> {
        let option = || MFAOptionType {
            delivery_medium: Some(DeliveryMediumType::Sms),
            attribute_name: Some(VerifiedAttributeType::PhoneNumber.as_str().to_owned()),
        };
        self.as_options.then(|| vec![option()])
    }

    /// Whether a passkey that verifies its user is all factors at once.
    pub fn counts_passkey(&self) -> bool {
        self.passkey
    }

    /// The contacts that are factors, and so no way to recover the account.
    pub fn second_factors(&self) -> SecondFactors {
        SecondFactors {
            sms: self.enabled.contains(&Factor::Sms),
            email: self.enabled.contains(&Factor::Email),
        }
    }

    /// Turns a factor on.
    pub fn enable(&mut self, factor: Factor) {
        self.enabled.insert(factor);
    }

    /// Forgets the authenticator app, and that it was a factor.
    pub fn delete_software_token(&mut self) {
        self.software_token = None;
        self.pending_secret = None;
        self.disable(Factor::SoftwareToken);
    }

    fn disable(&mut self, factor: Factor) {
        self.enabled.remove(&factor);
        if self.preferred == Some(factor) {
            self.preferred = None;
        }
        if factor == Factor::Sms {
            self.as_options = false;
        }
        // Without another factor, whoever loses their passkey would be locked out.
        self.passkey &= !self.enabled.is_empty();
    }
}

impl User {
    /// Turns second factors on and off and chooses the preferred one: only the factors named change.
    pub fn set_mfa_preferences(&mut self, pool: &Pool, settings: &[Setting]) -> Result<()> {
        let refuse = |sentence: &'static str| Err(Error::invalid_parameter(sentence));
        if settings.iter().any(|setting| setting.preferred && !setting.enabled) {
            return refuse("Invalid MFA preference given, a factor can't be preferred and not enabled.");
        }
        if settings.iter().filter(|setting| setting.preferred).count() > 1 {
            return refuse("Invalid MFA preference given, only one factor can be preferred.");
        }
        for &Setting {
            factor,
            enabled,
            preferred,
        } in settings
        {
            if enabled {
                self.check_can_enable(pool, factor)?;
                self.mfa.enable(factor);
            } else {
                self.check_can_disable(pool, factor)?;
                self.mfa.disable(factor);
            }
            if preferred {
                self.mfa.preferred = Some(factor);
            } else if self.mfa.preferred == Some(factor) {
                self.mfa.preferred = None;
            }
        }
        Ok(())
    }

    /// Turns on and off that a passkey is all factors at once.
    pub fn set_passkey_mfa(&mut self, pool: &Pool, enabled: bool) -> Result<()> {
        if enabled {
            pool.check_passkeys_are_mfa()?;
            if self.mfa.enabled.is_empty() {
                return Err(Error::invalid_parameter(
                    "Invalid MFA preference given, WEB_AUTHN needs another factor that is enabled.",
                ));
            }
        }
        self.mfa.passkey = enabled;
        Ok(())
    }

    /// Turns codes by SMS on or off in the old form, `MFAOptions`.
    pub fn set_mfa_options(&mut self, pool: &Pool, options: &[MFAOptionType]) -> Result<()> {
        let is_sms = |option: &MFAOptionType| {
            option.delivery_medium == Some(DeliveryMediumType::Sms)
                && option.attribute_name.as_deref() == Some(VerifiedAttributeType::PhoneNumber.as_str())
        };
        if !options.iter().all(is_sms) {
            return Err(Error::invalid_parameter(
                "MFAOptions take the delivery medium SMS and the attribute phone_number only.",
            ));
        }
        if options.is_empty() {
            self.check_can_disable(pool, Factor::Sms)?;
            self.mfa.disable(Factor::Sms);
        } else {
            self.check_can_enable(pool, Factor::Sms)?;
            self.mfa.enable(Factor::Sms);
            self.mfa.as_options = true;
        }
        Ok(())
    }

    fn check_can_enable(&self, pool: &Pool, factor: Factor) -> Result<()> {
        let name = factor.as_str();
        if !self.possesses(factor) {
            return Err(Error::invalid_parameter(format!(
                "User does not have delivery config set to turn on {name}"
            )));
        }
        if !pool.offers(factor) {
            return Err(Error::invalid_parameter(format!(
                "{name} is not enabled for the user pool"
            )));
        }
        Ok(())
    }

    fn check_can_disable(&self, pool: &Pool, factor: Factor) -> Result<()> {
        if pool.mfa() == UserPoolMfaType::On && self.mfa.enabled.contains(&factor) {
            return Err(Error::invalid_parameter(
                "Invalid MFA preference given, a factor can't be disabled when the user pool requires MFA.",
            ));
        }
        Ok(())
    }

    /// Whether the user could answer the challenge of `factor`.
    pub(crate) fn possesses(&self, factor: Factor) -> bool {
        match factor.attribute() {
            Some(attribute) => self.attributes.given(attribute.as_str()).is_some(),
            None => self.mfa.software_token.is_some(),
        }
    }

    /// The factors that the user, who may have a passkey, may begin a choice-based sign-in with.
    pub fn first_factors(&self, pool: &Pool, has_passkey: bool) -> Vec<AuthFactorType> {
        let has = |attribute: VerifiedAttributeType| self.attributes.given(attribute.as_str()).is_some();
        let with_mfa = second_factor(pool, self) != Next::Nothing;
        let passkey_suffices = !with_mfa || (self.mfa.passkey && pool.passkeys_are_mfa());
        let usable = |factor: &AuthFactorType| match factor {
            AuthFactorType::Password => self.password.is_some(),
            AuthFactorType::EmailOtp => !with_mfa && has(VerifiedAttributeType::Email),
            AuthFactorType::SmsOtp => !with_mfa && has(VerifiedAttributeType::PhoneNumber),
            AuthFactorType::WebAuthn => has_passkey && passkey_suffices,
            AuthFactorType::SoftwareToken => false,
        };
        pool.first_auth_factors().into_iter().filter(usable).collect()
    }
}

impl Pool {
    /// Whether users of the pool may use `factor`.
    pub fn offers(&self, factor: Factor) -> bool {
        self.mfa() != UserPoolMfaType::Off
            && match factor {
                Factor::Sms => self.factors.sms,
                Factor::SoftwareToken => self.offers_software_token(),
                Factor::Email => self.factors.email.is_some(),
            }
    }

    /// Refuses what needs authenticator apps where the pool has none.
    pub fn check_offers_software_token(&self) -> Result<()> {
        if self.offers(Factor::SoftwareToken) {
            Ok(())
        } else {
            Err(Error::SoftwareTokenNotOffered)
        }
    }

    /// Refuses to let a passkey count as all factors where the pool doesn't say so.
    fn check_passkeys_are_mfa(&self) -> Result<()> {
        if self.passkeys_are_mfa() {
            Ok(())
        } else {
            Err(Error::invalid_parameter(
                "WEB_AUTHN is not enabled as MFA for the user pool",
            ))
        }
    }

    /// Whether `factor` uses the only contact by which accounts are recovered.
    fn is_only_recovery(&self, factor: Factor) -> bool {
        let setting = self.settings.account_recovery_setting.as_ref();
        factor.attribute().is_some() && delivery::only_recovery_contact(setting) == factor.attribute()
    }
}

/// What a sign-in asks for after the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing: tokens are given.
    Nothing,
    /// This factor.
    Challenge(Factor),
    /// One of these factors, which the user selects.
    Select(Vec<Factor>),
    /// That the user sets one of these factors up.
    Setup(Vec<Factor>),
    /// What the user can't give.
    Blocked,
}

impl Next {
    /// Whether an answer to the challenge of `factor` is what the sign-in waits for.
    pub fn admits(&self, factor: Factor) -> bool {
        match self {
            Self::Challenge(asked) => *asked == factor,
            Self::Select(factors) => factors.contains(&factor),
            Self::Nothing | Self::Setup(_) | Self::Blocked => false,
        }
    }

    /// Whether the user may set `factor` up to sign in.
    pub fn sets_up(&self, factor: Factor) -> bool {
        matches!(self, Self::Setup(factors) if factors.contains(&factor))
    }
}

/// Decides what a sign-in asks for after the password.
///
/// A pool that requires MFA takes what the user has where nothing is turned on, except the contact that alone recovers
/// the account.
pub fn second_factor(pool: &Pool, user: &User) -> Next {
    let mode = pool.mfa();
    if mode == UserPoolMfaType::Off {
        return Next::Nothing;
    }
    let offered = |factor: &Factor| pool.offers(*factor);
    let enabled: Vec<Factor> = user.mfa.enabled.iter().copied().filter(offered).collect();
    let (usable, lost): (Vec<Factor>, Vec<Factor>) = enabled.into_iter().partition(|factor| user.possesses(*factor));
    if let Some(preferred) = user.mfa.preferred.filter(|preferred| usable.contains(preferred)) {
        return Next::Challenge(preferred);
    }
    if !usable.is_empty() {
        return choice(usable);
    }
    if mode == UserPoolMfaType::Optional {
        // Whoever took the contact away must not have taken the factor away with it.
        return if lost.is_empty() { Next::Nothing } else { Next::Blocked };
    }
    let allowed = |factor: &Factor| pool.offers(*factor) && !pool.is_only_recovery(*factor);
    let (possessed, missing): (Vec<Factor>, Vec<Factor>) = Factor::ALL
        .into_iter()
        .filter(allowed)
        .partition(|factor| user.possesses(*factor));
    if !possessed.is_empty() {
        choice(possessed)
    } else if lost.is_empty() && !missing.is_empty() {
        Next::Setup(missing)
    } else {
        Next::Blocked
    }
}

/// The one factor, or the choice between several.
pub(crate) fn choice(factors: Vec<Factor>) -> Next {
    match factors.as_slice() {
        [factor] => Next::Challenge(*factor),
        _ => Next::Select(factors),
    }
}

#[cfg(test)]
#[path = "mfa_tests.rs"]
mod tests;
