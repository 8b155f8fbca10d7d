//! The user pools elsewhere that users move here from.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Config, ConnectionUrl, Problems, Secret, check_region};

/// Where the users of a pool come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrateFrom {
    /// The id of the pool here that users move to.
    pub pool: String,
    /// An app client of the former pool that allows `ALLOW_USER_PASSWORD_AUTH`.
    pub client_id: String,
    /// The secret of that app client, if it has one.
    pub client_secret: Option<Secret>,
    /// The AWS region of the former pool.
    pub region: Option<String>,
    /// The endpoint of the former pool, where that is not Amazon's of a region.
    pub endpoint: Option<ConnectionUrl>,
}

impl From<String> for MigrateFrom {
    /// Reads `POOL=CLIENT_ID[:SECRET]@REGION` or `…@URL`. Text of another form names no pool, which the configuration
    /// refuses: an error here would be printed with the text.
    fn from(text: String) -> Self {
        let parts = text.split_once('=').and_then(|(pool, rest)| {
            let (client, place) = rest.split_once('@')?;
            Some((pool, client, place))
        });
        let (pool, client, place) = parts.unwrap_or_default();
        let (client_id, client_secret) = match client.split_once(':') {
            Some((id, secret)) => (id, Some(secret.to_owned().into())),
            None => (client, None),
        };
        let (region, endpoint) = if place.contains("://") {
            (None, Some(place.to_owned().into()))
        } else {
            (Some(place.to_owned()), None)
        };
        Self {
            pool: pool.to_owned(),
            client_id: client_id.to_owned(),
            client_secret,
            region,
            endpoint,
        }
    }
}

impl MigrateFrom {
    /// The URL of the former pool's JSON API.
    pub fn url(&self) -> String {
        match (&self.endpoint, &self.region) {
            (Some(endpoint), _) => endpoint.expose().to_owned(),
            (None, region) => format!(
                "https://cognito-idp.{}.amazonaws.com",
                region.as_deref().unwrap_or_default()
            ),
        }
    }
}

/// Checks that every pool has one former pool at most, and that each can be found.
pub fn check(config: &Config, problems: &mut Problems) {
    for (position, former) in config.migrate_from.iter().enumerate() {
        let pool = &former.pool;
        if !is_pool_id(pool) {
            problems.add(format!(
                "migrate_from number {} must be POOL=CLIENT_ID[:SECRET]@REGION or POOL=CLIENT_ID[:SECRET]@URL, POOL the id \
                 of a user pool here such as us-east-1_AbCdEfGhI",
                position + 1
            ));
            continue;
        }
        if config
            .migrate_from
            .iter()
            .take(position)
            .any(|earlier| earlier.pool == *pool)
        {
            problems.add(format!("migrate_from names the pool {pool} twice"));
        }
        if !is_word(&former.client_id) {
            problems.add(format!(
                "migrate_from of {pool} needs a client_id of letters and digits, the id of an app client of the former pool"
            ));
        }
        if former
            .client_secret
            .as_ref()
            .is_some_and(|secret| secret.expose().is_empty())
        {
            problems.add(format!("migrate_from of {pool} has a client_secret that is empty"));
        }
        match (&former.region, &former.endpoint) {
            (Some(region), None) => check_region(&format!("the region of migrate_from of {pool}"), region, problems),
            (None, Some(endpoint)) => check_endpoint(config, pool, endpoint, problems),
            (Some(_), Some(_)) | (None, None) => {
                problems.add(format!("migrate_from of {pool} needs either a region or an endpoint"));
            }
        }
    }
}

fn check_endpoint(config: &Config, pool: &str, endpoint: &ConnectionUrl, problems: &mut Problems) {
    let url = Url::parse(endpoint.expose()).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
    });
    let Some(url) = url else {
        problems.add(format!(
            "the endpoint of migrate_from of {pool} must be a URL that begins with http:// or https:// and holds no \
             password, such as https://cognito-idp.eu-west-1.amazonaws.com"
        ));
        return;
    };
    let own = Url::parse(&config.public_url).map(|own| own.origin());
    if own.is_ok_and(|own| own == url.origin()) {
        problems.add(format!(
            "the endpoint of migrate_from of {pool} is this server's own, which would ask itself without end"
        ));
    }
}

/// Refuses what would let somebody read passwords on their way.
pub fn check_safety(config: &Config, problems: &mut Problems) {
    for former in &config.migrate_from {
        if let Some(url) = former.endpoint.as_ref().filter(|url| url.travels_in_the_clear()) {
            problems.add(format!(
                "the endpoint of migrate_from of {} is {url}, so passwords would travel in the clear: use https://, or an \
                 address of this machine",
                former.pool
            ));
        }
    }
}

