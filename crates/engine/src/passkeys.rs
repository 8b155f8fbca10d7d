//! Passkeys: registering them, and proving their possession at a sign-in.

use std::time::Duration;

use poolhouse_crypto::seal::Purpose;
use poolhouse_crypto::webauthn::{Account, Assertion, Authentication, Known, RelyingParty};
use poolhouse_domain::passkeys::{Passkey, PasskeyRegistration, REGISTRATION_LIFETIME, check_room};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, names};
use serde_json::Value;

use crate::{Caller, Cx};

/// A passkey whose possession was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvedPasskey {
    /// Whether the authenticator verified who used it.
    pub user_verified: bool,
    /// Whether the passkey can't leave its device.
    pub device_bound: bool,
}

impl Cx {
    /// Begins to register a passkey; answers the `PublicKeyCredentialCreationOptionsJSON` for the client. It takes the
    /// place of a registration that was not completed.
    pub async fn start_passkey_registration(&self, caller: &Caller) -> Result<Value> {
        let (pool, user) = (&*caller.pool, &caller.user);
        let host = self.domain_host(pool);
        let relying_party = RelyingParty::new(pool.usable_relying_party(host.as_deref())?);
        let passkeys = self.passkeys(pool, user).await?;
        check_room(passkeys.len())?;
        let account = Account {
            handle: user.sub.as_bytes(),
            name: &user.username,
        };
        let known = passkeys.iter().map(Passkey::known);
        let (options, state) = relying_party
            .start_registration(
                account,
                pool.passkey_user_verification(),
                known,
                duration(REGISTRATION_LIFETIME),
            )
            .map_err(Error::internal)?;
        let registration = PasskeyRegistration {
            pool_id: user.pool_id.clone(),
            sub: user.sub.clone(),
            id: self.entropy.uuid_v4(),
            client_id: caller.client.id().to_owned(),
            expires_at: self.now().plus_millis(REGISTRATION_LIFETIME),
            state,
        };
        self.store.passkeys().put_registration(&registration).await?;
        Ok(options)
    }

    /// Registers the passkey that a client made of the options.
    pub async fn complete_passkey_registration(&self, caller: &Caller, credential: &Value) -> Result<()> {
        let (pool, user) = (&*caller.pool, &caller.user);
        let host = self.domain_host(pool);
        let relying_party_id = pool
            .usable_relying_party(host.as_deref())
            .map_err(|error| match error {
                // The relying party that the registration was started for is gone.
                Error::RelyingPartyMissing => Error::RelyingPartyMismatch,
                other => other,
            })?;
        let registration = self.store.passkeys().registration(pool.id(), &user.sub).await?;
        let registration = registration.ok_or(Error::PasskeyChallengeNotFound)?;
        registration.check(caller.client.id(), self.now())?;
        let registered = RelyingParty::new(relying_party_id).finish_registration(&registration.state, credential)?;
        let passkey = Passkey::new(user, relying_party_id, registered, self.now());

        let mut tx = self.store.begin().await?;
        // From here on, registrations of this user wait for each other.
        if !tx.passkeys().consume_registration(&registration).await? {
            return Err(Error::PasskeyChallengeNotFound);
        }
        let count = tx.passkeys().count(pool.id(), &user.sub).await?;
        check_room(usize::try_from(count).unwrap_or(usize::MAX))?;
        tx.passkeys().insert(&passkey).await.map_err(|error| match error {
            poolhouse_storage::Error::Unique { .. } => Error::PasskeyExists,
            other => other.into(),
        })?;
        Ok(tx.commit().await?)
    }

    /// The passkeys of a user, the oldest first.
    pub async fn passkeys(&self, pool: &Pool, user: &User) -> Result<Vec<Passkey>> {
        Ok(self.store.passkeys().of_user(pool.id(), &user.sub).await?)
    }

    /// Deletes a passkey of a user.
    pub async fn delete_passkey(&self, pool: &Pool, user: &User, credential_id: &str) -> Result<()> {
        if self
            .store
            .passkeys()
            .delete(pool.id(), &user.sub, credential_id)
            .await?
        {
            Ok(())
        } else {
            Err(Error::PasskeyNotFound)
        }
    }

