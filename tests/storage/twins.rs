//! The migrations for Postgres and SQLite make the same schema.

use std::fs;
use std::path::Path;

use poolhouse_storage::Row;
use poolhouse_tests::database::Backend;

use crate::World;

#[test]
fn both_folders_hold_the_same_files() {
    let files = |folder: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(folder);
        let entries = fs::read_dir(path).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert!(files("postgres").contains(&"0001_init.sql".to_owned()));
    assert_eq!(files("postgres"), files("sqlite"));
}

/// Asks each database its own question, and compares what the answers say.
async fn compare(postgres: &'static str, sqlite: &'static str, describe: impl Fn(&Row) -> String) -> Vec<String> {
    let mut answers = Vec::new();
    for (backend, sql) in [(Backend::Postgres, postgres), (Backend::SqliteMemory, sqlite)] {
        let world = World::new(backend).await;
        let rows = world.db.conn().read_all(sql, &[]).await.unwrap();
        let mut lines: Vec<_> = rows
            .iter()
            .map(&describe)
            .filter(|line| !line.starts_with("_sqlx"))
            .collect();
        lines.sort();
        answers.push(lines);
    }
    assert_eq!(answers[0], answers[1]);
    answers.remove(0)
}

#[tokio::test]
async fn both_have_the_same_columns() {
    let columns = compare(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), \
                CASE data_type WHEN 'text' THEN 'text, ' || COALESCE(collation_name, 'default') \
                               WHEN 'bigint' THEN 'integer' WHEN 'jsonb' THEN 'document' ELSE data_type END, \
                CAST(CASE is_nullable WHEN 'YES' THEN 'null' ELSE 'not null' END AS TEXT) \
         FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT tables.name, columns.name, \
                CASE WHEN columns.name = 'doc' AND columns.type = 'TEXT' THEN 'document' \
                     WHEN columns.type = 'TEXT' THEN 'text, C' \
                     WHEN columns.type = 'INTEGER' THEN 'integer' ELSE columns.type END, \
                CASE \"notnull\" WHEN 0 THEN 'null' ELSE 'not null' END \
         FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'",
        |row| format!("{}.{}: {}, {}", text(row, 0), text(row, 1), text(row, 2), text(row, 3)),
    )
    .await;
    assert!(columns.contains(&"users.doc: document, not null".to_owned()));
    assert!(columns.contains(&"users.email_key: text, C, null".to_owned()));
}

#[tokio::test]
async fn both_have_the_same_keys_and_indexes() {
    let indexes = compare(
        "SELECT CAST(tables.relname AS TEXT), \
                CASE WHEN indisprimary THEN 'primary key' ELSE CAST(indexes.relname AS TEXT) END, \
                (SELECT string_agg(attname, ', ' ORDER BY place) FROM unnest(indkey) WITH ORDINALITY AS key (number, place) \
                 JOIN pg_attribute ON attrelid = indrelid AND attnum = number), \
                CAST(CASE WHEN indisunique THEN 'unique' ELSE '' END AS TEXT), \
                CAST(CASE WHEN indpred IS NULL THEN '' ELSE 'partial' END AS TEXT) \
         FROM pg_index JOIN pg_class AS tables ON tables.oid = indrelid JOIN pg_class AS indexes ON indexes.oid = indexrelid \
         WHERE tables.relnamespace = CAST('public' AS regnamespace)",
        "SELECT tables.name, CASE origin WHEN 'pk' THEN 'primary key' ELSE indexes.name END, \
                (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(indexes.name) ORDER BY seqno)), \
                CASE \"unique\" WHEN 1 THEN 'unique' ELSE '' END, CASE partial WHEN 1 THEN 'partial' ELSE '' END \
         FROM sqlite_master AS tables, pragma_index_list(tables.name) AS indexes WHERE tables.type = 'table'",
        |row| format!("{}: {} ({}) {} {}", text(row, 0), text(row, 1), text(row, 2), text(row, 3), text(row, 4)),
    )
    .await;
    assert!(indexes.contains(&"memberships: primary key (pool_id, sub, group_name) unique ".to_owned()));
    assert!(indexes.contains(&"users: users_by_email (pool_id, email_key, sub)  partial".to_owned()));
}

#[tokio::test]
async fn both_have_the_same_references() {
    let references = compare(
        "SELECT CAST(CAST(conrelid AS regclass) AS TEXT), CAST(CAST(confrelid AS regclass) AS TEXT), \
                (SELECT string_agg(attname, ', ' ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS key (number, place) \
                 JOIN pg_attribute ON attrelid = conrelid AND attnum = number), \
                (SELECT string_agg(attname, ', ' ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS key (number, place) \
                 JOIN pg_attribute ON attrelid = confrelid AND attnum = number), \
                CAST(CASE confdeltype WHEN 'c' THEN 'CASCADE' ELSE 'NO ACTION' END AS TEXT) \
         FROM pg_constraint WHERE contype = 'f' AND connamespace = CAST('public' AS regnamespace)",
        "SELECT tables.name, \"table\", group_concat(\"from\", ', ' ORDER BY seq), group_concat(\"to\", ', ' ORDER BY seq), \
                on_delete \
         FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS key WHERE tables.type = 'table' \
         GROUP BY tables.name, key.id",
        |row| format!("{} -> {}: {} -> {} {}", text(row, 0), text(row, 1), text(row, 2), text(row, 3), text(row, 4)),
    )
    .await;
    assert!(references.contains(&"codes -> users: pool_id, sub -> pool_id, sub CASCADE".to_owned()));
}

fn text(row: &Row, column: usize) -> String {
    row.text(column).unwrap()
}
