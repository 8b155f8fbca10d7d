//! What StartWebAuthnRegistration asks for, and which passkeys CompleteWebAuthnRegistration takes.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use poolhouse_tests::passkeys::{Authenticator, BACKED_UP, USER_PRESENT};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ORIGIN, alice, complete, credentials, pool_with, register, registered, start};

const NOT_SUPPORTED: (&str, &str) = (
    "WebAuthnCredentialNotSupportedException",
    "The credential or its authenticator is not supported.",
);
const ORIGIN_NOT_ALLOWED: (&str, &str) = (
    "WebAuthnOriginNotAllowedException",
    "The origin is not allowed for the relying party ID of the user pool.",
);
const MISMATCH: (&str, &str) = (
    "WebAuthnRelyingPartyMismatchException",
    "The credential belongs to another relying party ID.",
);

scenario! {
    async fn a_passkey_is_registered(lab: Lab) {
        let alice = alice(&lab).await;
        let mut options = start(&alice).await;
        let mut authenticator = Authenticator::new(ORIGIN);
        let credential = authenticator.create(&options);
        assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(options["challenge"].take().as_str().unwrap()).unwrap().len(), 32);
        assert_eq!(options, json!({
            "rp": { "id": "localhost", "name": "localhost" },
            "user": {
                "id": BASE64_URL_SAFE_NO_PAD.encode(&alice.user.sub), "name": "alice", "displayName": "alice"
            },
            "challenge": null,
            "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
            "timeout": 300_000,
            "excludeCredentials": [],
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true, "userVerification": "preferred"
            },
            "attestation": "none",
        }));
        assert_eq!(complete(&alice, credential).await.ok(), json!({}));
        let listed = credentials(&alice).await;
        assert_eq!(listed, json!([{
            "CredentialId": authenticator.id(), "FriendlyCredentialName": "Passkey of this device, 2027-01-15",
            "RelyingPartyId": "localhost", "AuthenticatorAttachment": "platform",
            "AuthenticatorTransports": ["hybrid", "internal"], "CreatedAt": listed[0]["CreatedAt"]
        }]));
        let now = lab.world().clock.now().millis() as f64 / 1000.0;
        assert!((listed[0]["CreatedAt"].as_f64().unwrap() - now).abs() < 0.001);
    }

    async fn a_passkey_is_a_first_factor(lab: Lab) {
        let alice = alice(&lab).await;
        let factors = async || {
            let own = alice.call("GetUserAuthFactors", json!({})).await.ok();
            assert_eq!(alice.user.admin_call("AdminGetUserAuthFactors", json!({})).await.ok(), own);
            own["ConfiguredUserAuthFactors"].clone()
        };
        assert_eq!(factors().await, json!(["PASSWORD"]));
        registered(&alice).await;
        assert_eq!(factors().await, json!(["PASSWORD", "WEB_AUTHN"]));
        let moved = json!({ "WebAuthnConfiguration": { "RelyingPartyId": "example.com" } });
        alice.user.client.pool.call("SetUserPoolMfaConfig", moved).await.ok();
        assert_eq!(factors().await, json!(["PASSWORD"]));
    }

    async fn what_the_client_does_not_say_is_left_out(lab: Lab) {
        let alice = alice(&lab).await;
        let mut authenticator = Authenticator {
            attachment: Some("new-kind".into()), transports: vec!["new-way".into(), "usb".into()],
            ..Authenticator::new(ORIGIN)
        };
        register(&alice, &mut authenticator).await.ok();
        let listed = credentials(&alice).await;
        assert_eq!(listed[0].get("AuthenticatorAttachment"), None);
        assert_eq!(listed[0]["AuthenticatorTransports"], json!(["usb"]));
        assert_eq!(listed[0]["FriendlyCredentialName"], "Security key, 2027-01-15");
    }

    async fn the_passkeys_of_the_user_are_excluded(lab: Lab) {
        let alice = alice(&lab).await;
        let mut first = registered(&alice).await;
        let mut second = registered(&alice).await;
        let options = start(&alice).await;
        let excluded = |authenticator: &Authenticator| json!({
            "type": "public-key", "id": authenticator.id(), "transports": ["hybrid", "internal"]
        });
        let mut expected = vec![excluded(&first), excluded(&second)];
        let mut given = options["excludeCredentials"].as_array().unwrap().clone();
        expected.sort_by_key(Value::to_string);
        given.sort_by_key(Value::to_string);
        assert_eq!(given, expected);
        for known in [&mut first, &mut second] {
            register(&alice, known).await.fault("InvalidParameterException", "The passkey is registered already.");
        }
        let bob = alice.user.client.confirmed_user("bob").await.sign_in().await;
        register(&bob, &mut first).await.fault("InvalidParameterException", "The passkey is registered already.");
        let elsewhere = super::alice(&lab).await;
        register(&elsewhere, &mut first).await.ok();
    }

    async fn users_are_verified_where_the_pool_requires_it(lab: Lab) {
        for (configuration, wanted) in [
            (json!({ "RelyingPartyId": "localhost", "UserVerification": "required" }), "required"),
            (
                json!({
                    "RelyingPartyId": "localhost", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"
                }),
                "required",
            ),
            (json!({ "RelyingPartyId": "localhost", "UserVerification": "preferred" }), "preferred"),
        ] {
            let client = pool_with(&lab, configuration).await.client().await;
            let alice = client.confirmed_user("alice").await.sign_in().await;
            let options = start(&alice).await;
            assert_eq!(options["authenticatorSelection"]["userVerification"], wanted);
            let mut unverifying = Authenticator { flags: USER_PRESENT, ..Authenticator::new(ORIGIN) };
            let reply = complete(&alice, unverifying.create(&options)).await;
            if wanted == "required" {
                reply.fault(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
            } else {
                reply.ok();
            }
        }
    }

    async fn pages_must_belong_to_the_relying_party(lab: Lab) {
        let alice = alice(&lab).await;
        let options = start(&alice).await;
        for origin in [
            "http://localhost.evil.com", "https://example.com", "http://localhost@evil.com", "null", "",
            "http://127.0.0.1:3000", "android:apk-key-hash:bG9jYWxob3N0", "http://localhost:3000/path",
        ] {
            let mut authenticator = Authenticator::new(origin);
            complete(&alice, authenticator.create(&options)).await.fault(ORIGIN_NOT_ALLOWED.0, ORIGIN_NOT_ALLOWED.1);
        }
        let mut framed = Authenticator { cross_origin: true, ..Authenticator::new(ORIGIN) };
        complete(&alice, framed.create(&options)).await.fault(ORIGIN_NOT_ALLOWED.0, ORIGIN_NOT_ALLOWED.1);
        // What failed may be tried again.
        let mut right = Authenticator::new("https://localhost:8443");
        complete(&alice, right.create(&options)).await.ok();
    }

    async fn pages_below_the_relying_party_belong_to_it(lab: Lab) {
        let client = pool_with(&lab, json!({ "RelyingPartyId": "example.com" })).await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        for origin in ["https://evil-example.com", "https://example.com.evil", "http://example.com", ORIGIN] {
            let mut authenticator = Authenticator::new(origin);
            register(&alice, &mut authenticator).await.fault(ORIGIN_NOT_ALLOWED.0, ORIGIN_NOT_ALLOWED.1);
        }
        for origin in ["https://example.com", "https://app.example.com:8443"] {
            register(&alice, &mut Authenticator::new(origin)).await.ok();
        }
        assert_eq!(credentials(&alice).await[0]["RelyingPartyId"], "example.com");
    }

    async fn a_passkey_of_another_relying_party_is_refused(lab: Lab) {
        let alice = alice(&lab).await;
        let mut stranger = Authenticator { relying_party: Some("example.com".into()), ..Authenticator::new(ORIGIN) };
        register(&alice, &mut stranger).await.fault(MISMATCH.0, MISMATCH.1);
        let pool = &alice.user.client.pool;
        let mut authenticator = Authenticator::new("https://example.com");
        let credential = authenticator.create(&start(&alice).await);
        let moved = json!({ "WebAuthnConfiguration": { "RelyingPartyId": "example.com" } });
        pool.call("SetUserPoolMfaConfig", moved).await.ok();
        complete(&alice, credential.clone()).await.fault(MISMATCH.0, MISMATCH.1);
        pool.call("SetUserPoolMfaConfig", json!({})).await.ok();
        complete(&alice, credential).await.fault(MISMATCH.0, MISMATCH.1);
        assert_eq!(credentials(&alice).await, json!([]));
    }

    async fn a_pool_without_passkeys_registers_none(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        let not_enabled = ("WebAuthnNotEnabledException", "Passkeys are not enabled for the user pool.");
        alice.call("StartWebAuthnRegistration", json!({})).await.fault(not_enabled.0, not_enabled.1);
        complete(&alice, json!({})).await.fault(not_enabled.0, not_enabled.1);
        assert_eq!(credentials(&alice).await, json!([]));
    }

    async fn a_pool_needs_a_relying_party(lab: Lab) {
        let client = pool_with(&lab, json!({ "UserVerification": "required" })).await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        alice.call("StartWebAuthnRegistration", json!({})).await.fault(
            "WebAuthnConfigurationMissingException",
            "The user pool has no relying party ID and no domain.",
        );
    }

    async fn what_is_no_credential_is_refused(lab: Lab) {
        let alice = alice(&lab).await;
        let options = start(&alice).await;
        let credential = Authenticator::new(ORIGIN).create(&options);
        let with = |pointer: &str, value: Value| {
            let mut changed = credential.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            changed
        };
        let encoded = |bytes: &[u8]| json!(BASE64_URL_SAFE_NO_PAD.encode(bytes));
        for malformed in [
            json!({}),
            with("/type", json!("password")),
            with("/rawId", json!("AAEC")),
            with("/rawId", json!("not base64url!")),
            with("/response", json!({})),
            with("/response/attestationObject", json!("")),
            with("/response/attestationObject", encoded(b"\xa0")),
            with("/response/attestationObject", encoded(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
            with("/response/attestationObject", encoded(&vec![0x81; 60_000])),
            with("/response/attestationObject", encoded(&vec![0; 90_000])),
            with("/response/clientDataJSON", encoded(b"{}")),
            with("/response/clientDataJSON", encoded(b"\xff\xfe")),
        ] {
            complete(&alice, malformed).await.fault("InvalidParameterException", "Invalid credential.");
        }
        let assertion = json!({ "rpId": "localhost", "challenge": options["challenge"] });
        let data = Authenticator::new(ORIGIN).get(&assertion)["response"]["clientDataJSON"].take();
        complete(&alice, with("/response/clientDataJSON", data)).await
            .fault("InvalidParameterException", "Invalid credential.");
        complete(&alice, credential).await.ok();
    }

    async fn authenticators_that_nobody_can_verify_are_refused(lab: Lab) {
        let alice = alice(&lab).await;
        let authenticators = [
            Authenticator { algorithm: -35, ..Authenticator::new(ORIGIN) },
            Authenticator { algorithm: -8, ..Authenticator::new(ORIGIN) },
            Authenticator { attestation_format: "android-safetynet".into(), ..Authenticator::new(ORIGIN) },
            Authenticator { attestation_format: "unheard-of".into(), ..Authenticator::new(ORIGIN) },
            // Nobody touched it.
            Authenticator { flags: 0, ..Authenticator::new(ORIGIN) },
            // It is on several devices and can't be.
            Authenticator { flags: USER_PRESENT | BACKED_UP, ..Authenticator::new(ORIGIN) },
        ];
        for mut authenticator in authenticators {
            register(&alice, &mut authenticator).await.fault(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
        }
        assert_eq!(credentials(&alice).await, json!([]));
    }

    async fn extensions_that_nobody_asked_for_change_nothing(lab: Lab) {
        let alice = alice(&lab).await;
        let unknown = Cbor::Map(vec![("unheardOf".into(), Cbor::Bool(true))]);
        let mut authenticator = Authenticator { extensions: Some(unknown), ..Authenticator::new(ORIGIN) };
        let mut credential = authenticator.create(&start(&alice).await);
        credential["clientExtensionResults"] = json!({ "credProps": { "rk": true }, "unheardOf": { "a": [1] } });
        complete(&alice, credential).await.ok();
        assert_eq!(credentials(&alice).await[0]["CredentialId"], authenticator.id());
    }
}
