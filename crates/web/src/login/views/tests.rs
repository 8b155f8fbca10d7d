use std::collections::BTreeSet;

use poolhouse_domain::branding::css::ClassicStylesheet;
use scraper::{ElementRef, Html, Selector};

use super::samples::Values;
use super::*;
use crate::login::texts::Texts;

const HOSTILE: [&str; 4] = [
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</title><img src=x onerror=alert(1)>",
];

fn languages() -> impl Iterator<Item = Texts> {
    let tags = Texts::languages().iter();
    tags.map(|language| Texts::for_request(Some(language.tag), None, None))
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).collect()
}

/// A page with plain values in English.
fn plain(name: &str) -> Html {
    let pages = Values::new(Texts::default(), "ann").pages();
    Html::parse_document(&pages.iter().find(|(known, _)| *known == name).unwrap().1)
}

#[test]
fn every_template_is_among_the_pages() {
    let pages = Values::new(Texts::default(), "ann").pages();
    let pages: BTreeSet<&str> = pages.iter().map(|(name, _)| *name).collect();
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/login")).unwrap();
    let whole = folder.map(|entry| entry.unwrap().path()).filter(|path| {
        let template = std::fs::read_to_string(path).unwrap();
        template.starts_with("{% extends")
    });
    let whole: BTreeSet<String> = whole
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(whole, pages.into_iter().map(str::to_owned).collect());
}

