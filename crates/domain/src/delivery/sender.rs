//! Whom mails come from.

use poolhouse_model::EmailConfigurationType;

use crate::contacts::is_email;

/// What the name of an identity stands behind in the ARN of Amazon SES.
const IDENTITY: &str = ":identity/";

/// The sender of a pool's mails, `address` or `Name <address>`: what `From` says, or else the address that `SourceArn`
/// names. A pool may have neither.
pub fn sender(configuration: &EmailConfigurationType) -> Option<&str> {
    let from = configuration.from.as_deref().filter(|from| !from.is_empty());
    let identity = || {
        let (_, identity) = configuration.source_arn.as_deref()?.split_once(IDENTITY)?;
        // A whole domain is an identity too, and says nothing of the address.
        Some(identity).filter(|identity| is_email(identity))
    };
    from.or_else(identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_wins_over_the_identity_and_a_domain_is_no_sender() {
        let address = "arn:aws:ses:us-east-1:123456789012:identity/codes@shop.example";
        let domain = "arn:aws:ses:us-east-1:123456789012:identity/shop.example";
        let cases = [
            (None, None, None),
            (
                Some("Shop <shop@shop.example>"),
                Some(address),
                Some("Shop <shop@shop.example>"),
            ),
            (None, Some(address), Some("codes@shop.example")),
            (Some(""), Some(address), Some("codes@shop.example")),
            (None, Some(domain), None),
            (
                None,
                Some("arn:aws:ses:us-east-1:123456789012:template/codes@shop.example"),
                None,
            ),
        ];
        for (from, source_arn, expected) in cases {
            let configuration = EmailConfigurationType {
                from: from.map(str::to_owned),
                source_arn: source_arn.map(str::to_owned),
                ..EmailConfigurationType::default()
            };
            assert_eq!(sender(&configuration), expected, "{from:?} {source_arn:?}");
        }
    }
}
