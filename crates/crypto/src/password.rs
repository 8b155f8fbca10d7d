//! Password hashing with Argon2id.

mod stored;

use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use crate::entropy::Entropy;
use crate::workers::{WorkError, Workers};
use stored::StoredHash;

/// Length in bytes of the salt and of the hash that are made here.
const SALT_LEN: usize = 16;
const OUTPUT_LEN: usize = 32;

/// How much work a password hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes, which are computed one after the other.
    pub parallelism: u32,
}

impl Parameters {
    /// The strength that OWASP recommends: 19 MiB, two passes.
    pub const PRODUCTION: Self = Self {
        memory_kib: 19_456,
        iterations: 2,
        parallelism: 1,
    };

    /// About 1.5 ms of work: enough to be real, too little to protect anyone.
    pub const DEVELOPMENT: Self = Self {
        memory_kib: 4_096,
        iterations: 1,
        parallelism: 1,
    };

    fn params(self) -> Result<Params, argon2::Error> {
        Params::new(self.memory_kib, self.iterations, self.parallelism, Some(OUTPUT_LEN))
    }
}

/// Why a password was not hashed or compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// As much work as allowed is waiting already: the caller should be asked to come back later.
    #[error("too many passwords are being hashed")]
    Busy,
    #[error("the stored password hash is not an Argon2id hash that this server can check")]
    MalformedHash,
    #[error("the password could not be hashed")]
    Failed,
}

impl From<WorkError> for PasswordError {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Busy => Self::Busy,
            WorkError::Failed => Self::Failed,
        }
    }
}

/// Why there can be no hasher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    #[error("the password hashing parameters are not valid: {0}")]
    Parameters(argon2::Error),
    #[error("password hashes of these parameters would be too expensive to check")]
    TooExpensive,
}

/// The outcome of comparing a password with a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verification {
    pub matches: bool,
    /// The stored hash was made with other parameters than today's: when the password matches, store a new one.
    pub needs_rehash: bool,
}

/// Hashes and checks passwords on [`Workers`].
///
/// Passwords are taken byte for byte: nothing is cut off or normalised.
pub struct PasswordHasher {
    params: Params,
    workers: Arc<Workers>,
    entropy: Arc<dyn Entropy>,
    absent_salt: Salt,
}

impl PasswordHasher {
    /// Takes the strength of new hashes and who computes them.
    pub fn new(parameters: Parameters, workers: Arc<Workers>, entropy: Arc<dyn Entropy>) -> Result<Self, StartError> {
        let params = parameters.params().map_err(StartError::Parameters)?;
        if !stored::affordable(&params) {
            return Err(StartError::TooExpensive);
        }
        let absent_salt = random_salt(&*entropy).map_err(|_| StartError::Parameters(argon2::Error::SaltTooShort))?;
        Ok(Self {
            params,
            workers,
            entropy,
            absent_salt,
        })
    }

    /// Hashes a new password into a PHC string (`$argon2id$v=19$m=…`) with a fresh salt.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let salt = random_salt(&*self.entropy)?;
        let output = self.compute(self.argon2(), password, salt, OUTPUT_LEN).await?;
        let hash = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).map_err(|_| PasswordError::Failed)?,
            salt: Some(salt),
            hash: Some(output),
        };
        Ok(hash.to_string())
    }

    /// Compares a password with a stored PHC string.
    pub async fn verify(&self, password: &str, phc: &str) -> Result<Verification, PasswordError> {
        let StoredHash {
            argon2,
            version,
            salt,
            output,
        } = StoredHash::parse(phc)?;
        let needs_rehash = version != Version::V0x13 || *argon2.params() != self.params;
        let computed = self.compute(argon2, password, salt, output.len()).await?;
        Ok(Verification {
            matches: computed == output,
            needs_rehash,
        })
    }

    /// Does the work of [`Self::verify`] for a user who does not exist, so that timing tells nobody.
    pub async fn verify_absent(&self, password: &str) -> Result<(), PasswordError> {
        self.compute(self.argon2(), password, self.absent_salt, OUTPUT_LEN)
            .await
            .map(|_| ())
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }

    async fn compute(
        &self,
        argon2: Argon2<'static>,
        password: &str,
        salt: Salt,
        output_len: usize,
    ) -> Result<Output, PasswordError> {
        let password = Zeroizing::new(password.as_bytes().to_vec());
        let usual_blocks = self.params.block_count();
        let hash = move |memory: &mut Vec<Block>| {
            let output = hash_in(memory, &argon2, &password, &salt, output_len);
            if memory.len() > usual_blocks {
                memory.truncate(usual_blocks);
                memory.shrink_to_fit();
            }
            output
        };
        self.workers.run_with_memory(hash).await?
    }
}

/// Computes a hash of `output_len` bytes in `memory`, which grows to what it takes.
fn hash_in(
    memory: &mut Vec<Block>,
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &Salt,
    output_len: usize,
) -> Result<Output, PasswordError> {
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        memory
            .try_reserve_exact(blocks - memory.len())
            .map_err(|_| PasswordError::Failed)?;
        memory.resize(blocks, Block::new());
    }
    let mut bytes = [0; Output::MAX_LENGTH];
    let output = bytes.get_mut(..output_len).ok_or(PasswordError::Failed)?;
    argon2
        .hash_password_into_with_memory(password, salt, output, memory)
        .map_err(|_| PasswordError::Failed)?;
    let computed = Output::new(output).map_err(|_| PasswordError::Failed);
    bytes.zeroize();
    computed
}

fn random_salt(entropy: &dyn Entropy) -> Result<Salt, PasswordError> {
    let mut salt = [0; SALT_LEN];
    entropy.fill(&mut salt);
    Salt::new(&salt).map_err(|_| PasswordError::Failed)
}

#[cfg(test)]
mod tests;
