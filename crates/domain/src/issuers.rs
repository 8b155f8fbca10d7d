//! Who issues tokens: the one place that writes issuers and reads them.

use poolhouse_model::IssuerType;

use crate::pools::Pool;

/// How the issuers of user pools are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issuers {
    /// `<address>/<pool id>`; the address has no slash at its end. All types of issuer are this one.
    Below(String),
    /// Amazon Cognito's own, of the type that each pool asks for.
    Aws,
    /// Amazon Cognito's own of the type `UPDATED`, whatever pools ask for.
    AwsUpdated,
}

impl Issuers {
    /// The issuer of the tokens of `pool`.
    pub fn of(&self, pool: &Pool) -> String {
        match self {
            Self::Below(address) => format!("{address}/{}", pool.id()),
            Self::Aws => aws(pool.issuer_type(), pool.id()),
            Self::AwsUpdated => aws(IssuerType::Updated, pool.id()),
        }
    }

    /// The id of the pool that would have this issuer. Whether the pool is there and has it, [`Self::of`] tells.
    pub fn pool_id<'a>(&self, issuer: &'a str) -> Option<&'a str> {
        match self {
            Self::Below(address) => issuer.strip_prefix(address.as_str())?.strip_prefix('/'),
            Self::Aws | Self::AwsUpdated => {
                let (_, id) = issuer.rsplit_once('/')?;
                let types = [IssuerType::Original, IssuerType::Updated];
                types.iter().any(|kind| aws(*kind, id) == issuer).then_some(id)
            }
        }
    }
}

fn aws(kind: IssuerType, pool_id: &str) -> String {
    let region = pool_id.split_once('_').map_or("", |(region, _)| region);
    let host = match kind {
        IssuerType::Original => "cognito-idp",
        IssuerType::Updated => "issuer-cognito-idp",
    };
    format!("https://{host}.{region}.amazonaws.com/{pool_id}")
}

#[cfg(test)]
mod tests {
    use poolhouse_model::{IssuerConfigurationType, UserPoolType};

    use super::*;
    use crate::testing;

    const ORIGINAL: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc";
    const UPDATED: &str = "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_abc";
    const LOCAL: &str = "http://localhost:7665/us-east-1_abc";

    fn below() -> Issuers {
        Issuers::Below("http://localhost:7665".to_owned())
    }

    fn pool(kind: Option<IssuerType>) -> Pool {
        let set = |settings: &mut UserPoolType| {
            settings.id = Some("us-east-1_abc".to_owned());
            settings.issuer_configuration = kind.map(|kind| IssuerConfigurationType { r#type: Some(kind) });
        };
        let document = serde_json::json!({ "settings": testing::pool(set), "account_id": "000000000000" });
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn an_issuer_follows_the_mode_and_the_type_that_the_pool_asks_for() {
        let (unset, original, updated) = (
            pool(None),
            pool(Some(IssuerType::Original)),
            pool(Some(IssuerType::Updated)),
        );
        for (issuers, expected) in [
            (below(), [LOCAL; 3]),
            (Issuers::Aws, [ORIGINAL, ORIGINAL, UPDATED]),
            (Issuers::AwsUpdated, [UPDATED; 3]),
        ] {
            assert_eq!([&unset, &original, &updated].map(|pool| issuers.of(pool)), expected);
        }
    }

    #[test]
    fn the_pool_is_read_from_an_issuer_of_the_mode_only() {
        let id = Some("us-east-1_abc");
        assert_eq!(below().pool_id(LOCAL), id);
        assert_eq!(below().pool_id(ORIGINAL), None);
        assert_eq!(below().pool_id("http://localhost:76650/us-east-1_abc"), None);
        for issuers in [Issuers::Aws, Issuers::AwsUpdated] {
            assert_eq!(
                [ORIGINAL, UPDATED, LOCAL].map(|issuer| issuers.pool_id(issuer)),
                [id, id, None]
            );
            for forged in [
                "https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_abc",
                "https://cognito-idp.us-east-1.amazonaws.com/x/us-east-1_abc",
                "http://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc",
                "https://cognito-idp.us-east-1.amazonaws.com.evil.example/us-east-1_abc",
                "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc/",
                "us-east-1_abc",
                "",
            ] {
                assert_eq!(issuers.pool_id(forged), None, "{forged}");
            }
        }
    }
}
