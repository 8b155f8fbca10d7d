//! How orchestrators and tools learn whether the server lives and takes requests.

use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use poolhouse_storage::Db;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// `/livez` and `/health` (the process answers), `/readyz` (the database answers, and `ending` is not announced), and
/// `/_localstack/health`, which tools for LocalStack wait for.
pub fn router(db: Db, ending: CancellationToken) -> Router {
    let ready = move || {
        let (db, ending) = (db.clone(), ending.clone());
        async move { readiness(&db, &ending).await }
    };
    Router::new()
        .route("/livez", get(|| async { status("alive") }))
        .route("/health", get(|| async { status("alive") }))
        .route("/readyz", get(ready))
        .route("/_localstack/health", get(|| async { localstack() }))
}

async fn readiness(db: &Db, ending: &CancellationToken) -> (StatusCode, Json<Value>) {
    if ending.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, status("shutting down"));
    }
    match db.ping().await {
        Ok(()) => (StatusCode::OK, status("ready")),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, status("the database does not answer"))
        }
    }
}

fn status(status: &str) -> Json<Value> {
    Json(json!({ "status": status }))
}

fn localstack() -> Json<Value> {
    Json(json!({
        "services": { "cognito-idp": "running" },
        "edition": "poolhouse",
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use http::Request;
    use poolhouse_storage::ConnectOptions;
    use tower::ServiceExt;

    use super::*;

    async fn get(router: &Router, path: &str) -> (u16, Value) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn readiness_ends_with_the_announcement_and_life_goes_on() {
        let db = Db::connect("sqlite::memory:", ConnectOptions::default()).await.unwrap();
        let ending = CancellationToken::new();
        let router = router(db, ending.clone());
        assert_eq!(get(&router, "/readyz").await, (200, json!({"status": "ready"})));
        ending.cancel();
        assert_eq!(get(&router, "/readyz").await, (503, json!({"status": "shutting down"})));
        for path in ["/livez", "/health"] {
            assert_eq!(get(&router, path).await, (200, json!({"status": "alive"})));
        }
    }

    #[tokio::test]
    async fn a_server_without_its_database_is_alive_but_not_ready() {
        let db = Db::connect("sqlite::memory:", ConnectOptions::default()).await.unwrap();
        let router = router(db.clone(), CancellationToken::new());
        db.close().await;
        assert_eq!(
            get(&router, "/readyz").await,
            (503, json!({"status": "the database does not answer"}))
        );
        assert_eq!(get(&router, "/livez").await.0, 200);
    }

    #[tokio::test]
    async fn tools_for_localstack_see_the_service_run() {
        let db = Db::connect("sqlite::memory:", ConnectOptions::default()).await.unwrap();
        let (code, body) = get(&router(db, CancellationToken::new()), "/_localstack/health").await;
        assert_eq!((code, &body["services"]["cognito-idp"]), (200, &json!("running")));
    }
}
