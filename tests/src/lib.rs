//! What Poolhouse's tests share: throw-away databases, and the built program seen from outside.

pub mod connection;
pub mod database;
pub mod program;
