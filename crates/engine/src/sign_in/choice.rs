//! USER_AUTH: the user chooses what to begin with among the first factors that the pool allows and they have.
//!
//! A name that belongs to nobody is answered as if it belonged to somebody, where the app client prevents user existence
//! errors: no answer to those challenges leads any further.

use std::collections::BTreeMap;

use poolhouse_domain::assurance::Level;
use poolhouse_domain::clients::Client;
use poolhouse_domain::codes::Attempt;
use poolhouse_domain::mfa::Factor;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, Step};
use poolhouse_domain::sign_in::{Progress, first_challenges, lifting_factors, reachable_level, simulated_challenges};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{ChallengeNameType, Secret, UserStatusType};

use super::sessions::Challenge;
use super::step_up::{Ascent, StepUp};
use super::{Answer, Answered, Outcome, session_names};
use crate::Cx;

/// A choice-based sign-in as it begins.
pub struct Start<'a> {
    /// The name as it was typed: a username, an alias or a sub.
    pub username: &'a str,
    /// The challenge that the client would like to begin with.
    pub preferred: Option<&'a str>,
    pub given: FirstFactor<'a>,
    /// The device that the client says it is.
    pub device_key: Option<&'a str>,
    pub step_up: Option<StepUp<'a>>,
    /// For a page of managed login, the levels of assurance that would do.
    pub browser: Option<&'a [Level]>,
}

impl<'a> Start<'a> {
    /// The beginning of a sign-in under this name that asks for nothing special.
    pub fn of(username: &'a str) -> Self {
        Self {
            username,
            preferred: None,
            given: FirstFactor::default(),
            device_key: None,
            step_up: None,
            browser: None,
        }
    }
}

/// What a client sends along with its choice, so that the challenge needs no round of its own.
#[derive(Clone, Copy, Default)]
pub struct FirstFactor<'a> {
    pub password: Option<&'a Secret>,
    pub srp_a: Option<&'a Secret>,
}

/// Who signs in.
#[derive(Clone, Copy)]
struct Door<'a> {
    pool: &'a Pool,
    client: &'a Client,
}

impl Cx {
    /// Begins a choice-based sign-in.
    pub async fn start_choice(&self, pool: &Pool, client: &Client, start: Start<'_>) -> Result<Outcome> {
        if start.preferred.is_some_and(is_passwordless) {
            pool.check_has_passwordless()?;
        }
        let ascent = match start.step_up {
            Some(step_up) => Some(self.ascent(pool, step_up).await?),
            None => None,
        };
        let door = Door { pool, client };
        let by_password = start.preferred == Some(ChallengeNameType::Password.as_str());
        let user = match start.given.password.filter(|_| by_password) {
            Some(password) => self.find_or_migrate(pool, client, start.username, password).await?,
            None => self.find_user(pool, start.username).await?,
        };
        let user = self.admit_or_wait(door, user, by_password || start.preferred.is_none())?;
        let triggers = self.triggers(pool, Some(client));
        triggers.pre_authentication(user.as_ref(), start.username).await?;
        let mut progress = match start.browser {
            Some(levels) => {
                self.browser_progress(pool, user.as_ref(), start.username, levels)
                    .await?
            }
            None => Progress {
                names: vec![start.username.to_owned()],
                device_key: start.device_key.map(str::to_owned),
                ..Progress::default()
            },
        };
        let Some(mut user) = user else {
            return self.begin_as_nobody(door, progress, ascent.as_ref(), &start).await;
        };
        let has_passkey = self.has_passkey(pool, &user).await?;
        if let Some(ascent) = &ascent {
            progress.credit(pool, &user, ascent.credit(&user)?);
            let level = reachable_level(pool, &user, has_passkey, &progress.methods, &ascent.levels)?;
            progress.target = Some(level);
            if progress.methods.has_password() && !lifting_factors(pool, &user, &progress.methods, level).is_empty() {
                progress.names = session_names(&user, start.username);
                self.count_attempt(pool, &user.sub, Attempt::SignInCode).await?;
                return self.advance(pool, client, &mut user, progress, None).await;
            }
        }
        let available = available(pool, &user, has_passkey, &progress);
        if available.is_empty() && client.prevents_user_existence_errors() {
            return self.begin_as_nobody(door, progress, ascent.as_ref(), &start).await;
        }
        progress.names = session_names(&user, start.username);
        self.begin(door, Some(user), progress, available, &start).await
    }

