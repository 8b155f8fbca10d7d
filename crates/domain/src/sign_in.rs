//! What a sign-in asks for next: one state machine for every door.
//!
//! A new password comes first, then the proof of a remembered device, then what the wanted level of assurance needs,
//! then the second factor, then tokens. Where functions of the pool lead a sign-in, what they ask for comes before all of
//! it.

use poolhouse_model::{AuthFactorType, ChallengeNameType, UserStatusType};
use serde::{Deserialize, Serialize};

use crate::assurance::{Level, Method, Methods};
use crate::custom_sign_in::CustomSignIn;
use crate::devices::Device;
use crate::mfa::{self, Factor, choice, second_factor};
use crate::pools::Pool;
use crate::users::User;
use crate::{Error, Result};

/// How far a sign-in has come. It goes along from challenge to challenge.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The names by which the user may be called in answers; the first is the one that was typed.
    pub names: Vec<String>,
    /// The device that the client says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    /// Whether that device has proved itself.
    #[serde(default)]
    pub is_device_proved: bool,
    /// What the user has proved themselves by.
    #[serde(default)]
    pub methods: Methods,
    /// Whether they have proved all the factors that a pool with MFA demands.
    #[serde(default)]
    pub is_multi_factor: bool,
    /// The level of assurance that the client asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Level>,
    /// How far the functions of the pool have come, as long as they lead the sign-in. Wherever it is kept, it is sealed.
    #[serde(skip)]
    pub custom: Option<CustomSignIn>,
    /// Whether the functions of the pool have let the user in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_admitted: bool,
    /// Whether it signs a browser in to managed login, and not a client of the API.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_browser: bool,
}

impl Progress {
    /// The name that the sign-in began with.
    pub fn typed(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// Counts what the user has proved in another sign-in.
    pub fn credit(&mut self, pool: &Pool, user: &User, methods: Methods) {
        let demanded = second_factor(pool, user);
        let is_proved = |factor: Factor| methods.has(factor.into()) && demanded.admits(factor);
        let by_factors = methods.has_password() && Factor::ALL.into_iter().any(is_proved);
        let by_passkey = methods.has_passkey() && user.mfa.counts_passkey() && pool.passkeys_are_mfa();
        self.is_multi_factor = by_factors || by_passkey;
        self.methods = methods;
    }

    /// Counts a second factor that the user has just proved. One that only lifts the sign-in to its level is not the one
    /// that MFA demands.
    pub fn prove(&mut self, pool: &Pool, user: &User, factor: Factor) {
        self.methods.add(factor.into());
        self.is_multi_factor |= second_factor(pool, user).admits(factor);
    }
}

/// What a sign-in asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// A password of the user's own instead of the temporary one.
    NewPassword,
    /// The proof of the remembered device.
    Device,
    /// A second factor.
    SecondFactor(mfa::Next),
    /// Nothing: tokens are given.
    Tokens,
}

/// Decides what the sign-in of `user`, which came as far as `progress` from the known `device`, asks for.
pub fn next(pool: &Pool, user: &User, progress: &Progress, device: Option<&Device>) -> Result<Next> {
    if let Some(custom) = &progress.custom {
        let named = custom.posed.as_ref().map(|posed| posed.name);
        return built_in(pool, user, progress, device, named).ok_or_else(Error::unrecognizable_answer);
    }
    let by_password = progress.methods.has_password();
    if by_password && user.status == UserStatusType::ForceChangePassword {
        return Ok(Next::NewPassword);
    }
    let signs_in_as_device = device.is_some_and(Device::signs_in);
    if (by_password || progress.is_admitted) && signs_in_as_device && !progress.is_device_proved {
        return Ok(Next::Device);
    }
    if let Some(target) = progress.target
        && progress.methods.level() < Some(target)
    {
        let lifting = lifting_factors(pool, user, &progress.methods, target);
        if lifting.is_empty() {
            return Err(Error::LevelOutOfReach);
        }
        // What MFA demands is demanded at every level; one factor may do for both.
        let demanded = second_factor(pool, user);
        let (both, only_lifting): (Vec<_>, Vec<_>) = lifting.into_iter().partition(|factor| demanded.admits(*factor));
        let asked = if both.is_empty() { only_lifting } else { both };
        return Ok(Next::SecondFactor(choice(asked)));
    }
    let device_replaces_mfa = signs_in_as_device && progress.is_device_proved && pool.devices_replace_mfa();
    // Functions that let somebody in without a password stand for all factors.
    let by_functions_alone = progress.is_admitted && !by_password;
    if progress.is_multi_factor || device_replaces_mfa || by_functions_alone {
        return Ok(Next::Tokens);
    }
    Ok(match second_factor(pool, user) {
        mfa::Next::Nothing => Next::Tokens,
        asked => Next::SecondFactor(asked),
    })
}

