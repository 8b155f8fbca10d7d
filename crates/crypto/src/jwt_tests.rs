use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA384, RSA_PSS_SHA256, RsaEncoding};
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::json;

use super::*;
use crate::keys::tests::KEYS;

const NOW: i64 = 1_800_000_000;

fn claims() -> Value {
    json!({"sub": "alice", "iss": "https://issuer.example/pool", "token_use": "access", "iat": NOW, "exp": NOW + 1})
}

/// The valid claims with one changed, or removed when `value` is null.
fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    claims
}

fn check(token: &str) -> Result<Value, JwtError> {
    let expected = [("iss", "https://issuer.example/pool"), ("token_use", "access")];
    verify(KEYS[0].verifying_key(), token, NOW, &expected)
}

/// Signs any header and payload text with RS256 by the right key.
fn forge(header: &str, payload: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = KEYS[0].try_sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header() -> String {
    json!({"alg": "RS256", "kid": KEYS[0].kid()}).to_string()
}

#[test]
fn a_signed_token_verifies_and_gives_its_claims_back() {
    let token = sign(&KEYS[0], &claims()).unwrap();
    assert_eq!(check(&token), Ok(claims()));
    assert_eq!(
        peek_header(&token),
        Ok(Header {
            kid: KEYS[0].kid().to_owned()
        })
    );
}

#[test]
fn the_header_is_exactly_kid_then_alg() {
    let token = sign(&KEYS[0], &claims()).unwrap();
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    assert_eq!(
        String::from_utf8(header).unwrap(),
        format!(r#"{{"kid":"{}","alg":"RS256"}}"#, KEYS[0].kid())
    );
}

#[test]
fn claims_keep_the_order_in_which_they_are_serialised() {
    #[derive(Serialize)]
    struct Ordered {
        sub: &'static str,
        iss: &'static str,
        aud: &'static str,
    }
    let token = sign(
        &KEYS[0],
        &Ordered {
            sub: "s",
            iss: "i",
            aud: "a",
        },
    )
    .unwrap();
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    assert_eq!(payload, br#"{"sub":"s","iss":"i","aud":"a"}"#);
}

#[test]
fn jsonwebtoken_verifies_our_tokens_by_the_jwk() {
    let token = sign(&KEYS[0], &claims()).unwrap();
    let jwk = KEYS[0].jwk();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    let decoded = jsonwebtoken::decode::<Value>(
        &token,
        &DecodingKey::from_rsa_components(&jwk.n, &jwk.e).unwrap(),
        &validation,
    )
    .unwrap();
    assert_eq!(decoded.claims, claims());
    assert_eq!(decoded.header.kid.as_deref(), Some(KEYS[0].kid()));
    assert_eq!(decoded.header.typ, None);
}

#[test]
fn claims_that_do_not_fit_the_type_asked_for_are_malformed() {
    #[derive(Debug, Deserialize)]
    struct Asked {
        #[expect(dead_code, reason = "never read: the token lacks it")]
        client_id: String,
    }
    let token = sign(&KEYS[0], &claims()).unwrap();
    assert_eq!(
        verify::<Asked>(KEYS[0].verifying_key(), &token, NOW, &[]).unwrap_err(),
        JwtError::Malformed
    );
}

#[test]
fn another_key_s_signature_is_refused_whatever_the_kid_says() {
    assert_eq!(check(&sign(&KEYS[1], &claims()).unwrap()), Err(JwtError::BadSignature));
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header()),
        URL_SAFE_NO_PAD.encode(claims().to_string())
    );
    let signature = URL_SAFE_NO_PAD.encode(KEYS[1].try_sign(message.as_bytes()).unwrap());
    assert_eq!(check(&format!("{message}.{signature}")), Err(JwtError::BadSignature));
}

#[test]
fn a_right_signature_under_a_strange_kid_is_refused() {
    for kid in [
        "",
        "unknown",
        "../../etc/passwd",
        "' OR 1=1 --",
        "\0",
        &"k".repeat(10_000),
        KEYS[1].kid(),
    ] {
        let token = forge(&json!({"alg": "RS256", "kid": kid}).to_string(), &claims().to_string());
        assert_eq!(peek_header(&token), Ok(Header { kid: kid.to_owned() }));
        assert_eq!(check(&token), Err(JwtError::BadSignature), "{kid:.20}");
    }
}

#[test]
fn other_algorithms_are_refused_even_with_a_right_signature() {
    for alg in [
        "none", "None", "NONE", "", "HS256", "RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "RS256 ",
    ] {
        let token = forge(
            &json!({"alg": alg, "kid": KEYS[0].kid()}).to_string(),
            &claims().to_string(),
        );
        assert_eq!(check(&token), Err(JwtError::Malformed), "{alg}");
        assert_eq!(peek_header(&token), Err(JwtError::Malformed), "{alg}");
    }
}

#[test]
fn an_unsigned_token_is_refused() {
    let payload = URL_SAFE_NO_PAD.encode(claims().to_string());
    let none = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "kid": KEYS[0].kid()}).to_string());
    assert_eq!(check(&format!("{none}.{payload}.")), Err(JwtError::Malformed));
    let rs256 = URL_SAFE_NO_PAD.encode(header());
    assert_eq!(check(&format!("{rs256}.{payload}.")), Err(JwtError::BadSignature));
}

