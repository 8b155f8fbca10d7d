//! Users.

use poolhouse_domain::Timestamp;
use poolhouse_domain::filter::{Filter, SearchAttribute};
use poolhouse_domain::names::{self, NameKind};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;

use super::user_names;
use super::user_search::{self, searched_value};
use crate::atomic::Atomic;
use crate::conn::Conn;
use crate::error::{Error, Result};
use crate::value::{Bind, Row};

/// The users of all pools.
pub struct Users<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Users<'_> {
    /// The user `sub` of a pool.
    pub async fn by_sub(mut self, pool_id: &str, sub: &str) -> Result<Option<User>> {
        let sql = "SELECT version, doc FROM users WHERE pool_id = $1 AND sub = $2";
        let row = self.conn.read_optional(sql, &[pool_id.into(), sub.into()]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// The user of a pool who is found by `key`: a username, an alias or a sub, folded as the pool folds names.
    pub async fn by_name(mut self, pool_id: &str, key: &str) -> Result<Option<User>> {
        let sql = "SELECT users.version, users.doc FROM user_names \
                   JOIN users ON users.pool_id = user_names.pool_id AND users.sub = user_names.sub \
                   WHERE user_names.pool_id = $1 AND user_names.name_key = $2";
        let name = user_names::stored_name(key);
        let row = self.conn.read_optional(sql, &[pool_id.into(), (&*name).into()]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// The user `sub` of a pool, and whether the sign-in `event_id` of theirs still stands.
    pub async fn with_sign_in(mut self, pool_id: &str, sub: &str, event_id: &str) -> Result<Option<(User, bool)>> {
        let sql = "SELECT users.version, users.doc, refresh_families.event_id FROM users \
                   LEFT JOIN refresh_families ON refresh_families.pool_id = users.pool_id \
                   AND refresh_families.event_id = $3 AND refresh_families.sub = users.sub \
                   WHERE users.pool_id = $1 AND users.sub = $2";
        let row = self
            .conn
            .read_optional(sql, &[pool_id.into(), sub.into(), event_id.into()])
            .await?;
        row.map(|row| Ok((read(&row)?, row.opt_text(2)?.is_some()))).transpose()
    }

    /// Writes a new user and the names by which they are found; fails with [`Error::NameTaken`] when one of them
    /// leads to somebody else.
    pub async fn insert(self, pool: &Pool, user: &User) -> Result<()> {
        let mut atomic = Atomic::begin(self.conn).await?;
        insert(&mut atomic.conn(), pool, user).await?;
        atomic.commit().await
    }

    /// Writes a changed user and keeps the names in step; fails with [`Error::NameTaken`] when a new name leads to
    /// somebody else, and with [`Error::Conflict`] when somebody else wrote the user since they were read.
    pub async fn replace(self, pool: &Pool, user: &mut User) -> Result<()> {
        let mut atomic = Atomic::begin(self.conn).await?;
        replace(&mut atomic.conn(), pool, user).await?;
        atomic.commit().await?;
        user.version += 1;
        Ok(())
    }

    /// Takes the verified e-mail address and phone number of `user` from those who have them as aliases: they keep
    /// the attribute, unverified. `user` is to be written next, in the same transaction.
    pub async fn take_aliases(self, pool: &Pool, user: &User, now: Timestamp) -> Result<()> {
        let mut atomic = Atomic::begin(self.conn).await?;
        for alias in user_names::verified_aliases(pool, user) {
            let mut conn = atomic.conn();
            if let Some(mut other) = user_names::holder(&mut conn, user, &alias).await? {
                other.attributes.set(alias.flag, "false");
                other.modified_at = now;
                replace(&mut conn, pool, &other).await?;
            }
        }
        atomic.commit().await
    }

    /// Deletes a user with their names, memberships, codes and sign-ins; answers whether they were there.
    pub async fn delete(mut self, pool_id: &str, sub: &str) -> Result<bool> {
        let sql = "DELETE FROM users WHERE pool_id = $1 AND sub = $2";
        Ok(self.conn.write(sql, &[pool_id.into(), sub.into()]).await? > 0)
    }

    /// Up to `limit` users of a pool whom `filter` finds, after the position `after`, which
    /// [`user_position`](crate::user_position) tells of the last user of the page before.
    ///
    /// They come by sub, and under `^=` by the value looked for, then by sub: in the order of an index.
    pub async fn list(
        mut self,
        pool_id: &str,
        filter: Option<&Filter>,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<User>> {
        user_search::list(&mut self.conn, pool_id, filter, after, limit).await
    }
}

async fn insert(conn: &mut Conn<'_>, pool: &Pool, user: &User) -> Result<()> {
    let sql = "INSERT INTO users (pool_id, sub, username_key, username, status, enabled, email_key, phone_number, \
                                  name_key, given_name_key, family_name_key, preferred_username_key, doc, \
                                  created_at, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1) ON CONFLICT DO NOTHING";
    if write(conn, sql, pool, user, user.created_at.millis()).await? == 0 {
        return Err(Error::NameTaken(NameKind::Username));
    }
    user_names::insert(conn, pool, user).await
}

async fn replace(conn: &mut Conn<'_>, pool: &Pool, user: &User) -> Result<()> {
    let sql = "UPDATE users SET username_key = $3, username = $4, status = $5, enabled = $6, email_key = $7, \
                                phone_number = $8, name_key = $9, given_name_key = $10, family_name_key = $11, \
                                preferred_username_key = $12, doc = $13, version = version + 1 \
               WHERE pool_id = $1 AND sub = $2 AND version = $14";
    if write(conn, sql, pool, user, user.version).await? == 0 {
        return Err(Error::Conflict);
    }
    user_names::keep_in_step(conn, pool, user).await
}

/// Runs a statement with the columns of `user` as `$1` to `$13` and `last` as `$14`.
async fn write(conn: &mut Conn<'_>, sql: &'static str, pool: &Pool, user: &User, last: i64) -> Result<u64> {
    let username_key = names::fold(pool.case_sensitive(), &user.username);
    let searched = |attribute| searched_value(attribute, user);
    let username = searched(SearchAttribute::Username);
    let email = searched(SearchAttribute::Email);
    let phone_number = searched(SearchAttribute::PhoneNumber);
    let name = searched(SearchAttribute::Name);
    let given_name = searched(SearchAttribute::GivenName);
    let family_name = searched(SearchAttribute::FamilyName);
    let preferred_username = searched(SearchAttribute::PreferredUsername);
    let binds = [
        (&user.pool_id).into(),
        (&user.sub).into(),
        (&username_key).into(),
        username.as_deref().into(),
        user.status.as_str().into(),
        user.enabled.into(),
        email.as_deref().into(),
        phone_number.as_deref().into(),
        name.as_deref().into(),
        given_name.as_deref().into(),
        family_name.as_deref().into(),
        preferred_username.as_deref().into(),
        Bind::document(user)?,
        last.into(),
    ];
    conn.write(sql, &binds).await
}

/// The user in a row that begins with version and document.
pub(super) fn read(row: &Row) -> Result<User> {
    Ok(User {
        version: row.int(0)?,
        ..row.json(1)?
    })
}
