//! Attributes of users and their verification.

mod admin_delete_user_attributes;
mod admin_update_user_attributes;
mod delete_user_attributes;
mod get_user_attribute_verification_code;
mod update_user_attributes;
mod verify_user_attribute;

use poolhouse_domain::{Error, Result};
use poolhouse_model::VerifiedAttributeType;

/// The attribute that a code can verify; there are two.
fn verifiable(name: &str) -> Result<VerifiedAttributeType> {
    name.parse()
        .map_err(|_| Error::invalid_parameter(format!("{name} is not an attribute that can be verified.")))
}
