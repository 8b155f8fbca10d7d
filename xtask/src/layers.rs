//! `cargo xtask layers`: dependencies point down only, and some libraries have one home.

use anyhow::{Result, bail};

use crate::metadata::{self, Metadata};

/// Every package from the bottom up, with the packages of the workspace that it may name.
const LAYERS: &[(&str, &[&str])] = &[
    ("awsjson", &[]),
    ("crypto", &[]),
    ("model", &["awsjson"]),
    ("domain", &["model", "crypto"]),
    ("storage", &["domain", "model", "crypto"]),
    ("outbound", &["domain", "model", "crypto", "awsjson"]),
    ("engine", &["outbound", "storage", "domain", "model", "crypto"]),
    (
        "api",
        &["engine", "outbound", "storage", "domain", "model", "crypto", "awsjson"],
    ),
    (
        "web",
        &[
            "api", "engine", "outbound", "storage", "domain", "model", "crypto", "awsjson",
        ],
    ),
    (
        "server",
        &[
            "web", "api", "engine", "outbound", "storage", "domain", "model", "crypto", "awsjson",
        ],
    ),
    (
        "tests",
        &[
            "server", "web", "api", "engine", "outbound", "storage", "domain", "model", "crypto", "awsjson",
        ],
    ),
    ("xtask", &[]),
];

/// Libraries that only these packages may name.
const HOMES: &[(&str, &[&str])] = &[
    ("sqlx", &["storage"]),
    ("axum", &["web", "server", "tests"]),
    ("lettre", &["outbound"]),
    ("reqwest", &["outbound"]),
];

/// Fails when a package names one that it may not, and says which.
pub fn check() -> Result<()> {
    let violations = violations(&metadata::read(&crate::root())?);
    if violations.is_empty() {
        return Ok(());
    }
    bail!(
        "the layers of the house are broken (the rules are in xtask/src/layers.rs):\n  {}",
        violations.join("\n  ")
    );
}

fn violations(workspace: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    let members: Vec<&str> = workspace.packages.iter().map(|package| short(&package.name)).collect();
    for package in &workspace.packages {
        let name = short(&package.name);
        let Some(allowed) = found(LAYERS, name) else {
            violations.push(format!("{name} has no layer yet: give it one"));
            continue;
        };
        for dependency in package.dependencies.iter().map(|dependency| short(&dependency.name)) {
            if members.contains(&dependency) && !allowed.contains(&dependency) {
                violations.push(format!(
                    "{name} may not depend on {dependency}: only on {}",
                    list(allowed)
                ));
            }
            if let Some(homes) = found(HOMES, dependency).filter(|homes| !homes.contains(&name)) {
                violations.push(format!(
                    "{name} may not depend on {dependency}: only {} may",
                    list(homes)
                ));
            }
        }
    }
    violations
}

/// The name of a package without the prefix that they all have.
fn short(name: &str) -> &str {
    name.strip_prefix("poolhouse-").unwrap_or(name)
}

fn found(table: &[(&str, &'static [&'static str])], name: &str) -> Option<&'static [&'static str]> {
    table.iter().find(|(row, _)| *row == name).map(|(_, names)| *names)
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "nothing of the workspace".to_owned(),
        names => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::{Dependency, Package};

    /// A workspace of packages, each with what it depends on.
    fn workspace(packages: &[(&str, &[&str])]) -> Metadata {
        let dependency = |name: &&str| Dependency {
            name: (*name).to_owned(),
        };
        let package = |(name, dependencies): &(&str, &[&str])| Package {
            name: (*name).to_owned(),
            dependencies: dependencies.iter().map(dependency).collect(),
        };
        Metadata {
            packages: packages.iter().map(package).collect(),
            target_directory: "target".into(),
        }
    }

    #[test]
    fn dependencies_that_point_down_are_allowed() {
        let house = workspace(&[
            ("poolhouse-crypto", &["argon2"]),
            ("poolhouse-model", &["serde"]),
            ("poolhouse-domain", &["poolhouse-model", "poolhouse-crypto"]),
            ("poolhouse-storage", &["poolhouse-domain", "sqlx"]),
        ]);
        assert_eq!(violations(&house), [""; 0]);
    }

    #[test]
    fn dependencies_that_point_up_are_named() {
        let house = workspace(&[
            ("poolhouse-awsjson", &["poolhouse-model"]),
            ("poolhouse-model", &["poolhouse-awsjson"]),
            ("poolhouse-domain", &["poolhouse-awsjson"]),
        ]);
        let expected = [
            "awsjson may not depend on model: only on nothing of the workspace",
            "domain may not depend on awsjson: only on model, crypto",
        ];
        assert_eq!(violations(&house), expected);
    }

    #[test]
    fn libraries_stay_at_home() {
        let house = workspace(&[
            ("poolhouse-engine", &["sqlx"]),
            ("poolhouse-server", &["axum", "lettre"]),
        ]);
        let expected = [
            "engine may not depend on sqlx: only storage may",
            "server may not depend on lettre: only outbound may",
        ];
        assert_eq!(violations(&house), expected);
    }

    #[test]
    fn a_package_without_a_layer_is_named() {
        let house = workspace(&[("poolhouse-attic", &[])]);
        assert_eq!(violations(&house), ["attic has no layer yet: give it one"]);
    }
}
