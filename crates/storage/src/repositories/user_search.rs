//! ListUsers: every statement walks an index from where the page begins.

use poolhouse_domain::filter::{Filter, Operator, SearchAttribute};
use poolhouse_domain::names::fold;
use poolhouse_domain::users::User;

use super::users::read;
use crate::conn::Conn;
use crate::error::{Error, Result};
use crate::value::Bind;

/// How much of a value is indexed, in bytes: Postgres takes no more. No filter is so long that it could tell.
const INDEXED_BYTES: usize = 2_000;

/// The statements that search one column.
struct Search {
    /// `$2` is the value, `$3` the sub of the last user, `$4` the limit.
    equals: &'static str,
    /// `$2` and `$3` are value and sub of the last user, `$4` the first value too great, `$5` the limit.
    starts_with: &'static str,
    /// As `starts_with`, when no value is too great.
    from: &'static str,
}

macro_rules! search {
    ($column:literal) => {
        Search {
            equals: concat!(
                "SELECT version, doc FROM users WHERE pool_id = $1 AND ",
                $column,
                " = $2 AND sub > $3 ORDER BY sub LIMIT $4"
            ),
            starts_with: concat!(
                "SELECT version, doc FROM users WHERE pool_id = $1 AND (",
                $column,
                ", sub) > ($2, $3) AND ",
                $column,
                " < $4 ORDER BY ",
                $column,
                ", sub LIMIT $5"
            ),
            from: concat!(
                "SELECT version, doc FROM users WHERE pool_id = $1 AND (",
                $column,
                ", sub) > ($2, $3) AND ",
                $column,
                " IS NOT NULL ORDER BY ",
                $column,
                ", sub LIMIT $4"
            ),
        }
    };
}

/// Where `user` stands in the list that `filter` makes: what the next page begins after.
pub fn user_position(filter: Option<&Filter>, user: &User) -> String {
    match filter {
        Some(Filter {
            attribute,
            operator: Operator::StartsWith,
            ..
        }) if *attribute != SearchAttribute::Status => {
            format!("{}/{}", user.sub, searched_value(*attribute, user).unwrap_or_default())
        }
        _ => user.sub.clone(),
    }
}

/// The value of `user` that a filter on `attribute` is compared with, as it is indexed; none when it is blank.
pub(super) fn searched_value(attribute: SearchAttribute, user: &User) -> Option<String> {
    let value = match attribute {
        SearchAttribute::Username => Some(user.username.as_str()),
        SearchAttribute::Sub => Some(user.sub.as_str()),
        SearchAttribute::UserStatus => Some(user.status.as_str()),
        SearchAttribute::Status => Some(if user.enabled { "Enabled" } else { "Disabled" }),
        SearchAttribute::Email
        | SearchAttribute::PhoneNumber
        | SearchAttribute::Name
        | SearchAttribute::GivenName
        | SearchAttribute::FamilyName
        | SearchAttribute::PreferredUsername => user.attributes.given(attribute.as_str()),
    };
    value.map(|value| indexed(attribute, value))
}

