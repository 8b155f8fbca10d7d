//! From an HTTP request to an operation and back.
//!
//! Target, content type, authorisation, JSON, constraints, typed input, [`Handle::handle`], answer: in this order, so
//! that nobody learns from a later step what an earlier one would have kept from them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderName, Response, request};
use poolhouse_awsjson::request::operation_name;
use poolhouse_awsjson::sigv4::{self, Expected, Scope};
use poolhouse_awsjson::{Auth, Description, Fault, encode, parse};
use poolhouse_engine::{Cx, Mode, Request, World};
use poolhouse_model::{SERVICE, Secret, for_each_operation, operations};
use uuid::Uuid;

use crate::Handle;
use crate::fault::fault;

/// The secrets of the access keys that administrators sign with, by access key id.
pub type AccessKeys = BTreeMap<String, Secret>;

/// The JSON API of one server.
#[derive(Clone)]
pub struct Api {
    world: Arc<World>,
    access_keys: Arc<AccessKeys>,
}

/// A request that reached `POST /`.
pub struct Call<'a> {
    pub id: Uuid,
    pub parts: &'a request::Parts,
    pub body: Bytes,
    pub source_ip: Option<IpAddr>,
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Bytes>, Fault>> + Send>>;

/// How one operation is called.
struct Route {
    description: Description,
    run: fn(Cx, Uuid, Bytes) -> Answer,
}

impl Route {
    fn of<O: Handle>() -> Self {
        Self {
            description: Description::of::<O>(),
            run: |cx, id, body| Box::pin(run::<O>(cx, id, body)),
        }
    }
}

macro_rules! routes {
    ([] $($operation:ident)*) => {
        /// Finds the operation of this name. An operation without a handler doesn't compile.
        fn route(name: &str) -> Option<Route> {
            match name {
                $(stringify!($operation) => Some(Route::of::<operations::$operation>()),)*
                _ => None,
            }
        }
    };
}
for_each_operation!(routes);

async fn run<O: Handle>(cx: Cx, id: Uuid, body: Bytes) -> Result<Response<Bytes>, Fault> {
    let input = parse::input::<O>(&body, &SERVICE)?;
    match O::handle(&cx, input).await {
        Ok(output) => encode::success::<O>(&output, id),
        Err(error) => Err(fault(&error, &Description::of::<O>(), &cx.request.id)),
    }
}

impl Api {
    pub fn new(world: Arc<World>, access_keys: AccessKeys) -> Self {
        Self {
            world,
            access_keys: Arc::new(access_keys),
        }
    }

    /// Answers a request: whatever happens, with a response of the protocol.
    pub async fn call(&self, call: Call<'_>) -> Response<Bytes> {
        let id = call.id;
        self.answer(call).await.unwrap_or_else(|fault| fault.into_response(id))
    }

    async fn answer(&self, call: Call<'_>) -> Result<Response<Bytes>, Fault> {
        let name = operation_name(&call.parts.headers, &SERVICE)?;
        let route = route(name).ok_or_else(Fault::unknown_operation)?;
        let scope = self.authorise(route.description.auth, &call)?;
        let world = Arc::clone(&self.world);
        let request = self.request(&call, scope.as_ref());
        let cx = match route.description.auth {
            Auth::SigV4 => Cx::for_administrator(world, request),
            Auth::Either if scope.is_some() => Cx::for_administrator(world, request),
            Auth::Unsigned | Auth::Either => Cx::new(world, request),
        };
        tracing::debug!(operation = route.description.name, request_id = cx.request.id, "call");
        (route.run)(cx, call.id, call.body).await
    }

    /// Verifies who signed, where the operation asks for a signature; a signature on any other operation is ignored.
    /// In development mode nothing is verified, and the signature only says which region and account are meant.
    fn authorise(&self, auth: Auth, call: &Call<'_>) -> Result<Option<Scope>, Fault> {
        let signed = sigv4::is_signed(call.parts);
        match (self.world.settings.mode, auth) {
            (_, Auth::Unsigned) => Ok(None),
            (Mode::Development, _) => Ok(claimed_scope(call.parts)),
            (Mode::Production, Auth::Either) if !signed => Ok(None),
            (Mode::Production, _) => {
                let expected = Expected {
                    region: &self.world.settings.region,
                    service: SERVICE.signing_name,
                };
                let secret = |id: &str| self.access_keys.get(id).map(|secret| secret.expose().to_owned());
                let now = self.world.clock.now().seconds();
                sigv4::verify(call.parts, &call.body, expected, now, &secret).map(Some)
            }
        }
    }

    fn request(&self, call: &Call<'_>, scope: Option<&Scope>) -> Request {
        let settings = &self.world.settings;
        let region = scope
            .map(|scope| scope.region.as_str())
            .filter(|region| is_region(region));
        let account = scope
            .filter(|_| settings.mode == Mode::Development)
            .map(|scope| scope.access_key_id.as_str())
            .filter(|id| is_account(id));
        Request {
            id: call.id.to_string(),
            region: region.unwrap_or(&settings.region).to_owned(),
            account_id: account.unwrap_or(&settings.account_id).to_owned(),
            source_ip: call.source_ip,
            user_agent: text_of(call.parts, &USER_AGENT),
        }
    }
}

/// The text of a header, when it is there and is text.
fn text_of(parts: &request::Parts, header: &HeaderName) -> Option<String> {
    Some(parts.headers.get(header)?.to_str().ok()?.to_owned())
}

/// The scope that a request names, unproved.
fn claimed_scope(parts: &request::Parts) -> Option<Scope> {
    sigv4::scope_of(parts.headers.get(AUTHORIZATION)?.to_str().ok()?)
}

/// Whether a text has the form of a region, which becomes part of pool ids.
fn is_region(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether an access key id is an account id, as stand-ins for AWS read it.
fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
