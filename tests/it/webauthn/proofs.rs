//! What the engine makes of the proofs of passkeys, which sign-in is built on.

use poolhouse_crypto::webauthn::Authentication;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Cx, ProvedPasskey, Request};
use poolhouse_tests::actors::SignedIn;
use poolhouse_tests::lab::{Lab, REGION};
use poolhouse_tests::passkeys::{Authenticator, BACKED_UP, BACKUP_ELIGIBLE, USER_PRESENT, USER_VERIFIED};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ORIGIN, alice, pool_with, register, registered};

/// How long a sign-in lasts.
const LIFETIME: i64 = 180_000;

/// The engine behind the doors of a lab, at the sign-in of one user.
struct Door {
    cx: Cx,
    pool: Pool,
    user: User,
}

impl Door {
    async fn new(lab: &Lab, user: &SignedIn) -> Self {
        let request = Request {
            id: String::new(),
            region: REGION.to_owned(),
            account_id: lab.account_id().to_owned(),
            source_ip: None,
            user_agent: None,
        };
        let cx = Cx::new(lab.world().clone(), request);
        let pool = cx.stored_pool(&user.user.client.pool.id).await.unwrap();
        let user = cx.user(&pool, &user.user.username).await.unwrap();
        Self { cx, pool, user }
    }

    /// What the client is asked, and what its answer is checked against once it was stored and read again.
    async fn ask(&self, name: &str, user: Option<&User>) -> (Value, Authentication) {
        let (options, state) = self.cx.passkey_request(&self.pool, name, user, LIFETIME).await.unwrap();
        let stored = serde_json::to_string(&state).unwrap();
        (
            serde_json::from_str(&options).unwrap(),
            serde_json::from_str(&stored).unwrap(),
        )
    }

    async fn request(&self) -> (Value, Authentication) {
        self.ask("alice", Some(&self.user)).await
    }

    async fn prove(&self, state: &Authentication, answer: &Value) -> Result<ProvedPasskey> {
        self.cx
            .prove_passkey(&self.pool, &self.user, state, &answer.to_string())
            .await
    }

    /// Asks, and hands in what the authenticator answers.
    async fn sign_in(&self, authenticator: &Authenticator) -> Result<ProvedPasskey> {
        let (options, state) = self.request().await;
        self.prove(&state, &authenticator.get(&options)).await
    }
}

/// The one refusal, which tells nothing.
#[track_caller]
fn assert_refused(result: &Result<ProvedPasskey>) {
    assert!(matches!(result, Err(Error::IncorrectUsernameOrPassword)), "{result:?}");
}

