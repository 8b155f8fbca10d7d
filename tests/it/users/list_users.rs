use poolhouse_tests::actors::Pool;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::create;

async fn list(pool: &Pool, input: Value) -> Reply {
    pool.call("ListUsers", input).await
}

/// The usernames that a filter finds, sorted.
async fn found(pool: &Pool, filter: &str) -> Vec<String> {
    let output = list(pool, json!({ "Filter": filter })).await.ok();
    assert_eq!(output.get("PaginationToken"), None);
    let mut names = usernames(&output);
    names.sort();
    names
}

fn usernames(output: &Value) -> Vec<String> {
    let users = output["Users"].as_array().unwrap();
    users
        .iter()
        .map(|user| user["Username"].as_str().unwrap().to_owned())
        .collect()
}

/// Reads a list to its end by pages of two.
async fn paged(pool: &Pool, filter: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut token = Value::Null;
    loop {
        let input = json!({ "Filter": filter, "Limit": 2, "PaginationToken": token });
        let output = list(pool, input).await.ok();
        let page = usernames(&output);
        assert!(page.len() <= 2);
        names.extend(page);
        token = output["PaginationToken"].clone();
        if token.is_null() {
            names.sort();
            return names;
        }
    }
}

scenario! {
    async fn a_user_is_listed_as_created(lab: Lab) {
        let pool = lab.pool().await;
        assert_eq!(list(&pool, json!({})).await.ok(), json!({ "Users": [] }));
        let created = create(&pool, "alice", json!({ "email": "a@example.com" })).await.ok();
        assert_eq!(list(&pool, json!({})).await.ok(), json!({ "Users": [created["User"]] }));
        assert_eq!(list(&lab.pool().await, json!({})).await.ok(), json!({ "Users": [] }));
    }

    async fn filters_find_whom_they_mean(lab: Lab) {
        let pool = lab.pool().await;
        let ann = json!({
            "email": "Ann@example.com", "phone_number": "+15550100", "name": "Ann", "given_name": "Anna",
            "family_name": "O\"Neil", "preferred_username": "annie",
        });
        create(&pool, "ann", ann).await.ok();
        create(&pool, "Bob", json!({ "given_name": "an%_" })).await.ok();
        pool.call("AdminDisableUser", json!({ "Username": "Bob" })).await.ok();
        let sub = pool.attribute("ann", "sub").await.unwrap();
        for (filter, expected) in [
            ("", vec!["Bob", "ann"]),
            (r#"username = "ann""#, vec!["ann"]),
            (r#"username = "Ann""#, vec![]),
            (r#"username ^= "B""#, vec!["Bob"]),
            (r#"email="ann@EXAMPLE.com""#, vec!["ann"]),
            (r#"phone_number ^= "+1555""#, vec!["ann"]),
            (r#"name = "ann""#, vec!["ann"]),
            (r#"given_name ^= "AN""#, vec!["Bob", "ann"]),
            (r#"family_name = "o\"neil""#, vec!["ann"]),
            (r#"preferred_username ^= "a""#, vec!["ann"]),
            (r#"cognito:user_status = "force_change_password""#, vec!["Bob", "ann"]),
            (r#"status = "Enabled""#, vec!["ann"]),
            (r#"status = "Disabled""#, vec!["Bob"]),
            (r#"status = "disabled""#, vec![]),
            (&format!("sub = \"{sub}\""), vec!["ann"]),
            (&format!("sub ^= \"{}\"", &sub[..20]), vec!["ann"]),
        ] {
            assert_eq!(found(&pool, filter).await, expected, "{filter}");
        }
    }

    async fn what_a_filter_looks_for_is_never_a_pattern_or_a_statement(lab: Lab) {
        let pool = lab.pool().await;
        create(&pool, "alice", json!({ "email": "a@example.com", "given_name": "a%_\\" })).await.ok();
        create(&pool, "bob", json!({ "given_name": "abc" })).await.ok();
        for (filter, expected) in [
            (r#"given_name ^= "%""#, vec![]),
            (r#"given_name ^= "_""#, vec![]),
            (r#"given_name ^= "a%""#, vec!["alice"]),
            (r#"given_name ^= "a_""#, vec![]),
            (r#"given_name = "a%_\\""#, vec!["alice"]),
            (r#"email = "a\" or \"1\"=\"1""#, vec![]),
            (r#"email = "' OR 1=1 --""#, vec![]),
            (r#"email ^= "'; DROP TABLE users; --""#, vec![]),
        ] {
            assert_eq!(found(&pool, filter).await, expected, "{filter}");
        }
        assert_eq!(found(&pool, "").await.len(), 2);
    }

    async fn other_filters_are_refused(lab: Lab) {
        let pool = lab.pool().await;
        let unreadable = "Error while parsing filter";
        for (filter, sentence) in [
            ("email", unreadable),
            ("email = a@example.com", unreadable),
            ("email = 'a'", unreadable),
            ("email = “a”", unreadable),
            (r#"email = "a" or "1"="1""#, unreadable),
            (r#"email = "a" and name = "b""#, unreadable),
            (r#"email = "a"#, unreadable),
            (r#"email != "a""#, "Invalid search attribute: email !"),
            (r#"custom:role = "a""#, "Invalid search attribute: custom:role"),
            (r#"address = "a""#, "Invalid search attribute: address"),
        ] {
            let expected = if filter.contains("!=") { unreadable } else { sentence };
            list(&pool, json!({ "Filter": filter })).await.fault("InvalidParameterException", expected);
        }
        let long = format!("name = \"{}\"", "a".repeat(10_240));
        list(&pool, json!({ "Filter": long })).await.fault(
            "InvalidParameterException",
            &format!(
                "1 validation error detected: Value '{long}' at 'filter' failed to satisfy constraint: Member must have \
                 length less than or equal to 256"
            ),
        );
    }

    async fn lists_are_read_page_by_page(lab: Lab) {
        let pool = lab.pool().await;
        // The same value five times: the page must go on within it.
        for name in ["a", "b", "c", "d", "e"] {
            create(&pool, name, json!({ "given_name": "Ann", "name": format!("N{name}") })).await.ok();
        }
        let all = ["a", "b", "c", "d", "e"];
        for filter in [
            "",
            r#"given_name = "ann""#,
            r#"given_name ^= "a""#,
            r#"given_name ^= """#,
            r#"name ^= "n""#,
            r#"cognito:user_status ^= "FORCE""#,
            r#"status = "Enabled""#,
            r#"sub ^= """#,
        ] {
            assert_eq!(paged(&pool, filter).await, all, "{filter}");
        }
    }

    async fn a_page_goes_on_although_its_last_user_is_deleted(lab: Lab) {
        let pool = lab.pool().await;
        for name in ["a", "b", "c"] {
            create(&pool, name, json!({ "name": name })).await.ok();
        }
        let filter = r#"name ^= """#;
        let first = list(&pool, json!({ "Filter": filter, "Limit": 2 })).await.ok();
        assert_eq!(usernames(&first), ["a", "b"]);
        pool.call("AdminDeleteUser", json!({ "Username": "b" })).await.ok();
        let token = &first["PaginationToken"];
        let rest = list(&pool, json!({ "Filter": filter, "PaginationToken": token })).await.ok();
        assert_eq!(usernames(&rest), ["c"]);
    }

    async fn a_token_goes_on_with_its_own_list_only(lab: Lab) {
        let pool = lab.pool().await;
        for name in ["a", "b", "c"] {
            create(&pool, name, json!({ "name": name })).await.ok();
        }
        let filter = r#"name ^= """#;
        let first = list(&pool, json!({ "Filter": filter, "Limit": 1 })).await.ok();
        let token = first["PaginationToken"].as_str().unwrap();
        let sentence = "Invalid pagination token";
        for (input, pool) in [
            (json!({ "PaginationToken": token }), &pool),
            (json!({ "Filter": r#"name ^= "a""#, "PaginationToken": token }), &pool),
            (json!({ "Filter": filter, "PaginationToken": token }), &lab.pool().await),
            (json!({ "Filter": filter, "PaginationToken": format!("{token}A") }), &pool),
            (json!({ "Filter": filter, "PaginationToken": &token[1..] }), &pool),
            (json!({ "Filter": filter, "PaginationToken": "1" }), &pool),
        ] {
            list(pool, input).await.fault("InvalidParameterException", sentence);
        }
    }

    async fn a_page_has_up_to_60_users(lab: Lab) {
        let pool = lab.pool().await;
        create(&pool, "alice", json!({})).await.ok();
        for limit in [0, 60] {
            assert_eq!(usernames(&list(&pool, json!({ "Limit": limit })).await.ok()), ["alice"]);
        }
        for (limit, rule) in [(61, "less than or equal to 60"), (-1, "greater than or equal to 0")] {
            list(&pool, json!({ "Limit": limit })).await.fault(
                "InvalidParameterException",
                &format!(
                    "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must \
                     have value {rule}"
                ),
            );
        }
    }

    async fn only_the_attributes_asked_for_are_told(lab: Lab) {
        let pool = lab.pool().await;
        create(&pool, "alice", json!({ "name": "Alice", "email": "a@example.com" })).await.ok();
        create(&pool, "bob", json!({ "name": "Bob" })).await.ok();
        let told = |output: &Value| -> Vec<Value> {
            output["Users"].as_array().unwrap().iter().map(|user| user["Attributes"].clone()).collect()
        };
        let filter = r#"name = "alice""#;
        let output = list(&pool, json!({ "AttributesToGet": ["email", "name"], "Filter": filter })).await.ok();
        let expected = json!([{ "Name": "email", "Value": "a@example.com" }, { "Name": "name", "Value": "Alice" }]);
        assert_eq!(told(&output), [expected]);
        assert_eq!(told(&list(&pool, json!({ "AttributesToGet": [] })).await.ok()), [json!([]), json!([])]);
        for missing in ["email", "custom:nothing"] {
            list(&pool, json!({ "AttributesToGet": ["name", missing] }))
                .await
                .fault("InvalidParameterException", "One or more requested attributes do not exist.");
        }
    }

    async fn very_long_values_are_stored_and_found(lab: Lab) {
        let pool = lab.pool_with(json!({ "AliasAttributes": ["preferred_username"] })).await;
        // 8 KB that no database compresses into an index entry.
        let long: String = (0..2048_u32).map(|number| char::from_u32(0x20000 + number * 7).unwrap()).collect();
        let attributes = json!({ "preferred_username": long, "name": long, "given_name": long });
        create(&pool, "alice", attributes.clone()).await.ok();
        assert_eq!(pool.attribute("alice", "name").await.as_deref(), Some(long.as_str()));
        create(&pool, "bob", attributes)
            .await
            .fault("UsernameExistsException", "An account with the given preferred_username already exists.");
        create(&pool, "carol", json!({ "name": long, "preferred_username": format!("b{}", &long[..8188]) })).await.ok();
        let prefix: String = long.chars().take(230).collect();
        assert_eq!(paged(&pool, &format!("name ^= \"{prefix}\"")).await, ["alice", "carol"]);
        assert_eq!(found(&pool, &format!("name = \"{prefix}\"")).await, Vec::<String>::new());
    }

    async fn a_pool_that_is_not_ones_own_is_not_listed(lab: Lab) {
        let pool = lab.pool().await;
        lab.admin()
            .in_account("123456789012")
            .call("ListUsers", json!({ "UserPoolId": pool.id }))
            .await
            .fault("ResourceNotFoundException", &format!("User pool {} does not exist.", pool.id));
    }
}
