//! Who is behind the proxies in front of this server.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the client on whose behalf `peer` sent these headers.
///
/// Each proxy adds to the end of `X-Forwarded-For` whom it took the request from. So the list is read from its end, as
/// far as those who wrote it are trusted: what stands before that, the client may have written. Of an entry that is no
/// address, the proxy that wrote it stands in.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
    let entries = lines.into_iter().rev();
    let mut entries = entries.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let mut client = peer.to_canonical();
    while trusted.iter().any(|network| network.contains(&client)) {
        match entries.next().and_then(address) {
            Some(previous) => client = previous,
            None => break,
        }
    }
    client
}

/// An address, which some proxies write with a port.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let address = entry
        .parse()
        .or_else(|_| entry.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The client of a request from `peer` with these lines of `X-Forwarded-For`, where 10.0.0.0/8 and fd00::/8 are ours.
    fn client_of(peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        let lines = lines
            .iter()
            .map(|line| (FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap()));
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            headers.append(name, line);
        }
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        assert_eq!(client_of("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(client_of("::ffff:203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(client_of("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client_of("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client_of("fd00::1", &["2001:db8::1"]), "2001:db8::1");
        let nobody: &[IpNet] = &[];
        let headers = HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static("198.51.100.1"))]);
        assert_eq!(client([10, 0, 0, 1].into(), &headers, nobody).to_string(), "10.0.0.1");
    }

    #[test]
    fn what_stands_before_the_word_of_a_proxy_is_not_read() {
        for lines in [
            ["192.0.2.66, 198.51.100.1,10.0.0.2"].as_slice(),
            &["192.0.2.66", "198.51.100.1, 10.0.0.2"],
            &["10.0.0.3, 198.51.100.1", "10.0.0.2"],
        ] {
            assert_eq!(client_of("10.0.0.1", lines), "198.51.100.1", "{lines:?}");
        }
    }

    #[test]
    fn a_request_of_a_proxy_itself_comes_from_it() {
        assert_eq!(client_of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client_of("10.0.0.1", &["10.0.0.2"]), "10.0.0.2");
        for line in [
            "",
            "unknown",
            "198.51.100.1, _hidden",
            "198.51.100.1 10.0.0.2",
            "198.51.100.1,",
            "\u{fc}",
        ] {
            assert_eq!(client_of("10.0.0.1", &[line]), "10.0.0.1", "{line:?}");
        }
    }

    #[test]
    fn ports_are_left_out_and_mapped_addresses_are_ipv4() {
        assert_eq!(client_of("10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(client_of("10.0.0.1", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(client_of("10.0.0.1", &["::ffff:198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            client_of("10.0.0.1", &["198.51.100.9, ::ffff:10.9.9.9"]),
            "198.51.100.9"
        );
    }
}
