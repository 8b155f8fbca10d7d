//! [`DeleteUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUser.html)

use poolhouse_domain::Result;
use poolhouse_engine::Cx;
use poolhouse_model::DeleteUserRequest;
use poolhouse_model::operations::DeleteUser;

use crate::Handle;

impl Handle for DeleteUser {
    async fn handle(cx: &Cx, input: DeleteUserRequest) -> Result<()> {
        let caller = cx.caller(&input.access_token).await?;
        cx.delete_user(&caller.pool, &caller.user).await
    }
}
