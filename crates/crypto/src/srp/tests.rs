use aws_lc_rs::{hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto_bigint::U3072;

use super::group::{Element, generator_power, pad, power, to_bytes, to_hex};
use super::{Challenge, ClientPublic, Identity, InvalidClientPublic, InvalidVerifier, PasswordClaim, Verifier};
use crate::entropy::SeededEntropy;
use crate::hmac::sha256;

const ALICE: Identity<'_> = Identity {
    group: "a1B2c3D4e",
    name: "4f6a1c1e-0000-7000-8000-000000000001",
};
const PASSWORD: &str = "correct horse";
const SALT: [u8; 16] = *b"sixteen bytes ok";
const BLOCK: &[u8] = b"opaque state of the server";
const TIMESTAMP: &str = "Tue Sep 2 07:05:09 UTC 2025";

fn modulus() -> U3072 {
    *Element::MODULUS.as_ref()
}

fn hex_of(integer: &U3072) -> String {
    hex::encode(to_bytes(integer))
}

/// N times a small number, in hexadecimal digits.
fn multiple_of_modulus(factor: u8) -> String {
    let (low, high) = modulus().widening_mul(&U3072::from_u8(factor));
    hex_of(&high) + &hex_of(&low)
}

fn verifier() -> Verifier {
    Verifier::derive(ALICE, PASSWORD, &SALT)
}

fn client_element() -> Element {
    generator_power(&sha256(b"a"))
}

fn client_public() -> ClientPublic {
    ClientPublic::from_bytes(&to_bytes(&client_element().retrieve())).unwrap()
}

fn claim(signature: &str) -> PasswordClaim<'_> {
    PasswordClaim {
        identity: ALICE,
        secret_block: BLOCK,
        timestamp: TIMESTAMP,
        signature,
    }
}

struct KeyLength;

impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        16
    }
}

/// The value u of an exchange.
fn scrambler(client_public: &ClientPublic, challenge: &Challenge) -> [u8; 32] {
    let server_public = hex::decode(format!("{:0>768}", challenge.srp_b_hex())).unwrap();
    sha256(&[client_public.as_bytes(), &pad(&server_public)].concat())
}

/// The signature of someone who believes that the shared value is `shared`.
fn signature_with(shared: &[u8], client_public: &ClientPublic, challenge: &Challenge) -> String {
    let mut key = [0; 16];
    hkdf::Salt::new(hkdf::HKDF_SHA256, &pad(&scrambler(client_public, challenge)))
        .extract(&pad(shared))
        .expand(&[b"Caldera Derived Key"], KeyLength)
        .and_then(|derived| derived.fill(&mut key))
        .unwrap();
    let message = [
        ALICE.group.as_bytes(),
        ALICE.name.as_bytes(),
        BLOCK,
        TIMESTAMP.as_bytes(),
    ]
    .concat();
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &message))
}

/// A challenge and the signature that answers it.
///
/// The server's formula serves the client here; the conformance test has real clients.
fn exchange() -> (Challenge, String) {
    let challenge = Challenge::start(verifier(), client_public(), &SeededEntropy::new("exchange"));
    let verifier_power = power(&verifier().element, &scrambler(&client_public(), &challenge));
    let shared = power(&client_element().mul(&verifier_power), challenge.secret());
    let signature = signature_with(&to_bytes(&shared.retrieve()), &client_public(), &challenge);
    (challenge, signature)
}

#[test]
fn a_multiple_of_n_is_refused_however_it_is_written() {
    for zero in [
        "0".to_owned(),
        "00".to_owned(),
        "0".repeat(1536),
        hex_of(&modulus()),
        hex_of(&modulus()).to_uppercase(),
        format!("000{}", hex_of(&modulus())),
        multiple_of_modulus(1),
        multiple_of_modulus(2),
        multiple_of_modulus(255),
        // N·2^3072: the largest multiple of this shape.
        hex_of(&modulus()) + &"0".repeat(768),
    ] {
        assert_eq!(ClientPublic::parse(&zero).err(), Some(InvalidClientPublic), "{zero}");
    }
    for neighbour in [1, 2] {
        let beside = modulus().wrapping_sub(&U3072::from_u8(neighbour));
        assert!(ClientPublic::parse(&hex_of(&beside)).is_ok());
    }
    assert!(ClientPublic::parse(&"f".repeat(1536)).is_ok());
}

#[test]
fn what_is_not_hexadecimal_or_too_long_is_refused() {
    for wrong in [
        "", "-1", "+1", "0x1", "1 ", " 1", "g", "1\n", "1\0", "é", "１２", "-", "1-1", "ab:cd",
    ] {
        assert_eq!(ClientPublic::parse(wrong).err(), Some(InvalidClientPublic), "{wrong:?}");
    }
    assert!(ClientPublic::parse(&"1".repeat(1536)).is_ok());
    assert_eq!(ClientPublic::parse(&"1".repeat(1537)).err(), Some(InvalidClientPublic));
    assert_eq!(
        ClientPublic::parse(&"1".repeat(10_000_000)).err(),
        Some(InvalidClientPublic)
    );
    assert_eq!(ClientPublic::from_bytes(&[1; 769]).err(), Some(InvalidClientPublic));
    assert_eq!(ClientPublic::from_bytes(&[]).err(), Some(InvalidClientPublic));
}

