//! The threads that compute Argon2.

use argon2::password_hash::phc::{Output, Salt};
use argon2::{Argon2, Block};
use tokio::sync::oneshot;
use zeroize::{Zeroize, Zeroizing};

use super::PasswordError;
use super::queue::Queue;

/// One Argon2 hash to compute, and where to send it.
pub(super) struct Computation {
    pub(super) argon2: Argon2<'static>,
    pub(super) password: Zeroizing<Vec<u8>>,
    pub(super) salt: Salt,
    /// Length in bytes.
    pub(super) output_len: usize,
    pub(super) reply: oneshot::Sender<Result<Output, PasswordError>>,
}

/// Computes what comes through `queue` until it is closed, keeping `usual_blocks` of memory between computations.
pub(super) fn run(queue: &Queue, usual_blocks: usize) {
    let mut memory = Vec::new();
    while let Some(computation) = queue.next(&mut memory) {
        let Computation {
            argon2,
            password,
            salt,
            output_len,
            reply,
        } = computation;
        if !reply.is_closed() {
            let output = compute(&argon2, &password, &salt, output_len, &mut memory);
            // The one who asked may have gone away meanwhile.
            let _ = reply.send(output);
        }
        if memory.len() > usual_blocks {
            memory.truncate(usual_blocks);
            memory.shrink_to_fit();
        }
        queue.finish();
    }
}

fn compute(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &Salt,
    output_len: usize,
    memory: &mut Vec<Block>,
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
