//! The names and the secrets of new app clients.

use poolhouse_model::Secret;

use crate::Cx;

/// The length of an app client id.
const ID_LENGTH: usize = 26;

/// The length of a generated secret.
const SECRET_LENGTH: usize = 52;

impl Cx {
    /// An id for a new app client.
    pub fn new_client_id(&self) -> String {
        self.entropy.alphanumeric_lower(ID_LENGTH)
    }

    /// A secret for an app client.
    pub fn new_client_secret(&self) -> Secret {
        Secret::from(self.entropy.alphanumeric_lower(SECRET_LENGTH))
    }
}
