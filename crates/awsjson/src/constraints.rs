//! Walks an input along its constraint table, and says in AWS's sentence all that is wrong with it.

use std::fmt::{self, Display, Formatter};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use crate::{
    Shape,
    shape::{Kind, Pattern},
};

const NOT_NULL: &str = "Member must not be null";

/// Every constraint that an input violates, in the order of the model. Displayed, it is the message for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations(Vec<String>);

impl Violations {
    /// How many there are; at least one.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Display for Violations {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(
            formatter,
            "{} validation error{plural} detected: {}",
            self.0.len(),
            self.0.join("; ")
        )
    }
}

/// Checks a value that has the types of `shape` (see [`parse::typed`](crate::parse::typed)) against its constraints.
pub fn check(shape: &Shape, value: &Value) -> Result<(), Violations> {
    let mut walker = Walker::default();
    walker.visit(shape, value, &Path::Root, false);
    if walker.found.is_empty() {
        Ok(())
    } else {
        Err(Violations(walker.found))
    }
}

#[derive(Default)]
struct Walker {
    found: Vec<String>,
}

impl Walker {
    /// Looks at one value. `hidden` says that a structure around it is sensitive.
    fn visit(&mut self, shape: &Shape, value: &Value, path: &Path<'_>, hidden: bool) {
        let hidden = hidden || shape.sensitive;
        match (&shape.kind, value) {
            (Kind::Structure(members), Value::Object(object)) => {
                for member in *members {
                    let path = Path::Member(path, member.name);
                    match object.get(member.name) {
                        Some(value) => self.visit(member.shape, value, &path, hidden),
                        None if member.required => self.report_null(&path),
                        None => {}
                    }
                }
            }
            (Kind::List(element), Value::Array(elements)) => {
                self.check_itself(shape, value, path, hidden);
                self.visit_elements(shape, element, elements, value, path, hidden);
            }
            (Kind::Map(key, entry), Value::Object(object)) => {
                self.check_itself(shape, value, path, hidden);
                let keys = object.keys().map(|key| Value::String(key.clone()));
                if keys.into_iter().any(|value| !is_satisfied(key, &value)) {
                    let sentence = format!("Map keys must satisfy constraint: [{}]", of_parts(key));
                    self.report(shape, value, path, hidden, &sentence);
                }
                if is_scalar(entry) {
                    if object.values().any(|value| !is_satisfied(entry, value)) {
                        let sentence = format!("Map value must satisfy constraint: [{}]", of_parts(entry));
                        self.report(shape, value, path, hidden, &sentence);
                    }
                } else {
                    for (key, value) in object {
                        self.visit(entry, value, &Path::Entry(path, key), hidden);
                    }
                }
            }
            _ => self.check_itself(shape, value, path, hidden),
        }
    }

    /// Elements that are scalars are reported together, at their list; others each at its own place.
    fn visit_elements(
        &mut self,
        shape: &Shape,
        element: &Shape,
        elements: &[Value],
        list: &Value,
        path: &Path<'_>,
        hidden: bool,
    ) {
        if is_scalar(element) {
            if elements.iter().any(|value| !is_satisfied(element, value)) {
                let sentence = format!("Member must satisfy constraint: [{}]", of_parts(element));
                self.report(shape, list, path, hidden, &sentence);
            }
            return;
        }
        for (position, value) in elements.iter().enumerate() {
            let path = Path::Element(path, position + 1);
            if value.is_null() {
                self.report_null(&path);
            } else {
                self.visit(element, value, &path, hidden);
            }
        }
    }

    fn check_itself(&mut self, shape: &Shape, value: &Value, path: &Path<'_>, hidden: bool) {
        for constraint in violated(shape, value) {
            self.report(shape, value, path, hidden, &constraint.to_string());
        }
    }

    fn report(&mut self, shape: &Shape, value: &Value, path: &Path<'_>, hidden: bool, sentence: &str) {
        self.found.push(if hidden || shape.holds_sensitive() {
            format!("Value at '{path}' failed to satisfy constraint: {sentence}")
        } else {
            format!(
                "Value '{}' at '{path}' failed to satisfy constraint: {sentence}",
                Shown(shape, value)
            )
        });
    }

    fn report_null(&mut self, path: &Path<'_>) {
        self.found.push(format!(
            "Value null at '{path}' failed to satisfy constraint: {NOT_NULL}"
        ));
    }
}

/// One constraint of one shape.
enum Constraint {
    Pattern(&'static Pattern),
    Values(&'static [&'static str]),
    MinLength(i64),
    MaxLength(i64),
    MinValue(i64),
    MaxValue(i64),
}

impl Display for Constraint {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => {
                write!(
                    formatter,
                    "Member must satisfy regular expression pattern: {}",
                    pattern.as_str()
                )
            }
            Self::Values(values) => write!(formatter, "Member must satisfy enum value set: [{}]", values.join(", ")),
            Self::MinLength(min) => write!(formatter, "Member must have length greater than or equal to {min}"),
            Self::MaxLength(max) => write!(formatter, "Member must have length less than or equal to {max}"),
            Self::MinValue(min) => write!(formatter, "Member must have value greater than or equal to {min}"),
            Self::MaxValue(max) => write!(formatter, "Member must have value less than or equal to {max}"),
        }
    }
}

