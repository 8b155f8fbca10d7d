//! The names by which users are found: at most one user of a pool for each.

use std::borrow::Cow;

use poolhouse_crypto::hmac::sha256;
use poolhouse_domain::attributes::{EMAIL_VERIFIED, PHONE_NUMBER_VERIFIED};
use poolhouse_domain::names::{NameKind, sign_in_names};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;

use super::users::read;
use crate::conn::Conn;
use crate::error::{Error, Result};

/// The longest name that is kept as it is, in bytes: an entry of an index of Postgres takes little more.
const LONGEST_NAME: usize = 2_000;
/// What the stored form of a longer name begins with.
const HASHED: &str = "sha256:";

/// A verified e-mail address or phone number that its user can sign in by.
pub(super) struct VerifiedAlias {
    kind: NameKind,
    key: String,
    /// The attribute that says that it is verified.
    pub flag: &'static str,
}

/// The form in which a folded name is written and looked up: the name itself, or its hash when it is too long. A name
/// that looks like a hash is hashed too, so that two names never share a form.
pub(super) fn stored_name(name: &str) -> Cow<'_, str> {
    if name.len() > LONGEST_NAME || name.starts_with(HASHED) {
        format!("{HASHED}{}", hex::encode(sha256(name.as_bytes()))).into()
    } else {
        name.into()
    }
}

/// Writes the names of a new user.
pub(super) async fn insert(conn: &mut Conn<'_>, pool: &Pool, user: &User) -> Result<()> {
    write(conn, user, &of(pool, user)).await
}

/// Makes the stored names of a user those that they have now.
pub(super) async fn keep_in_step(conn: &mut Conn<'_>, pool: &Pool, user: &User) -> Result<()> {
    let wanted = of(pool, user);
    let sql = "SELECT kind, name_key FROM user_names WHERE pool_id = $1 AND sub = $2";
    let mut stored = Vec::new();
    for row in conn
        .read_all(sql, &[(&user.pool_id).into(), (&user.sub).into()])
        .await?
    {
        stored.push((row.text(0)?, row.text(1)?));
    }
    let same = |stored: &(String, String), wanted: &(NameKind, String)| {
        stored.0 == stored_kind(wanted.0) && stored.1 == wanted.1
    };
    for gone in stored
        .iter()
        .filter(|stored| !wanted.iter().any(|wanted| same(stored, wanted)))
    {
        let sql = "DELETE FROM user_names WHERE pool_id = $1 AND name_key = $2 AND sub = $3";
        conn.write(sql, &[(&user.pool_id).into(), (&gone.1).into(), (&user.sub).into()])
            .await?;
    }
    let new: Vec<_> = wanted
        .into_iter()
        .filter(|wanted| !stored.iter().any(|stored| same(stored, wanted)))
        .collect();
    write(conn, user, &new).await
}

/// The verified aliases of `user`; in a pool that names users by their contacts there are none.
pub(super) fn verified_aliases(pool: &Pool, user: &User) -> Vec<VerifiedAlias> {
    let names = if pool.generates_usernames() {
        Vec::new()
    } else {
        of(pool, user)
    };
    names
        .into_iter()
        .filter_map(|(kind, key)| {
            let flag = match kind {
                NameKind::Email => EMAIL_VERIFIED,
                NameKind::PhoneNumber => PHONE_NUMBER_VERIFIED,
                NameKind::Username | NameKind::Sub | NameKind::PreferredUsername => return None,
            };
            Some(VerifiedAlias { kind, key, flag })
        })
        .collect()
}

/// The user other than `user` who has `alias` as an alias of the same kind.
pub(super) async fn holder(conn: &mut Conn<'_>, user: &User, alias: &VerifiedAlias) -> Result<Option<User>> {
    let sql = "SELECT users.version, users.doc FROM user_names \
               JOIN users ON users.pool_id = user_names.pool_id AND users.sub = user_names.sub \
               WHERE user_names.pool_id = $1 AND user_names.name_key = $2 AND user_names.kind = $3 \
               AND user_names.sub <> $4";
    let binds = [
        (&user.pool_id).into(),
        (&alias.key).into(),
        stored_kind(alias.kind).into(),
        (&user.sub).into(),
    ];
    let row = conn.read_optional(sql, &binds).await?;
    row.map(|row| read(&row)).transpose()
}

/// The names of `user` as they are stored.
fn of(pool: &Pool, user: &User) -> Vec<(NameKind, String)> {
    sign_in_names(&pool.settings, &user.username, &user.sub, &user.attributes)
        .into_iter()
        .map(|(kind, name)| (kind, stored_name(&name).into_owned()))
        .collect()
}

/// Writes names that the user does not have yet, and fails with the first that is taken.
async fn write(conn: &mut Conn<'_>, user: &User, names: &[(NameKind, String)]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO user_names (pool_id, sub, kind, name_key) \
               SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), kind, name_key FROM ( \
                   SELECT 'username' AS kind, CAST($3 AS TEXT) AS name_key \
                   UNION ALL SELECT 'sub', CAST($4 AS TEXT) \
                   UNION ALL SELECT 'email', CAST($5 AS TEXT) \
                   UNION ALL SELECT 'phone_number', CAST($6 AS TEXT) \
                   UNION ALL SELECT 'preferred_username', CAST($7 AS TEXT) \
               ) AS names WHERE name_key IS NOT NULL ON CONFLICT DO NOTHING RETURNING kind";
    let key = |wanted| {
        names
            .iter()
            .find(|(kind, _)| *kind == wanted)
            .map(|(_, key)| key.as_str())
    };
    let binds = [
        (&user.pool_id).into(),
        (&user.sub).into(),
        key(NameKind::Username).into(),
        key(NameKind::Sub).into(),
        key(NameKind::Email).into(),
        key(NameKind::PhoneNumber).into(),
        key(NameKind::PreferredUsername).into(),
    ];
    let mut written = Vec::new();
    for row in conn.write_returning(sql, &binds).await? {
        written.push(row.text(0)?);
    }
    match names
        .iter()
        .find(|(kind, _)| !written.iter().any(|written| written == stored_kind(*kind)))
    {
        Some((kind, _)) => Err(Error::NameTaken(*kind)),
        None => Ok(()),
    }
}

fn stored_kind(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Username => "username",
        NameKind::Sub => "sub",
        NameKind::Email => "email",
        NameKind::PhoneNumber => "phone_number",
        NameKind::PreferredUsername => "preferred_username",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fits_is_stored_as_it_is() {
        let longest = "a".repeat(LONGEST_NAME);
        for name in ["", "alice", "a@example.com", "sha256", longest.as_str()] {
            assert_eq!(stored_name(name), name);
        }
    }

    #[test]
    fn a_longer_name_is_stored_as_its_hash_which_is_nobody_elses_name() {
        let long = "a".repeat(LONGEST_NAME + 1);
        let stored = stored_name(&long);
        assert_eq!(stored.len(), 71);
        assert_ne!(stored_name(&format!("{long}a")), stored);
        assert_ne!(stored_name(&stored), stored);
    }
}
