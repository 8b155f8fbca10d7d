//! `/brand/{pool_id}/{name}`: the images that administrators give to pages.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode, header};
use poolhouse_engine::BrandImage;

use crate::fault;
use crate::request::Context;

/// Answers an image. A name belongs to one content for ever, so browsers may keep it.
pub async fn image(Context(cx): Context, path: Result<Path<(String, String)>, PathRejection>) -> Response {
    let Ok(Path((pool_id, name))) = path else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match cx.brand_image(&pool_id, &name).await {
        Ok(Some(image)) => {
            let headers: [(HeaderName, &str); 4] = [
                (header::CONTENT_TYPE, image.media_type),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
                (header::CONTENT_SECURITY_POLICY, BrandImage::POLICY),
                (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
            ];
            (headers, image.bytes).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            let (status, message) = fault::words(&error);
            fault::json(status, message)
        }
    }
}
