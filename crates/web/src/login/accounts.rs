//! Signing up, confirming, and coming back after a forgotten password.

use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::clients::Flow;
use poolhouse_domain::oauth::Parameters;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Confirmation, Outcome, Registration};
use poolhouse_model::{CodeDeliveryDetailsType, DeliveryMediumType, Secret, VerifiedAttributeType};

use super::challenges::DIFFERENT_PASSWORDS;
use super::sign_in;
use super::views::{
    Confirm, ConfirmByLink, ConfirmForgotPassword, Field, ForgotPassword, LoginName, PasswordRules, SignUp,
};
use super::visit::{Visit, sentence};

/// Shows the form for a new account.
pub async fn sign_up_page(visit: Visit) -> Response {
    show_sign_up(&visit, StatusCode::OK, &Parameters::default(), None)
}

/// Signs up, and asks for the code that was sent.
pub async fn sign_up(visit: Visit, body: Bytes) -> Response {
    let Some(form) = visit.form(&body) else {
        return visit.restart();
    };
    match register(&visit, &form).await {
        Ok((username, Some(delivery))) => show_sent(&visit, &username, &delivery),
        Ok((username, None)) => sign_in::show_notice(&visit, &username, "account-created"),
        Err(error) => {
            let (status, message) = sentence(&error);
            show_sign_up(&visit, status, &form, Some(&message))
        }
    }
}

async fn register(visit: &Visit, form: &Parameters) -> Result<(String, Option<CodeDeliveryDetailsType>)> {
    if form.get("password") != form.get("confirm_password") {
        return Err(Error::invalid_parameter(DIFFERENT_PASSWORDS));
    }
    let username = form.get("username").ok_or(Error::MissingParameter("USERNAME"))?;
    let mut attributes = Attributes::default();
    for (name, value) in form.starting_with("requiredAttributes[") {
        if let Some(name) = name.strip_suffix(']') {
            attributes.set(name, value);
        }
    }
    let password = form.get("password").map(Secret::from);
    let registration = Registration {
        username,
        password: password.as_ref(),
        attributes,
        is_browser: true,
    };
    let (pool, client) = (&visit.request.pool, &visit.request.client);
    let registered = visit.cx().sign_up(pool, client, registration).await?;
    Ok((username.to_owned(), registered.delivery))
}

fn show_sign_up(visit: &Visit, status: StatusCode, form: &Parameters, error: Option<&str>) -> Response {
    let pool = &visit.request.pool;
    let login_name = visit.login_name();
    let is_login_name = |name: &str| match login_name {
        LoginName::Email => name == "email",
        LoginName::Phone => name == "phone_number",
        LoginName::EmailOrPhone | LoginName::Username => false,
    };
    let mut names = pool.schema().required_names();
    for contact in [VerifiedAttributeType::Email, VerifiedAttributeType::PhoneNumber] {
        let name = contact.as_str();
        if pool.auto_verifies(contact) && login_name != LoginName::EmailOrPhone && !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    }
    names.retain(|name| !is_login_name(name));
    let attributes: Vec<Field<'_>> = names
        .iter()
        .map(|name| Field {
            name,
            value: form.get(&format!("requiredAttributes[{name}]")).unwrap_or_default(),
        })
        .collect();
    let is_passwordless = pool.allows_passwordless_sign_up() && visit.request.client.allows(Flow::UserAuth);
    let mut page = visit.page("/signup", error);
    page.address = Some(visit.page_at("/signup"));
    let view = SignUp {
        page,
        login_name,
        username: form.get("username").unwrap_or_default(),
        attributes: &attributes,
        rules: (!is_passwordless).then(|| PasswordRules::of(&pool.password_policy())),
        sign_in: visit.page_at("/login"),
    };
    visit.show(status, &view)
}

/// Asks for the code of a sign-up, or for a click on its link.
fn show_sent(visit: &Visit, username: &str, delivery: &CodeDeliveryDetailsType) -> Response {
    let by_link = visit.request.pool.confirms_by_link() && delivery.delivery_medium == Some(DeliveryMediumType::Email);
    let destination = delivery.destination.as_deref();
    show_confirm(visit, StatusCode::OK, username, (by_link, destination), None)
}

fn show_confirm(
    visit: &Visit,
    status: StatusCode,
    username: &str,
    (by_link, destination): (bool, Option<&str>),
    error: Option<&str>,
) -> Response {
    let sign_in = visit.page_at("/login");
    if by_link {
        let view = ConfirmByLink {
            page: visit.page("/resendcode", error),
            username,
            destination,
            sign_in,
        };
        return visit.show(status, &view);
    }
    let view = Confirm {
        page: visit.page("/confirm", error),
        username,
        destination,
        resend: visit.page_at("/resendcode"),
        sign_in,
    };
    visit.show(status, &view)
}

/// Asks somebody to confirm their sign-up who signs in before.
pub fn show_confirmation(visit: &Visit, username: &str, error: &Error) -> Response {
    let (status, message) = sentence(error);
    let pool = &visit.request.pool;
    // Where both are verified, the phone gets a code.
    let by_link = pool.confirms_by_link() && !pool.auto_verifies(VerifiedAttributeType::PhoneNumber);
    show_confirm(visit, status, username, (by_link, None), Some(&message))
}

