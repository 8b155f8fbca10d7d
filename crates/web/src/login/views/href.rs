//! Addresses that a page may link to.

use std::fmt;

use url::Url;

/// An address that is safe in a link, a form or a picture: it leads to us or to a web page, and runs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// An address of this server: a path, and the query of a request as it came.
    pub fn local(path: &str, query: Option<&str>) -> Self {
        let mut path = format!("/{}", path.trim_start_matches(['/', '\\']));
        if let Ok(mut url) = Url::parse("https://localhost") {
            url.set_path(&path);
            url.set_query(query.filter(|query| !query.is_empty()));
            path = url.as_str().trim_start_matches("https://localhost").to_owned();
        }
        Self(path)
    }

    /// An address of the web, if it is one.
    pub fn web(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        matches!(url.scheme(), "https" | "http").then(|| Self(url.into()))
    }

    /// A picture that stands in its own address, if it is one.
    pub fn picture(address: &str) -> Option<Self> {
        const KINDS: [&str; 5] = ["png", "jpeg", "webp", "svg+xml", "x-icon"];
        let url = Url::parse(address).ok()?;
        let kind = url.path().strip_prefix("image/")?.split_once(";base64,")?.0;
        (url.scheme() == "data" && KINDS.contains(&kind)).then(|| Self(url.into()))
    }

    /// The same address with another value of a parameter.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let Ok(mut url) = Url::parse("https://localhost").and_then(|base| base.join(&self.0)) else {
            return self.clone();
        };
        let others: Vec<(String, String)> = url
            .query_pairs()
            .into_owned()
            .filter(|(known, _)| known != name)
            .collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair(name, value);
        Self::local(url.path(), url.query())
    }
}

impl fmt::Display for Href {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_address_stays_here() {
        for (path, query, expected) in [
            ("/login", Some("a=b&c=%20d"), "/login?a=b&c=%20d"),
            ("/login", None, "/login"),
            ("//evil.example", None, "/evil.example"),
            ("/\\evil.example", None, "/evil.example"),
            ("javascript:alert(1)", None, "/javascript:alert(1)"),
            ("https://evil.example/", None, "/https://evil.example/"),
            ("/login", Some("\"><script>"), "/login?%22%3E%3Cscript%3E"),
        ] {
            assert_eq!(Href::local(path, query).to_string(), expected);
        }
    }

    #[test]
    fn only_pages_and_pictures_are_elsewhere() {
        assert_eq!(
            Href::web("https://example.com/a").unwrap().to_string(),
            "https://example.com/a"
        );
        for hostile in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//x",
            "",
            " java\nscript:alert(1)",
        ] {
            assert_eq!(Href::web(hostile), None, "{hostile}");
        }
        assert!(Href::picture("data:image/png;base64,AAAA").is_some());
        for hostile in [
            "data:text/html;base64,AAAA",
            "https://example.com/a.png",
            "data:image/png,x",
            "javascript:1",
        ] {
            assert_eq!(Href::picture(hostile), None, "{hostile}");
        }
    }

    #[test]
    fn a_parameter_is_replaced_and_the_others_stay() {
        let address = Href::local("/login", Some("client_id=a&lang=en&state=x%26y"));
        assert_eq!(
            address.with("lang", "de").to_string(),
            "/login?client_id=a&state=x%26y&lang=de"
        );
    }
}