#[test]
fn an_hmac_under_the_public_key_is_refused() {
    use aws_lc_rs::hmac;
    let jwk = KEYS[0].jwk();
    for secret in [jwk.n.clone().into_bytes(), URL_SAFE_NO_PAD.decode(&jwk.n).unwrap()] {
        for (alg, expected) in [("HS256", JwtError::Malformed), ("RS256", JwtError::BadSignature)] {
            let header = URL_SAFE_NO_PAD.encode(json!({"alg": alg, "kid": KEYS[0].kid()}).to_string());
            let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims().to_string()));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message.as_bytes());
            assert_eq!(
                check(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))),
                Err(expected)
            );
        }
    }
}

#[test]
fn rs384_and_ps256_signatures_by_the_right_key_are_refused() {
    let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(&KEYS[0].to_pkcs8().unwrap()).unwrap();
    let encodings: [&'static dyn RsaEncoding; 2] = [&RSA_PKCS1_SHA384, &RSA_PSS_SHA256];
    for encoding in encodings {
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header()),
            URL_SAFE_NO_PAD.encode(claims().to_string())
        );
        let mut signature = vec![0; 256];
        pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .unwrap();
        assert_eq!(
            check(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))),
            Err(JwtError::BadSignature)
        );
    }
}

#[test]
fn a_header_that_is_no_object_is_refused() {
    let kid = KEYS[0].kid();
    for header in [json!([kid, "RS256"]), json!("RS256"), json!(null)] {
        let token = forge(&header.to_string(), &claims().to_string());
        assert_eq!(check(&token), Err(JwtError::Malformed), "{header}");
    }
}

#[test]
fn a_critical_extension_is_refused() {
    let kid = KEYS[0].kid();
    for crit in [json!(["b64"]), json!([]), json!(null), json!("exp")] {
        let token = forge(
            &json!({"alg": "RS256", "kid": kid, "crit": crit}).to_string(),
            &claims().to_string(),
        );
        assert_eq!(check(&token), Err(JwtError::Malformed), "{crit}");
    }
}

#[test]
fn keys_offered_in_the_header_are_ignored() {
    let attacker = KEYS[1].jwk();
    let header = json!({
        "alg": "RS256", "kid": KEYS[0].kid(), "jwk": attacker, "jku": "https://evil.example/jwks.json",
        "x5u": "https://evil.example/x", "x5c": ["AAAA"], "typ": "JWT",
    });
    assert_eq!(check(&forge(&header.to_string(), &claims().to_string())), Ok(claims()));
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims().to_string())
    );
    let signature = URL_SAFE_NO_PAD.encode(KEYS[1].try_sign(message.as_bytes()).unwrap());
    assert_eq!(check(&format!("{message}.{signature}")), Err(JwtError::BadSignature));
}

