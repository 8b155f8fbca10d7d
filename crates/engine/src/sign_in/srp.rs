//! Signing in by SRP-6a: the password never leaves the client.
//!
//! The state between the two legs travels in the SECRET_BLOCK, sealed and bound to user, client and SRP_A; answering it
//! uses it up. A name that belongs to nobody is answered like any other: with a salt that is always the same, and at
//! the same cost.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use poolhouse_crypto::entropy::{Entropy, SeededEntropy};
use poolhouse_crypto::seal::Purpose;
use poolhouse_crypto::srp::{Challenge, ClientPublic, Identity, PasswordClaim, Verifier, parse_timestamp};
use poolhouse_domain::clients::Client;
use poolhouse_domain::custom_sign_in::CustomSignIn;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::AuthSession;
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, MINUTE, Result, Timestamp, names};
use poolhouse_model::{ChallengeNameType, Secret, UserStatusType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Outcome, check_status};
use crate::Cx;

/// How far the client's clock may be off, in milliseconds.
const CLOCK_TOLERANCE: i64 = 60 * MINUTE;

/// What a SECRET_BLOCK holds under its seal.
#[derive(Serialize, Deserialize)]
struct Exchange {
    id: String,
    client_id: String,
    /// None when the name belongs to nobody.
    sub: Option<String>,
    user_id: String,
    progress: Progress,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custom: Option<CustomSignIn>,
    srp_a: String,
    /// The server's secret exponent.
    b: String,
    expires_at: Timestamp,
}

/// A client's proof that it knows the password.
pub struct Proof<'a> {
    pub username: &'a str,
    pub signature: &'a Secret,
    pub secret_block: &'a Secret,
    pub timestamp: &'a Secret,
    /// The device that the client says it is.
    pub device_key: Option<&'a str>,
}

/// What a proof is checked against.
pub(super) struct Expected {
    pub verifier: Verifier,
    /// The group and the name in it of whom it is of, as [`Identity`] has them.
    pub group: String,
    pub name: String,
    pub srp_a: String,
    /// The server's secret exponent, in base64.
    pub b: String,
    /// The SECRET_BLOCK, decoded.
    pub secret_block: Vec<u8>,
}

impl Cx {
    /// Begins a sign-in by SRP: answers PASSWORD_VERIFIER.
    pub async fn start_srp(
        &self,
        pool: &Pool,
        client: &Client,
        username: &str,
        device_key: Option<&str>,
        srp_a: &Secret,
    ) -> Result<Outcome> {
        let user = self.find_user(pool, username).await?;
        if user.is_none() && !client.prevents_user_existence_errors() {
            return Err(self.refuse_unknown_name(pool).await?);
        }
        let triggers = self.triggers(pool, Some(client));
        triggers.pre_authentication(user.as_ref(), username).await?;
        let progress = Progress {
            names: vec![username.to_owned()],
            device_key: device_key.map(str::to_owned),
            ..Progress::default()
        };
        self.begin_srp(pool, client, user, progress, srp_a, None).await
    }

    /// Begins the proof by SRP for whoever was found under the name that was typed. `answered` is used up with it.
    pub(super) async fn begin_srp(
        &self,
        pool: &Pool,
        client: &Client,
        user: Option<User>,
        progress: Progress,
        srp_a: &Secret,
        answered: Option<&AuthSession>,
    ) -> Result<Outcome> {
        let public = client_public(srp_a)?;
        let verifier = self.verifier(pool, user.as_ref(), progress.typed())?;
        let user_id = match &user {
            Some(user) => user.username.clone(),
            None => self.invented_user_id(pool, progress.typed()),
        };
        let salt = verifier.salt_hex();
        let challenge = Challenge::start(verifier, public, self.entropy.as_ref());
        let block = self.seal_block(&Exchange {
            id: self.entropy.uuid_v4(),
            client_id: client.id().to_owned(),
            sub: user.map(|user| user.sub),
            user_id: user_id.clone(),
            custom: progress.custom.clone(),
            progress,
            srp_a: srp_a.expose().to_owned(),
            b: BASE64_STANDARD.encode(challenge.secret()),
            expires_at: self.now().plus_millis(client.auth_session_lifetime()),
        })?;
        if let Some(session) = answered
            && !self.store.sessions().consume(&session.id, self.now()).await?
        {
            return Err(Error::SessionUsed);
        }
        let parameters = BTreeMap::from([
            ("SALT".to_owned(), salt),
            ("SECRET_BLOCK".to_owned(), block),
            ("SRP_B".to_owned(), challenge.srp_b_hex()),
            ("USERNAME".to_owned(), user_id.clone()),
            ("USER_ID_FOR_SRP".to_owned(), user_id),
        ]);
        Ok(Outcome::Challenge {
            name: ChallengeNameType::PasswordVerifier,
            session: None,
            parameters,
            available: None,
        })
    }

