//! `poolhouse version`

use serde_json::json;

/// Prints the version, for people or as a JSON object.
pub fn print(json: bool) -> anyhow::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let line = if json {
        json!({"name": "poolhouse", "version": version}).to_string()
    } else {
        format!("poolhouse {version}")
    };
    super::print(&format!("{line}\n"))
}
