//! Users and the names that lead to them; groups.

use poolhouse_domain::names::NameKind;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_model::UserStatusType;
use poolhouse_storage::{Error, Store};

use crate::fixtures::{NOW, OTHER_POOL, POOL, family, group, pool, sub, user};
use crate::{World, on_each_database};

on_each_database!(
    a_user_survives_storage,
    a_user_is_found_by_every_name,
    the_same_name_leads_to_others_in_other_pools,
    a_taken_name_is_told_by_its_kind,
    of_users_who_race_for_a_name_one_gets_it,
    a_changed_user_is_found_by_the_new_names,
    a_change_that_takes_a_name_leaves_everything,
    a_stale_user_is_not_written,
    an_alias_moves_to_who_proved_it,
    only_verified_aliases_move,
    a_name_too_long_for_an_index_belongs_to_one_user,
    a_sign_in_stands_until_it_is_ended,
    a_user_takes_everything_along,
    a_dropped_transaction_leaves_no_user,
);

async fn found(store: &Store, name: &str) -> Option<String> {
    store
        .users()
        .by_name(POOL, name)
        .await
        .unwrap()
        .map(|user| user.username)
}

async fn stored(store: &Store, user: &User) -> User {
    store.users().by_sub(POOL, &user.sub).await.unwrap().unwrap()
}

fn taken(result: Result<(), Error>) -> NameKind {
    match result {
        Err(Error::NameTaken(kind)) => kind,
        other => panic!("no name is taken: {other:?}"),
    }
}

async fn a_user_survives_storage(world: World) {
    let (store, pool) = world.furnished().await;
    let mut alice = user(1, "Alice", [("email", "a@example.com"), ("custom:note", "\u{1}\"\\😀")]);
    store.users().insert(&pool, &alice).await.unwrap();
    alice.version = 1;
    assert_eq!(stored(&store, &alice).await, alice);
    assert_eq!(store.users().by_sub(POOL, &sub(2)).await.unwrap(), None);
    assert_eq!(store.users().by_sub(OTHER_POOL, &alice.sub).await.unwrap(), None);

    alice.status = UserStatusType::ResetRequired;
    alice.enabled = false;
    alice.password = None;
    alice.attributes.remove("email");
    store.users().replace(&pool, &mut alice).await.unwrap();
    assert_eq!(alice.version, 2);
    assert_eq!(stored(&store, &alice).await, alice);
    assert_eq!(
        world
            .text("SELECT status FROM users WHERE enabled = 0 AND email_key IS NULL")
            .await,
        "RESET_REQUIRED"
    );
}

async fn a_user_is_found_by_every_name(world: World) {
    let (store, pool) = world.furnished().await;
    let alice = user(
        1,
        "Alice",
        [
            ("email", "A@Example.com"),
            ("email_verified", "true"),
            ("phone_number", "+15550100"),
            ("phone_number_verified", "false"),
            ("preferred_username", "Ali"),
        ],
    );
    store.users().insert(&pool, &alice).await.unwrap();
    for name in ["alice", "a@example.com", "ali", &alice.sub] {
        assert_eq!(found(&store, name).await.as_deref(), Some("Alice"), "{name}");
    }
    for name in ["+15550100", "Alice", "alic", "alice' OR '1'='1", ""] {
        assert_eq!(found(&store, name).await, None, "{name}");
    }
    let refused = store.users().by_name(POOL, "ali\0ce").await;
    assert!(matches!(refused, Err(Error::Unstorable)));
}

async fn the_same_name_leads_to_others_in_other_pools(world: World) {
    let (store, here) = world.furnished().await;
    let there = pool(OTHER_POOL);
    store.pools().insert(&there).await.unwrap();
    let alice = user(1, "alice", []);
    let mut namesake = user(2, "alice", []);
    namesake.pool_id = String::from(OTHER_POOL);
    store.users().insert(&here, &alice).await.unwrap();
    store.users().insert(&there, &namesake).await.unwrap();
    assert_eq!(
        store.users().by_name(POOL, "alice").await.unwrap().unwrap().sub,
        alice.sub
    );
    assert_eq!(
        store.users().by_name(OTHER_POOL, "alice").await.unwrap().unwrap().sub,
        namesake.sub
    );
}

