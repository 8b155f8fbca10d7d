//! [`AdminCreateUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html)
//!
//! *Differs from AWS:* where the invitation can't be sent, nobody is created.

use poolhouse_domain::Result;
use poolhouse_domain::attributes::Attributes;
use poolhouse_engine::{Cx, Handed, Invitation, Mediums};
use poolhouse_model::operations::AdminCreateUser;
use poolhouse_model::{AdminCreateUserRequest, AdminCreateUserResponse, MessageActionType};

use crate::Handle;

impl Handle for AdminCreateUser {
    async fn handle(cx: &Cx, input: AdminCreateUserRequest) -> Result<AdminCreateUserResponse> {
        let pool = cx.pool(&input.user_pool_id).await?;
        let cx = cx.handing(Handed::by_sign_up(input.client_metadata, input.validation_data));
        let temporary_password = input.temporary_password.as_ref();
        let mediums = Mediums::from_request(input.desired_delivery_mediums);
        let user = if input.message_action == Some(MessageActionType::Resend) {
            cx.invite_again(&pool, &input.username, temporary_password, &mediums)
                .await?
        } else {
            let invitation = Invitation {
                username: &input.username,
                attributes: Attributes::from_list(input.user_attributes.as_deref().unwrap_or_default()),
                temporary_password,
                mediums: (input.message_action != Some(MessageActionType::Suppress)).then_some(mediums),
                force_alias_creation: input.force_alias_creation.unwrap_or(false),
            };
            cx.invite(&pool, invitation).await?
        };
        Ok(AdminCreateUserResponse {
            user: Some(user.describe()),
        })
    }
}
