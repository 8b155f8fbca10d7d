//! An authenticator of passkeys with the browser that it is used in. It does as it is told, wrong things too.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "options without their members fail the test"
)]

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use serde_json::{Value, json};

/// The user touched the authenticator.
pub const USER_PRESENT: u8 = 0x01;
/// The authenticator knows who used it.
pub const USER_VERIFIED: u8 = 0x04;
/// The passkey may be on several devices.
pub const BACKUP_ELIGIBLE: u8 = 0x08;
/// The passkey is on several devices.
pub const BACKED_UP: u8 = 0x10;
/// The key of a new passkey follows.
const ATTESTED: u8 = 0x40;
/// Extensions follow.
const EXTENSIONS: u8 = 0x80;

/// An authenticator that has one passkey.
pub struct Authenticator {
    /// The page that asks.
    pub origin: String,
    /// Whether the page is a frame in another site's.
    pub cross_origin: bool,
    /// The relying party, if not the one of the options.
    pub relying_party: Option<String>,
    pub flags: u8,
    /// Signatures so far; stays zero with authenticators that don't count.
    pub counter: u32,
    pub credential_id: Vec<u8>,
    /// What the key says that its signatures are.
    pub algorithm: i64,
    pub attestation_format: String,
    /// Signed extensions.
    pub extensions: Option<Cbor>,
    pub attachment: Option<String>,
    pub transports: Vec<String>,
    pub key: EcdsaKeyPair,
    /// The user whom the passkey stands for.
    pub user_handle: Value,
}

impl Authenticator {
    /// An authenticator with a new key in a browser that shows a page of `origin`.
    pub fn new(origin: &str) -> Self {
        let mut credential_id = vec![0; 32];
        SystemRandom::new()
            .fill(&mut credential_id)
            .expect("the system has entropy");
        Self {
            origin: origin.to_owned(),
            cross_origin: false,
            relying_party: None,
            flags: USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP,
            counter: 0,
            credential_id,
            algorithm: -7,
            attestation_format: "none".to_owned(),
            extensions: None,
            attachment: Some("platform".to_owned()),
            transports: ["internal", "hybrid"].map(str::to_owned).into(),
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a new key"),
            user_handle: Value::Null,
        }
    }

    /// The id of the credential as JSON has it.
    pub fn id(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.credential_id)
    }

    /// Makes the passkey that creation options ask for; answers the `RegistrationResponseJSON`.
    pub fn create(&mut self, options: &Value) -> Value {
        let relying_party = options["rp"]["id"].as_str().expect("the relying party");
        self.user_handle = options["user"]["id"].clone();
        let mut data = self.authenticator_data(relying_party, ATTESTED);
        data.extend([0; 16]);
        let length = u16::try_from(self.credential_id.len()).expect("an id of a credential");
        data.extend(length.to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(cbor(&self.public_key()));
        data.extend(self.extensions.iter().flat_map(cbor));
        let attestation = Cbor::Map(vec![
            ("fmt".into(), self.attestation_format.as_str().into()),
            ("attStmt".into(), Cbor::Map(Vec::new())),
            ("authData".into(), Cbor::Bytes(data)),
        ]);
        self.answer(&json!({
            "clientDataJSON": self.client_data("webauthn.create", options),
            "attestationObject": BASE64_URL_SAFE_NO_PAD.encode(cbor(&attestation)),
            "transports": self.transports,
        }))
    }

    /// Proves the possession of the passkey to whom request options come from; answers the
    /// `AuthenticationResponseJSON`.
    pub fn get(&self, options: &Value) -> Value {
        let relying_party = options["rpId"].as_str().expect("the relying party");
        let mut data = self.authenticator_data(relying_party, 0);
        data.extend(self.extensions.iter().flat_map(cbor));
        let client_data = self.client_data("webauthn.get", options);
        let client_data_json = BASE64_URL_SAFE_NO_PAD.decode(&client_data).expect("just encoded");
        let signed = [&data, digest(&SHA256, &client_data_json).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        self.answer(&json!({
            "clientDataJSON": client_data,
            "authenticatorData": BASE64_URL_SAFE_NO_PAD.encode(data),
            "signature": BASE64_URL_SAFE_NO_PAD.encode(signature),
            "userHandle": self.user_handle,
        }))
    }

    fn answer(&self, response: &Value) -> Value {
        let mut answer = json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key", "clientExtensionResults": {},
            "response": response,
        });
        if let Some(attachment) = &self.attachment {
            answer["authenticatorAttachment"] = attachment.as_str().into();
        }
        answer
    }

    fn client_data(&self, ceremony: &str, options: &Value) -> String {
        let data = json!({
            "type": ceremony, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": self.cross_origin
        });
        BASE64_URL_SAFE_NO_PAD.encode(data.to_string())
    }

    fn authenticator_data(&self, relying_party: &str, more: u8) -> Vec<u8> {
        let relying_party = self.relying_party.as_deref().unwrap_or(relying_party);
        let extended = if self.extensions.is_some() { EXTENSIONS } else { 0 };
        let mut data = digest(&SHA256, relying_party.as_bytes()).as_ref().to_vec();
        data.push(self.flags | more | extended);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The COSE key: an elliptic curve, its algorithm, P-256, and the point.
    fn public_key(&self) -> Cbor {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        let member = |label: i64, value: Cbor| (Cbor::from(label), value);
        Cbor::Map(vec![
            member(1, 2.into()),
            member(3, self.algorithm.into()),
            member(-1, 1.into()),
            member(-2, Cbor::Bytes(x.to_vec())),
            member(-3, Cbor::Bytes(y.to_vec())),
        ])
    }
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("memory takes all that is written");
    bytes
}
