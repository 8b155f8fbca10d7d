use std::sync::Arc;

use argon2::{PasswordHasher as _, PasswordVerifier};

use super::*;
use crate::entropy::{SeededEntropy, SystemEntropy};

const WEAK: Parameters = Parameters {
    memory_kib: 64,
    iterations: 1,
    parallelism: 1,
};

fn hasher(parameters: Parameters) -> PasswordHasher {
    PasswordHasher::new(parameters, workers(2, 100), Arc::new(SystemEntropy)).unwrap()
}

fn workers(count: usize, queue_limit: usize) -> Arc<Workers> {
    Arc::new(Workers::start(count, queue_limit).unwrap())
}

#[tokio::test]
async fn a_hash_matches_its_password_and_no_other() {
    let hasher = hasher(WEAK);
    let phc = hasher.hash("Correct-Horse-1").await.unwrap();
    let same = Verification {
        matches: true,
        needs_rehash: false,
    };
    let other = Verification {
        matches: false,
        needs_rehash: false,
    };
    assert_eq!(hasher.verify("Correct-Horse-1", &phc).await, Ok(same));
    for password in [
        "",
        "correct-horse-1",
        "Correct-Horse-1 ",
        "Correct-Horse-1\0",
        "Correct-Horse-",
    ] {
        assert_eq!(hasher.verify(password, &phc).await, Ok(other), "{password:?}");
    }
}

#[tokio::test]
async fn a_hash_is_a_phc_string_that_the_argon2_crate_verifies() {
    let phc = hasher(Parameters::PRODUCTION).hash("Correct-Horse-1").await.unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    Argon2::default()
        .verify_password(b"Correct-Horse-1", phc.as_str())
        .unwrap();
    assert!(
        Argon2::default()
            .verify_password(b"Correct-Horse-2", phc.as_str())
            .is_err()
    );
}

#[tokio::test]
async fn every_byte_of_a_password_counts() {
    let hasher = hasher(WEAK);
    let long = "ä\0🔒x".repeat(64);
    assert_eq!(long.chars().count(), 256);
    let phc = hasher.hash(&long).await.unwrap();
    assert!(hasher.verify(&long, &phc).await.unwrap().matches);
    let last_differs = format!("{}y", &long[..long.len() - 1]);
    assert!(!hasher.verify(&last_differs, &phc).await.unwrap().matches);
    let (composed, decomposed) = ("\u{e9}", "e\u{301}");
    let phc = hasher.hash(composed).await.unwrap();
    assert!(!hasher.verify(decomposed, &phc).await.unwrap().matches);
}

#[tokio::test]
async fn salts_come_from_the_entropy_given() {
    let hash = |seed: &'static str| async move {
        let entropy = Arc::new(SeededEntropy::new(seed));
        PasswordHasher::new(WEAK, workers(1, 1), entropy)
            .unwrap()
            .hash("password")
            .await
            .unwrap()
    };
    assert_eq!(hash("a").await, hash("a").await);
    assert_ne!(hash("a").await, hash("b").await);
    let hasher = hasher(WEAK);
    assert_ne!(
        hasher.hash("password").await.unwrap(),
        hasher.hash("password").await.unwrap()
    );
}

#[tokio::test]
async fn hashes_of_other_parameters_match_and_ask_to_be_renewed() {
    let today = hasher(WEAK);
    let others = [
        Parameters {
            memory_kib: 128,
            ..WEAK
        },
        Parameters { iterations: 2, ..WEAK },
        Parameters { parallelism: 2, ..WEAK },
        Parameters {
            memory_kib: 20_000,
            iterations: 1,
            parallelism: 4,
        },
    ];
    for other in others {
        let phc = hasher(other).hash("password").await.unwrap();
        assert_eq!(
            today.verify("password", &phc).await,
            Ok(Verification {
                matches: true,
                needs_rehash: true
            }),
            "{other:?}"
        );
        assert!(!today.verify("other", &phc).await.unwrap().matches);
    }
    let phc = today.hash("password").await.unwrap();
    assert_eq!(
        today.verify("password", &phc).await,
        Ok(Verification {
            matches: true,
            needs_rehash: false
        })
    );
}

