//! Where codes go, and what a response tells of it.

mod sender;
mod simulated;

use std::collections::BTreeSet;

use poolhouse_model::{
    AccountRecoverySettingType, CodeDeliveryDetailsType, DeliveryMediumType, RecoveryOptionNameType, UserPoolType,
    UsernameAttributeType, VerifiedAttributeType,
};

pub use sender::sender;
pub use simulated::simulated_channel;

use crate::attributes::Attributes;
use crate::contacts::{is_email, is_phone_number};
use crate::{Error, Result};

/// A mailbox or a phone that a code is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The attribute that the code proves.
    pub attribute: VerifiedAttributeType,
    /// The address or number in full.
    pub destination: String,
}

/// The second factors that a user has turned on; a factor is no way to recover the account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecondFactors {
    pub sms: bool,
    pub email: bool,
}

impl Channel {
    /// The channel to the contact `attribute` of a user, if there is one.
    pub fn of(attribute: VerifiedAttributeType, attributes: &Attributes) -> Option<Self> {
        let destination = attributes.given(attribute.as_str())?.to_owned();
        Some(Self { attribute, destination })
    }

    /// Mail or SMS.
    pub fn medium(&self) -> DeliveryMediumType {
        match self.attribute {
            VerifiedAttributeType::Email => DeliveryMediumType::Email,
            VerifiedAttributeType::PhoneNumber => DeliveryMediumType::Sms,
        }
    }

    /// The destination with all but a hint hidden.
    pub fn masked(&self) -> String {
        match self.attribute {
            VerifiedAttributeType::Email => mask_email(&self.destination),
            VerifiedAttributeType::PhoneNumber => mask_phone_number(&self.destination),
        }
    }

    /// What a response tells of the delivery.
    pub fn details(&self) -> CodeDeliveryDetailsType {
        CodeDeliveryDetailsType {
            destination: Some(self.masked()),
            delivery_medium: Some(self.medium()),
            attribute_name: Some(self.attribute.as_str().to_owned()),
        }
    }
}

/// `f***@e***` for `foo@example.com`.
fn mask_email(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    format!("{}***@{}***", first(local), first(domain))
}

/// `+*******1234` for `+12345671234`: a number of four digits or less is hidden whole.
fn mask_phone_number(number: &str) -> String {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let length = digits.chars().count();
    let hidden = if length > 4 { length - 4 } else { length };
    let shown: String = digits.chars().skip(hidden).collect();
    format!("+{}{shown}", "*".repeat(hidden))
}

/// The channel that confirms a sign-up by `name`: the phone before the mailbox, where the pool verifies both and the
/// user has both. In a pool where either can be the name it is the one that was signed up with.
pub fn sign_up_channel(pool: &UserPoolType, name: &str, attributes: &Attributes) -> Option<Channel> {
    let username_attributes = pool.username_attributes.as_deref().unwrap_or_default();
    let either = [UsernameAttributeType::Email, UsernameAttributeType::PhoneNumber]
        .iter()
        .all(|attribute| username_attributes.contains(attribute));
    let named = contact_kind(name).filter(|_| either);
    let verified = auto_verified(pool);
    named
        .filter(|attribute| verified.contains(attribute))
        .into_iter()
        .chain(verified)
        .find_map(|attribute| Channel::of(attribute, attributes))
}

/// The channel that resets a forgotten password: the first of the pool's recovery mechanisms that the user has
/// verified and doesn't use as a second factor. A pool without the setting prefers the phone, whatever factors there
/// are.
pub fn recovery_channel(
    setting: Option<&AccountRecoverySettingType>,
    attributes: &Attributes,
    factors: SecondFactors,
) -> Result<Channel> {
    check_self_service(setting)?;
    let mechanisms = mechanisms(setting);
    let candidates = if mechanisms.is_empty() {
        vec![VerifiedAttributeType::PhoneNumber, VerifiedAttributeType::Email]
    } else {
        let is_factor = |attribute: &VerifiedAttributeType| match attribute {
            VerifiedAttributeType::Email => factors.email,
            VerifiedAttributeType::PhoneNumber => factors.sms,
        };
        mechanisms
            .into_iter()
            .filter_map(contact_of)
            .filter(|attribute| !is_factor(attribute))
            .collect()
    };
    candidates
        .into_iter()
        .filter(|attribute| attributes.is_verified(attribute.as_str()))
        .find_map(|attribute| Channel::of(attribute, attributes))
        .ok_or(Error::NoRecoveryChannel)
}