#[test]
fn case_and_leading_zeros_of_the_client_s_value_mean_nothing() {
    let plain = ClientPublic::parse("abc").unwrap();
    assert_eq!(plain.as_bytes(), [0x0a, 0xbc]);
    for same in ["ABC", "aBc", "0abc", "00abc", "000000ABC"] {
        assert_eq!(ClientPublic::parse(same).unwrap(), plain, "{same}");
    }
    assert_eq!(ClientPublic::parse("ff").unwrap().as_bytes(), [0, 0xff]);
    assert_eq!(ClientPublic::from_bytes(plain.as_bytes()).unwrap(), plain);
}

#[test]
fn a_verifier_survives_storage() {
    let stored = verifier().to_bytes();
    assert_eq!(stored.len(), 400);
    let read = Verifier::from_bytes(&stored).unwrap();
    assert_eq!(read.to_bytes(), stored);
    assert_eq!(read.salt_hex(), hex::encode(SALT));
    assert_eq!(Verifier::from_bytes(&stored[..384]).err(), Some(InvalidVerifier));
    assert_eq!(Verifier::from_bytes(&stored[..100]).err(), Some(InvalidVerifier));
    assert_eq!(Verifier::from_bytes(&[]).err(), Some(InvalidVerifier));
}

#[test]
fn group_name_password_and_salt_all_change_the_verifier() {
    let original = verifier().to_bytes();
    let derive = |group, name, password, salt| Verifier::derive(Identity { group, name }, password, salt).to_bytes();
    assert_eq!(derive(ALICE.group, ALICE.name, PASSWORD, &SALT), original);
    for other in [
        derive("a1B2c3D4f", ALICE.name, PASSWORD, &SALT),
        derive(ALICE.group, "bob", PASSWORD, &SALT),
        derive(ALICE.group, ALICE.name, "Correct horse", &SALT),
        derive(ALICE.group, ALICE.name, PASSWORD, b"Sixteen bytes ok"),
    ] {
        assert_ne!(other[..384], original[..384]);
    }
}

#[test]
fn a_device_may_pad_its_salt_and_verifier_or_not() {
    let password = "ZGV2aWNl";
    let device = Identity {
        group: "-group",
        name: "eu-central-1_device",
    };
    let salt: [u8; 16] = std::array::from_fn(|index| 0x80 + index as u8);
    let derived = Verifier::derive(device, password, &salt);
    let verifier = &derived.to_bytes()[..384];
    let padded = Verifier::from_parts(&[&[0], &salt[..]].concat(), &pad(verifier)).unwrap();
    let unpadded = Verifier::from_parts(&salt, verifier).unwrap();
    assert_eq!(padded.to_bytes()[..384], *verifier);
    assert_eq!(unpadded.to_bytes()[..384], *verifier);
    assert_eq!(padded.salt_hex(), derived.salt_hex());
    assert_eq!(unpadded.salt_hex(), derived.salt_hex());
}

#[test]
fn a_verifier_that_needs_no_password_is_refused() {
    let modulus = modulus();
    let around = |difference: u8| to_bytes(&modulus.wrapping_sub(&U3072::from_u8(difference))).to_vec();
    let beyond = to_bytes(&modulus.wrapping_add(&U3072::ONE)).to_vec();
    for trivial in [
        vec![],
        vec![0],
        vec![0; 384],
        vec![1],
        around(1),
        around(0),
        beyond,
        vec![0xff; 384],
        vec![1; 385],
    ] {
        assert_eq!(
            Verifier::from_parts(&SALT, &trivial).err(),
            Some(InvalidVerifier),
            "{trivial:?}"
        );
    }
    for fine in [vec![2], around(2), [vec![0; 10], vec![5]].concat()] {
        assert!(Verifier::from_parts(&SALT, &fine).is_ok(), "{fine:?}");
    }
    assert_eq!(Verifier::from_parts(&[], &[2]).err(), Some(InvalidVerifier));
    assert_eq!(Verifier::from_parts(&[1; 65], &[2]).err(), Some(InvalidVerifier));
}

#[test]
fn leading_zeros_of_a_salt_are_not_shown() {
    let mut salt = SALT;
    salt[0] = 0;
    salt[1] = 0x0f;
    assert_eq!(
        Verifier::derive(ALICE, PASSWORD, &salt).salt_hex(),
        hex::encode(salt)[3..]
    );
    assert_eq!(Verifier::derive(ALICE, PASSWORD, &[0; 16]).salt_hex(), "0");
}

