//! Signature Version 4, verified: who signed this very request, and for what.
//!
//! Only the form with an `Authorization` header is accepted; the other, in the query, is for links.

use aws_lc_rs::{digest, hmac};
use http::{
    HeaderMap, HeaderName, Uri,
    header::{AUTHORIZATION, HOST},
    request::Parts,
    uri::Authority,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use time::{OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

use crate::{Fault, request::single};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";
/// How far the signer's clock may be from ours, in seconds.
const CLOCK_SKEW: i64 = 15 * 60;
const BASIC_FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-amz-content-sha256");
/// What an attacker could change to good effect: these headers are signed whenever they are there.
const SIGNED_IF_PRESENT: [&str; 3] = ["x-amz-content-sha256", "x-amz-security-token", "x-amz-target"];

const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// What a signature was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Who signed.
    pub access_key_id: String,
    /// The day of the signature, as `20261121`.
    pub date: String,
    /// The region that was called.
    pub region: String,
    /// The service that was called, by its signing name.
    pub service: String,
}

/// What a signature must have been made for.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The region that we serve.
    pub region: &'a str,
    /// Our signing name.
    pub service: &'a str,
}

/// Whether the request claims to be signed, in whatever form.
pub fn is_signed(request: &Parts) -> bool {
    request.headers.contains_key(AUTHORIZATION) || has_query_signature(&request.uri)
}

/// The scope that an `Authorization` header names, without any proof of it.
pub fn scope_of(authorization: &str) -> Option<Scope> {
    let parameters = authorization.strip_prefix(ALGORITHM)?;
    let credential = parameters
        .split(',')
        .find_map(|parameter| parameter.trim().strip_prefix("Credential="))?;
    let (scope, terminator) = Scope::parse(credential)?;
    (terminator == TERMINATOR).then_some(scope)
}

/// Verifies the signature of a request, and says what it was made for.
///
/// `now` is in seconds since 1970. `secret_of` gives the secret of an access key, if we know the key.
pub fn verify(
    request: &Parts,
    body: &[u8],
    expected: Expected<'_>,
    now: i64,
    secret_of: &dyn Fn(&str) -> Option<String>,
) -> Result<Scope, Fault> {
    if has_query_signature(&request.uri) {
        return Err(Fault::incomplete_signature(
            "A signature in the query is not accepted: use the Authorization header.",
        ));
    }
    if !request.headers.contains_key(AUTHORIZATION) {
        return Err(Fault::missing_authentication_token());
    }
    let authorization = Authorization::parse(&request.headers)?;
    let signed_at = signing_time(&request.headers)?;
    let scope = authorization.scope;

    let secret = secret_of(&scope.access_key_id).ok_or_else(Fault::unrecognized_client)?;
    check_scope(&scope, expected, signed_at.text)?;
    check_clock(signed_at, now)?;
    check_signed_headers(&request.headers, &authorization.signed_headers)?;

    let content_hash = sha256_hex(body);
    if request.headers.contains_key(CONTENT_HASH)
        && single(&request.headers, CONTENT_HASH).is_none_or(|claimed| claimed != content_hash.as_str())
    {
        return Err(Fault::invalid_signature());
    }
    let canonical_request = canonical_request(request, &authorization.signed_headers, &content_hash)?;
    let string_to_sign = format!(
        "{ALGORITHM}\n{}\n{}/{}/{}/{TERMINATOR}\n{}",
        signed_at.text,
        scope.date,
        scope.region,
        scope.service,
        sha256_hex(canonical_request.as_bytes())
    );
    let signature = hex::decode(authorization.signature).map_err(|_| Fault::invalid_signature())?;
    hmac::verify(&signing_key(&secret, &scope), string_to_sign.as_bytes(), &signature)
        .map_err(|_| Fault::invalid_signature())?;
    Ok(scope)
}

impl Scope {
    /// Reads `key/date/region/service/terminator`; the terminator comes apart.
    fn parse(credential: &str) -> Option<(Self, &str)> {
        let mut elements = credential
            .split('/')
            .map(|element| (!element.is_empty()).then_some(element));
        let mut next = || elements.next().flatten();
        let scope = Self {
            access_key_id: next()?.to_owned(),
            date: next()?.to_owned(),
            region: next()?.to_owned(),
            service: next()?.to_owned(),
        };
        let terminator = next()?;
        elements.next().is_none().then_some((scope, terminator))
    }
}

/// The parts of the `Authorization` header.
struct Authorization<'a> {
    scope: Scope,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(headers: &'a HeaderMap) -> Result<Self, Fault> {
        let header = single(headers, AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .ok_or_else(|| Fault::incomplete_signature("There must be one Authorization header, in ASCII."))?;
        let parameters = header
            .strip_prefix(ALGORITHM)
            .filter(|rest| rest.starts_with(' '))
            .unwrap_or_default();

        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for parameter in parameters
            .split(',')
            .map(str::trim)
            .filter(|parameter| !parameter.is_empty())
        {
            let slot = match parameter.split_once('=') {
                Some(("Credential", value)) => credential.replace(value),
                Some(("SignedHeaders", value)) => signed_headers.replace(value),
                Some(("Signature", value)) => signature.replace(value),
                _ => Some(""),
            };
            if slot.is_some() {
                return Err(Fault::incomplete_signature(
                    "Authorization header requires each of its parameters once, and no others.",
                ));
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature)) = (credential, signed_headers, signature) else {
            let required = [
                ("Credential", credential),
                ("Signature", signature),
                ("SignedHeaders", signed_headers),
            ];
            let missing = required.iter().filter(|(_, value)| value.is_none());
            let sentences = missing.map(|(name, _)| format!("Authorization header requires '{name}' parameter."));
            return Err(Fault::incomplete_signature(sentences.collect::<Vec<_>>().join(" ")));
        };
        let Some((scope, terminator)) = Scope::parse(credential) else {
            return Err(Fault::incomplete_signature(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
            ));
        };
        if terminator != TERMINATOR {
            return Err(Fault::refused_signature(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}'."
            )));
        }
        Ok(Self {
            scope,
            signed_headers: signed_headers.split(';').collect(),
            signature,
        })
    }
}

