//! The signature of what is posted to services of the operator's.

use aws_lc_rs::hmac;

const TIMESTAMP: &str = "x-poolhouse-timestamp";
const SIGNATURE: &str = "x-poolhouse-signature";

/// A secret shared with a service, which tells by it that a request is genuine and new.
#[derive(Debug)]
pub struct SharedSecret {
    key: hmac::Key,
}

impl SharedSecret {
    pub fn new(secret: &str) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
        }
    }

    /// The headers that sign a body which is sent at this time, in milliseconds since the Unix epoch.
    ///
    /// `X-Poolhouse-Timestamp` is the time in seconds since the Unix epoch. `X-Poolhouse-Signature` is `sha256=` and, in
    /// hexadecimal, the HMAC-SHA256 under the shared secret of the timestamp, a full stop, and the body.
    pub fn headers(&self, sent_at: i64, body: &[u8]) -> [(&'static str, String); 2] {
        let timestamp = sent_at.div_euclid(1_000).to_string();
        let mut context = hmac::Context::with_key(&self.key);
        context.update(timestamp.as_bytes());
        context.update(b".");
        context.update(body);
        let signature = format!("sha256={}", hex::encode(context.sign()));
        [(TIMESTAMP, timestamp), (SIGNATURE, signature)]
    }
}
