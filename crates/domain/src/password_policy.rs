//! The rules for passwords.

use poolhouse_model::PasswordPolicyType;

use crate::{Error, Result};

/// The longest password, in characters.
pub const PASSWORD_MAX: usize = 256;

const MINIMUM_LENGTH: i32 = 8;
const TEMPORARY_PASSWORD_DAYS: i32 = 7;

/// What counts as a symbol; a space inside the password does too.
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-";

// Characters of generated passwords. What looks like another character is left out, and so is what means something to
// HTML, to a message template, or at the end of a sentence.
const GENERATED_LOWERCASE: &str = "abcdefghjkmnpqrstuvwxyz";
const GENERATED_UPPERCASE: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const GENERATED_DIGITS: &str = "23456789";
const GENERATED_SYMBOLS: &str = "!$%*+-=@^_~";

/// Completes the policy of a request. Without any, everything is required; in a policy that is given, what it doesn't
/// require isn't.
pub fn with_defaults(given: Option<PasswordPolicyType>) -> PasswordPolicyType {
    let by_default = given.is_none();
    let given = given.unwrap_or_default();
    PasswordPolicyType {
        minimum_length: Some(given.minimum_length.unwrap_or(MINIMUM_LENGTH)),
        require_uppercase: Some(given.require_uppercase.unwrap_or(by_default)),
        require_lowercase: Some(given.require_lowercase.unwrap_or(by_default)),
        require_numbers: Some(given.require_numbers.unwrap_or(by_default)),
        require_symbols: Some(given.require_symbols.unwrap_or(by_default)),
        temporary_password_validity_days: Some(
            given
                .temporary_password_validity_days
                .filter(|days| *days != 0)
                .unwrap_or(TEMPORARY_PASSWORD_DAYS),
        ),
        ..given
    }
}

/// Refuses a password that breaks a rule; the refusal names the first one.
pub fn check(policy: &PasswordPolicyType, password: &str) -> Result<()> {
    let requires = |rule: Option<bool>| rule.unwrap_or(false);
    let has = |class: fn(&char) -> bool| password.chars().any(|character| class(&character));
    let length = password.chars().count();
    let broken = if length > PASSWORD_MAX {
        "Password is too long"
    } else if length < minimum_length(policy) {
        "Password not long enough"
    } else if requires(policy.require_lowercase) && !has(char::is_ascii_lowercase) {
        "Password must have lowercase characters"
    } else if requires(policy.require_uppercase) && !has(char::is_ascii_uppercase) {
        "Password must have uppercase characters"
    } else if requires(policy.require_numbers) && !has(char::is_ascii_digit) {
        "Password must have numeric characters"
    } else if requires(policy.require_symbols) && !has_symbol(password) {
        "Password must have symbol characters"
    } else {
        return Ok(());
    };
    Err(Error::PasswordPolicy(broken))
}

/// Makes a temporary password that meets any policy of this minimum length, from random bytes that `fill` gives.
pub fn generate_temporary(policy: &PasswordPolicyType, fill: &dyn Fn(&mut [u8])) -> String {
    // The remainder of 64 random bits is as good as uniform for the few choices here.
    let below = |bound: usize| {
        let mut random = [0; 8];
        fill(&mut random);
        (u64::from_le_bytes(random) % bound.max(1) as u64) as usize
    };
    let pick = |characters: &str| characters.chars().nth(below(characters.len())).unwrap_or_default();
    let classes = [
        GENERATED_LOWERCASE,
        GENERATED_UPPERCASE,
        GENERATED_DIGITS,
        GENERATED_SYMBOLS,
    ];
    let all = classes.concat();

    let length = minimum_length(policy).max(MINIMUM_LENGTH as usize);
    let mut password: Vec<char> = classes.iter().map(|class| pick(class)).collect();
    while password.len() < length {
        password.push(pick(&all));
    }
    for last in (1..password.len()).rev() {
        password.swap(last, below(last + 1));
    }
    password.into_iter().collect()
}

fn minimum_length(policy: &PasswordPolicyType) -> usize {
    usize::try_from(policy.minimum_length.unwrap_or(MINIMUM_LENGTH)).unwrap_or(0)
}