    /// Whether a user has a passkey that they can sign in by.
    pub async fn has_passkey(&self, pool: &Pool, user: &User) -> Result<bool> {
        let host = self.domain_host(pool);
        if pool.usable_relying_party(host.as_deref()).is_err() {
            return Ok(false);
        }
        Ok(!self.usable_passkeys(pool, user).await?.is_empty())
    }

    /// Asks for the proof of a passkey of `user`, who was called `name`, within `lifetime` milliseconds; answers the
    /// `PublicKeyCredentialRequestOptionsJSON` for the client, and what the proof is checked against, to be stored and
    /// used once.
    ///
    /// Nobody, and users without passkeys, are asked for one that doesn't exist, and always the same.
    pub async fn passkey_request(
        &self,
        pool: &Pool,
        name: &str,
        user: Option<&User>,
        lifetime: i64,
    ) -> Result<(String, Authentication)> {
        let host = self.domain_host(pool);
        let relying_party = RelyingParty::new(pool.usable_relying_party(host.as_deref())?);
        let passkeys = match user {
            Some(user) => self.usable_passkeys(pool, user).await?,
            None => Vec::new(),
        };
        let invented = self.invented_credential_id(pool, name);
        let transports = ["hybrid", "internal"].map(str::to_owned);
        let mut known: Vec<Known<'_>> = passkeys.iter().map(Passkey::known).collect();
        if known.is_empty() {
            known.push(Known {
                id: &invented,
                transports: &transports,
            });
        }
        let (options, state) = relying_party
            .start_authentication(pool.passkey_user_verification(), known, duration(lifetime))
            .map_err(Error::internal)?;
        Ok((options.to_string(), state))
    }

    /// Verifies the proof of a passkey of `user`, and notes its use. Of two proofs that race with one passkey one counts.
    /// Whoever fails isn't told why.
    pub async fn prove_passkey(
        &self,
        pool: &Pool,
        user: &User,
        state: &Authentication,
        credential: &str,
    ) -> Result<ProvedPasskey> {
        self.check_assertion(pool, user, state, credential)
            .await
            .map_err(|error| match error {
                Error::Internal(_) => error,
                _ => Error::IncorrectUsernameOrPassword,
            })
    }

    async fn check_assertion(
        &self,
        pool: &Pool,
        user: &User,
        state: &Authentication,
        credential: &str,
    ) -> Result<ProvedPasskey> {
        let host = self.domain_host(pool);
        let relying_party_id = pool.usable_relying_party(host.as_deref())?;
        let assertion = Assertion::parse(credential)?;
        let found = self
            .store
            .passkeys()
            .get(pool.id(), &user.sub, &assertion.credential_id())
            .await?;
        let mut passkey = found.ok_or(Error::PasskeyNotFound)?;
        let verified = RelyingParty::new(relying_party_id).finish_authentication(
            state,
            &passkey.credential,
            user.sub.as_bytes(),
            &assertion,
        )?;
        passkey.credential = verified.credential;
        passkey.last_used_at = Some(self.now());
        self.store.passkeys().replace(&mut passkey).await?;
        Ok(ProvedPasskey {
            user_verified: verified.user_verified,
            device_bound: verified.device_bound,
        })
    }

    /// The passkeys of a user that were registered at the pool's relying party.
    async fn usable_passkeys(&self, pool: &Pool, user: &User) -> Result<Vec<Passkey>> {
        let mut passkeys = self.passkeys(pool, user).await?;
        let host = self.domain_host(pool);
        passkeys.retain(|passkey| Some(&*passkey.relying_party_id) == pool.relying_party_id(host.as_deref()));
        Ok(passkeys)
    }

    /// The id of a credential of nobody's.
    fn invented_credential_id(&self, pool: &Pool, typed: &str) -> String {
        let name = names::fold(pool.case_sensitive(), typed);
        self.keyed_hash(
            Purpose::new("nobody's passkey"),
            &[pool.id().as_bytes(), name.as_bytes()],
        )
    }
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
