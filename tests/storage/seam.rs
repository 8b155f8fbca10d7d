//! One SQL text, and the three kinds of values.

use std::collections::BTreeMap;
use std::error::Error as _;

use poolhouse_storage::{Bind, Conn, Error};
use poolhouse_tests::database::Backend;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{World, document, on_each_database};

on_each_database!(
    documents_come_back_as_they_were_stored,
    nulls_are_kept_apart_from_empty_values,
    an_upsert_inserts_then_updates_and_returns_the_row,
    rows_come_in_the_order_of_bytes_and_pages_meet,
    pages_over_two_columns_meet,
    a_range_finds_what_begins_with_a_prefix,
    a_duplicate_names_its_table,
    a_row_without_its_parent_is_refused,
    a_parent_takes_its_children_with_it,
    a_swap_with_an_old_version_changes_nothing,
    text_with_a_nul_character_is_refused,
    a_value_of_the_wrong_kind_is_corrupt,
    an_error_shows_no_sql,
    a_returned_row_is_visible_to_the_next_reader,
    the_database_answers_and_has_a_size,
    an_unbound_placeholder_is_found_out_on_postgres,
);

const PUT: &str = "INSERT INTO settings (name, doc) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET doc = excluded.doc RETURNING name, doc";
const GET: &str = "SELECT doc FROM settings WHERE name = $1";

async fn documents_come_back_as_they_were_stored(world: World) {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Example {
        text: String,
        largest: i64,
        smallest: i64,
        ratio: f64,
        nothing: Option<String>,
        map: BTreeMap<String, Vec<Value>>,
    }
    let example = Example {
        text: "Zoë \"quoted\" \\ / \n\t\u{1}\u{7f} \u{2028} 🏊 \\u0000".to_owned(),
        largest: i64::MAX,
        smallest: i64::MIN,
        ratio: 0.1,
        nothing: None,
        map: BTreeMap::from([
            ("b".to_owned(), vec![json!(1), json!(null)]),
            ("a.b c".to_owned(), vec![json!({"x": []})]),
        ]),
    };
    let mut conn = world.db.conn();
    let returned = conn
        .write_optional(PUT, &["example".into(), Bind::document(&example).unwrap()])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(returned.json::<Example>(1).unwrap(), example);
    let row = conn.read_one(GET, &["example".into()]).await.unwrap();
    assert_eq!(row.json::<Example>(0).unwrap(), example);
}

async fn nulls_are_kept_apart_from_empty_values(world: World) {
    let world = world.with_pool("p").await;
    let mut conn = world.db.conn();
    let sql = "INSERT INTO users (pool_id, sub, username_key, status, enabled, created_at, version, username, email_key, \
               phone_number, doc) VALUES ('p', $1, $1, 'CONFIRMED', $2, $3, 1, $1, $4, $5, $6)";
    let binds = [
        "u".into(),
        true.into(),
        (-5_i64).into(),
        Bind::Text(None),
        "".into(),
        document(&json!({})),
    ];
    assert_eq!(conn.write(sql, &binds).await.unwrap(), 1);
    let sql = "SELECT enabled, created_at, email_key, phone_number FROM users WHERE sub = $1";
    let row = conn.read_one(sql, &["u".into()]).await.unwrap();
    assert_eq!((row.int(0).unwrap(), row.int(1).unwrap()), (1, -5));
    assert_eq!(
        (row.opt_text(2).unwrap(), row.opt_text(3).unwrap()),
        (None, Some(String::new()))
    );
    assert!(matches!(row.text(2), Err(Error::Corrupt(_))));

    let sql =
        "INSERT INTO user_groups (pool_id, name, precedence, created_at, version, doc) VALUES ('p', $1, $2, 0, 1, $3)";
    conn.write(sql, &["none".into(), Bind::Integer(None), document(&json!({}))])
        .await
        .unwrap();
    conn.write(sql, &["zero".into(), 0.into(), document(&json!({}))])
        .await
        .unwrap();
    let rows = conn
        .read_all("SELECT precedence FROM user_groups ORDER BY name", &[])
        .await
        .unwrap();
    let precedences: Vec<_> = rows.iter().map(|row| row.opt_int(0).unwrap()).collect();
    assert_eq!(precedences, [None, Some(0)]);
}

