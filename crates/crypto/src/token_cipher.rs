//! Encryption of tokens that clients carry and never read: every token has a key of its own.

use aws_lc_rs::aead::{Aad, MAX_TAG_LEN, NONCE_LEN, Nonce, Tag};
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::seal::{KEY_ID_LEN, Purpose, SealError, Sealer};

const SALT_LEN: usize = 16;
const PREFIX_LEN: usize = 1 + KEY_ID_LEN;

/// Length in bytes of what names the key of a token: version, master key id and salt.
pub(crate) const KEY_NAME_LEN: usize = PREFIX_LEN + SALT_LEN;

/// The parts of an encrypted token, before they are written as text.
pub(crate) struct EncryptedToken {
    pub(crate) key_name: [u8; KEY_NAME_LEN],
    pub(crate) nonce: [u8; NONCE_LEN],
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) tag: Tag,
}

/// Encrypts `payload` under a key derived for this token alone; `header` and the key's name are authenticated.
pub(crate) fn encrypt(
    sealer: &Sealer,
    purpose: Purpose,
    header: &[u8],
    payload: &[u8],
    entropy: &dyn Entropy,
) -> Result<EncryptedToken, SealError> {
    let mut key_name = [0; KEY_NAME_LEN];
    let (prefix, salt) = key_name.split_at_mut(PREFIX_LEN);
    prefix.copy_from_slice(&sealer.prefix());
    entropy.fill(salt);
    let key = sealer.token_key(purpose, salt)?;
    let mut nonce = [0; NONCE_LEN];
    entropy.fill(&mut nonce);
    let mut ciphertext = payload.to_vec();
    let tag = key.seal_in_place_separate_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from([&key_name, header].concat()),
        &mut ciphertext,
    )?;
    Ok(EncryptedToken {
        key_name,
        nonce,
        ciphertext,
        tag,
    })
}

/// Decrypts a token whose parts were read from text.
pub(crate) fn decrypt(
    sealer: &Sealer,
    purpose: Purpose,
    header: &[u8],
    key_name: [u8; KEY_NAME_LEN],
    nonce: [u8; NONCE_LEN],
    ciphertext: Vec<u8>,
    tag: [u8; MAX_TAG_LEN],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (prefix, salt) = key_name.split_at(PREFIX_LEN);
    sealer.check_prefix(prefix)?;
    let mut buffer = Zeroizing::new(ciphertext);
    sealer
        .token_key(purpose, salt)?
        .open_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from([&key_name, header].concat()),
            &tag,
            &mut buffer,
        )
        .map_err(|_| SealError::Refused)?;
    Ok(buffer)
}
