//! Everything that is not `POST /`.

mod confirm_user;
mod discovery;
mod health;
mod inbox;
mod invocations;
