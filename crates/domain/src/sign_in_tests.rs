use std::collections::BTreeMap;

use poolhouse_model::{
    DeviceConfigurationType, EmailMfaConfigType, SignInPolicyType, SoftwareTokenMfaConfigType, Timestamp,
    UserPoolMfaType, UserPoolPolicyType, UserPoolType, UserStatusType,
};

use super::*;
use crate::attributes::Attributes;
use crate::devices::DeviceIdentity;
use crate::domains::Domains;
use crate::mfa::{MfaPreferences, SoftwareToken};
use crate::pools::Factors;
use crate::user_sessions::SessionTracking;
use crate::users::Password;

const TOTP: Next = Next::SecondFactor(mfa::Next::Challenge(Factor::SoftwareToken));
const NOW: Timestamp = Timestamp::from_millis(1);

/// A pool that demands second factors and offers authenticator apps. `devices` is its `ChallengeRequiredOnNewDevice`.
fn pool(devices: Option<bool>) -> Pool {
    Pool {
        settings: UserPoolType {
            mfa_configuration: Some(UserPoolMfaType::On),
            device_configuration: devices.map(|replaces| DeviceConfigurationType {
                challenge_required_on_new_device: Some(replaces),
                device_only_remembered_on_user_prompt: None,
            }),
            ..UserPoolType::default()
        },
        factors: Factors {
            software_token: Some(SoftwareTokenMfaConfigType { enabled: Some(true) }),
            ..Factors::default()
        },
        sessions: SessionTracking::default(),
        domains: Domains::default(),
        account_id: "000000000000".into(),
        version: 1,
    }
}

/// A user with an authenticator app.
fn user(status: UserStatusType) -> User {
    let mut mfa = MfaPreferences::default();
    mfa.software_token = Some(SoftwareToken {
        sealed_secret: "sealed".into(),
        last_used_step: 1,
        friendly_name: None,
    });
    mfa.enable(Factor::SoftwareToken);
    User {
        pool_id: "us-east-1_AbC123xYz".into(),
        username: "alice".into(),
        sub: "1-2".into(),
        status,
        enabled: true,
        attributes: Attributes::default(),
        pending: BTreeMap::new(),
        password: None,
        password_history: Vec::new(),
        mfa,
        created_at: NOW,
        modified_at: NOW,
        version: 1,
    }
}

fn progress(methods: &[Method]) -> Progress {
    let mut progress = Progress::default();
    for method in methods {
        progress.methods.add(*method);
    }
    progress
}

fn device(is_remembered: bool, has_verifier: bool) -> Device {
    Device {
        pool_id: "us-east-1_AbC123xYz".into(),
        sub: "1-2".into(),
        identity: DeviceIdentity {
            key: "us-east-1_1-2".into(),
            group_key: "-group".into(),
        },
        is_remembered,
        name: None,
        sealed_verifier: has_verifier.then(|| "sealed".into()),
        created_at: NOW,
        modified_at: NOW,
        authenticated_at: NOW,
        last_ip_used: None,
        version: 1,
    }
}

/// What comes next for a confirmed user after a password.
fn after_password(pool: &Pool, is_device_proved: bool, is_multi_factor: bool, device: Option<&Device>) -> Next {
    let progress = Progress {
        is_device_proved,
        is_multi_factor,
        ..progress(&[Method::Password])
    };
    next(pool, &user(UserStatusType::Confirmed), &progress, device).unwrap()
}

#[test]
fn a_remembered_device_proves_itself_before_anything_else_is_asked_for() {
    let remembered = device(true, true);
    for replaces in [false, true] {
        let pool = pool(Some(replaces));
        assert_eq!(after_password(&pool, false, false, Some(&remembered)), Next::Device);
        assert_eq!(after_password(&pool, false, true, Some(&remembered)), Next::Device);
        assert_eq!(after_password(&pool, true, true, Some(&remembered)), Next::Tokens);
    }
}

#[test]
fn a_device_replaces_the_second_factor_only_where_the_pool_says_so() {
    let remembered = device(true, true);
    assert_eq!(
        after_password(&pool(Some(true)), true, false, Some(&remembered)),
        Next::Tokens
    );
    assert_eq!(after_password(&pool(Some(false)), true, false, Some(&remembered)), TOTP);
    assert_eq!(after_password(&pool(None), true, false, Some(&remembered)), TOTP);
}

