//! What surrounds every answer.

use std::any::Any;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use poolhouse_awsjson::Fault;
use tower_http::catch_panic::CatchPanicLayer;
use uuid::Uuid;

/// Lets no browser guess what an answer is, and nobody keep it unless it says so itself.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A handler that panics: the answer of a failure of ours.
pub type PanicAnswer = fn(Box<dyn Any + Send>) -> Response;

/// Answers a panic as any other failure of ours; the request's number is written over the answer's later.
pub fn panics() -> CatchPanicLayer<PanicAnswer> {
    CatchPanicLayer::custom(|_| {
        tracing::error!("the handler panicked");
        Fault::internal_failure().into_response(Uuid::nil()).map(Body::from)
    })
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::to_bytes;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_that_tells_nothing() {
        let panic = get(|| async { [""; 0][std::hint::black_box(0)] });
        let router = Router::new().route("/", panic).layer(panics());
        let response = router
            .oneshot(Request::get("/").body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["x-amzn-errortype"], "InternalErrorException:");
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        assert_eq!(body, r#"{"__type":"InternalErrorException"}"#);
    }
}
