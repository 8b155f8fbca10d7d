//! [`ListWebAuthnCredentials`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListWebAuthnCredentials.html)

use poolhouse_domain::Result;
use poolhouse_domain::passkeys::Passkey;
use poolhouse_engine::Cx;
use poolhouse_model::operations::ListWebAuthnCredentials;
use poolhouse_model::{ListWebAuthnCredentialsRequest, ListWebAuthnCredentialsResponse};

use crate::Handle;

impl Handle for ListWebAuthnCredentials {
    async fn handle(cx: &Cx, input: ListWebAuthnCredentialsRequest) -> Result<ListWebAuthnCredentialsResponse> {
        let caller = cx.caller(&input.access_token).await?;
        let (pool, user) = (&caller.pool, &caller.user);
        let list = ["ListWebAuthnCredentials", pool.id(), &user.sub];
        let page = cx.page(&list, input.max_results, input.next_token.as_deref())?;
        let mut passkeys = cx.passkeys(pool, user).await?;
        passkeys.retain(|passkey| page.after.as_ref().is_none_or(|after| passkey.position() > *after));
        let next_token = cx.next_page(&list, &page, &mut passkeys, Passkey::position)?;
        Ok(ListWebAuthnCredentialsResponse {
            credentials: passkeys.iter().map(Passkey::describe).collect(),
            next_token,
        })
    }
}
