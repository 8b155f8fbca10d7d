//! Groups and their members.

use poolhouse_storage::Error;

use crate::fixtures::{NOW, POOL, group, user};
use crate::{World, on_each_database};

on_each_database!(
    a_group_survives_storage,
    the_groups_of_a_user_are_sorted_as_in_tokens,
    members_and_groups_are_paged,
);

async fn a_group_survives_storage(world: World) {
    let (store, _) = world.furnished().await;
    let mut staff = group("Staff", Some(i32::MAX));
    store.groups().insert(&staff).await.unwrap();
    staff.version = 1;
    assert_eq!(store.groups().get(POOL, "Staff").await.unwrap().unwrap(), staff);
    assert_eq!(store.groups().get(POOL, "staff").await.unwrap(), None);
    let again = store.groups().insert(&group("Staff", None)).await;
    assert!(matches!(again, Err(Error::Unique { table }) if table == "user_groups"));

    let mut stale = staff.clone();
    staff.precedence = None;
    staff.role_arn = Some("arn:aws:iam::000000000000:role/staff".to_owned());
    store.groups().replace(&mut staff).await.unwrap();
    assert!(matches!(store.groups().replace(&mut stale).await, Err(Error::Conflict)));
    assert_eq!(store.groups().get(POOL, "Staff").await.unwrap().unwrap(), staff);
    assert!(store.groups().delete(POOL, "Staff").await.unwrap());
    assert!(!store.groups().delete(POOL, "Staff").await.unwrap());
}

async fn the_groups_of_a_user_are_sorted_as_in_tokens(world: World) {
    let (store, pool) = world.furnished().await;
    let alice = user(1, "alice", []);
    store.users().insert(&pool, &alice).await.unwrap();
    for (name, precedence) in [
        ("z", Some(0)),
        ("b", None),
        ("m", Some(7)),
        ("a", Some(7)),
        ("other", Some(1)),
    ] {
        store.groups().insert(&group(name, precedence)).await.unwrap();
        if name != "other" {
            store.groups().add_member(POOL, name, &alice.sub, NOW).await.unwrap();
        }
    }
    let names = async || {
        let groups = store.groups().of_user(POOL, &alice.sub).await.unwrap();
        groups.into_iter().map(|group| group.name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["z", "a", "m", "b"]);
    store.groups().add_member(POOL, "a", &alice.sub, NOW).await.unwrap();
    store.groups().remove_member(POOL, "m", &alice.sub).await.unwrap();
    store.groups().remove_member(POOL, "m", &alice.sub).await.unwrap();
    store.groups().delete(POOL, "z").await.unwrap();
    assert_eq!(names().await, ["a", "b"]);
    for (group, sub) in [("nothing", alice.sub.as_str()), ("a", "nobody")] {
        let refused = store.groups().add_member(POOL, group, sub, NOW).await;
        assert!(matches!(refused, Err(Error::ForeignKey)));
    }
}

async fn members_and_groups_are_paged(world: World) {
    let (store, pool) = world.furnished().await;
    let mut subs = Vec::new();
    for number in 0..5 {
        let member = user(number, &format!("user{number}"), []);
        store.users().insert(&pool, &member).await.unwrap();
        store
            .groups()
            .insert(&group(&format!("group{number}"), Some(-1)))
            .await
            .unwrap();
        subs.push(member.sub);
    }
    for sub in &subs[1..] {
        store.groups().add_member(POOL, "group0", sub, NOW).await.unwrap();
    }
    for group in ["group4", "group2", "group1"] {
        store.groups().add_member(POOL, group, &subs[0], NOW).await.unwrap();
    }
    let mut expected = subs[1..].to_vec();
    expected.sort();
    let mut members: Vec<String> = Vec::new();
    loop {
        let page = store
            .groups()
            .members(POOL, "group0", members.last().map(String::as_str), 3)
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        members.extend(page.into_iter().map(|user| user.sub));
    }
    assert_eq!(members, expected);

    let names = |groups: Vec<poolhouse_domain::groups::Group>| -> Vec<String> {
        groups.into_iter().map(|group| group.name).collect()
    };
    let page = async |after| names(store.groups().of_user_page(POOL, &subs[0], after, 2).await.unwrap());
    assert_eq!(page(None).await, ["group1", "group2"]);
    assert_eq!(page(Some("group2")).await, ["group4"]);
    let page = async |after| names(store.groups().list(POOL, after, 3).await.unwrap());
    assert_eq!(page(None).await, ["group0", "group1", "group2"]);
    assert_eq!(page(Some("group2")).await, ["group3", "group4"]);
}
