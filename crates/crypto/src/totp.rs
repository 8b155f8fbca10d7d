//! Codes of authenticator apps: RFC 6238 with SHA-1, six digits and steps of 30 seconds.

use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use crate::entropy::Entropy;

/// Length in bytes of a secret, which are 52 characters of Base32.
pub const SECRET_LEN: usize = 32;

const STEP_SECONDS: u64 = 30;

/// Steps before and after the current one whose codes are accepted.
const SKEW: u64 = 1;

/// Why a code is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("the code is not that of the previous, the current or the next step")]
    Wrong,
    /// The code is that of a step whose code, or a later one, was accepted before.
    #[error("the code was used already")]
    Replayed,
}

/// What an authenticator app and the server share.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; SECRET_LEN]>);

impl Secret {
    /// Makes a random secret.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; SECRET_LEN]);
        entropy.fill(&mut *bytes);
        Self(bytes)
    }

    /// Takes the bytes of a stored secret; `None` if their number is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The bytes, to be sealed.
    pub fn as_bytes(&self) -> &[u8; SECRET_LEN] {
        &self.0
    }

    /// The `SecretCode` that people type into their app: Base32 without padding, upper case.
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(totp_rs::Secret::from(&self.0[..]).to_base32())
    }

    /// Finds the step that `code` belongs to: the current one at `now` (seconds since 1970), the previous or the next.
    ///
    /// Store the step and pass it as `last_used_step` from then on: it and all earlier ones are spent.
    pub fn check(&self, code: &str, now: u64, last_used_step: Option<u64>) -> Result<u64, CodeError> {
        let totp = self.totp();
        let current = now / STEP_SECONDS;
        let matching = (current.saturating_sub(SKEW)..=current.saturating_add(SKEW))
            .filter(|step| totp.check(code, step.saturating_mul(STEP_SECONDS)).is_some())
            .max()
            .ok_or(CodeError::Wrong)?;
        if last_used_step.is_some_and(|last| matching <= last) {
            return Err(CodeError::Replayed);
        }
        Ok(matching)
    }

    fn totp(&self) -> Totp {
        Builder::new()
            .with_secret(&self.0[..])
            .with_step_duration(STEP_SECONDS)
            .with_skew(0)
            .build_noncompliant()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    const NOW: u64 = 1_750_000_010;
    const STEP: u64 = NOW / STEP_SECONDS;

    fn secret() -> Secret {
        Secret::generate(&SeededEntropy::new("totp"))
    }

    fn code(step: u64) -> String {
        secret().totp().generate(step * STEP_SECONDS).to_string()
    }

    #[test]
    fn codes_are_those_of_other_implementations() {
        // Computed by pyotp.
        let secret = Secret::from_bytes(&std::array::from_fn::<u8, 32, _>(|index| index as u8)).unwrap();
        assert_eq!(
            secret.to_base32().as_str(),
            "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQTCQKRMFYYDENBWHA5DYPQ"
        );
        for (now, code) in [
            (59, "555770"),
            (1_111_111_109, "678295"),
            (1_234_567_890, "232605"),
            (2_000_000_000, "440276"),
            (20_000_000_000, "577548"),
        ] {
            assert_eq!(secret.check(code, now, None), Ok(now / 30), "{now}");
        }
    }

    #[test]
    fn the_previous_the_current_and_the_next_code_are_accepted_and_no_others() {
        for step in STEP - 1..=STEP + 1 {
            assert_eq!(secret().check(&code(step), NOW, None), Ok(step));
        }
        for step in [STEP - 2, STEP + 2, 0] {
            assert_eq!(secret().check(&code(step), NOW, None), Err(CodeError::Wrong));
        }
    }

    #[test]
    fn a_step_is_spent_with_all_before_it() {
        let check = |step, last| secret().check(&code(step), NOW, Some(last));
        assert_eq!(check(STEP, STEP), Err(CodeError::Replayed));
        assert_eq!(check(STEP - 1, STEP), Err(CodeError::Replayed));
        assert_eq!(check(STEP - 1, u64::MAX), Err(CodeError::Replayed));
        assert_eq!(check(STEP + 1, STEP), Ok(STEP + 1));
        assert_eq!(check(STEP - 1, STEP - 2), Ok(STEP - 1));
        assert_eq!(secret().check(&code(STEP + 2), NOW, Some(STEP)), Err(CodeError::Wrong));
    }

    #[test]
    fn only_six_ascii_digits_are_a_code() {
        let code = code(STEP);
        let arabic: String = code
            .chars()
            .map(|digit| char::from_u32('٠' as u32 + digit.to_digit(10).unwrap()).unwrap())
            .collect();
        let longer = format!("{code}0");
        for wrong in [
            "",
            &code[..5],
            &longer,
            &format!("0{code}"),
            &format!(" {code}"),
            &format!("{code}\n"),
            &format!("{} {}", &code[..3], &code[3..]),
            &format!("+{}", &code[1..]),
            &arabic,
            "a23456",
        ] {
            assert_eq!(secret().check(wrong, NOW, None), Err(CodeError::Wrong), "{wrong:?}");
        }
        assert_eq!(secret().check(&"1".repeat(1_000_000), NOW, None), Err(CodeError::Wrong));
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        assert_eq!(secret().check(&code(0), 0, None), Ok(0));
        assert_eq!(secret().check("000000", u64::MAX, None), Err(CodeError::Wrong));
    }

    #[test]
    fn a_secret_survives_storage_and_has_52_characters() {
        let secret = secret();
        assert_eq!(
            Secret::from_bytes(secret.as_bytes()).unwrap().as_bytes(),
            secret.as_bytes()
        );
        assert_eq!(secret.to_base32().len(), 52);
        assert!(
            secret
                .to_base32()
                .bytes()
                .all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
        );
        assert!(Secret::from_bytes(&[0; 31]).is_none());
        assert!(Secret::from_bytes(&[0; 33]).is_none());
    }
}
