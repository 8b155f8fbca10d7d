use std::collections::BTreeMap;

use poolhouse_model::{
    DeviceConfigurationType, SoftwareTokenMfaConfigType, Timestamp, UserPoolMfaType, UserPoolType, UserStatusType,
};

use super::*;
use crate::attributes::Attributes;
use crate::devices::DeviceIdentity;
use crate::mfa::{MfaPreferences, SoftwareToken};
use crate::pools::Factors;
use crate::user_sessions::SessionTracking;

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