#[test]
fn a_simulated_verifier_is_stable_looks_real_and_has_no_password() {
    let simulated = Verifier::simulated(&[7; 32]);
    assert_eq!(Verifier::simulated(&[7; 32]).to_bytes(), simulated.to_bytes());
    assert_ne!(Verifier::simulated(&[8; 32]).to_bytes(), simulated.to_bytes());
    assert_ne!(Verifier::simulated(&[8; 32]).salt_hex(), simulated.salt_hex());
    assert_eq!(simulated.to_bytes().len(), verifier().to_bytes().len());
    assert!(Verifier::from_bytes(&simulated.to_bytes()).is_ok());

    let challenge = Challenge::start(simulated, client_public(), &SeededEntropy::new("simulated"));
    assert!((760..=768).contains(&challenge.srp_b_hex().len()));
    for shared in [&[0][..], &[1]] {
        let signature = signature_with(shared, &client_public(), &challenge);
        assert!(!challenge.verify(&claim(&signature)));
    }
}

#[test]
fn a_challenge_is_taken_up_again_from_its_secret() {
    let (challenge, signature) = exchange();
    let resumed = Challenge::resume(verifier(), client_public(), challenge.secret());
    assert_eq!(resumed.srp_b_hex(), challenge.srp_b_hex());
    assert!(resumed.verify(&claim(&signature)));
    let other = Challenge::start(verifier(), client_public(), &SeededEntropy::new("other"));
    assert_ne!(other.srp_b_hex(), challenge.srp_b_hex());
    assert!(!other.verify(&claim(&signature)));
}

#[test]
fn every_part_of_a_claim_is_signed() {
    let (challenge, signature) = exchange();
    let fine = claim(&signature);
    assert!(challenge.verify(&fine));
    let named = |group, name| Identity { group, name };
    for altered in [
        PasswordClaim {
            identity: named("a1B2c3D4f", ALICE.name),
            ..fine
        },
        PasswordClaim {
            identity: named(ALICE.group, "bob"),
            ..fine
        },
        PasswordClaim {
            secret_block: b"opaque state of the serveR",
            ..fine
        },
        PasswordClaim {
            secret_block: b"",
            ..fine
        },
        PasswordClaim {
            timestamp: "Tue Sep 2 07:05:10 UTC 2025",
            ..fine
        },
        PasswordClaim {
            timestamp: "Tue Sep 02 07:05:09 UTC 2025",
            ..fine
        },
    ] {
        assert!(!challenge.verify(&altered), "{altered:?}");
    }
}

#[test]
fn a_signature_that_is_one_bit_off_of_another_length_or_not_base64_is_refused() {
    let (challenge, signature) = exchange();
    let bytes = STANDARD.decode(&signature).unwrap();
    for bit in (0..256).step_by(15) {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(!challenge.verify(&claim(&STANDARD.encode(&altered))), "bit {bit}");
    }
    for wrong in [
        String::new(),
        STANDARD.encode(&bytes[..31]),
        STANDARD.encode([&bytes[..], &[0]].concat()),
        STANDARD.encode([0; 32]),
        signature.trim_end_matches('=').to_owned(),
        format!(" {signature}"),
        format!("{signature}\n"),
        hex::encode(&bytes),
        "!".repeat(44),
        "A".repeat(1_000_000),
    ] {
        assert!(!challenge.verify(&claim(&wrong)), "{wrong:.50}");
    }
}

#[test]
fn another_password_s_verifier_refuses_the_claim() {
    let (challenge, signature) = exchange();
    let changed = Verifier::derive(ALICE, "another", &SALT);
    assert!(!Challenge::resume(changed, client_public(), challenge.secret()).verify(&claim(&signature)));
    let other_client = ClientPublic::parse("abcdef").unwrap();
    assert!(!Challenge::resume(verifier(), other_client, challenge.secret()).verify(&claim(&signature)));
}

#[test]
fn trivial_values_of_the_client_prove_nothing() {
    let minus_one = modulus().wrapping_sub(&U3072::ONE);
    for trivial in [U3072::ONE, minus_one] {
        let client_public = ClientPublic::from_bytes(&to_bytes(&trivial)).unwrap();
        let challenge = Challenge::start(verifier(), client_public.clone(), &SeededEntropy::new("trivial"));
        for shared in [U3072::ZERO, U3072::ONE, minus_one] {
            let signature = signature_with(&to_bytes(&shared), &client_public, &challenge);
            assert!(!challenge.verify(&claim(&signature)), "A = {trivial}, S = {shared}");
        }
    }
}

#[test]
fn the_server_s_value_has_lower_case_digits_without_padding() {
    let srp_b = exchange().0.srp_b_hex();
    assert!(srp_b.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
    assert!(!srp_b.starts_with('0'));
    assert_eq!(srp_b, to_hex(&hex::decode(format!("{srp_b:0>768}")).unwrap()));
}
