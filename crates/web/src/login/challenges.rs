//! `/challenge/…`: the pages of challenges, and the answers to them.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use poolhouse_domain::oauth::Parameters;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Outcome, Response as Answer};
use poolhouse_model::{ChallengeNameType, Secret};

use super::sign_in::{self, proceed};
use super::views::{
    Choice, Factor, Field, MfaSetupChoice, MfaSetupContact, MfaSetupTotp, NewPassword, OneTimeCode, PasskeySignIn,
    Password, PasswordRules, SelectMfa,
};
use super::visit::{Visit, sentence};

/// A challenge as the engine poses it.
pub struct Posed {
    pub name: ChallengeNameType,
    pub session: Secret,
    pub parameters: BTreeMap<String, String>,
    pub available: Vec<ChallengeNameType>,
}

/// What a page of a challenge shows besides what the challenge says: what the form before it held, and what was wrong.
#[derive(Default)]
struct Before<'a> {
    error: Option<&'a str>,
    form: Option<&'a Parameters>,
}

/// Shows the page of a challenge.
pub async fn show(visit: &Visit, username: &str, posed: &Posed) -> Response {
    if posed.name == ChallengeNameType::MfaSetup
        && let [only] = factors(posed, "MFAS_CAN_SETUP").as_slice()
    {
        return set_up(visit, username, *only, &posed.session, Before::default()).await;
    }
    show_with(visit, StatusCode::OK, username, posed, &Before::default())
}

fn show_with(visit: &Visit, status: StatusCode, username: &str, posed: &Posed, before: &Before<'_>) -> Response {
    let path = format!("/challenge/{}", posed.name.as_str());
    let mut page = visit.page(&path, before.error);
    page.session = Some(posed.session.expose());
    let restart = visit.page_at("/login");
    let other_ways = || sign_in::offers_choice(visit).then(|| visit.page_at("/login"));
    let text = |name: &str| posed.parameters.get(name).map(String::as_str);
    match posed.name {
        ChallengeNameType::SelectChallenge => {
            let factors = first_factors(&posed.available);
            let view = Choice {
                page,
                username,
                factors: &factors,
                restart,
            };
            visit.show(status, &view)
        }
        ChallengeNameType::Password => {
            let view = Password {
                page,
                username,
                forgot_password: Some(visit.page_at("/forgotPassword")),
                other_ways: other_ways(),
                restart,
            };
            visit.show(status, &view)
        }
        ChallengeNameType::WebAuthn => {
            let view = PasskeySignIn {
                page,
                username,
                options: text("CREDENTIAL_REQUEST_OPTIONS").unwrap_or_default(),
                other_ways: other_ways(),
                restart,
            };
            visit.show(status, &view)
        }
        ChallengeNameType::NewPasswordRequired => {
            let names: Vec<String> = text("requiredAttributes")
                .and_then(|list| serde_json::from_str(list).ok())
                .unwrap_or_default();
            let given = |name: &str| before.form.and_then(|form| form.get(&field_name(name)));
            let missing: Vec<Field<'_>> = names
                .iter()
                .filter_map(|name| name.strip_prefix("userAttributes."))
                .map(|name| Field {
                    name,
                    value: given(name).unwrap_or_default(),
                })
                .collect();
            let view = NewPassword {
                page,
                username,
                rules: PasswordRules::of(&visit.request.pool.password_policy()),
                missing: &missing,
            };
            visit.show(status, &view)
        }
        ChallengeNameType::SelectMfaType => {
            let factors = factors(posed, "MFAS_CAN_CHOOSE");
            let view = SelectMfa {
                page,
                factors: &factors,
                restart,
            };
            visit.show(status, &view)
        }
        ChallengeNameType::MfaSetup => {
            let factors = factors(posed, "MFAS_CAN_SETUP");
            let view = MfaSetupChoice {
                page,
                factors: &factors,
                restart,
            };
            visit.show(status, &view)
        }
        _ => {
            let is_first = matches!(posed.name, ChallengeNameType::SmsOtp | ChallengeNameType::EmailOtp);
            let remembered = before.form.and_then(|form| form.get("destination"));
            let view = OneTimeCode {
                page,
                username,
                factor: code_factor(posed.name),
                destination: text("CODE_DELIVERY_DESTINATION").or(remembered),
                resend: None,
                other_ways: other_ways().filter(|_| is_first),
                restart,
            };
            visit.show(status, &view)
        }
    }
}

/// Chooses for a user who has one way to sign in.
pub async fn choose_only_way(visit: &Visit, outcome: Outcome) -> Result<Outcome> {
    let Outcome::Challenge {
        name: ChallengeNameType::SelectChallenge,
        session: Some(session),
        available: Some(available),
        ..
    } = &outcome
    else {
        return Ok(outcome);
    };
    let factors = first_factors(available);
    let [only] = factors.as_slice() else { return Ok(outcome) };
    let choice = Parameters::default().and("factor", only.value());
    answer(visit, ChallengeNameType::SelectChallenge, session, &choice).await
}