async fn an_upsert_inserts_then_updates_and_returns_the_row(world: World) {
    let sql = "INSERT INTO counters (pool_id, subject, window_start, used, expires_at) VALUES ($1, $2, $3, 1, $4) \
               ON CONFLICT (pool_id, subject) DO UPDATE SET \
                   used = CASE WHEN counters.window_start = excluded.window_start THEN counters.used + 1 ELSE 1 END, \
                   window_start = excluded.window_start, expires_at = excluded.expires_at \
               RETURNING used, window_start";
    let mut conn = world.db.conn();
    for (window, expected) in [(0, 1), (0, 2), (0, 3), (60, 1), (60, 2)] {
        let binds = ["p".into(), "sign-in".into(), window.into(), (window + 60).into()];
        let row = conn.write_optional(sql, &binds).await.unwrap().unwrap();
        assert_eq!((row.int(0).unwrap(), row.int(1).unwrap()), (expected, window));
    }
    let rows = conn
        .write_returning(
            "DELETE FROM counters WHERE expires_at <= $1 RETURNING used",
            &[120.into()],
        )
        .await;
    assert_eq!(rows.unwrap()[0].int(0).unwrap(), 2);
    assert_eq!(
        conn.write("DELETE FROM counters WHERE expires_at <= $1", &[120.into()])
            .await
            .unwrap(),
        0
    );
}

/// Names that sort differently under a dictionary, by UTF-16 units and by bytes.
const NAMES: [&str; 14] = [
    "",
    " ",
    "10",
    "9",
    "A",
    "B",
    "Z",
    "_",
    "a",
    "a b",
    "b",
    "é",
    "\u{ff5e}",
    "\u{1f3ca}",
];

async fn groups(conn: &mut Conn<'_>, names: &[&str]) {
    let sql = "INSERT INTO user_groups (pool_id, name, created_at, version, doc) VALUES ('p', $1, $2, 1, $3)";
    for (index, name) in names.iter().enumerate() {
        let created_at = i64::try_from(index / 3).unwrap();
        conn.write(sql, &[(*name).into(), created_at.into(), document(&json!({}))])
            .await
            .unwrap();
    }
}

async fn rows_come_in_the_order_of_bytes_and_pages_meet(world: World) {
    let world = world.with_pool("p").await;
    let mut conn = world.db.conn();
    let mut shuffled = NAMES;
    shuffled.reverse();
    groups(&mut conn, &shuffled).await;
    let sql = "SELECT name FROM user_groups WHERE (pool_id, name) > ($1, $2) ORDER BY pool_id, name LIMIT $3";
    let (mut pages, mut last) = (Vec::new(), String::new());
    loop {
        let rows = conn
            .read_all(sql, &["p".into(), (&last).into(), 4.into()])
            .await
            .unwrap();
        let Some(row) = rows.last() else { break };
        last = row.text(0).unwrap();
        pages.extend(rows.iter().map(|row| row.text(0).unwrap()));
    }
    // The empty name is not greater than the empty start.
    assert_eq!(pages, NAMES[1..]);
}

async fn pages_over_two_columns_meet(world: World) {
    let world = world.with_pool("p").await;
    let mut conn = world.db.conn();
    groups(&mut conn, &NAMES).await;
    let sql = "SELECT created_at, name FROM user_groups WHERE pool_id = $1 AND (created_at, name) > ($2, $3) \
               ORDER BY created_at, name LIMIT 2";
    let (mut names, mut last) = (Vec::new(), (-1, String::new()));
    loop {
        let rows = conn
            .read_all(sql, &["p".into(), last.0.into(), (&last.1).into()])
            .await
            .unwrap();
        let Some(row) = rows.last() else { break };
        last = (row.int(0).unwrap(), row.text(1).unwrap());
        names.extend(rows.iter().map(|row| row.text(1).unwrap()));
    }
    assert_eq!(names, NAMES);
}

async fn a_range_finds_what_begins_with_a_prefix(world: World) {
    let world = world.with_pool("p").await;
    let mut conn = world.db.conn();
    groups(
        &mut conn,
        &["al", "Alice", "ali", "alice", "alicia", "alj", "ali\u{10ffff}", "bob"],
    )
    .await;
    let sql = "SELECT name FROM user_groups WHERE pool_id = $1 AND name >= $2 AND name < $3 ORDER BY name";
    let rows = conn
        .read_all(sql, &["p".into(), "ali".into(), "alj".into()])
        .await
        .unwrap();
    let names: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(names, ["ali", "alice", "alicia", "ali\u{10ffff}"]);
}

