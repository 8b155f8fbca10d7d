//! Which pages belong to a relying party.

use url::{Host, Url};

/// Whether the relying party is one of developers, whose pages need no TLS: browsers keep the name to their machine.
fn is_local(id: &str) -> bool {
    id == "localhost" || id.ends_with(".localhost")
}

/// The origin that `text` is, if its pages may use the passkeys of the relying party `id`: an https origin on any port
/// whose host is `id` or below it. Pages of `localhost` and below it may be served by http too.
pub(super) fn allowed(id: &str, text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    // Nothing but an origin, written as browsers write it: no path, no user, no default port.
    if url.origin().ascii_serialization() != text {
        return None;
    }
    let Some(Host::Domain(host)) = url.host() else {
        return None;
    };
    let below = || host.strip_suffix(id).is_some_and(|prefix| prefix.ends_with('.'));
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_local(id));
    (secure && (host == id || below())).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn pages_of_the_domain_and_below_it_belong_to_it() {
        for origin in [
            "https://example.com",
            "https://example.com:8443",
            "https://auth.example.com",
            "https://a.b.example.com:444",
        ] {
            assert!(allowed("example.com", origin).is_some(), "{origin}");
        }
    }

    #[test]
    fn pages_of_developers_need_no_tls() {
        for origin in [
            "http://localhost",
            "http://localhost:3000",
            "https://localhost",
            "https://localhost:5173",
            "http://app.localhost:3000",
        ] {
            assert!(allowed("localhost", origin).is_some(), "{origin}");
        }
        assert!(allowed("my.auth.localhost", "http://my.auth.localhost:7665").is_some());
        assert!(allowed("my.auth.localhost", "http://localhost:7665").is_none());
    }

    #[test]
    fn what_only_looks_like_the_domain_is_another() {
        for origin in [
            "http://example.com",
            "https://com",
            "https://evil-example.com",
            "https://evilexample.com",
            "https://example.com.evil",
            "https://example.com.",
            "https://example.com@evil.com",
            "https://evil.com#example.com",
            "https://user@example.com",
            "https://example.com/",
            "https://example.com/path",
            "https://example.com:443",
            "https://EXAMPLE.com",
            "https://example.com\\@evil.com",
            "wss://example.com",
            "ftp://example.com",
            "file:///example.com",
            "android:apk-key-hash:example.com",
            "ios:bundle-id:example.com",
            "http://localhost:3000",
            "https://localhost",
            "null",
            "example.com",
            "",
        ] {
            assert!(allowed("example.com", origin).is_none(), "{origin}");
        }
    }

    #[test]
    fn localhost_is_a_name_and_no_address() {
        for origin in [
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
            "http://localhost.example.com",
            "http://notlocalhost",
            "ws://localhost",
        ] {
            assert!(allowed("localhost", origin).is_none(), "{origin}");
        }
    }
}