#[tokio::test]
async fn the_reference_implementation_s_hash_matches() {
    let phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    let hasher = hasher(Parameters {
        memory_kib: 256,
        iterations: 2,
        parallelism: 1,
    });
    assert_eq!(
        hasher.verify("password", phc).await,
        Ok(Verification {
            matches: true,
            needs_rehash: false
        })
    );
    assert_eq!(
        hasher.verify("passwore", phc).await,
        Ok(Verification {
            matches: false,
            needs_rehash: false
        })
    );
}

#[tokio::test]
async fn the_older_argon2_version_matches_and_asks_to_be_renewed() {
    let older = Argon2::new(Algorithm::Argon2id, Version::V0x10, WEAK.params().unwrap());
    let phc = older
        .hash_password_with_salt(b"password", &[7; 16])
        .unwrap()
        .to_string();
    assert!(phc.contains("$v=16$"), "{phc}");
    let unversioned = phc.replace("$v=16", "");
    for phc in [phc, unversioned] {
        let outcome = hasher(WEAK).verify("password", &phc).await;
        assert_eq!(
            outcome,
            Ok(Verification {
                matches: true,
                needs_rehash: true
            }),
            "{phc}"
        );
    }
}

#[tokio::test]
async fn a_malformed_stored_hash_is_an_error() {
    let hasher = hasher(WEAK);
    for phc in [
        "",
        "garbage",
        "$argon2id$",
        "$argon2id$v=19$m=4294967295,t=9,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAA",
    ] {
        assert_eq!(
            hasher.verify("password", phc).await,
            Err(PasswordError::MalformedHash),
            "{phc}"
        );
    }
}

#[tokio::test]
async fn an_absent_user_costs_a_hash_of_today_s_parameters() {
    let hasher = hasher(WEAK);
    assert_eq!(hasher.verify_absent("password").await, Ok(()));
}

#[tokio::test]
async fn a_flood_is_answered_in_full_and_at_least_the_queue_is_served() {
    let hasher = Arc::new(PasswordHasher::new(WEAK, workers(2, 10), Arc::new(SystemEntropy)).unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let hasher = Arc::clone(&hasher);
        tasks.spawn(async move { hasher.verify_absent("password").await });
    }
    let answers = tasks.join_all().await;
    let served = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers
        .iter()
        .filter(|answer| **answer == Err(PasswordError::Busy))
        .count();
    assert_eq!(served + refused, 200);
    assert!(served >= 12, "{served} served");
    assert_eq!(hasher.verify_absent("password").await, Ok(()), "the flood is over");
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_the_hasher_working() {
    let hasher = PasswordHasher::new(WEAK, workers(1, 0), Arc::new(SystemEntropy)).unwrap();
    for _ in 0..20 {
        tokio::select! {
            biased;
            _ = hasher.hash("abandoned") => {}
            () = std::future::ready(()) => {}
        }
    }
    // The place of an abandoned computation is free again as soon as its thread has passed over it.
    while hasher.hash("password").await == Err(PasswordError::Busy) {
        tokio::task::yield_now().await;
    }
}

#[test]
fn parameters_that_argon2_refuses_do_not_start() {
    for parameters in [
        Parameters { memory_kib: 7, ..WEAK },
        Parameters { iterations: 0, ..WEAK },
        Parameters { parallelism: 0, ..WEAK },
        Parameters {
            memory_kib: 64,
            iterations: 1,
            parallelism: 9,
        },
    ] {
        let started = PasswordHasher::new(parameters, workers(1, 1), Arc::new(SystemEntropy));
        assert!(matches!(started, Err(StartError::Parameters(_))), "{parameters:?}");
    }
}

#[test]
fn parameters_whose_hashes_would_not_be_accepted_back_do_not_start() {
    let parameters = Parameters {
        memory_kib: 256 * 1024,
        iterations: 1,
        parallelism: 1,
    };
    let started = PasswordHasher::new(parameters, workers(1, usize::MAX), Arc::new(SystemEntropy));
    assert!(matches!(started, Err(StartError::TooExpensive)));
}

#[test]
fn the_strengths_are_as_documented() {
    assert_eq!(
        Parameters::PRODUCTION,
        Parameters {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1
        }
    );
    assert!(Parameters::PRODUCTION.params().is_ok());
    assert!(Parameters::DEVELOPMENT.params().is_ok());
}
