//! Signature Version 4 on what is sent to Amazon's services, or to what speaks like them.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::Request;

/// Why a request could not be made.
pub type RequestError = Box<dyn std::error::Error + Send + Sync>;

/// An access key in the form that the signer takes.
pub fn credentials(access_key_id: &str, secret_access_key: &str, session_token: Option<&str>) -> Credentials {
    let session_token = session_token.map(str::to_owned);
    Credentials::new(access_key_id, secret_access_key, session_token, None, "settings")
}

/// What a signature is made for.
pub struct Scope<'a> {
    pub credentials: &'a Credentials,
    pub region: &'a str,
    /// The signing name, such as `sns`.
    pub service: &'a str,
    /// In milliseconds since the Unix epoch.
    pub signed_at: i64,
}

impl Scope<'_> {
    /// The request with the headers of its signature.
    pub fn sign<B: AsRef<[u8]>>(&self, mut request: Request<B>) -> Result<Request<B>, RequestError> {
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(SystemTime::UNIX_EPOCH + Duration::from_millis(self.signed_at.unsigned_abs()))
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = request
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let uri = request.uri().to_string();
        let body = SignableBody::Bytes(request.body().as_ref());
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body)?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}
