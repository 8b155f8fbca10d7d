//! Which pool a request speaks to: the one that its path or its host names, or else any.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, header};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;

use crate::request::Context;
use crate::{App, fault};

/// The door through which a request came in.
pub struct Door {
    pub cx: Cx,
    /// The pool that the path or the host names; without one the app client decides.
    pub pool: Option<Arc<Pool>>,
    /// What stands before the paths of the pages: nothing, or the id of the pool.
    pub base: String,
}

impl Door {
    /// The address of a page behind this door.
    pub fn path(&self, path: &str, query: &str) -> String {
        let separator = if query.is_empty() { "" } else { "?" };
        format!("{}{path}{separator}{query}", self.base)
    }

    /// Whether the host or the path belongs to one pool alone.
    async fn named_pool(cx: &Cx, parts: &mut Parts) -> Result<(Option<Arc<Pool>>, String)> {
        let params = RawPathParams::from_request_parts(parts, &()).await;
        let in_path = params.ok().and_then(|params| {
            let found = params.iter().find(|(name, _)| *name == "pool_id");
            found.map(|(_, id)| id.to_owned())
        });
        if let Some(id) = in_path {
            return Ok((Some(cx.any_pool(&id).await?), format!("/{id}")));
        }
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let pool = match host.or_else(|| parts.uri.host()) {
            Some(host) => cx.pool_of_host(host).await?,
            None => None,
        };
        Ok((pool, String::new()))
    }
}

impl FromRequestParts<App> for Door {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Ok(Context(cx)) = Context::from_request_parts(parts, app).await;
        match Self::named_pool(&cx, parts).await {
            Ok((pool, base)) => Ok(Self { cx, pool, base }),
            Err(Error::PoolNotFound(id)) => {
                let message = Error::PoolNotFound(id).to_string();
                Err(fault::json(StatusCode::BAD_REQUEST, message))
            }
            Err(error) => {
                let (status, message) = fault::words(&error);
                Err(fault::json(status, message).into_response())
            }
        }
    }
}
