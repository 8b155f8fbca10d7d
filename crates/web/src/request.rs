//! Who asks, under which number, from where.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use ipnet::IpNet;
use poolhouse_engine::Cx;
use tracing::Instrument;
use uuid::{Builder, Uuid};

use crate::{App, forwarded};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The number under which a request appears in the log and in its answer.
#[derive(Clone, Copy)]
struct RequestId(Uuid);

/// Numbers the request, and says in every log line which one it is. The path is logged as its pattern: what stands in
/// its place or in the query may be a secret.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let mut bytes = [0; 16];
    app.world.entropy.fill(&mut bytes);
    let id = Builder::from_random_bytes(bytes).into_uuid();
    request.extensions_mut().insert(RequestId(id));

    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!("request", %id, method = %request.method(), route);
    let mut response = async {
        let response = next.run(request).await;
        tracing::debug!(status = response.status().as_u16(), "answered");
        response
    }
    .instrument(span)
    .await;
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The number of the request.
pub fn id(parts: &Parts) -> Uuid {
    parts.extensions.get::<RequestId>().map_or_else(Uuid::nil, |id| id.0)
}

/// The address of the client, as far as it can be believed; an IPv4 address also where the socket speaks IPv6.
pub fn source_ip(parts: &Parts, trusted_proxies: &[IpNet]) -> Option<IpAddr> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(forwarded::client(peer.ip(), &parts.headers, trusted_proxies))
}

/// What the client calls itself, when that is text.
fn user_agent(parts: &Parts) -> Option<String> {
    Some(parts.headers.get(USER_AGENT)?.to_str().ok()?.to_owned())
}

/// The context of a request outside the JSON API.
pub struct Context(pub Cx);

impl FromRequestParts<App> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let settings = &app.world.settings;
        let request = poolhouse_engine::Request {
            id: id(parts).to_string(),
            region: settings.region.clone(),
            account_id: settings.account_id.clone(),
            source_ip: source_ip(parts, &app.trusted_proxies),
            user_agent: user_agent(parts),
        };
        Ok(Self(Cx::new(Arc::clone(&app.world), request)))
    }
}
