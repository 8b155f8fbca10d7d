//! What responses tell of a delivery that never happened, so that nobody learns who has an account.

use poolhouse_model::{UserPoolType, VerifiedAttributeType};

use super::{Channel, auto_verified, contact_kind, contact_of, mechanisms};
use crate::codes::CodePurpose;

/// The channel that a response shows for a user who doesn't exist, always the same for the same name.
///
/// `noise` is a keyed hash of pool and name as text: without the key nobody can tell an invented destination.
pub fn simulated_channel(pool: &UserPoolType, purpose: CodePurpose, name: &str, noise: &str) -> Channel {
    let possible: Vec<VerifiedAttributeType> = match purpose {
        CodePurpose::Reset => {
            let setting = mechanisms(pool.account_recovery_setting.as_ref());
            let chosen: Vec<_> = setting.into_iter().filter_map(contact_of).collect();
            if chosen.is_empty() { auto_verified(pool) } else { chosen }
        }
        CodePurpose::SignUp => auto_verified(pool),
        CodePurpose::VerifyEmail => vec![VerifiedAttributeType::Email],
        CodePurpose::VerifyPhoneNumber => vec![VerifiedAttributeType::PhoneNumber],
    };
    let named = contact_kind(name).filter(|attribute| possible.is_empty() || possible.contains(attribute));
    if let Some(attribute) = named {
        return Channel {
            attribute,
            destination: name.to_owned(),
        };
    }
    let attribute = possible.first().copied().unwrap_or(VerifiedAttributeType::Email);
    let destination = match attribute {
        VerifiedAttributeType::Email => invented_email(noise),
        VerifiedAttributeType::PhoneNumber => invented_phone_number(noise),
    };
    Channel { attribute, destination }
}

/// An address whose mask looks like others: the domains are those of large mail providers.
fn invented_email(noise: &str) -> String {
    let mut choices = choices(noise);
    let mut choose =
        |from: &'static [&'static str]| from.iter().cycle().nth(choices.next().unwrap_or(0)).unwrap_or(&"x");
    let local = choose(&[
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w",
    ]);
    let domain = choose(&[
        "gmail.com",
        "hotmail.com",
        "yahoo.com",
        "icloud.com",
        "outlook.com",
        "example.com",
    ]);
    format!("{local}@{domain}")
}

fn invented_phone_number(noise: &str) -> String {
    let digits: String = choices(noise)
        .chain(std::iter::repeat(0))
        .take(10)
        .map(|choice| (choice % 10).to_string())
        .collect();
    format!("+1{digits}")
}

/// Numbers that follow from `noise`, from its end on: its beginning may be the same for all.
fn choices(noise: &str) -> impl Iterator<Item = usize> {
    noise
        .as_bytes()
        .rchunks(4)
        .map(|chunk| chunk.iter().map(|byte| usize::from(*byte)).sum())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use poolhouse_model::{AccountRecoverySettingType, RecoveryOptionNameType, RecoveryOptionType};

    use super::*;
    use crate::contacts::{is_email, is_phone_number};
    use crate::testing::pool;
    use VerifiedAttributeType::{Email, PhoneNumber};

    fn verifying(attributes: &[VerifiedAttributeType]) -> UserPoolType {
        pool(|pool| pool.auto_verified_attributes = Some(attributes.to_vec()))
    }

    #[test]
    fn an_invented_channel_follows_the_name_and_the_pool() {
        let noise = "name:7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069";
        let simulate = |pool: &UserPoolType, purpose, name: &str| simulated_channel(pool, purpose, name, noise);
        let both = verifying(&[Email, PhoneNumber]);
        let mail = verifying(&[Email]);
        for purpose in [CodePurpose::SignUp, CodePurpose::Reset] {
            assert_eq!(simulate(&both, purpose, "bob@example.com").masked(), "b***@e***");
            assert_eq!(simulate(&both, purpose, "+12345671234").masked(), "+*******1234");
            assert_eq!(simulate(&both, purpose, "bob").attribute, PhoneNumber);
            assert_eq!(simulate(&mail, purpose, "bob").attribute, Email);
            assert_eq!(simulate(&mail, purpose, "+12345671234").attribute, Email);
            assert_eq!(simulate(&UserPoolType::default(), purpose, "bob").attribute, Email);
        }
        let mut by_mail = both.clone();
        by_mail.account_recovery_setting = Some(AccountRecoverySettingType {
            recovery_mechanisms: Some(vec![RecoveryOptionType {
                priority: 1,
                name: RecoveryOptionNameType::VerifiedEmail,
            }]),
        });
        assert_eq!(simulate(&by_mail, CodePurpose::Reset, "bob").attribute, Email);
        assert_eq!(simulate(&by_mail, CodePurpose::SignUp, "bob").attribute, PhoneNumber);
    }

    #[test]
    fn an_invented_destination_is_valid_and_follows_the_noise() {
        let mail = verifying(&[Email]);
        let phone = verifying(&[PhoneNumber]);
        let mut seen = BTreeSet::new();
        for number in 0..256_u64 {
            let noise = format!("name:{:064x}", u128::from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            let invent = |pool| simulated_channel(pool, CodePurpose::SignUp, "bob", &noise).destination;
            assert!(is_email(&invent(&mail)), "{}", invent(&mail));
            assert!(is_phone_number(&invent(&phone)), "{}", invent(&phone));
            assert_eq!(invent(&mail), invent(&mail));
            seen.insert(invent(&mail));
        }
        assert!(seen.len() > 50, "{seen:?}");
        assert!(is_phone_number(
            &simulated_channel(&phone, CodePurpose::SignUp, "bob", "").destination
        ));
    }
}
