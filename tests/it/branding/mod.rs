//! Styles of managed login, the look of the classic hosted UI, and their images.

mod assets;
mod classic;
mod served;
mod styles;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_tests::actors::Pool;
use serde_json::{Value, json};

/// The beginning of a PNG file of this size, in base64.
fn png(width: u32, height: u32) -> String {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x06\0\0\0");
    STANDARD.encode(bytes)
}

/// An SVG file with this content, in base64.
fn svg(content: &str) -> String {
    STANDARD.encode(format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{content}</svg>"))
}

/// An image of a style.
fn asset(category: &str, color_mode: &str, extension: &str, bytes: &str) -> Value {
    json!({ "Category": category, "ColorMode": color_mode, "Extension": extension, "Bytes": bytes })
}

/// The style that a call answers.
async fn style(pool: &Pool, operation: &str, input: Value) -> Value {
    pool.call(operation, input).await.ok()["ManagedLoginBranding"].take()
}

/// Gives a pool a domain for classic pages.
async fn with_domain(pool: &Pool) {
    let prefix = pool.id.to_ascii_lowercase().replace('_', "-");
    pool.call("CreateUserPoolDomain", json!({ "Domain": prefix }))
        .await
        .ok();
}
