//! PKCE: only who began an authorization redeems its code, and nobody can leave it out on the way.

use poolhouse_tests::scenario;
use serde_json::json;

use super::app::{App, CHALLENGE, VERIFIER, assert_refused};

const CHALLENGED: [(&str, &str); 2] = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

scenario! {
    async fn the_verifier_of_the_challenge_redeems_the_code(lab: Lab) {
        let app = App::new(&lab).await;
        let confidential = app.another(json!({ "GenerateSecret": true })).await;
        for app in [&app, &confidential] {
            let code = app.code(&CHALLENGED).await;
            for wrong in [
                CHALLENGE.to_owned(), VERIFIER.to_lowercase(), VERIFIER[..42].to_owned(), format!("{VERIFIER} "),
                "a".repeat(42), "a".repeat(43), "a".repeat(129), format!("{VERIFIER}\0"), "é".repeat(30),
            ] {
                assert_refused(&app.redeem(&code, &[("code_verifier", &wrong)]).await, "invalid_grant", None);
            }
            app.redeem(&code, &[("code_verifier", VERIFIER)]).await.ok();
        }
    }

    async fn a_challenge_without_verifier_and_a_verifier_without_challenge_are_refused(lab: Lab) {
        let app = App::new(&lab).await;
        let challenged = app.code(&CHALLENGED).await;
        for verifier in [vec![], vec![("code_verifier", "")]] {
            assert_refused(&app.redeem(&challenged, &verifier).await, "invalid_grant", None);
        }
        let unchallenged = app.code(&[]).await;
        let reply = app.redeem(&unchallenged, &[("code_verifier", VERIFIER)]).await;
        assert_refused(&reply, "invalid_grant", None);
        // Who stole the code can't choose the method either.
        let more = [("code_verifier", CHALLENGE), ("code_challenge_method", "plain")];
        assert_refused(&app.redeem(&challenged, &more).await, "invalid_grant", None);
        app.redeem(&challenged, &[("code_verifier", VERIFIER)]).await.ok();
    }
}
