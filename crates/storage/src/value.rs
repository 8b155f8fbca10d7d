//! The values that go into statements and come out of rows: text, 64-bit integers and JSON documents.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use serde_json::value::RawValue;
use sqlx::types::Json;
use sqlx::{Decode, Row as _, Type};

use crate::error::{Error, Result};

/// One value of a statement; `$1` takes the first.
#[derive(Debug)]
pub enum Bind<'a> {
    /// A TEXT column.
    Text(Option<&'a str>),
    /// A BIGINT column: numbers, flags as 0 and 1, times as milliseconds since 1970.
    Integer(Option<i64>),
    /// A document column: JSONB on Postgres, TEXT on SQLite. Made by [`Bind::document`].
    Document(Box<RawValue>),
}

impl Bind<'_> {
    /// Serialises a document. Fails with [`Error::Unstorable`] when one of its texts holds a NUL character.
    pub fn document(value: &(impl Serialize + ?Sized)) -> Result<Bind<'static>> {
        let mut bytes = Vec::with_capacity(512);
        let refused = |error: serde_json::Error| {
            if error.is_io() {
                Error::Unstorable
            } else {
                Error::Database(error.into())
            }
        };
        value
            .serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, NulRefused))
            .map_err(refused)?;
        let text = String::from_utf8(bytes).map_err(|error| Error::Database(error.into()))?;
        let document = RawValue::from_string(text).map_err(|error| Error::Database(error.into()))?;
        Ok(Bind::Document(document))
    }

    /// Refuses text that Postgres could not store, so that both databases refuse it.
    pub(crate) fn check_all(binds: &[Bind<'_>]) -> Result<()> {
        let holds_nul = |bind: &Bind<'_>| matches!(bind, Bind::Text(Some(text)) if text.contains('\0'));
        if binds.iter().any(holds_nul) {
            Err(Error::Unstorable)
        } else {
            Ok(())
        }
    }
}

impl<'a> From<&'a str> for Bind<'a> {
    fn from(text: &'a str) -> Self {
        Bind::Text(Some(text))
    }
}

impl<'a> From<&'a String> for Bind<'a> {
    fn from(text: &'a String) -> Self {
        Bind::Text(Some(text))
    }
}

impl<'a> From<Option<&'a str>> for Bind<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Bind::Text(text)
    }
}

impl From<i64> for Bind<'_> {
    fn from(number: i64) -> Self {
        Bind::Integer(Some(number))
    }
}

impl From<Option<i64>> for Bind<'_> {
    fn from(number: Option<i64>) -> Self {
        Bind::Integer(number)
    }
}

impl From<bool> for Bind<'_> {
    fn from(flag: bool) -> Self {
        Bind::Integer(Some(flag.into()))
    }
}

/// Compact JSON in which no text holds a NUL character: JSONB refuses `\u0000`.
struct NulRefused;

impl Formatter for NulRefused {
    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        if matches!(escape, CharEscape::AsciiControl(0)) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        CompactFormatter.write_char_escape(writer, escape)
    }
}

/// One row of an answer; columns are counted from 0 in the order of the statement.
///
/// Every accessor fails with [`Error::Corrupt`] when the column does not hold what is asked for.
pub enum Row {
    /// A row of the Postgres driver.
    Postgres(sqlx::postgres::PgRow),
    /// A row of the SQLite driver.
    Sqlite(sqlx::sqlite::SqliteRow),
}

impl Row {
    /// The text of a column that is not NULL.
    pub fn text(&self, column: usize) -> Result<String> {
        not_null(self.get(column)?)
    }

    /// The text of a column, or nothing when it is NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>> {
        self.get(column)
    }

    /// The 64-bit integer of a column that is not NULL.
    pub fn int(&self, column: usize) -> Result<i64> {
        not_null(self.get(column)?)
    }

    /// The 64-bit integer of a column, or nothing when it is NULL.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        self.get(column)
    }

    /// The document of a column.
    pub fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T> {
        let Json(document) = match self {
            Self::Postgres(row) => row.try_get::<Json<T>, _>(column)?,
            Self::Sqlite(row) => row.try_get::<Json<T>, _>(column)?,
        };
        Ok(document)
    }

    fn get<'r, T>(&'r self, column: usize) -> Result<Option<T>>
    where
        T: Decode<'r, sqlx::Postgres> + Type<sqlx::Postgres> + Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite>,
    {
        Ok(match self {
            Self::Postgres(row) => row.try_get(column)?,
            Self::Sqlite(row) => row.try_get(column)?,
        })
    }
}

/// SQLite's driver would read NULL as an empty text or as zero.
fn not_null<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::Corrupt("NULL where a value must be".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &impl Serialize) -> String {
        match Bind::document(value).unwrap() {
            Bind::Document(document) => document.get().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn documents_are_compact_json() {
        let document = serde_json::json!({"a": [1, "é\n\u{1}", null], "b": {"c": 1.5}});
        assert_eq!(written(&document), r#"{"a":[1,"é\n\u0001",null],"b":{"c":1.5}}"#);
    }

    #[test]
    fn a_nul_character_is_refused_in_values_and_keys() {
        for document in [serde_json::json!(["a\0b"]), serde_json::json!({"a\0": 1})] {
            assert!(
                matches!(Bind::document(&document), Err(Error::Unstorable)),
                "{document}"
            );
        }
        assert!(matches!(
            Bind::check_all(&["fine".into(), "not\0fine".into()]),
            Err(Error::Unstorable)
        ));
    }

    #[test]
    fn an_escaped_backslash_before_u0000_is_no_nul() {
        assert_eq!(written(&r"\u0000"), r#""\\u0000""#);
        assert!(Bind::check_all(&[r"\u0000".into()]).is_ok());
    }
}
