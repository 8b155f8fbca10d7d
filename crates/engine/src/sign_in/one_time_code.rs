//! Codes that are sent to sign in with: as the first factor (EMAIL_OTP and SMS_OTP of a choice-based sign-in), and what
//! they have in common with the codes of second factors.

use std::collections::BTreeMap;

use poolhouse_crypto::hmac;
use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::clients::Client;
use poolhouse_domain::codes::{Attempt, CodePurpose};
use poolhouse_domain::delivery::Channel;
use poolhouse_domain::mfa::Factor;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, GUESSES_PER_SESSION, SentCode, Step};
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::templates::{self, Values};
use poolhouse_domain::triggers::ConfirmationSource;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, HOUR, Result};
use poolhouse_model::{ChallengeNameType, Secret, UserStatusType};
use poolhouse_outbound::Kind;

use super::choice::available;
use super::sessions::Challenge;
use super::{Answer, Answered, Outcome};
use crate::Cx;
use crate::messages::{Draft, Reveals};

/// The digits of a code that lets in alone.
const FIRST_FACTOR_DIGITS: usize = 8;

impl Cx {
    /// The challenge that asks for a code as the first factor. Without a user it only looks like one.
    pub(super) async fn one_time_code_challenge(
        &self,
        pool: &Pool,
        client: &Client,
        user: Option<&User>,
        progress: Progress,
        factor: Factor,
    ) -> Result<Challenge> {
        let subject = self.subject(pool, user, progress.typed());
        self.count_attempt(pool, &subject, Attempt::SignInCode).await?;
        let typed = progress.typed().to_owned();
        let session = self.new_session(client, user, progress, Step::OneTimeCode(factor));
        let mut challenge = if let Some(user) = user {
            let channel = factor.attribute().and_then(|name| Channel::of(name, &user.attributes));
            let channel = channel.ok_or(Error::IncorrectUsernameOrPassword)?;
            let way = (&channel, FIRST_FACTOR_DIGITS, false);
            match self.sent_code_challenge(pool, user, session.clone(), way).await {
                // Like an unknown name: nobody learns that this user was sent too many messages.
                Err(Error::AttemptLimitExceeded) if client.prevents_user_existence_errors() => {
                    Challenge::new(ChallengeNameType::EmailOtp, session, delivery_parameters(&channel))
                }
                challenge => challenge?,
            }
        } else {
            let channel = self.simulated_channel(pool, simulated_purpose(factor), &typed);
            Challenge::new(ChallengeNameType::EmailOtp, session, delivery_parameters(&channel))
        };
        challenge.name = first_challenge(factor);
        challenge.available = Some(vec![challenge.name]);
        Ok(challenge)
    }

    /// Answers EMAIL_OTP, which asks for a first or a second factor.
    pub async fn answer_email_otp(
        &self,
        pool: &Pool,
        client: &Client,
        answer: Answer<'_>,
        code: &Secret,
    ) -> Result<Outcome> {
        let session = self.session_at(pool, client, &answer).await?;
        if session.state.step == Step::OneTimeCode(Factor::Email) {
            self.answer_one_time_code(pool, client, Factor::Email, answer, code)
                .await
        } else {
            self.answer_second_factor(pool, client, Factor::Email, answer, code)
                .await
        }
    }

