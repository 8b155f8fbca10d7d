//! The answers to all challenges, from the API or from a page: which use case each one is.

use std::collections::BTreeMap;

use poolhouse_domain::clients::Client;
use poolhouse_domain::mfa::Factor;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{ChallengeNameType, Secret};

use super::choice::FirstFactor;
use super::srp::Proof;
use super::{Answer, Outcome};
use crate::Cx;

/// The `AuthParameters` or `ChallengeResponses` of a request, by their protocol names.
#[derive(Clone, Copy)]
pub struct Parameters<'a>(pub &'a BTreeMap<String, Secret>);

impl<'a> Parameters<'a> {
    pub fn get(self, name: &str) -> Option<&'a Secret> {
        self.0.get(name)
    }

    /// A parameter that is there and not empty.
    pub fn given(self, name: &str) -> Option<&'a Secret> {
        self.get(name).filter(|value| !value.expose().is_empty())
    }

    /// The device that the client says it is.
    pub fn device_key(self) -> Option<&'a str> {
        self.given("DEVICE_KEY").map(Secret::expose)
    }

    /// A parameter that must be there and not be empty.
    pub fn required(self, name: &'static str) -> Result<&'a Secret> {
        self.given(name).ok_or(Error::MissingParameter(name))
    }

    /// What a client sends along with its choice of a first factor.
    pub fn first_factor(self) -> FirstFactor<'a> {
        FirstFactor {
            password: self.given("PASSWORD"),
            srp_a: self.given("SRP_A"),
        }
    }

    /// The client's proof by SRP.
    fn proof(self, username: &'a str) -> Result<Proof<'a>> {
        Ok(Proof {
            username,
            signature: self.required("PASSWORD_CLAIM_SIGNATURE")?,
            secret_block: self.required("PASSWORD_CLAIM_SECRET_BLOCK")?,
            timestamp: self.required("TIMESTAMP")?,
            device_key: self.device_key(),
        })
    }
}

/// The answer to a challenge, whatever it is.
pub struct Response<'a> {
    pub challenge: ChallengeNameType,
    pub session: Option<&'a Secret>,
    pub responses: &'a BTreeMap<String, Secret>,
    /// Whether it comes from a page of managed login.
    pub is_browser: bool,
}

impl Cx {
    /// Continues a sign-in with the answer to a challenge.
    pub async fn respond(&self, pool: &Pool, client: &Client, response: Response<'_>) -> Result<Outcome> {
        let Response {
            challenge,
            session,
            responses,
            is_browser,
        } = response;
        let parameters = Parameters(responses);
        let username = if is_browser {
            // A page knows its user by the session.
            ""
        } else {
            parameters.required("USERNAME")?.expose()
        };
        if challenge == ChallengeNameType::PasswordVerifier && !is_browser {
            let proof = parameters.proof(username)?;
            return self.answer_password_verifier(pool, client, proof).await;
        }
        let implied = match (session, challenge) {
            (None, ChallengeNameType::DeviceSrpAuth) => {
                let device_key = parameters.required("DEVICE_KEY")?.expose();
                let session = self.implied_device_session(pool, client, username, device_key);
                Some(session.await?)
            }
            (None, ChallengeNameType::DevicePasswordVerifier) => {
                let block = parameters.required("PASSWORD_CLAIM_SECRET_BLOCK")?;
                Some(self.implied_verifier_session(block)?)
            }
            _ => None,
        };
        let session = session.or(implied.as_ref());
        let answer = Answer {
            session: session.ok_or(Error::MissingParameter("Session"))?,
            username,
            responses,
            is_browser,
        };
        match challenge {
            ChallengeNameType::SelectChallenge => {
                let selected = parameters.required("ANSWER")?.expose();
                let given = parameters.first_factor();
                self.answer_select_challenge(pool, client, answer, selected, given)
                    .await
            }
            ChallengeNameType::Password => {
                let password = parameters.required("PASSWORD")?;
                self.answer_password(pool, client, answer, password).await
            }
            ChallengeNameType::PasswordSrp => {
                let srp_a = parameters.required("SRP_A")?;
                self.answer_password_srp(pool, client, answer, srp_a).await
            }
            ChallengeNameType::WebAuthn => {
                let credential = parameters.required("CREDENTIAL")?;
                self.answer_passkey(pool, client, answer, credential).await
            }
            ChallengeNameType::SmsOtp => {
                let code = parameters.required("SMS_OTP_CODE")?;
                self.answer_one_time_code(pool, client, Factor::Sms, answer, code).await
            }
            ChallengeNameType::EmailOtp => {
                let code = parameters.required("EMAIL_OTP_CODE")?;
                self.answer_email_otp(pool, client, answer, code).await
            }
            ChallengeNameType::SmsMfa => {
                let code = parameters.required("SMS_MFA_CODE")?;
                self.answer_second_factor(pool, client, Factor::Sms, answer, code).await
            }
            ChallengeNameType::SoftwareTokenMfa => {
                let code = parameters.required("SOFTWARE_TOKEN_MFA_CODE")?;
                self.answer_second_factor(pool, client, Factor::SoftwareToken, answer, code)
                    .await
            }
            ChallengeNameType::SelectMfaType => {
                let selected = parameters.required("ANSWER")?.expose();
                self.answer_select_mfa_type(pool, client, answer, selected).await
            }
            ChallengeNameType::MfaSetup => self.answer_mfa_setup(pool, client, answer).await,
            ChallengeNameType::DeviceSrpAuth => {
                let device_key = parameters.required("DEVICE_KEY")?.expose();
                let srp_a = parameters.required("SRP_A")?;
                self.answer_device_srp(pool, client, answer, device_key, srp_a).await
            }
            ChallengeNameType::DevicePasswordVerifier => {
                let device_key = parameters.required("DEVICE_KEY")?.expose();
                let proof = parameters.proof(username)?;
                self.answer_device_password_verifier(pool, client, answer, device_key, proof)
                    .await
            }
            ChallengeNameType::NewPasswordRequired => self.answer_new_password(pool, client, answer).await,
            ChallengeNameType::CustomChallenge => {
                let given = parameters.required("ANSWER")?;
                self.answer_custom_challenge(pool, client, answer, given).await
            }
            ChallengeNameType::AdminNoSrpAuth => {
                let password = parameters.required("PASSWORD")?;
                self.answer_admin_password(pool, client, answer, password).await
            }
            ChallengeNameType::PasswordVerifier => Err(Error::SessionInvalid),
        }
    }
}
