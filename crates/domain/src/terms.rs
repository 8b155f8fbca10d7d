//! Terms documents: the links to terms of use and privacy policy that pages show at sign-up.

use std::collections::BTreeMap;

use poolhouse_model::{TermsDescriptionType, TermsEnforcementType, TermsSourceType, TermsType, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Error, Result};

/// The name of the terms of use.
pub const TERMS_OF_USE: &str = "terms-of-use";
/// The name of the privacy policy.
pub const PRIVACY_POLICY: &str = "privacy-policy";

/// The link for languages that have none of their own.
const DEFAULT: &str = "cognito:default";

/// The names that the service has for languages, by their tags.
const LANGUAGES: [(&str, &str); 12] = [
    ("de", "cognito:german"),
    ("en", "cognito:english"),
    ("es", "cognito:spanish"),
    ("fr", "cognito:french"),
    ("id", "cognito:bahasa-indonesia"),
    ("it", "cognito:italian"),
    ("ja", "cognito:japanese"),
    ("ko", "cognito:korean"),
    ("nl", "cognito:dutch"),
    ("pt-BR", "cognito:portuguese-brazil"),
    ("zh-CN", "cognito:chinese-simplified"),
    ("zh-TW", "cognito:chinese-traditional"),
];

/// One terms document of an app client, in as many languages as it has links.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    pub id: String,
    pub pool_id: String,
    pub client_id: String,
    /// [`TERMS_OF_USE`] or [`PRIVACY_POLICY`].
    pub name: String,
    pub source: TermsSourceType,
    pub enforcement: TermsEnforcementType,
    /// Addresses by the service's names of languages.
    pub links: BTreeMap<String, String>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// Counts the writes; a writer that saw an older version loses.
    #[serde(skip)]
    pub version: i64,
}

impl Terms {
    /// The document as the operations return it.
    pub fn describe(&self) -> TermsType {
        TermsType {
            terms_id: self.id.clone(),
            user_pool_id: self.pool_id.clone(),
            client_id: self.client_id.clone(),
            terms_name: self.name.clone(),
            terms_source: self.source,
            enforcement: self.enforcement,
            links: self.links.clone(),
            creation_date: self.created_at,
            last_modified_date: self.modified_at,
        }
    }

    /// The document as ListTerms returns it.
    pub fn summary(&self) -> TermsDescriptionType {
        TermsDescriptionType {
            terms_id: self.id.clone(),
            terms_name: self.name.clone(),
            enforcement: self.enforcement,
            creation_date: self.created_at,
            last_modified_date: self.modified_at,
        }
    }

    /// The address of the document for those who read the language with this tag.
    pub fn link(&self, language: &str) -> Option<&str> {
        let own = LANGUAGES.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
        let own = own.and_then(|(_, name)| self.links.get(*name));
        own.or_else(|| self.links.get(DEFAULT)).map(String::as_str)
    }
}

/// Refuses links that don't lead to a web page.
pub fn check_links(links: Option<BTreeMap<String, String>>) -> Result<BTreeMap<String, String>> {
    let links = links.ok_or(Error::MissingParameter("Links"))?;
    for (language, link) in &links {
        let url = Url::parse(link).ok();
        let is_page = url.is_some_and(|url| {
            ["http", "https"].contains(&url.scheme()) && url.username().is_empty() && url.password().is_none()
        });
        if !is_page {
            return Err(Error::invalid_parameter(format!(
                "The link for {language} must be an http or https URL."
            )));
        }
    }
    Ok(links)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(links: &[(&str, &str)]) -> BTreeMap<String, String> {
        links
            .iter()
            .map(|(language, link)| ((*language).to_owned(), (*link).to_owned()))
            .collect()
    }

    #[test]
    fn a_link_is_that_of_the_language_or_the_default() {
        let terms = |given: &[(&str, &str)]| Terms {
            id: String::new(),
            pool_id: String::new(),
            client_id: String::new(),
            name: TERMS_OF_USE.to_owned(),
            source: TermsSourceType::Link,
            enforcement: TermsEnforcementType::None,
            links: links(given),
            created_at: Timestamp::default(),
            modified_at: Timestamp::default(),
            version: 0,
        };
        let both = terms(&[(DEFAULT, "https://x/"), ("cognito:portuguese-brazil", "https://x/pt")]);
        assert_eq!(both.link("pt-BR"), Some("https://x/pt"));
        assert_eq!(both.link("pt-br"), Some("https://x/pt"));
        assert_eq!(both.link("de"), Some("https://x/"));
        assert_eq!(both.link("xx"), Some("https://x/"));
        assert_eq!(terms(&[("cognito:german", "https://x/")]).link("en"), None);
    }

    #[test]
    fn links_lead_to_web_pages() {
        check_links(Some(links(&[
            (DEFAULT, "http://x/"),
            ("cognito:german", "https://x/de?y#z"),
        ])))
        .unwrap();
        for link in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//x",
            "/x",
            "https://",
            "https://a:b@x/",
            "x",
        ] {
            let message = check_links(Some(links(&[(DEFAULT, link)]))).unwrap_err().to_string();
            assert_eq!(
                message, "The link for cognito:default must be an http or https URL.",
                "{link}"
            );
        }
        assert_eq!(
            check_links(None).unwrap_err().to_string(),
            "Missing required parameter Links"
        );
    }
}
