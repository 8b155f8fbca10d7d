//! Takes what we need out of a published service model: everything but its documentation text.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::model::{self, Model};

/// Writes the trimmed form of `service_model` beside the model crate.
pub fn run(service_model: &Path) -> Result<()> {
    let text = fs::read_to_string(service_model).with_context(|| service_model.display().to_string())?;
    let model: Model = serde_json::from_str(&text)?;
    let mut trimmed = serde_json::to_string_pretty(&model)?;
    trimmed.push('\n');
    let target = model::path();
    fs::write(&target, trimmed).with_context(|| target.display().to_string())?;
    eprintln!(
        "{} operations, {} shapes: {}",
        model.operations.0.len(),
        model.shapes.0.len(),
        target.display()
    );
    Ok(())
}
