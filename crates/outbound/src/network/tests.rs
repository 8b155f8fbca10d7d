use std::sync::Mutex;

use super::*;
use crate::test_endpoint::{Behaviour, TestEndpoint, use_tls};

fn production(allowed: &[&str]) -> AddressPolicy {
    let allowed: Vec<IpNet> = allowed.iter().map(|network| network.parse().unwrap()).collect();
    AddressPolicy::production(&allowed)
}

fn allows(policy: &AddressPolicy, address: &str) -> bool {
    policy.allows(address.parse().unwrap())
}

/// Addresses that nobody may call, in every way of writing them.
const NEVER_CALLED: [&str; 24] = [
    "0.0.0.0",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.255",
    "255.255.255.255",
    "::",
    "fe80::1",
    "febf::1",
    "ff02::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "::169.254.169.254",
    "64:ff9b::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "::ffff:100.100.100.200",
    "::ffff:255.255.255.255",
];

/// Addresses of this machine and of private networks.
const INTERNAL_ADDRESSES: [&str; 24] = [
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "240.0.0.1",
    "::1",
    "fc00::1",
    "fdff::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:c0a8:1::1",
];

const PUBLIC_ADDRESSES: [&str; 13] = [
    "1.1.1.1",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.169.0.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1",
    "2002:101:101::1",
];

#[test]
fn some_addresses_are_never_called_whatever_is_allowed() {
    for policy in [
        AddressPolicy::development(),
        production(&[]),
        production(&["0.0.0.0/0", "::/0"]),
    ] {
        for address in NEVER_CALLED {
            assert!(!allows(&policy, address), "{address} {policy:?}");
        }
        for address in PUBLIC_ADDRESSES {
            assert!(allows(&policy, address), "{address} {policy:?}");
        }
    }
}

#[test]
fn production_mode_calls_internal_addresses_only_where_they_are_allowed() {
    for address in INTERNAL_ADDRESSES {
        assert!(allows(&AddressPolicy::development(), address), "{address}");
        assert!(!allows(&production(&[]), address), "{address}");
        assert!(allows(&production(&["0.0.0.0/0", "::/0"]), address), "{address}");
    }
    let policy = production(&["10.1.0.0/16", "fd12::/16"]);
    for (address, allowed) in [
        ("10.1.255.1", true),
        ("10.2.0.1", false),
        ("fd12::1", true),
        ("fd13::1", false),
        ("127.0.0.1", false),
    ] {
        assert_eq!(allows(&policy, address), allowed, "{address}");
    }
}

#[test]
fn an_ipv4_address_is_the_same_however_a_url_writes_it() {
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
    ] {
        let url = Url::parse(&format!("http://{host}/")).unwrap();
        assert!(production(&[]).check(&url).is_err(), "{host}");
        assert_eq!(AddressPolicy::development().check(&url), Ok(()), "{host}");
    }
    let url = Url::parse("http://[::ffff:a9fe:a9fe]/").unwrap();
    assert_eq!(
        AddressPolicy::development().check(&url).unwrap_err().to_string(),
        "::ffff:169.254.169.254 is at an address that is not allowed"
    );
}

/// Answers each question with the next of its lists; the last stays.
struct Script(Mutex<Vec<Vec<&'static str>>>);

impl Script {
    fn new(answers: &[&[&'static str]]) -> Self {
        Self(Mutex::new(answers.iter().rev().map(|answer| answer.to_vec()).collect()))
    }
}

impl Resolve for Script {
    fn resolve(&self, _: Name) -> Resolving {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 {
            answers.pop().unwrap()
        } else {
            answers[0].clone()
        };
        let addresses = answer
            .into_iter()
            .map(|address| SocketAddr::new(address.parse().unwrap(), 0));
        Box::pin(std::future::ready(Ok(Box::new(addresses) as Addrs)))
    }
}

async fn call(client: &GuardedClient, url: &str) -> Result<u16, CallError> {
    let request = client.post(url.parse().unwrap()).build().unwrap();
    client.execute(request).await.map(|answer| answer.status().as_u16())
}

fn client(policy: AddressPolicy) -> GuardedClient {
    use_tls();
    GuardedClient::new(policy).unwrap()
}

#[tokio::test]
async fn a_name_is_judged_by_the_address_of_each_connection() {
    let server = TestEndpoint::start(Behaviour::Answer(http::StatusCode::OK)).await;
    let url = server.url("", "/").replace("127.0.0.1", "functions.example.com");
    let rebinding = Script::new(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let policy = AddressPolicy::development().with_resolver(rebinding);
    assert_eq!(call(&client(policy.clone()), &url).await.unwrap(), 200);
    // Another client has no connection left from before.
    match call(&client(policy), &url).await {
        Err(CallError::Forbidden(refusal)) => assert_eq!(refusal.host, "functions.example.com"),
        other => panic!("{other:?}"),
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn of_several_addresses_only_the_allowed_ones_are_called() {
    let server = TestEndpoint::start(Behaviour::Answer(http::StatusCode::OK)).await;
    let url = server.url("", "/").replace("127.0.0.1", "functions.example.com");
    let mixed = Script::new(&[&["169.254.169.254", "10.0.0.1", "127.0.0.1"]]);
    let policy = production(&["127.0.0.0/8"]).with_resolver(mixed);
    assert_eq!(call(&client(policy), &url).await.unwrap(), 200);
}

#[tokio::test]
async fn an_address_of_this_machine_is_not_called_in_production() {
    let server = TestEndpoint::start(Behaviour::Answer(http::StatusCode::OK)).await;
    for url in [
        server.url("", "/"),
        server.url("", "/").replace("127.0.0.1", "localhost"),
        server.url("", "/").replace("127.0.0.1", "[::ffff:127.0.0.1]"),
    ] {
        let outcome = call(&client(production(&[])), &url).await;
        assert!(matches!(outcome, Err(CallError::Forbidden(_))), "{url} {outcome:?}");
        let outcome = call(&client(production(&["127.0.0.1/32", "::1/128"])), &url).await;
        assert!(!matches!(outcome, Err(CallError::Forbidden(_))), "{url} {outcome:?}");
    }
}

#[tokio::test]
async fn a_name_without_an_address_is_no_refusal() {
    let policy = AddressPolicy::development().with_resolver(Script::new(&[&[]]));
    let error = call(&client(policy), "http://user:s3cret@nowhere.example.com/s3cret")
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Failed(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}
