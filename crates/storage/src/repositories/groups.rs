//! Groups and their members.

use poolhouse_domain::Timestamp;
use poolhouse_domain::groups::Group;
use poolhouse_domain::users::User;

use super::users;
use crate::conn::Conn;
use crate::error::Result;
use crate::value::{Bind, Row};

/// The groups of all pools.
pub struct Groups<'a> {
    pub(crate) conn: Conn<'a>,
}

impl Groups<'_> {
    /// The group `name` of a pool.
    pub async fn get(mut self, pool_id: &str, name: &str) -> Result<Option<Group>> {
        let sql = "SELECT version, doc FROM user_groups WHERE pool_id = $1 AND name = $2";
        let row = self.conn.read_optional(sql, &[pool_id.into(), name.into()]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Writes a new group; fails with [`Error::Unique`](crate::Error::Unique) when the pool has one of that name.
    pub async fn insert(mut self, group: &Group) -> Result<()> {
        let sql = "INSERT INTO user_groups (pool_id, name, precedence, created_at, version, doc) \
                   VALUES ($1, $2, $3, $4, 1, $5)";
        let binds = [
            (&group.pool_id).into(),
            (&group.name).into(),
            group.precedence.map(i64::from).into(),
            group.created_at.millis().into(),
            Bind::document(group)?,
        ];
        self.conn.write(sql, &binds).await?;
        Ok(())
    }

    /// Writes a changed group; fails with [`Error::Conflict`](crate::Error::Conflict) when somebody else wrote it
    /// since it was read.
    pub async fn replace(mut self, group: &mut Group) -> Result<()> {
        let sql = "UPDATE user_groups SET precedence = $4, doc = $5, version = version + 1 \
                   WHERE pool_id = $1 AND name = $2 AND version = $3";
        let binds = [
            (&group.pool_id).into(),
            (&group.name).into(),
            group.version.into(),
            group.precedence.map(i64::from).into(),
            Bind::document(group)?,
        ];
        self.conn.swap(sql, &binds).await?;
        group.version += 1;
        Ok(())
    }

    /// Deletes a group, also one with members; answers whether it was there.
    pub async fn delete(mut self, pool_id: &str, name: &str) -> Result<bool> {
        let sql = "DELETE FROM user_groups WHERE pool_id = $1 AND name = $2";
        Ok(self.conn.write(sql, &[pool_id.into(), name.into()]).await? > 0)
    }

    /// Up to `limit` groups of a pool, by name, after the name `after`.
    pub async fn list(mut self, pool_id: &str, after: Option<&str>, limit: i64) -> Result<Vec<Group>> {
        let sql = "SELECT version, doc FROM user_groups WHERE pool_id = $1 AND name > $2 ORDER BY name LIMIT $3";
        let binds = [pool_id.into(), after.unwrap_or_default().into(), limit.into()];
        self.conn.read_all(sql, &binds).await?.iter().map(read).collect()
    }

    /// Makes a user a member; one who is stays one.
    pub async fn add_member(mut self, pool_id: &str, group: &str, sub: &str, now: Timestamp) -> Result<()> {
        let sql = "INSERT INTO memberships (pool_id, group_name, sub, created_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT DO NOTHING";
        self.conn
            .write(sql, &[pool_id.into(), group.into(), sub.into(), now.millis().into()])
            .await?;
        Ok(())
    }

    /// Ends a membership, if there is one.
    pub async fn remove_member(mut self, pool_id: &str, group: &str, sub: &str) -> Result<()> {
        let sql = "DELETE FROM memberships WHERE pool_id = $1 AND group_name = $2 AND sub = $3";
        self.conn
            .write(sql, &[pool_id.into(), group.into(), sub.into()])
            .await?;
        Ok(())
    }

    /// All groups of a user, in the order of tokens.
    pub async fn of_user(mut self, pool_id: &str, sub: &str) -> Result<Vec<Group>> {
        let sql = "SELECT user_groups.version, user_groups.doc FROM memberships \
                   JOIN user_groups ON user_groups.pool_id = memberships.pool_id \
                   AND user_groups.name = memberships.group_name \
                   WHERE memberships.pool_id = $1 AND memberships.sub = $2";
        let rows = self.conn.read_all(sql, &[pool_id.into(), sub.into()]).await?;
        let mut groups: Vec<Group> = rows.iter().map(read).collect::<Result<_>>()?;
        Group::sort(&mut groups);
        Ok(groups)
    }

    /// Up to `limit` groups of a user, by name, after the name `after`.
    pub async fn of_user_page(
        mut self,
        pool_id: &str,
        sub: &str,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Group>> {
        let sql = "SELECT user_groups.version, user_groups.doc FROM memberships \
                   JOIN user_groups ON user_groups.pool_id = memberships.pool_id \
                   AND user_groups.name = memberships.group_name \
                   WHERE memberships.pool_id = $1 AND memberships.sub = $2 AND memberships.group_name > $3 \
                   ORDER BY memberships.group_name LIMIT $4";
        let binds = [
            pool_id.into(),
            sub.into(),
            after.unwrap_or_default().into(),
            limit.into(),
        ];
        self.conn.read_all(sql, &binds).await?.iter().map(read).collect()
    }

    /// Up to `limit` members of a group, by sub, after the sub `after`.
    pub async fn members(mut self, pool_id: &str, group: &str, after: Option<&str>, limit: i64) -> Result<Vec<User>> {
        let sql = "SELECT users.version, users.doc FROM memberships \
                   JOIN users ON users.pool_id = memberships.pool_id AND users.sub = memberships.sub \
                   WHERE memberships.pool_id = $1 AND memberships.group_name = $2 AND memberships.sub > $3 \
                   ORDER BY memberships.sub LIMIT $4";
        let binds = [
            pool_id.into(),
            group.into(),
            after.unwrap_or_default().into(),
            limit.into(),
        ];
        self.conn.read_all(sql, &binds).await?.iter().map(users::read).collect()
    }
}

fn read(row: &Row) -> Result<Group> {
    Ok(Group {
        version: row.int(0)?,
        ..row.json(1)?
    })
}
