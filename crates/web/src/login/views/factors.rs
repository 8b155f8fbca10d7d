//! Codes, and the set-up of what they come from.

use std::fmt::Write as _;

use askama::Template;
use qrcode::{Color, QrCode};
use url::Url;

use super::{Factor, Href, Page};

/// A code: sent by e-mail or SMS, or shown by an authenticator app; as first or as second factor.
#[derive(Debug, Template)]
#[template(path = "login/code.html")]
pub struct OneTimeCode<'a> {
    pub page: Page<'a>,
    pub username: &'a str,
    pub factor: Factor,
    /// Where the code went, masked.
    pub destination: Option<&'a str>,
    /// Where a new code is asked for, by POST.
    pub resend: Option<Href>,
    /// Back to the choice of factors, where there are others.
    pub other_ways: Option<Href>,
    pub restart: Href,
}

/// The choice between second factors: buttons named `factor`.
#[derive(Debug, Template)]
#[template(path = "login/select_mfa.html")]
pub struct SelectMfa<'a> {
    pub page: Page<'a>,
    pub factors: &'a [Factor],
    pub restart: Href,
}

/// The choice of a second factor to set up: buttons named `factor`.
#[derive(Debug, Template)]
#[template(path = "login/mfa_setup.html")]
pub struct MfaSetupChoice<'a> {
    pub page: Page<'a>,
    pub factors: &'a [Factor],
    pub restart: Href,
}

/// The set-up of an authenticator app.
#[derive(Debug, Template)]
#[template(path = "login/mfa_setup_totp.html")]
pub struct MfaSetupTotp<'a> {
    pub page: Page<'a>,
    /// The secret in Base32.
    pub secret: &'a str,
    /// Whose account it is.
    pub username: &'a str,
    pub restart: Href,
}

impl MfaSetupTotp<'_> {
    /// The address that authenticator apps understand.
    pub fn address(&self) -> String {
        let issuer = &self.page.brand.name;
        let Ok(mut url) = Url::parse("otpauth://totp/") else {
            return String::new();
        };
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().push(&format!("{issuer}:{}", self.username));
        }
        let mut query = url.query_pairs_mut();
        query.append_pair("secret", self.secret).append_pair("issuer", issuer);
        drop(query);
        // Apps read a plus sign as itself.
        url.as_str().replace('+', "%20")
    }

    /// The address as a picture, unless it is too long for one.
    pub fn picture(&self) -> Option<Picture> {
        let code = QrCode::new(self.address()).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (index, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                // Writing to a string can't fail.
                let _ = write!(path, "M{} {}h1v1h-1z", index % width + QUIET, index / width + QUIET);
            }
        }
        Some(Picture {
            size: width + 2 * QUIET,
            path,
        })
    }

    /// The secret in groups of four, easier to copy by hand.
    pub fn groups(&self) -> String {
        let characters: Vec<char> = self.secret.chars().collect();
        let groups: Vec<String> = characters.chunks(4).map(|group| group.iter().collect()).collect();
        groups.join(" ")
    }
}

/// The margin that readers of QR codes need, in modules.
const QUIET: usize = 4;

/// A QR code as the path of an SVG.
#[derive(Debug)]
pub struct Picture {
    /// Width and height in modules.
    pub size: usize,
    pub path: String,
}

/// The address or number that codes will be sent to, sent as `contact`.
#[derive(Debug, Template)]
#[template(path = "login/mfa_setup_contact.html")]
pub struct MfaSetupContact<'a> {
    pub page: Page<'a>,
    /// [`Factor::Email`] or [`Factor::Sms`].
    pub factor: Factor,
    pub contact: &'a str,
    pub restart: Href,
}