    /// Answers the challenge of a code as the first factor. Right digits verify where they went and confirm a sign-up.
    /// Wrong ones never end the session nor make the user pause, but after a few no digits are right any more. Whoever
    /// guesses passwords can't keep the user from signing in by a code.
    pub async fn answer_one_time_code(
        &self,
        pool: &Pool,
        client: &Client,
        factor: Factor,
        answer: Answer<'_>,
        code: &Secret,
    ) -> Result<Outcome> {
        let session = self.session(pool, client, &answer, Step::OneTimeCode(factor)).await?;
        let user = self.find_session_user(pool, &session).await?;
        self.check_address(pool).await?;
        let key = format!("session:{}", session.id);
        let guesses = self.store.counters().count(pool.id(), &key, self.now(), HOUR).await?;
        let sent = session.state.code.as_ref();
        let is_right = sent.is_some_and(|sent| self.is_sent_code(&session, sent, code));
        let (Some(sent), Some(user)) = (sent, user.filter(|_| is_right && guesses <= GUESSES_PER_SESSION)) else {
            self.count_address(pool.id()).await?;
            return Err(Error::SecondFactorCodeMismatch);
        };
        let attribute = factor.attribute().ok_or(Error::SessionInvalid)?;
        let settle = async |mut user: User| {
            user.check_enabled()?;
            if user.attributes.get(attribute.as_str()) != Some(sent.destination.as_str()) {
                return Err(Error::SessionInvalid);
            }
            let mut progress = session.state.progress.clone();
            if !available(pool, &user, false, &progress).contains(&first_challenge(factor)) {
                return Err(Error::SessionInvalid);
            }
            let confirms = user.status == UserStatusType::Unconfirmed;
            if confirms {
                user.status = UserStatusType::Confirmed;
            }
            let verifies = !user.attributes.is_verified(attribute.as_str());
            if verifies {
                user.verify(attribute, &sent.destination, self.now());
            }
            progress.methods.add(factor.into());
            let answered = Answered {
                session: &session,
                changes_user: confirms || verifies,
            };
            let outcome = self.advance(pool, client, &mut user, progress, Some(answered)).await?;
            Ok((outcome, confirms.then_some(user)))
        };
        let (outcome, confirmed) = self.change_user(pool, user, settle).await?;
        if let Some(user) = confirmed {
            let triggers = self.triggers(pool, Some(client));
            triggers.post_confirmation(ConfirmationSource::SignUp, &user).await?;
        }
        Ok(outcome)
    }

    /// The challenge of `session` with a code that is sent to a contact; the last of `way` says whether it sets a second
    /// factor up.
    pub(super) async fn sent_code_challenge(
        &self,
        pool: &Pool,
        user: &User,
        mut session: AuthSession,
        (channel, digits, sets_up): (&Channel, usize, bool),
    ) -> Result<Challenge> {
        let digits = self.entropy.digits(digits);
        session.state.code = Some(SentCode {
            hash: self.hash_sent_code(&session, &digits),
            destination: channel.destination.clone(),
            sets_up,
        });
        let draft = Draft {
            user,
            channel,
            kind: Kind::Authentication,
            template: templates::authentication(&pool.settings, pool.factors.email.as_ref(), channel.attribute),
            values: Values {
                code: &digits,
                ..Values::default()
            },
            reveals: Reveals::Code,
        };
        let triggers = self.triggers_for(pool, &session.state.client_id);
        let outgoing = self.compose(triggers, pool, &draft).await?;
        self.check_outgoing(&outgoing).await?;
        let mut challenge = Challenge::new(ChallengeNameType::EmailOtp, session, delivery_parameters(channel));
        challenge.message = Some(outgoing);
        Ok(challenge)
    }

    /// Whether `digits` are those that were sent for `session`.
    pub(super) fn is_sent_code(&self, session: &AuthSession, sent: &SentCode, digits: &Secret) -> bool {
        let hash = self.hash_sent_code(session, digits.expose());
        hmac::constant_time_eq(sent.hash.as_bytes(), hash.as_bytes())
    }

    fn hash_sent_code(&self, session: &AuthSession, digits: &str) -> String {
        let parts = [session.pool_id.as_bytes(), session.id.as_bytes(), digits.as_bytes()];
        self.keyed_hash(Purpose::new("sign-in code"), &parts)
    }
}

/// The challenge that asks for a code of `factor` as the first factor.
fn first_challenge(factor: Factor) -> ChallengeNameType {
    match factor {
        Factor::Sms => ChallengeNameType::SmsOtp,
        Factor::Email | Factor::SoftwareToken => ChallengeNameType::EmailOtp,
    }
}

/// What a challenge tells of where its code went.
fn delivery_parameters(channel: &Channel) -> BTreeMap<String, String> {
    BTreeMap::from([
        (
            "CODE_DELIVERY_DELIVERY_MEDIUM".to_owned(),
            channel.medium().as_str().to_owned(),
        ),
        ("CODE_DELIVERY_DESTINATION".to_owned(), channel.masked()),
    ])
}

/// What a code to the contact of `factor` would verify.
fn simulated_purpose(factor: Factor) -> CodePurpose {
    match factor {
        Factor::Sms => CodePurpose::VerifyPhoneNumber,
        Factor::Email | Factor::SoftwareToken => CodePurpose::VerifyEmail,
    }
}
