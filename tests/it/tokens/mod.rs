//! What id and access tokens say, how they are signed, and how long they last.

mod claims;
mod groups;
mod lifetimes;
mod signatures;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// One of the dotted parts of a token, decoded.
fn part(token: &str, index: usize) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD
        .decode(token.split('.').nth(index).unwrap())
        .unwrap()
}

/// Whether a text is a UUID in lower case.
fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}