/// Answers a challenge.
pub async fn submit(visit: Visit, Path(path): Path<BTreeMap<String, String>>, body: Bytes) -> Response {
    let Some(form) = visit.form(&body) else {
        return visit.restart();
    };
    let name = path.get("challenge").map_or("", String::as_str);
    let challenge = ChallengeNameType::ALL
        .iter()
        .find(|challenge| challenge.as_str() == name);
    let (Some(challenge), Some(session)) = (challenge, form.get("session")) else {
        return visit.restart();
    };
    let session = Secret::from(session);
    let username = match visit.cx().name_in_session(&session).await {
        Ok(username) => username,
        Err(error) => return sign_in::show_error(&visit, "", &error),
    };
    let username = username.as_str();
    if *challenge == ChallengeNameType::MfaSetup {
        return answer_set_up(&visit, username, &session, &form).await;
    }
    match answer(&visit, *challenge, &session, &form).await {
        Ok(outcome) => proceed(&visit, username, outcome).await,
        Err(error) => again(&visit, username, *challenge, session, &form, &error),
    }
}

async fn answer(visit: &Visit, challenge: ChallengeNameType, session: &Secret, form: &Parameters) -> Result<Outcome> {
    if form.get("confirm_password") != form.get("password") && challenge == ChallengeNameType::NewPasswordRequired {
        return Err(Error::invalid_parameter(DIFFERENT_PASSWORDS));
    }
    let responses = responses(challenge, form);
    let response = Answer {
        challenge,
        session: Some(session),
        responses: &responses,
        is_browser: true,
    };
    visit
        .cx()
        .respond(&visit.request.pool, &visit.request.client, response)
        .await
}

/// What a page says of two passwords that differ.
pub const DIFFERENT_PASSWORDS: &str = "The passwords are not the same.";

/// The fields of a form under the names that the protocol has for them.
fn responses(challenge: ChallengeNameType, form: &Parameters) -> BTreeMap<String, Secret> {
    let code_name = match challenge {
        ChallengeNameType::SmsMfa => "SMS_MFA_CODE",
        ChallengeNameType::SmsOtp => "SMS_OTP_CODE",
        ChallengeNameType::EmailOtp => "EMAIL_OTP_CODE",
        _ => "SOFTWARE_TOKEN_MFA_CODE",
    };
    let password_name = match challenge {
        ChallengeNameType::NewPasswordRequired => "NEW_PASSWORD",
        _ => "PASSWORD",
    };
    let fields = [
        ("code", code_name),
        ("password", password_name),
        ("factor", "ANSWER"),
        ("credential", "CREDENTIAL"),
    ];
    let mut responses: BTreeMap<String, Secret> = fields
        .into_iter()
        .filter_map(|(field, name)| Some((name.to_owned(), Secret::from(form.get(field)?))))
        .collect();
    for (name, value) in form.starting_with("requiredAttributes[") {
        if let Some(name) = name.strip_suffix(']') {
            responses.insert(format!("userAttributes.{name}"), Secret::from(value));
        }
    }
    // On a page, a second factor is chosen by the name of its first-factor button.
    if challenge == ChallengeNameType::SelectMfaType && form.get("factor") == Some(Factor::Sms.value()) {
        responses.insert("ANSWER".to_owned(), Secret::from("SMS_MFA"));
    }
    responses
}

/// Shows the page of a challenge again, whose answer was refused; a sign-in that can't go on begins again.
fn again(
    visit: &Visit,
    username: &str,
    challenge: ChallengeNameType,
    session: Secret,
    form: &Parameters,
    error: &Error,
) -> Response {
    let (status, message) = sentence(error);
    let can_retry = match challenge {
        ChallengeNameType::Password => matches!(error, Error::IncorrectUsernameOrPassword) || error.is_of_trigger(),
        ChallengeNameType::NewPasswordRequired
        | ChallengeNameType::SmsMfa
        | ChallengeNameType::SmsOtp
        | ChallengeNameType::EmailOtp
        | ChallengeNameType::SoftwareTokenMfa => !is_over(error),
        _ => false,
    };
    if !can_retry {
        return sign_in::show(visit, status, username, Some(&message));
    }
    let missing: Vec<String> = form
        .starting_with("requiredAttributes[")
        .filter_map(|(name, _)| Some(format!("userAttributes.{}", name.strip_suffix(']')?)))
        .collect();
    let required = serde_json::to_string(&missing).unwrap_or_default();
    let posed = Posed {
        name: challenge,
        session,
        parameters: BTreeMap::from([("requiredAttributes".to_owned(), required)]),
        available: Vec::new(),
    };
    let before = Before {
        error: Some(&message),
        form: Some(form),
    };
    show_with(visit, status, username, &posed, &before)
}

/// Whether the sign-in can't be gone on with.
fn is_over(error: &Error) -> bool {
    matches!(
        error,
        Error::SessionInvalid
            | Error::SessionExpired
            | Error::SessionUsed
            | Error::UserDisabled
            | Error::PasswordResetRequired
            | Error::Internal(_)
    )
}

