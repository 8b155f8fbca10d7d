//! Where browsers may be sent: the rules for callback and sign-out addresses.

use url::Url;

use super::ClientConfiguration;
use crate::{Error, Result};

/// Schemes that run or show something in the browser itself, or that carry no redirect.
const REFUSED_SCHEMES: [&str; 13] = [
    "about",
    "blob",
    "chrome",
    "data",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "javascript",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Checks the addresses of an app client.
pub(super) fn check(configuration: &ClientConfiguration) -> Result<()> {
    let callbacks = configuration.callback_urls.as_deref().unwrap_or_default();
    let logouts = configuration.logout_urls.as_deref().unwrap_or_default();
    if callbacks.iter().any(|url| !is_redirect_target(url)) {
        return Err(Error::invalid_parameter(
            "Invalid request. One or more of the provided callback URLs is invalid.",
        ));
    }
    if logouts.iter().any(|url| !is_redirect_target(url)) {
        return Err(Error::invalid_parameter(
            "Invalid request. One or more of the provided logout URLs is invalid.",
        ));
    }
    if let Some(default) = &configuration.default_redirect_uri
        && !callbacks.contains(default)
    {
        return Err(Error::invalid_parameter(
            "DefaultRedirectURI must be one of the CallbackURLs.",
        ));
    }
    Ok(())
}

/// Whether browsers may be sent to `url`: absolute, without fragment, https, or http to this very machine, or the
/// custom scheme of an application.
pub(crate) fn is_redirect_target(url: &str) -> bool {
    let Ok(parsed) = Url::parse(url) else { return false };
    let odd = |character: char| character == '\\' || character.is_whitespace() || character.is_control();
    if parsed.fragment().is_some() || url.contains(odd) {
        return false;
    }
    match parsed.scheme() {
        "https" => spells_host(url, &parsed),
        "http" => matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) && spells_host(url, &parsed),
        scheme => !REFUSED_SCHEMES.contains(&scheme) && url.contains("://"),
    }
}

/// Whether the text spells its host just as it is understood: without credentials before it, slashes left out, or
/// another notation, so that no two readers of it disagree.
fn spells_host(url: &str, parsed: &Url) -> bool {
    let after_scheme = url.split_once("://").map(|(_, rest)| rest);
    let (Some(after_scheme), Some(host)) = (after_scheme, parsed.host_str()) else {
        return false;
    };
    let spelled = after_scheme.get(..host.len());
    let next = after_scheme.get(host.len()..).and_then(|rest| rest.chars().next());
    spelled.is_some_and(|spelled| spelled.eq_ignore_ascii_case(host))
        && matches!(next, None | Some('/' | ':' | '?'))
        && parsed.username().is_empty()
        && parsed.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_sent_to_https_this_machine_and_applications() {
        for url in [
            "https://example.com",
            "https://example.com/",
            "https://example.com:8443/path/x?y=z&w=%2f",
            "https://EXAMPLE.com/Path",
            "https://xn--bcher-kva.example/",
            "https://example.com?x=1",
            "https://192.0.2.1/",
            "http://localhost",
            "http://localhost:3000/callback",
            "http://127.0.0.1:1/",
            "http://[::1]:8080/",
            "myapp://callback",
            "com.example.app://oauth/done",
        ] {
            assert!(is_redirect_target(url), "{url}");
        }
    }

    #[test]
    fn browsers_are_sent_nowhere_else() {
        for url in [
            "",
            "example.com",
            "/path",
            "//example.com/",
            "https://",
            "https:example.com",
            "https:/example.com",
            "https:///example.com",
            "https:\\\\example.com",
            "https://good.example\\@evil.example/",
            "https://good.example@evil.example/",
            "https://good.example:x@evil.example/",
            "https://@evil.example/",
            "https://a@b@evil.example/",
            "https://evil\u{3002}example/",
            "https://b\u{fc}cher.example/",
            "https://example.com/#fragment",
            "https://example.com/#",
            "https://exa mple.com/",
            "https://example.com/a\tb",
            "https://example.com/a\nb",
            "https://%65xample.com/",
            "http://example.com/",
            "http://localhost.example.com/",
            "http://localhost@example.com/",
            "http://127.0.0.2/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://127.1/",
            "http://[0:0:0:0:0:0:0:1]/",
            "http://[::ffff:127.0.0.1]/",
            "javascript:alert(1)",
            "javascript://example.com/%0aalert(1)",
            "JavaScript://example.com/%0aalert(1)",
            "data:text/html,x",
            "data://text/html,x",
            "vbscript://x",
            "file:///etc/passwd",
            "blob:https://example.com/1",
            "intent://x#Intent;end",
            "ftp://example.com/",
            "myapp:callback",
            "mailto:somebody@example.com",
        ] {
            assert!(!is_redirect_target(url), "{url}");
        }
    }
}
