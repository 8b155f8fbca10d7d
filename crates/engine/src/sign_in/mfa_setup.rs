//! MFA_SETUP: who needs a second factor to sign in and has none sets one up, inside the sign-in.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_crypto::totp;
use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::clients::Client;
use poolhouse_domain::delivery::Channel;
use poolhouse_domain::mfa::Factor;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, Step};
use poolhouse_domain::sign_in::awaited_factor;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, permissions};
use poolhouse_model::{ChallengeNameType, Secret};

use super::sessions::Challenge;
use super::{Answer, Answered, Outcome};
use crate::Cx;

/// A sign-in that sets a second factor up.
struct Setup {
    pool: Arc<Pool>,
    client: Arc<Client>,
    session: AuthSession,
    user: User,
}

impl Cx {
    /// Makes the secret of an authenticator app for the sign-in of `session`; answers it with the next session.
    pub async fn associate_software_token_in_session(&self, session: &Secret) -> Result<(Secret, Secret)> {
        let setup = self.setup(session).await?;
        let secret = totp::Secret::generate(self.entropy.as_ref());
        let pending_secret = Some(self.seal_totp(&setup.user, &secret)?);
        let next = self
            .advance_setup(&setup, &mut setup.user.clone(), Step::MfaSetup, (pending_secret, false))
            .await?;
        Ok((Secret::from(secret.to_base32().as_str()), next))
    }

    /// Registers the authenticator app whose first code this is, and turns it on; answers the session that satisfies
    /// MFA_SETUP.
    pub async fn verify_software_token_in_session(
        &self,
        session: &Secret,
        code: &Secret,
        name: Option<String>,
    ) -> Result<Secret> {
        let setup = self.setup(session).await?;
        let sealed = setup.session.state.pending_secret.clone();
        let sealed = sealed.ok_or(Error::SoftwareTokenMissing)?;
        let is_last = self.count_guess(&setup.session).await?;
        let token = match self.prove_totp(&setup.user, sealed, code, name) {
            Ok(token) => token,
            Err(refusal) => {
                if is_last {
                    self.store.sessions().consume(&setup.session.id, self.now()).await?;
                }
                return Err(refusal);
            }
        };
        let register = async |mut user: User| {
            check_sets_up(&setup.pool, &user, &setup.session)?;
            user.mfa.software_token = Some(token.clone());
            user.mfa.enable(Factor::SoftwareToken);
            user.modified_at = self.now();
            self.advance_setup(&setup, &mut user, Step::MfaSetupDone, (None, true))
                .await
        };
        self.change_user(&setup.pool, setup.user.clone(), register).await
    }

    /// Answers MFA_SETUP: with the session of a verified authenticator app, or with an e-mail address or phone number
    /// to which a code is sent.
    pub async fn answer_mfa_setup(&self, pool: &Pool, client: &Client, answer: Answer<'_>) -> Result<Outcome> {
        let session = self.session_at(pool, client, &answer).await?;
        if !matches!(session.state.step, Step::MfaSetup | Step::MfaSetupDone) {
            return Err(Error::SessionInvalid);
        }
        let mut user = self.session_user(pool, &session).await?;
        let answered = Answered {
            session: &session,
            changes_user: false,
        };
        let next = awaited_factor(pool, &user, &session.state.progress);
        if session.state.step == Step::MfaSetupDone {
            if !next.admits(Factor::SoftwareToken) {
                return Err(Error::SessionInvalid);
            }
            let mut progress = session.state.progress.clone();
            progress.prove(pool, &user, Factor::SoftwareToken);
            return self.advance(pool, client, &mut user, progress, Some(answered)).await;
        }
        let contact = [Factor::Email, Factor::Sms].into_iter().find_map(|factor| {
            let attribute = factor.attribute()?;
            Some((factor, attribute, answer.responses.get(attribute.as_str())?))
        });
        let (factor, attribute, destination) = contact.ok_or(Error::SoftwareTokenMissing)?;
        if !next.sets_up(factor) {
            return Err(Error::SessionInvalid);
        }
        let given: Attributes = [(attribute.as_str(), destination.expose())].into_iter().collect();
        let schema = pool.schema();
        permissions::check_writable(&schema, client.settings.write_attributes.as_deref(), given.names())?;
        schema.check_completion(&user.attributes, &given)?;
        let channel = Channel::of(attribute, &given).ok_or(Error::MissingParameter(attribute.as_str()))?;
        let progress = session.state.progress.clone();
        let way = (factor, channel, true);
        let challenge = self.code_challenge(pool, client, &user, progress, way).await?;
        self.pose(challenge, pool, Some(&mut user), Some(answered)).await
    }

    /// Finds the sign-in of `session`, which must wait for an authenticator app to be set up.
    async fn setup(&self, session: &Secret) -> Result<Setup> {
        let session = self.open_session(session).await.map_err(|error| match error {
            Error::SessionInvalid => Error::SetupSessionInvalid,
            other => other,
        })?;
        if session.state.step != Step::MfaSetup {
            return Err(Error::SetupSessionInvalid);
        }
        let (pool, client) = self.client(&session.state.client_id).await?;
        pool.check_offers_software_token()?;
        let user = self.session_user(&pool, &session).await?;
        check_sets_up(&pool, &user, &session)?;
        Ok(Setup {
            pool,
            client,
            session,
            user,
        })
    }

    /// Replaces the session of a set-up by the next one; answers its string.
    async fn advance_setup(
        &self,
        setup: &Setup,
        user: &mut User,
        step: Step,
        (pending_secret, changes_user): (Option<String>, bool),
    ) -> Result<Secret> {
        let progress = setup.session.state.progress.clone();
        let mut session = self.new_session(&setup.client, Some(user), progress, step);
        session.state.pending_secret = pending_secret;
        let string = self.session_string(&session)?;
        let challenge = Challenge::new(ChallengeNameType::MfaSetup, session, BTreeMap::new());
        let answered = Answered {
            session: &setup.session,
            changes_user,
        };
        self.pose(challenge, &setup.pool, Some(user), Some(answered)).await?;
        Ok(string)
    }
}

/// Refuses to set an authenticator app up in a sign-in that doesn't wait for it.
fn check_sets_up(pool: &Pool, user: &User, session: &AuthSession) -> Result<()> {
    if awaited_factor(pool, user, &session.state.progress).sets_up(Factor::SoftwareToken) {
        Ok(())
    } else {
        Err(Error::SetupSessionInvalid)
    }
}
