//! How long tokens last.

use poolhouse_tests::clock::{START, minutes, seconds};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

const EXPIRED: &str = "Access Token has expired";

fn validity(access: (u32, &str), id: (u32, &str)) -> Value {
    json!({
        "AccessTokenValidity": access.0, "IdTokenValidity": id.0,
        "TokenValidityUnits": { "AccessToken": access.1, "IdToken": id.1 },
    })
}

scenario! {
    async fn units_of_every_size_give_the_seconds_that_they_mean(lab: Lab) {
        let pool = lab.pool().await;
        let cases = [
            ((1, "days"), (5, "minutes"), 86_400, 300),
            ((10, "hours"), (1, "days"), 36_000, 86_400),
            ((10, "minutes"), (500, "seconds"), 600, 500),
            ((500, "seconds"), (23, "hours"), 500, 82_800),
        ];
        for (index, (access, id, access_seconds, id_seconds)) in cases.into_iter().enumerate() {
            let client = pool.client_with(validity(access, id)).await;
            let alice = client.confirmed_user(&format!("alice{index}")).await;
            let output = alice.try_sign_in().await.ok();
            let result = &output["AuthenticationResult"];
            assert_eq!(result["ExpiresIn"], access_seconds);
            let claims = pool.verify(result["AccessToken"].as_str().unwrap()).await;
            assert_eq!((&claims["iat"], &claims["exp"]), (&json!(START / 1000), &json!(START / 1000 + access_seconds)));
            let claims = pool.verify(result["IdToken"].as_str().unwrap()).await;
            assert_eq!((&claims["iat"], &claims["exp"]), (&json!(START / 1000), &json!(START / 1000 + id_seconds)));
        }
    }

    async fn without_units_the_numbers_are_hours(lab: Lab) {
        let client = lab.pool().await.client_with(json!({ "AccessTokenValidity": 2, "IdTokenValidity": 3 })).await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        assert_eq!(alice.access_claims().await["exp"], START / 1000 + 7_200);
        assert_eq!(alice.id_claims().await["exp"], START / 1000 + 10_800);
    }

    async fn an_access_token_ends_to_the_second(lab: Lab) {
        let alice = lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
        lab.clock.advance(seconds(3_600 - 1));
        alice.get_user().await.ok();
        lab.clock.advance(seconds(1));
        alice.get_user().await.fault("NotAuthorizedException", EXPIRED);
        alice.global_sign_out().await.fault("NotAuthorizedException", EXPIRED);
        alice.refresh().await.ok();
    }

    async fn a_changed_validity_holds_for_the_next_tokens(lab: Lab) {
        let client = lab.pool().await.client().await;
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        let mut settings = validity((5, "minutes"), (5, "minutes"));
        settings["ClientId"] = client.id.clone().into();
        settings["ExplicitAuthFlows"] = json!(flows);
        client.pool.call("UpdateUserPoolClient", settings).await.ok();
        let output = alice.refresh().await.ok();
        assert_eq!(output["AuthenticationResult"]["ExpiresIn"], 300);
        let refreshed = json!({ "AccessToken": output["AuthenticationResult"]["AccessToken"] });
        lab.clock.advance(minutes(5));
        lab.call("GetUser", refreshed).await.fault("NotAuthorizedException", EXPIRED);
        alice.get_user().await.ok();
    }
}
