//! Keys as people write them into settings.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Reads 32 bytes written in standard or URL-safe Base64 or in hexadecimal; blanks around them are ignored.
pub fn parse(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let text = text.trim();
    let mut key = Zeroizing::new([0; 32]);
    if text.len() == 64 {
        hex::decode_to_slice(text, key.as_mut_slice()).ok()?;
        return Some(key);
    }
    let unpadded = text.strip_suffix('=').unwrap_or(text);
    let standard = Zeroizing::new(unpadded.replace('-', "+").replace('_', "/") + "=");
    let bytes = Zeroizing::new(STANDARD.decode(standard.as_bytes()).ok()?);
    *key = bytes.as_slice().try_into().ok()?;
    Some(key)
}
