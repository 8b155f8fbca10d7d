//! Behaviour, as clients and browsers see it: every scenario on SQLite and on Postgres. Expected messages are those of
//! the recorded service, word for word.

#![cfg(test)]

mod attributes;
mod memory;
mod protocol;
mod users;
mod web;
