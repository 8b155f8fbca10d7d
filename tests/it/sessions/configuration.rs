//! The settings of sessions: of pools and of app clients.

use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{NOT_TRACKED, configure, not_tracking, tracked, tracking};

const LACKING: (&str, &str) = (
    "FeatureUnavailableInTierException",
    "Session tracking is not available in the feature plan of the user pool.",
);

fn minutes(count: i32) -> Value {
    json!({ "MaxValidityMinutes": count })
}

scenario! {
    async fn a_new_pool_tracks_no_sessions_and_would_allow_twenty(lab: Lab) {
        let pool = lab.pool().await;
        let configuration = pool.call("GetUserPoolSessionConfiguration", json!({})).await.ok();
        let expected = json!({
            "UserPoolId": pool.id, "UserSessionTracking": "DISABLED", "TokenSession": { "MaxPerUser": 20 }
        });
        assert_eq!(configuration, expected);
        let client = pool.client().await;
        let input = json!({ "ClientId": client.id });
        let configuration = pool.call("GetUserPoolClientSessionConfiguration", input).await.ok();
        let expected = json!({ "UserPoolId": pool.id, "ClientId": client.id, "SSOSession": { "MaxValidityMinutes": 60 } });
        assert_eq!(configuration, expected);
    }

    async fn the_settings_of_a_pool_are_replaced(lab: Lab) {
        let pool = lab.pool().await;
        for settings in [tracking(1), tracking(100), not_tracking()] {
            let mut expected = settings.clone();
            expected["UserPoolId"] = pool.id.as_str().into();
            assert_eq!(pool.call("SetUserPoolSessionConfiguration", settings).await.ok(), expected);
            assert_eq!(pool.call("GetUserPoolSessionConfiguration", json!({})).await.ok(), expected);
        }
        // An update of the pool, which replaces all its other settings, is not about these.
        configure(&pool, tracking(7)).await;
        pool.call("UpdateUserPool", json!({})).await.ok();
        let configuration = pool.call("GetUserPoolSessionConfiguration", json!({})).await.ok();
        assert_eq!(configuration["UserSessionTracking"], "ENABLED");
        assert_eq!(configuration["TokenSession"]["MaxPerUser"], 7);
    }

    async fn every_setting_of_a_pool_is_required_and_in_its_range(lab: Lab) {
        let pool = lab.pool().await;
        let cases = [
            (json!({ "TokenSession": { "MaxPerUser": 1 } }), "Value null at 'userSessionTracking' failed to satisfy \
                constraint: Member must not be null"),
            (json!({ "UserSessionTracking": "ENABLED" }), "Value null at 'tokenSession' failed to satisfy constraint: \
                Member must not be null"),
            (json!({ "UserSessionTracking": "ENABLED", "TokenSession": {} }), "Value null at 'tokenSession.maxPerUser' \
                failed to satisfy constraint: Member must not be null"),
            (tracking(0), "Value '0' at 'tokenSession.maxPerUser' failed to satisfy constraint: Member must have value \
                greater than or equal to 1"),
            (tracking(101), "Value '101' at 'tokenSession.maxPerUser' failed to satisfy constraint: Member must have \
                value less than or equal to 100"),
            (json!({ "UserSessionTracking": "ON", "TokenSession": { "MaxPerUser": 1 } }), "Value 'ON' at \
                'userSessionTracking' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]"),
        ];
        for (settings, sentence) in cases {
            pool.call("SetUserPoolSessionConfiguration", settings).await
                .fault("InvalidParameterException", &format!("1 validation error detected: {sentence}"));
        }
    }

    async fn the_settings_of_a_client_are_replaced_and_sleep_while_nothing_is_tracked(lab: Lab) {
        let client = tracked(&lab, 20).await;
        let pool = &client.pool;
        let set = |count: i32| {
            let input = json!({ "ClientId": client.id, "SSOSession": minutes(count) });
            pool.call("SetUserPoolClientSessionConfiguration", input)
        };
        let get = || pool.call("GetUserPoolClientSessionConfiguration", json!({ "ClientId": client.id }));
        for count in [0, 129_600, 15] {
            let expected = json!({ "UserPoolId": pool.id, "ClientId": client.id, "SSOSession": minutes(count) });
            assert_eq!(set(count).await.ok(), expected);
            assert_eq!(get().await.ok(), expected);
        }
        configure(pool, not_tracking()).await;
        set(30).await.fault(NOT_TRACKED.0, NOT_TRACKED.1);
        assert_eq!(get().await.ok()["SSOSession"], minutes(15));
        configure(pool, tracking(20)).await;
        let update = json!({ "ClientId": client.id });
        pool.call("UpdateUserPoolClient", update).await.ok();
        assert_eq!(get().await.ok()["SSOSession"], minutes(15));
        for (count, bound) in [(-1, "greater than or equal to 0"), (129_601, "less than or equal to 129600")] {
            let sentence = format!(
                "1 validation error detected: Value '{count}' at 'sSOSession.maxValidityMinutes' failed to satisfy \
                 constraint: Member must have value {bound}"
            );
            set(count).await.fault("InvalidParameterException", &sentence);
        }
    }

    async fn a_lite_pool_tracks_no_sessions(lab: Lab) {
        let pool = lab.pool_with(json!({ "UserPoolTier": "LITE" })).await;
        for settings in [tracking(5), not_tracking()] {
            pool.call("SetUserPoolSessionConfiguration", settings).await.fault(LACKING.0, LACKING.1);
        }
        let client = pool.client().await;
        let input = json!({ "ClientId": client.id, "SSOSession": minutes(5) });
        pool.call("SetUserPoolClientSessionConfiguration", input).await.fault(LACKING.0, LACKING.1);
        let configuration = pool.call("GetUserPoolSessionConfiguration", json!({})).await.ok();
        assert_eq!(configuration["UserSessionTracking"], "DISABLED");
    }

    async fn a_plan_is_not_lowered_under_a_pool_that_tracks_sessions(lab: Lab) {
        let pool = tracked(&lab, 20).await.pool;
        let lite = json!({ "UserPoolTier": "LITE" });
        pool.call("UpdateUserPool", lite.clone()).await.fault(LACKING.0, LACKING.1);
        configure(&pool, not_tracking()).await;
        pool.call("UpdateUserPool", lite).await.ok();
    }

    async fn a_client_is_named_in_its_own_pool(lab: Lab) {
        let (mine, theirs) = (tracked(&lab, 20).await, tracked(&lab, 20).await);
        let sentence = format!("User pool client {} does not exist.", theirs.id);
        let input = json!({ "ClientId": theirs.id, "SSOSession": minutes(5) });
        mine.pool.call("SetUserPoolClientSessionConfiguration", input).await
            .fault("ResourceNotFoundException", &sentence);
        let input = json!({ "ClientId": theirs.id });
        mine.pool.call("GetUserPoolClientSessionConfiguration", input).await
            .fault("ResourceNotFoundException", &sentence);
    }
}
