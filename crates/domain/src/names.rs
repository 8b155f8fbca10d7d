//! The names of users: which a new user may have, and by which a user is found.

use poolhouse_model::{AliasAttributeType, UserPoolType, UsernameAttributeType};
use unicode_normalization::UnicodeNormalization;

use crate::attributes::{Attributes, EMAIL, PHONE_NUMBER, PREFERRED_USERNAME};
use crate::contacts::{is_email, is_phone_number};
use crate::{Error, Result};

/// What the name is that a new user signs up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsernameKind {
    /// The username itself.
    Plain,
    /// An e-mail address, which becomes an attribute; the service makes the username.
    Email,
    /// A phone number, which becomes an attribute; the service makes the username.
    PhoneNumber,
}

impl UsernameKind {
    /// The attribute that takes the name.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Email => Some(EMAIL),
            Self::PhoneNumber => Some(PHONE_NUMBER),
        }
    }
}

/// What a name that leads to a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameKind {
    Username,
    Sub,
    Email,
    PhoneNumber,
    PreferredUsername,
}

/// Checks the settings of names that CreateUserPool makes.
pub fn check_name_settings(pool: &UserPoolType) -> Result<()> {
    if !aliases(pool).is_empty() && !username_attributes(pool).is_empty() {
        return Err(Error::invalid_parameter(
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
        ));
    }
    let preferred_username_is_required = pool
        .schema_attributes
        .iter()
        .flatten()
        .any(|attribute| attribute.name.as_deref() == Some(PREFERRED_USERNAME) && attribute.required == Some(true));
    if preferred_username_is_required && aliases(pool).contains(&AliasAttributeType::PreferredUsername) {
        return Err(Error::invalid_parameter(
            "Preferred username cannot be required, since user pool is configured for preferred username alias.",
        ));
    }
    Ok(())
}

/// Says what the name of a new user is, and refuses one that the pool's settings don't allow. Its length and its
/// characters are checked before, with the model's constraints.
pub fn check_new_username(pool: &UserPoolType, username: &str) -> Result<UsernameKind> {
    let refuse = |sentence: &'static str| Err(Error::invalid_parameter(sentence));
    let named_by = |attribute| username_attributes(pool).contains(&attribute);
    match (
        named_by(UsernameAttributeType::Email),
        named_by(UsernameAttributeType::PhoneNumber),
    ) {
        (true, _) if is_email(username) => return Ok(UsernameKind::Email),
        (_, true) if is_phone_number(username) => return Ok(UsernameKind::PhoneNumber),
        (true, true) => return refuse("Username should be either an email or a phone number."),
        (true, false) => return refuse("Username should be an email."),
        (false, true) => return refuse("Username should be a phone number."),
        (false, false) => {}
    }
    if aliases(pool).contains(&AliasAttributeType::Email) && is_email(username) {
        return refuse("Username cannot be of email format, since user pool is configured for email alias.");
    }
    if aliases(pool).contains(&AliasAttributeType::PhoneNumber) && is_phone_number(username) {
        return refuse(
            "Username cannot be of phone number format, since user pool is configured for phone_number alias.",
        );
    }
    Ok(UsernameKind::Plain)
}

/// Refuses a preferred username at sign-up where it is an alias: it would be one at once, and nobody is confirmed yet.
pub fn check_sign_up_aliases(pool: &UserPoolType, attributes: &Attributes) -> Result<()> {
    let is_alias = aliases(pool).contains(&AliasAttributeType::PreferredUsername);
    if is_alias && attributes.given(PREFERRED_USERNAME).is_some() {
        return Err(Error::invalid_parameter(
            "Preferred username cannot be provided for unconfirmed account, since user pool is configured for \
             preferred username alias.",
        ));
    }
    Ok(())
}