#[test]
fn a_header_of_another_shape_is_malformed() {
    let kid = KEYS[0].kid();
    let headers = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        r#"{"alg":"RS256"}"#.to_owned(),
        format!(r#"{{"kid":"{kid}"}}"#),
        r#"{"alg":"RS256","kid":null}"#.to_owned(),
        r#"{"alg":"RS256","kid":7}"#.to_owned(),
        format!(r#"{{"alg":["RS256"],"kid":"{kid}"}}"#),
        format!(r#"{{"alg":"none","alg":"RS256","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"RS256","kid":"other","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"RS256","kid":"{kid}"}} x"#),
        format!("{}{}", r#"{"alg":"RS256","x":"#, "[".repeat(20_000)),
    ];
    for header in headers {
        assert_eq!(
            check(&forge(&header, &claims().to_string())),
            Err(JwtError::Malformed),
            "{header:.60}"
        );
    }
}

#[test]
fn texts_of_another_shape_are_malformed() {
    let token = sign(&KEYS[0], &claims()).unwrap();
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        unreachable!()
    };
    let texts = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "....".to_owned(),
        header.to_owned(),
        format!("{header}.{payload}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{token}.a.b"),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("Bearer {token}"),
        format!("{token}\u{e9}"),
        "\u{1f512}.\u{1f512}.\u{1f512}".to_owned(),
    ];
    for text in texts {
        assert_eq!(check(&text), Err(JwtError::Malformed), "{text:.60}");
    }
    for payload in [String::new(), format!(" {payload}"), format!("{payload}=")] {
        assert_eq!(
            check(&format!("{header}.{payload}.{signature}")),
            Err(JwtError::BadSignature),
            "{payload:.20}"
        );
    }
}

#[test]
fn padded_standard_and_non_canonical_base64_is_malformed() {
    let token = sign(&KEYS[0], &claims()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(
        check(&format!("{message}.{}", URL_SAFE.encode(&bytes))),
        Err(JwtError::Malformed)
    );
    assert_eq!(
        check(&format!("{message}.{}", STANDARD.encode(&bytes))),
        Err(JwtError::Malformed)
    );
    assert_eq!(check(&format!("{token}=")), Err(JwtError::Malformed));
    // 256 bytes leave four unused bits in the last character.
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet
        .iter()
        .position(|character| *character == *token.as_bytes().last().unwrap())
        .unwrap();
    let stray = format!("{}{}", &token[..token.len() - 1], char::from(alphabet[last | 1]));
    assert_ne!(stray, token);
    assert_eq!(check(&stray), Err(JwtError::Malformed));
    let padded_message = format!("{}=.{}", URL_SAFE_NO_PAD.encode(header()), URL_SAFE_NO_PAD.encode("{}"));
    let signature = URL_SAFE_NO_PAD.encode(KEYS[0].try_sign(padded_message.as_bytes()).unwrap());
    assert_eq!(
        check(&format!("{padded_message}.{signature}")),
        Err(JwtError::Malformed)
    );
}

#[test]
fn an_altered_token_is_refused() {
    let token = sign(&KEYS[0], &claims()).unwrap();
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        unreachable!()
    };
    let other = URL_SAFE_NO_PAD.encode(claims_with("sub", json!("mallory")).to_string());
    assert_ne!(payload, other);
    assert_eq!(
        check(&format!("{header}.{other}.{signature}")),
        Err(JwtError::BadSignature)
    );
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes[100] ^= 1;
    assert_eq!(
        check(&format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(&bytes))),
        Err(JwtError::BadSignature)
    );
    bytes.truncate(255);
    assert_eq!(
        check(&format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(&bytes))),
        Err(JwtError::BadSignature)
    );
}

#[test]
fn a_huge_token_is_refused_and_a_large_one_is_not() {
    let large = claims_with("padding", json!("x".repeat(20_000)));
    assert_eq!(check(&sign(&KEYS[0], &large).unwrap()), Ok(large));
    let huge = sign(&KEYS[0], &claims_with("padding", json!("x".repeat(100_000)))).unwrap();
    assert_eq!(check(&huge), Err(JwtError::Malformed));
    assert_eq!(peek_header(&huge), Err(JwtError::Malformed));
}

#[test]
fn a_token_lives_until_the_second_of_its_exp_and_no_longer() {
    let key = KEYS[0].verifying_key();
    let token = sign(&KEYS[0], &json!({"exp": NOW})).unwrap();
    assert!(verify::<Value>(key, &token, NOW - 1, &[]).is_ok());
    assert_eq!(verify::<Value>(key, &token, NOW, &[]), Err(JwtError::Expired));
    assert_eq!(verify::<Value>(key, &token, NOW + 1, &[]), Err(JwtError::Expired));
    assert_eq!(verify::<Value>(key, &token, i64::MAX, &[]), Err(JwtError::Expired));
}

