//! The settings of a style of managed login: a document whose members, and their kinds, are those of the defaults.

use std::sync::LazyLock;

use serde_json::Value;

use super::colors::Color;
use crate::{Error, Result};

/// How the pages look when nobody changes it; it has every member that settings can have.
#[expect(
    clippy::expect_used,
    reason = "the document is part of the program, and a test reads it"
)]
static DEFAULTS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("defaults.json")).expect("the defaults are JSON"));

/// The longest settings that a style keeps, in bytes of JSON.
const LENGTH: usize = 500_000;
/// The largest number: of rounding, in pixels.
const LARGEST: f64 = 100.0;
/// The longest word for a choice, such as `DYNAMIC`.
const WORD_LENGTH: usize = 40;
/// The choices of the member that pages heed.
const COLOR_SCHEMES: [&str; 3] = ["LIGHT", "DARK", "DYNAMIC"];

/// Refuses settings that pages couldn't follow.
pub fn check(settings: &Value) -> Result<()> {
    if !settings.is_object() {
        return Err(Error::SettingsNotAnObject);
    }
    check_member(settings, &DEFAULTS, "Settings")
}

/// Writes the members of `change` over those of `settings`; what it leaves out stays.
pub fn merge(settings: &mut Value, change: &Value) {
    match (settings, change) {
        (Value::Object(settings), Value::Object(change)) => {
            for (name, value) in change {
                merge(settings.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (settings, change) => *settings = change.clone(),
    }
}

/// Refuses settings that have grown too long.
pub fn check_length(settings: &Value) -> Result<()> {
    if settings.to_string().len() > LENGTH {
        return Err(Error::invalid_parameter(format!(
            "Settings must not be longer than {LENGTH} bytes."
        )));
    }
    Ok(())
}

/// All settings: those that were changed, and the defaults of the others.
pub fn with_defaults(changed: Option<&Value>) -> Value {
    let mut settings = DEFAULTS.clone();
    if let Some(changed) = changed {
        merge(&mut settings, changed);
    }
    settings
}

fn check_member(given: &Value, default: &Value, path: &str) -> Result<()> {
    match (given, default) {
        // What has no members by default takes any: there is one for each identity provider.
        (Value::Object(_), Value::Object(known)) if known.is_empty() => Ok(()),
        (Value::Object(given), Value::Object(known)) => given.iter().try_for_each(|(name, value)| {
            let path = format!("{path}.{name}");
            match known.get(name) {
                Some(default) => check_member(value, default, &path),
                None => Err(Error::invalid_parameter(format!("{path} is not a setting."))),
            }
        }),
        (Value::Array(_), Value::Array(_)) | (Value::Bool(_), Value::Bool(_)) => Ok(()),
        (Value::Number(number), Value::Number(_)) => match number.as_f64() {
            Some(number) if (0.0..=LARGEST).contains(&number) => Ok(()),
            _ => Err(Error::invalid_parameter(format!(
                "{path} must be between 0 and {LARGEST}."
            ))),
        },
        (Value::String(text), Value::String(_)) => check_text(text, path),
        _ => Err(Error::invalid_parameter(format!("{path} is of the wrong type."))),
    }
}

fn check_text(text: &str, path: &str) -> Result<()> {
    let name = path.rsplit('.').next().unwrap_or_default();
    if name == "color" || name.ends_with("Color") {
        return Color::parse(text)
            .map(|_| ())
            .map_err(|_| Error::invalid_parameter(format!("{path} is not a color.")));
    }
    let is_word = text.len() <= WORD_LENGTH && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if is_word && (name != "colorSchemeMode" || COLOR_SCHEMES.contains(&text)) {
        Ok(())
    } else {
        Err(Error::invalid_parameter(format!("{path} has an unknown value.")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_defaults_are_settings() {
        check(&DEFAULTS).unwrap();
        assert_eq!(with_defaults(None), *DEFAULTS);
    }

    #[test]
    fn a_change_keeps_what_it_leaves_out() {
        let mut settings = json!({ "a": { "b": 1, "c": [1, 2] }, "d": true });
        merge(&mut settings, &json!({ "a": { "c": [3], "e": {} }, "d": false }));
        assert_eq!(settings, json!({ "a": { "b": 1, "c": [3], "e": {} }, "d": false }));
        let dark = json!({ "categories": { "global": { "colorSchemeMode": "DARK" } } });
        let merged = with_defaults(Some(&dark));
        assert_eq!(merged["categories"]["global"]["colorSchemeMode"], "DARK");
        assert_eq!(merged["components"], DEFAULTS["components"]);
    }

    #[test]
    fn settings_are_known_and_of_their_kind() {
        check(&json!({})).unwrap();
        check(&json!({ "components": { "idpButton": { "custom": { "Google": { "x": 1 } } } } })).unwrap();
        for (settings, message) in [
            (json!("x"), "Settings is not a JSON object."),
            (json!({ "x": 1 }), "Settings.x is not a setting."),
            (json!({ "components": [] }), "Settings.components is of the wrong type."),
            (
                json!({ "components": { "form": { "borderRadius": "8" } } }),
                "Settings.components.form.borderRadius is of the wrong type.",
            ),
            (
                json!({ "components": { "form": { "borderRadius": -1 } } }),
                "Settings.components.form.borderRadius must be between 0 and 100.",
            ),
            (
                json!({ "components": { "pageBackground": { "lightMode": { "color": "red;}*{" } } } }),
                "Settings.components.pageBackground.lightMode.color is not a color.",
            ),
            (
                json!({ "componentClasses": { "divider": { "darkMode": { "borderColor": "url(//x)" } } } }),
                "Settings.componentClasses.divider.darkMode.borderColor is not a color.",
            ),
            (
                json!({ "categories": { "global": { "colorSchemeMode": "BLUE" } } }),
                "Settings.categories.global.colorSchemeMode has an unknown value.",
            ),
            (
                json!({ "categories": { "form": { "sessionTimerDisplay": "<script>" } } }),
                "Settings.categories.form.sessionTimerDisplay has an unknown value.",
            ),
        ] {
            assert_eq!(check(&settings).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn settings_have_a_length() {
        let custom =
            |length: usize| json!({ "components": { "idpButton": { "custom": { "x": "a".repeat(length) } } } });
        check_length(&custom(LENGTH - 100)).unwrap();
        assert_eq!(
            check_length(&custom(LENGTH)).unwrap_err().to_string(),
            "Settings must not be longer than 500000 bytes."
        );
    }
}