    /// Begins the sign-in of somebody who must not be told from a user like any other.
    async fn begin_as_nobody(
        &self,
        door: Door<'_>,
        mut progress: Progress,
        ascent: Option<&Ascent>,
        start: &Start<'_>,
    ) -> Result<Outcome> {
        let available = match ascent {
            None => simulated_challenges(door.pool, None),
            Some(ascent) => {
                ascent.check_nobodys()?;
                let (level, available) = ascent
                    .levels
                    .iter()
                    .map(|level| (*level, simulated_challenges(door.pool, Some(*level))))
                    .find(|(_, available)| !available.is_empty())
                    .ok_or(Error::LevelOutOfReach)?;
                progress.target = Some(level);
                available
            }
        };
        progress.names.push(self.invented_user_id(door.pool, start.username));
        self.begin(door, None, progress, available, start).await
    }

    /// Answers SELECT_CHALLENGE.
    pub async fn answer_select_challenge(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        selected: &str,
        given: FirstFactor<'_>,
    ) -> Result<Outcome> {
        let session = self.session(pool, client, &answer, Step::SelectChallenge).await?;
        let door = Door { pool, client };
        let progress = session.state.progress.clone();
        let user = self.find_chooser(door, &session, selected, given.password).await?;
        let available = match &user {
            Some(user) => available(pool, user, self.has_passkey(pool, user).await?, &progress),
            None => simulated_challenges(pool, progress.target),
        };
        let selected = available.into_iter().find(|challenge| challenge.as_str() == selected);
        let selected =
            selected.ok_or_else(|| Error::invalid_parameter("ANSWER is not one of the available challenges."))?;
        self.first_factor(door, user, progress, selected, given, Some(&session))
            .await
    }

    /// Answers PASSWORD.
    pub async fn answer_password(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        password: &Secret,
    ) -> Result<Outcome> {
        let given = FirstFactor {
            password: Some(password),
            ..FirstFactor::default()
        };
        let waiting = (Step::Password, ChallengeNameType::Password);
        self.answer_with(Door { pool, client }, answer, waiting, given).await
    }

    /// Answers PASSWORD_SRP with PASSWORD_VERIFIER.
    pub async fn answer_password_srp(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        srp_a: &Secret,
    ) -> Result<Outcome> {
        let given = FirstFactor {
            srp_a: Some(srp_a),
            ..FirstFactor::default()
        };
        let waiting = (Step::PasswordSrp, ChallengeNameType::PasswordSrp);
        self.answer_with(Door { pool, client }, answer, waiting, given).await
    }

    async fn answer_with(
        &self,
        door: Door<'_>,
        answer: Answer<'_>,
        (step, challenge): (Step, ChallengeNameType),
        given: FirstFactor<'_>,
    ) -> Result<Outcome> {
        let session = self.session(door.pool, door.client, &answer, step).await?;
        let user = self
            .find_chooser(door, &session, challenge.as_str(), given.password)
            .await?;
        let progress = session.state.progress.clone();
        self.first_factor(door, user, progress, challenge, given, Some(&session))
            .await
    }

    /// The user of a session who goes on with `chosen`. Who was nobody at its beginning may be known somewhere else, under
    /// the name that they typed and this password.
    async fn find_chooser(
        &self,
        door: Door<'_>,
        session: &AuthSession,
        chosen: &str,
        password: Option<&Secret>,
    ) -> Result<Option<User>> {
        let Door { pool, client } = door;
        let by_password = chosen == ChallengeNameType::Password.as_str();
        let user = self.find_session_user(pool, session).await?;
        match password.filter(|_| by_password && user.is_none() && self.migrates(pool)) {
            Some(password) => {
                let name = session.state.progress.typed();
                let user = self.find_or_migrate(pool, client, name, password).await?;
                admit(client, user)
            }
            None => self.admit_or_wait(door, user, by_password),
        }
    }

    /// Lets a user begin or go on like [`admit`]. Who is nobody goes on as well as long as a password may come that shows
    /// that they are known somewhere else.
    fn admit_or_wait(&self, door: Door<'_>, user: Option<User>, by_password: bool) -> Result<Option<User>> {
        if by_password && user.is_none() && self.migrates(door.pool) {
            Ok(None)
        } else {
            admit(door.client, user)
        }
    }