#[test]
fn iat_and_nbf_may_be_a_minute_ahead_and_no_more() {
    for name in ["iat", "nbf"] {
        let ahead = |seconds: i64| {
            let mut claims = claims_with("exp", json!(NOW + 3600));
            claims[name] = json!(NOW + seconds);
            check(&sign(&KEYS[0], &claims).unwrap()).map(|_| ())
        };
        assert_eq!(ahead(60), Ok(()), "{name}");
        assert_eq!(ahead(61), Err(JwtError::NotYetValid), "{name}");
    }
}

#[test]
fn time_claims_that_are_not_plain_integers_are_refused() {
    let values = [
        json!("1900000000"),
        json!(1_900_000_000.0),
        json!(1_900_000_000.5),
        json!(1e30),
        json!(u64::MAX),
        json!(i64::MAX),
        json!(LATEST_TIME + 1),
        json!(-1),
        json!(true),
        json!([1_900_000_000]),
        json!({}),
    ];
    for name in ["exp", "iat", "nbf"] {
        for value in &values {
            let token = sign(&KEYS[0], &claims_with(name, value.clone())).unwrap();
            assert_eq!(check(&token), Err(JwtError::WrongClaims(name)), "{name} {value}");
        }
        let null = claims().to_string().replacen('{', &format!(r#"{{"{name}":null,"#), 1);
        let null = null
            .replace(&format!(r#","{name}":{NOW}"#), "")
            .replace(&format!(r#""{name}":{},"#, NOW + 1), "");
        assert_eq!(
            check(&forge(&header(), &null)),
            Err(JwtError::WrongClaims(name)),
            "{name} null"
        );
    }
    let overflow = claims().to_string().replace(&(NOW + 1).to_string(), "1e400");
    assert_eq!(check(&forge(&header(), &overflow)), Err(JwtError::Malformed));
}

#[test]
fn a_token_without_exp_is_refused() {
    let token = sign(&KEYS[0], &claims_with("exp", Value::Null)).unwrap();
    assert_eq!(check(&token), Err(JwtError::WrongClaims("exp")));
}

#[test]
fn a_claim_other_than_expected_is_refused_and_named() {
    for value in [json!("id"), json!(""), json!(["access"]), json!(1), Value::Null] {
        let token = sign(&KEYS[0], &claims_with("token_use", value.clone())).unwrap();
        assert_eq!(check(&token), Err(JwtError::WrongClaims("token_use")), "{value}");
    }
    let mut expired = claims_with("iss", json!("https://issuer.example/other"));
    expired["exp"] = json!(NOW - 1);
    assert_eq!(
        check(&sign(&KEYS[0], &expired).unwrap()),
        Err(JwtError::WrongClaims("iss"))
    );
}

#[test]
fn duplicate_claims_are_malformed() {
    let payload = claims().to_string();
    for duplicate in [
        r#"{"exp":1900000000,"#,
        r#"{"sub":"mallory","#,
        r#"{"\u0073ub":"mallory","#,
    ] {
        let doubled = payload.replacen('{', duplicate, 1);
        assert_eq!(
            check(&forge(&header(), &doubled)),
            Err(JwtError::Malformed),
            "{duplicate}"
        );
    }
}

#[test]
fn a_payload_that_is_no_json_object_is_malformed() {
    let payloads = "|null|[]|7|\"text\"|{|{}{}|\u{feff}{}|{\"exp\":1,}";
    for payload in payloads.split('|') {
        assert_eq!(check(&forge(&header(), payload)), Err(JwtError::Malformed), "{payload}");
    }
    assert_eq!(check(&forge(&header(), &"[".repeat(20_000))), Err(JwtError::Malformed));
}

#[test]
fn claims_that_cannot_be_written_are_not_signed() {
    let unwritable = std::collections::HashMap::from([((1, 2), 3)]);
    assert!(matches!(sign(&KEYS[0], &unwritable), Err(SignError::Claims(_))));
}

#[test]
fn a_token_of_any_time_is_still_a_signed_one() {
    let expected = [("iss", "https://issuer.example/pool")];
    let check = |token: &str| verify_of_any_time::<Value>(KEYS[0].verifying_key(), token, &expected);
    let old = claims_with("exp", json!(1));
    let token = sign(&KEYS[0], &old).unwrap();
    assert_eq!(check(&token), Ok(old));
    assert_eq!(check(&sign(&KEYS[1], &claims()).unwrap()), Err(JwtError::BadSignature));
    let other = claims_with("iss", json!("https://issuer.example/other"));
    assert_eq!(
        check(&sign(&KEYS[0], &other).unwrap()),
        Err(JwtError::WrongClaims("iss"))
    );
}
