//! The client's side of SRP-6a, as SDKs speak it: written apart from the server's, over another library.

use aws_lc_rs::{digest, hmac};
use base64::prelude::{BASE64_STANDARD, Engine};
use num_bigint::BigUint;
use serde_json::{Value, json};

const N: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F2411\
7C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D\
670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497C\
EA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0\
BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

/// One exchange of a client.
pub struct SrpClient {
    n: BigUint,
    g: BigUint,
    a: BigUint,
}

/// What the server challenged with.
pub struct SrpChallenge<'a> {
    /// The part of the pool id after the underscore.
    pub pool_name: &'a str,
    pub user_id: &'a str,
    pub salt: &'a str,
    pub srp_b: &'a str,
    pub secret_block: &'a str,
    pub timestamp: &'a str,
}

impl Default for SrpClient {
    fn default() -> Self {
        Self::new(b"any secret of a client will do for a test")
    }
}

impl SrpClient {
    /// Begins an exchange with the secret exponent made from `secret`.
    pub fn new(secret: &[u8]) -> Self {
        Self {
            n: hex(N),
            g: BigUint::from(2_u8),
            a: BigUint::from_bytes_be(&sha256(&[secret])),
        }
    }

    /// N in hexadecimal: a public value that is congruent to zero.
    pub fn modulus() -> String {
        Self::multiple_of_modulus(1)
    }

    /// A multiple of N in hexadecimal.
    pub fn multiple_of_modulus(factor: u8) -> String {
        (hex(N) * factor).to_str_radix(16)
    }

    /// The `SRP_A`.
    pub fn srp_a(&self) -> String {
        self.g.modpow(&self.a, &self.n).to_str_radix(16)
    }

    /// The `PASSWORD_CLAIM_SIGNATURE` for `password`.
    pub fn sign(&self, password: &str, challenge: &SrpChallenge<'_>) -> String {
        let (public, server) = (self.g.modpow(&self.a, &self.n), hex(challenge.srp_b));
        let k = BigUint::from_bytes_be(&sha256(&[&pad(&self.n), &pad(&self.g)]));
        let u = BigUint::from_bytes_be(&sha256(&[&pad(&public), &pad(&server)]));
        let x = private_key((challenge.pool_name, challenge.user_id), password, &hex(challenge.salt));
        let blinded = (k * self.g.modpow(&x, &self.n)) % &self.n;
        let shared = ((server + &self.n) - blinded).modpow(&(&self.a + u.clone() * x), &self.n);

        let extracted = mac(&pad(&u), &[&pad(&shared)]);
        let expanded = mac(&extracted, &[b"Caldera Derived Key", &[1]]);
        let block = BASE64_STANDARD.decode(challenge.secret_block).unwrap_or_default();
        let message = [
            challenge.pool_name.as_bytes(),
            challenge.user_id.as_bytes(),
            &block,
            challenge.timestamp.as_bytes(),
        ];
        BASE64_STANDARD.encode(mac(expanded.get(..16).unwrap_or_default(), &message))
    }

    /// The responses that prove `password` to a challenge with these parameters. The identity is the pool's name and
    /// the user's id, or a device's group key and key.
    pub fn claim(&self, (group, name): (&str, &str), password: &str, parameters: &Value, timestamp: &str) -> Value {
        let parameter = |name: &str| parameters.get(name).and_then(Value::as_str).unwrap_or_default();
        let challenge = SrpChallenge {
            pool_name: group,
            user_id: name,
            salt: parameter("SALT"),
            srp_b: parameter("SRP_B"),
            secret_block: parameter("SECRET_BLOCK"),
            timestamp,
        };
        json!({
            "PASSWORD_CLAIM_SIGNATURE": self.sign(password, &challenge),
            "PASSWORD_CLAIM_SECRET_BLOCK": parameter("SECRET_BLOCK"),
            "TIMESTAMP": timestamp,
        })
    }

    /// The salt and the verifier of a password, both as clients send them.
    pub fn verifier(&self, identity: (&str, &str), password: &str, salt: &[u8]) -> (String, String) {
        let salt = BigUint::from_bytes_be(salt);
        let verifier = self.g.modpow(&private_key(identity, password, &salt), &self.n);
        let encode = |number: &BigUint| BASE64_STANDARD.encode(pad(number));
        (encode(&salt), encode(&verifier))
    }
}

/// The secret exponent x that a password stands for.
fn private_key((group, name): (&str, &str), password: &str, salt: &BigUint) -> BigUint {
    let credentials = format!("{group}{name}:{password}");
    BigUint::from_bytes_be(&sha256(&[&pad(salt), &sha256(&[credentials.as_bytes()])]))
}

fn hex(digits: &str) -> BigUint {
    BigUint::parse_bytes(digits.as_bytes(), 16).unwrap_or_default()
}

/// The bytes of a number, with a zero before them when the first bit is set.
fn pad(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| *first >= 0x80) {
        bytes.insert(0, 0);
    }
    bytes
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}
