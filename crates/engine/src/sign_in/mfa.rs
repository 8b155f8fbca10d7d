//! The challenges of second factors: SMS_MFA, EMAIL_OTP, SOFTWARE_TOKEN_MFA and the choice between them.

use poolhouse_domain::clients::Client;
use poolhouse_domain::codes::CODE_DIGITS;
use poolhouse_domain::delivery::Channel;
use poolhouse_domain::mfa::{Factor, Next};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, Step};
use poolhouse_domain::sign_in::{Progress, awaited_factor};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{ChallengeNameType, Secret};

use super::sessions::Challenge;
use super::{Answer, Answered, Outcome};
use crate::Cx;

impl Cx {
    /// The challenge that asks for what `next` says.
    pub(super) async fn second_factor_challenge(
        &self,
        pool: &Pool,
        client: &Client,
        user: &User,
        progress: Progress,
        next: Next,
    ) -> Result<Challenge> {
        let list = |factors: Vec<Factor>| serde_json::to_string(&factors).map_err(Error::internal);
        let (name, step, parameter) = match next {
            Next::Challenge(Factor::SoftwareToken) => {
                let token = user.mfa.software_token.as_ref();
                let name = token.and_then(|token| token.friendly_name.clone());
                let parameter = name.map(|name| ("FRIENDLY_DEVICE_NAME", name));
                let step = Step::Factor(Factor::SoftwareToken);
                (ChallengeNameType::SoftwareTokenMfa, step, parameter)
            }
            Next::Challenge(factor) => {
                let channel = factor.attribute().and_then(|name| Channel::of(name, &user.attributes));
                let channel = channel.ok_or(Error::NoSecondFactor)?;
                let way = (factor, channel, false);
                return self.code_challenge(pool, client, user, progress, way).await;
            }
            Next::Select(factors) => {
                let parameter = ("MFAS_CAN_CHOOSE", list(factors)?);
                (ChallengeNameType::SelectMfaType, Step::SelectMfaType, Some(parameter))
            }
            Next::Setup(factors) => {
                let parameter = ("MFAS_CAN_SETUP", list(factors)?);
                (ChallengeNameType::MfaSetup, Step::MfaSetup, Some(parameter))
            }
            Next::Nothing | Next::Blocked => return Err(Error::NoSecondFactor),
        };
        let user_id = ("USER_ID_FOR_SRP", user.username.clone());
        let parameters = parameter.into_iter().chain([user_id]);
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value)).collect();
        let session = self.new_session(client, Some(user), progress, step);
        Ok(Challenge::new(name, session, parameters))
    }

    /// The challenge that asks for a code which is sent to a contact; the last of `way` says whether it sets that up.
    pub(super) async fn code_challenge(
        &self,
        pool: &Pool,
        client: &Client,
        user: &User,
        progress: Progress,
        (factor, channel, sets_up): (Factor, Channel, bool),
    ) -> Result<Challenge> {
        let session = self.new_session(client, Some(user), progress, Step::Factor(factor));
        let way = (&channel, CODE_DIGITS, sets_up);
        let mut challenge = self.sent_code_challenge(pool, user, session, way).await?;
        challenge.name = factor.challenge();
        let user_id = user.username.clone();
        challenge.parameters.insert("USER_ID_FOR_SRP".to_owned(), user_id);
        Ok(challenge)
    }

    /// Answers the challenge of `factor` with a code. A wrong one leaves the session open until its guesses are used up.
    pub async fn answer_second_factor(
        &self,
        pool: &Pool,
        client: &Client,
        factor: Factor,
        answer: Answer<'_>,
        code: &Secret,
    ) -> Result<Outcome> {
        let session = self.session(pool, client, &answer, Step::Factor(factor)).await?;
        let user = self.session_user(pool, &session).await?;
        let sub = user.sub.clone();
        self.check_lockout(pool, &sub).await?;
        let is_last = self.count_guess(&session).await?;
        let settle = async |mut user: User| {
            let changes_user = self.prove_factor(pool, &mut user, &session, factor, code)?;
            let answered = Answered {
                session: &session,
                changes_user,
            };
            let mut progress = session.state.progress.clone();
            progress.prove(pool, &user, factor);
            self.advance(pool, client, &mut user, progress, Some(answered)).await
        };
        let outcome = self.change_user(pool, user, settle).await;
        if let Err(
            Error::SecondFactorCodeMismatch | Error::SoftwareTokenCodeMismatch | Error::SoftwareTokenCodeReplayed,
        ) = &outcome
        {
            self.count_failure(pool, &sub).await?;
            if is_last {
                self.store.sessions().consume(&session.id, self.now()).await?;
            }
        }
        outcome
    }

    /// Checks the code of a factor; answers whether it changed the user.
    fn prove_factor(
        &self,
        pool: &Pool,
        user: &mut User,
        session: &AuthSession,
        factor: Factor,
        code: &Secret,
    ) -> Result<bool> {
        let next = awaited_factor(pool, user, &session.state.progress);
        let Some(attribute) = factor.attribute() else {
            if user.mfa.software_token.is_some() && !next.admits(factor) {
                return Err(Error::SessionInvalid);
            }
            self.spend_totp(user, code)?;
            return Ok(true);
        };
        let sent = session.state.code.as_ref().ok_or(Error::SessionInvalid)?;
        let is_theirs = user.attributes.get(attribute.as_str()) == Some(sent.destination.as_str());
        let is_awaited = if sent.sets_up {
            next.sets_up(factor)
        } else {
            next.admits(factor) && is_theirs
        };
        if !is_awaited {
            return Err(Error::SessionInvalid);
        }
        if !self.is_sent_code(session, sent, code) {
            return Err(Error::SecondFactorCodeMismatch);
        }
        if sent.sets_up {
            user.mfa.enable(factor);
        }
        let proves_new = sent.sets_up || !user.attributes.is_verified(attribute.as_str());
        if proves_new {
            user.verify(attribute, &sent.destination, self.now());
        }
        Ok(proves_new)
    }

    /// Answers SELECT_MFA_TYPE.
    pub async fn answer_select_mfa_type(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        selected: &str,
    ) -> Result<Outcome> {
        let session = self.session(pool, client, &answer, Step::SelectMfaType).await?;
        let mut user = self.session_user(pool, &session).await?;
        let next = awaited_factor(pool, &user, &session.state.progress);
        let selected = Factor::named(selected).filter(|factor| next.admits(*factor));
        let selected = selected
            .ok_or_else(|| Error::invalid_parameter("ANSWER is not one of the MFA types that can be chosen."))?;
        let progress = session.state.progress.clone();
        let next = Next::Challenge(selected);
        let challenge = self
            .second_factor_challenge(pool, client, &user, progress, next)
            .await?;
        let answered = Answered {
            session: &session,
            changes_user: false,
        };
        self.pose(challenge, pool, Some(&mut user), Some(answered)).await
    }
}
