//! The service model: the part of botocore's `service-2.json` that we use, in the same form.

use std::{collections::HashMap, fmt, fs, marker::PhantomData, path::PathBuf};

use anyhow::{Context, Result};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};

/// Where the trimmed model lies.
pub fn path() -> PathBuf {
    crate::root().join("crates/model/cognito-idp.json")
}

/// Reads the trimmed model.
pub fn read() -> Result<Model> {
    let path = path();
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

/// A service.
#[derive(Debug, Serialize, Deserialize)]
pub struct Model {
    pub metadata: Metadata,
    pub operations: Ordered<Operation>,
    pub shapes: Ordered<Shape>,
}

/// What holds for the whole service.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    pub api_version: String,
    pub endpoint_prefix: String,
    pub target_prefix: String,
}

/// One operation.
#[derive(Debug, Serialize, Deserialize)]
pub struct Operation {
    pub input: Target,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Target>,
    pub errors: Vec<Target>,
    /// `none` for operations that are not signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authtype: Option<String>,
}

/// One shape.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shape {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    #[serde(default, skip_serializing_if = "Ordered::is_empty")]
    pub members: Ordered<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    #[serde(rename = "enum", default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub sensitive: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub exception: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub fault: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub document: bool,
}

/// The shape that a member, an element, a key, a value, an input, an output or an error has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Target {
    pub shape: String,
}

impl Shape {
    /// The names of the shapes that this one is made of.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        let members = self.members.0.iter().map(|(_, target)| target);
        members
            .chain(&self.member)
            .chain(&self.key)
            .chain(&self.value)
            .map(|target| target.shape.as_str())
    }
}

impl Model {
    /// The shape of this name.
    pub fn shape(&self, name: &str) -> Result<&Shape> {
        self.shapes
            .get(name)
            .with_context(|| format!("the model has no shape {name}"))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A JSON object whose members keep their order: the order of a structure's members is part of its messages.
#[derive(Debug, Clone)]
pub struct Ordered<T>(pub Vec<(String, T)>);

impl<T> Ordered<T> {
    /// The value under this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The values by name, to change them.
    pub fn index_mut(&mut self) -> HashMap<&str, &mut T> {
        self.0.iter_mut().map(|(name, value)| (name.as_str(), value)).collect()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}
