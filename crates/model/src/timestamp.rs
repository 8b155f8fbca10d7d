//! Points in time as the wire writes them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, in milliseconds since 1970. On the wire it is a number of seconds with a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// The point in time `millis` milliseconds later.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            serializer.serialize_i64(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.0 as f64 / 1000.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Ok(Self((seconds * 1000.0).round() as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn the_wire_has_seconds_with_milliseconds_as_the_fraction() {
        let timestamp = Timestamp::from_millis(1_715_836_222_703);
        assert_eq!(serde_json::to_string(&timestamp).unwrap(), "1715836222.703");
        assert_eq!(serde_json::from_str::<Timestamp>("1715836222.703").unwrap(), timestamp);
        assert_eq!(timestamp.seconds(), 1_715_836_222);
    }

    #[test]
    fn whole_seconds_have_no_fraction() {
        let timestamp = Timestamp::from_seconds(1_715_836_222);
        assert_eq!(serde_json::to_string(&timestamp).unwrap(), "1715836222");
        assert_eq!(serde_json::from_str::<Timestamp>("1715836222").unwrap(), timestamp);
    }

    #[test]
    fn every_millisecond_survives_the_wire() {
        for millis in (0..1000).map(|fraction| 1_700_000_000_000 + fraction) {
            let json = serde_json::to_string(&Timestamp::from_millis(millis)).unwrap();
            assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap().millis(), millis);
        }
    }

    #[test]
    fn a_text_is_not_a_timestamp() {
        assert!(serde_json::from_str::<Timestamp>("\"2024-05-16T05:10:22Z\"").is_err());
    }
}
