//! Rust names for the model's names.

/// `AllowedOAuthFlows` as `allowed_oauth_flows`.
pub fn snake(name: &str) -> String {
    let name = name.replace("OAuth", "Oauth").replace("URLs", "Urls");
    let characters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (position, &character) in characters.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|before| characters.get(before));
        let after = characters.get(position + 1);
        if character.is_uppercase() {
            let begins_word = before.is_some_and(|before| !before.is_uppercase() && *before != '_')
                || (before.is_some_and(|before| before.is_uppercase())
                    && after.is_some_and(|after| after.is_lowercase()));
            if begins_word {
                snake.push('_');
            }
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

/// `UserPoolIdType` as `USER_POOL_ID_TYPE`.
pub fn screaming(name: &str) -> String {
    snake(name).to_uppercase()
}

/// What serde's `rename_all = "PascalCase"` makes of a field name.
pub fn pascal(field: &str) -> String {
    field.split('_').map(capitalised).collect()
}

/// The variant of an enumeration's value: `USER_SRP_AUTH` as `UserSrpAuth`, `NoRisk` as it is.
pub fn variant(value: &str) -> String {
    if value.chars().any(char::is_lowercase) && !value.contains('_') {
        return capitalised(value);
    }
    let mut variant = String::new();
    for word in value.split('_') {
        let between_digits = variant.ends_with(|last: char| last.is_ascii_digit())
            && word.starts_with(|first: char| first.is_ascii_digit());
        if between_digits {
            variant.push('_');
        }
        variant.push_str(&capitalised(&word.to_lowercase()));
    }
    variant
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acronyms_are_words() {
        let pairs = [
            ("UserPoolId", "user_pool_id"),
            ("CallbackURLs", "callback_urls"),
            (
                "AllowedOAuthFlowsUserPoolClient",
                "allowed_oauth_flows_user_pool_client",
            ),
            ("UserMFASettingList", "user_mfa_setting_list"),
            ("DefaultRedirectURI", "default_redirect_uri"),
            ("PrimaryRoute53HealthCheckId", "primary_route53_health_check_id"),
            ("S3Configuration", "s3_configuration"),
            ("KMSKeyID", "kms_key_id"),
            ("headerName", "header_name"),
        ];
        for (name, expected) in pairs {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn values_become_variants() {
        let pairs = [
            ("USER_SRP_AUTH", "UserSrpAuth"),
            ("NoRisk", "NoRisk"),
            ("OIDC", "Oidc"),
            ("phone_number", "PhoneNumber"),
            ("V1_0", "V1_0"),
            ("TLS_V1_2_2021", "TlsV1_2_2021"),
            ("PBKDF2_SHA256", "Pbkdf2Sha256"),
            ("code", "Code"),
        ];
        for (value, expected) in pairs {
            assert_eq!(variant(value), expected);
        }
    }
}
