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
#[path = "names_tests.rs"]
mod tests;
