//! Password hashes read back from storage.

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};

use super::PasswordError;

/// Most memory that a hash may ask for, in KiB.
const MAX_MEMORY_KIB: u32 = 128 * 1024;
/// Most memory times passes that a hash may ask for, in KiB: some thirteen times the production strength.
const MAX_WORK_KIB: u64 = 512 * 1024;
/// Most lanes that a hash may ask for.
const MAX_PARALLELISM: u32 = 16;

/// Says whether a hash with these parameters may be computed at all.
pub(super) fn affordable(params: &Params) -> bool {
    let work = u64::from(params.m_cost()) * u64::from(params.t_cost());
    params.m_cost() <= MAX_MEMORY_KIB && work <= MAX_WORK_KIB && params.p_cost() <= MAX_PARALLELISM
}

/// A stored hash taken apart, its cost within bounds.
#[derive(Debug)]
pub(super) struct StoredHash {
    pub(super) argon2: Argon2<'static>,
    pub(super) version: Version,
    pub(super) salt: Salt,
    pub(super) output: Output,
}

impl StoredHash {
    /// Reads a PHC string of Argon2id with any reasonable parameters.
    pub(super) fn parse(phc: &str) -> Result<Self, PasswordError> {
        let hash = PasswordHash::new(phc).map_err(|_| PasswordError::MalformedHash)?;
        let (ARGON2ID_IDENT, Some(salt), Some(output)) = (hash.algorithm, hash.salt, hash.hash) else {
            return Err(PasswordError::MalformedHash);
        };
        let version = match hash.version {
            Some(version) => Version::try_from(version).map_err(|_| PasswordError::MalformedHash)?,
            None => Version::V0x10,
        };
        let params = Params::try_from(&hash).map_err(|_| PasswordError::MalformedHash)?;
        if !affordable(&params) {
            return Err(PasswordError::MalformedHash);
        }
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, version, params),
            version,
            salt,
            output,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT_AND_HASH: &str = "c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    #[test]
    fn reasonable_parameters_of_other_libraries_are_accepted() {
        for parameters in [
            "m=65536,t=3,p=4",
            "m=65536,t=4,p=1",
            "m=19456,t=2,p=1",
            "m=8,t=1,p=1",
            "m=131072,t=4,p=16",
        ] {
            let phc = format!("$argon2id$v=19${parameters}${SALT_AND_HASH}");
            assert!(StoredHash::parse(&phc).is_ok(), "{parameters}");
        }
    }

    #[test]
    fn parameters_that_would_exhaust_the_server_are_refused() {
        let bombs = [
            "m=131073,t=1,p=1",
            "m=131072,t=5,p=1",
            "m=4194304,t=1,p=1",
            "m=4294967295,t=4294967295,p=1",
            "m=8,t=1000000,p=1",
            "m=1024,t=1,p=17",
            "m=4294967295,t=1,p=16777215",
        ];
        for parameters in bombs {
            let phc = format!("$argon2id$v=19${parameters}${SALT_AND_HASH}");
            assert_eq!(
                StoredHash::parse(&phc).unwrap_err(),
                PasswordError::MalformedHash,
                "{parameters}"
            );
        }
    }

    #[test]
    fn texts_that_are_no_argon2id_hash_are_refused() {
        let texts = [
            String::new(),
            "$".to_owned(),
            "$$$$$$".to_owned(),
            "\0".to_owned(),
            "plaintext".to_owned(),
            "$2b$12$KIXQHn5sM1JqQ0r1Wc5h2OQyqT3b8f0m0yC8v3cJb3x2o2Yy1x1aW".to_owned(),
            format!("$argon2i$v=19$m=4096,t=3,p=1${SALT_AND_HASH}"),
            format!("$argon2d$v=19$m=4096,t=3,p=1${SALT_AND_HASH}"),
            format!("$argon2id$v=18$m=4096,t=3,p=1${SALT_AND_HASH}"),
            format!("$argon2id$v=19$m=4096,t=0,p=1${SALT_AND_HASH}"),
            format!("$argon2id$v=19$m=4,t=1,p=1${SALT_AND_HASH}"),
            format!("$argon2id$v=19$m=-1,t=1,p=1${SALT_AND_HASH}"),
            format!("$argon2id$v=19$m=99999999999,t=1,p=1${SALT_AND_HASH}"),
            format!("$argon2id$v=19$m=4096,t=1,p=1,x=1${SALT_AND_HASH}"),
            format!("$argon2id$v=19$m=4096,t=3,p=1${SALT_AND_HASH}$more"),
            "$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHRzb21lc2FsdA".to_owned(),
            "$argon2id$v=19$m=4096,t=3,p=1".to_owned(),
            "$argon2id$v=19$m=4096,t=3,p=1$c29t$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc".to_owned(),
            format!(
                "$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHRzb21lc2FsdA${}",
                "A".repeat(10_000)
            ),
            "A".repeat(1_000_000),
        ];
        for text in texts {
            assert_eq!(
                StoredHash::parse(&text).unwrap_err(),
                PasswordError::MalformedHash,
                "{text:.80}"
            );
        }
    }
}
