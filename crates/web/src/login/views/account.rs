//! Accounts: signing up, confirming, and coming back after a forgotten password.

use askama::Template;

use super::{Href, LoginName, Page, PasswordRules};

/// An attribute that a form asks for. It is sent as `requiredAttributes[name]`, as the classic pages do.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    /// The name of the attribute.
    pub name: &'a str,
    pub value: &'a str,
}

impl Field<'_> {
    /// The attribute in words; one of the pool's own is called as it is.
    pub fn label(&self, page: &Page<'_>) -> String {
        let standard = match self.name {
            "email" => "email",
            "phone_number" => "phone-number",
            "address" | "birthdate" | "family_name" | "gender" | "given_name" | "locale" | "middle_name" | "name"
            | "nickname" | "picture" | "preferred_username" | "profile" | "website" | "zoneinfo" => {
                return page
                    .text(&format!("attribute-{}", self.name.replace('_', "-")))
                    .into_owned();
            }
            other => return other.strip_prefix("custom:").unwrap_or(other).to_owned(),
        };
        page.text(standard).into_owned()
    }

    /// The kind of input.
    pub fn kind(&self) -> &'static str {
        match self.name {
            "email" => "email",
            "phone_number" => "tel",
            "birthdate" => "date",
            "picture" | "profile" | "website" => "url",
            _ => "text",
        }
    }

    /// What browsers may fill in.
    pub fn autocomplete(&self) -> &'static str {
        match self.name {
            "email" => "email",
            "phone_number" => "tel",
            "name" => "name",
            "given_name" => "given-name",
            "middle_name" => "additional-name",
            "family_name" => "family-name",
            "nickname" => "nickname",
            "birthdate" => "bday",
            "gender" => "sex",
            "website" => "url",
            "picture" => "photo",
            "address" => "street-address",
            "locale" => "language",
            _ => "off",
        }
    }
}

/// A piece of the sentence about terms.
#[derive(Debug, PartialEq, Eq)]
pub enum Term {
    Words(String),
    Link(String, Href),
}

/// The form for a new account.
#[derive(Debug, Template)]
#[template(path = "login/sign_up.html")]
pub struct SignUp<'a> {
    pub page: Page<'a>,
    pub login_name: LoginName,
    pub username: &'a str,
    pub attributes: &'a [Field<'a>],
    /// None where accounts need no password.
    pub rules: Option<PasswordRules>,
    pub sign_in: Href,
}

impl SignUp<'_> {
    /// The sentence about terms, if both documents are there.
    pub fn agreement(&self) -> Vec<Term> {
        /// Stand for the links; nobody's language has them.
        const TERMS: char = '\u{1}';
        const PRIVACY: char = '\u{2}';
        let brand = self.page.brand;
        let (Some(terms), Some(privacy)) = (&brand.terms, &brand.privacy) else {
            return Vec::new();
        };
        let sentence = self.page.texts.agreement(TERMS, PRIVACY);
        let mut pieces = Vec::new();
        for piece in sentence.split_inclusive([TERMS, PRIVACY]) {
            let words = piece.trim_end_matches([TERMS, PRIVACY]);
            pieces.push(Term::Words(words.to_owned()));
            if piece.ends_with(TERMS) {
                pieces.push(Term::Link(self.page.text("terms").into_owned(), terms.clone()));
            } else if piece.ends_with(PRIVACY) {
                pieces.push(Term::Link(self.page.text("privacy").into_owned(), privacy.clone()));
            }
        }
        pieces
    }
}

/// The code that confirms a new account.
#[derive(Debug, Template)]
#[template(path = "login/confirm.html")]
pub struct Confirm<'a> {
    pub page: Page<'a>,
    pub username: &'a str,
    /// Where the code went, masked.
    pub destination: Option<&'a str>,
    /// Where a new code is asked for, by POST.
    pub resend: Href,
    pub sign_in: Href,
}

/// The word that a link was sent which confirms a new account. The form asks for a new one.
#[derive(Debug, Template)]
#[template(path = "login/confirm_by_link.html")]
pub struct ConfirmByLink<'a> {
    pub page: Page<'a>,
    pub username: &'a str,
    /// Where the link went, masked.
    pub destination: Option<&'a str>,
    pub sign_in: Href,
}

/// The button behind a link that confirms a new account, for whoever didn't follow it by themselves.
#[derive(Debug, Template)]
#[template(path = "login/confirm_link.html")]
pub struct ConfirmLink<'a> {
    pub page: Page<'a>,
    pub client_id: &'a str,
    pub username: &'a str,
    pub code: &'a str,
}

/// The name of a user who forgot their password.
#[derive(Debug, Template)]
#[template(path = "login/forgot_password.html")]
pub struct ForgotPassword<'a> {
    pub page: Page<'a>,
    pub login_name: LoginName,
    pub username: &'a str,
    pub sign_in: Href,
}

/// The code that was sent, and the new password twice.
#[derive(Debug, Template)]
#[template(path = "login/confirm_forgot_password.html")]
pub struct ConfirmForgotPassword<'a> {
    pub page: Page<'a>,
    pub username: &'a str,
    pub destination: Option<&'a str>,
    pub rules: PasswordRules,
    /// Where a new code is asked for, by POST.
    pub resend: Href,
    pub sign_in: Href,
}
