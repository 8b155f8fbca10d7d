//! Which names users may have, and by which they are found.

use poolhouse_model::{SchemaAttributeType, UsernameConfigurationType};

use super::*;
use crate::testing::{attributes, invalid_parameter, pool};

fn named_by(attributes: &[UsernameAttributeType]) -> UserPoolType {
    pool(|pool| pool.username_attributes = Some(attributes.to_vec()))
}

fn aliased(attributes: &[AliasAttributeType]) -> UserPoolType {
    pool(|pool| pool.alias_attributes = Some(attributes.to_vec()))
}

fn every_alias() -> UserPoolType {
    aliased(&[
        AliasAttributeType::PhoneNumber,
        AliasAttributeType::Email,
        AliasAttributeType::PreferredUsername,
    ])
}

fn case_insensitive(mut pool: UserPoolType) -> UserPoolType {
    pool.username_configuration = Some(UsernameConfigurationType { case_sensitive: false });
    pool
}

fn names(pool: &UserPoolType, username: &str, sub: &str, attributes: &Attributes) -> Vec<String> {
    sign_in_names(pool, username, sub, attributes)
        .into_iter()
        .map(|(kind, name)| format!("{kind:?} {name}"))
        .collect()
}

#[test]
fn a_pool_without_aliases_takes_any_name() {
    let pool = UserPoolType::default();
    for name in [
        "alice",
        "a@example.com",
        "+15550100",
        "@!#$%^&*()_+?><",
        "ユーザー",
        "😀",
    ] {
        assert_eq!(check_new_username(&pool, name).unwrap(), UsernameKind::Plain, "{name}");
    }
    assert!(check_new_username(&aliased(&[]), "a@example.com").is_ok());
    assert!(check_new_username(&named_by(&[]), "alice").is_ok());
}

#[test]
fn names_that_could_be_aliases_are_refused() {
    assert_eq!(
        invalid_parameter(check_new_username(&every_alias(), "a@example.com")),
        "Username cannot be of email format, since user pool is configured for email alias."
    );
    assert_eq!(
        invalid_parameter(check_new_username(&every_alias(), "+15550100")),
        "Username cannot be of phone number format, since user pool is configured for phone_number alias."
    );
    assert_eq!(
        check_new_username(&every_alias(), "alice").unwrap(),
        UsernameKind::Plain
    );
    let phone_only = aliased(&[AliasAttributeType::PhoneNumber]);
    assert_eq!(
        check_new_username(&phone_only, "a@example.com").unwrap(),
        UsernameKind::Plain
    );
}

#[test]
fn pools_named_by_contacts_want_contacts() {
    let email = named_by(&[UsernameAttributeType::Email]);
    let phone = named_by(&[UsernameAttributeType::PhoneNumber]);
    let both = named_by(&[UsernameAttributeType::PhoneNumber, UsernameAttributeType::Email]);
    assert_eq!(
        check_new_username(&email, "a@example.com").unwrap(),
        UsernameKind::Email
    );
    assert_eq!(
        check_new_username(&phone, "+15550100").unwrap(),
        UsernameKind::PhoneNumber
    );
    assert_eq!(check_new_username(&both, "a@example.com").unwrap(), UsernameKind::Email);
    assert_eq!(
        check_new_username(&both, "+15550100").unwrap(),
        UsernameKind::PhoneNumber
    );
    for (pool, name, sentence) in [
        (&email, "+15550100", "Username should be an email."),
        (&email, "alice", "Username should be an email."),
        (&phone, "a@example.com", "Username should be a phone number."),
        (&both, "alice", "Username should be either an email or a phone number."),
    ] {
        assert_eq!(invalid_parameter(check_new_username(pool, name)), sentence);
    }
    assert_eq!(UsernameKind::Email.attribute(), Some("email"));
    assert_eq!(UsernameKind::PhoneNumber.attribute(), Some("phone_number"));
    assert_eq!(UsernameKind::Plain.attribute(), None);
}