    /// Begins with the preferred challenge where it is available, or else lets the user choose.
    async fn begin(
        &self,
        door: Door<'_>,
        user: Option<User>,
        progress: Progress,
        available: Vec<ChallengeNameType>,
        start: &Start<'_>,
    ) -> Result<Outcome> {
        if available.is_empty() {
            return Err(Error::IncorrectUsernameOrPassword);
        }
        let preferred = available
            .iter()
            .find(|challenge| Some(challenge.as_str()) == start.preferred);
        if let Some(preferred) = preferred {
            return self
                .first_factor(door, user, progress, *preferred, start.given, None)
                .await;
        }
        let session = self.new_session(door.client, user.as_ref(), progress, Step::SelectChallenge);
        let mut challenge = Challenge::new(ChallengeNameType::SelectChallenge, session, BTreeMap::new());
        challenge.available = Some(available);
        self.pose(challenge, door.pool, None, None).await
    }

    /// Goes on with the chosen challenge: straight to its answer when that was given along, or else by posing it.
    async fn first_factor(
        &self,
        Door { pool, client }: Door<'_>,
        mut user: Option<User>,
        progress: Progress,
        chosen: ChallengeNameType,
        given: FirstFactor<'_>,
        session: Option<&AuthSession>,
    ) -> Result<Outcome> {
        let answered = session.map(|session| Answered {
            session,
            changes_user: false,
        });
        let plain = |step: Step, user: Option<&User>, progress: Progress| {
            let session = self.new_session(client, user, progress, step);
            Challenge::new(chosen, session, BTreeMap::new())
        };
        let challenge = match chosen {
            ChallengeNameType::Password => match given.password {
                Some(password) => {
                    return self
                        .prove_password(pool, client, user, progress, password, answered)
                        .await;
                }
                None => plain(Step::Password, user.as_ref(), progress),
            },
            ChallengeNameType::PasswordSrp => match given.srp_a {
                Some(srp_a) => {
                    return self.begin_srp(pool, client, user, progress, srp_a, session).await;
                }
                None => plain(Step::PasswordSrp, user.as_ref(), progress),
            },
            ChallengeNameType::EmailOtp | ChallengeNameType::SmsOtp => {
                let factor = match chosen {
                    ChallengeNameType::SmsOtp => Factor::Sms,
                    _ => Factor::Email,
                };
                self.one_time_code_challenge(pool, client, user.as_ref(), progress, factor)
                    .await?
            }
            ChallengeNameType::WebAuthn => self.passkey_challenge(pool, client, user.as_ref(), progress).await?,
            _ => return Err(Error::IncorrectUsernameOrPassword),
        };
        self.pose(challenge, pool, user.as_mut(), answered).await
    }
}

/// Lets a user begin or go on with a first factor. Who may not is nobody where the app client prevents user existence
/// errors.
pub(super) fn admit(client: &Client, user: Option<User>) -> Result<Option<User>> {
    let refusal = match &user {
        None => Error::UserNotFound,
        Some(user) if !user.enabled => Error::UserDisabled,
        Some(user) if user.status == UserStatusType::ResetRequired => Error::PasswordResetRequired,
        Some(user) if user.status == UserStatusType::ExternalProvider => Error::IncorrectUsernameOrPassword,
        Some(_) => return Ok(user),
    };
    if client.prevents_user_existence_errors() {
        Ok(None)
    } else {
        Err(refusal)
    }
}

/// The challenges with which the user may begin who has come as far as `progress`.
pub(super) fn available(pool: &Pool, user: &User, has_passkey: bool, progress: &Progress) -> Vec<ChallengeNameType> {
    let target = progress.target.map(|level| (&progress.methods, level));
    first_challenges(pool, user, has_passkey, target)
}

/// Whether the challenge of this name asks for a first factor that is no password.
fn is_passwordless(challenge: &str) -> bool {
    let passwordless = [
        ChallengeNameType::EmailOtp,
        ChallengeNameType::SmsOtp,
        ChallengeNameType::WebAuthn,
    ];
    passwordless.into_iter().any(|name| name.as_str() == challenge)
}
