//! Signing in from a remembered device: it proves itself by SRP with a password of its own, which no user knows.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use poolhouse_crypto::seal::Purpose;
use poolhouse_crypto::srp::Challenge as Exchange;
use poolhouse_domain::clients::Client;
use poolhouse_domain::devices::{Device, DeviceIdentity, GROUP_KEY_LENGTH};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, Step};
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{ChallengeNameType, Secret};
use poolhouse_storage::SessionFound;
use serde::{Deserialize, Serialize};

use super::sessions::Challenge;
use super::srp::{Expected, Proof, client_public};
use super::{Answer, Answered, Outcome};
use crate::Cx;

/// What the SECRET_BLOCK of a device holds under its seal.
#[derive(Serialize, Deserialize)]
struct DeviceExchange {
    /// The session that the block belongs to.
    session: String,
    srp_a: String,
    /// The server's secret exponent.
    b: String,
}

impl Cx {
    /// The confirmed device that the sign-in comes from; `None` when it is new or not confirmed yet.
    pub(super) async fn known_device(&self, pool: &Pool, user: &User, progress: &Progress) -> Result<Option<Device>> {
        let Some(key) = progress
            .device_key
            .as_deref()
            .filter(|_| pool.tracks_devices() && !progress.is_browser)
        else {
            return Ok(None);
        };
        let device = self.store.devices().get(pool.id(), &user.sub, key).await?;
        let is_new = async || self.store.families().has_device(pool.id(), &user.sub, key).await;
        if device.is_some() || is_new().await? {
            Ok(device)
        } else {
            Err(Error::DeviceNotFound)
        }
    }

    /// How a device is called from which somebody signs in for the first time.
    pub(super) fn new_device_identity(&self, pool: &Pool) -> DeviceIdentity {
        DeviceIdentity {
            key: format!("{}_{}", pool.region(), self.entropy.uuid_v4()),
            group_key: format!("-{}", self.entropy.alphanumeric(GROUP_KEY_LENGTH)),
        }
    }

    /// The challenge that asks a remembered device for its public value of SRP.
    pub(super) fn device_challenge(&self, client: &Client, user: &User, progress: Progress) -> Challenge {
        let parameters = BTreeMap::from([
            ("USERNAME".to_owned(), user.username.clone()),
            ("DEVICE_KEY".to_owned(), progress.device_key.clone().unwrap_or_default()),
        ]);
        let device_key = progress.device_key.clone().unwrap_or_default();
        let session = self.new_session(client, Some(user), progress, Step::DeviceSrp);
        let mut challenge = Challenge::new(ChallengeNameType::DeviceSrpAuth, session, parameters);
        challenge.found_by = Some(self.device_session_id(client, user, &device_key));
        challenge
    }

    /// The session that an answer to DEVICE_SRP_AUTH continues which names none: the newest of that device.
    pub(super) async fn implied_device_session(
        &self,
        pool: &Pool,
        client: &Client,
        username: &str,
        device_key: &str,
    ) -> Result<Secret> {
        let user = self.find_user(pool, username).await?.ok_or(Error::SessionInvalid)?;
        let id = self.device_session_id(client, &user, device_key);
        let SessionFound::Open(pointer) = self.store.sessions().get(&id, self.now()).await? else {
            return Err(Error::SessionInvalid);
        };
        self.session_string_of(pointer.state.leads_to.ok_or(Error::SessionInvalid)?)
    }

    /// The session that an answer to DEVICE_PASSWORD_VERIFIER continues which names none.
    pub(super) fn implied_verifier_session(&self, secret_block: &Secret) -> Result<Secret> {
        let block = BASE64_STANDARD.decode(secret_block.expose()).ok();
        let exchange = block.and_then(|block| self.open_block::<DeviceExchange>(&block));
        self.session_string_of(exchange.ok_or(Error::IncorrectUsernameOrPassword)?.session)
    }

    fn device_session_id(&self, client: &Client, user: &User, device_key: &str) -> String {
        let parts = [client.id().as_bytes(), user.sub.as_bytes(), device_key.as_bytes()];
        self.keyed_hash(Purpose::new("device session"), &parts)
    }