const NEW_USER: &str = "INSERT INTO users (pool_id, sub, username_key, status, enabled, created_at, version, username, doc) \
                        VALUES ($1, $2, $3, 'CONFIRMED', 1, 0, 1, $3, $4)";
const NEW_NAME: &str = "INSERT INTO user_names (pool_id, name_key, kind, sub) VALUES ('p', $1, $2, $3)";

async fn new_user(conn: &mut Conn<'_>, pool: &str, sub: &str, username: &str) -> Result<u64, Error> {
    conn.write(
        NEW_USER,
        &[pool.into(), sub.into(), username.into(), document(&json!({}))],
    )
    .await
}

async fn a_duplicate_names_its_table(world: World) {
    let world = world.with_pool("p").await.with_pool("q").await;
    let mut conn = world.db.conn();
    new_user(&mut conn, "p", "1", "alice").await.unwrap();
    new_user(&mut conn, "p", "2", "bob").await.unwrap();
    new_user(&mut conn, "q", "1", "alice").await.unwrap();
    let table = |result: Result<u64, Error>| match result {
        Err(Error::Unique { table }) => table,
        other => panic!("{other:?}"),
    };
    // The unique index, the primary key, and the primary key of a table without row ids.
    assert_eq!(table(new_user(&mut conn, "p", "3", "alice").await), "users");
    assert_eq!(table(new_user(&mut conn, "p", "1", "carol").await), "users");
    conn.write(NEW_NAME, &["a@b.c".into(), "email".into(), "1".into()])
        .await
        .unwrap();
    let again = conn
        .write(NEW_NAME, &["a@b.c".into(), "email".into(), "2".into()])
        .await;
    assert_eq!(table(again), "user_names");
}

async fn a_row_without_its_parent_is_refused(world: World) {
    let world = world.with_pool("p").await;
    let mut conn = world.db.conn();
    assert!(matches!(
        new_user(&mut conn, "gone", "1", "alice").await,
        Err(Error::ForeignKey)
    ));
    let orphan = conn
        .write(NEW_NAME, &["alice".into(), "username".into(), "1".into()])
        .await;
    assert!(matches!(orphan, Err(Error::ForeignKey)));
}

async fn a_parent_takes_its_children_with_it(world: World) {
    let world = world.with_pool("p").await.with_pool("q").await;
    let mut conn = world.db.conn();
    for (pool, sub) in [("p", "1"), ("p", "2"), ("q", "1")] {
        new_user(&mut conn, pool, sub, sub).await.unwrap();
    }
    groups(&mut conn, &["staff", "guests"]).await;
    conn.write(NEW_NAME, &["alice".into(), "username".into(), "1".into()])
        .await
        .unwrap();
    let join = "INSERT INTO memberships (pool_id, group_name, sub, created_at) VALUES ('p', $1, $2, 0)";
    for (group, sub) in [("staff", "1"), ("staff", "2"), ("guests", "1")] {
        conn.write(join, &[group.into(), sub.into()]).await.unwrap();
    }
    conn.write(
        "DELETE FROM user_groups WHERE pool_id = 'p' AND name = $1",
        &["staff".into()],
    )
    .await
    .unwrap();
    let left = "SELECT group_name, sub FROM memberships";
    let rows = conn.read_all(left, &[]).await.unwrap();
    let memberships: Vec<_> = rows
        .iter()
        .map(|row| (row.text(0).unwrap(), row.text(1).unwrap()))
        .collect();
    assert_eq!(memberships, [("guests".to_owned(), "1".to_owned())]);
    conn.write("DELETE FROM pools WHERE id = $1", &["p".into()])
        .await
        .unwrap();
    assert!(conn.read_all(left, &[]).await.unwrap().is_empty());
    assert!(
        conn.read_all("SELECT name_key FROM user_names", &[])
            .await
            .unwrap()
            .is_empty()
    );
    let pools = conn.read_all("SELECT pool_id FROM users", &[]).await.unwrap();
    assert_eq!(pools.iter().map(|row| row.text(0).unwrap()).collect::<Vec<_>>(), ["q"]);
}