#[test]
fn a_device_that_is_unknown_not_remembered_or_without_a_verifier_replaces_nothing() {
    let pool = pool(Some(true));
    for (is_remembered, has_verifier) in [(false, true), (true, false), (false, false)] {
        let device = device(is_remembered, has_verifier);
        assert_eq!(after_password(&pool, false, false, Some(&device)), TOTP);
        // It was remembered when it proved itself, and is no more.
        assert_eq!(after_password(&pool, true, false, Some(&device)), TOTP);
    }
    assert_eq!(after_password(&pool, false, false, None), TOTP);
    assert_eq!(after_password(&pool, true, false, None), TOTP);
    assert_eq!(after_password(&pool, false, true, None), Next::Tokens);
}

#[test]
fn a_new_password_comes_before_the_proof_of_a_device() {
    let user = user(UserStatusType::ForceChangePassword);
    let asked = next(
        &pool(Some(true)),
        &user,
        &progress(&[Method::Password]),
        Some(&device(true, true)),
    );
    assert_eq!(asked.unwrap(), Next::NewPassword);
}

#[test]
fn who_signs_in_without_a_password_is_not_asked_for_the_device() {
    let user = user(UserStatusType::Confirmed);
    let passkey = Progress {
        is_multi_factor: true,
        ..progress(&[Method::SoftwareKey])
    };
    let asked = next(&pool(Some(true)), &user, &passkey, Some(&device(true, true)));
    assert_eq!(asked.unwrap(), Next::Tokens);
}

#[test]
fn an_answer_to_a_second_factor_counts_whatever_device_it_names() {
    let user = user(UserStatusType::Confirmed);
    let named = Progress {
        device_key: Some("us-east-1_1-2".into()),
        ..progress(&[Method::Password])
    };
    let awaited = awaited_factor(&pool(Some(true)), &user, &named);
    assert_eq!(awaited, mfa::Next::Challenge(Factor::SoftwareToken));
    let proved = Progress {
        is_multi_factor: true,
        ..named
    };
    assert_eq!(awaited_factor(&pool(Some(true)), &user, &proved), mfa::Next::Nothing);
}

/// A pool that offers all second factors, whose users may begin with anything.
fn open_pool(mode: UserPoolMfaType) -> Pool {
    let mut pool = pool(None);
    pool.settings.mfa_configuration = Some(mode);
    pool.factors.sms = true;
    pool.factors.email = Some(EmailMfaConfigType::default());
    let factors = [
        AuthFactorType::Password,
        AuthFactorType::EmailOtp,
        AuthFactorType::SmsOtp,
        AuthFactorType::WebAuthn,
    ];
    pool.settings.policies = Some(UserPoolPolicyType {
        sign_in_policy: Some(SignInPolicyType {
            allowed_first_auth_factors: Some(factors.into()),
        }),
        ..UserPoolPolicyType::default()
    });
    pool
}

/// A user with a password and what `possessed` needs, who has turned `enabled` on.
fn equipped(possessed: &[Factor], enabled: &[Factor]) -> User {
    let mut user = user(UserStatusType::Confirmed);
    user.password = Some(Password {
        hash: "hash".into(),
        srp: None,
        set_at: NOW,
    });
    let app = user.mfa.software_token.take();
    user.mfa = MfaPreferences::default();
    user.mfa.software_token = app.filter(|_| possessed.contains(&Factor::SoftwareToken));
    for factor in possessed {
        match factor {
            Factor::Sms => user.attributes.set("phone_number", "+12345671234"),
            Factor::Email => user.attributes.set("email", "alice@example.com"),
            Factor::SoftwareToken => {}
        }
    }
    for factor in enabled {
        user.mfa.enable(*factor);
    }
    user
}

