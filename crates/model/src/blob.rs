//! Bytes as the wire writes them.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Bytes, which are base64 text on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Blob;

    #[test]
    fn the_wire_has_base64() {
        assert_eq!(serde_json::to_string(&Blob(vec![0, 255, 16])).unwrap(), "\"AP8Q\"");
        assert_eq!(
            serde_json::from_str::<Blob>("\"AP8Q\"").unwrap(),
            Blob(vec![0, 255, 16])
        );
        assert!(serde_json::from_str::<Blob>("\"AP8\"").is_err());
    }
}
