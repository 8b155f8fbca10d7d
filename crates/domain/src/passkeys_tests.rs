use std::collections::BTreeMap;

use poolhouse_model::{
    SignInPolicyType, SoftwareTokenMfaConfigType, UserPoolMfaType, UserPoolPolicyType, UserPoolType, UserStatusType,
    WebAuthnConfigurationType,
};

use super::*;
use crate::attributes::Attributes;
use crate::domains::Domains;
use crate::mfa::{Factor, MfaPreferences};
use crate::pools::Factors;
use crate::testing::invalid_parameter;
use crate::user_sessions::SessionTracking;

fn pool(configuration: Option<WebAuthnConfigurationType>) -> Pool {
    let factors = vec![AuthFactorType::Password, AuthFactorType::WebAuthn];
    Pool {
        settings: UserPoolType {
            policies: Some(UserPoolPolicyType {
                sign_in_policy: Some(SignInPolicyType {
                    allowed_first_auth_factors: Some(factors),
                }),
                ..UserPoolPolicyType::default()
            }),
            ..UserPoolType::default()
        },
        factors: Factors {
            software_token: Some(SoftwareTokenMfaConfigType { enabled: Some(true) }),
            web_authn: configuration,
            ..Factors::default()
        },
        account_id: "000000000000".into(),
        sessions: SessionTracking::default(),
        domains: Domains::default(),
        version: 1,
    }
}

fn configuration(id: &str) -> WebAuthnConfigurationType {
    WebAuthnConfigurationType {
        relying_party_id: Some(id.to_owned()),
        ..WebAuthnConfigurationType::default()
    }
}

fn multi_factor() -> WebAuthnConfigurationType {
    WebAuthnConfigurationType {
        factor_configuration: Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification),
        ..configuration("example.com")
    }
}

fn user() -> User {
    User {
        pool_id: "us-east-1_AbC123xYz".into(),
        username: "alice".into(),
        sub: "1-2".into(),
        status: UserStatusType::Confirmed,
        enabled: true,
        attributes: Attributes::default(),
        pending: BTreeMap::new(),
        password: None,
        password_history: Vec::new(),
        mfa: MfaPreferences::default(),
        created_at: Timestamp::from_millis(0),
        modified_at: Timestamp::from_millis(0),
        version: 1,
    }
}

#[test]
fn a_relying_party_is_a_domain_in_lower_case() {
    for id in [
        "example.com",
        "auth.example.com",
        "localhost",
        "xn--mnchen-3ya.de",
        "a-1.b2",
    ] {
        assert!(pool(Some(configuration(id))).check_relying_party().is_ok(), "{id}");
    }
    let long = format!("{}.com", "a".repeat(64));
    for id in [
        "",
        "Example.com",
        "com",
        "example.com.",
        ".example.com",
        "example..com",
        "-a.example.com",
        "a-.example.com",
        "*.example.com",
        "a_b.example.com",
        "münchen.de",
        "https://example.com",
        "example.com:443",
        "example.com/path",
        "user@example.com",
        "exam ple.com",
        "192.0.2.1",
        "127.1",
        "[::1]",
        "::1",
        &long,
    ] {
        let refused = pool(Some(configuration(id))).check_relying_party();
        assert_eq!(invalid_parameter(refused), "Invalid relying party ID.", "{id}");
    }
}

#[test]
fn the_configured_relying_party_comes_before_the_domain_of_the_pool() {
    let mut pool = pool(None);
    assert_eq!(pool.relying_party_id(None), None);
    assert!(matches!(
        pool.usable_relying_party(None),
        Err(Error::RelyingPartyMissing)
    ));
    let host = Some("auth.example.com");
    assert_eq!(pool.usable_relying_party(host).unwrap(), "auth.example.com");
    pool.factors.web_authn = Some(configuration("example.com"));
    assert_eq!(pool.usable_relying_party(host).unwrap(), "example.com");
    pool.settings.policies = None;
    assert!(matches!(
        pool.usable_relying_party(host),
        Err(Error::PasskeysNotEnabled)
    ));
}

#[test]
fn users_are_verified_where_it_is_required_or_counts() {
    let verification = |configuration| pool(configuration).passkey_user_verification();
    let required = WebAuthnConfigurationType {
        user_verification: Some(UserVerificationType::Required),
        ..configuration("example.com")
    };
    let preferred = WebAuthnConfigurationType {
        user_verification: Some(UserVerificationType::Preferred),
        ..multi_factor()
    };
    assert_eq!(verification(None), UserVerification::Preferred);
    assert_eq!(
        verification(Some(configuration("example.com"))),
        UserVerification::Preferred
    );
    assert_eq!(verification(Some(required)), UserVerification::Required);
    assert_eq!(verification(Some(preferred)), UserVerification::Required);
}

#[test]
fn names_say_what_kind_of_authenticator_it_is_and_since_when() {
    let now = Timestamp::from_seconds(1_800_000_000);
    let name = |attachment: Option<&str>, transports: &[&str]| {
        let transports: Vec<String> = transports.iter().map(|&name| name.to_owned()).collect();
        friendly_name(attachment, &transports, now)
    };
    assert_eq!(
        name(Some("platform"), &["hybrid", "internal"]),
        "Passkey of this device, 2027-01-15"
    );
    assert_eq!(
        name(Some("cross-platform"), &["hybrid", "internal"]),
        "Passkey of a phone, 2027-01-15"
    );
    assert_eq!(
        name(Some("cross-platform"), &["nfc", "usb"]),
        "Security key, 2027-01-15"
    );
    assert_eq!(name(None, &[]), "Passkey, 2027-01-15");
}

#[test]
fn a_user_has_room_for_twenty() {
    assert!(check_room(19).is_ok());
    assert_eq!(
        check_room(20).unwrap_err().to_string(),
        "A user can have 20 passkeys at most."
    );
}

#[test]
fn a_passkey_begins_a_sign_in_where_no_second_factor_is_asked_or_it_counts_as_all() {
    let web_authn = vec![AuthFactorType::WebAuthn];
    let mut pool = pool(Some(multi_factor()));
    let mut user = user();
    assert_eq!(user.first_factors(&pool, true), web_authn);
    assert_eq!(user.first_factors(&pool, false), []);
    pool.settings.mfa_configuration = Some(UserPoolMfaType::Optional);
    assert_eq!(user.first_factors(&pool, true), web_authn);
    user.mfa.enable(Factor::SoftwareToken);
    assert_eq!(user.first_factors(&pool, true), []);
    user.set_passkey_mfa(&pool, true).unwrap();
    assert_eq!(user.first_factors(&pool, true), web_authn);
    pool.factors.web_authn = Some(configuration("example.com"));
    assert_eq!(user.first_factors(&pool, true), []);
}

#[test]
fn a_passkey_counts_as_all_factors_only_beside_another_factor() {
    let pool = pool(Some(multi_factor()));
    let mut user = user();
    assert_eq!(
        invalid_parameter(user.set_passkey_mfa(&pool, true)),
        "Invalid MFA preference given, WEB_AUTHN needs another factor that is enabled."
    );
    user.mfa.enable(Factor::SoftwareToken);
    user.set_passkey_mfa(&pool, true).unwrap();
    assert!(user.mfa.counts_passkey());
    let list = vec!["SOFTWARE_TOKEN_MFA".to_owned(), "WEB_AUTHN_MFA".to_owned()];
    assert_eq!(user.mfa.setting_list(), Some(list));
    user.mfa.delete_software_token();
    assert!(!user.mfa.counts_passkey());
    assert_eq!(user.mfa.setting_list(), None);
}
