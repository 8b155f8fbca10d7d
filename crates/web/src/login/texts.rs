//! What the pages say, in twelve languages.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language that the pages speak.
#[derive(Debug)]
pub struct Language {
    /// Its tag, as the parameter `lang` gives it.
    pub tag: &'static str,
    /// What it calls itself.
    pub name: &'static str,
    source: &'static str,
}

macro_rules! languages {
    ($($tag:literal $name:literal)*) => {
        [$(Language { tag: $tag, name: $name, source: include_str!(concat!("../../locales/", $tag, ".ftl")) }),*]
    };
}

/// The languages. The first one is for those who speak none of them.
static LANGUAGES: [Language; 12] = languages! {
    "en" "English"
    "de" "Deutsch"
    "es" "Español"
    "fr" "Français"
    "id" "Bahasa Indonesia"
    "it" "Italiano"
    "ja" "日本語"
    "ko" "한국어"
    "nl" "Nederlands"
    "pt-BR" "Português (Brasil)"
    "zh-CN" "简体中文"
    "zh-TW" "繁體中文"
};

/// The messages of each language, in the same order.
static MESSAGES: LazyLock<Vec<FluentBundle<FluentResource>>> =
    LazyLock::new(|| LANGUAGES.iter().map(messages).collect());

fn messages(language: &Language) -> FluentBundle<FluentResource> {
    let tag = language.tag.parse::<LanguageIdentifier>().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Escaping is the templates' work, and directions don't mix in these languages.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(language.source.to_owned());
    bundle.add_resource_overriding(resource.unwrap_or_else(|(resource, _)| resource));
    bundle
}

/// The sentences of errors that have a translation, by the message that holds it.
const SENTENCES: [(&str, &str); 27] = [
    ("error-credentials", "Incorrect username or password."),
    ("error-user-unknown", "User does not exist."),
    ("error-user-disabled", "User is disabled."),
    ("error-user-unconfirmed", "User is not confirmed."),
    ("error-password-attempts", "Password attempts exceeded"),
    ("error-password-reset", "Password reset required for the user"),
    (
        "error-temporary-password",
        "Temporary password has expired and must be reset by an administrator.",
    ),
    ("error-code", "Invalid verification code provided, please try again."),
    ("error-code", "Invalid code received for user"),
    ("error-code", "Invalid code or auth state for the user."),
    ("error-code", "Code mismatch and fail enable Software Token MFA"),
    (
        "error-code-expired",
        "Invalid code provided, please request a code again.",
    ),
    ("error-code-used", "Your software token has already been used once."),
    ("error-attempts", "Attempt limit exceeded, please try after some time."),
    ("error-attempts", "Too many requests"),
    ("error-session", "Invalid session for the user."),
    ("error-session", "Invalid session for the user, session is expired."),
    (
        "error-session",
        "Invalid session for the user, session can only be used once.",
    ),
    ("error-user-exists", "User already exists"),
    ("error-email-exists", "An account with the given email already exists."),
    (
        "error-phone-exists",
        "An account with the given phone_number already exists.",
    ),
    ("error-sign-up", "SignUp is not permitted for this user pool"),
    ("error-password-history", "Password has previously been used"),
    ("error-internal", "Something went wrong. Please try again later."),
    ("error-passwords-differ", "The passwords do not match."),
    ("error-page", "An error was encountered with the requested page."),
    ("error-user-confirmed", "User is already confirmed."),
];

/// How the sentence of a broken rule for passwords begins, whichever rule it is.
const PASSWORD_POLICY: &str = "Password did not conform with policy: ";

/// What the pages say, in one language.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    language: &'static Language,
    index: usize,
}

impl Texts {
    /// The language that a request asks for: by its parameter (`lang`, or the list of `ui_locales`), by the cookie that
    /// remembers the last choice, or by the header Accept-Language. What is not understood is as good as missing.
    pub fn for_request(parameter: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        /// More is no honest wish, in bytes.
        const LONGEST: usize = 1_000;
        let short = |text: Option<&str>| text.filter(|text| text.len() <= LONGEST).unwrap_or_default().to_owned();
        let accepted = accept_language::parse(&short(accept_language));
        let asked = short(parameter);
        let remembered = short(cookie);
        asked
            .split_whitespace()
            .chain([remembered.as_str()])
            .chain(accepted.iter().map(String::as_str))
            .find_map(index)
            .and_then(Self::at)
            .unwrap_or_default()
    }

    fn at(index: usize) -> Option<Self> {
        LANGUAGES.get(index).map(|language| Self { language, index })
    }

    /// The language they are in.
    pub fn language(self) -> &'static Language {
        self.language
    }

    /// The languages there are.
    pub fn languages() -> &'static [Language] {
        &LANGUAGES
    }

    /// A message.
    pub fn text(self, key: &str) -> Cow<'static, str> {
        self.format(key, None)
    }

    /// A message with one value in it.
    pub fn text_with<'v>(self, key: &str, name: &'v str, value: impl Into<FluentValue<'v>>) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(name, value);
        self.format(key, Some(&arguments)).into_owned()
    }

    /// The sentence about terms, with a mark in place of each link.
    pub fn agreement(self, terms: char, privacy: char) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("terms", terms.to_string());
        arguments.set("privacy", privacy.to_string());
        self.format("terms-agreement", Some(&arguments)).into_owned()
    }

    fn format(self, key: &str, arguments: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let text = MESSAGES.get(self.index).and_then(|messages| {
            let pattern = messages.get_message(key)?.value()?;
            Some(
                messages
                    .format_pattern(pattern, arguments, &mut Vec::new())
                    .into_owned(),
            )
        });
        Cow::Owned(text.unwrap_or_else(|| key.to_owned()))
    }

    /// The sentence of an error in this language, or as it is if it has no translation.
    pub fn sentence(self, sentence: &str) -> Cow<'_, str> {
        let known = match SENTENCES.iter().find(|(_, known)| *known == sentence) {
            Some((key, _)) => Some(*key),
            None => sentence.starts_with(PASSWORD_POLICY).then_some("error-password-policy"),
        };
        match known {
            Some(key) if self.index != 0 => self.text(key),
            _ => Cow::Owned(sentence.to_owned()),
        }
    }
}

impl Default for Texts {
    fn default() -> Self {
        let [english, ..] = &LANGUAGES;
        Self {
            language: english,
            index: 0,
        }
    }
}

/// The place of the language that is nearest to a tag.
fn index(tag: &str) -> Option<usize> {
    let asked: LanguageIdentifier = tag.parse().ok()?;
    let region = asked.region.as_ref().map(unic_langid::subtags::Region::as_str);
    let script = asked.script.as_ref().map(unic_langid::subtags::Script::as_str);
    let nearest = match (asked.language.as_str(), script, region) {
        ("zh", Some("Hant"), _) | ("zh", None, Some("TW" | "HK" | "MO")) => "zh-TW",
        ("zh", ..) => "zh-CN",
        ("pt", ..) => "pt-BR",
        (language, ..) => language,
    };
    LANGUAGES.iter().position(|language| language.tag == nearest)
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
