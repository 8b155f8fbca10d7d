//! DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse: they lead a sign-in.

use poolhouse_domain::triggers::Metadata;
use poolhouse_domain::triggers::custom_challenges::{
    ChallengeResult, CreateAuthChallengeRequest, CreateAuthChallengeResponse, DefineAuthChallengeRequest,
    DefineAuthChallengeResponse, VerifyAuthChallengeRequest,
};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{ChallengeNameType, LambdaConfigType, Secret};

use super::{Function, Triggers};

/// Whose sign-in the functions lead.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// None when the name belongs to nobody.
    pub user: Option<&'a User>,
    /// The name that was typed.
    pub typed: &'a str,
}

impl<'a> Subject<'a> {
    /// The name by which events call them.
    fn name(self) -> &'a str {
        self.user.map_or(self.typed, |user| &user.username)
    }
}

impl<'a> Triggers<'a> {
    /// Refuses to begin what no function leads.
    pub fn check_leads_sign_ins(self) -> Result<()> {
        self.leading(|config| config.define_auth_challenge.as_deref()).map(drop)
    }

    /// Asks what comes next after the challenges so far.
    pub async fn define_auth_challenge(
        self,
        subject: Subject<'_>,
        session: Vec<ChallengeResult>,
    ) -> Result<DefineAuthChallengeResponse> {
        let function = self.leading(|config| config.define_auth_challenge.as_deref())?;
        let request = DefineAuthChallengeRequest {
            user_attributes: self.attributes_of(subject.user),
            session,
            client_metadata: self.cx.handed.client_metadata(),
            user_not_found: subject.user.is_none(),
        };
        let source = "DefineAuthChallenge_Authentication";
        self.call(function, source, subject.name(), request).await
    }

    /// Asks for a challenge of the pool's own.
    pub async fn create_auth_challenge(
        self,
        subject: Subject<'_>,
        session: Vec<ChallengeResult>,
    ) -> Result<CreateAuthChallengeResponse> {
        let function = self.leading(|config| config.create_auth_challenge.as_deref())?;
        let request = CreateAuthChallengeRequest {
            user_attributes: self.attributes_of(subject.user),
            challenge_name: ChallengeNameType::CustomChallenge.as_str().to_owned(),
            session,
            client_metadata: self.cx.handed.client_metadata(),
            user_not_found: subject.user.is_none(),
        };
        let source = "CreateAuthChallenge_Authentication";
        self.call(function, source, subject.name(), request).await
    }

    /// Asks whether the answer to a challenge with these parameters is right.
    pub async fn verify_auth_challenge_response(
        self,
        subject: Subject<'_>,
        private_challenge_parameters: Metadata,
        answer: &Secret,
    ) -> Result<bool> {
        let function = self.leading(|config| config.verify_auth_challenge_response.as_deref())?;
        let request = VerifyAuthChallengeRequest {
            user_attributes: self.attributes_of(subject.user),
            private_challenge_parameters,
            challenge_answer: answer.expose().to_owned(),
            client_metadata: self.cx.handed.client_metadata(),
            user_not_found: subject.user.is_none(),
        };
        let source = "VerifyAuthChallengeResponse_Authentication";
        let response = self.call(function, source, subject.name(), request).await?;
        Ok(response.answer_correct == Some(true))
    }

    /// One of the three functions, none of which can be done without.
    fn leading(self, trigger: fn(&LambdaConfigType) -> Option<&str>) -> Result<Function<'a>> {
        self.function(trigger)
            .ok_or_else(|| Error::invalid_parameter("Custom auth lambda trigger is not configured for the user pool."))
    }
}
