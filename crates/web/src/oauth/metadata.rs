//! What a strict pool's discovery document says besides what Cognito's says (OpenID Connect Discovery 1.0, RFC 8414).

use poolhouse_domain::oauth::PROFILE;
use serde::Serialize;

use crate::login::texts::Texts;

/// How clients may authenticate: those without a secret say only who they are.
pub const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

/// Claims of tokens, and of attributes that the scope `profile` doesn't show.
const CLAIMS: [&str; 16] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "at_hash",
    "azp",
    "acr",
    "amr",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "address",
];

/// The members that make the document whole.
#[derive(Serialize)]
pub struct StandardMetadata {
    authorization_response_iss_parameter_supported: bool,
    claim_types_supported: [&'static str; 1],
    claims_parameter_supported: bool,
    claims_supported: Vec<&'static str>,
    display_values_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 4],
    prompt_values_supported: [&'static str; 3],
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_request_uri_registration: bool,
    response_modes_supported: [&'static str; 2],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    ui_locales_supported: Vec<&'static str>,
}

impl StandardMetadata {
    pub fn new() -> Self {
        let languages = Texts::languages();
        Self {
            authorization_response_iss_parameter_supported: true,
            claim_types_supported: ["normal"],
            claims_parameter_supported: true,
            claims_supported: CLAIMS.into_iter().chain(PROFILE).collect(),
            display_values_supported: ["page"],
            grant_types_supported: ["authorization_code", "implicit", "refresh_token", "client_credentials"],
            prompt_values_supported: ["none", "login", "select_account"],
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            require_request_uri_registration: false,
            response_modes_supported: ["query", "fragment"],
            revocation_endpoint_auth_methods_supported: AUTH_METHODS,
            ui_locales_supported: languages.iter().map(|language| language.tag).collect(),
        }
    }
}
