//! The schema of a pool: which attributes its users have, and what their values may be.

mod definition;
mod standard;
mod values;
mod writes;

use poolhouse_model::SchemaAttributeType;
use serde::{Deserialize, Serialize};

use crate::attributes::{CUSTOM_PREFIX, DEVELOPER_PREFIX, SUB};

/// The longest value of any attribute, in characters.
pub const VALUE_MAX: usize = 2048;
/// How many custom attributes a pool can have.
pub const CUSTOM_ATTRIBUTES_MAX: usize = 50;

/// The attributes that a pool defines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schema(Vec<SchemaAttributeType>);

/// Whether a new user needs all required attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// At sign-up.
    Yes,
    /// When an administrator creates the user, who is asked for the rest at the first sign-in.
    No,
}

/// Who writes attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// The user, through an app client.
    Client,
    /// An administrator.
    Admin,
}

impl Schema {
    /// Takes a schema that was checked when it was stored.
    pub fn from_stored(attributes: Vec<SchemaAttributeType>) -> Self {
        Self(attributes)
    }

    /// Gives the schema as it is stored and described.
    pub fn into_attributes(self) -> Vec<SchemaAttributeType> {
        self.0
    }

    /// The attributes in the order of the description.
    pub fn attributes(&self) -> &[SchemaAttributeType] {
        &self.0
    }

    /// The definition of the attribute `name`, prefix included.
    pub fn get(&self, name: &str) -> Option<&SchemaAttributeType> {
        self.0.iter().find(|attribute| attribute.name.as_deref() == Some(name))
    }

    /// The attributes that every user must have; `sub`, which the service gives, is not among them.
    pub fn required_names(&self) -> Vec<String> {
        self.required().map(str::to_owned).collect()
    }

    /// As [`Self::required_names`], without copies.
    pub(crate) fn required(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|attribute| attribute.required == Some(true))
            .filter_map(|attribute| attribute.name.as_deref())
            .filter(|name| *name != SUB)
    }
}

/// Whether an administrator defined the attribute `name`.
fn is_custom(name: &str) -> bool {
    name.starts_with(CUSTOM_PREFIX) || name.starts_with(DEVELOPER_PREFIX)
}
