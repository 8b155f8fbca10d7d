//! How much of the cryptography that nobody can avoid this machine can do.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use poolhouse_crypto::entropy::SystemEntropy;
use poolhouse_crypto::jwt;
use poolhouse_crypto::keys::SigningKey;
use poolhouse_crypto::password::{Parameters, PasswordHasher};
use poolhouse_crypto::srp::{Challenge, ClientPublic, Identity, PasswordClaim, Verifier};
use poolhouse_crypto::workers::Workers;
use serde_json::json;
use tokio::task::JoinSet;

/// How long each limit is measured.
const SPAN: Duration = Duration::from_secs(2);

/// Operations per second with every core at work.
#[derive(Debug)]
pub struct Limits {
    pub signatures: f64,
    pub development_hashes: f64,
    pub production_hashes: f64,
    pub proofs: f64,
}

impl Limits {
    pub async fn measure(cores: usize) -> Result<Self> {
        Ok(Self {
            signatures: tokio::task::spawn_blocking(move || signatures(cores)).await??,
            development_hashes: hashes(Parameters::DEVELOPMENT, cores).await?,
            production_hashes: hashes(Parameters::PRODUCTION, cores).await?,
            proofs: proofs(cores).await?,
        })
    }
}

/// Access tokens signed per second, by one thread per core.
fn signatures(cores: usize) -> Result<f64> {
    let key = Arc::new(SigningKey::generate()?);
    let started = Instant::now();
    let signers: Vec<_> = (0..cores)
        .map(|_| {
            let key = Arc::clone(&key);
            thread::spawn(move || -> Result<u32> {
                let claims = json!({
                    "sub": "34c84488-e0e1-70ae-d2ee-991ad1a898c8",
                    "iss": "http://localhost:7665/us-east-1_AbC123xYz",
                    "client_id": "6h89qn2bfglbmvfebq9aaknqk0",
                    "token_use": "access",
                    "scope": "aws.cognito.signin.user.admin",
                    "exp": 1_800_003_600,
                    "iat": 1_800_000_000,
                });
                let mut signed = 0;
                while started.elapsed() < SPAN {
                    jwt::sign(&key, &claims)?;
                    signed += 1;
                }
                Ok(signed)
            })
        })
        .collect();
    let mut signed = 0;
    for signer in signers {
        signed += signer.join().map_err(|_| anyhow!("a signing thread panicked"))??;
    }
    Ok(f64::from(signed) / started.elapsed().as_secs_f64())
}

/// Passwords hashed per second.
async fn hashes(parameters: Parameters, cores: usize) -> Result<f64> {
    let workers = Arc::new(Workers::start(cores, 2 * cores)?);
    let hasher = Arc::new(PasswordHasher::new(parameters, workers, Arc::new(SystemEntropy))?);
    let hash = move || {
        let hasher = Arc::clone(&hasher);
        async move {
            hasher.hash("Permanent1!").await?;
            Ok(())
        }
    };
    computed(cores, hash).await
}

/// Proofs by SRP checked per second.
async fn proofs(cores: usize) -> Result<f64> {
    let workers = Arc::new(Workers::start(cores, 2 * cores)?);
    let verifier = Verifier::simulated(&[7; 32]);
    let public = ClientPublic::parse("abcdef")?;
    let check = move || {
        let challenge = Challenge::start(verifier.clone(), public.clone(), &SystemEntropy);
        challenge.verify(&PasswordClaim {
            identity: Identity {
                group: "AbC123xYz",
                name: "user",
            },
            secret_block: b"block",
            timestamp: "Fri Jan 15 08:00:00 UTC 2027",
            signature: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        })
    };
    let proof = move || {
        let (workers, check) = (Arc::clone(&workers), check.clone());
        async move {
            workers.run(check).await?;
            Ok(())
        }
    };
    computed(cores, proof).await
}

/// How often per second workers do this, with always one more waiting for each core.
async fn computed<F: Future<Output = Result<()>> + Send + 'static>(
    cores: usize,
    work: impl Fn() -> F + Clone + Send + 'static,
) -> Result<f64> {
    let started = Instant::now();
    let mut askers = JoinSet::new();
    for _ in 0..2 * cores {
        let work = work.clone();
        askers.spawn(async move {
            let mut done = 0;
            while started.elapsed() < SPAN {
                work().await?;
                done += 1;
            }
            anyhow::Ok(done)
        });
    }
    let done: u32 = askers.join_all().await.into_iter().sum::<Result<u32>>()?;
    Ok(f64::from(done) / started.elapsed().as_secs_f64())
}