#[test]
fn factors_lift_a_sign_in_by_what_they_add() {
    use Factor::{Email, Sms, SoftwareToken};
    let everything = equipped(&Factor::ALL, &[]);
    let cases: [(&[Method], Level, &[Factor]); 7] = [
        (&[Method::Password], Level::Two, &Factor::ALL),
        (&[Method::Password], Level::Three, &Factor::ALL),
        (&[Method::Password], Level::Four, &[SoftwareToken]),
        (&[Method::Email], Level::Three, &[]),
        (&[Method::SoftwareKey], Level::Four, &[]),
        (&[Method::Password, Method::SoftwareKey], Level::Four, &[SoftwareToken]),
        (&[], Level::Two, &[Sms, Email]),
    ];
    let pool = open_pool(UserPoolMfaType::Optional);
    for (given, target, lifting) in cases {
        let methods = progress(given).methods;
        assert_eq!(
            lifting_factors(&pool, &everything, &methods, target),
            lifting,
            "{given:?} {target:?}"
        );
    }
    let password = progress(&[Method::Password]).methods;
    let off = open_pool(UserPoolMfaType::Off);
    assert_eq!(lifting_factors(&off, &everything, &password, Level::Three), []);
    let mailbox = equipped(&[Email], &[]);
    assert_eq!(lifting_factors(&pool, &mailbox, &password, Level::Three), [Email]);
    assert_eq!(lifting_factors(&pool, &mailbox, &password, Level::Four), []);
}

#[test]
fn what_mfa_demands_is_demanded_at_every_level() {
    use Factor::{Email, Sms, SoftwareToken};
    let select = mfa::Next::Select;
    let one = mfa::Next::Challenge;
    // What is turned on, the level, what is asked for.
    let cases: [(&[Factor], Level, Option<mfa::Next>); 9] = [
        (&[], Level::One, None),
        (&[], Level::Three, Some(select(Factor::ALL.into()))),
        (&[], Level::Four, Some(one(SoftwareToken))),
        (&[Email], Level::One, Some(one(Email))),
        (&[Email], Level::Three, Some(one(Email))),
        (&[Email], Level::Four, Some(one(SoftwareToken))),
        (&[SoftwareToken], Level::Three, Some(one(SoftwareToken))),
        (&[Sms, Email], Level::Three, Some(select(vec![Sms, Email]))),
        (&[Sms, SoftwareToken], Level::Four, Some(one(SoftwareToken))),
    ];
    let pool = open_pool(UserPoolMfaType::Optional);
    for (enabled, target, asked) in cases {
        let user = equipped(&Factor::ALL, enabled);
        let progress = Progress {
            target: Some(target),
            ..progress(&[Method::Password])
        };
        let expected = asked.map_or(Next::Tokens, Next::SecondFactor);
        assert_eq!(
            next(&pool, &user, &progress, None).unwrap(),
            expected,
            "{enabled:?} {target:?}"
        );
    }
}

#[test]
fn a_factor_that_only_lifts_is_not_the_one_that_mfa_demands() {
    let pool = open_pool(UserPoolMfaType::Optional);
    let user = equipped(&Factor::ALL, &[Factor::Email]);
    let mut progress = Progress {
        target: Some(Level::Four),
        ..progress(&[Method::Password])
    };
    progress.prove(&pool, &user, Factor::SoftwareToken);
    assert_eq!(
        next(&pool, &user, &progress, None).unwrap(),
        Next::SecondFactor(mfa::Next::Challenge(Factor::Email))
    );
    progress.prove(&pool, &user, Factor::Email);
    assert_eq!(next(&pool, &user, &progress, None).unwrap(), Next::Tokens);
}

#[test]
fn a_level_that_nothing_reaches_gives_no_tokens() {
    let pool = open_pool(UserPoolMfaType::Optional);
    let progress = Progress {
        target: Some(Level::Four),
        ..progress(&[Method::Password])
    };
    let refused = next(&pool, &equipped(&[Factor::Email], &[]), &progress, None);
    assert!(matches!(refused, Err(Error::LevelOutOfReach)), "{refused:?}");
}

#[test]
fn what_was_proved_elsewhere_counts_only_for_the_factor_that_is_demanded_now() {
    let pool = open_pool(UserPoolMfaType::Optional);
    let by_email = progress(&[Method::Password, Method::Email]).methods;
    for (enabled, tokens) in [(Factor::Email, true), (Factor::SoftwareToken, false)] {
        let user = equipped(&Factor::ALL, &[enabled]);
        let mut progress = Progress::default();
        progress.credit(&pool, &user, by_email.clone());
        let next = next(&pool, &user, &progress, None).unwrap();
        assert_eq!(next == Next::Tokens, tokens, "{enabled:?}");
    }
}

/// A user, whether they have a passkey, what is wanted from what was proved already, and what they may choose among.
type Choice<'a> = (&'a User, bool, Option<(&'a Methods, Level)>, &'a [ChallengeNameType]);

