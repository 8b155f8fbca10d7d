//! The program around the house: configuration, command line, wiring, logs, and the listener.
//!
//! [`cli::run`] reads the [`config`], and `serve` binds the [`listener`], [`wiring::wire`]s the application, prints the
//! [`banner`] and serves until a signal begins the [`shutdown`].

pub mod banner;
pub mod cli;
mod commands;
pub mod config;
pub mod custom_senders;
pub mod database;
mod deliveries;
mod former_pools;
mod functions;
pub mod listener;
pub mod master_key;
pub mod shutdown;
pub mod telemetry;
pub mod tls;
pub mod wiring;
