//! Writes the typed shapes: `shapes/*.rs`.

use std::fmt::Write;

use anyhow::{Context, Result, bail};

use super::{
    Files,
    catalogue::Catalogue,
    names::{pascal, snake, variant},
};
use crate::model::{Shape, Target};

/// Adds the files of the shapes.
pub fn write(catalogue: &Catalogue, files: &mut Files) -> Result<()> {
    let mut module = String::from("//! The shapes of the model as Rust types.\n\nmod enums;\n");
    let mut exports = String::from("pub use enums::*;\n");
    for file in catalogue.files() {
        writeln!(module, "mod {file};")?;
        writeln!(exports, "pub use {file}::*;")?;
        files.add(&format!("shapes/{file}.rs"), &structures(catalogue, file)?);
    }
    files.add("shapes/mod.rs", &format!("{module}\n{exports}"));
    files.add("shapes/enums.rs", &enums(catalogue)?);
    Ok(())
}

fn structures(catalogue: &Catalogue, file: &str) -> Result<String> {
    let mut body = String::new();
    for (name, shape) in catalogue.structures(file) {
        body.push_str(&structure(catalogue, name, shape)?);
    }
    let mut text = if file == "shared" {
        "//! Structures that several aggregates use.\n\n".to_owned()
    } else {
        format!("//! Structures of the {} operations.\n\n", file.replace('_', " "))
    };
    if body.contains("BTreeMap<") {
        text.push_str("use std::collections::BTreeMap;\n\n");
    }
    text.push_str("use serde::{Deserialize, Serialize};\n\n");
    let shapes = catalogue.shapes().filter(|(name, shape)| {
        let elsewhere = catalogue.homes.get(*name).is_some_and(|home| home != file);
        (elsewhere || !shape.values.is_empty()) && uses(&body, name)
    });
    let shapes: Vec<String> = shapes.map(|(name, _)| format!("shapes::{name}")).collect();
    let own = ["Blob", "Secret", "Timestamp"]
        .into_iter()
        .filter(|name| uses(&body, name))
        .map(str::to_owned);
    let imports: Vec<String> = own.chain(shapes).collect();
    if !imports.is_empty() {
        writeln!(text, "use crate::{{{}}};\n", imports.join(", ").replace("shapes::", ""))?;
    }
    text.push_str(&body);
    Ok(text)
}

/// Whether `name` is the type of a field in `body`.
fn uses(body: &str, name: &str) -> bool {
    [format!(": {name},"), format!("<{name}>"), format!(", {name}>")]
        .iter()
        .any(|usage| body.contains(usage))
}

fn structure(catalogue: &Catalogue, name: &str, shape: &Shape) -> Result<String> {
    let mut text = String::new();
    if let Some(role) = role(catalogue, name) {
        writeln!(text, "/// {role}")?;
    }
    let default = if has_default(catalogue, name)? { "Default, " } else { "" };
    writeln!(
        text,
        "#[derive(Debug, Clone, PartialEq, {default}Serialize, Deserialize)]"
    )?;
    writeln!(text, "#[serde(rename_all = \"PascalCase\")]")?;
    writeln!(text, "pub struct {name} {{")?;
    for (member, target) in &shape.members.0 {
        let field = snake(member);
        let required = shape.required.contains(member);
        let mut attributes = Vec::new();
        if pascal(&field) != *member {
            attributes.push(format!("rename = \"{member}\""));
        }
        let kind = rust_type(catalogue, target)?;
        let kind = if required {
            kind
        } else {
            attributes.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            format!("Option<{kind}>")
        };
        if !attributes.is_empty() {
            writeln!(text, "#[serde({})]", attributes.join(", "))?;
        }
        let keyword = if field == "type" { "r#" } else { "" };
        writeln!(text, "pub {keyword}{field}: {kind},")?;
    }
    writeln!(text, "}}\n")?;
    Ok(text)
}

fn role(catalogue: &Catalogue, name: &str) -> Option<String> {
    catalogue.model.operations.0.iter().find_map(|(operation, shapes)| {
        if shapes.input.shape == name {
            Some(format!("The input of [`{operation}`](crate::operations::{operation})."))
        } else if shapes.output.as_ref().is_some_and(|output| output.shape == name) {
            Some(format!(
                "The output of [`{operation}`](crate::operations::{operation})."
            ))
        } else {
            None
        }
    })
}

fn rust_type(catalogue: &Catalogue, target: &Target) -> Result<String> {
    let name = &target.shape;
    let shape = catalogue.model.shape(name)?;
    Ok(match shape.kind.as_str() {
        "structure" if shape.document => "serde_json::Value".to_owned(),
        "structure" => name.clone(),
        "list" => format!("Vec<{}>", rust_type(catalogue, part(name, shape.member.as_ref())?)?),
        "map" if catalogue.is_secret(name) => "BTreeMap<String, Secret>".to_owned(),
        "map" => format!(
            "BTreeMap<String, {}>",
            rust_type(catalogue, part(name, shape.value.as_ref())?)?
        ),
        "string" if !shape.values.is_empty() => name.clone(),
        "string" if catalogue.is_secret(name) => "Secret".to_owned(),
        "string" => "String".to_owned(),
        "integer" => "i32".to_owned(),
        "long" => "i64".to_owned(),
        "double" => "f64".to_owned(),
        "boolean" => "bool".to_owned(),
        "timestamp" => "Timestamp".to_owned(),
        "blob" => "Blob".to_owned(),
        other => bail!("shape {name} has the unknown type {other}"),
    })
}

/// Whether every required member has a default: enumerations have none.
fn has_default(catalogue: &Catalogue, structure: &str) -> Result<bool> {
    let shape = catalogue.model.shape(structure)?;
    for (member, target) in &shape.members.0 {
        if !shape.required.contains(member) {
            continue;
        }
        let part = catalogue.model.shape(&target.shape)?;
        let part_has_default = match part.kind.as_str() {
            "structure" => has_default(catalogue, &target.shape)?,
            "string" => part.values.is_empty(),
            _ => true,
        };
        if !part_has_default {
            return Ok(false);
        }
    }
    Ok(true)
}

fn part<'a>(name: &str, target: Option<&'a Target>) -> Result<&'a Target> {
    target.with_context(|| format!("shape {name} does not say what it holds"))
}

fn enums(catalogue: &Catalogue) -> Result<String> {
    let mut text = String::from("//! Enumerations.\n\nuse crate::text_enum::text_enum;\n\n");
    for (name, shape) in catalogue.shapes().filter(|(_, shape)| !shape.values.is_empty()) {
        writeln!(text, "text_enum! {{\n    {name} {{")?;
        for value in &shape.values {
            writeln!(text, "        {} = \"{value}\",", variant(value))?;
        }
        writeln!(text, "    }}\n}}\n")?;
    }
    Ok(text)
}
