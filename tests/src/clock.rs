//! A clock that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use poolhouse_domain::{Clock, Timestamp};

/// The time at which every lab begins: 2027-01-15T08:00:00Z, in milliseconds since 1970.
pub const START: i64 = 1_800_000_000_000;

/// A clock that stands still until it is moved; clones show the same time.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// Lets `time` pass, at once.
    pub fn advance(&self, time: Duration) {
        self.0.fetch_add(time.as_millis() as i64, Ordering::SeqCst);
    }

    /// Sets the clock back.
    pub fn rewind(&self, time: Duration) {
        self.0.fetch_sub(time.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub const fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

pub const fn hours(count: u64) -> Duration {
    Duration::from_hours(count)
}

pub const fn days(count: u64) -> Duration {
    Duration::from_hours(24 * count)
}
