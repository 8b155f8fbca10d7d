//! CUSTOM_AUTH: functions of the pool decide what the user proves themselves by.
//!
//! Whatever was answered is used up before a function hears of it: a function that fails never gives a second guess. A
//! sign-in that fails so is begun anew.

use std::collections::BTreeMap;

use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::clients::Client;
use poolhouse_domain::custom_sign_in::{CustomSignIn, Decision, PosedChallenge};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, Step};
use poolhouse_domain::sign_in::{self, Progress};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{ChallengeNameType, Secret};

use super::choice::admit;
use super::sessions::Challenge;
use super::srp::client_public;
use super::{Answer, Answered, Outcome, check_status, session_names};
use crate::Cx;
use crate::triggers::Subject;

const CUSTOM_SIGN_IN: Purpose = Purpose::new("custom sign-in");

/// A sign-in led by functions as it begins.
pub struct CustomStart<'a> {
    /// The name as it was typed: a username, an alias or a sub.
    pub username: &'a str,
    /// The client's public value, where it would like to prove the password by SRP.
    pub srp_a: Option<&'a Secret>,
    /// The device that the client says it is.
    pub device_key: Option<&'a str>,
}

/// What the functions want.
pub(super) enum Ruling {
    /// The user is let in as far as they are concerned.
    Admitted(Progress),
    /// The user has to answer a challenge.
    Asked(Outcome),
}

impl Cx {
    /// Begins a sign-in that functions of the pool lead.
    pub async fn start_custom(&self, pool: &Pool, client: &Client, start: CustomStart<'_>) -> Result<Outcome> {
        let triggers = self.triggers(pool, Some(client));
        triggers.check_leads_sign_ins()?;
        start.srp_a.map(client_public).transpose()?;
        let found = self.find_user(pool, start.username).await?;
        if found.is_none() && !client.prevents_user_existence_errors() {
            return Err(self.refuse_unknown_name(pool).await?);
        }
        let user = admit(client, found)?;
        if let Some(user) = user.as_ref().filter(|_| !client.prevents_user_existence_errors()) {
            check_status(user)?;
        }
        triggers.pre_authentication(user.as_ref(), start.username).await?;
        let names = match &user {
            Some(user) => session_names(user, start.username),
            None => vec![start.username.to_owned(), self.shown_name(pool, None, start.username)],
        };
        let progress = Progress {
            names,
            device_key: start.device_key.map(str::to_owned),
            custom: Some(CustomSignIn::starting(
                start.srp_a.map(|srp_a| srp_a.expose().to_owned()),
            )),
            ..Progress::default()
        };
        self.let_functions_lead(pool, client, user, progress).await
    }

    /// Answers CUSTOM_CHALLENGE. A wrong answer is for the functions to judge: it is no error and earns no pause.
    pub async fn answer_custom_challenge(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        given: &Secret,
    ) -> Result<Outcome> {
        let session = self.session(pool, client, &answer, Step::CustomChallenge).await?;
        let mut progress = session.state.progress.clone();
        let user = admit(client, self.find_session_user(pool, &session).await?)?;
        let custom = progress.custom.as_mut().ok_or(Error::SessionInvalid)?;
        let posed = custom.posed.as_ref().ok_or(Error::SessionInvalid)?;
        let private_parameters = posed.private_parameters.clone();
        if !self.store.sessions().consume(&session.id, self.now()).await? {
            return Err(Error::SessionUsed);
        }
        let triggers = self.triggers(pool, Some(client));
        let subject = Subject {
            user: user.as_ref(),
            typed: session.state.progress.typed(),
        };
        let is_right = triggers
            .verify_auth_challenge_response(subject, private_parameters, given)
            .await?;
        custom.settle(is_right);
        self.let_functions_lead(pool, client, user, progress).await
    }

    /// Answers ADMIN_NO_SRP_AUTH: the password, sent by an administrator.
    pub async fn answer_admin_password(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        password: &Secret,
    ) -> Result<Outcome> {
        let session = self.session(pool, client, &answer, Step::AdminPassword).await?;
        if !self.is_administrator_of(pool) {
            return Err(Error::SessionInvalid);
        }
        let user = admit(client, self.find_session_user(pool, &session).await?)?;
        let progress = session.state.progress.clone();
        let answered = Answered {
            session: &session,
            changes_user: false,
        };
        self.prove_password(pool, client, user, progress, password, Some(answered))
            .await
    }

    async fn let_functions_lead(
        &self,
        pool: &Pool,
        client: &Client,
        user: Option<User>,
        progress: Progress,
    ) -> Result<Outcome> {
        if let Some(mut user) = user {
            return self.advance(pool, client, &mut user, progress, None).await;
        }
        match self.ask_functions(pool, client, None, progress).await? {
            Ruling::Asked(outcome) => Ok(outcome),
            Ruling::Admitted(_) => Err(Error::IncorrectUsernameOrPassword),
        }
    }

