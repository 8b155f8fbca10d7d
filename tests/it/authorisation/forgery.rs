//! Making tokens that the server didn't make.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RsaEncoding, RsaKeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use poolhouse_crypto::keys::SigningKey;
use poolhouse_tests::actors::SignedIn;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};

/// The two signing keys of a pool: of id tokens and of access tokens.
pub async fn pool_keys(lab: &Lab, pool_id: &str) -> (SigningKey, SigningKey) {
    lab.world()
        .store
        .signing_keys()
        .of_pool(pool_id)
        .await
        .unwrap()
        .unwrap()
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The header of the server's own tokens.
pub fn header(key: &SigningKey) -> Value {
    json!({ "kid": key.kid(), "alg": "RS256" })
}

/// A token with this header and payload, signed with SHA-256 by `key`, whatever the header says.
pub fn sign(key: &SigningKey, header: &Value, payload: &str) -> String {
    sign_with(key, &aws_lc_rs::signature::RSA_PKCS1_SHA256, header, payload)
}

/// The same, with another RSA signature.
pub fn sign_with(key: &SigningKey, encoding: &'static dyn RsaEncoding, header: &Value, payload: &str) -> String {
    let message = format!("{}.{}", encode(header.to_string()), encode(payload));
    let pair = RsaKeyPair::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .unwrap();
    format!("{message}.{}", encode(signature))
}

/// Uses a text as an access token.
pub async fn use_token(lab: &Lab, token: &str) -> Reply {
    lab.call("GetUser", json!({ "AccessToken": token })).await
}

/// Asserts that none of these texts is an access token, and that the real one still is.
pub async fn assert_invalid(lab: &Lab, alice: &SignedIn, forgeries: &[(&str, String)]) {
    for (what, token) in forgeries {
        let refusal = use_token(lab, token).await.error();
        let expected = ("NotAuthorizedException".to_owned(), super::INVALID.to_owned());
        assert_eq!(refusal, expected, "{what}");
    }
    alice.get_user().await.ok();
}
