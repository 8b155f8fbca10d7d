//! The JSON protocol before any operation: bodies, targets, signatures, and browsers of other origins.

mod bodies;
mod cors;
mod signatures;
mod targets;