/// The contact by which alone the pool recovers accounts, if there is just one.
pub fn only_recovery_contact(setting: Option<&AccountRecoverySettingType>) -> Option<VerifiedAttributeType> {
    match mechanisms(setting).as_slice() {
        [mechanism] => contact_of(*mechanism),
        _ => None,
    }
}

/// Refuses where only an administrator resets passwords.
pub fn check_self_service(setting: Option<&AccountRecoverySettingType>) -> Result<()> {
    if mechanisms(setting).contains(&RecoveryOptionNameType::AdminOnly) {
        Err(Error::ContactAdministrator)
    } else {
        Ok(())
    }
}

/// Whether the pool verifies any contact at sign-up.
pub fn verifies_at_sign_up(pool: &UserPoolType) -> bool {
    !auto_verified(pool).is_empty()
}

/// Checks the recovery setting of a pool.
pub fn validate_recovery_setting(setting: &AccountRecoverySettingType) -> Result<()> {
    let options = setting.recovery_mechanisms.as_deref().unwrap_or_default();
    if options.len() > 1
        && options
            .iter()
            .any(|option| option.name == RecoveryOptionNameType::AdminOnly)
    {
        return Err(Error::invalid_parameter(
            "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.",
        ));
    }
    let priorities: BTreeSet<i32> = options.iter().map(|option| option.priority).collect();
    let names: BTreeSet<&str> = options.iter().map(|option| option.name.as_str()).collect();
    if priorities.len() < options.len() || names.len() < options.len() {
        return Err(Error::invalid_parameter(
            "Account Recovery Setting cannot have two recovery mechanisms of the same name or priority.",
        ));
    }
    Ok(())
}

/// The kind of contact that `name` has the format of.
fn contact_kind(name: &str) -> Option<VerifiedAttributeType> {
    if is_email(name) {
        Some(VerifiedAttributeType::Email)
    } else if is_phone_number(name) {
        Some(VerifiedAttributeType::PhoneNumber)
    } else {
        None
    }
}

/// The contacts that the pool verifies at sign-up, the phone first.
fn auto_verified(pool: &UserPoolType) -> Vec<VerifiedAttributeType> {
    [VerifiedAttributeType::PhoneNumber, VerifiedAttributeType::Email]
        .into_iter()
        .filter(|attribute| {
            pool.auto_verified_attributes
                .as_ref()
                .is_some_and(|list| list.contains(attribute))
        })
        .collect()
}

/// The recovery mechanisms in the order of their priority.
fn mechanisms(setting: Option<&AccountRecoverySettingType>) -> Vec<RecoveryOptionNameType> {
    let mut options: Vec<_> = setting
        .iter()
        .flat_map(|setting| setting.recovery_mechanisms.as_deref().unwrap_or_default())
        .collect();
    options.sort_by_key(|option| option.priority);
    options.into_iter().map(|option| option.name).collect()
}

