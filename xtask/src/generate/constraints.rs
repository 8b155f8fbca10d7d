//! Writes the constraint tables: `constraints/*.rs`.

use std::fmt::Write;

use anyhow::{Context, Result, bail};

use super::{Files, catalogue::Catalogue, names::screaming, pattern::translated};
use crate::model::{Shape, Target};

/// The file of everything that is not a structure.
const VALUES: &str = "values";

/// Adds the files of the constraint tables.
pub fn write(catalogue: &Catalogue, files: &mut Files) -> Result<()> {
    let mut module = String::from("//! The shapes of the model as constraint tables.\n\n");
    for file in catalogue.files().into_iter().chain([VALUES]) {
        writeln!(module, "pub mod {file};")?;
    }
    files.add("constraints/mod.rs", &module);
    for file in catalogue.files() {
        files.add(&format!("constraints/{file}.rs"), &structures(catalogue, file)?);
    }
    files.add(&format!("constraints/{VALUES}.rs"), &values(catalogue)?);
    Ok(())
}

fn structures(catalogue: &Catalogue, file: &str) -> Result<String> {
    let mut body = String::new();
    for (name, shape) in catalogue.structures(file) {
        let own_table = screaming(name);
        let mut members = String::new();
        for (member, target) in &shape.members.0 {
            let constructor = if shape.required.contains(member) {
                "required"
            } else {
                "optional"
            };
            let mut its_table = table(catalogue, &target.shape, file);
            if let Some(change) = catalogue.member_override(name, member) {
                its_table = format!("{own_table}_{}", screaming(member));
                let mut its_shape = catalogue.model.shape(&target.shape)?.clone();
                its_shape.min = Some(change.min);
                write_value(catalogue, &mut body, file, &its_table, &target.shape, &its_shape)?;
            }
            write!(members, "Member::{constructor}(\"{member}\", &{its_table}),")?;
        }
        let sensitive = if shape.sensitive { ".sensitive()" } else { "" };
        writeln!(
            body,
            "pub static {own_table}: Shape = Shape::structure(\"{name}\", &[{members}]){sensitive};\n"
        )?;
    }
    let title = if file == "shared" {
        "structures that several aggregates use"
    } else {
        &file.replace('_', " ")
    };
    with_imports(catalogue, &format!("//! Tables: {title}."), &body)
}

fn values(catalogue: &Catalogue) -> Result<String> {
    let mut body = String::new();
    for (name, shape) in catalogue
        .shapes()
        .filter(|(_, shape)| shape.kind != "structure" || shape.document)
    {
        write_value(catalogue, &mut body, VALUES, &screaming(name), name, shape)?;
    }
    with_imports(catalogue, "//! Tables: strings, numbers, lists and maps.", &body)
}

/// The file's text with the imports that its body needs.
fn with_imports(catalogue: &Catalogue, title: &str, body: &str) -> Result<String> {
    let mut text = format!("{title}\n\n");
    let types = ["Member", "Pattern", "Shape"]
        .into_iter()
        .filter(|name| body.contains(&format!("{name}::")));
    writeln!(
        text,
        "use poolhouse_awsjson::shape::{{{}}};\n",
        types.collect::<Vec<_>>().join(", ")
    )?;
    let files = catalogue.files().into_iter().chain([VALUES]);
    let files: Vec<&str> = files.filter(|file| body.contains(&format!("&{file}::"))).collect();
    if !files.is_empty() {
        writeln!(text, "use super::{{{}}};", files.join(", "))?;
    }
    if body.contains("shapes::") {
        text.push_str("use crate::shapes;\n");
    }
    Ok(format!("{text}\n{body}"))
}

/// The path of a shape's table, seen from `file`.
pub fn table(catalogue: &Catalogue, shape: &str, file: &str) -> String {
    let home = catalogue.homes.get(shape).map_or(VALUES, String::as_str);
    if home == file {
        screaming(shape)
    } else {
        format!("{home}::{}", screaming(shape))
    }
}

fn write_value(
    catalogue: &Catalogue,
    text: &mut String,
    file: &str,
    own_table: &str,
    name: &str,
    shape: &Shape,
) -> Result<()> {
    let part = |target: &Option<Target>| {
        let target = target
            .as_ref()
            .with_context(|| format!("shape {name} does not say what it holds"))?;
        anyhow::Ok(table(catalogue, &target.shape, file))
    };
    let constructor = match (shape.kind.as_str(), &shape.pattern) {
        ("structure", _) => format!("document(\"{name}\")"),
        ("list", _) => format!("list(\"{name}\", &{})", part(&shape.member)?),
        ("map", _) => format!("map(\"{name}\", &{}, &{})", part(&shape.key)?, part(&shape.value)?),
        ("string", _) if !shape.values.is_empty() => format!("one_of(\"{name}\", shapes::{name}::VALUES)"),
        ("string", None) => format!("string(\"{name}\")"),
        ("string", Some(pattern)) => {
            let special = catalogue
                .overrides
                .shape
                .get(name)
                .and_then(|its| its.expression.clone());
            let expression = special.map_or_else(|| translated(pattern), |its| format!(r"\A(?:{its})\z"));
            writeln!(
                text,
                "static {own_table}_PATTERN: Pattern = Pattern::new(r\"{pattern}\", r\"{expression}\");\n"
            )?;
            format!("text(\"{name}\", &{own_table}_PATTERN)")
        }
        ("integer" | "long" | "double" | "boolean" | "timestamp" | "blob", _) => format!("{}(\"{name}\")", shape.kind),
        (other, _) => bail!("shape {name} has the unknown type {other}"),
    };
    write!(text, "pub static {own_table}: Shape = Shape::{constructor}")?;
    if let Some(min) = shape.min {
        write!(text, ".min({})", number(min))?;
    }
    if let Some(max) = shape.max {
        write!(text, ".max({})", number(max))?;
    }
    if shape.sensitive {
        write!(text, ".sensitive()")?;
    }
    writeln!(text, ";\n")?;
    Ok(())
}

/// A number with its thousands apart.
fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}
