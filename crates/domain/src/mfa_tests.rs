use std::collections::BTreeMap;

use poolhouse_model::{
    AccountRecoverySettingType, EmailMfaConfigType, RecoveryOptionNameType, RecoveryOptionType,
    SoftwareTokenMfaConfigType, Timestamp, UserPoolType, UserStatusType,
};

use super::*;
use crate::attributes::Attributes;
use crate::domains::Domains;
use crate::pools::Factors;
use crate::testing::invalid_parameter;
use crate::user_sessions::SessionTracking;
use Factor::{Email, Sms, SoftwareToken as Totp};
use RecoveryOptionNameType::{VerifiedEmail, VerifiedPhoneNumber};
use UserPoolMfaType::{Off, On, Optional};

const ALL: [Factor; 3] = Factor::ALL;

fn pool(mode: UserPoolMfaType, offered: &[Factor], recovery: &[RecoveryOptionNameType]) -> Pool {
    let options = recovery
        .iter()
        .zip(1..)
        .map(|(name, priority)| RecoveryOptionType { priority, name: *name });
    Pool {
        settings: UserPoolType {
            mfa_configuration: Some(mode),
            account_recovery_setting: Some(AccountRecoverySettingType {
                recovery_mechanisms: Some(options.collect()),
            }),
            ..UserPoolType::default()
        },
        factors: Factors {
            sms: offered.contains(&Sms),
            software_token: offered
                .contains(&Totp)
                .then_some(SoftwareTokenMfaConfigType { enabled: Some(true) }),
            email: offered.contains(&Email).then(EmailMfaConfigType::default),
            web_authn: None,
        },
        account_id: "000000000000".into(),
        sessions: SessionTracking::default(),
        domains: Domains::default(),
        version: 1,
    }
}

/// A user who has what `possessed` needs, with `enabled` turned on and maybe one of them preferred.
fn user(possessed: &[Factor], enabled: &[Factor], preferred: Option<Factor>) -> User {
    let mut attributes = Attributes::default();
    if possessed.contains(&Sms) {
        attributes.set("phone_number", "+12345671234");
    }
    if possessed.contains(&Email) {
        attributes.set("email", "alice@example.com");
    }
    User {
        pool_id: "us-east-1_AbC123xYz".into(),
        username: "alice".into(),
        sub: "1-2".into(),
        status: UserStatusType::Confirmed,
        enabled: true,
        attributes,
        pending: BTreeMap::new(),
        password: None,
        password_history: Vec::new(),
        mfa: MfaPreferences {
            software_token: possessed.contains(&Totp).then(|| SoftwareToken {
                sealed_secret: "sealed".into(),
                last_used_step: 1,
                friendly_name: None,
            }),
            enabled: enabled.iter().copied().collect(),
            preferred,
            ..MfaPreferences::default()
        },
        created_at: Timestamp::from_millis(0),
        modified_at: Timestamp::from_millis(0),
        version: 1,
    }
}

/// Mode, offered, recovery; possessed, enabled, preferred; what comes.
type Row = (
    UserPoolMfaType,
    &'static [Factor],
    &'static [RecoveryOptionNameType],
    &'static [Factor],
    &'static [Factor],
    Option<Factor>,
    Next,
);

