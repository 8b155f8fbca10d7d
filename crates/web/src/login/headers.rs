//! The headers of every page.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

const ALWAYS: [(HeaderName, HeaderValue); 9] = [
    (
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-store, max-age=0, must-revalidate"),
    ),
    (header::PRAGMA, HeaderValue::from_static("no-cache")),
    (header::EXPIRES, HeaderValue::from_static("0")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_XSS_PROTECTION, HeaderValue::from_static("1; mode=block")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), geolocation=(), \
             microphone=(), payment=(), usb=()",
        ),
    ),
];

/// Headers that let a page load our stylesheet, script and pictures only, stand in no frame, be kept by nobody, and send
/// its forms to us. `redirects` are where an answer to a form may lead: browsers check that too.
pub fn headers(redirects: &[Url]) -> HeaderMap {
    let mut sources = vec!["'self'".to_owned()];
    for source in redirects.iter().filter_map(source) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action {}; \
         frame-ancestors 'none'; base-uri 'none'",
        sources.join(" ")
    );
    let mut headers: HeaderMap = ALWAYS.into_iter().collect();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers
}

/// The address as a policy names it: its origin, or the scheme of an app.
fn source(redirect: &Url) -> Option<String> {
    let source = match redirect.origin() {
        origin if origin.is_tuple() => origin.ascii_serialization(),
        _ => format!("{}:", redirect.scheme()),
    };
    let ends_the_list = |character: char| matches!(character, ';' | ',' | '\'' | '"') || !character.is_ascii_graphic();
    (!source.contains(ends_the_list)).then_some(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(redirects: &[&str]) -> String {
        let redirects: Vec<Url> = redirects.iter().map(|redirect| redirect.parse().unwrap()).collect();
        let headers = headers(&redirects);
        headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_page_loads_our_own_and_sends_forms_to_us() {
        assert_eq!(
            policy(&[]),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'"
        );
    }

    #[test]
    fn forms_may_lead_to_the_origins_and_apps_that_are_named() {
        let policy = policy(&[
            "https://app.example.com/callback?a=b",
            "https://app.example.com/other",
            "http://localhost:3000/",
            "myapp://signed-in",
        ]);
        assert!(
            policy.contains("; form-action 'self' https://app.example.com http://localhost:3000 myapp:; "),
            "{policy}"
        );
    }

    #[test]
    fn no_address_adds_a_directive() {
        let policy = policy(&["https://a;script-src,*/"]);
        assert!(policy.contains("; form-action 'self'; "), "{policy}");
    }

    #[test]
    fn a_page_stands_in_no_frame_and_is_kept_by_nobody() {
        let headers = headers(&[]);
        for (name, value) in [
            ("cache-control", "no-cache, no-store, max-age=0, must-revalidate"),
            ("pragma", "no-cache"),
            ("expires", "0"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("x-xss-protection", "1; mode=block"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
        let permissions = headers["permissions-policy"].to_str().unwrap();
        assert!(permissions.starts_with("publickey-credentials-get=(self), publickey-credentials-create=(self), "));
    }
}