/// Confirms a sign-up, and signs in.
pub async fn confirm(visit: Visit, body: Bytes) -> Response {
    let Some(form) = visit.form(&body) else {
        return visit.restart();
    };
    let username = form.get("username").unwrap_or_default();
    match confirm_and_sign_in(&visit, username, form.get("code").unwrap_or_default()).await {
        Ok(Some(outcome)) => sign_in::proceed(&visit, username, outcome).await,
        Ok(None) => sign_in::show_notice(&visit, username, "confirmed-title"),
        // The sign-up is confirmed for all that, and there is no code any more to try again with.
        Err(error) if error.is_of_trigger() => sign_in::show_error(&visit, username, &error),
        Err(error) => {
            let (status, message) = sentence(&error);
            let sent = (false, form.get("destination"));
            show_confirm(&visit, status, username, sent, Some(&message))
        }
    }
}

async fn confirm_and_sign_in(visit: &Visit, username: &str, code: &str) -> Result<Option<Outcome>> {
    let (pool, client) = (&visit.request.pool, &visit.request.client);
    let confirmation = Confirmation {
        username,
        code,
        force_alias_creation: false,
        session: None,
        is_browser: true,
    };
    let session = visit.cx().confirm_sign_up(pool, client, confirmation).await?;
    let Some(session) = session else { return Ok(None) };
    match visit.cx().sign_browser_in_after_sign_up(pool, client, &session).await {
        Ok(outcome) => Ok(Some(outcome)),
        Err(error) if error.is_of_trigger() => Err(error),
        // The sign-up is confirmed, whatever becomes of the sign-in.
        Err(_) => Ok(None),
    }
}

/// Sends the code of a sign-up again.
pub async fn resend_code(visit: Visit, body: Bytes) -> Response {
    let Some(form) = visit.form(&body) else {
        return visit.restart();
    };
    let username = form.get("username").unwrap_or_default();
    let (pool, client) = (&visit.request.pool, &visit.request.client);
    match visit.cx().resend_confirmation_code(pool, client, username).await {
        Ok(delivery) => show_sent(&visit, username, &delivery),
        Err(error) => show_confirmation(&visit, username, &error),
    }
}

/// Asks who forgot their password.
pub async fn forgot_password_page(visit: Visit) -> Response {
    show_forgot_password(&visit, StatusCode::OK, "", None)
}

fn show_forgot_password(visit: &Visit, status: StatusCode, username: &str, error: Option<&str>) -> Response {
    let mut page = visit.page("/forgotPassword", error);
    page.address = Some(visit.page_at("/forgotPassword"));
    let view = ForgotPassword {
        page,
        login_name: visit.login_name(),
        username,
        sign_in: visit.page_at("/login"),
    };
    visit.show(status, &view)
}

/// Sends the code that resets a password, and asks for it.
pub async fn forgot_password(visit: Visit, body: Bytes) -> Response {
    let Some(form) = visit.form(&body) else {
        return visit.restart();
    };
    let username = form.get("username").unwrap_or_default();
    let (pool, client) = (&visit.request.pool, &visit.request.client);
    match visit.cx().forgot_password(pool, client, username).await {
        Ok(delivery) => show_reset(&visit, StatusCode::OK, username, delivery.destination.as_deref(), None),
        Err(error) => {
            let (status, message) = sentence(&error);
            show_forgot_password(&visit, status, username, Some(&message))
        }
    }
}

fn show_reset(
    visit: &Visit,
    status: StatusCode,
    username: &str,
    destination: Option<&str>,
    error: Option<&str>,
) -> Response {
    let view = ConfirmForgotPassword {
        page: visit.page("/confirmforgotPassword", error),
        username,
        destination,
        rules: PasswordRules::of(&visit.request.pool.password_policy()),
        resend: visit.page_at("/forgotPassword"),
        sign_in: visit.page_at("/login"),
    };
    visit.show(status, &view)
}

/// Sets the password of somebody who has the code.
pub async fn confirm_forgot_password(visit: Visit, body: Bytes) -> Response {
    let Some(form) = visit.form(&body) else {
        return visit.restart();
    };
    let username = form.get("username").unwrap_or_default();
    match reset(&visit, username, &form).await {
        Ok(()) => sign_in::show_notice(&visit, username, "password-changed"),
        // The password is changed for all that.
        Err(error) if error.is_of_trigger() => sign_in::show_error(&visit, username, &error),
        Err(error) => {
            let (status, message) = sentence(&error);
            show_reset(&visit, status, username, form.get("destination"), Some(&message))
        }
    }
}

async fn reset(visit: &Visit, username: &str, form: &Parameters) -> Result<()> {
    if form.get("password") != form.get("confirm_password") {
        return Err(Error::invalid_parameter(DIFFERENT_PASSWORDS));
    }
    let (pool, client) = (&visit.request.pool, &visit.request.client);
    let password = Secret::from(form.get("password").unwrap_or_default());
    let code = form.get("code").unwrap_or_default();
    visit
        .cx()
        .confirm_forgot_password(pool, client, username, code, &password)
        .await
}
