//! A visit to a page of managed login: for which client it is, in which language, and what its forms have to repeat.

use axum::extract::{FromRequestParts, RawQuery};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use poolhouse_crypto::hmac::constant_time_eq;
use poolhouse_domain::Error;
use poolhouse_domain::oauth::Parameters;
use poolhouse_engine::{AuthorizationRequest, Cx, Denied, Outcome};
use poolhouse_model::UsernameAttributeType;
use url::Url;

use super::brand::brand_of;
use super::texts::Texts;
use super::views::{Brand, ErrorPage, Href, LoginName, Page, respond};
use crate::App;
use crate::oauth::authorize::{refuse, see_other};
use crate::oauth::door::Door;

/// The length of the value that forms repeat.
const CSRF_LENGTH: usize = 32;
/// The cookie that remembers the language.
const LANGUAGE: &str = "lang";

/// A visit to a page.
pub struct Visit {
    pub door: Door,
    pub jar: CookieJar,
    /// The authorization request that the page serves, as it came in the query.
    pub query: Parameters,
    pub request: AuthorizationRequest,
    pub csrf: String,
    pub texts: Texts,
    pub brand: Brand,
    /// Whether the browser says that a page of somebody else sent it here.
    is_cross_site: bool,
}

impl Visit {
    /// Begins a visit for the authorization request in `query`, or answers why there can be none.
    pub async fn open(door: Door, query: Parameters, headers: &HeaderMap) -> Result<Self, Response> {
        let request = match door.cx.authorization(door.pool.as_deref(), &query).await {
            Ok(request) => request,
            Err(denied) => return Err(refuse(&door, &query, denied)),
        };
        let jar = CookieJar::from_headers(headers);
        let csrf = match door.csrf_cookie(&jar) {
            Some(known) if known.len() == CSRF_LENGTH => known.to_owned(),
            _ => door.cx.entropy.alphanumeric(CSRF_LENGTH),
        };
        let texts = texts(&query, &jar, headers);
        let brand = match brand_of(&door.cx, &request.pool, &request.client, texts).await {
            Ok(brand) => brand,
            Err(error) => return Err(refuse(&door, &query, Denied::Other(error))),
        };
        Ok(Self {
            door,
            jar,
            query,
            request,
            csrf,
            texts,
            brand,
            is_cross_site: headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site"),
        })
    }

    pub fn cx(&self) -> &Cx {
        &self.door.cx
    }

    /// The address of another page of the same visit.
    pub fn page_at(&self, path: &str) -> Href {
        let path = format!("{}{path}", self.door.base);
        Href::local(&path, Some(&self.query.to_query()))
    }

    /// What all pages have, with a form that is sent to `path`.
    pub fn page<'a>(&'a self, path: &str, error: Option<&'a str>) -> Page<'a> {
        Page {
            texts: self.texts,
            brand: &self.brand,
            csrf: &self.csrf,
            action: self.page_at(path),
            session: None,
            error,
            notice: None,
            address: None,
        }
    }

    /// Answers with a page; its forms may lead to the client.
    pub fn show(&self, status: StatusCode, page: &impl askama::Template) -> Response {
        let redirects: Vec<Url> = Url::parse(&self.request.authorization.redirect_uri)
            .into_iter()
            .collect();
        let jar = self.jar.clone().add(self.door.new_csrf_cookie(&self.csrf));
        let jar = match self.query.get(LANGUAGE) {
            Some(_) => jar.add(self.door.language_cookie(self.texts.language().tag)),
            None => jar,
        };
        (jar, respond(status, page, &redirects)).into_response()
    }

    /// The form in `body`, if it was sent from one of our pages in this browser.
    pub fn form(&self, body: &[u8]) -> Option<Parameters> {
        let form = Parameters::parse(&String::from_utf8_lossy(body));
        let sent = form.get("_csrf").unwrap_or_default();
        let expected = self.door.csrf_cookie(&self.jar).unwrap_or_default();
        let is_own =
            !self.is_cross_site && !expected.is_empty() && constant_time_eq(sent.as_bytes(), expected.as_bytes());
        is_own.then_some(form)
    }

    /// Refuses a form of somebody else, and offers to start again.
    pub fn restart(&self) -> Response {
        let page = ErrorPage {
            page: self.page("/login", None),
            code: None,
            sign_in: Some(self.page_at("/login")),
        };
        self.show(StatusCode::FORBIDDEN, &page)
    }

    /// What users of the pool sign in with.
    pub fn login_name(&self) -> LoginName {
        let settings = &self.request.pool.settings;
        let named_by = settings.username_attributes.as_deref().unwrap_or_default();
        let has = |attribute| named_by.contains(&attribute);
        match (
            has(UsernameAttributeType::Email),
            has(UsernameAttributeType::PhoneNumber),
        ) {
            (true, true) => LoginName::EmailOrPhone,
            (true, false) => LoginName::Email,
            (false, true) => LoginName::Phone,
            (false, false) => LoginName::Username,
        }
    }

    /// Goes back to the client with a browser that is signed in now.
    pub async fn conclude(&self, signed_in: poolhouse_engine::BrowserSignIn) -> Response {
        let granted = self
            .cx()
            .grant(&self.request, &signed_in.session, &signed_in.user)
            .await;
        match granted {
            Ok(location) => {
                let pool = &self.request.pool;
                let cookie = signed_in.cookie.expose();
                let cookie = self.door.new_session_cookie(pool, cookie, signed_in.lifetime);
                // Another sign-in begins with another value: nobody who knew the old one has a form of ours.
                let jar = self.jar.clone().add(cookie).add(self.door.ended_csrf_cookie());
                (jar, see_other(&location)).into_response()
            }
            Err(error) => refuse(&self.door, &self.query, Denied::Other(error)),
        }
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let door = Door::from_request_parts(parts, app).await?;
        let Ok(RawQuery(query)) = RawQuery::from_request_parts(parts, app).await;
        let query = Parameters::parse(query.as_deref().unwrap_or_default());
        Self::open(door, query, &parts.headers).await
    }
}

/// The language of a page.
pub fn texts(query: &Parameters, jar: &CookieJar, headers: &HeaderMap) -> Texts {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let asked = query.get(LANGUAGE).or_else(|| query.get("ui_locales"));
    Texts::for_request(
        asked,
        jar.get(LANGUAGE).map(axum_extra::extract::cookie::Cookie::value),
        accepted,
    )
}

/// The sentence in which a page tells of a refusal; a failure of ours is logged and tells nothing.
pub fn sentence(error: &Error) -> (StatusCode, String) {
    crate::fault::words(error)
}

/// What a sign-in gave, for pages: they never see tokens.
pub enum Step {
    SignedIn(Box<poolhouse_engine::BrowserSignIn>),
    Challenge(super::challenges::Posed),
}

impl TryFrom<Outcome> for Step {
    type Error = Error;

    fn try_from(outcome: Outcome) -> Result<Self, Error> {
        match outcome {
            Outcome::SignedIn(signed_in) => Ok(Self::SignedIn(signed_in)),
            Outcome::Challenge {
                name,
                session: Some(session),
                parameters,
                available,
            } => Ok(Self::Challenge(super::challenges::Posed {
                name,
                session,
                parameters,
                available: available.unwrap_or_default(),
            })),
            Outcome::Challenge { .. } | Outcome::Tokens(_) => {
                Err(Error::internal("a sign-in of a browser gave what only the API gives"))
            }
        }
    }
}
