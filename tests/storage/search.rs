//! ListUsers against a model of what it means: every attribute, both operators, values that are hard to compare.

use std::collections::BTreeMap;

use poolhouse_domain::filter::{Filter, Operator, SearchAttribute};
use poolhouse_domain::users::User;
use poolhouse_model::UserStatusType;
use poolhouse_storage::{Error, Store, user_position};

use crate::fixtures::{POOL, user};
use crate::{World, on_each_database};

on_each_database!(
    every_filter_finds_whom_it_means,
    everybody_is_listed_page_by_page,
    another_list_s_position_is_refused,
    a_very_long_value_is_found,
);

const ATTRIBUTES: [SearchAttribute; 10] = [
    SearchAttribute::Username,
    SearchAttribute::Sub,
    SearchAttribute::Email,
    SearchAttribute::PhoneNumber,
    SearchAttribute::Name,
    SearchAttribute::GivenName,
    SearchAttribute::FamilyName,
    SearchAttribute::PreferredUsername,
    SearchAttribute::UserStatus,
    SearchAttribute::Status,
];

/// Values that are patterns to some databases, quotes to others, or at the ends of an order.
const VALUES: [&str; 22] = [
    "%",
    "%%",
    "_",
    "a",
    "A",
    "a%",
    "a_c",
    "abc",
    "Abc",
    "ab\\",
    "a'b",
    "a\"b",
    "a/b",
    "é",
    "É",
    "e\u{301}x",
    "ß",
    "\u{d7ff}",
    "\u{e000}",
    "\u{ffff}",
    "\u{10ffff}",
    "\u{10ffff}\u{10ffff}x",
];

/// Values that are looked for beside those that users have.
const SOUGHT: [&str; 12] = [
    "",
    "b",
    "z",
    "ab",
    "\u{10ffff}\u{10ffff}",
    "\u{d7fe}",
    "CONFIRMED",
    "unconfirmed",
    "Enabled",
    "Dis",
    "enabled",
    "' OR 1=1 --",
];

async fn everybody(store: &Store, pool: &poolhouse_domain::pools::Pool) -> Vec<User> {
    let mut users = Vec::new();
    for (number, value) in VALUES.into_iter().enumerate() {
        for twin in 0..2 {
            let username = format!("{value}{twin}");
            let attributes = [
                ("email", value),
                ("phone_number", value),
                ("name", value),
                ("given_name", value),
                ("family_name", value),
                ("preferred_username", if twin == 0 { &username } else { "" }),
            ];
            let mut user = user(number * 2 + twin, &format!("{number}:{twin}"), attributes);
            user.username = if twin == 0 {
                format!("{value}!{number}")
            } else {
                format!("{number}{value}")
            };
            user.enabled = number % 3 != 0;
            user.status = [UserStatusType::Confirmed, UserStatusType::Unconfirmed][number % 2];
            users.push(user);
        }
    }
    users.push(user(1_000, "blank", []));
    for user in &users {
        store.users().insert(pool, user).await.unwrap();
    }
    users
}

/// What the filter compares, before it is compared.
fn comparable(attribute: SearchAttribute, value: &str) -> String {
    match attribute {
        SearchAttribute::Username => poolhouse_domain::names::fold(true, value),
        SearchAttribute::Sub | SearchAttribute::PhoneNumber | SearchAttribute::Status => value.to_owned(),
        SearchAttribute::UserStatus => value.to_uppercase(),
        _ => poolhouse_domain::names::fold(false, value),
    }
}

fn value_of(attribute: SearchAttribute, user: &User) -> Option<String> {
    let value = match attribute {
        SearchAttribute::Username => Some(user.username.as_str()),
        SearchAttribute::Sub => Some(user.sub.as_str()),
        SearchAttribute::UserStatus => Some(user.status.as_str()),
        SearchAttribute::Status => Some(if user.enabled { "Enabled" } else { "Disabled" }),
        other => user.attributes.given(other.as_str()),
    };
    value.map(|value| comparable(attribute, value))
}