    /// Answers PASSWORD_VERIFIER: the proof is checked, and the sign-in goes on as after any password.
    pub async fn answer_password_verifier(&self, pool: &Pool, client: &Client, proof: Proof<'_>) -> Result<Outcome> {
        let incorrect = || Error::IncorrectUsernameOrPassword;
        let block = BASE64_STANDARD
            .decode(proof.secret_block.expose())
            .map_err(|_| incorrect())?;
        let exchange: Exchange = self.open_block(&block).ok_or_else(incorrect)?;
        let typed = exchange.progress.typed();
        let fold = |name: &str| names::fold(pool.case_sensitive(), name);
        let username = fold(proof.username);
        let is_named = [&exchange.user_id, typed]
            .into_iter()
            .any(|name| fold(name) == username);
        if exchange.client_id != client.id() || !is_named {
            return Err(incorrect());
        }
        if exchange.expires_at <= self.now() {
            return Err(Error::SessionExpired);
        }
        self.check_timestamp(proof.timestamp)?;
        // A name of nobody is looked up like any other, by an id that nobody has.
        let sub = exchange.sub.as_deref().unwrap_or(&exchange.user_id);
        let found = self.store.users().by_sub(pool.id(), sub).await?;
        if exchange.sub.is_some() && found.is_none() {
            return Err(incorrect());
        }
        let user = found.filter(|_| exchange.sub.is_some());
        if let Some(user) = &user
            && !client.prevents_user_existence_errors()
        {
            check_status(user)?;
        }
        let subject = self.subject(pool, user.as_ref(), typed);
        self.check_lockout(pool, &subject).await?;
        let expected = Expected {
            verifier: self.verifier(pool, user.as_ref(), typed)?,
            group: pool.short_id().to_owned(),
            name: exchange.user_id,
            srp_a: exchange.srp_a,
            b: exchange.b,
            secret_block: block,
        };
        let proved = self.proves(&proof, expected).await?;
        let mut progress = Progress {
            custom: exchange.custom,
            ..exchange.progress
        };
        if let Some(key) = proof.device_key {
            progress.device_key = Some(key.to_owned());
        }
        let user = user.filter(|user| proved && has_password(user));
        if let Some(user) = &user {
            // Clients whose device doesn't exist any more answer the same challenge again without it.
            self.known_device(pool, user, &progress).await?;
        }
        if !self
            .store
            .sessions()
            .spend(&exchange.id, pool.id(), exchange.expires_at, self.now())
            .await?
        {
            return Err(Error::SessionUsed);
        }
        let Some(user) = user else {
            self.count_failure(pool, &subject).await?;
            return Err(incorrect());
        };
        // Guesses in flight may have earned a pause since it was looked at: then a right one counts no more.
        self.check_lockout(pool, &subject).await?;
        self.continue_after_password(pool, client, user, progress, None).await
    }

    /// Whether `proof` was made with the password that is `expected`. Takes milliseconds of arithmetic.
    pub(super) async fn proves(&self, proof: &Proof<'_>, expected: Expected) -> Result<bool> {
        let (timestamp, signature) = (proof.timestamp.clone(), proof.signature.clone());
        let check = move || {
            let public = ClientPublic::parse(&expected.srp_a).ok()?;
            let secret = BASE64_STANDARD.decode(&expected.b).ok()?.try_into().ok()?;
            let challenge = Challenge::resume(expected.verifier, public, &secret);
            let claim = PasswordClaim {
                identity: Identity {
                    group: &expected.group,
                    name: &expected.name,
                },
                secret_block: &expected.secret_block,
                timestamp: timestamp.expose(),
                signature: signature.expose(),
            };
            Some(challenge.verify(&claim))
        };
        Ok(self.compute(check).await?.unwrap_or(false))
    }

    /// The verifier of a user's password; for nobody, or a user without one, a verifier that no password fits.
    fn verifier(&self, pool: &Pool, user: Option<&User>, typed: &str) -> Result<Verifier> {
        let stored = user
            .and_then(|user| user.password.as_ref())
            .and_then(|password| password.srp.as_ref());
        if let (Some(user), Some(stored)) = (user, stored) {
            return self.open_verifier(user, stored);
        }
        let name = names::fold(pool.case_sensitive(), typed);
        let place = [pool.id().as_bytes(), name.as_bytes()];
        let key = self.sealer.keyed_hash(Purpose::new("nobody's verifier"), &place);
        Ok(Verifier::simulated(key.as_bytes()))
    }

    /// The USER_ID_FOR_SRP of a name that belongs to nobody: always the same, in the form of a generated username.
    pub(super) fn invented_user_id(&self, pool: &Pool, typed: &str) -> String {
        let name = names::fold(pool.case_sensitive(), typed);
        let seed = self.keyed_hash(Purpose::new("nobody's id"), &[pool.id().as_bytes(), name.as_bytes()]);
        SeededEntropy::new(&seed).sub()
    }

    pub(super) fn check_timestamp(&self, timestamp: &Secret) -> Result<()> {
        let seconds = parse_timestamp(timestamp.expose()).ok_or_else(|| {
            Error::invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
        })?;
        let off = Timestamp::from_seconds(seconds)
            .millis()
            .saturating_sub(self.now().millis());
        if off.saturating_abs() <= CLOCK_TOLERANCE {
            Ok(())
        } else {
            Err(Error::IncorrectUsernameOrPassword)
        }
    }

    /// The block as clients carry it: base64, over which they make their proof.
    pub(super) fn seal_block(&self, exchange: &impl Serialize) -> Result<String> {
        let bytes = serde_json::to_vec(exchange).map_err(Error::internal)?;
        let sealed = self
            .srp_blocks
            .encode(&bytes, self.entropy.as_ref())
            .map_err(Error::internal)?;
        Ok(BASE64_STANDARD.encode(sealed))
    }

    pub(super) fn open_block<E: DeserializeOwned>(&self, block: &[u8]) -> Option<E> {
        let opened = self.srp_blocks.decode(std::str::from_utf8(block).ok()?).ok()?;
        serde_json::from_slice(&opened).ok()
    }
}

/// Reads the client's public value.
pub(super) fn client_public(srp_a: &Secret) -> Result<ClientPublic> {
    ClientPublic::parse(srp_a.expose()).map_err(|_| Error::invalid_parameter("Invalid SRP_A."))
}

/// Whether the user has a password that counts.
fn has_password(user: &User) -> bool {
    user.password.is_some() && user.status != UserStatusType::ResetRequired
}
