//! From the bytes of a request to the typed input of an operation.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::{
    Fault, Operation, Service, Shape, constraints,
    shape::{Kind, Member},
};

/// Reads the input of `O`: the body is JSON, its members have the right types, and all constraints hold.
///
/// What is no JSON object, or has a member of the wrong type, is a `SerializationException`; violated constraints are
/// the service's validation error. Members that the model does not know are ignored, and `null` members are absent.
pub fn input<O: Operation>(body: &[u8], service: &Service) -> Result<O::Input, Fault> {
    let value = typed(O::INPUT, object(body)?)?;
    constraints::check(O::INPUT, &value)
        .map_err(|violations| Fault::client(service.validation_error, violations.to_string()))?;
    serde_json::from_value(value).map_err(|error| {
        let category = error.classify();
        tracing::error!(
            operation = O::NAME,
            ?category,
            "an input that satisfies its table does not fit its type"
        );
        Fault::internal_failure()
    })
}

/// The body as a JSON object; an empty body is an empty object. An object with the same key twice is refused, because
/// two readers could each see another value.
pub fn object(body: &[u8]) -> Result<Value, Fault> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let StrictValue(value) =
        serde_json::from_slice(body).map_err(|error| Fault::serialization(format!("The body is not JSON: {error}")))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Fault::serialization("Expected a structure"))
    }
}

/// The same value with only what `shape` knows in it, every member of the right JSON type.
///
/// A `null` member of a structure or a map is dropped. A `null` element of a list stays, for the constraints to refuse.
pub fn typed(shape: &Shape, value: Value) -> Result<Value, Fault> {
    match (&shape.kind, value) {
        (Kind::Document, value) => Ok(value),
        (Kind::Structure(members), Value::Object(object)) => typed_members(members, object),
        (Kind::Map(_, entry), Value::Object(object)) => {
            let entries = object.into_iter().filter(|(_, value)| !value.is_null());
            let entries = entries.map(|(key, value)| Ok((key, typed(entry, value)?)));
            Ok(Value::Object(entries.collect::<Result<_, Fault>>()?))
        }
        (Kind::List(element), Value::Array(elements)) => {
            let elements = elements.into_iter().map(|value| {
                if value.is_null() {
                    Ok(value)
                } else {
                    typed(element, value)
                }
            });
            Ok(Value::Array(elements.collect::<Result<_, Fault>>()?))
        }
        (_, value) if is_scalar_of(shape, &value) => Ok(value),
        (_, value) => Err(Fault::serialization(mismatch(&shape.kind, &value))),
    }
}

fn typed_members(members: &[Member], mut object: Map<String, Value>) -> Result<Value, Fault> {
    let mut known = Map::new();
    for member in members {
        if let Some(value) = object.remove(member.name).filter(|value| !value.is_null()) {
            known.insert(member.name.to_owned(), typed(member.shape, value)?);
        }
    }
    Ok(Value::Object(known))
}

fn is_scalar_of(shape: &Shape, value: &Value) -> bool {
    match (&shape.kind, value) {
        (Kind::String(_) | Kind::Enum(_), Value::String(_))
        | (Kind::Boolean, Value::Bool(_))
        | (Kind::Double | Kind::Timestamp, Value::Number(_)) => true,
        (Kind::Integer, Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        (Kind::Long, Value::Number(number)) => number.is_i64(),
        (Kind::Blob, Value::String(text)) => BASE64_STANDARD.decode(text).is_ok(),
        _ => false,
    }
}

/// What the framework says about a value of the wrong type.
fn mismatch(expected: &Kind, value: &Value) -> String {
    let found = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => return "Start of list found where not expected.".to_owned(),
        Value::Object(_) => return "Start of structure or map found where not expected.".to_owned(),
    };
    match expected {
        Kind::String(_) | Kind::Enum(_) => format!("{found} cannot be converted to String"),
        Kind::Integer => format!("{found} can not be converted to an Integer"),
        Kind::Long => format!("{found} can not be converted to a Long"),
        Kind::Double => format!("{found} can not be converted to a Double"),
        Kind::Boolean => format!("{found} can not be converted to a Boolean"),
        Kind::Timestamp => format!("{found} can not be converted to a Timestamp"),
        Kind::Blob => format!("{found} can not be converted to a Blob"),
        Kind::List(_) => "Expected list or null".to_owned(),
        Kind::Map(..) => "Expected map or null".to_owned(),
        Kind::Structure(_) | Kind::Document => "Expected structure or null".to_owned(),
    }
}

/// A JSON value in which no object has the same key twice.
struct StrictValue(Value);