/// Shows the page that sets a second factor up.
async fn set_up(visit: &Visit, username: &str, factor: Factor, session: &Secret, before: Before<'_>) -> Response {
    let restart = visit.page_at("/login");
    let mut page = visit.page("/challenge/MFA_SETUP", before.error);
    if factor != Factor::Totp {
        page.session = Some(session.expose());
        let contact = before.form.and_then(|form| form.get("contact")).unwrap_or_default();
        let view = MfaSetupContact {
            page,
            factor,
            contact,
            restart,
        };
        return visit.show(StatusCode::OK, &view);
    }
    match visit.cx().associate_software_token_in_session(session).await {
        Ok((secret, next)) => {
            page.session = Some(next.expose());
            let view = MfaSetupTotp {
                page,
                secret: secret.expose(),
                username,
                restart,
            };
            visit.show(StatusCode::OK, &view)
        }
        Err(error) => sign_in::show_error(visit, username, &error),
    }
}

/// Goes on with a set-up: the choice of a factor, the first code of an authenticator app, or an address for codes.
async fn answer_set_up(visit: &Visit, username: &str, session: &Secret, form: &Parameters) -> Response {
    let factor = form.get("factor").and_then(set_up_factor);
    match (form.get("code"), form.get("contact"), factor) {
        (Some(code), _, _) => match verify(visit, session, code).await {
            Ok(outcome) => proceed(visit, username, outcome).await,
            Err(error @ Error::SoftwareTokenNotProved) => {
                let (status, message) = sentence(&error);
                let mut page = visit.page("/challenge/MFA_SETUP", Some(&message));
                page.session = Some(session.expose());
                let view = MfaSetupTotp {
                    page,
                    secret: form.get("secret").unwrap_or_default(),
                    username,
                    restart: visit.page_at("/login"),
                };
                visit.show(status, &view)
            }
            Err(error) => sign_in::show_error(visit, username, &error),
        },
        (None, Some(contact), Some(factor)) => {
            let attribute = if factor == Factor::Sms { "phone_number" } else { "email" };
            let responses = BTreeMap::from([(attribute.to_owned(), Secret::from(contact))]);
            match complete_set_up(visit, session, &responses).await {
                Ok(outcome) => proceed(visit, username, outcome).await,
                Err(error) if is_over(&error) => sign_in::show_error(visit, username, &error),
                Err(error) => {
                    let (_, message) = sentence(&error);
                    let before = Before {
                        error: Some(&message),
                        form: Some(form),
                    };
                    set_up(visit, username, factor, session, before).await
                }
            }
        }
        (None, None, Some(factor)) => set_up(visit, username, factor, session, Before::default()).await,
        (None, _, None) => visit.restart(),
    }
}

async fn verify(visit: &Visit, session: &Secret, code: &str) -> Result<Outcome> {
    let code = Secret::from(code);
    let next = visit
        .cx()
        .verify_software_token_in_session(session, &code, None)
        .await?;
    complete_set_up(visit, &next, &BTreeMap::new()).await
}

async fn complete_set_up(visit: &Visit, session: &Secret, responses: &BTreeMap<String, Secret>) -> Result<Outcome> {
    let response = Answer {
        challenge: ChallengeNameType::MfaSetup,
        session: Some(session),
        responses,
        is_browser: true,
    };
    visit
        .cx()
        .respond(&visit.request.pool, &visit.request.client, response)
        .await
}

/// The factors that a parameter of a challenge lists.
fn factors(posed: &Posed, parameter: &str) -> Vec<Factor> {
    let names: Vec<String> = posed
        .parameters
        .get(parameter)
        .and_then(|list| serde_json::from_str(list).ok())
        .unwrap_or_default();
    names.iter().filter_map(|name| set_up_factor(name)).collect()
}

fn set_up_factor(name: &str) -> Option<Factor> {
    match name {
        "SMS_MFA" | "SMS_OTP" => Some(Factor::Sms),
        "EMAIL_OTP" => Some(Factor::Email),
        "SOFTWARE_TOKEN_MFA" => Some(Factor::Totp),
        _ => None,
    }
}

/// The first factors among which the user chooses, the passkey before the others.
fn first_factors(available: &[ChallengeNameType]) -> Vec<Factor> {
    let mut factors: Vec<Factor> = available.iter().filter_map(|name| first_factor(*name)).collect();
    factors.sort_by_key(|factor| *factor != Factor::Passkey);
    factors
}

/// The button of a first factor; of the two ways to give a password pages have one.
fn first_factor(challenge: ChallengeNameType) -> Option<Factor> {
    match challenge {
        ChallengeNameType::Password => Some(Factor::Password),
        ChallengeNameType::EmailOtp => Some(Factor::Email),
        ChallengeNameType::SmsOtp => Some(Factor::Sms),
        ChallengeNameType::WebAuthn => Some(Factor::Passkey),
        _ => None,
    }
}

fn code_factor(challenge: ChallengeNameType) -> Factor {
    match challenge {
        ChallengeNameType::SmsMfa | ChallengeNameType::SmsOtp => Factor::Sms,
        ChallengeNameType::EmailOtp => Factor::Email,
        _ => Factor::Totp,
    }
}

/// The name of the form's field for an attribute.
fn field_name(attribute: &str) -> String {
    format!("requiredAttributes[{attribute}]")
}
