//! CUSTOM_AUTH: a sign-in that the functions of a pool lead, challenge by challenge.

use poolhouse_model::ChallengeNameType;
use serde::{Deserialize, Serialize};

use crate::triggers::Metadata;
use crate::triggers::custom_challenges::{ChallengeResult, DefineAuthChallengeResponse};
use crate::{Error, Result};

/// How many challenges one sign-in may be asked to answer.
pub const MOST_CHALLENGES: usize = 100;

/// What the first entry of a sign-in is called that begins with the client's public value of SRP.
const SRP_A: &str = "SRP_A";

/// How far the functions have come with a sign-in on which they haven't decided yet. It may hold what only they and the
/// user should know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomSignIn {
    /// The challenges that were answered, the first one first.
    pub results: Vec<ChallengeResult>,
    /// The challenge that waits for its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posed: Option<PosedChallenge>,
    /// The client's public value of SRP, until the challenge that needs it is posed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srp_a: Option<String>,
}

/// A challenge that a function has named, and what another one made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PosedChallenge {
    pub name: ChallengeNameType,
    /// What the function is told that judges the answer.
    #[serde(default)]
    pub private_parameters: Metadata,
    /// What CreateAuthChallenge called it.
    #[serde(default)]
    pub metadata: Option<String>,
}

impl PosedChallenge {
    /// A challenge that the server itself poses and judges.
    pub fn built_in(name: ChallengeNameType) -> Self {
        Self {
            name,
            private_parameters: Metadata::new(),
            metadata: None,
        }
    }
}

impl CustomSignIn {
    /// A sign-in at its beginning, with the client's public value of SRP if it sent one.
    pub fn starting(srp_a: Option<String>) -> Self {
        let results = srp_a.iter().map(|_| result(SRP_A, true, None)).collect();
        Self {
            results,
            posed: None,
            srp_a,
        }
    }

    /// Notes how the challenge was answered that was posed, if one was.
    pub fn settle(&mut self, is_right: bool) {
        let Some(PosedChallenge { name, metadata, .. }) = self.posed.take() else {
            return;
        };
        self.results.push(result(name.as_str(), is_right, metadata));
        if name == ChallengeNameType::DeviceSrpAuth {
            // One proof in two steps.
            let second = ChallengeNameType::DevicePasswordVerifier;
            self.results.push(result(second.as_str(), is_right, None));
        }
    }

    /// Refuses to go on for ever.
    pub fn check_goes_on(&self) -> Result<()> {
        if self.results.len() < MOST_CHALLENGES {
            Ok(())
        } else {
            Err(Error::IncorrectUsernameOrPassword)
        }
    }
}

fn result(name: &str, is_right: bool, metadata: Option<String>) -> ChallengeResult {
    ChallengeResult {
        challenge_name: name.to_owned(),
        challenge_result: is_right,
        challenge_metadata: metadata,
    }
}

/// What DefineAuthChallenge decides on a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The user may not sign in.
    Refuse,
    /// The user gets tokens.
    Admit,
    /// The user has to answer this challenge first.
    Pose(ChallengeNameType),
}

impl Decision {
    /// Reads a response. A refusal stands whatever else is said; a response that says nothing is none.
    pub fn of(response: &DefineAuthChallengeResponse) -> Result<Self> {
        if response.fail_authentication == Some(true) {
            return Ok(Self::Refuse);
        }
        if response.issue_tokens == Some(true) {
            return Ok(Self::Admit);
        }
        let name = response.challenge_name.ok_or_else(Error::unrecognizable_answer)?;
        Ok(Self::Pose(name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sign_in::Progress;

    fn decide(response: serde_json::Value) -> Option<Decision> {
        let response: DefineAuthChallengeResponse = serde_json::from_value(response).ok()?;
        Decision::of(&response).ok()
    }

    #[test]
    fn a_refusal_stands_whatever_else_is_said() {
        let pose = ChallengeNameType::CustomChallenge;
        for (response, decision) in [
            (json!({ "failAuthentication": true }), Some(Decision::Refuse)),
            (
                json!({ "failAuthentication": true, "issueTokens": true, "challengeName": "CUSTOM_CHALLENGE" }),
                Some(Decision::Refuse),
            ),
            (
                json!({ "issueTokens": true, "challengeName": "CUSTOM_CHALLENGE" }),
                Some(Decision::Admit),
            ),
            (
                json!({ "issueTokens": false, "failAuthentication": null, "challengeName": "CUSTOM_CHALLENGE" }),
                Some(Decision::Pose(pose)),
            ),
            (json!({ "issueTokens": false, "failAuthentication": false }), None),
            (json!({}), None),
            (json!({ "challengeName": "SRP_A" }), None),
            (json!({ "challengeName": "" }), None),
            (json!({ "issueTokens": "true" }), None),
        ] {
            assert_eq!(decide(response.clone()), decision, "{response}");
        }
    }

    #[test]
    fn nothing_of_it_is_kept_in_the_clear() {
        let mut progress = Progress::default();
        let plain = serde_json::to_value(&progress).unwrap();
        progress.custom = Some(CustomSignIn::starting(Some("abc".to_owned())));
        assert_eq!(serde_json::to_value(&progress).unwrap(), plain);
    }

    #[test]
    fn every_answer_is_noted_once_and_their_number_is_limited() {
        let mut custom = CustomSignIn::starting(Some("abc".to_owned()));
        custom.settle(true);
        assert_eq!(custom.results, [result("SRP_A", true, None)]);
        custom.posed = Some(PosedChallenge {
            metadata: Some("captcha".to_owned()),
            ..PosedChallenge::built_in(ChallengeNameType::CustomChallenge)
        });
        custom.settle(false);
        custom.settle(true);
        assert_eq!(
            custom.results.last(),
            Some(&result("CUSTOM_CHALLENGE", false, Some("captcha".to_owned())))
        );
        custom.posed = Some(PosedChallenge::built_in(ChallengeNameType::DeviceSrpAuth));
        custom.settle(true);
        let names: Vec<&str> = custom
            .results
            .iter()
            .map(|result| result.challenge_name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "SRP_A",
                "CUSTOM_CHALLENGE",
                "DEVICE_SRP_AUTH",
                "DEVICE_PASSWORD_VERIFIER"
            ]
        );

        while custom.check_goes_on().is_ok() {
            custom.posed = Some(PosedChallenge::built_in(ChallengeNameType::CustomChallenge));
            custom.settle(false);
        }
        assert_eq!(custom.results.len(), MOST_CHALLENGES);
    }
}
