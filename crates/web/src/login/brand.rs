//! How the pages of an app client look: what the administrator says, as pages take it.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{StatusCode, header};
use poolhouse_crypto::hmac::sha256;
use poolhouse_domain::Result;
use poolhouse_domain::branding::images::ImageName;
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_engine::Cx;
use poolhouse_model::ColorSchemeModeType;

use super::texts::Texts;
use super::views::{Brand, Href, Scheme};
use crate::fault;
use crate::request::Context;

/// How many characters of a stylesheet's hash stand in its address.
const HASH_LENGTH: usize = 16;

/// The look of the pages of `client`, with its terms in the language of `texts`.
pub async fn brand_of(cx: &Cx, pool: &Pool, client: &Client, texts: Texts) -> Result<Brand> {
    let wished = cx.brand_of(pool, client).await?;
    let address = |image: &ImageName| Href::local(&cx.brand_image_path(pool, image), None);
    let terms = wished.terms(texts.language().tag);
    let mut brand = Brand {
        name: wished.name.clone(),
        scheme: match wished.color_scheme {
            ColorSchemeModeType::Light => Scheme::Light,
            ColorSchemeModeType::Dark => Scheme::Dark,
            ColorSchemeModeType::Dynamic => Scheme::Dynamic,
        },
        logo: wished.logo.light.as_ref().or(wished.logo.dark.as_ref()).map(address),
        dark_logo: wished.logo.dark.as_ref().map(address),
        favicon: wished.favicon.as_ref().map(address),
        stylesheet: None,
        light: wished.light,
        dark: wished.dark,
        background: wished.background.light.as_ref().map(address),
        dark_background: wished.background.dark.as_ref().map(address),
        classic: wished.stylesheet.clone(),
        terms: terms.and_then(|terms| Href::web(terms.terms_of_use)),
        privacy: terms.and_then(|terms| Href::web(terms.privacy_policy)),
    };
    let css = brand.stylesheet();
    if !css.is_empty() {
        let path = format!("/brand/{}/style/{}/{}", pool.id(), client.id(), hash(&css));
        brand.stylesheet = Some(Href::local(&path, None));
    }
    Ok(brand)
}

/// Answers `/brand/{pool_id}/style/{client_id}/{hash}`: the stylesheet of an app client, as it is now. Browsers keep it;
/// another one has another address.
pub async fn stylesheet(
    Context(cx): Context,
    Path((pool_id, client_id, _)): Path<(String, String, String)>,
) -> Response {
    let found = async {
        let (pool, client) = cx.client(&client_id).await?;
        let brand = brand_of(&cx, &pool, &client, Texts::default()).await?;
        Ok((pool, brand))
    };
    match found.await {
        Ok((pool, brand)) if pool.id() == pool_id => {
            let headers = [
                (header::CONTENT_TYPE, "text/css; charset=utf-8"),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, brand.stylesheet()).into_response()
        }
        Ok(_) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            let (status, message) = fault::words(&error);
            fault::json(status, message)
        }
    }
}

fn hash(css: &str) -> String {
    let mut hash = URL_SAFE_NO_PAD.encode(sha256(css.as_bytes()));
    hash.truncate(HASH_LENGTH);
    hash
}
