use std::collections::{BTreeMap, BTreeSet};

use poolhouse_domain::Error;

use super::*;

fn tag(parameter: Option<&str>, cookie: Option<&str>, header: Option<&str>) -> &'static str {
    Texts::for_request(parameter, cookie, header).language().tag
}

#[test]
fn the_parameter_goes_before_the_cookie_and_the_cookie_before_the_header() {
    assert_eq!(tag(Some("de"), Some("fr"), Some("es")), "de");
    assert_eq!(tag(None, Some("fr"), Some("es")), "fr");
    assert_eq!(tag(None, None, Some("es")), "es");
    assert_eq!(tag(None, None, None), "en");
    assert_eq!(tag(Some("sw nl de"), None, None), "nl", "a list of ui_locales");
}

#[test]
fn the_nearest_language_is_found() {
    for (asked, found) in [
        ("de-AT", "de"),
        ("DE_ch", "de"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("zh", "zh-CN"),
        ("zh-HK", "zh-TW"),
        ("zh-Hant-CN", "zh-TW"),
        ("zh-Hans-TW", "zh-CN"),
        ("en-GB", "en"),
    ] {
        assert_eq!(tag(Some(asked), None, None), found, "{asked}");
    }
    assert_eq!(tag(None, None, Some("sv, it;q=0.4, ko;q=0.9, *;q=0.1")), "ko");
}

#[test]
fn what_is_no_language_falls_back() {
    let long = "de ".repeat(1_000);
    for hostile in ["../../etc/passwd", "", "\"><script>", "de\0", "tlh", "ｄｅ", &long] {
        assert_eq!(tag(Some(hostile), Some(hostile), Some("fr")), "fr", "{hostile}");
        assert_eq!(tag(Some(hostile), Some(hostile), Some(hostile)), "en", "{hostile}");
    }
}

/// The messages of a language, each with the names of its variables.
fn variables(language: &Language) -> BTreeMap<String, BTreeSet<String>> {
    FluentResource::try_new(language.source.to_owned()).expect(language.tag);
    let message = |line: &str| {
        let (key, text) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
        let names = text
            .split("{ $")
            .skip(1)
            .map(|rest| rest.split(' ').next().unwrap().to_owned());
        (key.to_owned(), names.collect())
    };
    let lines = language
        .source
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(message).collect()
}

#[test]
fn every_language_has_every_message_with_the_same_variables() {
    let expected = variables(&LANGUAGES[0]);
    assert!(expected.len() > 90, "{}", expected.len());
    for language in &LANGUAGES {
        assert_eq!(variables(language), expected, "{}", language.tag);
    }
}

#[test]
fn templates_and_sentences_name_messages_that_exist() {
    let messages = variables(&LANGUAGES[0]);
    for (key, _) in SENTENCES {
        assert!(messages.contains_key(key), "{key}");
    }
    let mut found = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/login")).unwrap() {
        let template = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for piece in template
            .split("text(\"")
            .skip(1)
            .chain(template.split("text_with(\"").skip(1))
        {
            let key = piece.split('"').next().unwrap();
            assert!(messages.contains_key(key), "{key}");
            found += 1;
        }
    }
    assert!(found > 50, "{found}");
}

#[test]
fn errors_are_said_in_the_language_of_the_page() {
    let english = Texts::default();
    let german = Texts::for_request(Some("de"), None, None);
    for (error, expected) in [
        (
            Error::IncorrectUsernameOrPassword,
            "Benutzername oder Passwort ist falsch.",
        ),
        (Error::UserDisabled, "Dieses Konto ist gesperrt."),
        (
            Error::UsernameAttributeExists("email"),
            "Ein Konto mit dieser E-Mail-Adresse gibt es bereits.",
        ),
    ] {
        assert_eq!(english.sentence(&error.to_string()), error.to_string());
        assert_eq!(german.sentence(&error.to_string()), expected);
    }
    let policy = Error::PasswordPolicy("Password not long enough").to_string();
    assert_eq!(german.sentence(&policy), "Das Passwort erfüllt die Regeln nicht.");
    assert_eq!(english.sentence(&policy), policy);
    let own = "PreSignUp failed with error Not from here.";
    assert_eq!(german.sentence(own), own, "the words of a trigger stay");
}

#[test]
fn values_and_plurals_stand_in_their_places() {
    let text = |tag, count: usize| Texts::for_request(Some(tag), None, None).text_with("rule-length", "count", count);
    assert_eq!(text("en", 8), "At least 8 characters");
    assert_eq!(text("de", 12), "Mindestens 12 Zeichen");
}
