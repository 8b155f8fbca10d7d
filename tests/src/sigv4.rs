//! A client's Signature Version 4, so that what our own verifies was not made by it.

#![expect(clippy::expect_used, reason = "a request that can't be signed fails the test")]

use aws_lc_rs::{digest, hmac};
use http::header::{AUTHORIZATION, HeaderValue};
use http::request::Parts;
use poolhouse_domain::Timestamp;
use time::OffsetDateTime;
use time::macros::format_description;

/// An access key, and what its signatures are for.
#[derive(Clone, Debug)]
pub struct Signer {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub region: String,
    pub service: String,
}

impl Signer {
    /// Signs a request with all the headers that it has, at the time `now`.
    pub fn sign(&self, parts: &mut Parts, body: &[u8], now: Timestamp) {
        let time = OffsetDateTime::from_unix_timestamp(now.seconds()).expect("a time of our era");
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let time = time.format(format).expect("all components are given");
        let date = time.get(..8).expect("a date of eight digits");
        parts
            .headers
            .insert("x-amz-date", HeaderValue::try_from(&time).expect("digits"));

        let mut names: Vec<&str> = parts.headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        let value = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let headers: String = names
            .iter()
            .flat_map(|name| [name, ":", value(name).trim(), "\n"])
            .collect();
        let signed_headers = names.join(";");
        let canonical_request = format!(
            "{}\n{}\n{}\n{headers}\n{signed_headers}\n{}",
            parts.method,
            parts.uri.path(),
            parts.uri.query().unwrap_or_default(),
            sha256(body)
        );
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let string_to_sign = format!(
            "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
            sha256(canonical_request.as_bytes())
        );

        let first = format!("AWS4{}", self.secret_access_key).into_bytes();
        let key = [date, &self.region, &self.service, "aws4_request"]
            .iter()
            .fold(first, |key, part| hash(&key, part));
        let signature = hex::encode(hash(&key, &string_to_sign));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={signed_headers}, Signature={signature}",
            self.access_key_id
        );
        parts
            .headers
            .insert(AUTHORIZATION, HeaderValue::try_from(authorization).expect("printable"));
    }
}

fn hash(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
        .as_ref()
        .to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}
