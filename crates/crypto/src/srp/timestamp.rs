//! The time that a password claim is signed with.

use time::PrimitiveDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

/// `Tue Sep 2 07:05:09 UTC 2025`, or with the day as `02`.
const DAY_IN_SHORT: StaticFormatDescription = format_description!(
    "[weekday repr:short] [month repr:short] [day padding:none] [hour]:[minute]:[second] UTC [year]"
);

/// `Tue Sep  2 07:05:09 UTC 2025`, as C and its descendants write it.
const DAY_IN_TWO_COLUMNS: StaticFormatDescription = format_description!(
    "[weekday repr:short] [month repr:short] [day padding:space] [hour]:[minute]:[second] UTC [year]"
);

/// Reads a `TIMESTAMP` in seconds since 1970; `None` for another language, order, zone or precision.
pub fn parse_timestamp(text: &str) -> Option<i64> {
    [DAY_IN_SHORT, DAY_IN_TWO_COLUMNS]
        .iter()
        .find_map(|format| PrimitiveDateTime::parse(text, format).ok())
        .map(|moment| moment.assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_read_however_its_day_is_padded() {
        for text in [
            "Tue Sep 2 07:05:09 UTC 2025",
            "Tue Sep 02 07:05:09 UTC 2025",
            "Tue Sep  2 07:05:09 UTC 2025",
        ] {
            assert_eq!(parse_timestamp(text), Some(1_756_796_709), "{text}");
        }
        assert_eq!(parse_timestamp("Sat Feb 29 23:59:59 UTC 2020"), Some(1_583_020_799));
        assert_eq!(parse_timestamp("Thu Jan 1 00:00:00 UTC 1970"), Some(0));
    }

    #[test]
    fn other_ways_to_write_a_time_are_refused() {
        for text in [
            "",
            "Tue Sep 2 07:05:09 UTC",
            "Tue Sep 2 07:05:09 UTC 25",
            "Tue Sep 2 07:05:09 GMT 2025",
            "Tue Sep 2 7:05:09 UTC 2025",
            "Tue Sep 2 07:05 UTC 2025",
            "Tue Sep 2 07:05:09 AM UTC 2025",
            "Tue Sep 2 07:05:60 UTC 2025",
            "Tue Sep 2 24:05:09 UTC 2025",
            "Tue Sep 31 07:05:09 UTC 2025",
            "Tue Feb 29 07:05:09 UTC 2025",
            "Di Sep 2 07:05:09 UTC 2025",
            "Die Sep 2 07:05:09 UTC 2025",
            "Tuesday Sep 2 07:05:09 UTC 2025",
            "tue sep 2 07:05:09 utc 2025",
            "2 Sep 2025 07:05:09 UTC",
            "2025-09-02T07:05:09Z",
            " Tue Sep 2 07:05:09 UTC 2025",
            "Tue Sep 2 07:05:09 UTC 2025 ",
            "Tue Sep 2 07:05:09 UTC 2025\0",
            "Tue Sep ٢ 07:05:09 UTC 2025",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
        assert_eq!(parse_timestamp(&"9".repeat(1_000_000)), None);
    }
}
