//! Writes the operations and the error names: `operations/*.rs`, `errors.rs`.

use std::fmt::Write;

use anyhow::{Context, Result};

use super::{Files, catalogue::Catalogue, constraints::table};
use crate::model::Operation;

/// Adds the files of the operations and of the error names.
pub fn write(catalogue: &Catalogue, files: &mut Files) -> Result<()> {
    let mut module =
        String::from("//! The operations of the model, a unit type each.\n\nuse poolhouse_awsjson::Service;\n\n");
    let mut exports = String::new();
    for (aggregate, operations) in &catalogue.aggregates {
        writeln!(module, "mod {aggregate};")?;
        writeln!(exports, "pub use {aggregate}::*;")?;
        files.add(
            &format!("operations/{aggregate}.rs"),
            &aggregate_file(catalogue, aggregate, operations)?,
        );
    }
    let metadata = &catalogue.model.metadata;
    write!(
        module,
        "\n{exports}
         /// What all operations have in common.
         pub const SERVICE: Service = Service {{
             target_prefix: \"{}\",
             signing_name: \"{}\",
             validation_error: \"InvalidParameterException\",
         }};

         /// Calls a macro with the names of all operations, in brackets the tokens that were handed in:
         /// `for_each_operation!(callback, a b)` is `callback! {{ [a b] AddCustomAttributes … }}`.
         #[macro_export]
         macro_rules! for_each_operation {{
             ($callback:ident $(, $($extra:tt)*)?) => {{
                 $callback! {{
                     [$($($extra)*)?]
",
        metadata.target_prefix, metadata.endpoint_prefix
    )?;
    for (name, _) in &catalogue.model.operations.0 {
        writeln!(module, "                    {name}")?;
    }
    module.push_str("                }\n            };\n        }\n");
    files.add("operations/mod.rs", &module);
    files.add("errors.rs", &errors(catalogue)?);
    Ok(())
}

fn aggregate_file(catalogue: &Catalogue, aggregate: &str, names: &[String]) -> Result<String> {
    let mut text = format!("//! The {} operations.\n\n", aggregate.replace('_', " "));
    text.push_str("use poolhouse_awsjson::{Auth, Operation, Shape};\n\nuse crate::{constraints, shapes};\n\n");
    for name in names {
        let operation = catalogue
            .model
            .operations
            .get(name)
            .with_context(|| format!("no operation {name}"))?;
        let auth = match catalogue.overrides.operation.get(name) {
            Some(change) => change.auth.as_str(),
            None if operation.authtype.as_deref() == Some("none") => "Unsigned",
            None => "SigV4",
        };
        text.push_str(&unit_type(catalogue, name, operation, auth)?);
    }
    Ok(text)
}

fn unit_type(catalogue: &Catalogue, name: &str, operation: &Operation, auth: &str) -> Result<String> {
    let input = &operation.input.shape;
    let (output_table, output_type) = match &operation.output {
        Some(output) => {
            let table = table(catalogue, &output.shape, "");
            (
                format!("Some(&constraints::{table})"),
                format!("shapes::{}", output.shape),
            )
        }
        None => ("None".to_owned(), "()".to_owned()),
    };
    let mut text = format!(
        "/// The operation `{name}`.
         #[derive(Debug, Clone, Copy)]
         pub struct {name};

         impl Operation for {name} {{
             const NAME: &'static str = \"{name}\";
             const AUTH: Auth = Auth::{auth};
             const INPUT: &'static Shape = &constraints::{};
             const OUTPUT: Option<&'static Shape> = {output_table};
             const ERRORS: &'static [&'static str] = &[",
        table(catalogue, input, "")
    );
    for error in &operation.errors {
        write!(text, "\"{}\",", error.shape)?;
    }
    write!(
        text,
        "];\ntype Input = shapes::{input};\ntype Output = {output_type};\n}}\n\n"
    )?;
    Ok(text)
}

fn errors(catalogue: &Catalogue) -> Result<String> {
    let mut text = String::from(
        "//! The errors of the model.\n\nuse crate::text_enum::text_enum;\n\ntext_enum! {\n    /// The name of an error of the model.\n    ErrorName {\n",
    );
    let mut server_faults = Vec::new();
    for (name, shape) in catalogue.model.shapes.0.iter().filter(|(_, shape)| shape.exception) {
        let variant = name.strip_suffix("Exception").unwrap_or(name);
        writeln!(text, "        {variant} = \"{name}\",")?;
        if shape.fault {
            server_faults.push(format!("Self::{variant}"));
        }
    }
    write!(
        text,
        "    }}
}}

impl ErrorName {{
    /// Whether the fault is ours (status 500), not the caller's (status 400).
    pub const fn is_server_fault(self) -> bool {{
        matches!(self, {})
    }}
}}
",
        server_faults.join(" | ")
    )?;
    Ok(text)
}