/// What the challenge asks for that the functions of the pool have named, where the user can be asked for that now.
fn built_in(
    pool: &Pool,
    user: &User,
    progress: &Progress,
    device: Option<&Device>,
    named: Option<ChallengeNameType>,
) -> Option<Next> {
    let usable = |factor: Factor| {
        let is_usable = pool.offers(factor) && user.possesses(factor);
        is_usable.then_some(Next::SecondFactor(mfa::Next::Challenge(factor)))
    };
    match named? {
        ChallengeNameType::SmsMfa => usable(Factor::Sms),
        ChallengeNameType::SoftwareTokenMfa => usable(Factor::SoftwareToken),
        ChallengeNameType::EmailOtp => usable(Factor::Email),
        ChallengeNameType::SelectMfaType | ChallengeNameType::MfaSetup => match second_factor(pool, user) {
            mfa::Next::Nothing | mfa::Next::Blocked => None,
            asked => Some(Next::SecondFactor(asked)),
        },
        ChallengeNameType::NewPasswordRequired => {
            let is_due = progress.methods.has_password() && user.status == UserStatusType::ForceChangePassword;
            is_due.then_some(Next::NewPassword)
        }
        ChallengeNameType::DeviceSrpAuth => {
            let is_due = device.is_some_and(Device::signs_in) && !progress.is_device_proved;
            is_due.then_some(Next::Device)
        }
        _ => None,
    }
}

/// The second factor that the sign-in waits for, if it waits for one. A device that is named along with the answer
/// proves itself afterwards.
pub fn awaited_factor(pool: &Pool, user: &User, progress: &Progress) -> mfa::Next {
    match next(pool, user, progress, None) {
        Ok(Next::SecondFactor(asked)) => asked,
        _ => mfa::Next::Nothing,
    }
}

/// The second factors of the user that lift `methods` to `target` at once.
pub fn lifting_factors(pool: &Pool, user: &User, methods: &Methods, target: Level) -> Vec<Factor> {
    let lifts = |factor: &Factor| methods.with((*factor).into()).level() >= Some(target);
    let usable = |factor: &Factor| pool.offers(*factor) && user.possesses(*factor);
    Factor::ALL.into_iter().filter(usable).filter(lifts).collect()
}

/// The first of `levels` that the user, who has proved `credit` already, can reach.
pub fn reachable_level(
    pool: &Pool,
    user: &User,
    has_passkey: bool,
    credit: &Methods,
    levels: &[Level],
) -> Result<Level> {
    let is_in_reach = |level: &Level| {
        leads_to(pool, user, credit, *level)
            || !first_challenges(pool, user, has_passkey, Some((credit, *level))).is_empty()
    };
    let level = levels.iter().copied().find(is_in_reach).ok_or(Error::LevelOutOfReach)?;
    if credit.level() >= Some(level) {
        return Err(Error::LevelReached);
    }
    Ok(level)
}

/// The challenges with which a choice-based sign-in of the user may begin, those that reach `target` if there is one.
/// A temporary password can only be used, not gone around.
pub fn first_challenges(
    pool: &Pool,
    user: &User,
    has_passkey: bool,
    target: Option<(&Methods, Level)>,
) -> Vec<ChallengeNameType> {
    let factors = user.first_factors(pool, has_passkey).into_iter().filter(|factor| {
        let fits_status = *factor == AuthFactorType::Password
            || matches!(user.status, UserStatusType::Confirmed | UserStatusType::Unconfirmed);
        fits_status && target.is_none_or(|(credit, level)| leads_to(pool, user, &credit.with(method(*factor)), level))
    });
    challenges_of(factors)
}

/// The challenges with which a sign-in of somebody who doesn't exist seems to begin, those that seem to reach `target` if
/// there is one: those of a user with a password, a mailbox and a phone.
pub fn simulated_challenges(pool: &Pool, target: Option<Level>) -> Vec<ChallengeNameType> {
    let sends_codes = pool.offers(Factor::Sms) || pool.offers(Factor::Email);
    let reaches = |methods: &Methods, level: Level| {
        methods.level() >= Some(level)
            || (methods.has_password() && sends_codes && methods.with(Method::Email).level() >= Some(level))
    };
    let common = |factor: &AuthFactorType| {
        *factor != AuthFactorType::WebAuthn
            && target.is_none_or(|level| reaches(&Methods::default().with(method(*factor)), level))
    };
    challenges_of(pool.first_auth_factors().into_iter().filter(common))
}

/// The challenges that ask for first factors.
fn challenges_of(factors: impl IntoIterator<Item = AuthFactorType>) -> Vec<ChallengeNameType> {
    let challenges = |factor| match factor {
        AuthFactorType::Password => vec![ChallengeNameType::PasswordSrp, ChallengeNameType::Password],
        AuthFactorType::EmailOtp => vec![ChallengeNameType::EmailOtp],
        AuthFactorType::SmsOtp => vec![ChallengeNameType::SmsOtp],
        AuthFactorType::WebAuthn => vec![ChallengeNameType::WebAuthn],
        AuthFactorType::SoftwareToken => vec![],
    };
    factors.into_iter().flat_map(challenges).collect()
}

/// Whether `methods`, with a second factor of the user if need be, reach `target`.
fn leads_to(pool: &Pool, user: &User, methods: &Methods, target: Level) -> bool {
    methods.level() >= Some(target)
        || (methods.has_password() && !lifting_factors(pool, user, methods, target).is_empty())
}

/// The method by which a first factor proves its user.
fn method(factor: AuthFactorType) -> Method {
    match factor {
        AuthFactorType::Password => Method::Password,
        AuthFactorType::EmailOtp => Method::Email,
        AuthFactorType::SmsOtp => Method::Sms,
        AuthFactorType::WebAuthn => Method::SoftwareKey,
        AuthFactorType::SoftwareToken => Method::SoftwareToken,
    }
}

#[cfg(test)]
#[path = "sign_in_tests.rs"]
mod tests;