fn has_symbol(password: &str) -> bool {
    password.contains(|character| SYMBOLS.contains(character)) || password.trim_matches(' ').contains(' ')
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn reason(policy: &PasswordPolicyType, password: &str) -> &'static str {
        match check(policy, password) {
            Err(Error::PasswordPolicy(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    fn strict() -> PasswordPolicyType {
        with_defaults(None)
    }

    #[test]
    fn without_a_policy_everything_is_required() {
        let expected = PasswordPolicyType {
            minimum_length: Some(8),
            require_uppercase: Some(true),
            require_lowercase: Some(true),
            require_numbers: Some(true),
            require_symbols: Some(true),
            password_history_size: None,
            temporary_password_validity_days: Some(7),
        };
        assert_eq!(with_defaults(None), expected);
    }

    #[test]
    fn what_a_given_policy_leaves_out_is_not_required() {
        let given = PasswordPolicyType {
            require_numbers: Some(true),
            password_history_size: Some(3),
            temporary_password_validity_days: Some(0),
            ..PasswordPolicyType::default()
        };
        let expected = PasswordPolicyType {
            minimum_length: Some(8),
            require_uppercase: Some(false),
            require_lowercase: Some(false),
            require_numbers: Some(true),
            require_symbols: Some(false),
            password_history_size: Some(3),
            temporary_password_validity_days: Some(7),
        };
        assert_eq!(with_defaults(Some(given)), expected);
    }

    #[test]
    fn the_first_broken_rule_is_named() {
        for (password, broken) in [
            ("", "Password not long enough"),
            ("abc", "Password not long enough"),
            ("Aa1!567", "Password not long enough"),
            ("12345678", "Password must have lowercase characters"),
            ("abcdefgh", "Password must have uppercase characters"),
            ("Abcdefgh", "Password must have numeric characters"),
            ("Abcdefg1", "Password must have symbol characters"),
        ] {
            assert_eq!(reason(&strict(), password), broken, "{password}");
        }
        assert!(check(&strict(), "Abcdef1!").is_ok());
        assert_eq!(
            check(&strict(), "abc").unwrap_err().to_string(),
            "Password did not conform with policy: Password not long enough"
        );
    }

    #[test]
    fn what_is_not_required_is_not_asked_for() {
        let policy = with_defaults(Some(PasswordPolicyType {
            minimum_length: Some(6),
            ..Default::default()
        }));
        assert!(check(&policy, "......").is_ok());
        assert_eq!(reason(&policy, "....."), "Password not long enough");
    }

    #[test]
    fn letters_and_digits_are_basic_latin() {
        assert_eq!(
            reason(&strict(), "ÄÖÜß1234!"),
            "Password must have lowercase characters"
        );
        assert_eq!(reason(&strict(), "Abcdefg!٣"), "Password must have numeric characters");
    }

    #[test]
    fn each_symbol_of_the_service_counts() {
        for symbol in "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-".chars() {
            assert!(check(&strict(), &format!("Abcdefg1{symbol}")).is_ok(), "{symbol}");
        }
        assert!(check(&strict(), "Abcd efg1").is_ok());
        for password in [" Abcdefg1", "Abcdefg1 ", "Abcdefg1€", "Abcdefg1§"] {
            assert_eq!(
                reason(&strict(), password),
                "Password must have symbol characters",
                "{password}"
            );
        }
    }

    #[test]
    fn passwords_have_up_to_256_characters() {
        let filler = "ä".repeat(252);
        assert!(check(&strict(), &format!("Aa1!{filler}")).is_ok());
        assert_eq!(reason(&strict(), &format!("Aa1!{filler}ä")), "Password is too long");
    }

    /// Bytes of a small generator, other ones at each call.
    fn noise(seed: u64) -> impl Fn(&mut [u8]) {
        let state = Cell::new(seed);
        move |bytes: &mut [u8]| {
            for byte in bytes {
                state.set(
                    state
                        .get()
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407),
                );
                *byte = (state.get() >> 33) as u8;
            }
        }
    }

    #[test]
    fn a_temporary_password_meets_the_strictest_policy() {
        for seed in 0..500 {
            let password = generate_temporary(&strict(), &noise(seed));
            assert_eq!(password.chars().count(), 8);
            assert!(check(&strict(), &password).is_ok(), "{password}");
            assert!(
                !password.contains(|character| "<>&{}#lIO01 ".contains(character)),
                "{password}"
            );
        }
    }

    #[test]
    fn a_temporary_password_is_as_long_as_the_policy_asks() {
        for (minimum, length) in [(6, 8), (8, 8), (20, 20), (99, 99)] {
            let policy = PasswordPolicyType {
                minimum_length: Some(minimum),
                ..strict()
            };
            assert_eq!(generate_temporary(&policy, &noise(1)).len(), length);
        }
    }

    #[test]
    fn temporary_passwords_differ_and_come_from_the_given_bytes() {
        let first = generate_temporary(&strict(), &noise(1));
        assert_eq!(first, generate_temporary(&strict(), &noise(1)));
        assert_ne!(first, generate_temporary(&strict(), &noise(2)));
        assert_eq!(generate_temporary(&strict(), &|bytes| bytes.fill(0xff)).len(), 8);
    }
}
