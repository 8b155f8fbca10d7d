//! A browser without JavaScript: it keeps cookies by host, reads forms and submits them.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a page without the element, or a broken address, fails the test"
)]

use std::collections::BTreeMap;

use axum_extra::extract::cookie::Cookie;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use scraper::{ElementRef, Html, Selector};
use url::{Url, form_urlencoded};

use crate::lab::{Lab, PUBLIC_URL};
use crate::reply::Reply;

/// More redirects than any journey has.
const REDIRECTS: usize = 10;

/// One visitor of a [`Lab`]. A clone has the same cookies and goes its own way from then on.
#[derive(Clone)]
pub struct Browser {
    lab: Lab,
    /// Where it is.
    pub url: Url,
    /// By host and name.
    cookies: BTreeMap<(String, String), Cookie<'static>>,
    headers: HeaderMap,
}

/// A form of a page, as it would be submitted.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Browser {
    /// A browser without cookies.
    pub fn new(lab: &Lab) -> Self {
        Self {
            lab: lab.clone(),
            url: PUBLIC_URL.parse().expect("an address"),
            cookies: BTreeMap::new(),
            headers: HeaderMap::new(),
        }
    }

    /// The same browser, which sends this header with every request.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        let value = value.parse().expect("a header");
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    /// Fetches an address, whole or relative to where the browser is; follows nothing.
    pub async fn visit(&mut self, address: &str) -> Reply {
        self.send(Method::GET, address, None).await
    }

    /// Fetches an address, and follows redirects that stay on its host.
    pub async fn open(&mut self, address: &str) -> Reply {
        let reply = self.visit(address).await;
        self.follow(reply).await
    }

    /// Posts a form to an address; follows nothing.
    pub async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send(Method::POST, address, Some(body)).await
    }

    /// Submits a form of the page where the browser is; follows redirects that stay on its host.
    pub async fn submit(&mut self, form: &Form) -> Reply {
        let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let reply = self.post(&form.action, &fields).await;
        self.follow(reply).await
    }

    /// Follows the redirects of an answer that stay on the host. One that leaves is the answer.
    pub async fn follow(&mut self, mut reply: Reply) -> Reply {
        for _ in 0..REDIRECTS {
            let Some(location) = reply.headers.get(LOCATION).and_then(|value| value.to_str().ok()) else {
                return reply;
            };
            let target = self.url.join(location).expect("an address to go to");
            if target.origin() != self.url.origin() {
                return reply;
            }
            reply = self.visit(target.as_str()).await;
        }
        panic!("{} redirects for ever", self.url)
    }

    /// The cookie of this name for the host where the browser is.
    pub fn cookie(&self, name: &str) -> Option<&Cookie<'static>> {
        self.cookies.get(&(self.host(), name.to_owned()))
    }

    /// The cookies for the host where the browser is whose names begin so.
    pub fn cookies_named(&self, prefix: &str) -> Vec<&Cookie<'static>> {
        let host = self.host();
        let named = |(at, name): &(String, String)| *at == host && name.starts_with(prefix);
        self.cookies
            .iter()
            .filter(|(key, _)| named(key))
            .map(|(_, cookie)| cookie)
            .collect()
    }

    /// Gives the browser a cookie for the host where it is, as an attacker may.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        let cookie = Cookie::new(name.to_owned(), value.to_owned());
        self.cookies.insert((self.host(), name.to_owned()), cookie);
    }

    fn host(&self) -> String {
        self.url.authority().to_owned()
    }

    async fn send(&mut self, method: Method, address: &str, body: Option<String>) -> Reply {
        self.url = self.url.join(address).expect("an address");
        let host = self.host();
        let target = &self.url[url::Position::BeforePath..url::Position::AfterQuery];
        let mut request = Request::builder().method(method).uri(target).header(HOST, &host);
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let cookies = self.cookies.iter().filter(|((at, _), _)| *at == host);
        let cookies: Vec<String> = cookies
            .map(|(_, cookie)| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let mut request = request.body(body.unwrap_or_default().into_bytes()).expect("a request");
        request.headers_mut().extend(self.headers.clone());
        let reply = self.lab.send(request).await;
        for header in reply.headers.get_all(SET_COOKIE) {
            self.keep(&host, header);
        }
        reply
    }

    fn keep(&mut self, host: &str, header: &HeaderValue) {
        let text = header.to_str().expect("a cookie is text").to_owned();
        let cookie = Cookie::parse(text).expect("a cookie");
        let key = (host.to_owned(), cookie.name().to_owned());
        if cookie.max_age().is_some_and(time::Duration::is_zero) {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, cookie);
        }
    }
}

impl Form {
    /// The form of this name on a page, with what its fields hold.
    #[track_caller]
    pub fn of(page: &Reply, name: &str) -> Self {
        let html = Html::parse_document(&page.text());
        let form = select(&html, &format!("form[name='{name}']"))
            .unwrap_or_else(|| panic!("no form {name}: {} {}", page.status, page.text()));
        let fields = Selector::parse("input[name]").expect("a selector");
        let text = |element: ElementRef<'_>, name| element.attr(name).unwrap_or_default().to_owned();
        Self {
            action: text(form, "action"),
            fields: form
                .select(&fields)
                .map(|field| (text(field, "name"), text(field, "value")))
                .collect(),
        }
    }

    /// The form with this value in a field; a field that isn't there is added.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What a field holds.
    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The text of the first element of a page that a CSS selector finds, trimmed.
pub fn text_of(page: &Reply, selector: &str) -> Option<String> {
    let html = Html::parse_document(&page.text());
    let element = select(&html, selector)?;
    Some(element.text().collect::<String>().trim().to_owned())
}

/// An attribute of the first element of a page that a CSS selector finds.
pub fn attribute_of(page: &Reply, selector: &str, name: &str) -> Option<String> {
    let html = Html::parse_document(&page.text());
    Some(select(&html, selector)?.attr(name)?.to_owned())
}

fn select<'a>(html: &'a Html, selector: &str) -> Option<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("a selector");
    html.select(&selector).next()
}

/// The address that an answer redirects to.
#[track_caller]
pub fn location(reply: &Reply) -> Url {
    let base: Url = PUBLIC_URL.parse().expect("an address");
    assert!(reply.status.is_redirection(), "{}: {}", reply.status, reply.text());
    base.join(reply.header("location")).expect("an address")
}

/// The parameters in the query of an address, or in its fragment when it has one.
pub fn answer(address: &Url) -> BTreeMap<String, String> {
    let text = address.fragment().or(address.query()).unwrap_or_default();
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}
