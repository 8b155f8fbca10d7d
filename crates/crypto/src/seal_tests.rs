use super::*;
use crate::entropy::{SeededEntropy, SystemEntropy};

const SEEDS: Purpose = Purpose::new("totp seed");
const CODES: Purpose = Purpose::new("code");

fn sealer(seed: &str) -> Sealer {
    Sealer::new(&MasterKey::generate(&SeededEntropy::new(seed))).unwrap()
}

#[test]
fn what_is_sealed_opens_with_the_same_purpose_and_context() {
    let sealer = sealer("a");
    for plaintext in [&b""[..], b"secret", &[0; 5000]] {
        let sealed = sealer.seal(SEEDS, b"alice", plaintext, &SystemEntropy).unwrap();
        assert_eq!(*sealer.open(SEEDS, b"alice", &sealed).unwrap(), plaintext);
    }
}

#[test]
fn what_is_sealed_opens_nowhere_else() {
    let sealer = sealer("a");
    let sealed = sealer.seal(SEEDS, b"alice", b"secret", &SystemEntropy).unwrap();
    assert_eq!(sealer.open(SEEDS, b"bob", &sealed), Err(SealError::Refused));
    assert_eq!(sealer.open(CODES, b"alice", &sealed), Err(SealError::Refused));
    assert_eq!(
        self::sealer("b").open(SEEDS, b"alice", &sealed),
        Err(SealError::OtherMasterKey)
    );
}

#[test]
fn every_altered_bit_is_noticed() {
    let sealer = sealer("a");
    let sealed = URL_SAFE_NO_PAD
        .decode(sealer.seal(SEEDS, b"", b"secret", &SystemEntropy).unwrap())
        .unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut altered = sealed.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit / 8 {
            0 => SealError::Malformed,
            1..=4 => SealError::OtherMasterKey,
            _ => SealError::Refused,
        };
        assert_eq!(
            sealer.open(SEEDS, b"", &URL_SAFE_NO_PAD.encode(altered)),
            Err(expected),
            "bit {bit}"
        );
    }
}

#[test]
fn texts_that_were_never_sealed_are_refused() {
    let sealer = sealer("a");
    let sealed = sealer.seal(SEEDS, b"", b"", &SystemEntropy).unwrap();
    for text in [
        "",
        "A",
        "!",
        "AQ",
        "\u{e9}",
        &sealed[..20],
        &format!("{sealed}="),
        &format!(" {sealed}"),
    ] {
        assert_eq!(sealer.open(SEEDS, b"", text), Err(SealError::Malformed), "{text}");
    }
    assert_eq!(sealer.open(SEEDS, b"", &sealed[..40]), Err(SealError::Refused));
}

#[test]
fn sealing_twice_gives_two_texts() {
    let sealer = sealer("a");
    let entropy = SeededEntropy::new("nonces");
    assert_ne!(
        sealer.seal(SEEDS, b"", b"secret", &entropy).unwrap(),
        sealer.seal(SEEDS, b"", b"secret", &entropy).unwrap()
    );
}

#[test]
fn stored_secrets_and_hashes_stay_readable() {
    let sealer = sealer("format");
    let sealed = "AUlzyinNlcAL9oqLrQ7S2dS71WnP69LfRWZnk2-yGYlUbBLoOgKd";
    assert_eq!(*sealer.open(SEEDS, b"alice", sealed).unwrap(), b"secret");
    assert_eq!(
        sealer.keyed_hash(CODES, &[b"alice", b"123456"]).to_base64url(),
        "4EkcJLwIxFnkrFLi5NFti_2amRvAj1bnisAUG9W1N34"
    );
}

#[test]
fn a_keyed_hash_depends_on_key_purpose_and_where_parts_end() {
    let hash = |sealer: &Sealer, purpose, parts: &[&[u8]]| sealer.keyed_hash(purpose, parts);
    let (a, b) = (sealer("a"), sealer("b"));
    let expected = hash(&a, CODES, &[b"ab", b"c"]);
    assert_eq!(hash(&a, CODES, &[b"ab", b"c"]), expected);
    assert_ne!(hash(&b, CODES, &[b"ab", b"c"]), expected);
    assert_ne!(hash(&a, SEEDS, &[b"ab", b"c"]), expected);
    assert_ne!(hash(&a, CODES, &[b"a", b"bc"]), expected);
    assert_ne!(hash(&a, CODES, &[b"ab", b"c", b""]), expected);
    assert_ne!(hash(&a, CODES, &[b"abc"]), expected);
}

#[test]
fn a_keyed_hash_is_written_in_hexadecimal_or_base64url() {
    let hash = sealer("a").keyed_hash(CODES, &[b"123456"]);
    assert_eq!(hex::decode(hash.to_hex()).unwrap(), hash.as_bytes());
    assert_eq!(URL_SAFE_NO_PAD.decode(hash.to_base64url()).unwrap(), hash.as_bytes());
}

#[test]
fn a_master_key_is_read_in_base64_and_hexadecimal() {
    let bytes: [u8; 32] = std::array::from_fn(|index| 0xf8 | index as u8);
    let standard = STANDARD.encode(bytes);
    assert!(
        standard.contains('/') && standard.contains('+'),
        "the two alphabets differ: {standard}"
    );
    let texts = [
        standard.clone(),
        format!("  {standard}\n"),
        standard.trim_end_matches('=').to_owned(),
        URL_SAFE_NO_PAD.encode(bytes),
        hex::encode(bytes),
        hex::encode_upper(bytes),
    ];
    for text in texts {
        assert_eq!(MasterKey::parse(&text).unwrap().0, bytes, "{text}");
    }
    assert_eq!(*MasterKey(bytes).to_base64(), standard);
}

#[test]
fn a_master_key_of_another_length_or_alphabet_is_refused() {
    let texts = [
        "",
        "=",
        "short",
        &"0".repeat(63),
        &"g".repeat(64),
        &"A".repeat(42),
        &"A".repeat(44),
        &"A".repeat(45),
    ];
    for text in texts {
        assert_eq!(MasterKey::parse(text).unwrap_err(), MasterKeyError, "{text}");
    }
}

#[test]
fn debug_output_shows_no_key() {
    let master = MasterKey([7; 32]);
    assert_eq!(format!("{master:?}"), "MasterKey(..)");
    let sealer = Sealer::new(&master).unwrap();
    assert_eq!(
        format!("{sealer:?}"),
        format!("Sealer {{ key_id: {:?}, .. }}", hex::encode(sealer.key_id))
    );
}
