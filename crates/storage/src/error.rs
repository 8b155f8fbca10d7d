//! What can go wrong between a repository and its database.

use poolhouse_crypto::seal::SealError;
use poolhouse_domain::names::NameKind;
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::migrate::MigrateError;

/// The underlying error, for logs. Its text may hold SQL: never answer it to a caller.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The result of every storage operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed storage operation. `Display` is safe to show; the cause behind `source()` is for logs only.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row with the same unique key exists.
    #[error("a row with this key exists already in {table}")]
    Unique {
        /// The table whose primary key or unique index was violated.
        table: String,
    },
    /// Another user of the pool is found by a name that this one was to have.
    #[error("a name of the user belongs to another one already")]
    NameTaken(NameKind),
    /// The row refers to another one that does not exist (any more).
    #[error("a row that this one refers to does not exist")]
    ForeignKey,
    /// Somebody else changed the row first: a lost compare-and-swap, a deadlock or a serialization failure. Nothing
    /// was written; reading again and repeating the whole transaction may succeed.
    #[error("the row was changed by somebody else")]
    Conflict,
    /// A text holds a NUL character, which Postgres can store neither in TEXT nor in JSONB. Refused on both databases.
    #[error("a text with a NUL character cannot be stored")]
    Unstorable,
    /// The database cannot be reached, is full, busy or shutting down. Later it may work.
    #[error("the database is unavailable")]
    Unavailable(#[source] Cause),
    /// A stored value is not what the program expects of it.
    #[error("a stored value cannot be read")]
    Corrupt(#[source] Cause),
    /// A secret could not be sealed, or a stored one not opened: it is of another master key, or altered.
    #[error("a stored secret cannot be sealed or opened")]
    Seal(#[from] SealError),
    /// The database's secrets are sealed under another master key.
    #[error("the secrets in the database are sealed under another master key")]
    OtherMasterKey,
    /// The address given to [`Db::connect`](crate::Db::connect) names no database; the text says why.
    #[error("not a database address: {0}")]
    Address(String),
    /// The database was migrated by a newer program; running this one could damage it.
    #[error("the database has migration {0}, which this version of the program does not know: use a newer one")]
    NewerSchema(i64),
    /// An applied migration differs from the one in this program.
    #[error("migration {0} was applied to the database with another content")]
    ChangedMigration(i64),
    /// The database refused a statement for any other reason.
    #[error("the database refused a statement")]
    Database(#[source] Cause),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as Sqlx;
        match error {
            Sqlx::Database(cause) => from_database(cause),
            Sqlx::Io(_)
            | Sqlx::Tls(_)
            | Sqlx::PoolTimedOut
            | Sqlx::PoolClosed
            | Sqlx::WorkerCrashed
            | Sqlx::BeginFailed => Self::Unavailable(error.into()),
            Sqlx::Decode(_)
            | Sqlx::ColumnDecode { .. }
            | Sqlx::ColumnNotFound(_)
            | Sqlx::ColumnIndexOutOfBounds { .. }
            | Sqlx::TypeNotFound { .. }
            | Sqlx::RowNotFound => Self::Corrupt(error.into()),
            Sqlx::Configuration(cause) => Self::Address(cause.to_string()),
            other => Self::Database(other.into()),
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => Self::NewerSchema(version),
            MigrateError::VersionMismatch(version) => Self::ChangedMigration(version),
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => Self::Database(other.into()),
        }
    }
}

fn from_database(error: Box<dyn DatabaseError>) -> Error {
    match error.kind() {
        ErrorKind::UniqueViolation => {
            return Error::Unique {
                table: violated_table(&*error),
            };
        }
        ErrorKind::ForeignKeyViolation => return Error::ForeignKey,
        _ => {}
    }
    let code = error.code().unwrap_or_default().into_owned();
    let cause = Cause::from(sqlx::Error::Database(error));
    match situation(&code) {
        Situation::Conflict => Error::Conflict,
        Situation::Unavailable => Error::Unavailable(cause),
        Situation::Corrupt => Error::Corrupt(cause),
        Situation::Other => Error::Database(cause),
    }
}

/// The table named by Postgres, or by SQLite's `UNIQUE constraint failed: users.pool_id, users.sub`.
fn violated_table(error: &dyn DatabaseError) -> String {
    let from_message = || {
        error
            .message()
            .rsplit_once(": ")?
            .1
            .split_once('.')
            .map(|(table, _)| table)
    };
    error.table().or_else(from_message).unwrap_or_default().to_owned()
}

#[derive(Debug, PartialEq)]
enum Situation {
    Conflict,
    Unavailable,
    Corrupt,
    Other,
}

/// Classifies a Postgres SQLSTATE (five characters) or an extended SQLite result code (a decimal number).
fn situation(code: &str) -> Situation {
    if code.len() == 5 {
        return match code {
            "40001" | "40P01" => Situation::Conflict,
            // Lock timeout; a standby that refuses writes.
            "55P03" | "25006" => Situation::Unavailable,
            "XX001" | "XX002" => Situation::Corrupt,
            // A protocol violation, such as an unbound placeholder, is in the class of lost connections.
            "08P01" => Situation::Other,
            // Connection lost, out of resources, operator intervention (shutdown, statement timeout), input or output.
            _ if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => Situation::Unavailable,
            _ => Situation::Other,
        };
    }
    // The primary code is in the low byte.
    match code.parse::<i32>().map(|code| code & 0xff) {
        // PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN
        Ok(3 | 5 | 6 | 7 | 8 | 10 | 13 | 14) => Situation::Unavailable,
        // CORRUPT, NOTADB
        Ok(11 | 26) => Situation::Corrupt,
        _ => Situation::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_codes_become_situations() {
        for (code, expected) in [
            ("40001", Situation::Conflict),
            ("40P01", Situation::Conflict),
            ("57014", Situation::Unavailable),
            ("57P01", Situation::Unavailable),
            ("53300", Situation::Unavailable),
            ("55P03", Situation::Unavailable),
            ("XX001", Situation::Corrupt),
            ("08006", Situation::Unavailable),
            ("08P01", Situation::Other),
            ("42P01", Situation::Other),
            ("5", Situation::Unavailable),
            ("517", Situation::Unavailable),
            ("13", Situation::Unavailable),
            ("11", Situation::Corrupt),
            ("267", Situation::Corrupt),
            ("1", Situation::Other),
            ("", Situation::Other),
        ] {
            assert_eq!(situation(code), expected, "{code}");
        }
    }
}