async fn a_taken_name_is_told_by_its_kind(world: World) {
    let (store, pool) = world.furnished().await;
    let alice = user(
        1,
        "alice",
        [
            ("email", "a@example.com"),
            ("email_verified", "true"),
            ("phone_number", "+15550100"),
            ("phone_number_verified", "true"),
            ("preferred_username", "ali"),
        ],
    );
    store.users().insert(&pool, &alice).await.unwrap();
    let email = [("email", "A@EXAMPLE.com"), ("email_verified", "true")];
    let phone_number = [("phone_number", "+15550100"), ("phone_number_verified", "true")];
    for (newcomer, kind) in [
        (user(2, "ALICE", []), NameKind::Username),
        (user(2, "ali", []), NameKind::Username),
        (user(2, "bob", email), NameKind::Email),
        (user(2, "bob", phone_number), NameKind::PhoneNumber),
        (
            user(2, "bob", [("preferred_username", "Ali")]),
            NameKind::PreferredUsername,
        ),
        (
            user(2, "bob", [("preferred_username", "alice")]),
            NameKind::PreferredUsername,
        ),
        (user(1, "bob", []), NameKind::Username),
    ] {
        assert_eq!(
            taken(store.users().insert(&pool, &newcomer).await),
            kind,
            "{newcomer:?}"
        );
        assert_eq!(found(&store, "bob").await, None);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM users").await, 1);
    store
        .users()
        .insert(&pool, &user(2, "bob", [("email", "a@example.com")]))
        .await
        .unwrap();
}

async fn of_users_who_race_for_a_name_one_gets_it(world: World) {
    let (store, pool) = world.furnished().await;
    for (attempt, kind) in [NameKind::Username, NameKind::Email].into_iter().enumerate() {
        let racers: Vec<_> = (0..8)
            .map(|number| {
                let (store, pool): (Store, Pool) = (store.clone(), pool.clone());
                let own = format!("racer{number}");
                let username = if kind == NameKind::Username { "alice" } else { &own };
                let email = format!("race{attempt}@example.com");
                let racer = user(
                    attempt * 10 + number,
                    username,
                    [("email", email.as_str()), ("email_verified", "true")],
                );
                tokio::spawn(async move { store.users().insert(&pool, &racer).await })
            })
            .collect();
        let mut winners = 0;
        for racer in racers {
            match racer.await.unwrap() {
                Ok(()) => winners += 1,
                lost => assert_eq!(taken(lost), kind),
            }
        }
        assert_eq!(winners, 1);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM users").await, 2);
}

async fn a_changed_user_is_found_by_the_new_names(world: World) {
    let (store, pool) = world.furnished().await;
    let new = user(
        1,
        "alice",
        [
            ("email", "a@example.com"),
            ("email_verified", "true"),
            ("preferred_username", "ali"),
        ],
    );
    store.users().insert(&pool, &new).await.unwrap();
    let mut alice = stored(&store, &new).await;
    alice.attributes.set("email", "b@example.com");
    // The name stays, as a name of another kind.
    alice.attributes.set("preferred_username", "a@example.com");
    store.users().replace(&pool, &mut alice).await.unwrap();
    for name in ["alice", "a@example.com", "b@example.com"] {
        assert_eq!(found(&store, name).await.as_deref(), Some("alice"), "{name}");
    }
    assert_eq!(found(&store, "ali").await, None);
    let kind = "SELECT kind FROM user_names WHERE name_key = 'a@example.com'";
    assert_eq!(world.text(kind).await, "preferred_username");

    alice.attributes.set("email_verified", "false");
    alice.attributes.remove("preferred_username");
    store.users().replace(&pool, &mut alice).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM user_names").await, 2);
    store.users().insert(&pool, &user(2, "ali", [])).await.unwrap();
}

async fn a_change_that_takes_a_name_leaves_everything(world: World) {
    let (store, pool) = world.furnished().await;
    let alice = user(1, "alice", [("preferred_username", "ali")]);
    store.users().insert(&pool, &alice).await.unwrap();
    let bob = user(2, "bob", [("preferred_username", "bobby")]);
    store.users().insert(&pool, &bob).await.unwrap();
    let before = stored(&store, &bob).await;
    let mut changed = before.clone();
    changed.attributes.set("preferred_username", "ali");
    let kind = taken(store.users().replace(&pool, &mut changed).await);
    assert_eq!(kind, NameKind::PreferredUsername);
    assert_eq!(changed.version, 1);
    assert_eq!(stored(&store, &bob).await, before);
    assert_eq!(found(&store, "bobby").await.as_deref(), Some("bob"));
    assert_eq!(found(&store, "ali").await.as_deref(), Some("alice"));
}

async fn a_stale_user_is_not_written(world: World) {
    let (store, pool) = world.furnished().await;
    let alice = user(1, "alice", []);
    store.users().insert(&pool, &alice).await.unwrap();
    let mut first = stored(&store, &alice).await;
    let mut second = first.clone();
    first.attributes.set("preferred_username", "first");
    second.attributes.set("preferred_username", "second");
    store.users().replace(&pool, &mut first).await.unwrap();
    assert!(matches!(
        store.users().replace(&pool, &mut second).await,
        Err(Error::Conflict)
    ));
    assert_eq!(stored(&store, &alice).await, first);
    assert_eq!(found(&store, "second").await, None);
    store.users().delete(POOL, &alice.sub).await.unwrap();
    assert!(matches!(
        store.users().replace(&pool, &mut first).await,
        Err(Error::Conflict)
    ));
}

async fn an_alias_moves_to_who_proved_it(world: World) {
    let (store, pool) = world.furnished().await;
    let contacts = [
        ("email", "a@example.com"),
        ("email_verified", "true"),
        ("phone_number", "+15550100"),
        ("phone_number_verified", "true"),
    ];
    let old = user(1, "old", contacts);
    store.users().insert(&pool, &old).await.unwrap();
    let new = user(2, "new", contacts);
    let later = NOW.plus_millis(1);

    let mut tx = store.begin().await.unwrap();
    tx.users().take_aliases(&pool, &new, later).await.unwrap();
    tx.users().insert(&pool, &new).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(found(&store, "a@example.com").await.as_deref(), Some("new"));
    assert_eq!(found(&store, "+15550100").await.as_deref(), Some("new"));
    let old = stored(&store, &old).await;
    assert_eq!(old.attributes.get("email"), Some("a@example.com"));
    assert_eq!(old.attributes.get("email_verified"), Some("false"));
    assert_eq!(old.attributes.get("phone_number_verified"), Some("false"));
    assert_eq!((old.modified_at, old.version), (later, 3));
    assert_eq!(found(&store, "old").await.as_deref(), Some("old"));

    // Nobody else has them any more.
    store
        .users()
        .take_aliases(&pool, &stored(&store, &new).await, later)
        .await
        .unwrap();
    assert_eq!(found(&store, "a@example.com").await.as_deref(), Some("new"));
}

async fn only_verified_aliases_move(world: World) {
    let (store, pool) = world.furnished().await;
    let email = [("email", "a@example.com"), ("email_verified", "true")];
    let old = user(1, "old", email);
    store.users().insert(&pool, &old).await.unwrap();
    let named = user(2, "named", [("preferred_username", "b@example.com")]);
    store.users().insert(&pool, &named).await.unwrap();

    let unproved = user(3, "new", [("email", "a@example.com"), ("email_verified", "false")]);
    store.users().take_aliases(&pool, &unproved, NOW).await.unwrap();
    assert_eq!(found(&store, "a@example.com").await.as_deref(), Some("old"));

    let other_kind = user(3, "new", [("email", "b@example.com"), ("email_verified", "true")]);
    store.users().take_aliases(&pool, &other_kind, NOW).await.unwrap();
    assert_eq!(taken(store.users().insert(&pool, &other_kind).await), NameKind::Email);

    let mut named_by_email = pool.clone();
    named_by_email.settings.alias_attributes = None;
    named_by_email.settings.username_attributes = Some(vec![poolhouse_model::UsernameAttributeType::Email]);
    store
        .users()
        .take_aliases(&named_by_email, &user(3, "new", email), NOW)
        .await
        .unwrap();
    assert_eq!(found(&store, "a@example.com").await.as_deref(), Some("old"));
    for untouched in [&old, &named] {
        assert_eq!(stored(&store, untouched).await.version, 1, "{}", untouched.username);
    }
}

async fn a_name_too_long_for_an_index_belongs_to_one_user(world: World) {
    let (store, pool) = world.furnished().await;
    let long: String = (0..2_048)
        .map(|number| char::from_u32(0x20000 + number * 7).unwrap())
        .collect();
    let alice = user(
        1,
        "alice",
        [("preferred_username", long.as_str()), ("name", long.as_str())],
    );
    store.users().insert(&pool, &alice).await.unwrap();
    assert_eq!(stored(&store, &alice).await.attributes.get("name"), Some(long.as_str()));
    assert_eq!(found(&store, &long).await.as_deref(), Some("alice"));

    let mut bob = user(2, "bob", [("preferred_username", long.as_str())]);
    assert_eq!(
        taken(store.users().insert(&pool, &bob).await),
        NameKind::PreferredUsername
    );
    let other = format!("{long}.");
    bob.attributes.set("preferred_username", other.as_str());
    store.users().insert(&pool, &bob).await.unwrap();
    assert_eq!(found(&store, &other).await.as_deref(), Some("bob"));

    // Whoever is called like the stored form of a long name is somebody else.
    let sql = "SELECT name_key FROM user_names WHERE kind = 'preferred_username' LIMIT 1";
    let stored_form = world.text(sql).await;
    assert_eq!(found(&store, &stored_form).await, None);
    store.users().insert(&pool, &user(3, &stored_form, [])).await.unwrap();
    assert_eq!(found(&store, &stored_form).await, Some(stored_form));

    // The longest username of all takes its place as it is.
    let longest: String = long.chars().take(128).collect();
    store.users().insert(&pool, &user(4, &longest, [])).await.unwrap();
    assert_eq!(found(&store, &longest).await, Some(longest));
}

async fn a_sign_in_stands_until_it_is_ended(world: World) {
    let (store, pool) = world.furnished().await;
    let (alice, bob) = (user(1, "alice", []), user(2, "bob", []));
    store.users().insert(&pool, &alice).await.unwrap();
    store.users().insert(&pool, &bob).await.unwrap();
    store.families().insert(&family(&alice, "event")).await.unwrap();
    let signed_in = async |user: &User, event: &str| {
        let found = store.users().with_sign_in(POOL, &user.sub, event).await.unwrap();
        found.map(|(found, stands)| (found.username, stands))
    };
    assert_eq!(signed_in(&alice, "event").await, Some(("alice".to_owned(), true)));
    assert_eq!(signed_in(&alice, "another").await, Some(("alice".to_owned(), false)));
    assert_eq!(signed_in(&bob, "event").await, Some(("bob".to_owned(), false)));
    assert_eq!(signed_in(&user(3, "nobody", []), "event").await, None);
    store.families().delete(POOL, "event").await.unwrap();
    assert_eq!(signed_in(&alice, "event").await, Some(("alice".to_owned(), false)));
}

async fn a_user_takes_everything_along(world: World) {
    let (store, pool) = world.furnished().await;
    let alice = user(1, "alice", []);
    store.users().insert(&pool, &alice).await.unwrap();
    store.groups().insert(&group("staff", None)).await.unwrap();
    store.groups().add_member(POOL, "staff", &alice.sub, NOW).await.unwrap();
    store.families().insert(&family(&alice, "event")).await.unwrap();
    assert!(!store.users().delete(OTHER_POOL, &alice.sub).await.unwrap());
    assert!(store.users().delete(POOL, &alice.sub).await.unwrap());
    assert!(!store.users().delete(POOL, &alice.sub).await.unwrap());
    let rest = "SELECT (SELECT COUNT(*) FROM user_names) + (SELECT COUNT(*) FROM memberships) + \
                       (SELECT COUNT(*) FROM refresh_families)";
    assert_eq!(world.number(rest).await, 0);
    store.users().insert(&pool, &user(2, "alice", [])).await.unwrap();
}

async fn a_dropped_transaction_leaves_no_user(world: World) {
    let (store, pool) = world.furnished().await;
    let mut tx = store.begin().await.unwrap();
    tx.users().insert(&pool, &user(1, "alice", [])).await.unwrap();
    assert_eq!(tx.users().by_name(POOL, "alice").await.unwrap().unwrap().version, 1);
    drop(tx);
    assert_eq!(found(&store, "alice").await, None);
    store.users().insert(&pool, &user(2, "alice", [])).await.unwrap();
}
