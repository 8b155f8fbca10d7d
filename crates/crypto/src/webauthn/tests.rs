use std::time::Duration;

use serde_json::{Value, json};

use super::*;

const TIMEOUT: Duration = Duration::from_mins(5);

fn relying_party() -> RelyingParty {
    RelyingParty::new("example.com")
}

fn account() -> Account<'static> {
    Account {
        handle: b"sub",
        name: "alice",
    }
}

fn begun() -> (Value, Registration) {
    let known = Known {
        id: "AAEC",
        transports: &[],
    };
    relying_party()
        .start_registration(account(), UserVerification::Required, [known], TIMEOUT)
        .unwrap()
}

fn answer(client_data: &str, attestation: &[u8]) -> Value {
    json!({
        "id": "AAEC", "rawId": "AAEC", "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "attestationObject": URL_SAFE_NO_PAD.encode(attestation),
        }
    })
}

fn client_data(origin: &str) -> String {
    json!({ "type": "webauthn.create", "challenge": "AAEC", "origin": origin }).to_string()
}

#[test]
fn registration_options_are_those_of_the_standard() {
    let (mut options, _) = begun();
    let challenge = options["challenge"].take();
    assert_eq!(URL_SAFE_NO_PAD.decode(challenge.as_str().unwrap()).unwrap().len(), 32);
    let expected = json!({
        "rp": { "id": "example.com", "name": "example.com" },
        "user": { "id": URL_SAFE_NO_PAD.encode("sub"), "name": "alice", "displayName": "alice" },
        "challenge": null,
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
        "timeout": 300_000,
        "excludeCredentials": [{ "type": "public-key", "id": "AAEC" }],
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required"
        },
        "attestation": "none",
    });
    assert_eq!(options, expected);
}

#[test]
fn request_options_name_the_passkeys_that_may_answer() {
    let transports = ["internal".to_owned(), "smart-card".to_owned()];
    let known = [
        Known {
            id: "AAEC",
            transports: &transports,
        },
        Known {
            id: "AQID",
            transports: &[],
        },
    ];
    let (mut options, _) = relying_party()
        .start_authentication(UserVerification::Preferred, known, TIMEOUT)
        .unwrap();
    assert!(options["challenge"].take().is_string());
    let expected = json!({
        "challenge": null,
        "timeout": 300_000,
        "rpId": "example.com",
        "allowCredentials": [
            { "type": "public-key", "id": "AAEC", "transports": transports },
            { "type": "public-key", "id": "AQID" },
        ],
        "userVerification": "preferred",
    });
    assert_eq!(options, expected);
}

#[test]
fn every_challenge_is_new() {
    assert_ne!(begun().0["challenge"], begun().0["challenge"]);
}

#[test]
fn states_can_be_stored() {
    let (_, registration) = begun();
    let stored = serde_json::to_value(&registration).unwrap();
    let read: Registration = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), stored);
    let (_, authentication) = relying_party()
        .start_authentication(UserVerification::Required, [], TIMEOUT)
        .unwrap();
    let stored = serde_json::to_value(&authentication).unwrap();
    assert_eq!(stored["credentials"], json!([]));
    let read: Authentication = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), stored);
}

#[test]
fn what_is_no_credential_is_malformed() {
    let (_, state) = begun();
    let deep = [vec![0x81; 100_000], vec![0]].concat();
    for answer in [
        json!(null),
        json!("text"),
        json!({}),
        json!([]),
        answer("", b""),
        answer("{}", b""),
        answer(&client_data("https://example.com"), &vec![0; MEMBER_LENGTH + 1]),
        answer(&client_data("https://example.com"), &deep),
        answer(&format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)), b""),
    ] {
        let refusal = relying_party().finish_registration(&state, &answer).unwrap_err();
        assert_eq!(refusal, Refusal::Malformed);
    }
    for text in ["", "null", "{}", "[]", "\"text\"", &"[".repeat(100_000)] {
        assert_eq!(Assertion::parse(text).unwrap_err(), Refusal::Malformed);
    }
}

#[test]
fn the_origin_is_judged_before_the_challenge() {
    let (_, state) = begun();
    let refusal = |origin: &str| {
        let answer = answer(&client_data(origin), b"\xa0");
        relying_party().finish_registration(&state, &answer).unwrap_err()
    };
    assert_eq!(refusal("https://evil.com"), Refusal::OriginNotAllowed);
    assert_eq!(refusal("not an origin"), Refusal::OriginNotAllowed);
    assert_eq!(refusal("https://example.com"), Refusal::Malformed);
}
