//! Users whose values and signatures were computed by independent client libraries: `testdata/make_srp_vectors.py`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::group::{generator_power, to_bytes, to_hex};
use super::{Challenge, ClientPublic, Identity, PasswordClaim, Verifier};
use crate::hmac::sha256;

#[derive(Deserialize)]
struct Vector {
    pool: String,
    name: String,
    password: String,
    salt: String,
    a: String,
    b: String,
    secret_block: String,
    timestamp: String,
    v_sha256: String,
    srp_a_sha256: String,
    srp_b_sha256: String,
    signature: String,
}

/// Values that were met with leading zeros.
#[derive(Default)]
struct LeadingZeros {
    salt: usize,
    verifier: usize,
    client_public: usize,
    server_public: usize,
}

fn bytes<const LENGTH: usize>(digits: &str) -> [u8; LENGTH] {
    hex::decode(digits).unwrap().try_into().unwrap()
}

fn hash_of(digits: &str) -> String {
    hex::encode(sha256(digits.as_bytes()))
}

fn check(vector: &Vector, met: &mut LeadingZeros) {
    let identity = Identity {
        group: &vector.pool,
        name: &vector.name,
    };
    let verifier = Verifier::derive(identity, &vector.password, &bytes(&vector.salt));
    let stored = verifier.to_bytes();
    let verifier_hex = to_hex(&stored[..384]);
    assert_eq!(
        hash_of(&verifier_hex),
        vector.v_sha256,
        "the verifier of {}",
        vector.name
    );

    let srp_a = to_hex(&to_bytes(&generator_power(&bytes(&vector.a)).retrieve()));
    assert_eq!(hash_of(&srp_a), vector.srp_a_sha256, "the SRP_A of {}", vector.name);

    let challenge = Challenge::resume(
        Verifier::from_bytes(&stored).unwrap(),
        ClientPublic::parse(&srp_a).unwrap(),
        &bytes(&vector.b),
    );
    let srp_b = challenge.srp_b_hex();
    assert_eq!(hash_of(&srp_b), vector.srp_b_sha256, "the SRP_B of {}", vector.name);

    let secret_block = STANDARD.decode(&vector.secret_block).unwrap();
    let claim = PasswordClaim {
        identity,
        secret_block: &secret_block,
        timestamp: &vector.timestamp,
        signature: &vector.signature,
    };
    assert!(challenge.verify(&claim), "the signature of {} is refused", vector.name);

    met.salt += usize::from(verifier.salt_hex().len() < 32);
    met.verifier += usize::from(verifier_hex.len() < 767);
    met.client_public += usize::from(srp_a.len() < 767);
    met.server_public += usize::from(srp_b.len() < 767);
}

#[test]
fn a_thousand_users_of_independent_clients_prove_their_passwords() {
    let vectors: Vec<Vector> = include_str!("../../testdata/srp-vectors.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(vectors.len(), 1_000);
    let mut met = LeadingZeros::default();
    for vector in &vectors {
        check(vector, &mut met);
    }
    for (value, count) in [
        ("salt", met.salt),
        ("verifier", met.verifier),
        ("SRP_A", met.client_public),
        ("SRP_B", met.server_public),
    ] {
        assert!(count >= 10, "only {count} users have a {value} with leading zeros");
    }
}
