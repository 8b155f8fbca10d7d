//! The Amazon Cognito user pools API as types: what its public service model says, and nothing more.
//!
//! [`operations`], [`constraints`], the shapes and [`ErrorName`] are written by `cargo xtask generate` from
//! `cognito-idp.json` (the published model without its documentation text), `overrides.toml` (where the recorded
//! service differs) and `aggregates.toml`. Only the types that the wire's scalars need are written by hand.

mod blob;
pub mod constraints;
mod errors;
pub mod operations;
mod secret;
mod shapes;
#[cfg(test)]
mod tests;
mod text_enum;
mod timestamp;

use poolhouse_awsjson::Description;
use serde_json::Value;

pub use blob::Blob;
pub use errors::ErrorName;
pub use operations::SERVICE;
pub use secret::Secret;
pub use shapes::*;
pub use text_enum::UnknownValue;
pub use timestamp::Timestamp;

macro_rules! descriptions {
    ([] $($operation:ident)*) => {
        /// Every operation, described as data, in the order of their names.
        pub static OPERATIONS: &[Description] = &[$(Description::of::<operations::$operation>()),*];
    };
}
for_each_operation!(descriptions);

/// The description of the operation of this name.
pub fn operation(name: &str) -> Option<&'static Description> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// Whether `text` has the length and the characters of usernames.
pub fn is_username(text: &str) -> bool {
    poolhouse_awsjson::constraints::check(&constraints::values::USERNAME_TYPE, &Value::from(text)).is_ok()
}
