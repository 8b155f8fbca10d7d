//! `/login`: who signs in, and by what.

use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use poolhouse_domain::clients::Flow;
use poolhouse_domain::oauth::Parameters;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Outcome, Start};
use poolhouse_model::{AuthFactorType, Secret};

use super::views::SignIn;
use super::visit::{Step, Visit, sentence};
use super::{accounts, challenges};

/// Shows the first page.
pub async fn page(visit: Visit) -> Response {
    let hint = visit.query.get("login_hint").unwrap_or_default().to_owned();
    show(&visit, StatusCode::OK, &hint, None)
}

/// Signs in by name and password, or goes on with the way that the user chooses.
pub async fn submit(visit: Visit, body: Bytes) -> Response {
    let Some(form) = visit.form(&body) else {
        return visit.restart();
    };
    let username = form.get("username").unwrap_or_default();
    match begin(&visit, &form, username).await {
        Ok(outcome) => proceed(&visit, username, outcome).await,
        Err(Error::UserNotConfirmed) => accounts::show_confirmation(&visit, username, &Error::UserNotConfirmed),
        Err(error) => show_error(&visit, username, &error),
    }
}

async fn begin(visit: &Visit, form: &Parameters, username: &str) -> Result<Outcome> {
    if username.is_empty() {
        return Err(Error::MissingParameter("USERNAME"));
    }
    let (pool, client) = (&visit.request.pool, &visit.request.client);
    let levels = &visit.request.authorization.levels;
    if let Some(password) = form.get("password") {
        let given = (username, &Secret::from(password));
        return visit
            .cx()
            .sign_browser_in_by_password(pool, client, given, levels)
            .await;
    }
    let start = Start {
        browser: Some(levels),
        preferred: form.get("factor"),
        ..Start::of(username)
    };
    visit.cx().start_choice(pool, client, start).await
}

/// Goes on with what a step of a sign-in gave.
pub async fn proceed(visit: &Visit, username: &str, outcome: Outcome) -> Response {
    let outcome = challenges::choose_only_way(visit, outcome).await;
    match outcome.and_then(Step::try_from) {
        Ok(Step::SignedIn(signed_in)) => visit.conclude(*signed_in).await,
        Ok(Step::Challenge(posed)) => challenges::show(visit, username, &posed).await,
        Err(error) => show_error(visit, username, &error),
    }
}

/// The first page, with the sentence of an error.
pub fn show_error(visit: &Visit, username: &str, error: &Error) -> Response {
    let (status, message) = sentence(error);
    show(visit, status, username, Some(&message))
}

/// The first page, with what went wrong.
pub fn show(visit: &Visit, status: StatusCode, username: &str, error: Option<&str>) -> Response {
    let mut page = visit.page("/login", error);
    page.address = Some(visit.page_at("/login"));
    show_with(visit, status, username, page)
}

/// The first page, with what went well.
pub fn show_notice(visit: &Visit, username: &str, notice: &str) -> Response {
    let mut page = visit.page("/login", None);
    page.notice = Some(visit.texts.text(notice));
    show_with(visit, StatusCode::OK, username, page)
}

fn show_with(visit: &Visit, status: StatusCode, username: &str, page: super::views::Page<'_>) -> Response {
    let view = SignIn {
        page,
        local: true,
        login_name: visit.login_name(),
        username,
        with_password: !offers_choice(visit),
        providers: &[],
        sign_up: (!visit.request.pool.admin_creates_users_only()).then(|| visit.page_at("/signup")),
        forgot_password: Some(visit.page_at("/forgotPassword")),
    };
    visit.show(status, &view)
}

/// Whether users choose between a password and other ways.
pub fn offers_choice(visit: &Visit) -> bool {
    let factors = visit.request.pool.first_auth_factors();
    let has_others = factors.iter().any(|factor| *factor != AuthFactorType::Password);
    has_others && visit.request.client.allows(Flow::UserAuth)
}