scenario! {
    async fn a_passkey_proves_its_user(lab: Lab) {
        let alice = alice(&lab).await;
        let authenticator = registered(&alice).await;
        let door = Door::new(&lab, &alice).await;
        let (mut options, state) = door.request().await;
        let proof = authenticator.get(&options);
        options["challenge"].take();
        assert_eq!(options, json!({
            "challenge": null, "timeout": LIFETIME, "rpId": "localhost", "userVerification": "preferred",
            "allowCredentials": [
                { "type": "public-key", "id": authenticator.id(), "transports": ["hybrid", "internal"] }
            ],
        }));
        let proved = door.prove(&state, &proof).await.unwrap();
        assert_eq!(proved, ProvedPasskey { user_verified: true, device_bound: false });
        let stored = door.cx.passkeys(&door.pool, &door.user).await.unwrap();
        assert_eq!(stored[0].last_used_at, Some(door.cx.now()));
    }

    async fn a_security_key_is_bound_to_its_device(lab: Lab) {
        let alice = alice(&lab).await;
        let mut key = Authenticator { flags: USER_PRESENT, ..Authenticator::new(ORIGIN) };
        register(&alice, &mut key).await.ok();
        let proved = Door::new(&lab, &alice).await.sign_in(&key).await.unwrap();
        assert_eq!(proved, ProvedPasskey { user_verified: false, device_bound: true });
    }

    async fn a_counter_that_does_not_rise_proves_nothing(lab: Lab) {
        let alice = alice(&lab).await;
        let mut key = Authenticator { counter: 5, ..Authenticator::new(ORIGIN) };
        register(&alice, &mut key).await.ok();
        let door = Door::new(&lab, &alice).await;
        for (counter, counts) in [(5, false), (4, false), (0, false), (6, true), (6, false), (9, true), (7, false)] {
            key.counter = counter;
            let result = door.sign_in(&key).await;
            if counts {
                result.unwrap();
            } else {
                assert_refused(&result);
            }
        }
    }

    async fn of_two_proofs_that_race_one_counts(lab: Lab) {
        let alice = alice(&lab).await;
        let mut key = Authenticator { counter: 1, ..Authenticator::new(ORIGIN) };
        register(&alice, &mut key).await.ok();
        key.counter = 2;
        let door = Door::new(&lab, &alice).await;
        let ((one, first), (other, second)) = (door.request().await, door.request().await);
        let (one, other) = (key.get(&one), key.get(&other));
        let (one, other) = tokio::join!(door.prove(&first, &one), door.prove(&second, &other));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_refused(if one.is_ok() { &other } else { &one });
    }

    async fn a_proof_must_be_of_the_page_the_site_and_the_challenge(lab: Lab) {
        let alice = alice(&lab).await;
        let mut authenticator = registered(&alice).await;
        let door = Door::new(&lab, &alice).await;
        authenticator.origin = "https://evil.com".into();
        assert_refused(&door.sign_in(&authenticator).await);
        authenticator.origin = ORIGIN.into();
        authenticator.cross_origin = true;
        assert_refused(&door.sign_in(&authenticator).await);
        authenticator.cross_origin = false;
        authenticator.relying_party = Some("example.com".into());
        assert_refused(&door.sign_in(&authenticator).await);
        authenticator.relying_party = None;
        let ((options, _), (_, state)) = (door.request().await, door.request().await);
        assert_refused(&door.prove(&state, &authenticator.get(&options)).await);
        door.sign_in(&authenticator).await.unwrap();
    }

    async fn a_proof_that_was_tampered_with_is_none(lab: Lab) {
        let alice = alice(&lab).await;
        let authenticator = registered(&alice).await;
        let stranger = Authenticator { credential_id: authenticator.credential_id.clone(), ..Authenticator::new(ORIGIN) };
        let door = Door::new(&lab, &alice).await;
        let (options, state) = door.request().await;
        let proof = authenticator.get(&options);
        let forged = stranger.get(&options);
        let with = |pointer: &str, value: &Value| {
            let mut changed = proof.clone();
            *changed.pointer_mut(pointer).unwrap() = value.clone();
            changed
        };
        for tampered in [
            json!(null),
            json!({}),
            with("/response/signature", &forged["response"]["signature"]),
            with("/response/signature", &json!("")),
            with("/response/authenticatorData", &json!("AAAA")),
            with("/response/clientDataJSON", &json!("e30")),
            with("/response/userHandle", &json!("Ym9i")),
            with("/rawId", &json!("AAEC")),
            with("/type", &json!("password")),
        ] {
            assert_refused(&door.prove(&state, &tampered).await);
        }
        assert_refused(&door.cx.prove_passkey(&door.pool, &door.user, &state, "").await);
        // Clients need not name the user.
        door.prove(&state, &with("/response/userHandle", &Value::Null)).await.unwrap();
    }

    async fn flags_that_changed_prove_nothing(lab: Lab) {
        let alice = alice(&lab).await;
        let mut authenticator = registered(&alice).await;
        let door = Door::new(&lab, &alice).await;
        let all = USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP;
        for (flags, counts) in [
            (all & !USER_PRESENT, false),
            // It verified its user when it was registered.
            (all & !USER_VERIFIED, false),
            (all & !BACKUP_ELIGIBLE, false),
            (all & !BACKUP_ELIGIBLE & !BACKED_UP, false),
            (all & !BACKED_UP, true),
            (all, true),
        ] {
            authenticator.flags = flags;
            let result = door.sign_in(&authenticator).await;
            if counts {
                result.unwrap();
            } else {
                assert_refused(&result);
            }
        }
    }

    async fn users_must_be_verified_where_the_pool_requires_it(lab: Lab) {
        let alice = alice(&lab).await;
        let mut key = Authenticator { flags: USER_PRESENT, ..Authenticator::new(ORIGIN) };
        register(&alice, &mut key).await.ok();
        let required = json!({ "RelyingPartyId": "localhost", "UserVerification": "required" });
        alice.user.client.pool.call("SetUserPoolMfaConfig", json!({ "WebAuthnConfiguration": required })).await.ok();
        let door = Door::new(&lab, &alice).await;
        assert_eq!(door.request().await.0["userVerification"], "required");
        assert_refused(&door.sign_in(&key).await);
        key.flags |= USER_VERIFIED;
        assert!(door.sign_in(&key).await.unwrap().user_verified);
    }

    async fn the_passkey_of_somebody_else_proves_nothing(lab: Lab) {
        let alice = alice(&lab).await;
        let door = Door::new(&lab, &alice).await;
        let bob = alice.user.client.confirmed_user("bob").await.sign_in().await;
        let namesake = super::alice(&lab).await;
        for other in [&bob, &namesake] {
            let authenticator = registered(other).await;
            assert_refused(&door.sign_in(&authenticator).await);
            Door::new(&lab, other).await.sign_in(&authenticator).await.unwrap();
        }
    }

    async fn a_deleted_passkey_proves_nothing(lab: Lab) {
        let alice = alice(&lab).await;
        let authenticator = registered(&alice).await;
        let door = Door::new(&lab, &alice).await;
        let (options, state) = door.request().await;
        alice.call("DeleteWebAuthnCredential", json!({ "CredentialId": authenticator.id() })).await.ok();
        assert_refused(&door.prove(&state, &authenticator.get(&options)).await);
    }

    async fn a_passkey_of_a_former_relying_party_is_not_asked_for(lab: Lab) {
        let alice = alice(&lab).await;
        let old = registered(&alice).await;
        let moved = json!({ "WebAuthnConfiguration": { "RelyingPartyId": "example.com" } });
        alice.user.client.pool.call("SetUserPoolMfaConfig", moved).await.ok();
        let door = Door::new(&lab, &alice).await;
        assert!(!door.cx.has_passkey(&door.pool, &door.user).await.unwrap());
        let asked = door.request().await.0["allowCredentials"].take();
        assert_ne!(asked[0]["id"], old.id());
        assert_refused(&door.sign_in(&old).await);
    }

    async fn nobody_is_asked_like_somebody(lab: Lab) {
        let alice = alice(&lab).await;
        let door = Door::new(&lab, &alice).await;
        let asked = async |name: &str, user: Option<&User>| door.ask(name, user).await.0["allowCredentials"].take();
        let nobody = asked("nobody", None).await;
        assert_eq!(asked("nobody", None).await, nobody);
        assert_ne!(asked("nobody else", None).await, nobody);
        let without_passkey = asked("alice", Some(&door.user)).await;
        for list in [&nobody, &without_passkey] {
            assert_eq!(list.as_array().unwrap().len(), 1);
            let id = list[0]["id"].as_str().unwrap();
            assert_eq!(id.len(), Authenticator::new(ORIGIN).id().len());
            assert_eq!(*list, json!([{ "type": "public-key", "id": id, "transports": ["hybrid", "internal"] }]));
        }
        let elsewhere = super::alice(&lab).await;
        let elsewhere = Door::new(&lab, &elsewhere).await;
        assert_ne!(elsewhere.ask("nobody", None).await.0["allowCredentials"], nobody);
    }

    async fn a_pool_without_a_relying_party_asks_for_nothing(lab: Lab) {
        let client = pool_with(&lab, json!({ "UserVerification": "required" })).await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let door = Door::new(&lab, &alice).await;
        let refused = door.cx.passkey_request(&door.pool, "alice", Some(&door.user), LIFETIME).await;
        assert!(matches!(refused, Err(Error::RelyingPartyMissing)));
        assert!(!door.cx.has_passkey(&door.pool, &door.user).await.unwrap());
    }
}
