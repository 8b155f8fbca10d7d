//! How long tokens last.

use poolhouse_tests::actors::{Pool, merge};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn create(pool: &Pool, settings: Value) -> Reply {
    pool.call("CreateUserPoolClient", merge(json!({ "ClientName": "x" }), settings))
        .await
}

fn access(validity: i32, unit: &str) -> Value {
    json!({ "AccessTokenValidity": validity, "TokenValidityUnits": { "AccessToken": unit } })
}

fn id(validity: i32, unit: &str) -> Value {
    json!({ "IdTokenValidity": validity, "TokenValidityUnits": { "IdToken": unit } })
}

fn refresh(validity: i32, unit: &str) -> Value {
    json!({ "RefreshTokenValidity": validity, "TokenValidityUnits": { "RefreshToken": unit } })
}

scenario! {
    async fn access_tokens_last_as_long_as_the_client_says(lab: Lab) {
        let pool = lab.pool().await;
        pool.client().await.confirmed_user("alice").await;
        for (validity, unit, seconds) in [(1, "days", 86_400), (10, "hours", 36_000), (10, "minutes", 600), (500, "seconds", 500)] {
            let client = pool.client_with(access(validity, unit)).await;
            let answer = client.sign_in("alice", poolhouse_tests::actors::PASSWORD).await.ok();
            assert_eq!(answer["AuthenticationResult"]["ExpiresIn"], seconds);
        }
    }

    async fn the_limits_are_five_minutes_a_day_an_hour_and_ten_years(lab: Lab) {
        let pool = lab.pool().await;
        for good in [
            access(300, "seconds"), access(24, "hours"), id(5, "minutes"), id(1, "days"),
            refresh(60, "minutes"), refresh(3650, "days"), refresh(315_360_000, "seconds"),
        ] {
            create(&pool, good).await.ok();
        }
        for bad in [
            access(299, "seconds"), access(25, "hours"), access(2, "days"), access(86_400, "hours"),
            id(4, "minutes"), id(1441, "minutes"), id(86_400, "days"),
            refresh(59, "minutes"), refresh(3651, "days"), refresh(315_360_000, "days"), json!({ "AccessTokenValidity": 25 }),
        ] {
            let reply = create(&pool, bad.clone()).await;
            let expected = ("InvalidParameterException".to_owned(), "Invalid range for token validity.".to_owned());
            assert_eq!(reply.error(), expected, "{bad}");
        }
    }

    async fn no_token_outlives_the_refresh_token(lab: Lab) {
        let pool = lab.pool().await;
        for member in ["AccessTokenValidity", "IdTokenValidity"] {
            let units = json!({ "RefreshToken": "hours" });
            let longer = json!({ member: 3, "RefreshTokenValidity": 2, "TokenValidityUnits": units });
            create(&pool, longer).await.fault("InvalidParameterException", "Invalid range for token validity.");
            create(&pool, json!({ member: 2, "RefreshTokenValidity": 2, "TokenValidityUnits": units })).await.ok();
        }
    }

    async fn no_days_are_thirty(lab: Lab) {
        let pool = lab.pool().await;
        let client = create(&pool, json!({ "RefreshTokenValidity": 0 })).await.ok();
        assert_eq!(client["UserPoolClient"]["RefreshTokenValidity"], 30);
    }

    async fn units_have_names(lab: Lab) {
        let pool = lab.pool().await;
        create(&pool, access(10, "weeks")).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value 'weeks' at 'tokenValidityUnits.accessToken' failed to satisfy constraint: \
             Member must satisfy enum value set: [seconds, minutes, hours, days]",
        );
    }
}