#[test]
fn a_choice_is_what_the_user_has_and_what_reaches_the_level() {
    use ChallengeNameType::{EmailOtp, Password as Plain, PasswordSrp, SmsOtp, WebAuthn};
    let pool = open_pool(UserPoolMfaType::Optional);
    let nothing = Methods::default();
    let password = progress(&[Method::Password]).methods;
    let everything = equipped(&Factor::ALL, &[]);
    let mut temporary = equipped(&Factor::ALL, &[]);
    temporary.status = UserStatusType::ForceChangePassword;
    let mut unconfirmed = equipped(&[Factor::Email], &[]);
    unconfirmed.status = UserStatusType::Unconfirmed;
    let mut without_password = equipped(&[Factor::Email], &[]);
    without_password.password = None;
    let with_mfa = equipped(&Factor::ALL, &[Factor::Sms]);
    let cases: [Choice<'_>; 11] = [
        (
            &everything,
            true,
            None,
            &[PasswordSrp, Plain, EmailOtp, SmsOtp, WebAuthn],
        ),
        (&everything, false, None, &[PasswordSrp, Plain, EmailOtp, SmsOtp]),
        (&temporary, true, None, &[PasswordSrp, Plain]),
        (&unconfirmed, false, None, &[PasswordSrp, Plain, EmailOtp]),
        (&without_password, false, None, &[EmailOtp]),
        (&with_mfa, true, None, &[PasswordSrp, Plain]),
        (
            &everything,
            true,
            Some((&nothing, Level::Two)),
            &[PasswordSrp, Plain, EmailOtp, SmsOtp, WebAuthn],
        ),
        (
            &everything,
            true,
            Some((&nothing, Level::Three)),
            &[PasswordSrp, Plain, WebAuthn],
        ),
        (&everything, true, Some((&nothing, Level::Four)), &[PasswordSrp, Plain]),
        (&unconfirmed, false, Some((&nothing, Level::Four)), &[]),
        (&without_password, false, Some((&password, Level::Three)), &[EmailOtp]),
    ];
    for (user, has_passkey, target, expected) in cases {
        let available = first_challenges(&pool, user, has_passkey, target);
        assert_eq!(available, expected, "{:?} {has_passkey} {target:?}", user.status);
    }
}

#[test]
fn nobody_seems_to_have_a_password_a_mailbox_and_a_phone() {
    use ChallengeNameType::{EmailOtp, Password as Plain, PasswordSrp, SmsOtp};
    let cases: [(UserPoolMfaType, Option<Level>, &[ChallengeNameType]); 6] = [
        (UserPoolMfaType::Off, None, &[PasswordSrp, Plain, EmailOtp, SmsOtp]),
        (UserPoolMfaType::Off, Some(Level::Two), &[EmailOtp, SmsOtp]),
        (UserPoolMfaType::Off, Some(Level::Three), &[]),
        (
            UserPoolMfaType::Optional,
            Some(Level::Two),
            &[PasswordSrp, Plain, EmailOtp, SmsOtp],
        ),
        (UserPoolMfaType::Optional, Some(Level::Three), &[PasswordSrp, Plain]),
        (UserPoolMfaType::Optional, Some(Level::Four), &[]),
    ];
    for (mode, target, expected) in cases {
        let pool = open_pool(mode);
        assert_eq!(simulated_challenges(&pool, target), expected, "{mode:?} {target:?}");
        // Nobody can tell them from a user of that kind.
        let user = equipped(&[Factor::Sms, Factor::Email], &[]);
        let nothing = Methods::default();
        let target = target.map(|level| (&nothing, level));
        assert_eq!(
            first_challenges(&pool, &user, false, target),
            expected,
            "{mode:?} {target:?}"
        );
    }
}

#[test]
fn the_first_level_in_reach_is_the_one() {
    let pool = open_pool(UserPoolMfaType::Optional);
    let mailbox = equipped(&[Factor::Email], &[]);
    let password = progress(&[Method::Password]).methods;
    let level = |levels: &[Level]| reachable_level(&pool, &mailbox, false, &password, levels);
    assert_eq!(level(&[Level::Four, Level::Two, Level::Three]).unwrap(), Level::Two);
    assert!(matches!(level(&[Level::Four]), Err(Error::LevelOutOfReach)));
    assert!(matches!(level(&[Level::Four, Level::One]), Err(Error::LevelReached)));
}