/// When a request was signed: as its header says it, and in seconds since 1970.
#[derive(Clone, Copy)]
struct SigningTime<'a> {
    text: &'a str,
    seconds: i64,
}

fn signing_time(headers: &HeaderMap) -> Result<SigningTime<'_>, Fault> {
    if !headers.contains_key(DATE) {
        return Err(Fault::incomplete_signature(
            "Authorization header requires existence of a 'X-Amz-Date' header.",
        ));
    }
    let text = single(headers, DATE).and_then(|value| value.to_str().ok());
    let parsed = text.and_then(|text| Some((text, PrimitiveDateTime::parse(text, BASIC_FORMAT).ok()?)));
    let (text, time) = parsed
        .ok_or_else(|| Fault::incomplete_signature("Date must be in ISO-8601 'basic format': YYYYMMDD'T'HHMMSS'Z'."))?;
    Ok(SigningTime {
        text,
        seconds: time.assume_utc().unix_timestamp(),
    })
}

fn check_scope(scope: &Scope, expected: Expected<'_>, signed_at: &str) -> Result<(), Fault> {
    if scope.region != expected.region {
        return Err(Fault::refused_signature(
            "Credential should be scoped to a valid region.",
        ));
    }
    if scope.service != expected.service {
        let message = format!(
            "Credential should be scoped to correct service: '{}'.",
            expected.service
        );
        return Err(Fault::refused_signature(message));
    }
    if signed_at.split('T').next() != Some(scope.date.as_str()) {
        return Err(Fault::refused_signature(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.",
        ));
    }
    Ok(())
}

fn check_clock(signed_at: SigningTime<'_>, now: i64) -> Result<(), Fault> {
    let age = now.saturating_sub(signed_at.seconds);
    let (problem, relation, sign, limit) = if age > CLOCK_SKEW {
        ("Signature expired", "is now earlier than", '-', now - CLOCK_SKEW)
    } else if age < -CLOCK_SKEW {
        (
            "Signature not yet current",
            "is still later than",
            '+',
            now + CLOCK_SKEW,
        )
    } else {
        return Ok(());
    };
    Err(Fault::refused_signature(format!(
        "{problem}: {} {relation} {} ({} {sign} 15 min.)",
        signed_at.text,
        basic(limit),
        basic(now)
    )))
}

fn basic(seconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(BASIC_FORMAT).unwrap_or_default()
}

fn check_signed_headers(headers: &HeaderMap, signed: &[&str]) -> Result<(), Fault> {
    if !signed.is_sorted_by(|one, next| one < next) {
        return Err(Fault::invalid_signature());
    }
    let must_be_signed = SIGNED_IF_PRESENT.into_iter().filter(|name| headers.contains_key(*name));
    for name in ["host", "x-amz-date"].into_iter().chain(must_be_signed) {
        if !signed.contains(&name) {
            return Err(Fault::refused_signature(format!(
                "'{name}' must be a 'SignedHeader' in the AWS Authorization."
            )));
        }
    }
    Ok(())
}

fn canonical_request(request: &Parts, signed_headers: &[&str], content_hash: &str) -> Result<String, Fault> {
    let mut headers = String::new();
    for &name in signed_headers {
        let value = header_text(request, name).ok_or_else(Fault::invalid_signature)?;
        let words: Vec<&str> = value.split_ascii_whitespace().collect();
        headers.extend([name, ":", &words.join(" "), "\n"]);
    }
    Ok(format!(
        "{}\n{}\n{}\n{headers}\n{}\n{content_hash}",
        request.method,
        utf8_percent_encode(request.uri.path(), PATH),
        canonical_query(request.uri.query().unwrap_or_default()),
        signed_headers.join(";"),
    ))
}

/// The one value of a signed header. HTTP/2 has the host in the address.
fn header_text<'a>(request: &'a Parts, name: &str) -> Option<&'a str> {
    if name == HOST.as_str() && !request.headers.contains_key(HOST) {
        return request.uri.authority().map(Authority::as_str);
    }
    let value = single(&request.headers, name)?;
    std::str::from_utf8(value.as_bytes()).ok()
}

fn canonical_query(query: &str) -> String {
    let encoded = |text: &str| utf8_percent_encode(&percent_decode_str(text).decode_utf8_lossy(), QUERY).to_string();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

fn has_query_signature(uri: &Uri) -> bool {
    let names = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split('=').next());
    let mut names = names.map(|name| percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase());
    names.any(|name| ["x-amz-algorithm", "x-amz-credential", "x-amz-signature"].contains(&name.as_str()))
}

fn signing_key(secret: &str, scope: &Scope) -> hmac::Key {
    let first = format!("AWS4{secret}").into_bytes();
    let steps = [scope.date.as_str(), &scope.region, &scope.service, TERMINATOR];
    let key = steps.iter().fold(first, |key, step| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        hmac::sign(&key, step.as_bytes()).as_ref().to_vec()
    });
    hmac::Key::new(hmac::HMAC_SHA256, &key)
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

#[cfg(test)]
#[path = "sigv4_tests.rs"]
mod tests;
