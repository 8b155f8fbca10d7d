//! ListUserSessions and AdminListUserSessions.

use poolhouse_tests::actors::{SignedIn, Tokens};
use poolhouse_tests::clock::{days, minutes};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{
    NOT_TRACKED, by_password, call_from, configure, id, ids, not_tracking, own_session, sessions, sessions_of, tracked,
    tracking,
};

/// The time at which a lab begins, in seconds.
const START: i64 = 1_800_000_000;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0";

fn is_token_session_id(id: &str) -> bool {
    let random = id.strip_prefix("tkn").unwrap_or_default();
    random.len() == 25
        && random
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

scenario! {
    async fn a_sign_in_begins_a_session_and_a_refresh_goes_on_with_it(lab: Lab) {
        let client = tracked(&lab, 20).await;
        let alice = client.confirmed_user("alice").await;
        let output = call_from(&lab, ("192.0.2.1", FIREFOX), "InitiateAuth", by_password(&alice)).await.ok();
        let alice = SignedIn { user: alice, tokens: Tokens::of(&output) };
        let listed = sessions(&alice).await;
        let session_id = id(&listed[0]);
        assert!(is_token_session_id(&session_id), "{session_id}");
        let expected = |last_active: i64, (address, device): (&str, &str), current: bool| json!([{
            "SessionId": session_id, "SessionType": "TOKEN", "ClientId": client.id, "CreateDate": START,
            "LastActiveDate": last_active, "LastIPAddress": address, "DeviceType": device, "IsCurrentSession": current
        }]);
        assert_eq!(Value::from(listed), expected(START, ("192.0.2.1", "Linux, Firefox"), true));
        assert_eq!(Value::from(sessions_of(&alice.user).await), expected(START, ("192.0.2.1", "Linux, Firefox"), false));

        lab.clock.advance(minutes(10));
        let parameters = json!({ "REFRESH_TOKEN": alice.tokens.refresh });
        let input = json!({ "ClientId": client.id, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters });
        let output = call_from(&lab, ("2001:db8::2", "Boto3/1.34.1"), "InitiateAuth", input).await.ok();
        let access = json!({ "AccessToken": output["AuthenticationResult"]["AccessToken"] });
        let refreshed = lab.call("ListUserSessions", access).await.ok();
        assert_eq!(refreshed["Sessions"], expected(START + 600, ("2001:db8::2", "unknown"), true));

        // What is not a refresh leaves no trace.
        lab.clock.advance(minutes(10));
        alice.get_user().await.ok();
        assert_eq!(Value::from(sessions_of(&alice.user).await), expected(START + 600, ("2001:db8::2", "unknown"), false));
    }

    async fn rotation_is_activity_too(lab: Lab) {
        let pool = lab.pool().await;
        configure(&pool, tracking(20)).await;
        let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 });
        let flows = json!(["ALLOW_USER_PASSWORD_AUTH"]);
        let client = pool.client_with(json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": flows })).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let before = own_session(&alice).await;
        lab.clock.advance(minutes(1));
        client.call("GetTokensFromRefreshToken", json!({ "RefreshToken": alice.tokens.refresh })).await.ok();
        let listed = sessions_of(&alice.user).await;
        assert_eq!(ids(&listed), [before]);
        assert_eq!(listed[0]["LastActiveDate"], START + 60);
        assert_eq!(listed[0]["LastIPAddress"], Value::Null);
    }

    async fn the_sessions_of_all_clients_are_listed_the_newest_first(lab: Lab) {
        let client = tracked(&lab, 20).await;
        let other_client = client.pool.client().await;
        let alice = client.confirmed_user("alice").await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        let first = alice.sign_in().await;
        lab.clock.advance(minutes(1));
        let mut elsewhere = alice.clone();
        elsewhere.client = other_client.clone();
        let second = elsewhere.sign_in().await;
        let listed = sessions(&first).await;
        let current: Vec<_> = listed.iter().map(|session| session["IsCurrentSession"].clone()).collect();
        let clients: Vec<_> = listed.iter().map(|session| session["ClientId"].clone()).collect();
        assert_eq!(current, [false, true]);
        assert_eq!(clients, [other_client.id.as_str(), client.id.as_str()]);
        assert_eq!(own_session(&second).await, id(&listed[0]));
        assert_eq!(sessions(&bob).await.len(), 1);
        assert_eq!(ids(&sessions_of(&alice).await), ids(&listed));
    }

    async fn sessions_that_ended_or_expired_are_not_listed(lab: Lab) {
        let client = tracked(&lab, 20).await;
        let alice = client.confirmed_user("alice").await;
        assert_eq!(sessions_of(&alice).await, [] as [Value; 0]);
        let first = alice.sign_in().await;
        client.call("RevokeToken", json!({ "Token": first.tokens.refresh })).await.ok();
        assert_eq!(sessions_of(&alice).await, [] as [Value; 0]);
        alice.sign_in().await;
        lab.clock.advance(days(29));
        let later = alice.sign_in().await;
        assert_eq!(sessions_of(&alice).await.len(), 2);
        lab.clock.advance(days(1));
        let left = sessions_of(&alice).await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0]["CreateDate"], START + 29 * 86_400);
        later.refresh().await.ok();
        alice.admin_call("AdminUserGlobalSignOut", json!({})).await.ok();
        assert_eq!(sessions_of(&alice).await, [] as [Value; 0]);
    }

    async fn a_sign_in_of_before_tracking_has_no_session_and_goes_on_without(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let alice = client.confirmed_user("alice").await;
        let before = alice.sign_in().await;
        configure(&pool, tracking(1)).await;
        assert_eq!(sessions(&before).await, [] as [Value; 0]);
        before.refresh().await.ok();
        let tracked = alice.sign_in().await;
        assert_eq!(sessions(&tracked).await.len(), 1);
        before.refresh().await.ok();
        assert_eq!(sessions(&before).await[0]["IsCurrentSession"], false);

        // While nothing is tracked nothing is listed, noted or begun; then it goes on where it was.
        configure(&pool, not_tracking()).await;
        lab.clock.advance(minutes(5));
        tracked.refresh().await.ok();
        alice.sign_in().await;
        tracked.call("ListUserSessions", json!({})).await.fault(NOT_TRACKED.0, NOT_TRACKED.1);
        alice.admin_call("AdminListUserSessions", json!({})).await.fault(NOT_TRACKED.0, NOT_TRACKED.1);
        configure(&pool, tracking(1)).await;
        let listed = sessions(&tracked).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["LastActiveDate"], START);
    }

    async fn who_is_meant_is_found_out_first(lab: Lab) {
        let client = tracked(&lab, 20).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let nobody = json!({ "Username": "nobody" });
        client.pool.call("AdminListUserSessions", nobody).await.fault("UserNotFoundException", "User does not exist.");
        let by_sub = json!({ "Username": alice.user.sub });
        assert_eq!(client.pool.call("AdminListUserSessions", by_sub).await.ok()["Sessions"][0]["SessionId"], own_session(&alice).await);
        lab.call("ListUserSessions", json!({ "AccessToken": "token" })).await
            .fault("NotAuthorizedException", "Invalid Access Token");
        lab.call("ListUserSessions", json!({ "AccessToken": alice.tokens.id })).await
            .fault("NotAuthorizedException", "Invalid Access Token");
        for (operation, reply) in [
            ("ListUserSessions", alice.call("ListUserSessions", json!({ "NextToken": "token" })).await),
            ("AdminListUserSessions", alice.user.admin_call("AdminListUserSessions", json!({ "NextToken": "token" })).await),
        ] {
            assert_eq!(reply.request, operation);
            reply.fault("InvalidParameterException", "Invalid pagination token");
        }
    }
}
