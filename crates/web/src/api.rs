//! `POST /`: the JSON API.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use poolhouse_api::Call;
use poolhouse_awsjson::Fault;
use tokio::time::timeout;

use crate::{App, request};

/// The longest body, in bytes.
const BODY_LIMIT: usize = 128 * 1024;
/// The longest body of the operations that bring images, in bytes.
const BODY_LIMIT_WITH_IMAGES: usize = 2 * 1024 * 1024;
/// The operations that bring images.
const WITH_IMAGES: [&str; 3] = [
    "CreateManagedLoginBranding",
    "SetUICustomization",
    "UpdateManagedLoginBranding",
];
/// How long a client may take to send its body.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// Answers one call of the JSON API.
pub async fn call(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let id = request::id(&parts);
    let response = match receive(body, body_limit(&parts)).await {
        Ok(body) => {
            let source_ip = request::source_ip(&parts, &app.trusted_proxies);
            app.api
                .call(Call {
                    id,
                    parts: &parts,
                    body,
                    source_ip,
                })
                .await
        }
        Err(fault) => fault.into_response(id),
    };
    response.map(Body::from)
}

/// How long the body of a call may be, by the operation that it names.
fn body_limit(parts: &Parts) -> usize {
    let target = parts
        .headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next());
    if operation.is_some_and(|operation| WITH_IMAGES.contains(&operation)) {
        BODY_LIMIT_WITH_IMAGES
    } else {
        BODY_LIMIT
    }
}

/// Reads the body, as long as it is neither longer than `limit` bytes nor too slow.
async fn receive(body: Body, limit: usize) -> Result<Bytes, Fault> {
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    match timeout(BODY_DEADLINE, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Ok(Err(_)) => Err(Fault::serialization("The body ended early.")),
        Err(_) => Err(with_status(
            StatusCode::REQUEST_TIMEOUT,
            Fault::client("RequestTimeoutException", "The body did not arrive within 10 seconds."),
        )),
    }
}

fn too_large(limit: usize) -> Fault {
    let message = format!("The body is longer than {limit} bytes.");
    with_status(
        StatusCode::PAYLOAD_TOO_LARGE,
        Fault::client("RequestEntityTooLargeException", message),
    )
}

fn with_status(status: StatusCode, mut fault: Fault) -> Fault {
    fault.status = status;
    fault
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http_body_util::channel::Channel;
    use tokio::time::{Instant, sleep};

    use super::*;

    /// A body without a declared length that never ends: a piece every second.
    fn endless(piece: Bytes) -> Body {
        let (mut sender, body) = Channel::<Bytes, Infallible>::new(1);
        tokio::spawn(async move {
            while sender.send_data(piece.clone()).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        Body::new(body)
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_be_as_long_as_the_limit_and_no_longer() {
        let longest = vec![b' '; BODY_LIMIT];
        assert_eq!(
            receive(Body::from(longest.clone()), BODY_LIMIT).await.unwrap().len(),
            BODY_LIMIT
        );

        let declared = receive(Body::from([longest, vec![b' ']].concat()), BODY_LIMIT)
            .await
            .unwrap_err();
        let chunked = receive(endless(vec![b' '; BODY_LIMIT / 2].into()), BODY_LIMIT)
            .await
            .unwrap_err();
        for fault in [declared, chunked] {
            assert_eq!(fault.status, 413);
            assert_eq!(
                fault.to_string(),
                "RequestEntityTooLargeException: The body is longer than 131072 bytes."
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_cut_at_the_deadline() {
        let started = Instant::now();
        let fault = receive(endless(Bytes::from_static(b" ")), BODY_LIMIT)
            .await
            .unwrap_err();
        assert_eq!(started.elapsed(), BODY_DEADLINE);
        assert_eq!(fault.status, 408);
        assert_eq!(
            fault.to_string(),
            "RequestTimeoutException: The body did not arrive within 10 seconds."
        );
    }
}
