//! Usernames that are hard to read, hard to tell apart, or not allowed.

use poolhouse_tests::scenario;
use serde_json::json;

use super::create;

const PATTERN: &str = "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy \
                       regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+";
const TOO_LONG: &str = "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must have \
                        length less than or equal to 128";

scenario! {
    async fn strange_names_are_names(lab: Lab) {
        let pool = lab.pool().await;
        for name in ["o'brien", "a\"b;--", "@!#$%^&*()_+?><", "ユーザー", "😀", "%", "_", "../..", "null"] {
            assert_eq!(create(&pool, name, json!({})).await.ok()["User"]["Username"], name);
            assert_eq!(pool.user(name).await["Username"], name);
        }
    }

    async fn a_name_has_up_to_128_characters(lab: Lab) {
        let pool = lab.pool().await;
        for letter in ["a", "\u{20000}"] {
            let longest = letter.repeat(128);
            create(&pool, &longest, json!({})).await.ok();
            assert_eq!(pool.user(&longest).await["Username"], longest.as_str());
            create(&pool, &letter.repeat(129), json!({})).await.fault("InvalidParameterException", TOO_LONG);
        }
    }

    async fn spaces_and_what_cannot_be_seen_are_refused(lab: Lab) {
        let pool = lab.pool().await;
        for name in [" alice", "alice ", "a b", "a\u{a0}b", "\u{202e}ecila", "a\u{200b}b", "a\tb", "a\nb"] {
            create(&pool, name, json!({})).await.fault("InvalidParameterException", PATTERN);
        }
        create(&pool, "a\0b", json!({})).await.fault("InvalidParameterException", PATTERN);
    }

    async fn composed_and_decomposed_characters_make_one_name(lab: Lab) {
        let pool = lab.pool().await;
        create(&pool, "jose\u{301}", json!({})).await.ok();
        create(&pool, "jos\u{e9}", json!({})).await.fault("UsernameExistsException", "User account already exists");
        let found = pool.user("jos\u{e9}").await;
        assert_eq!(found["Username"], "jose\u{301}");
        // A letter of another script makes another name.
        create(&pool, "alice", json!({})).await.ok();
        create(&pool, "\u{430}lice", json!({})).await.ok();
    }

    async fn case_counts_unless_the_pool_says_otherwise(lab: Lab) {
        let pool = lab.pool_with(json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await;
        create(&pool, "JOS\u{c9}", json!({})).await.ok();
        for name in ["jos\u{e9}", "Jose\u{301}", "JOS\u{c9}"] {
            assert_eq!(pool.user(name).await["Username"], "jos\u{e9}");
        }
        let strict = lab.pool().await;
        create(&strict, "Alice", json!({})).await.ok();
        strict
            .call("AdminGetUser", json!({ "Username": "alice" }))
            .await
            .fault("UserNotFoundException", "User does not exist.");
    }
}
