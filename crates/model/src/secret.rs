//! Text that must not be seen.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A password, code or token: absent from debug output, and wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself; whoever asks for it answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;
    use crate::{AuthFlowType, InitiateAuthRequest};

    #[test]
    fn the_wire_shows_it_and_debug_output_does_not() {
        let secret = Secret::from("hunter2");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"hunter2\"");
        assert_eq!(
            serde_json::from_str::<Secret>("\"hunter2\"").unwrap().expose(),
            "hunter2"
        );
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn the_values_of_auth_parameters_are_secret() {
        let request = InitiateAuthRequest {
            auth_flow: AuthFlowType::UserPasswordAuth,
            client_id: "abc".to_owned(),
            auth_parameters: Some([("PASSWORD".to_owned(), Secret::from("hunter2"))].into()),
            client_metadata: None,
            analytics_metadata: None,
            user_context_data: None,
            session: None,
        };
        let shown = format!("{request:?}");
        assert!(shown.contains("PASSWORD") && !shown.contains("hunter2"), "{shown}");
    }
}
