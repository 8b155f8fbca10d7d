//! Whether the server lives, and whether it can serve.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use tokio::time::timeout;

use crate::App;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
pub struct Health {
    status: &'static str,
}

/// Says that the process answers; it looks at nothing else, so that a database that is away restarts no server.
pub async fn live() -> Json<Health> {
    Json(Health { status: "live" })
}

/// Says whether requests should come here.
pub async fn ready(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let (code, status) = if app.draining.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else if matches!(timeout(PATIENCE, app.world.store.db().ping()).await, Ok(Ok(()))) {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "database unreachable")
    };
    (code, Json(Health { status }))
}