fn contact_of(mechanism: RecoveryOptionNameType) -> Option<VerifiedAttributeType> {
    match mechanism {
        RecoveryOptionNameType::VerifiedEmail => Some(VerifiedAttributeType::Email),
        RecoveryOptionNameType::VerifiedPhoneNumber => Some(VerifiedAttributeType::PhoneNumber),
        RecoveryOptionNameType::AdminOnly => None,
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_model::RecoveryOptionType;

    use super::*;
    use crate::testing::{attributes, invalid_parameter, pool};
    use RecoveryOptionNameType::{AdminOnly, VerifiedEmail, VerifiedPhoneNumber};
    use VerifiedAttributeType::{Email, PhoneNumber};

    fn verifying(attributes: &[VerifiedAttributeType]) -> UserPoolType {
        pool(|pool| pool.auto_verified_attributes = Some(attributes.to_vec()))
    }

    fn recovery(options: &[(i32, RecoveryOptionNameType)]) -> AccountRecoverySettingType {
        let option = |(priority, name): &(i32, RecoveryOptionNameType)| RecoveryOptionType {
            priority: *priority,
            name: *name,
        };
        AccountRecoverySettingType {
            recovery_mechanisms: Some(options.iter().map(option).collect()),
        }
    }

    fn both_contacts(email_verified: &str, phone_number_verified: &str) -> Attributes {
        attributes([
            ("email", "foo@example.com"),
            ("email_verified", email_verified),
            ("phone_number", "+12345671234"),
            ("phone_number_verified", phone_number_verified),
        ])
    }

    fn attribute(channel: Option<Channel>) -> Option<VerifiedAttributeType> {
        channel.map(|channel| channel.attribute)
    }

    #[test]
    fn destinations_are_masked() {
        let mask = |attribute, destination: &str| {
            Channel {
                attribute,
                destination: destination.to_owned(),
            }
            .masked()
        };
        assert_eq!(mask(Email, "foo@example.com"), "f***@e***");
        assert_eq!(mask(Email, "ärger@bücher.example"), "ä***@b***");
        assert_eq!(mask(PhoneNumber, "+12345671234"), "+*******1234");
        assert_eq!(mask(PhoneNumber, "+12345"), "+*2345");
        assert_eq!(mask(PhoneNumber, "+1234"), "+****");
        assert_eq!(mask(Email, ""), "***@***");
    }

    #[test]
    fn the_details_name_medium_and_attribute() {
        let details = Channel::of(PhoneNumber, &both_contacts("true", "true"))
            .unwrap()
            .details();
        assert_eq!(
            serde_json::to_value(details).unwrap(),
            serde_json::json!({
                "Destination": "+*******1234", "DeliveryMedium": "SMS", "AttributeName": "phone_number"
            })
        );
        let details = Channel::of(Email, &both_contacts("true", "true")).unwrap().details();
        assert_eq!(
            serde_json::to_value(details).unwrap(),
            serde_json::json!({"Destination": "f***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"})
        );
    }

    #[test]
    fn a_sign_up_is_confirmed_by_phone_before_mail() {
        let user = both_contacts("false", "false");
        assert_eq!(
            attribute(sign_up_channel(&verifying(&[Email, PhoneNumber]), "alice", &user)),
            Some(PhoneNumber)
        );
        assert_eq!(
            attribute(sign_up_channel(&verifying(&[Email]), "alice", &user)),
            Some(Email)
        );
        assert_eq!(sign_up_channel(&verifying(&[]), "alice", &user), None);
        assert_eq!(sign_up_channel(&UserPoolType::default(), "alice", &user), None);
    }

    #[test]
    fn a_blank_contact_falls_back_to_the_other() {
        let pool = verifying(&[Email, PhoneNumber]);
        let blank_phone = attributes([("phone_number", ""), ("email", "foo@example.com")]);
        assert_eq!(attribute(sign_up_channel(&pool, "alice", &blank_phone)), Some(Email));
        assert_eq!(
            sign_up_channel(&pool, "alice", &attributes([("phone_number", ""), ("email", "")])),
            None
        );
        assert_eq!(
            sign_up_channel(
                &verifying(&[PhoneNumber]),
                "alice",
                &attributes([("email", "foo@example.com")])
            ),
            None
        );
    }

    #[test]
    fn where_either_contact_is_the_name_the_given_one_confirms() {
        let mut pool = verifying(&[Email, PhoneNumber]);
        pool.username_attributes = Some(vec![UsernameAttributeType::Email, UsernameAttributeType::PhoneNumber]);
        let user = both_contacts("false", "false");
        assert_eq!(attribute(sign_up_channel(&pool, "foo@example.com", &user)), Some(Email));
        assert_eq!(
            attribute(sign_up_channel(&pool, "+12345671234", &user)),
            Some(PhoneNumber)
        );
        pool.username_attributes = Some(vec![UsernameAttributeType::Email]);
        assert_eq!(
            attribute(sign_up_channel(&pool, "foo@example.com", &user)),
            Some(PhoneNumber)
        );
        pool.username_attributes = Some(vec![UsernameAttributeType::Email, UsernameAttributeType::PhoneNumber]);
        pool.auto_verified_attributes = Some(vec![PhoneNumber]);
        assert_eq!(
            attribute(sign_up_channel(&pool, "foo@example.com", &user)),
            Some(PhoneNumber)
        );
    }

    #[test]
    fn without_a_setting_recovery_prefers_a_verified_phone() {
        let recover =
            |user: &Attributes, factors| recovery_channel(None, user, factors).map(|channel| channel.attribute);
        let none = SecondFactors::default();
        assert!(matches!(recover(&both_contacts("true", "true"), none), Ok(PhoneNumber)));
        assert!(matches!(recover(&both_contacts("true", "false"), none), Ok(Email)));
        assert!(matches!(
            recover(&both_contacts("false", "false"), none),
            Err(Error::NoRecoveryChannel)
        ));
        let sms = SecondFactors {
            sms: true,
            email: false,
        };
        assert!(matches!(recover(&both_contacts("true", "true"), sms), Ok(PhoneNumber)));
    }

    #[test]
    fn with_a_setting_recovery_goes_by_priority() {
        let email_first = recovery(&[(2, VerifiedPhoneNumber), (1, VerifiedEmail)]);
        let recover = |setting: &AccountRecoverySettingType, user: &Attributes, factors| {
            recovery_channel(Some(setting), user, factors).map(|channel| channel.attribute)
        };
        let none = SecondFactors::default();
        assert!(matches!(
            recover(&email_first, &both_contacts("true", "true"), none),
            Ok(Email)
        ));
        assert!(matches!(
            recover(&email_first, &both_contacts("false", "true"), none),
            Ok(PhoneNumber)
        ));
        let email_only = recovery(&[(1, VerifiedEmail)]);
        let refused = recover(&email_only, &both_contacts("false", "true"), none);
        assert!(matches!(refused, Err(Error::NoRecoveryChannel)));
    }

    #[test]
    fn a_second_factor_is_no_way_to_recover() {
        let phone_first = recovery(&[(1, VerifiedPhoneNumber), (2, VerifiedEmail)]);
        let user = both_contacts("true", "true");
        let recover = |sms, email| {
            recovery_channel(Some(&phone_first), &user, SecondFactors { sms, email }).map(|channel| channel.attribute)
        };
        assert!(matches!(recover(false, false), Ok(PhoneNumber)));
        assert!(matches!(recover(true, false), Ok(Email)));
        assert!(matches!(recover(false, true), Ok(PhoneNumber)));
        assert!(matches!(recover(true, true), Err(Error::NoRecoveryChannel)));
    }

    #[test]
    fn admin_only_sends_to_the_administrator() {
        let refused = recovery_channel(
            Some(&recovery(&[(1, AdminOnly)])),
            &both_contacts("true", "true"),
            SecondFactors::default(),
        );
        assert!(matches!(refused, Err(Error::ContactAdministrator)));
        assert!(matches!(
            check_self_service(Some(&recovery(&[(1, AdminOnly)]))),
            Err(Error::ContactAdministrator)
        ));
        assert!(check_self_service(Some(&recovery(&[(1, VerifiedEmail)]))).is_ok());
        assert!(check_self_service(None).is_ok());
    }

    #[test]
    fn a_pool_verifies_at_sign_up_what_it_names() {
        assert!(verifies_at_sign_up(&verifying(&[Email])));
        assert!(!verifies_at_sign_up(&verifying(&[])));
        assert!(!verifies_at_sign_up(&UserPoolType::default()));
    }

    #[test]
    fn recovery_mechanisms_fit_together() {
        for good in [
            vec![],
            vec![(1, AdminOnly)],
            vec![(1, VerifiedEmail), (2, VerifiedPhoneNumber)],
            vec![(2, VerifiedEmail), (1, VerifiedPhoneNumber)],
        ] {
            assert!(validate_recovery_setting(&recovery(&good)).is_ok());
        }
        assert_eq!(
            invalid_parameter(validate_recovery_setting(&recovery(&[
                (1, VerifiedEmail),
                (2, AdminOnly)
            ]))),
            "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms."
        );
        for bad in [
            [(1, VerifiedEmail), (1, VerifiedPhoneNumber)],
            [(1, VerifiedEmail), (2, VerifiedEmail)],
        ] {
            assert_eq!(
                invalid_parameter(validate_recovery_setting(&recovery(&bad))),
                "Account Recovery Setting cannot have two recovery mechanisms of the same name or priority."
            );
        }
    }
}