impl Constraint {
    fn is_satisfied(&self, value: &Value, measure: Option<i64>) -> bool {
        match self {
            Self::Pattern(pattern) => value.as_str().is_some_and(|text| pattern.matches(text)),
            Self::Values(values) => value.as_str().is_some_and(|text| values.contains(&text)),
            Self::MinLength(min) | Self::MinValue(min) => measure.is_some_and(|measure| measure >= *min),
            Self::MaxLength(max) | Self::MaxValue(max) => measure.is_some_and(|measure| measure <= *max),
        }
    }
}

/// The constraints of a shape itself: pattern or values first, then the bounds.
fn constraints(shape: &Shape) -> impl Iterator<Item = Constraint> {
    let own = match shape.kind {
        Kind::String(pattern) => pattern.map(Constraint::Pattern),
        Kind::Enum(values) => Some(Constraint::Values(values)),
        _ => None,
    };
    let is_number = matches!(shape.kind, Kind::Integer | Kind::Long);
    let max = shape.range.max.map(if is_number {
        Constraint::MaxValue
    } else {
        Constraint::MaxLength
    });
    let min = shape.range.min.map(if is_number {
        Constraint::MinValue
    } else {
        Constraint::MinLength
    });
    own.into_iter().chain(max).chain(min)
}

fn violated(shape: &Shape, value: &Value) -> impl Iterator<Item = Constraint> {
    let measure = measure(shape, value);
    constraints(shape).filter(move |constraint| !constraint.is_satisfied(value, measure))
}

fn is_satisfied(shape: &Shape, value: &Value) -> bool {
    !value.is_null() && violated(shape, value).next().is_none()
}

/// What the bounds are about: a length (of text in characters) or a whole number.
fn measure(shape: &Shape, value: &Value) -> Option<i64> {
    let length = match value {
        Value::String(text) if matches!(shape.kind, Kind::Blob) => decoded_length(text),
        Value::String(text) => text.chars().count(),
        Value::Array(elements) => elements.len(),
        Value::Object(entries) => entries.len(),
        Value::Number(number) => return number.as_i64(),
        Value::Bool(_) | Value::Null => return None,
    };
    i64::try_from(length).ok()
}

fn decoded_length(base64: &str) -> usize {
    BASE64_STANDARD.decode(base64).map_or(0, |bytes| bytes.len())
}

fn is_scalar(shape: &Shape) -> bool {
    !matches!(
        shape.kind,
        Kind::Structure(_) | Kind::List(_) | Kind::Map(..) | Kind::Document
    )
}

/// What elements, keys or values of this shape must satisfy, as their container's violation lists it: bounds before
/// the pattern; an enumeration says nothing but its values.
fn of_parts(shape: &Shape) -> String {
    if let Kind::Enum(values) = shape.kind {
        return Constraint::Values(values).to_string();
    }
    let (patterns, bounds): (Vec<_>, Vec<_>) =
        constraints(shape).partition(|constraint| matches!(constraint, Constraint::Pattern(_)));
    let sentences = bounds
        .iter()
        .chain(&patterns)
        .map(ToString::to_string)
        .chain([NOT_NULL.to_owned()]);
    sentences.collect::<Vec<_>>().join(", ")
}

/// Where a value stands, from the outermost structure inwards.
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'static str),
    Element(&'a Path<'a>, usize),
    Entry(&'a Path<'a>, &'a str),
}

impl Display for Path<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(outer, name) => {
                if !matches!(outer, Self::Root) {
                    write!(formatter, "{outer}.")?;
                }
                let mut letters = name.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                first.map_or(Ok(()), |first| write!(formatter, "{first}{}", letters.as_str()))
            }
            Self::Element(outer, position) => write!(formatter, "{outer}.{position}.member"),
            Self::Entry(outer, key) => write!(formatter, "{outer}.{key}.member"),
        }
    }
}

/// A value as the service's own language prints it.
struct Shown<'a>(&'a Shape, &'a Value);

impl Display for Shown<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match (&self.0.kind, self.1) {
            (Kind::Blob, Value::String(text)) => {
                let length = decoded_length(text);
                write!(formatter, "java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]")
            }
            (_, Value::String(text)) => formatter.write_str(text),
            (Kind::List(element), Value::Array(elements)) => {
                let shown = elements.iter().map(|value| Shown(element, value).to_string());
                write!(formatter, "[{}]", shown.collect::<Vec<_>>().join(", "))
            }
            (Kind::Map(_, entry), Value::Object(object)) => {
                let shown = object
                    .iter()
                    .map(|(key, value)| format!("{key}={}", Shown(entry, value)));
                write!(formatter, "{{{}}}", shown.collect::<Vec<_>>().join(", "))
            }
            (_, value) => write!(formatter, "{value}"),
        }
    }
}

#[cfg(test)]
#[path = "constraints_tests.rs"]
mod tests;
