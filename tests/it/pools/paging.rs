//! Lists in pages: tokens that were tampered with, of other lists, and after deletions; limits.

use std::collections::BTreeSet;

use poolhouse_tests::actors::{Pool, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

/// An operation that lists something.
struct List {
    operation: &'static str,
    input: Value,
    limit: &'static str,
    token: &'static str,
    entries: &'static str,
    /// What names an entry.
    key: &'static str,
}

impl List {
    async fn page(&self, pool: &Pool, limit: impl Into<Value>, token: Option<&str>) -> Reply {
        let mut input = merge(self.input.clone(), json!({ self.limit: limit.into() }));
        if let Some(token) = token {
            input[self.token] = token.into();
        }
        pool.call(self.operation, input).await
    }

    /// The names of the entries and the token of the next page.
    fn read(&self, reply: &Reply) -> (Vec<String>, Option<String>) {
        let page = reply.ok();
        let entries = page[self.entries].as_array().unwrap().iter();
        let names = entries
            .map(|entry| entry[self.key].as_str().unwrap().to_owned())
            .collect();
        (names, page[self.token].as_str().map(str::to_owned))
    }

    /// The token of the second page.
    async fn token(&self, pool: &Pool) -> String {
        self.read(&self.page(pool, 1, None).await).1.unwrap()
    }
}

/// Every list of the pool, and the pools themselves.
fn lists() -> [List; 6] {
    let list = |operation, input, limit, token, entries, key| List {
        operation,
        input,
        limit,
        token,
        entries,
        key,
    };
    let group = json!({ "GroupName": "group0" });
    let user = json!({ "Username": "user0" });
    [
        list("ListUserPools", json!({}), "MaxResults", "NextToken", "UserPools", "Id"),
        list(
            "ListUserPoolClients",
            json!({}),
            "MaxResults",
            "NextToken",
            "UserPoolClients",
            "ClientId",
        ),
        list("ListUsers", json!({}), "Limit", "PaginationToken", "Users", "Username"),
        list("ListGroups", json!({}), "Limit", "NextToken", "Groups", "GroupName"),
        list("ListUsersInGroup", group, "Limit", "NextToken", "Users", "Username"),
        list(
            "AdminListGroupsForUser",
            user,
            "Limit",
            "NextToken",
            "Groups",
            "GroupName",
        ),
    ]
}

/// A pool with three of everything, beside two others.
async fn furnished(lab: &Lab) -> Pool {
    let pool = lab.pool().await;
    for number in 0..3 {
        pool.client().await;
        let (group, user) = (format!("group{number}"), format!("user{number}"));
        pool.call("CreateGroup", json!({ "GroupName": group })).await.ok();
        pool.call(
            "AdminCreateUser",
            json!({ "Username": user, "MessageAction": "SUPPRESS" }),
        )
        .await
        .ok();
    }
    for (user, group) in [
        ("user0", "group0"),
        ("user0", "group1"),
        ("user0", "group2"),
        ("user1", "group0"),
        ("user2", "group0"),
    ] {
        pool.call("AdminAddUserToGroup", json!({ "Username": user, "GroupName": group }))
            .await
            .ok();
    }
    lab.pool().await;
    lab.pool().await;
    pool
}

scenario! {
    async fn pages_hold_every_entry_once(lab: Lab) {
        let pool = furnished(&lab).await;
        for list in lists() {
            let (whole, none) = list.read(&list.page(&pool, 60, None).await);
            assert_eq!((whole.len(), none), (3, None), "{}", list.operation);
            // A page that is just full is the last.
            assert_eq!(list.read(&list.page(&pool, 3, None).await), (whole.clone(), None), "{}", list.operation);
            let (first, token) = list.read(&list.page(&pool, 2, None).await);
            let (second, end) = list.read(&list.page(&pool, 2, token.as_deref()).await);
            assert_eq!((first.len(), second.len(), end), (2, 1, None), "{}", list.operation);
            let all: BTreeSet<_> = first.into_iter().chain(second).collect();
            assert_eq!(all, whole.into_iter().collect(), "{}", list.operation);
        }
    }

    async fn a_token_continues_where_it_stands_after_deletions(lab: Lab) {
        let pool = furnished(&lab).await;
        for list in lists() {
            let (deletion, member) = match list.operation {
                "ListUserPoolClients" => ("DeleteUserPoolClient", "ClientId"),
                "ListUsers" => ("AdminDeleteUser", "Username"),
                "ListGroups" => ("DeleteGroup", "GroupName"),
                _ => continue,
            };
            let (whole, _) = list.read(&list.page(&pool, 60, None).await);
            let token = list.token(&pool).await;
            pool.call(deletion, json!({ member: whole[0] })).await.ok();
            let (rest, _) = list.read(&list.page(&pool, 60, Some(&token)).await);
            assert_eq!(rest, whole[1..], "{}", list.operation);
        }
    }

    async fn a_token_that_was_tampered_with_is_refused(lab: Lab) {
        let pool = furnished(&lab).await;
        for list in lists() {
            let token = list.token(&pool).await;
            let flipped: String = token
                .char_indices()
                .map(|(index, character)| match character {
                    'A' if index == token.len() / 2 => 'B',
                    _ if index == token.len() / 2 => 'A',
                    other => other,
                })
                .collect();
            for forged in [flipped.as_str(), &token[1..], &token[..token.len() - 1], &format!("{token}A"), "x", "AAAA", "\u{1f600}"] {
                list.page(&pool, 1, Some(forged)).await.fault("InvalidParameterException", "Invalid pagination token");
            }
            assert_eq!(list.page(&pool, 1, Some("a b")).await.error().0, "InvalidParameterException");
            assert_eq!(list.page(&pool, 1, Some("")).await.error().0, "InvalidParameterException");
        }
    }

    async fn a_token_of_another_list_is_refused(lab: Lab) {
        let pool = furnished(&lab).await;
        let lists = lists();
        let mut tokens = Vec::new();
        for list in &lists {
            tokens.push(list.token(&pool).await);
        }
        for (index, list) in lists.iter().enumerate() {
            let others = tokens.iter().enumerate().filter(|(other, _)| *other != index);
            for (_, token) in others {
                list.page(&pool, 1, Some(token)).await.fault("InvalidParameterException", "Invalid pagination token");
            }
        }
        pool.call("ListUserPoolClientSecrets", json!({
            "ClientId": lists[1].read(&lists[1].page(&pool, 1, None).await).0[0], "NextToken": tokens[1]
        })).await.fault("InvalidParameterException", "Invalid pagination token");
    }

    async fn a_token_of_another_pool_is_refused(lab: Lab) {
        let (pool, other) = (furnished(&lab).await, furnished(&lab).await);
        for list in &lists()[1..] {
            let token = list.token(&pool).await;
            list.page(&other, 1, Some(&token)).await.fault("InvalidParameterException", "Invalid pagination token");
        }
        // Of another group, another user, and another account.
        let lists = lists();
        let (members, groups) = (&lists[4], &lists[5]);
        let input = json!({ "GroupName": "group1", "NextToken": members.token(&pool).await });
        pool.call("ListUsersInGroup", input).await.fault("InvalidParameterException", "Invalid pagination token");
        let input = json!({ "Username": "user1", "NextToken": groups.token(&pool).await });
        pool.call("AdminListGroupsForUser", input).await.fault("InvalidParameterException", "Invalid pagination token");
        let input = json!({ "MaxResults": 1, "NextToken": lists[0].token(&pool).await });
        for stranger in [lab.admin().in_account("999999999999"), lab.admin().in_region("eu-west-1")] {
            stranger.call("ListUserPools", input.clone()).await
                .fault("InvalidParameterException", "Invalid pagination token");
        }
    }

    async fn limits_are_kept(lab: Lab) {
        let pool = furnished(&lab).await;
        for list in lists() {
            let member = if list.limit == "Limit" { "limit" } else { "maxResults" };
            let least = i64::from(list.limit != "Limit");
            let refused = |value: i64, rule: &str| format!(
                "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must have \
                 value {rule}"
            );
            for (value, rule) in [
                (61, "less than or equal to 60".to_owned()),
                (2_147_483_647, "less than or equal to 60".to_owned()),
                (-1, format!("greater than or equal to {least}")),
            ] {
                list.page(&pool, value, None).await.fault("InvalidParameterException", &refused(value, &rule));
            }
            list.page(&pool, 2_147_483_648_i64, None).await
                .fault("SerializationException", "NUMBER_VALUE can not be converted to an Integer");
            let zero = list.page(&pool, 0, None).await;
            if least == 0 {
                assert_eq!(list.read(&zero).0.len(), 3, "{}", list.operation);
            } else {
                zero.fault("InvalidParameterException", &refused(0, "greater than or equal to 1"));
            }
        }
        lab.admin().call("ListUserPools", json!({})).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value null at 'maxResults' failed to satisfy constraint: Member must not be null",
        );
    }

    async fn the_list_of_pools_tells_what_they_are(lab: Lab) {
        let lambda = json!({ "PreSignUp": "arn:aws:lambda:us-east-1:000000000000:function:sign-up" });
        let pool = lab.pool_with(json!({ "PoolName": "named", "LambdaConfig": lambda })).await;
        let described = pool.call("DescribeUserPool", json!({})).await.ok();
        let date = &described["UserPool"]["CreationDate"];
        let listed = lab.admin().call("ListUserPools", json!({ "MaxResults": 60 })).await.ok();
        assert_eq!(listed, json!({ "UserPools": [
            { "Id": pool.id, "Name": "named", "LambdaConfig": lambda, "LastModifiedDate": date, "CreationDate": date }
        ] }));
    }
}