#[test]
fn aliases_and_username_attributes_exclude_each_other() {
    let mut both = every_alias();
    both.username_attributes = Some(vec![UsernameAttributeType::Email]);
    assert_eq!(
        invalid_parameter(check_name_settings(&both)),
        "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."
    );
    both.alias_attributes = Some(Vec::new());
    assert!(check_name_settings(&both).is_ok());
}

#[test]
fn a_preferred_username_is_not_both_required_and_an_alias() {
    let required = SchemaAttributeType {
        name: Some("preferred_username".to_owned()),
        required: Some(true),
        ..SchemaAttributeType::default()
    };
    let mut pool = every_alias();
    assert!(check_name_settings(&pool).is_ok());
    pool.schema_attributes = Some(vec![required]);
    assert_eq!(
        invalid_parameter(check_name_settings(&pool)),
        "Preferred username cannot be required, since user pool is configured for preferred username alias."
    );
    pool.alias_attributes = Some(vec![AliasAttributeType::Email]);
    assert!(check_name_settings(&pool).is_ok());
}

#[test]
fn a_preferred_username_that_is_an_alias_waits_for_the_confirmation() {
    let given = attributes([("preferred_username", "ali")]);
    assert_eq!(
        invalid_parameter(check_sign_up_aliases(&every_alias(), &given)),
        "Preferred username cannot be provided for unconfirmed account, since user pool is configured for \
         preferred username alias."
    );
    assert!(check_sign_up_aliases(&every_alias(), &attributes([("preferred_username", "")])).is_ok());
    assert!(check_sign_up_aliases(&aliased(&[AliasAttributeType::Email]), &given).is_ok());
}

#[test]
fn a_preferred_username_is_no_contact_where_contacts_are_aliases() {
    let all = every_alias();
    let alone = aliased(&[AliasAttributeType::PreferredUsername]);
    let no_alias = aliased(&[AliasAttributeType::Email]);
    for (name, sentence) in [
        (
            "b@example.com",
            "Preferred username cannot be of email format, since user pool is configured for email alias.",
        ),
        (
            "+15550100",
            "Preferred username cannot be of phone number format, since user pool is configured for phone_number \
             alias.",
        ),
    ] {
        let given = attributes([("preferred_username", name)]);
        assert_eq!(invalid_parameter(check_preferred_username(&all, &given)), sentence);
        assert!(check_preferred_username(&alone, &given).is_ok());
        assert!(check_preferred_username(&no_alias, &given).is_ok());
    }
    assert!(check_preferred_username(&all, &attributes([("preferred_username", "bob")])).is_ok());
    assert!(check_preferred_username(&all, &attributes([("email", "b@example.com")])).is_ok());
}

#[test]
fn the_name_becomes_the_attribute() {
    let email = case_insensitive(named_by(&[UsernameAttributeType::Email]));
    for given in ["", "A@example.com", "a@EXAMPLE.com"] {
        let mut user = attributes([("email", given)]);
        add_username_attribute(&email, "a@example.com", &mut user).unwrap();
        assert_eq!(user, attributes([("email", "a@example.com")]), "{given}");
    }
    let mut other = attributes([("email", "b@example.com")]);
    assert_eq!(
        invalid_parameter(add_username_attribute(&email, "a@example.com", &mut other)),
        "Username and the attribute email must be the same."
    );
    let mut user = Attributes::default();
    assert_eq!(
        invalid_parameter(add_username_attribute(&email, "alice", &mut user)),
        "Username should be an email."
    );
    add_username_attribute(&every_alias(), "alice", &mut user).unwrap();
    assert!(user.is_empty());
    add_username_attribute(&named_by(&[UsernameAttributeType::PhoneNumber]), "+15550100", &mut user).unwrap();
    assert_eq!(user.phone_number(), Some("+15550100"));
}

