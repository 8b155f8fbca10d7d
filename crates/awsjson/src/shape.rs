//! Tables that describe the shapes of a service model, made to live in `static`s.

use std::{fmt, sync::OnceLock};

use regex::Regex;

/// One shape of the service model with its constraints.
#[derive(Debug)]
pub struct Shape {
    /// The shape's name in the model.
    pub name: &'static str,
    /// The type, with what belongs to that type only.
    pub kind: Kind,
    /// The bounds of a length (strings, lists, maps, blobs) or of a value (integers). Other shapes have none.
    pub range: Range,
    /// Whether a message must not show a value of this shape.
    pub sensitive: bool,
}

/// The type of a [`Shape`].
#[derive(Debug)]
pub enum Kind {
    /// An object with named members, in the order of the model.
    Structure(&'static [Member]),
    /// An array of one shape.
    List(&'static Shape),
    /// An object with free keys: the shapes of a key and of a value.
    Map(&'static Shape, &'static Shape),
    /// A string, perhaps with a pattern.
    String(Option<&'static Pattern>),
    /// A string out of a set.
    Enum(&'static [&'static str]),
    /// A signed integer of 32 bits.
    Integer,
    /// A signed integer of 64 bits.
    Long,
    /// A floating-point number.
    Double,
    /// `true` or `false`.
    Boolean,
    /// Epoch seconds, with a fraction.
    Timestamp,
    /// Bytes, as a base64 string.
    Blob,
    /// Any JSON value.
    Document,
}

/// The inclusive bounds of a length or a value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// The least allowed.
    pub min: Option<i64>,
    /// The greatest allowed.
    pub max: Option<i64>,
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    /// The member's name on the wire.
    pub name: &'static str,
    /// Whether it must be present.
    pub required: bool,
    /// What it must look like.
    pub shape: &'static Shape,
}

impl Member {
    /// A member that must be present.
    pub const fn required(name: &'static str, shape: &'static Shape) -> Self {
        Self {
            name,
            required: true,
            shape,
        }
    }

    /// A member that may be absent.
    pub const fn optional(name: &'static str, shape: &'static Shape) -> Self {
        Self {
            name,
            required: false,
            shape,
        }
    }
}

impl Shape {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            range: Range { min: None, max: None },
            sensitive: false,
        }
    }

    /// An object with named members.
    pub const fn structure(name: &'static str, members: &'static [Member]) -> Self {
        Self::new(name, Kind::Structure(members))
    }

    /// An array.
    pub const fn list(name: &'static str, element: &'static Shape) -> Self {
        Self::new(name, Kind::List(element))
    }

    /// An object with free keys.
    pub const fn map(name: &'static str, key: &'static Shape, value: &'static Shape) -> Self {
        Self::new(name, Kind::Map(key, value))
    }

    /// A string.
    pub const fn string(name: &'static str) -> Self {
        Self::new(name, Kind::String(None))
    }

    /// A string that must match a pattern as a whole.
    pub const fn text(name: &'static str, pattern: &'static Pattern) -> Self {
        Self::new(name, Kind::String(Some(pattern)))
    }

    /// A string out of a set.
    pub const fn one_of(name: &'static str, values: &'static [&'static str]) -> Self {
        Self::new(name, Kind::Enum(values))
    }

    /// A signed integer of 32 bits.
    pub const fn integer(name: &'static str) -> Self {
        Self::new(name, Kind::Integer)
    }

    /// A signed integer of 64 bits.
    pub const fn long(name: &'static str) -> Self {
        Self::new(name, Kind::Long)
    }

    /// A floating-point number.
    pub const fn double(name: &'static str) -> Self {
        Self::new(name, Kind::Double)
    }

    /// `true` or `false`.
    pub const fn boolean(name: &'static str) -> Self {
        Self::new(name, Kind::Boolean)
    }

    /// Epoch seconds.
    pub const fn timestamp(name: &'static str) -> Self {
        Self::new(name, Kind::Timestamp)
    }

    /// Bytes in base64.
    pub const fn blob(name: &'static str) -> Self {
        Self::new(name, Kind::Blob)
    }

    /// Any JSON value.
    pub const fn document(name: &'static str) -> Self {
        Self::new(name, Kind::Document)
    }

    /// The same shape with a lower bound.
    #[must_use]
    pub const fn min(mut self, min: i64) -> Self {
        self.range.min = Some(min);
        self
    }

    /// The same shape with an upper bound.
    #[must_use]
    pub const fn max(mut self, max: i64) -> Self {
        self.range.max = Some(max);
        self
    }

    /// The same shape, whose values no message may show.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Whether a value of this shape can hold something that no message may show.
    pub fn holds_sensitive(&self) -> bool {
        self.sensitive
            || match &self.kind {
                Kind::Structure(members) => members.iter().any(|member| member.shape.holds_sensitive()),
                Kind::List(element) => element.holds_sensitive(),
                Kind::Map(key, value) => key.holds_sensitive() || value.holds_sensitive(),
                _ => false,
            }
    }
}

/// A regular expression of the model, compiled at its first use.
pub struct Pattern {
    shown: &'static str,
    expression: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern as messages show it, and the same in this program's dialect, anchored at both ends.
    pub const fn new(shown: &'static str, expression: &'static str) -> Self {
        Self {
            shown,
            expression,
            compiled: OnceLock::new(),
        }
    }

    /// The pattern as the model writes it.
    pub const fn as_str(&self) -> &'static str {
        self.shown
    }

    /// Whether the whole of `text` matches. A pattern that does not compile matches nothing.
    pub fn matches(&self, text: &str) -> bool {
        self.compiled().is_some_and(|regex| regex.is_match(text))
    }

    /// Whether the expression compiles; for the test that compiles them all.
    pub fn is_valid(&self) -> bool {
        self.compiled().is_some()
    }

    fn compiled(&self) -> Option<&Regex> {
        let compile = || {
            Regex::new(self.expression)
                .inspect_err(|error| tracing::error!(pattern = self.shown, %error, "the pattern does not compile"))
                .ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Pattern").field(&self.shown).finish()
    }
}