async fn a_swap_with_an_old_version_changes_nothing(world: World) {
    let world = world.with_pool("p").await;
    let mut conn = world.db.conn();
    let sql = "UPDATE pools SET doc = $1, version = version + 1 WHERE id = $2 AND version = $3";
    conn.swap(sql, &[document(&json!("first")), "p".into(), 1.into()])
        .await
        .unwrap();
    let second = conn
        .swap(sql, &[document(&json!("second")), "p".into(), 1.into()])
        .await;
    assert!(matches!(second, Err(Error::Conflict)));
    let row = conn
        .read_one("SELECT version, doc FROM pools WHERE id = $1", &["p".into()])
        .await
        .unwrap();
    assert_eq!(
        (row.int(0).unwrap(), row.json::<Value>(1).unwrap()),
        (2, json!("first"))
    );
}

async fn text_with_a_nul_character_is_refused(world: World) {
    let mut conn = world.db.conn();
    assert!(matches!(
        conn.read_all(GET, &["a\0".into()]).await,
        Err(Error::Unstorable)
    ));
    let written = conn.write(PUT, &["a\0".into(), document(&json!({}))]).await;
    assert!(matches!(written, Err(Error::Unstorable)));
    assert!(
        conn.read_all("SELECT name FROM settings", &[])
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_value_of_the_wrong_kind_is_corrupt(world: World) {
    #[derive(Debug, Deserialize)]
    struct Setting {
        #[expect(dead_code, reason = "only decoded")]
        number: i64,
    }

    let mut conn = world.db.conn();
    conn.write(PUT, &["a".into(), document(&json!({"number": "seven"}))])
        .await
        .unwrap();
    let row = conn
        .read_one("SELECT name, doc FROM settings WHERE name = $1", &["a".into()])
        .await
        .unwrap();
    let error = row.json::<Setting>(1).unwrap_err();
    assert!(matches!(error, Error::Corrupt(_)));
    assert_eq!(error.to_string(), "a stored value cannot be read");
    assert!(
        error
            .source()
            .unwrap()
            .to_string()
            .contains("invalid type: string \"seven\", expected i64")
    );
    assert!(matches!(row.int(0), Err(Error::Corrupt(_))));
    assert!(matches!(row.text(7), Err(Error::Corrupt(_))));
    assert!(matches!(
        conn.read_one(GET, &["b".into()]).await,
        Err(Error::Corrupt(_))
    ));
}

async fn an_error_shows_no_sql(world: World) {
    let error = world
        .db
        .conn()
        .read_all("SELECT secret FROM nowhere", &[])
        .await
        .err()
        .unwrap();
    assert!(matches!(error, Error::Database(_)));
    assert_eq!(error.to_string(), "the database refused a statement");
    assert!(error.source().unwrap().to_string().contains("nowhere"));
}

async fn a_returned_row_is_visible_to_the_next_reader(world: World) {
    for number in 0..200_i64 {
        let mut conn = world.db.conn();
        conn.write_optional(PUT, &["n".into(), document(&json!(number))])
            .await
            .unwrap();
        let row = conn.read_one(GET, &["n".into()]).await.unwrap();
        assert_eq!(row.json::<i64>(0).unwrap(), number);
    }
}

async fn the_database_answers_and_has_a_size(world: World) {
    world.db.ping().await.unwrap();
    assert!(world.db.size().await.unwrap() > 50_000);
    let expected = if world.backend == Backend::Postgres {
        "postgres"
    } else {
        "sqlite"
    };
    assert_eq!(world.db.dialect_name(), expected);
    world.db.close().await;
    assert!(matches!(world.db.ping().await, Err(Error::Unavailable(_))));
}

/// SQLite takes NULL: this is why every statement must be run on Postgres in a test.
async fn an_unbound_placeholder_is_found_out_on_postgres(world: World) {
    let sql = "SELECT name FROM settings WHERE name = $1 OR name = $2";
    let result = world.db.conn().read_all(sql, &["a".into()]).await;
    match world.backend {
        Backend::Postgres => assert!(matches!(result, Err(Error::Database(_)))),
        Backend::SqliteFile | Backend::SqliteMemory => assert!(result.unwrap().is_empty()),
    }
}
