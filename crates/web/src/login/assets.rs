//! The stylesheet and the script of the pages, kept in the program and named after their content.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// A file that pages load.
struct Asset {
    /// The last part of its path, with the hash of the content.
    name: String,
    content_type: &'static str,
    content: Cow<'static, [u8]>,
}

static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| asset("login", "css", "text/css; charset=utf-8"));
static DARK: LazyLock<Asset> = LazyLock::new(|| asset("login-dark", "css", "text/css; charset=utf-8"));
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| asset("login", "js", "text/javascript; charset=utf-8"));

fn asset(name: &str, extension: &str, content_type: &'static str) -> Asset {
    let file = Files::get(&format!("{name}.{extension}"));
    let (hash, content) = file.map_or_else(Default::default, |EmbeddedFile { data, metadata }| {
        let start = metadata.sha256_hash().into_iter().take(8);
        (start.fold(0, |hash, byte| hash << 8 | u64::from(byte)), data)
    });
    Asset {
        name: format!("{name}-{hash:016x}.{extension}"),
        content_type,
        content,
    }
}

/// The path of the stylesheet.
pub fn stylesheet() -> String {
    format!("/assets/{}", STYLESHEET.name)
}

/// The path of the stylesheet of dark pages.
pub fn dark_stylesheet() -> String {
    format!("/assets/{}", DARK.name)
}

/// The path of the script.
pub fn script() -> String {
    format!("/assets/{}", SCRIPT.name)
}

/// Answers `/assets/{name}`. A name belongs to one content for ever, so browsers may keep it.
pub async fn file(Path(name): Path<String>) -> Response {
    let assets = [&*STYLESHEET, &*DARK, &*SCRIPT];
    let Some(asset) = assets.into_iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, asset.content.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn a_file_is_answered_by_its_hashed_name_and_kept() {
        for (path, content_type, source) in [
            (
                stylesheet(),
                "text/css; charset=utf-8",
                include_str!("../../assets/login.css"),
            ),
            (
                dark_stylesheet(),
                "text/css; charset=utf-8",
                include_str!("../../assets/login-dark.css"),
            ),
            (
                script(),
                "text/javascript; charset=utf-8",
                include_str!("../../assets/login.js"),
            ),
        ] {
            let name = path.strip_prefix("/assets/").unwrap();
            let hash = name.split(['-', '.']).rev().nth(1).unwrap();
            assert!(hash.len() == 16 && hash != "0000000000000000", "{name}");
            let response = file(Path(name.to_owned())).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()[header::CONTENT_TYPE], content_type);
            assert_eq!(
                response.headers()[header::CACHE_CONTROL],
                "public, max-age=31536000, immutable"
            );
            assert_eq!(to_bytes(response.into_body(), 100_000).await.unwrap(), source);
        }
    }

    #[tokio::test]
    async fn other_names_are_unknown() {
        for name in ["login.css", "login-0000000000000000.css", "../Cargo.toml", ""] {
            assert_eq!(file(Path(name.to_owned())).await.status(), 404, "{name}");
        }
    }
}