#[test]
fn the_attribute_that_names_a_user_stays() {
    let both = named_by(&[UsernameAttributeType::Email, UsernameAttributeType::PhoneNumber]);
    let full = attributes([("email", "a@example.com"), ("phone_number", "+15550100")]);
    let mail = attributes([("email", "a@example.com")]);
    let none = attributes([("email", "")]);
    assert!(check_sign_in_names_kept(&both, &full, &mail).is_ok());
    assert!(check_sign_in_names_kept(&both, &none, &none).is_ok());
    assert!(check_sign_in_names_kept(&every_alias(), &full, &none).is_ok());
    assert_eq!(
        invalid_parameter(check_sign_in_names_kept(&both, &mail, &none)),
        "The attribute that the user signs in with cannot be deleted."
    );
}

#[test]
fn names_fold_composition_always_and_case_where_it_does_not_count() {
    assert_eq!(fold(true, "Jose\u{301}"), "José");
    assert_eq!(fold(true, "José"), fold(true, "Jose\u{301}"));
    assert_ne!(fold(true, "José"), fold(true, "josé"));
    assert_eq!(fold(false, "JOSE\u{301}"), fold(false, "josé"));
    assert_eq!(fold(false, "İ"), fold(false, &fold(false, "İ")));
    assert_eq!(fold(false, "+15550100"), "+15550100");
    // A letter of another script that looks alike makes another name.
    assert_ne!(fold(false, "alice"), fold(false, "аlice"));
}

#[test]
fn everybody_is_found_by_username_and_sub() {
    let user = attributes([
        ("email", "a@example.com"),
        ("email_verified", "true"),
        ("phone_number", "+15550100"),
        ("phone_number_verified", "true"),
        ("preferred_username", "ali"),
    ]);
    assert_eq!(
        names(&UserPoolType::default(), "Alice", "1-2", &user),
        ["Username Alice", "Sub 1-2"]
    );
}

#[test]
fn aliases_count_once_they_are_verified() {
    let unverified = attributes([
        ("email", "a@example.com"),
        ("email_verified", "false"),
        ("phone_number", "+15550100"),
        ("preferred_username", "ali"),
    ]);
    assert_eq!(
        names(&every_alias(), "alice", "1-2", &unverified),
        ["Username alice", "Sub 1-2", "PreferredUsername ali"]
    );
    let verified = unverified.updated(&attributes([
        ("email_verified", "true"),
        ("phone_number_verified", "true"),
    ]));
    assert_eq!(
        names(&every_alias(), "alice", "1-2", &verified),
        [
            "Username alice",
            "Sub 1-2",
            "Email a@example.com",
            "PhoneNumber +15550100",
            "PreferredUsername ali"
        ]
    );
}

#[test]
fn username_attributes_count_unverified() {
    let user = attributes([
        ("email", "A@Example.com"),
        ("phone_number", "+15550100"),
        ("preferred_username", "ali"),
    ]);
    let email = named_by(&[UsernameAttributeType::Email]);
    assert_eq!(
        names(&email, "1-2", "1-2", &user),
        ["Username 1-2", "Email A@Example.com"]
    );
    assert_eq!(
        names(&case_insensitive(email), "1-2", "1-2", &user),
        ["Username 1-2", "Email a@example.com"]
    );
    let both = named_by(&[UsernameAttributeType::Email, UsernameAttributeType::PhoneNumber]);
    let by_phone = attributes([("email", ""), ("phone_number", "+15550100")]);
    assert_eq!(
        names(&both, "1-2", "1-2", &by_phone),
        ["Username 1-2", "PhoneNumber +15550100"]
    );
}

#[test]
fn each_name_counts_once() {
    let user = attributes([("preferred_username", "ALICE")]);
    assert_eq!(
        names(&case_insensitive(every_alias()), "alice", "1-2", &user),
        ["Username alice", "Sub 1-2"]
    );
    assert_eq!(
        names(&every_alias(), "alice", "1-2", &user),
        ["Username alice", "Sub 1-2", "PreferredUsername ALICE"]
    );
}