#[test]
fn the_decision_matrix() {
    use Next::{Blocked, Challenge, Nothing, Select, Setup};
    const BOTH: &[RecoveryOptionNameType] = &[VerifiedEmail, VerifiedPhoneNumber];
    const BY_EMAIL: &[RecoveryOptionNameType] = &[VerifiedEmail];
    const BY_PHONE: &[RecoveryOptionNameType] = &[VerifiedPhoneNumber];
    #[rustfmt::skip]
    let rows: &[Row] = &[
        (Off, &ALL, BOTH, &ALL, &ALL, Some(Totp), Nothing),
        (Off, &[], BOTH, &[], &[], None, Nothing),
        (Optional, &ALL, BOTH, &ALL, &[], None, Nothing),
        (Optional, &ALL, BOTH, &[], &[], None, Nothing),
        (Optional, &ALL, BOTH, &ALL, &ALL, Some(Sms), Challenge(Sms)),
        (Optional, &ALL, BOTH, &ALL, &ALL, Some(Totp), Challenge(Totp)),
        (Optional, &ALL, BOTH, &ALL, &ALL, Some(Email), Challenge(Email)),
        (Optional, &ALL, BOTH, &ALL, &[Sms], None, Challenge(Sms)),
        (Optional, &ALL, BOTH, &ALL, &[Totp], None, Challenge(Totp)),
        (Optional, &ALL, BOTH, &ALL, &[Email], None, Challenge(Email)),
        (Optional, &ALL, BOTH, &ALL, &[Sms, Totp], None, Select(vec![Sms, Totp])),
        (Optional, &ALL, BOTH, &ALL, &ALL, None, Select(vec![Sms, Totp, Email])),
        // The recovery channel counts only for what nobody turned on.
        (Optional, &ALL, BY_EMAIL, &ALL, &[Email], None, Challenge(Email)),
        (On, &ALL, BY_PHONE, &ALL, &[Sms], None, Challenge(Sms)),
        // What the pool offers no more is no factor; a contact that is gone blocks.
        (Optional, &[Totp], BOTH, &ALL, &[Sms], Some(Sms), Nothing),
        (Optional, &[Totp], BOTH, &ALL, &[Sms, Totp], Some(Sms), Challenge(Totp)),
        (Optional, &ALL, BOTH, &[], &[Sms], Some(Sms), Blocked),
        (Optional, &ALL, BOTH, &[Totp], &[Sms, Totp], Some(Sms), Challenge(Totp)),
        (On, &ALL, BOTH, &ALL, &ALL, Some(Sms), Challenge(Sms)),
        (On, &ALL, BOTH, &ALL, &ALL, Some(Totp), Challenge(Totp)),
        (On, &ALL, BOTH, &ALL, &ALL, Some(Email), Challenge(Email)),
        (On, &ALL, BOTH, &ALL, &[Totp], None, Challenge(Totp)),
        (On, &ALL, BOTH, &ALL, &[Totp, Email], None, Select(vec![Totp, Email])),
        (On, &[Sms], BOTH, &[Sms, Email], &[], None, Challenge(Sms)),
        (On, &ALL, BOTH, &[Sms], &[], None, Challenge(Sms)),
        (On, &[Email], BOTH, &[Sms, Email], &[], None, Challenge(Email)),
        (On, &ALL, BOTH, &[Email], &[], None, Challenge(Email)),
        (On, &[Sms, Email], BOTH, &[Sms, Email], &[], None, Select(vec![Sms, Email])),
        (On, &[Sms, Email], BY_EMAIL, &[Sms, Email], &[], None, Challenge(Sms)),
        (On, &[Sms, Email], BY_PHONE, &[Sms, Email], &[], None, Challenge(Email)),
        (On, &ALL, BOTH, &[Totp], &[], None, Challenge(Totp)),
        (On, &ALL, BOTH, &[Sms, Totp], &[], None, Select(vec![Sms, Totp])),
        (On, &ALL, BOTH, &[], &[], None, Setup(vec![Sms, Totp, Email])),
        (On, &ALL, BY_EMAIL, &[], &[], None, Setup(vec![Sms, Totp])),
        (On, &[Totp], BOTH, &[], &[], None, Setup(vec![Totp])),
        (On, &[Totp], BOTH, &[Sms, Email], &[], None, Setup(vec![Totp])),
        (On, &[Totp], BOTH, &[Totp], &[], None, Challenge(Totp)),
        (On, &[Email], BY_EMAIL, &[Email], &[], None, Blocked),
        (On, &[Sms], BY_PHONE, &[Sms], &[], None, Blocked),
        (On, &[Email], BY_EMAIL, &[], &[], None, Blocked),
        // An enrolled factor is not replaced by setting up another.
        (On, &ALL, BOTH, &[], &[Sms], Some(Sms), Blocked),
        (On, &ALL, BOTH, &[Totp], &[Sms], Some(Sms), Challenge(Totp)),
    ];
    for (mode, offered, recovery, possessed, enabled, preferred, next) in rows {
        let found = second_factor(&pool(*mode, offered, recovery), &user(possessed, enabled, *preferred));
        assert_eq!(
            &found, next,
            "{mode} {offered:?} {recovery:?}: {possessed:?} {enabled:?} {preferred:?}"
        );
    }
}

fn set(factor: Factor, enabled: bool, preferred: bool) -> Setting {
    Setting {
        factor,
        enabled,
        preferred,
    }
}

fn shown(user: &User) -> (Option<Vec<String>>, Option<String>) {
    (user.mfa.setting_list(), user.mfa.preferred_setting())
}