fn is_pool_id(id: &str) -> bool {
    id.split_once('_').is_some_and(|(region, name)| {
        !region.is_empty()
            && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Whether `id` consists of what ids of app clients consist of.
fn is_word(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::config::testing::{self, said, settings};

    const POOL: &str = "us-east-1_AbCdEfGhI";

    /// What is wrong with former pools, one sentence after the other.
    fn problems(former: &[&str]) -> Vec<String> {
        let settings = Settings {
            public_url: Some("https://id.example.com/here".to_owned()),
            migrate_from: former.iter().map(|text| (*text).to_owned().into()).collect(),
            ..Settings::default()
        };
        said(Config::resolve(settings).map(drop))
    }

    #[test]
    fn a_former_pool_is_a_region_or_an_endpoint_and_an_app_client() {
        let config = Config::resolve(settings(
            "[[migrate_from]]\npool = 'us-east-1_AbCdEfGhI'\nclient_id = '1example'\nregion = 'eu-west-1'\n\
             [[migrate_from]]\npool = 'us-east-1_Other'\nclient_id = '2example'\nclient_secret = 's3cret'\n\
             endpoint = 'http://localhost:7666'",
        ))
        .unwrap();
        let flags = [
            "us-east-1_AbCdEfGhI=1example@eu-west-1",
            "us-east-1_Other=2example:s3cret@http://localhost:7666",
        ];
        assert_eq!(
            config.migrate_from,
            flags.map(|flag| MigrateFrom::from(flag.to_owned()))
        );
        let urls: Vec<_> = config.migrate_from.iter().map(MigrateFrom::url).collect();
        assert_eq!(
            urls,
            ["https://cognito-idp.eu-west-1.amazonaws.com", "http://localhost:7666"]
        );
        let printed = config.to_toml().unwrap();
        assert!(
            printed.contains("client_id = \"2example\"\nclient_secret = \"redacted\"\n") && !printed.contains("s3cret"),
            "{printed}"
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_secrets() {
        assert_eq!(problems(&["us-east-1_AbCdEfGhI=1example@eu-west-1"]), [""; 0]);
        let form = "must be POOL=CLIENT_ID[:SECRET]@REGION or POOL=CLIENT_ID[:SECRET]@URL, POOL the id of a user pool \
                    here such as us-east-1_AbCdEfGhI";
        for text in [
            "",
            "s3cret",
            "us-east-1_a=s3cret",
            "=1example:s3cret@eu-west-1",
            "AbC=1:s3cret@eu-west-1",
        ] {
            assert_eq!(
                problems(&["us-east-1_a=1@eu-west-1", text]),
                [format!("migrate_from number 2 {form}")],
                "{text}"
            );
        }
        assert_eq!(
            problems(&[
                "us-east-1_AbCdEfGhI=1@eu-west-1",
                "us-east-1_AbCdEfGhI=a b:@mars",
                "us-east-1_b=1@ftp://s3cret",
                "us-east-1_c=1@https://user:s3cret@example.com",
                "us-east-1_d=1@https://id.example.com/",
            ]),
            [
                "migrate_from names the pool us-east-1_AbCdEfGhI twice",
                "migrate_from of us-east-1_AbCdEfGhI needs a client_id of letters and digits, the id of an app client of \
                 the former pool",
                "migrate_from of us-east-1_AbCdEfGhI has a client_secret that is empty",
                "the region of migrate_from of us-east-1_AbCdEfGhI is \"mars\", but must be the name of an AWS region \
                 such as us-east-1",
                "the endpoint of migrate_from of us-east-1_b must be a URL that begins with http:// or https:// and holds \
                 no password, such as https://cognito-idp.eu-west-1.amazonaws.com",
                "the endpoint of migrate_from of us-east-1_c must be a URL that begins with http:// or https:// and holds \
                 no password, such as https://cognito-idp.eu-west-1.amazonaws.com",
                "the endpoint of migrate_from of us-east-1_d is this server's own, which would ask itself without end",
            ]
        );
        let table = |rest: &str| {
            let text = format!("[[migrate_from]]\npool = '{POOL}'\nclient_id = '1example'\n{rest}");
            said(Config::resolve(settings(&text)).map(drop))
        };
        for rest in ["", "region = 'eu-west-1'\nendpoint = 'https://example.com'"] {
            assert_eq!(
                table(rest),
                ["migrate_from of us-east-1_AbCdEfGhI needs either a region or an endpoint"]
            );
        }
    }

    #[test]
    fn production_mode_sends_no_password_in_the_clear() {
        let refusals = |place: &str| {
            testing::refusals(Settings {
                migrate_from: vec![format!("{POOL}=1example@{place}").into()],
                ..Settings::default()
            })
        };
        for place in ["eu-west-1", "https://pools.example.com", "http://localhost:7666"] {
            assert_eq!(refusals(place), [""; 0], "{place}");
        }
        assert_eq!(
            refusals("http://pools.example.com"),
            [
                "the endpoint of migrate_from of us-east-1_AbCdEfGhI is http://pools.example.com/, so passwords would travel \
                 in the clear: use https://, or an address of this machine"
            ]
        );
    }
}
