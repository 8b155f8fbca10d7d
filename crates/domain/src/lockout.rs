//! Wrong passwords and the pause that they earn; failures from one address and how long they count.

use std::net::{IpAddr, Ipv6Addr};

use crate::{MINUTE, SECOND};

/// Failures that cost nothing.
const FREE_FAILURES: i64 = 4;
/// The longest pause, and how long a counter lives after the last failure.
pub const LONGEST_PAUSE: i64 = 15 * MINUTE;
/// How long the failures from one address count, from the first of them, in milliseconds.
pub const ADDRESS_WINDOW: i64 = 15 * MINUTE;

/// How long sign-in is refused after the `failures`-th wrong password in a row, in milliseconds: nothing for the first
/// four, then one second, doubled with each failure up to fifteen minutes.
pub fn pause_after(failures: i64) -> i64 {
    if failures <= FREE_FAILURES {
        return 0;
    }
    let doublings = u32::try_from(failures - FREE_FAILURES - 1).unwrap_or(u32::MAX).min(20);
    SECOND.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

/// Whose failures are counted together: those of one IPv4 address, or of one IPv6 network of 64 bits, which is the least
/// that a customer of a provider has.
pub fn origin(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = address.to_bits() & (u128::MAX << 64);
            format!("{}/64", Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_an_ipv4_address_or_half_an_ipv6_address() {
        let origins = [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::", "2001:db8:1:3::/64"),
            ("::1", "::/64"),
        ];
        for (address, expected) in origins {
            assert_eq!(origin(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn the_fifth_failure_pauses_one_second_and_each_further_doubles_it() {
        let pauses: Vec<i64> = (1..=8).map(pause_after).collect();
        assert_eq!(pauses, [0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000]);
    }

    #[test]
    fn the_pause_never_exceeds_fifteen_minutes() {
        assert_eq!(pause_after(14), 512_000);
        assert_eq!(pause_after(15), 900_000);
        assert_eq!(pause_after(i64::MAX), 900_000);
    }
}