#[test]
fn preferences_change_factor_by_factor() {
    let pool = pool(Optional, &ALL, &[VerifiedEmail]);
    let mut alice = user(&ALL, &[], None);
    assert_eq!(shown(&alice), (None, None));
    alice
        .set_mfa_preferences(&pool, &[set(Email, true, false), set(Sms, true, true)])
        .unwrap();
    let list = Some(vec!["SMS_MFA".to_owned(), "EMAIL_OTP".to_owned()]);
    assert_eq!(shown(&alice), (list.clone(), Some("SMS_MFA".into())));
    assert_eq!(alice.mfa.second_factors(), SecondFactors { sms: true, email: true });
    // Enabled and not preferred takes the preference away.
    alice.set_mfa_preferences(&pool, &[set(Sms, true, false)]).unwrap();
    assert_eq!(shown(&alice), (list, None));
    alice.set_mfa_preferences(&pool, &[set(Totp, true, true)]).unwrap();
    alice
        .set_mfa_preferences(&pool, &[set(Sms, false, false), set(Email, false, false)])
        .unwrap();
    let name = "SOFTWARE_TOKEN_MFA".to_owned();
    assert_eq!(shown(&alice), (Some(vec![name.clone()]), Some(name)));
    alice.set_mfa_preferences(&pool, &[set(Totp, false, false)]).unwrap();
    assert_eq!(shown(&alice), (None, None));
    assert!(alice.mfa.software_token.is_some());
}

#[test]
fn preferences_that_make_no_sense_are_refused() {
    let refusal = |pool: &Pool, user: &User, settings: &[Setting]| {
        invalid_parameter(user.clone().set_mfa_preferences(pool, settings))
    };
    let optional = pool(Optional, &ALL, &[VerifiedEmail]);
    for factor in ALL {
        let sentence = format!("User does not have delivery config set to turn on {}", factor.as_str());
        assert_eq!(
            refusal(&optional, &user(&[], &[], None), &[set(factor, true, true)]),
            sentence
        );
        let sentence = format!("{} is not enabled for the user pool", factor.as_str());
        let off = pool(Off, &[], &[VerifiedEmail]);
        assert_eq!(
            refusal(&off, &user(&ALL, &[], None), &[set(factor, true, false)]),
            sentence
        );
    }
    let alice = user(&ALL, &[Totp], Some(Totp));
    assert_eq!(
        refusal(&optional, &alice, &[set(Sms, true, true), set(Totp, true, true)]),
        "Invalid MFA preference given, only one factor can be preferred."
    );
    assert_eq!(
        refusal(&optional, &alice, &[set(Sms, false, true)]),
        "Invalid MFA preference given, a factor can't be preferred and not enabled."
    );
    let on = pool(On, &ALL, &[VerifiedEmail]);
    assert_eq!(
        refusal(&on, &alice, &[set(Totp, false, false)]),
        "Invalid MFA preference given, a factor can't be disabled when the user pool requires MFA."
    );
    // What is off may be said to be off, and the preference may change.
    let mut alice = alice;
    alice
        .set_mfa_preferences(&on, &[set(Sms, false, false), set(Totp, true, false)])
        .unwrap();
    assert_eq!(shown(&alice), (Some(vec!["SOFTWARE_TOKEN_MFA".into()]), None));
}

#[test]
fn the_old_options_know_sms_only() {
    let pool = pool(Optional, &ALL, &[VerifiedEmail]);
    let mut alice = user(&ALL, &[], None);
    let option = |medium, name: &str| MFAOptionType {
        delivery_medium: Some(medium),
        attribute_name: Some(name.into()),
    };
    let sms = [option(DeliveryMediumType::Sms, "phone_number")];
    alice.set_mfa_options(&pool, &sms).unwrap();
    assert_eq!(alice.mfa.options(), Some(sms.to_vec()));
    assert_eq!(second_factor(&pool, &alice), Next::Challenge(Sms));
    alice.set_mfa_options(&pool, &[]).unwrap();
    assert!(!alice.mfa.second_factors().sms && alice.mfa.options().is_none());
    for wrong in [
        option(DeliveryMediumType::Email, "email"),
        option(DeliveryMediumType::Sms, "email"),
        MFAOptionType::default(),
    ] {
        assert_eq!(
            invalid_parameter(alice.set_mfa_options(&pool, &[wrong])),
            "MFAOptions take the delivery medium SMS and the attribute phone_number only."
        );
    }
}

#[test]
fn a_deleted_app_is_no_factor_any_more() {
    let mut alice = user(&ALL, &[Sms, Totp], Some(Totp));
    alice.mfa.pending_secret = Some("sealed".into());
    alice.mfa.delete_software_token();
    assert_eq!(alice.mfa, user(&[Sms], &[Sms], None).mfa);
}

#[test]
fn users_stored_before_there_were_factors_have_none() {
    let mut stored = serde_json::to_value(user(&[], &[], None)).unwrap();
    assert_eq!(stored.get("mfa"), None);
    assert_eq!(
        serde_json::from_value::<User>(stored.take()).unwrap().mfa,
        MfaPreferences::default()
    );
}
