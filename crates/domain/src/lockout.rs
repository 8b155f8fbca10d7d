//! Wrong passwords and the pause that they earn.

use crate::{MINUTE, SECOND};

/// Failures that cost nothing.
const FREE_FAILURES: i64 = 4;
/// The longest pause, and how long a counter lives after the last failure.
pub const LONGEST_PAUSE: i64 = 15 * MINUTE;

/// How long sign-in is refused after the `failures`-th wrong password in a row, in milliseconds: nothing for the first
/// four, then one second, doubled with each failure up to fifteen minutes.
pub fn pause_after(failures: i64) -> i64 {
    if failures <= FREE_FAILURES {
        return 0;
    }
    let doublings = u32::try_from(failures - FREE_FAILURES - 1).unwrap_or(u32::MAX).min(20);
    SECOND.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

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
