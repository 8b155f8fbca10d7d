//! WEB_AUTHN: a passkey as the first factor, or as all factors at once.

use std::collections::BTreeMap;

use poolhouse_domain::assurance::Method;
use poolhouse_domain::clients::Client;
use poolhouse_domain::mfa::{Next, second_factor};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::Step;
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{ChallengeNameType, Secret, UserStatusType};

use super::sessions::Challenge;
use super::{Answer, Outcome};
use crate::Cx;

impl Cx {
    /// The challenge that asks for a passkey.
    pub(super) async fn passkey_challenge(
        &self,
        pool: &Pool,
        client: &Client,
        user: Option<&User>,
        progress: Progress,
    ) -> Result<Challenge> {
        let lifetime = client.auth_session_lifetime();
        let (options, request) = self.passkey_request(pool, progress.typed(), user, lifetime).await?;
        let mut session = self.new_session(client, user, progress, Step::Passkey);
        session.state.passkey_request = Some(serde_json::to_value(request).map_err(Error::internal)?);
        let parameters = BTreeMap::from([("CREDENTIAL_REQUEST_OPTIONS".to_owned(), options)]);
        let mut challenge = Challenge::new(ChallengeNameType::WebAuthn, session, parameters);
        challenge.available = Some(vec![ChallengeNameType::WebAuthn]);
        Ok(challenge)
    }

    /// Answers WEB_AUTHN. A wrong proof ends the session: its request can be answered once.
    pub async fn answer_passkey(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        credential: &Secret,
    ) -> Result<Outcome> {
        let session = self.session(pool, client, &answer, Step::Passkey).await?;
        let user = self.find_session_user(pool, &session).await?;
        let subject = self.subject(pool, user.as_ref(), session.state.progress.typed());
        self.check_lockout(pool, &subject).await?;
        if let Some(user) = &user {
            user.check_enabled()?;
            if user.status != UserStatusType::Confirmed {
                return Err(Error::SessionInvalid);
            }
        }
        // Before the proof is looked at: of two that race with one, the first is looked at.
        if !self.store.sessions().consume(&session.id, self.now()).await? {
            return Err(Error::SessionUsed);
        }
        let refuse = async || {
            self.count_failure(pool, &subject).await?;
            Err(Error::IncorrectUsernameOrPassword)
        };
        let Some(mut user) = user else {
            return refuse().await;
        };
        let request = session.state.passkey_request.clone().ok_or(Error::SessionInvalid)?;
        let request = serde_json::from_value(request).map_err(Error::internal)?;
        let proved = match self.prove_passkey(pool, &user, &request, credential.expose()).await {
            Ok(proved) => proved,
            Err(Error::IncorrectUsernameOrPassword) => return refuse().await,
            Err(error) => return Err(error),
        };
        let needs_all_factors = second_factor(pool, &user) != Next::Nothing || user.mfa.counts_passkey();
        if needs_all_factors && !proved.user_verified {
            return refuse().await;
        }
        let mut progress = session.state.progress.clone();
        progress.methods.add(if proved.device_bound {
            Method::HardwareKey
        } else {
            Method::SoftwareKey
        });
        progress.is_multi_factor = progress.is_multi_factor || (proved.user_verified && pool.passkeys_are_mfa());
        self.advance(pool, client, &mut user, progress, None).await
    }
}