    /// Answers DEVICE_SRP_AUTH with DEVICE_PASSWORD_VERIFIER.
    pub async fn answer_device_srp(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        device_key: &str,
        srp_a: &Secret,
    ) -> Result<Outcome> {
        let session = self.session(pool, client, &answer, Step::DeviceSrp).await?;
        let (mut user, device) = self.device_of(pool, &session, device_key).await?;
        let public = client_public(srp_a)?;
        let verifier = self.open_device_verifier(&device)?;
        let salt = verifier.salt_hex();
        let exchange = Exchange::start(verifier, public, self.entropy.as_ref());
        let progress = session.state.progress.clone();
        let next = self.new_session(client, Some(&user), progress, Step::DevicePasswordVerifier);
        let block = self.seal_block(&DeviceExchange {
            session: next.id.clone(),
            srp_a: srp_a.expose().to_owned(),
            b: BASE64_STANDARD.encode(exchange.secret()),
        })?;
        let parameters = BTreeMap::from([
            ("SALT".to_owned(), salt),
            ("SECRET_BLOCK".to_owned(), block),
            ("SRP_B".to_owned(), exchange.srp_b_hex()),
            ("USERNAME".to_owned(), user.username.clone()),
            ("DEVICE_KEY".to_owned(), device.identity.key),
        ]);
        let challenge = Challenge::new(ChallengeNameType::DevicePasswordVerifier, next, parameters);
        let answered = Answered {
            session: &session,
            changes_user: false,
        };
        self.pose(challenge, pool, Some(&mut user), Some(answered)).await
    }

    /// Answers DEVICE_PASSWORD_VERIFIER: the device's proof is checked, and the sign-in goes on. A wrong one ends it.
    pub async fn answer_device_password_verifier(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        device_key: &str,
        proof: Proof<'_>,
    ) -> Result<Outcome> {
        let session = self
            .session(pool, client, &answer, Step::DevicePasswordVerifier)
            .await?;
        let (mut user, device) = self.device_of(pool, &session, device_key).await?;
        self.check_lockout(pool, &user.sub).await?;
        self.check_timestamp(proof.timestamp)?;
        if self.is_device_proof(&session, &device, &proof).await? {
            let mut progress = session.state.progress.clone();
            progress.is_device_proved = true;
            let answered = Answered {
                session: &session,
                changes_user: false,
            };
            return self.advance(pool, client, &mut user, progress, Some(answered)).await;
        }
        self.count_failure(pool, &user.sub).await?;
        self.store.sessions().consume(&session.id, self.now()).await?;
        Err(Error::IncorrectUsernameOrPassword)
    }

    /// Whether `proof` shows that whoever made it knows the device's password.
    async fn is_device_proof(&self, session: &AuthSession, device: &Device, proof: &Proof<'_>) -> Result<bool> {
        let block = BASE64_STANDARD.decode(proof.secret_block.expose()).unwrap_or_default();
        let exchange = self.open_block::<DeviceExchange>(&block);
        let Some(exchange) = exchange.filter(|exchange| exchange.session == session.id) else {
            return Ok(false);
        };
        let expected = Expected {
            verifier: self.open_device_verifier(device)?,
            group: device.identity.group_key.clone(),
            name: device.identity.key.clone(),
            srp_a: exchange.srp_a,
            b: exchange.b,
            secret_block: block,
        };
        self.proves(proof, expected).await
    }

    /// The user of a sign-in and the remembered device that they say it comes from.
    async fn device_of(&self, pool: &Pool, session: &AuthSession, device_key: &str) -> Result<(User, Device)> {
        let user = self.session_user(pool, session).await?;
        let is_the_one = session.state.progress.device_key.as_deref() == Some(device_key);
        let device = self.store.devices().get(pool.id(), &user.sub, device_key).await?;
        let device = device.filter(|device| is_the_one && device.signs_in());
        Ok((user, device.ok_or(Error::DeviceNotFound)?))
    }
}