/// Refuses a preferred username that would be mistaken for somebody's e-mail address or phone number where both are
/// aliases: unlike those it is an alias without proof.
pub fn check_preferred_username(pool: &UserPoolType, attributes: &Attributes) -> Result<()> {
    let alias = |attribute| aliases(pool).contains(&attribute);
    let Some(name) = attributes.given(PREFERRED_USERNAME) else {
        return Ok(());
    };
    if !alias(AliasAttributeType::PreferredUsername) {
        return Ok(());
    }
    if alias(AliasAttributeType::Email) && is_email(name) {
        return Err(Error::invalid_parameter(
            "Preferred username cannot be of email format, since user pool is configured for email alias.",
        ));
    }
    if alias(AliasAttributeType::PhoneNumber) && is_phone_number(name) {
        return Err(Error::invalid_parameter(
            "Preferred username cannot be of phone number format, since user pool is configured for phone_number \
             alias.",
        ));
    }
    Ok(())
}

/// Puts the name of a new user among the attributes where users are named by one. The attribute may be given too, but
/// not with another value.
pub fn add_username_attribute(pool: &UserPoolType, username: &str, attributes: &mut Attributes) -> Result<()> {
    let Some(name) = check_new_username(pool, username)?.attribute() else {
        return Ok(());
    };
    let case_sensitive = is_case_sensitive(pool);
    if attributes
        .given(name)
        .is_some_and(|given| fold(case_sensitive, given) != fold(case_sensitive, username))
    {
        return Err(Error::invalid_parameter(format!(
            "Username and the attribute {name} must be the same."
        )));
    }
    attributes.set(name, username);
    Ok(())
}

/// Refuses an update that would leave a user without the e-mail address or phone number that they are named by.
pub fn check_sign_in_names_kept(pool: &UserPoolType, before: &Attributes, after: &Attributes) -> Result<()> {
    let is_named = |attributes: &Attributes| {
        username_attributes(pool)
            .iter()
            .any(|name| attributes.given(name.as_str()).is_some())
    };
    if is_named(before) && !is_named(after) {
        return Err(Error::invalid_parameter(
            "The attribute that the user signs in with cannot be deleted.",
        ));
    }
    Ok(())
}

/// Whether names that differ only in case are different names.
pub fn is_case_sensitive(pool: &UserPoolType) -> bool {
    pool.username_configuration
        .as_ref()
        .is_none_or(|configuration| configuration.case_sensitive)
}

/// Gives all spellings of one name the same form: composed characters, and lower case unless the case counts.
pub fn fold(case_sensitive: bool, name: &str) -> String {
    if case_sensitive {
        name.nfc().collect()
    } else {
        name.nfc().collect::<String>().to_lowercase().nfc().collect()
    }
}

/// Every name by which a user can be found, folded, each once: the username, `sub`, and the aliases that are active or
/// the attributes that users of the pool are named by.
pub fn sign_in_names(
    pool: &UserPoolType,
    username: &str,
    sub: &str,
    attributes: &Attributes,
) -> Vec<(NameKind, String)> {
    let alias = |attribute| aliases(pool).contains(&attribute);
    let named_by = |attribute| username_attributes(pool).contains(&attribute);
    let email =
        named_by(UsernameAttributeType::Email) || (alias(AliasAttributeType::Email) && attributes.is_verified(EMAIL));
    let phone_number = named_by(UsernameAttributeType::PhoneNumber)
        || (alias(AliasAttributeType::PhoneNumber) && attributes.is_verified(PHONE_NUMBER));
    let preferred_username = alias(AliasAttributeType::PreferredUsername);

    let candidates = [
        (NameKind::Username, Some(username)),
        (NameKind::Sub, Some(sub)),
        (NameKind::Email, attributes.email().filter(|_| email)),
        (
            NameKind::PhoneNumber,
            attributes.phone_number().filter(|_| phone_number),
        ),
        (
            NameKind::PreferredUsername,
            attributes.given(PREFERRED_USERNAME).filter(|_| preferred_username),
        ),
    ];
    let mut names: Vec<(NameKind, String)> = Vec::new();
    for (kind, name) in candidates {
        let Some(name) = name.map(|name| fold(is_case_sensitive(pool), name)) else {
            continue;
        };
        if names.iter().all(|(_, known)| *known != name) {
            names.push((kind, name));
        }
    }
    names
}

fn aliases(pool: &UserPoolType) -> &[AliasAttributeType] {
    pool.alias_attributes.as_deref().unwrap_or_default()
}

fn username_attributes(pool: &UserPoolType) -> &[UsernameAttributeType] {
    pool.username_attributes.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
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
}
