//! The form of every enumeration of the model.

use std::fmt;

/// Declares an enumeration of strings: its variants, and what each is on the wire.
macro_rules! text_enum {
    ($(#[$attribute:meta])* $name:ident { $($variant:ident = $value:literal,)+ }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $value, "`")] $variant,)+
        }

        impl $name {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every value, as on the wire.
            pub const VALUES: &'static [&'static str] = &[$($value),+];

            /// The value on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $value,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($value => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownValue(stringify!($name))),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use text_enum;

/// A text that is not one of an enumeration's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownValue(pub(crate) &'static str);

impl fmt::Display for UnknownValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "not a value of {}", self.0)
    }
}

impl std::error::Error for UnknownValue {}

#[cfg(test)]
mod tests {
    use crate::{AuthFlowType, ErrorName, UnknownValue};

    #[test]
    fn a_value_reads_and_writes_as_on_the_wire() {
        let flow: AuthFlowType = serde_json::from_str(r#""USER_SRP_AUTH""#).unwrap();
        assert_eq!(flow, AuthFlowType::UserSrpAuth);
        assert_eq!(serde_json::to_string(&flow).unwrap(), r#""USER_SRP_AUTH""#);
        assert_eq!(
            "NO_SUCH_FLOW".parse::<AuthFlowType>(),
            Err(UnknownValue("AuthFlowType"))
        );
    }

    #[test]
    fn two_errors_are_faults_of_the_server() {
        let faults: Vec<_> = ErrorName::ALL
            .iter()
            .filter(|name| name.is_server_fault())
            .map(|name| name.as_str())
            .collect();
        assert_eq!(faults, ["InternalErrorException", "InternalServerException"]);
    }
}
