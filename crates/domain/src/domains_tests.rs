use poolhouse_model::{FailoverType, UserPoolType};

use super::*;
use crate::testing::{self, invalid_parameter};

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c";
const NOT_A_SUBDOMAIN: &str = "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for the \
                               parent domain or domain parent is a top-level domain.";

fn pool() -> Pool {
    let set = |settings: &mut UserPoolType| settings.id = Some("us-east-1_abc".to_owned());
    let document = serde_json::json!({ "settings": testing::pool(set), "account_id": "000000000000" });
    serde_json::from_value(document).unwrap()
}

fn prefix(name: &str) -> CreateUserPoolDomainRequest {
    CreateUserPoolDomainRequest {
        domain: name.to_owned(),
        ..CreateUserPoolDomainRequest::default()
    }
}

fn custom(name: &str) -> CreateUserPoolDomainRequest {
    CreateUserPoolDomainRequest {
        custom_domain_config: Some(CustomDomainConfigType {
            certificate_arn: CERTIFICATE.to_owned(),
            security_policy: None,
        }),
        ..prefix(name)
    }
}

fn add(request: CreateUserPoolDomainRequest) -> Result<()> {
    pool().add_domain(request, Timestamp::default())
}

#[test]
fn a_prefix_is_a_label_that_nobody_takes_for_the_service() {
    let longest = "a".repeat(63);
    for name in ["a", "a-b", "my--pool", "0", longest.as_str(), "aw-s", "axn--b"] {
        assert!(add(prefix(name)).is_ok(), "{name}");
    }
    for (name, word) in [
        ("laws-and-order", "aws"),
        ("aws", "aws"),
        ("my-amazon", "amazon"),
        ("newcognito", "cognito"),
        ("xn--amazn-mye", "xn--"),
    ] {
        let message = format!("Domain cannot contain reserved word: {word}");
        assert_eq!(invalid_parameter(add(prefix(name))), message);
    }
    let message = "The domain name contains an invalid character. Domain names can only contain lower-case letters, \
                   numbers, and hyphens. Please enter a different name that follows this format: \
                   ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$";
    for name in ["auth.example.com", "-a", "a-", "A", "a_b", "", "\u{e4}", "a b"] {
        assert_eq!(invalid_parameter(add(prefix(name))), message, "{name}");
    }
}

#[test]
fn a_custom_domain_is_a_name_below_somebody_s_own() {
    for name in [
        "auth.example.com",
        "a.b.c.example.com",
        "cognito.example.com",
        "login.app.localhost",
        "auth.xn--bcher-kva.example",
    ] {
        assert!(add(custom(name)).is_ok(), "{name}");
    }
    let long = format!("{}.example.com", "a".repeat(52));
    for name in [
        "auth",
        "example.com",
        "10.0.0.1",
        "1.2.3",
        "0x7f.0.0.1",
        "auth..example.com",
        "auth.example.com.",
        "auth.-example.com",
        "auth.xn--a.example",
        "auth.b\u{fc}cher.example",
        "Auth.example.com",
        "victim.auth.localhost",
        "victim.auth.us-east-1.amazoncognito.com",
        "cognito-idp.us-east-1.amazonaws.com",
        long.as_str(),
    ] {
        assert_eq!(invalid_parameter(add(custom(name))), NOT_A_SUBDOMAIN, "{name}");
    }
}

#[test]
fn a_certificate_is_one_of_certificate_manager_in_us_east_1() {
    let message = "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't \
                   include a valid certificate chain.";
    for arn in [
        "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c",
        "arn:aws:iam:us-east-1:123456789012:certificate/0f1e2d3c",
        "arn:aws:acm:us-east-1:123456789012:key/0f1e2d3c",
        "arn:aws:acm:us-east-1:123456789012",
        "",
    ] {
        let mut request = custom("auth.example.com");
        request.custom_domain_config = Some(CustomDomainConfigType {
            certificate_arn: arn.to_owned(),
            security_policy: None,
        });
        assert_eq!(invalid_parameter(add(request)), message, "{arn}");
    }
}

#[test]
fn no_domain_fails_over_to_a_replica_that_is_not_there() {
    let routing = || {
        Some(RoutingType {
            failover: Some(FailoverType {
                secondary_region: "eu-west-1".to_owned(),
                primary_route53_health_check_id: "0f1e2d3c".to_owned(),
            }),
        })
    };
    let request = CreateUserPoolDomainRequest {
        routing: routing(),
        ..custom("auth.example.com")
    };
    assert_eq!(
        invalid_parameter(add(request)),
        "The user pool has no replica in eu-west-1."
    );
    let request = CreateUserPoolDomainRequest {
        routing: routing(),
        ..prefix("a")
    };
    assert_eq!(
        invalid_parameter(add(request)),
        "Routing is only supported for custom domains."
    );
}

#[test]
fn hosts_name_domains_in_three_ways() {
    let mut pool = pool();
    pool.add_domain(prefix("shop"), Timestamp::default()).unwrap();
    pool.add_domain(custom("auth.example.com"), Timestamp::default())
        .unwrap();
    for host in [
        "shop.auth.localhost",
        "shop.auth.localhost:7665",
        "SHOP.Auth.LocalHost",
        "shop.auth.us-east-1.amazoncognito.com",
        "shop.auth.us-east-1.amazoncognito.com:443",
        "auth.example.com",
        "AUTH.example.com:8443",
        "auth.example.com:",
    ] {
        assert!(pool.answers_at(&HostedName::read(host).unwrap()), "{host}");
    }
    for host in [
        "shop.auth.eu-west-1.amazoncognito.com",
        "other.auth.localhost",
        "www.example.com",
        "a.auth.example.com",
    ] {
        assert!(!pool.answers_at(&HostedName::read(host).unwrap()), "{host}");
    }
}

#[test]
fn hosts_that_can_be_no_domain_are_not_looked_up() {
    let huge = "a".repeat(1 << 20);
    for host in [
        "",
        ":",
        "localhost",
        "localhost:7665",
        "shop",
        "127.0.0.1:80",
        "[::1]:80",
        "::1",
        "user@auth.example.com",
        "user:password@auth.example.com",
        "auth.example.com:80:80",
        "auth.example.com:x",
        "auth.example.com.",
        "auth.example.com/",
        "auth.example.com%2f",
        "auth.example.com, auth.example.com",
        "\u{ff41}uth.example.com",
        "a.b.auth.localhost",
        ".auth.localhost",
        "aws.auth.localhost",
        "shop.us-east-1.amazoncognito.com",
        "cognito-idp.us-east-1.amazonaws.com",
        huge.as_str(),
    ] {
        assert_eq!(HostedName::read(host), None, "{host:.80}");
    }
}