pub(super) async fn list(
    conn: &mut Conn<'_>,
    pool_id: &str,
    filter: Option<&Filter>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<User>> {
    let after = after.unwrap_or_default();
    let Some(Filter {
        attribute,
        operator,
        value,
    }) = filter
    else {
        return everyone(conn, pool_id, after, limit).await;
    };
    let search = match attribute {
        SearchAttribute::Username => search!("username"),
        SearchAttribute::Sub => search!("sub"),
        SearchAttribute::Email => search!("email_key"),
        SearchAttribute::PhoneNumber => search!("phone_number"),
        SearchAttribute::Name => search!("name_key"),
        SearchAttribute::GivenName => search!("given_name_key"),
        SearchAttribute::FamilyName => search!("family_name_key"),
        SearchAttribute::PreferredUsername => search!("preferred_username_key"),
        SearchAttribute::UserStatus => search!("status"),
        SearchAttribute::Status => return by_flag(conn, pool_id, *operator, value, after, limit).await,
    };
    let value = indexed(*attribute, value);
    match operator {
        Operator::Equals => {
            let binds = [pool_id.into(), (&value).into(), after.into(), limit.into()];
            users(conn, search.equals, &binds).await
        }
        Operator::StartsWith => {
            let (last_value, last_sub) = match after.split_once('/') {
                Some((sub, last_value)) => (last_value, sub),
                None if after.is_empty() => (value.as_str(), ""),
                None => return Err(Error::Corrupt("not a position in the list of this filter".into())),
            };
            let end = end_of_prefix(&value);
            let mut binds = vec![pool_id.into(), last_value.into(), last_sub.into()];
            binds.extend(end.as_ref().map(Bind::from));
            binds.push(limit.into());
            users(
                conn,
                if end.is_some() { search.starts_with } else { search.from },
                &binds,
            )
            .await
        }
    }
}

async fn everyone(conn: &mut Conn<'_>, pool_id: &str, after: &str, limit: i64) -> Result<Vec<User>> {
    let sql = "SELECT version, doc FROM users WHERE pool_id = $1 AND sub > $2 ORDER BY sub LIMIT $3";
    users(conn, sql, &[pool_id.into(), after.into(), limit.into()]).await
}

/// Searches by `Enabled` and `Disabled`.
async fn by_flag(
    conn: &mut Conn<'_>,
    pool_id: &str,
    operator: Operator,
    value: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<User>> {
    let fits = |status: &str| match operator {
        Operator::Equals => status == value,
        Operator::StartsWith => status.starts_with(value),
    };
    let enabled = match (fits("Enabled"), fits("Disabled")) {
        (true, true) => return everyone(conn, pool_id, after, limit).await,
        (false, false) => return Ok(Vec::new()),
        (enabled, _) => enabled,
    };
    let sql = "SELECT version, doc FROM users WHERE pool_id = $1 AND enabled = $2 AND sub > $3 ORDER BY sub LIMIT $4";
    users(conn, sql, &[pool_id.into(), enabled.into(), after.into(), limit.into()]).await
}

async fn users(conn: &mut Conn<'_>, sql: &'static str, binds: &[Bind<'_>]) -> Result<Vec<User>> {
    conn.read_all(sql, binds).await?.iter().map(read).collect()
}

/// Makes a value comparable: some attributes are searched in any case.
fn indexed(attribute: SearchAttribute, value: &str) -> String {
    let mut key = match attribute {
        SearchAttribute::Sub | SearchAttribute::PhoneNumber | SearchAttribute::Status => value.to_owned(),
        SearchAttribute::Username => fold(true, value),
        SearchAttribute::UserStatus => value.to_ascii_uppercase(),
        SearchAttribute::Email
        | SearchAttribute::Name
        | SearchAttribute::GivenName
        | SearchAttribute::FamilyName
        | SearchAttribute::PreferredUsername => fold(false, value),
    };
    key.truncate(key.floor_char_boundary(INDEXED_BYTES));
    key
}

/// The first text after all that start with `prefix`; none when there is no such text.
fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_text_of_its_length() {
        let end = |prefix| end_of_prefix(prefix).unwrap();
        assert_eq!(end("a"), "b");
        assert_eq!(end("a%"), "a&");
        assert_eq!(end("é"), "ê");
        assert_eq!(end("a\u{7f}"), "a\u{80}");
        // Surrogates are no characters.
        assert_eq!(end("\u{d7ff}"), "\u{e000}");
        assert_eq!(end("\u{ffff}"), "\u{10000}");
        assert_eq!(end("a\u{10ffff}\u{10ffff}"), "b");
    }

    #[test]
    fn nothing_comes_after_the_last_character() {
        assert_eq!(end_of_prefix(""), None);
        assert_eq!(end_of_prefix("\u{10ffff}\u{10ffff}"), None);
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let value = format!("a{}", "é".repeat(1_500));
        assert_eq!(indexed(SearchAttribute::Name, &value).len(), 1_999);
        assert_eq!(indexed(SearchAttribute::UserStatus, "confirmed"), "CONFIRMED");
        assert_eq!(indexed(SearchAttribute::Username, "Jose\u{301}"), "José");
        assert_eq!(indexed(SearchAttribute::Email, "JOSE\u{301}@X"), "josé@x");
    }
}
