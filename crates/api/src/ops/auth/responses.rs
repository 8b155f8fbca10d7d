//! What RespondToAuthChallenge and AdminRespondToAuthChallenge do: continue a sign-in with the answer to a challenge.

use std::collections::BTreeMap;

use poolhouse_domain::clients::Client;
use poolhouse_domain::mfa::Factor;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{Answer, Cx, Outcome, SrpProof};
use poolhouse_model::{ChallengeNameType, Secret};

use super::Parameters;
use super::initiation::first_factor;

/// Continues a sign-in with the answer to a challenge.
pub(super) async fn respond(
    cx: &Cx,
    (pool, client): (&Pool, &Client),
    challenge: ChallengeNameType,
    session: Option<&Secret>,
    responses: &BTreeMap<String, Secret>,
) -> Result<Outcome> {
    let parameters = Parameters(responses);
    let username = parameters.required("USERNAME")?.expose();
    client.check_secret_hash(username, parameters.get("SECRET_HASH"))?;
    if challenge == ChallengeNameType::PasswordVerifier {
        let proof = proof(username, &parameters)?;
        return cx.answer_password_verifier(pool, client, proof).await;
    }
    if matches!(
        challenge,
        ChallengeNameType::CustomChallenge | ChallengeNameType::AdminNoSrpAuth
    ) {
        return Err(Error::NotImplemented(format!("The challenge {challenge}").into()));
    }
    let answer = Answer {
        session: session.ok_or(Error::MissingParameter("Session"))?,
        username,
        responses,
        is_browser: false,
    };
    match challenge {
        ChallengeNameType::SelectChallenge => {
            let selected = parameters.required("ANSWER")?.expose();
            let given = first_factor(&parameters);
            cx.answer_select_challenge(pool, client, answer, selected, given).await
        }
        ChallengeNameType::Password => {
            let password = parameters.required("PASSWORD")?;
            cx.answer_password(pool, client, answer, password).await
        }
        ChallengeNameType::PasswordSrp => {
            let srp_a = parameters.required("SRP_A")?;
            cx.answer_password_srp(pool, client, answer, srp_a).await
        }
        ChallengeNameType::WebAuthn => {
            let credential = parameters.required("CREDENTIAL")?;
            cx.answer_passkey(pool, client, answer, credential).await
        }
        ChallengeNameType::SmsOtp => {
            let code = parameters.required("SMS_OTP_CODE")?;
            cx.answer_one_time_code(pool, client, Factor::Sms, answer, code).await
        }
        ChallengeNameType::EmailOtp => {
            let code = parameters.required("EMAIL_OTP_CODE")?;
            cx.answer_email_otp(pool, client, answer, code).await
        }
        ChallengeNameType::SmsMfa => {
            let code = parameters.required("SMS_MFA_CODE")?;
            cx.answer_second_factor(pool, client, Factor::Sms, answer, code).await
        }
        ChallengeNameType::SoftwareTokenMfa => {
            let code = parameters.required("SOFTWARE_TOKEN_MFA_CODE")?;
            cx.answer_second_factor(pool, client, Factor::SoftwareToken, answer, code)
                .await
        }
        ChallengeNameType::SelectMfaType => {
            let selected = parameters.required("ANSWER")?.expose();
            cx.answer_select_mfa_type(pool, client, answer, selected).await
        }
        ChallengeNameType::MfaSetup => cx.answer_mfa_setup(pool, client, answer).await,
        ChallengeNameType::DeviceSrpAuth => {
            let device_key = parameters.required("DEVICE_KEY")?.expose();
            let srp_a = parameters.required("SRP_A")?;
            cx.answer_device_srp(pool, client, answer, device_key, srp_a).await
        }
        ChallengeNameType::DevicePasswordVerifier => {
            let device_key = parameters.required("DEVICE_KEY")?.expose();
            let proof = proof(username, &parameters)?;
            cx.answer_device_password_verifier(pool, client, answer, device_key, proof)
                .await
        }
        ChallengeNameType::NewPasswordRequired => cx.answer_new_password(pool, client, answer).await,
        ChallengeNameType::PasswordVerifier
        | ChallengeNameType::CustomChallenge
        | ChallengeNameType::AdminNoSrpAuth => Err(Error::SessionInvalid),
    }
}

/// The client's proof by SRP.
fn proof<'a>(username: &'a str, parameters: &Parameters<'a>) -> Result<SrpProof<'a>> {
    Ok(SrpProof {
        username,
        signature: parameters.required("PASSWORD_CLAIM_SIGNATURE")?,
        secret_block: parameters.required("PASSWORD_CLAIM_SECRET_BLOCK")?,
        timestamp: parameters.required("TIMESTAMP")?,
        device_key: parameters.device_key(),
    })
}
