//! Which addresses open a database.

use poolhouse_storage::{ConnectOptions, Db, Error};
use poolhouse_tests::database::{Backend, TestDatabase};

async fn refused(address: &str) -> String {
    match Db::connect(address, ConnectOptions::default()).await {
        Err(Error::Address(reason)) => reason,
        Err(other) => panic!("{address}: {other:?}"),
        Ok(_) => panic!("{address} was opened"),
    }
}

#[tokio::test]
async fn an_address_of_no_database_is_refused() {
    for address in ["", "poolhouse.db", "mysql://localhost/db", "/var/lib/poolhouse.db"] {
        assert_eq!(
            refused(address).await,
            "it must begin with postgres:// or sqlite:",
            "{address:?}"
        );
    }
    for address in ["sqlite:", "sqlite://", "sqlite:a.db?mode=ro", "sqlite:file:a.db"] {
        assert_eq!(
            refused(address).await,
            "after sqlite: must stand a plain path, or :memory:",
            "{address:?}"
        );
    }
    assert_eq!(refused("postgres://localhost:port/db").await, "invalid port number");
    assert_eq!(
        refused("postgres://localhost/db?sslmode=maybe").await,
        "error with configuration: unknown value \"maybe\" for `ssl_mode`"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let absent = tempfile::TempDir::new().unwrap();
    let address = format!("postgres://localhost/db?host={}", absent.path().display());
    let error = Db::connect(&address, ConnectOptions::default()).await.err().unwrap();
    assert!(matches!(error, Error::Unavailable(_)));
    assert_eq!(error.to_string(), "the database is unavailable");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_unavailable() {
    let folder = tempfile::NamedTempFile::new().unwrap();
    let address = format!("sqlite:{}/poolhouse.db", folder.path().display());
    assert!(matches!(
        Db::connect(&address, ConnectOptions::default()).await,
        Err(Error::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_corrupt() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("poolhouse.db");
    std::fs::write(
        &file,
        "No database, but long enough to be looked at as if it were one. ".repeat(100),
    )
    .unwrap();
    let address = format!("sqlite:{}", file.display());
    let error = Db::connect(&address, ConnectOptions::default()).await.err().unwrap();
    assert!(matches!(error, Error::Corrupt(_)), "{error:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_sqlite_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let database = TestDatabase::new(Backend::SqliteFile).await.unwrap();
    let db = database.migrated().await.unwrap();
    db.conn().write("DELETE FROM settings", &[]).await.unwrap();
    let folder = database.file().unwrap().parent().unwrap();
    for name in ["poolhouse.db", "poolhouse.db-wal", "poolhouse.db-shm"] {
        let mode = std::fs::metadata(folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    db.close().await;
    assert!(!folder.join("poolhouse.db-wal").exists());
}

/// Two addresses of memory are two databases, and the second connection of one is the same database.
#[tokio::test]
async fn a_database_in_memory_is_nobody_elses() {
    let (one, other) = (
        TestDatabase::new(Backend::SqliteMemory).await.unwrap(),
        "sqlite:memory:",
    );
    let (one, other) = (
        one.migrated().await.unwrap(),
        Db::connect(other, ConnectOptions::default()).await.unwrap(),
    );
    assert_eq!(one.pending_migrations().await.unwrap(), []);
    assert_ne!(other.pending_migrations().await.unwrap(), []);
}

#[tokio::test]
async fn a_sqlite_file_keeps_what_was_written() {
    let database = TestDatabase::new(Backend::SqliteFile).await.unwrap();
    let db = database.migrated().await.unwrap();
    db.conn()
        .write("INSERT INTO settings (name, doc) VALUES ('a', '{}')", &[])
        .await
        .unwrap();
    db.close().await;
    let again = Db::connect(
        &database.url().replace("sqlite:", "sqlite://"),
        ConnectOptions::default(),
    )
    .await
    .unwrap();
    assert_eq!(
        again
            .conn()
            .read_one("SELECT name FROM settings", &[])
            .await
            .unwrap()
            .text(0)
            .unwrap(),
        "a"
    );
}

/// As behind PgBouncer in transaction mode: no named statements, no startup options.
#[tokio::test]
async fn postgres_works_without_a_statement_cache() {
    let database = TestDatabase::new(Backend::Postgres).await.unwrap();
    let address = format!("{}&statement-cache-capacity=0", database.url());
    let db = Db::connect(
        &address,
        ConnectOptions {
            max_connections: 1,
            ..ConnectOptions::default()
        },
    )
    .await
    .unwrap();
    db.migrate().await.unwrap();
    let mut conn = db.conn();
    for _ in 0..2 {
        conn.write("DELETE FROM settings WHERE name = $1", &["a".into()])
            .await
            .unwrap();
    }
    let named = "SELECT count(*) FROM pg_prepared_statements WHERE name <> ''";
    assert_eq!(conn.read_one(named, &[]).await.unwrap().int(0).unwrap(), 0);
    let timeout = "SELECT setting FROM pg_settings WHERE name = 'statement_timeout'";
    assert_eq!(conn.read_one(timeout, &[]).await.unwrap().text(0).unwrap(), "0");
    db.close().await;

    let db = database.connect().await.unwrap();
    assert_eq!(
        db.conn().read_one(timeout, &[]).await.unwrap().text(0).unwrap(),
        "30000"
    );
    db.close().await;
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_unavailable() {
    let database = TestDatabase::new(Backend::Postgres).await.unwrap();
    let options = ConnectOptions {
        statement_timeout: Some(std::time::Duration::from_millis(50)),
        ..ConnectOptions::default()
    };
    let db = Db::connect(database.url(), options).await.unwrap();
    let slow = db.conn().read_all("SELECT CAST(pg_sleep(30) AS TEXT)", &[]).await;
    assert!(matches!(slow, Err(Error::Unavailable(_))));
}