/// Reads a list to its end, and checks that its pages follow each other.
async fn listed(store: &Store, filter: Option<&Filter>, limit: i64) -> Vec<String> {
    let mut subs = Vec::new();
    let mut after = None;
    loop {
        let page = store.users().list(POOL, filter, after.as_deref(), limit).await.unwrap();
        assert!(page.len() <= limit as usize);
        let Some(last) = page.last() else { return subs };
        after = Some(user_position(filter, last));
        subs.extend(page.into_iter().map(|user| user.sub));
        assert!(subs.len() < 1_000, "the list never ends");
    }
}

async fn every_filter_finds_whom_it_means(world: World) {
    let (store, mut pool) = world.furnished().await;
    pool.settings.alias_attributes = None;
    let users = everybody(&store, &pool).await;
    let subs: Vec<&str> = users.iter().step_by(9).map(|user| user.sub.as_str()).collect();
    let sub_prefixes = subs.iter().map(|sub| &sub[..2]);
    let sought: Vec<&str> = VALUES
        .into_iter()
        .chain(SOUGHT)
        .chain(subs.iter().copied())
        .chain(sub_prefixes)
        .collect();

    let mut hits: BTreeMap<&str, usize> = BTreeMap::new();
    for attribute in ATTRIBUTES {
        for operator in [Operator::Equals, Operator::StartsWith] {
            for value in &sought {
                let filter = Filter {
                    attribute,
                    operator,
                    value: (*value).to_owned(),
                };
                let wanted = comparable(attribute, value);
                let mut expected: Vec<(String, String)> = users
                    .iter()
                    .filter_map(|user| Some((value_of(attribute, user)?, user.sub.clone())))
                    .filter(|(value, _)| match operator {
                        Operator::Equals => *value == wanted,
                        Operator::StartsWith => value.starts_with(&wanted),
                    })
                    .collect();
                if attribute == SearchAttribute::Status {
                    expected.sort_by(|a, b| a.1.cmp(&b.1));
                } else {
                    expected.sort();
                }
                let expected: Vec<String> = expected.into_iter().map(|(_, sub)| sub).collect();
                assert_eq!(listed(&store, Some(&filter), 3).await, expected, "{filter:?}");
                *hits.entry(attribute.as_str()).or_default() += expected.len();
            }
        }
    }
    for attribute in ATTRIBUTES {
        assert!(
            hits[attribute.as_str()] > 3,
            "nobody is found by {}",
            attribute.as_str()
        );
    }
}

async fn everybody_is_listed_page_by_page(world: World) {
    let (store, mut pool) = world.furnished().await;
    assert!(listed(&store, None, 60).await.is_empty());
    pool.settings.alias_attributes = None;
    let mut expected: Vec<String> = everybody(&store, &pool)
        .await
        .into_iter()
        .map(|user| user.sub)
        .collect();
    expected.sort();
    for limit in [1, 7, 60] {
        assert_eq!(listed(&store, None, limit).await, expected);
    }
    assert!(
        store
            .users()
            .list("us-east-1_otherpool", None, None, 60)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn another_list_s_position_is_refused(world: World) {
    let (store, _) = world.furnished().await;
    let filter = Filter::parse("name ^= \"a\"").unwrap();
    let refused = store.users().list(POOL, filter.as_ref(), Some("sub"), 3).await;
    assert!(matches!(refused, Err(Error::Corrupt(_))));
}

async fn a_very_long_value_is_found(world: World) {
    let (store, pool) = world.furnished().await;
    let long: String = (0..2_048)
        .map(|number| char::from_u32(0x20000 + number * 7).unwrap())
        .collect();
    let values = [
        ("name", long.as_str()),
        ("given_name", &long),
        ("family_name", &long),
        ("email", &long),
    ];
    for number in 0..3 {
        store
            .users()
            .insert(&pool, &user(number, &number.to_string(), values))
            .await
            .unwrap();
    }
    let value: String = long.chars().take(240).collect();
    for (operator, expected) in [(Operator::StartsWith, 3), (Operator::Equals, 0)] {
        let filter = Filter {
            attribute: SearchAttribute::GivenName,
            operator,
            value: value.clone(),
        };
        assert_eq!(listed(&store, Some(&filter), 2).await.len(), expected);
    }
}
