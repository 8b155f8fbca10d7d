//! Domains of user pools.

mod hosts;
mod rules;
mod settings;

use poolhouse_tests::lab::Lab;

/// The certificate of a custom domain.
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c";

/// A name that no other lab has, since labs may share a database.
fn unique(lab: &Lab, name: &str) -> String {
    format!("{name}-{}", lab.account_id())
}

/// A custom domain that no other lab has.
fn below_example(lab: &Lab, name: &str) -> String {
    format!("{}.example.com", unique(lab, name))
}
