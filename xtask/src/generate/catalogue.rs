//! The model with our overrides applied, and each shape in its place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, de::DeserializeOwned};

use crate::model::{self, Model, Shape};

/// Everything that the generated files are written from.
pub struct Catalogue {
    pub model: Model,
    pub overrides: Overrides,
    /// The operations of each aggregate.
    pub aggregates: BTreeMap<String, Vec<String>>,
    /// The file of each structure: its aggregate, or `shared`.
    pub homes: BTreeMap<String, String>,
}

/// Where the recorded service, or we, differ from the published model.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    pub shape: BTreeMap<String, ShapeOverride>,
    pub member: BTreeMap<String, MemberOverride>,
    pub operation: BTreeMap<String, OperationOverride>,
}

/// What is different about a shape, wherever it is used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShapeOverride {
    /// The pattern, as messages show it.
    pattern: Option<String>,
    /// What is matched instead of the pattern, in the dialect of the `regex` crate.
    pub expression: Option<String>,
    /// All values of the enumeration, in the order of the messages.
    values: Option<Vec<String>>,
    /// Whether values are kept in a `Secret` (for a map: its values).
    #[serde(default)]
    pub secret: bool,
    reason: String,
}

/// What is different about the shape of one member.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberOverride {
    /// The least length.
    pub min: i64,
    reason: String,
}

/// What is different about an operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationOverride {
    /// The variant of `Auth`.
    pub auth: String,
    reason: String,
}

impl Catalogue {
    /// Reads the model, the overrides and the aggregates, and checks that they fit together.
    pub fn read() -> Result<Self> {
        let mut model = model::read()?;
        let overrides: Overrides = read_toml("overrides.toml")?;
        let aggregates: BTreeMap<String, Vec<String>> = read_toml("aggregates.toml")?;
        overrides.apply(&mut model)?;
        check_aggregates(&model, &aggregates)?;
        let homes = homes(&model, &aggregates)?;
        Ok(Self {
            model,
            overrides,
            aggregates,
            homes,
        })
    }

    /// The shapes that inputs and outputs are made of, by name; those of errors are left out.
    pub fn shapes(&self) -> impl Iterator<Item = (&str, &Shape)> {
        let shapes = self.model.shapes.0.iter().map(|(name, shape)| (name.as_str(), shape));
        shapes.filter(|(_, shape)| !shape.exception)
    }

    /// The structures of one file.
    pub fn structures<'a>(&'a self, home: &'a str) -> impl Iterator<Item = (&'a str, &'a Shape)> {
        self.shapes()
            .filter(move |(name, _)| self.homes.get(*name).is_some_and(|its| its == home))
    }

    /// The files of structures.
    pub fn files(&self) -> BTreeSet<&str> {
        self.homes.values().map(String::as_str).collect()
    }

    /// The override of a member's shape.
    pub fn member_override(&self, structure: &str, member: &str) -> Option<&MemberOverride> {
        self.overrides.member.get(&format!("{structure}.{member}"))
    }

    /// Whether values of this shape are kept in a `Secret`.
    pub fn is_secret(&self, shape: &str) -> bool {
        self.overrides.shape.get(shape).is_some_and(|its| its.secret)
    }
}

impl Overrides {
    fn apply(&self, model: &mut Model) -> Result<()> {
        let shapes = self.shape.iter().map(|(name, its)| (name, &its.reason));
        let members = self.member.iter().map(|(name, its)| (name, &its.reason));
        let operations = self.operation.iter().map(|(name, its)| (name, &its.reason));
        for (name, reason) in shapes.chain(members).chain(operations) {
            ensure!(!reason.is_empty(), "the override of {name} gives no reason");
        }
        for name in self.member.keys() {
            let known = name.split_once('.').is_some_and(|(structure, member)| {
                model
                    .shapes
                    .get(structure)
                    .is_some_and(|shape| shape.members.get(member).is_some())
            });
            ensure!(known, "the model has no member {name}");
        }
        for name in self.operation.keys() {
            ensure!(
                model.operations.get(name).is_some(),
                "the model has no operation {name}"
            );
        }
        let mut shapes = model.shapes.index_mut();
        for (name, change) in &self.shape {
            let shape = shapes
                .get_mut(name.as_str())
                .with_context(|| format!("the model has no shape {name}"))?;
            if let Some(pattern) = &change.pattern {
                shape.pattern = Some(pattern.clone());
            }
            if let Some(values) = &change.values {
                let lost: Vec<&String> = shape.values.iter().filter(|value| !values.contains(value)).collect();
                ensure!(lost.is_empty(), "the override of {name} loses {lost:?}");
                shape.values.clone_from(values);
            }
        }
        Ok(())
    }
}

fn read_toml<T: DeserializeOwned>(file: &str) -> Result<T> {
    let path = crate::root().join("crates/model").join(file);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

fn check_aggregates(model: &Model, aggregates: &BTreeMap<String, Vec<String>>) -> Result<()> {
    let mut placed = BTreeSet::new();
    for operation in aggregates.values().flatten() {
        ensure!(
            model.operations.get(operation).is_some(),
            "aggregates.toml names {operation}, the model does not"
        );
        ensure!(placed.insert(operation), "aggregates.toml names {operation} twice");
    }
    for (operation, _) in &model.operations.0 {
        ensure!(
            placed.contains(operation),
            "aggregates.toml has no place for {operation}"
        );
    }
    Ok(())
}

fn homes(model: &Model, aggregates: &BTreeMap<String, Vec<String>>) -> Result<BTreeMap<String, String>> {
    let mut homes = BTreeMap::new();
    for (aggregate, operations) in aggregates {
        let mut used = BTreeSet::new();
        for name in operations {
            let Some(operation) = model.operations.get(name) else {
                bail!("the model has no operation {name}")
            };
            for target in std::iter::once(&operation.input).chain(&operation.output) {
                collect_structures(model, &target.shape, &mut used)?;
            }
        }
        for structure in used {
            homes
                .entry(structure)
                .and_modify(|home| "shared".clone_into(home))
                .or_insert_with(|| aggregate.clone());
        }
    }
    Ok(homes)
}

fn collect_structures(model: &Model, name: &str, found: &mut BTreeSet<String>) -> Result<()> {
    let shape = model.shape(name)?;
    if shape.kind == "structure" && (shape.document || !found.insert(name.to_owned())) {
        return Ok(());
    }
    shape
        .parts()
        .try_for_each(|part| collect_structures(model, part, found))
}