#[test]
fn no_value_becomes_markup_in_any_language() {
    for texts in languages() {
        for hostile in HOSTILE {
            for error in [None, Some(hostile)] {
                let mut values = Values::new(texts, hostile);
                values.error = error;
                for (name, html) in values.pages() {
                    let page = Html::parse_document(&html);
                    assert_eq!(page.errors, [""; 0], "{name}");
                    let scripts = select(&page, "script");
                    assert_eq!(scripts.len(), 1, "{name}");
                    assert!(
                        scripts[0].attr("src").is_some() && scripts[0].inner_html().is_empty(),
                        "{name}"
                    );
                    assert_eq!(
                        select(&page, "style, img, iframe, object, embed, base, [style]").len(),
                        0,
                        "{name}"
                    );
                    for element in select(&page, "*") {
                        for (attribute, value) in element.value().attrs() {
                            assert!(!attribute.starts_with("on"), "{name}: {attribute}");
                            let leads = ["href", "src", "action", "formaction"].contains(&attribute);
                            assert!(
                                !leads || !value.trim().to_lowercase().starts_with("javascript:"),
                                "{name}: {value}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn every_page_is_whole_and_accessible() {
    for texts in languages() {
        for error in [None, Some("User is disabled.")] {
            let mut values = Values::new(texts, "ann");
            values.error = error;
            for (name, html) in values.pages() {
                let page = Html::parse_document(&html);
                assert_eq!(page.errors, [""; 0], "{name}");
                assert_eq!(page.root_element().attr("lang"), Some(texts.language().tag));
                assert_eq!(select(&page, "h1").len(), 1, "{name}");
                assert_eq!(select(&page, "main").len(), 1, "{name}");
                let title = select(&page, "title")[0].inner_html();
                let heading = select(&page, "h1")[0].inner_html();
                assert_eq!(title, format!("{heading} · ann"), "{name}");
                let ids: Vec<&str> = select(&page, "[id]")
                    .iter()
                    .map(|element| element.attr("id").unwrap())
                    .collect();
                let unique: BTreeSet<&str> = ids.iter().copied().collect();
                assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
                for input in select(&page, "input:not([type=hidden])") {
                    let id = input.attr("id").unwrap();
                    assert_eq!(select(&page, &format!("label[for=\"{id}\"]")).len(), 1, "{name}: {id}");
                    assert!(input.attr("placeholder").is_none(), "{name}: {id}");
                    assert!(input.attr("autocomplete").is_some(), "{name}: {id}");
                }
                for described in select(&page, "[aria-describedby]") {
                    for id in described.attr("aria-describedby").unwrap().split(' ') {
                        assert!(unique.contains(id), "{name}: {id}");
                    }
                }
                for form in select(&page, "form") {
                    assert_eq!(form.attr("method"), Some("post"), "{name}");
                    let token = Selector::parse("input[type=hidden][name=_csrf][value=ann]").unwrap();
                    assert_eq!(form.select(&token).count(), 1, "{name}");
                }
                assert!(select(&page, "[autofocus]").len() <= 1, "{name}");
                let alerts = select(&page, "#errorMessage[role=alert][tabindex=\"-1\"][autofocus]");
                assert_eq!(alerts.len(), usize::from(error.is_some()), "{name}");
                if let (Some(sentence), Some(alert)) = (error, alerts.first()) {
                    assert_eq!(alert.inner_html(), texts.sentence(sentence), "{name}");
                }
                assert_eq!(select(&page, ".languages a").len(), 12, "{name}");
            }
        }
    }
}

#[test]
fn names_and_ids_are_those_of_the_classic_pages() {
    let page = plain("sign_in");
    for selector in [
        "form[name=cognitoSignInForm][method=post][action=\"/login?ann\"]",
        "input#signInFormUsername[name=username][autocomplete=\"username webauthn\"]",
        "input#signInFormPassword[name=password][type=password][autocomplete=current-password]",
        "input[type=hidden][name=_csrf]",
        "input[type=hidden][name=cognitoAsfData]",
        "button#signInSubmitButton[name=signInSubmitButton][type=submit]",
    ] {
        assert_eq!(select(&page, selector).len(), 1, "{selector}");
    }
}

#[test]
fn names_of_the_other_forms_are_stable() {
    for (name, form, fields) in [
        (
            "password",
            "passwordForm",
            "_csrf session cognitoAsfData username password signInSubmitButton",
        ),
        (
            "choice",
            "factorForm",
            "_csrf session username factor factor factor factor factor",
        ),
        ("code", "codeForm", "_csrf session destination code codeFormButton"),
        (
            "select_mfa",
            "factorForm",
            "_csrf session factor factor factor factor factor",
        ),
        (
            "mfa_setup",
            "factorForm",
            "_csrf session factor factor factor factor factor",
        ),
        (
            "mfa_setup_totp",
            "totpSetupForm",
            "_csrf session secret code totpSetupFormButton",
        ),
        (
            "mfa_setup_contact",
            "contactForm",
            "_csrf session factor contact contactFormButton",
        ),
        (
            "new_password",
            "newPasswordForm",
            "_csrf session username password confirm_password requiredAttributes[ann] requiredAttributes[email] \
             requiredAttributes[birthdate] requiredAttributes[custom:team] newPasswordFormButton",
        ),
        (
            "sign_up",
            "signUpForm",
            "_csrf session cognitoAsfData username requiredAttributes[ann] requiredAttributes[email] \
             requiredAttributes[birthdate] requiredAttributes[custom:team] password confirm_password signUpButton",
        ),
        (
            "confirm",
            "confirmForm",
            "_csrf session username destination code confirmFormButton",
        ),
        ("confirm", "resendCodeForm", "_csrf session username resendCode"),
        (
            "forgot_password",
            "forgotPasswordForm",
            "_csrf session username resetButton",
        ),
        (
            "confirm_forgot_password",
            "confirmForgotPasswordForm",
            "_csrf session username destination code password confirm_password changePasswordButton",
        ),
        (
            "passkey",
            "passkeyForm",
            "_csrf session username credential passkeyButton",
        ),
        (
            "add_passkey",
            "passkeyForm",
            "_csrf session username credential passkeyButton",
        ),
    ] {
        let page = plain(name);
        let found = select(&page, &format!("form[name={form}] [name]"));
        let found: Vec<&str> = found.iter().map(|field| field.attr("name").unwrap()).collect();
        assert_eq!(found.join(" "), fields, "{name}");
    }
}

#[test]
fn the_options_of_a_passkey_reach_the_script_whole() {
    for (name, kind) in [("passkey", "get"), ("add_passkey", "create")] {
        let page = plain(name);
        let form = select(&page, "form#passkeyForm")[0];
        assert_eq!(form.attr("data-passkey"), Some(kind));
        assert_eq!(form.attr("data-options"), Some(r#"{"challenge":"AAAA"}"#));
    }
}

#[test]
fn an_authenticator_app_reads_the_secret_and_whose_it_is() {
    let mut values = Values::new(Texts::default(), "ann");
    values.brand.name = "Ann & Co: x".to_owned();
    let secret = "JBSWY3DPEHPK3PXP";
    let view = MfaSetupTotp {
        page: values.page("/mfa-setup"),
        secret,
        username: "ann@example.com",
        restart: Href::local("/login", None),
    };
    assert_eq!(
        view.address(),
        "otpauth://totp/Ann%20&%20Co:%20x:ann@example.com?secret=JBSWY3DPEHPK3PXP&issuer=Ann%20%26%20Co%3A%20x"
    );
    assert_eq!(view.groups(), "JBSW Y3DP EHPK 3PXP");
    let picture = view.picture().unwrap();
    assert_eq!(
        (picture.size - 2 * 4 - 17) % 4,
        0,
        "sides of QR codes are 17 and a multiple of 4"
    );
    assert!(picture.path.starts_with("M4 4h1v1h-1z"), "a corner of the finder");
}

#[test]
fn terms_are_links_inside_the_sentence() {
    let page = plain("sign_up");
    let sentence: String = select(&page, ".legal")[0].text().collect();
    assert_eq!(
        sentence.trim(),
        "By signing up, you agree to our Terms of use and Privacy policy."
    );
    let links = select(&page, ".legal a");
    let links: Vec<_> = links.iter().map(|link| link.attr("href").unwrap()).collect();
    assert_eq!(links, ["https://example.com/terms", "https://example.com/privacy"]);
}

/// Writes every page to the folder that `POOLHOUSE_PAGES` names, for people and their browsers to look at.
#[test]
fn pages_can_be_looked_at() {
    let Some(folder) = option_env!("POOLHOUSE_PAGES") else {
        return;
    };
    let folder = std::path::Path::new(folder);
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("login.css"), include_str!("../../../assets/login.css")).unwrap();
    std::fs::write(folder.join("login.js"), include_str!("../../../assets/login.js")).unwrap();
    for texts in languages() {
        let mut values = Values::new(texts, "ann@example.com");
        values.brand.name = "Harbour Books".to_owned();
        values.brand.classic = ClassicStylesheet::parse("").ok();
        for (error, kind) in [(None, ""), (Some("Incorrect username or password."), "-error")] {
            values.error = error;
            for (index, (name, html)) in values.pages().into_iter().enumerate() {
                let html = html.replace(&crate::login::assets::stylesheet(), "login.css");
                let html = html.replace(&crate::login::assets::script(), "login.js");
                let name = format!("{}-{index:02}-{name}{kind}.html", texts.language().tag);
                std::fs::write(folder.join(name), html).unwrap();
            }
        }
    }
}