    /// Asks the functions what comes next, and poses the challenge that they name. Whoever is nobody is never let in.
    pub(super) async fn ask_functions(
        &self,
        pool: &Pool,
        client: &Client,
        mut user: Option<&mut User>,
        mut progress: Progress,
    ) -> Result<Ruling> {
        let custom = progress.custom.get_or_insert_default();
        let results = custom.results.clone();
        let triggers = self.triggers(pool, Some(client));
        let subject = Subject {
            user: user.as_deref(),
            typed: progress.names.first().map_or("", String::as_str),
        };
        let response = triggers.define_auth_challenge(subject, results).await?;
        let name = match (Decision::of(&response)?, user.as_deref_mut()) {
            (Decision::Admit, Some(user)) => {
                // The functions took their time, and may have changed the user themselves.
                let found = self.store.users().by_sub(pool.id(), &user.sub).await?;
                *user = found.ok_or(Error::SessionInvalid)?;
                user.check_enabled()?;
                check_status(user).map_err(|error| error.for_client(client))?;
                progress.custom = None;
                progress.is_admitted = true;
                return Ok(Ruling::Admitted(progress));
            }
            (Decision::Refuse | Decision::Admit, _) => return Err(Error::IncorrectUsernameOrPassword),
            (Decision::Pose(name), _) => name,
        };
        custom.check_goes_on()?;
        custom.posed = Some(PosedChallenge::built_in(name));
        let challenge = match name {
            ChallengeNameType::PasswordVerifier => {
                let srp_a = Secret::from(custom.srp_a.take().ok_or(Error::MissingParameter("SRP_A"))?);
                let user = user.cloned();
                let outcome = self.begin_srp(pool, client, user, progress, &srp_a, None).await?;
                return Ok(Ruling::Asked(outcome));
            }
            ChallengeNameType::CustomChallenge => {
                self.custom_challenge(pool, client, user.as_deref(), progress).await?
            }
            ChallengeNameType::AdminNoSrpAuth if self.is_administrator_of(pool) => {
                let shown = self.shown_name(pool, user.as_deref(), progress.typed());
                let session = self.new_session(client, user.as_deref(), progress, Step::AdminPassword);
                let parameters = BTreeMap::from([("USERNAME".to_owned(), shown)]);
                Challenge::new(name, session, parameters)
            }
            _ => {
                let user = user.as_deref().ok_or(Error::IncorrectUsernameOrPassword)?;
                let device = self.known_device(pool, user, &progress).await?;
                let next = sign_in::next(pool, user, &progress, device.as_ref())?;
                self.challenge_of(pool, client, user, progress, next).await?
            }
        };
        if challenge.name != name {
            return Err(Error::unrecognizable_answer());
        }
        self.pose(challenge, pool, user, None).await.map(Ruling::Asked)
    }

    /// A challenge of the pool's own making.
    async fn custom_challenge(
        &self,
        pool: &Pool,
        client: &Client,
        user: Option<&User>,
        mut progress: Progress,
    ) -> Result<Challenge> {
        let custom = progress.custom.get_or_insert_default();
        let triggers = self.triggers(pool, Some(client));
        let subject = Subject {
            user,
            typed: progress.names.first().map_or("", String::as_str),
        };
        let created = triggers.create_auth_challenge(subject, custom.results.clone()).await?;
        let name = ChallengeNameType::CustomChallenge;
        custom.posed = Some(PosedChallenge {
            name,
            private_parameters: created.private_challenge_parameters.unwrap_or_default(),
            metadata: created.challenge_metadata,
        });
        let mut parameters = created.public_challenge_parameters.unwrap_or_default();
        parameters.insert("USERNAME".to_owned(), self.shown_name(pool, user, progress.typed()));
        let session = self.new_session(client, user, progress, Step::CustomChallenge);
        Ok(Challenge::new(name, session, parameters))
    }

    /// The username that the client is told; an invented one where a name can't be the username itself.
    fn shown_name(&self, pool: &Pool, user: Option<&User>, typed: &str) -> String {
        let is_address = typed.contains('@') || typed.starts_with('+');
        let is_alias = pool.generates_usernames() || (pool.settings.alias_attributes.is_some() && is_address);
        match user {
            Some(user) => user.username.clone(),
            None if is_alias => self.invented_user_id(pool, typed),
            None => typed.to_owned(),
        }
    }

    /// Puts what the functions know under seal, for the session's document.
    pub(super) fn seal_custom(&self, session: &mut AuthSession) -> Result<()> {
        let Some(custom) = session.state.progress.custom.take() else {
            return Ok(());
        };
        let bytes = serde_json::to_vec(&custom).map_err(Error::internal)?;
        let place = session.id.as_bytes();
        let sealed = self.sealer.seal(CUSTOM_SIGN_IN, place, &bytes, self.entropy.as_ref());
        session.state.custom = Some(sealed.map_err(Error::internal)?);
        Ok(())
    }

    /// Opens what [`Cx::seal_custom`] sealed.
    pub(super) fn open_custom(&self, session: &mut AuthSession) -> Result<()> {
        let Some(sealed) = session.state.custom.take() else {
            return Ok(());
        };
        let opened = self.sealer.open(CUSTOM_SIGN_IN, session.id.as_bytes(), &sealed);
        let opened = opened.map_err(Error::internal)?;
        session.state.progress.custom = Some(serde_json::from_slice(&opened).map_err(Error::internal)?);
        Ok(())
    }
}
