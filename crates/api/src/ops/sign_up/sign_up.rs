//! [`SignUp`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html)
//!
//! *Differs from AWS:* where no message can be sent, or not to this address, nobody is signed up.

use poolhouse_domain::Result;
use poolhouse_domain::attributes::Attributes;
use poolhouse_engine::{Cx, Handed, Registration};
use poolhouse_model::operations::SignUp;
use poolhouse_model::{SignUpRequest, SignUpResponse, UserStatusType};

use crate::Handle;

impl Handle for SignUp {
    async fn handle(cx: &Cx, input: SignUpRequest) -> Result<SignUpResponse> {
        let (pool, client) = cx.client(&input.client_id).await?;
        client.check_secret_hash(&input.username, input.secret_hash.as_ref())?;
        let registration = Registration {
            username: &input.username,
            password: input.password.as_ref(),
            attributes: Attributes::from_list(input.user_attributes.as_deref().unwrap_or_default()),
            is_browser: false,
        };
        let cx = cx.handing(Handed::by_sign_up(input.client_metadata, input.validation_data));
        let registered = cx.sign_up(&pool, &client, registration).await?;
        Ok(SignUpResponse {
            user_confirmed: registered.user.status == UserStatusType::Confirmed,
            code_delivery_details: registered.delivery,
            user_sub: registered.user.sub,
            session: registered.session,
        })
    }
}
