//! PreSignUp: lets somebody sign up, or not, and may spare them the codes.

use poolhouse_model::VerifiedAttributeType;
use serde::{Deserialize, Serialize};

use super::{Metadata, Request, or_default};
use crate::attributes::{Attributes, verified_name};
use crate::{Error, Result};

/// The `request` of PreSignUp.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreSignUpRequest {
    /// As they were given: the user has no `sub` yet.
    pub user_attributes: Metadata,
    pub validation_data: Option<Metadata>,
    pub client_metadata: Metadata,
}

/// The `response` of PreSignUp.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreSignUpResponse {
    /// Whether the user is confirmed at once.
    #[serde(deserialize_with = "or_default")]
    pub auto_confirm_user: bool,
    #[serde(deserialize_with = "or_default")]
    pub auto_verify_email: bool,
    #[serde(deserialize_with = "or_default")]
    pub auto_verify_phone: bool,
}

impl Request for PreSignUpRequest {
    const TRIGGER: &'static str = "PreSignUp";
    type Response = PreSignUpResponse;
}

impl PreSignUpResponse {
    /// Marks the attributes verified that the function vouches for, which must be there. Whether there are any.
    pub fn verify(self, attributes: &mut Attributes) -> Result<bool> {
        let vouched = [
            (VerifiedAttributeType::Email, self.auto_verify_email),
            (VerifiedAttributeType::PhoneNumber, self.auto_verify_phone),
        ];
        for (attribute, _) in vouched.into_iter().filter(|(_, is_vouched)| *is_vouched) {
            if attributes.given(attribute.as_str()).is_none() {
                let refusal = format!("Cannot auto-verify {attribute}: the user has none.");
                return Err(Error::TriggerAnswer(refusal.into()));
            }
            attributes.set(verified_name(attribute), "true");
        }
        Ok(self.auto_verify_email || self.auto_verify_phone)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn null_and_nothing_are_no() {
        let read = |response| from_value::<PreSignUpResponse>(response).unwrap();
        assert_eq!(read(json!({})), PreSignUpResponse::default());
        assert_eq!(read(json!({ "autoConfirmUser": null })), PreSignUpResponse::default());
        assert!(read(json!({ "autoConfirmUser": true })).auto_confirm_user);
        assert!(from_value::<PreSignUpResponse>(json!({ "autoConfirmUser": "true" })).is_err());
        assert_eq!(
            to_value(PreSignUpResponse::default()).unwrap(),
            json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false })
        );
    }

    #[test]
    fn only_what_is_there_is_verified() {
        let response = PreSignUpResponse {
            auto_verify_email: true,
            ..PreSignUpResponse::default()
        };
        let mut attributes: Attributes = [("email", "a@example.com"), ("phone_number", "+15555550100")]
            .into_iter()
            .collect();
        assert!(response.verify(&mut attributes).unwrap());
        assert!(attributes.is_verified("email") && !attributes.is_verified("phone_number"));
        let refusal = response.verify(&mut Attributes::default()).unwrap_err();
        assert_eq!(refusal.to_string(), "Cannot auto-verify email: the user has none.");
    }
}
