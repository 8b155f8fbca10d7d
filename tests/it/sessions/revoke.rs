//! RevokeUserSession, AdminRevokeUserSession, and what RevokeToken does to a session.

use poolhouse_tests::actors::SignedIn;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    NOT_FOUND, NOT_TRACKED, assert_ended, assert_stands, configure, not_tracking, own_session, sessions, sessions_of,
    tracked,
};

/// Two sign-ins of one user, whose sessions are tracked.
async fn two(lab: &Lab) -> (SignedIn, SignedIn) {
    let alice = tracked(lab, 20).await.confirmed_user("alice").await;
    (alice.sign_in().await, alice.sign_in().await)
}

fn session(id: &str) -> Value {
    json!({ "SessionId": id })
}

scenario! {
    async fn users_end_another_session_of_theirs_at_once(lab: Lab) {
        let (here, there) = two(&lab).await;
        let refreshed = there.refresh().await.ok();
        let ended = session(&own_session(&there).await);
        assert_eq!(here.call("RevokeUserSession", ended.clone()).await.ok(), json!({}));
        assert_ended(&there).await;
        let access = json!({ "AccessToken": refreshed["AuthenticationResult"]["AccessToken"] });
        lab.call("GetUser", access).await.fault("NotAuthorizedException", "Access Token has been revoked");
        assert_stands(&here).await;
        assert_eq!(sessions(&here).await.len(), 1);
        here.call("RevokeUserSession", ended).await.fault(NOT_FOUND.0, NOT_FOUND.1);
    }

    async fn users_do_not_end_the_session_that_asks(lab: Lab) {
        let (here, there) = two(&lab).await;
        let own = session(&own_session(&here).await);
        let sentence = "The current session cannot be revoked.";
        here.call("RevokeUserSession", own.clone()).await.fault("InvalidParameterException", sentence);
        assert_stands(&here).await;
        // From elsewhere it may be ended.
        there.call("RevokeUserSession", own).await.ok();
        assert_ended(&here).await;
    }

    async fn nobody_ends_the_session_of_somebody_else(lab: Lab) {
        let client = tracked(&lab, 20).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let mallory = client.confirmed_user("mallory").await.sign_in().await;
        let of_alice = session(&own_session(&alice).await);
        mallory.call("RevokeUserSession", of_alice.clone()).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        mallory.user.admin_call("AdminRevokeUserSession", of_alice.clone()).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        let other_pool = tracked(&lab, 20).await.confirmed_user("alice").await;
        other_pool.admin_call("AdminRevokeUserSession", of_alice.clone()).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        let nobody = json!({ "Username": "nobody", "SessionId": of_alice["SessionId"] });
        client.pool.call("AdminRevokeUserSession", nobody).await
            .fault("UserNotFoundException", "User does not exist.");
        assert_stands(&alice).await;
    }

    async fn administrators_end_any_session(lab: Lab) {
        let (here, there) = two(&lab).await;
        let ended = session(&own_session(&here).await);
        assert_eq!(here.user.admin_call("AdminRevokeUserSession", ended.clone()).await.ok(), json!({}));
        assert_ended(&here).await;
        assert_stands(&there).await;
        here.user.admin_call("AdminRevokeUserSession", ended).await.fault(NOT_FOUND.0, NOT_FOUND.1);
    }

    async fn no_session_of_the_api_is_linked_to_another(lab: Lab) {
        let (here, there) = two(&lab).await;
        let third = here.user.sign_in().await;
        let linked = |id: &str| json!({ "SessionId": id, "RevokeAssociatedSessions": "LINKED" });
        here.call("RevokeUserSession", linked(&own_session(&there).await)).await.ok();
        assert_ended(&there).await;
        here.user.admin_call("AdminRevokeUserSession", linked(&own_session(&third).await)).await.ok();
        assert_ended(&third).await;
        assert_stands(&here).await;

        let fourth = here.user.sign_in().await;
        let client = &here.user.client;
        let token = json!({ "Token": here.tokens.refresh, "RevokeAssociatedSessions": "LINKED" });
        client.call("RevokeToken", token).await.ok();
        assert_ended(&here).await;
        assert_eq!(sessions_of(&here.user).await.len(), 1);
        assert_stands(&fourth).await;
    }

    async fn what_is_no_session_is_not_ended(lab: Lab) {
        let (here, _) = two(&lab).await;
        for unknown in [format!("tkn{}", "a".repeat(25)), format!("sso{}", "0".repeat(25))] {
            here.call("RevokeUserSession", session(&unknown)).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        }
        let sentence = |id: &str| format!(
            "1 validation error detected: Value '{id}' at 'sessionId' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: ^(tkn|sso)[a-z0-9]{{25}}$"
        );
        let upper = format!("tkn{}", "A".repeat(25));
        here.call("RevokeUserSession", session(&upper)).await.fault("InvalidParameterException", &sentence(&upper));
        here.user.admin_call("AdminRevokeUserSession", session(&upper)).await
            .fault("InvalidParameterException", &sentence(&upper));
        assert_eq!(sessions(&here).await.len(), 2);
    }

    async fn nothing_is_ended_this_way_while_nothing_is_tracked(lab: Lab) {
        let (here, there) = two(&lab).await;
        let id = session(&own_session(&there).await);
        configure(&here.user.client.pool, not_tracking()).await;
        here.call("RevokeUserSession", id.clone()).await.fault(NOT_TRACKED.0, NOT_TRACKED.1);
        here.user.admin_call("AdminRevokeUserSession", id).await.fault(NOT_TRACKED.0, NOT_TRACKED.1);
        assert_stands(&there).await;
    }
}
