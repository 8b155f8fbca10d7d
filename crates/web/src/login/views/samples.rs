//! Every page with some values, for tests.

use askama::Template;

use super::*;
use crate::login::texts::Texts;

/// The values that reach the pages.
pub struct Values<'a> {
    pub texts: Texts,
    pub brand: Brand,
    name: &'a str,
    pub error: Option<&'a str>,
}

impl<'a> Values<'a> {
    pub fn new(texts: Texts, name: &'a str) -> Self {
        let brand = Brand {
            name: name.to_owned(),
            terms: Href::web("https://example.com/terms"),
            privacy: Href::web("https://example.com/privacy"),
            ..Brand::default()
        };
        let error = None;
        Self {
            texts,
            brand,
            name,
            error,
        }
    }

    pub fn page(&self, action: &str) -> Page<'_> {
        Page {
            texts: self.texts,
            brand: &self.brand,
            csrf: self.name,
            action: Href::local(action, Some(self.name)),
            session: Some(self.name),
            error: self.error,
            notice: None,
            address: Some(Href::local(action, Some("client_id=1"))),
        }
    }

    /// Every page, by the name of its template.
    pub fn pages(&self) -> Vec<(&'static str, String)> {
        let name = self.name;
        let link = || Href::local("/login", Some(name));
        let factors = [
            Factor::Password,
            Factor::Passkey,
            Factor::Email,
            Factor::Sms,
            Factor::Totp,
        ];
        let provider = Provider { name, href: link() };
        let providers = std::slice::from_ref(&provider);
        let names = [name, "email", "birthdate", "custom:team"];
        let attributes: Vec<Field<'_>> = names
            .map(|attribute| Field {
                name: attribute,
                value: name,
            })
            .into();
        let (rules, login_name, username) = (rules(), LoginName::Username, name);
        let options = r#"{"challenge":"AAAA"}"#;
        let page = |action| self.page(action);
        let mut pages = vec![
            (
                "sign_in",
                SignIn {
                    page: page("/login"),
                    local: true,
                    login_name,
                    username,
                    with_password: true,
                    providers,
                    sign_up: Some(link()),
                    forgot_password: Some(link()),
                }
                .render(),
            ),
            (
                "password",
                Password {
                    page: page("/verifyPassword"),
                    username,
                    forgot_password: Some(link()),
                    other_ways: Some(link()),
                    restart: link(),
                }
                .render(),
            ),
            (
                "choice",
                Choice {
                    page: page("/choice"),
                    username,
                    factors: &factors,
                    restart: link(),
                }
                .render(),
            ),
            (
                "code",
                OneTimeCode {
                    page: page("/code"),
                    username,
                    factor: Factor::Email,
                    destination: Some(name),
                    resend: Some(link()),
                    other_ways: Some(link()),
                    restart: link(),
                }
                .render(),
            ),
            (
                "code",
                OneTimeCode {
                    page: page("/mfa"),
                    username,
                    factor: Factor::Totp,
                    destination: None,
                    resend: None,
                    other_ways: None,
                    restart: link(),
                }
                .render(),
            ),
            (
                "select_mfa",
                SelectMfa {
                    page: page("/mfa"),
                    factors: &factors,
                    restart: link(),
                }
                .render(),
            ),
            (
                "mfa_setup",
                MfaSetupChoice {
                    page: page("/mfa-setup"),
                    factors: &factors,
                    restart: link(),
                }
                .render(),
            ),
            (
                "mfa_setup_totp",
                MfaSetupTotp {
                    page: page("/mfa-setup"),
                    secret: name,
                    username,
                    restart: link(),
                }
                .render(),
            ),
            (
                "new_password",
                NewPassword {
                    page: page("/new-password"),
                    username,
                    rules,
                    missing: &attributes,
                }
                .render(),
            ),
            (
                "sign_up",
                SignUp {
                    page: page("/signup"),
                    login_name,
                    username,
                    attributes: &attributes,
                    rules: Some(rules),
                    sign_in: link(),
                }
                .render(),
            ),
            (
                "confirm",
                Confirm {
                    page: page("/confirm"),
                    username,
                    destination: Some(name),
                    resend: link(),
                    sign_in: link(),
                }
                .render(),
            ),
            (
                "confirm_by_link",
                ConfirmByLink {
                    page: page("/resendcode"),
                    username,
                    destination: Some(name),
                    sign_in: link(),
                }
                .render(),
            ),
            (
                "confirm_link",
                ConfirmLink {
                    page: page("/confirmUser"),
                    client_id: name,
                    username,
                    code: name,
                }
                .render(),
            ),
            (
                "forgot_password",
                ForgotPassword {
                    page: page("/forgotPassword"),
                    login_name,
                    username,
                    sign_in: link(),
                }
                .render(),
            ),
            (
                "confirm_forgot_password",
                ConfirmForgotPassword {
                    page: page("/confirmforgotPassword"),
                    username,
                    destination: Some(name),
                    rules,
                    resend: link(),
                    sign_in: link(),
                }
                .render(),
            ),
            (
                "passkey",
                PasskeySignIn {
                    page: page("/passkey"),
                    username,
                    options,
                    other_ways: Some(link()),
                    restart: link(),
                }
                .render(),
            ),
            (
                "add_passkey",
                AddPasskey {
                    page: page("/passkeys/add"),
                    username,
                    options,
                    skip: Some(link()),
                }
                .render(),
            ),
            (
                "notice",
                Notice {
                    page: page("/"),
                    title: name,
                    text: name,
                    next: Some((name, link())),
                }
                .render(),
            ),
            (
                "signed_out",
                SignedOut {
                    page: page("/"),
                    sign_in: Some(link()),
                }
                .render(),
            ),
            (
                "error",
                ErrorPage {
                    page: page("/"),
                    code: Some(name),
                    sign_in: Some(link()),
                }
                .render(),
            ),
        ];
        for factor in [Factor::Email, Factor::Sms] {
            let view = MfaSetupContact {
                page: page("/mfa-setup"),
                factor,
                contact: name,
                restart: link(),
            };
            pages.push(("mfa_setup_contact", view.render()));
        }
        pages.into_iter().map(|(name, html)| (name, html.unwrap())).collect()
    }
}

fn rules() -> PasswordRules {
    PasswordRules {
        minimum_length: 8,
        lowercase: true,
        uppercase: true,
        number: true,
        symbol: true,
    }
}