impl<'de> Deserialize<'de> for StrictValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(StrictValue(element)) = elements.next_element()? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, StrictValue(value))) = entries.next_entry::<String, _>()? {
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("an object has the same key twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static TEXT: Shape = Shape::string("Text");
    static COUNT: Shape = Shape::integer("Count");
    static BIG: Shape = Shape::long("Big");
    static FLAG: Shape = Shape::boolean("Flag");
    static BYTES: Shape = Shape::blob("Bytes");
    static TEXTS: Shape = Shape::list("Texts", &TEXT);
    static TAGS: Shape = Shape::map("Tags", &TEXT, &TEXT);
    static ANY: Shape = Shape::document("Any");
    static INNER: Shape = Shape::structure("Inner", &[Member::optional("Text", &TEXT)]);
    static INPUT: Shape = Shape::structure(
        "Input",
        &[
            Member::optional("Text", &TEXT),
            Member::optional("Count", &COUNT),
            Member::optional("Big", &BIG),
            Member::optional("Flag", &FLAG),
            Member::optional("Bytes", &BYTES),
            Member::optional("Texts", &TEXTS),
            Member::optional("Tags", &TAGS),
            Member::optional("Any", &ANY),
            Member::optional("Inner", &INNER),
        ],
    );

    fn read(body: &str) -> Result<Value, String> {
        object(body.as_bytes())
            .and_then(|value| typed(&INPUT, value))
            .map_err(|fault| {
                assert_eq!(
                    (fault.status.as_u16(), fault.code.as_ref()),
                    (400, "SerializationException")
                );
                fault.message.unwrap()
            })
    }

    #[test]
    fn an_empty_body_is_an_empty_object() {
        assert_eq!(read(""), Ok(json!({})));
        assert_eq!(read("{}"), Ok(json!({})));
    }

    #[test]
    fn what_is_no_json_object_is_refused() {
        for body in ["null", "[]", "\"text\"", "1", "true"] {
            assert_eq!(read(body), Err("Expected a structure".to_owned()), "{body}");
        }
        for body in [
            "{",
            "{}}",
            "{} {}",
            "{'Text':1}",
            "{\"Text\":}",
            "\u{feff}{}",
            "{\"Text\":1,}",
            "a=b",
            " ",
        ] {
            assert!(read(body).unwrap_err().starts_with("The body is not JSON: "), "{body}");
        }
        assert!(object(b"{\"Text\":\"\xff\"}").is_err());
    }

    #[test]
    fn the_same_key_twice_is_refused_at_any_depth() {
        for body in [r#"{"Text":"a","Text":"b"}"#, r#"{"Any":[{"a":1,"\u0061":2}]}"#] {
            assert!(read(body).unwrap_err().contains("same key twice"), "{body}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_an_overflow() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let body = format!("{{\"Any\":{}1{}}}", open.repeat(10_000), close.repeat(10_000));
            assert!(read(&body).unwrap_err().contains("recursion limit exceeded"));
        }
    }

    #[test]
    fn wrong_types_are_refused_in_the_words_of_the_framework() {
        let cases = [
            (r#"{"Text":1}"#, "NUMBER_VALUE cannot be converted to String"),
            (r#"{"Text":true}"#, "TRUE_VALUE cannot be converted to String"),
            (r#"{"Text":["a"]}"#, "Start of list found where not expected."),
            (r#"{"Text":{}}"#, "Start of structure or map found where not expected."),
            (r#"{"Count":"5"}"#, "STRING_VALUE can not be converted to an Integer"),
            (r#"{"Count":5.0}"#, "NUMBER_VALUE can not be converted to an Integer"),
            (
                r#"{"Count":2147483648}"#,
                "NUMBER_VALUE can not be converted to an Integer",
            ),
            (
                r#"{"Big":9223372036854775808}"#,
                "NUMBER_VALUE can not be converted to a Long",
            ),
            (r#"{"Flag":"true"}"#, "STRING_VALUE can not be converted to a Boolean"),
            (r#"{"Flag":0}"#, "NUMBER_VALUE can not be converted to a Boolean"),
            (
                r#"{"Bytes":"not base64"}"#,
                "STRING_VALUE can not be converted to a Blob",
            ),
            (r#"{"Texts":"a"}"#, "Expected list or null"),
            (
                r#"{"Texts":{"a":"b"}}"#,
                "Start of structure or map found where not expected.",
            ),
            (r#"{"Texts":[1]}"#, "NUMBER_VALUE cannot be converted to String"),
            (r#"{"Tags":"a"}"#, "Expected map or null"),
            (r#"{"Tags":{"a":1}}"#, "NUMBER_VALUE cannot be converted to String"),
            (r#"{"Inner":"a"}"#, "Expected structure or null"),
            (
                r#"{"Inner":{"Text":false}}"#,
                "FALSE_VALUE cannot be converted to String",
            ),
        ];
        for (body, message) in cases {
            assert_eq!(read(body), Err(message.to_owned()), "{body}");
        }
    }

    #[test]
    fn numbers_and_surrogates_that_do_not_exist_are_refused() {
        for body in [
            r#"{"Count":1e400}"#,
            r#"{"Text":"\ud800"}"#,
            r#"{"Text":"\udc00\ud800"}"#,
            r#"{"Count":NaN}"#,
        ] {
            assert!(read(body).unwrap_err().starts_with("The body is not JSON: "), "{body}");
        }
    }

    #[test]
    fn nul_is_a_character_like_others() {
        assert_eq!(read(r#"{"Text":"a\u0000b"}"#), Ok(json!({ "Text": "a\0b" })));
    }

    #[test]
    fn unknown_members_are_ignored_and_null_members_are_absent() {
        let body =
            r#"{"Text":null,"text":"x","Other":{"a":[1]},"Tags":{"a":null,"b":"c"},"Inner":{"Text":null,"More":1}}"#;
        assert_eq!(read(body), Ok(json!({ "Tags": { "b": "c" }, "Inner": {} })));
    }

    #[test]
    fn what_fits_is_kept() {
        let value = json!({
            "Text": "a", "Count": -5, "Big": i64::MAX, "Flag": false, "Bytes": "AP8Q", "Texts": ["a", null],
            "Tags": { "a": "b" }, "Any": { "free": [1.5, null, { "x": "y" }] }, "Inner": { "Text": "" },
        });
        assert_eq!(read(&value.to_string()), Ok(value));
    }
}
