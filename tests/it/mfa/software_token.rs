//! AssociateSoftwareToken, VerifySoftwareToken, AdminDeleteSoftwareToken.

use poolhouse_tests::authenticator::STEP;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{alice, associate, on, prefer, register, verify};

const MISSING: &str = "Software Token MFA does not exist for the user.";
const NOT_PROVED: &str = "Code mismatch and fail enable Software Token MFA";
const NOT_OFFERED: &str = "Software Token MFA has not been enabled by the userPool";

scenario! {
    async fn an_app_is_registered_by_its_first_code_and_turns_nothing_on(lab: Lab) {
        let alice = alice(&lab).await;
        let app = associate(&alice).await;
        verify(&alice, &app.wrong_code(&lab.clock)).await.fault("EnableSoftwareTokenMFAException", NOT_PROVED);
        let output = verify(&alice, &app.code(&lab.clock)).await.ok();
        assert_eq!(output, json!({ "Status": "SUCCESS" }));
        assert_eq!(alice.get_user().await.ok().get("UserMFASettingList"), None);
        alice.user.sign_in().await;
    }

    async fn a_first_code_registers_once(lab: Lab) {
        let alice = alice(&lab).await;
        verify(&alice, "000000").await.fault("SoftwareTokenMFANotFoundException", MISSING);
        let code = associate(&alice).await.code(&lab.clock);
        let (first, second) = tokio::join!(verify(&alice, &code), verify(&alice, &code));
        let (won, lost) = if first.status.is_success() { (first, second) } else { (second, first) };
        won.ok();
        lost.fault("SoftwareTokenMFANotFoundException", MISSING);
    }

    async fn only_the_newest_secret_waits_for_its_code(lab: Lab) {
        let alice = alice(&lab).await;
        let first = associate(&alice).await;
        let second = associate(&alice).await;
        verify(&alice, &first.code(&lab.clock)).await.fault("EnableSoftwareTokenMFAException", NOT_PROVED);
        verify(&alice, &second.code(&lab.clock)).await.ok();
    }

    async fn the_codes_of_the_neighbouring_steps_register_and_no_others(lab: Lab) {
        let alice = alice(&lab).await;
        for (early, late, accepted) in [(0, 1, true), (1, 0, true), (0, 2, false), (2, 0, false)] {
            let app = associate(&alice).await;
            lab.clock.advance(STEP * early);
            let code = app.code(&lab.clock);
            lab.clock.rewind(STEP * early);
            lab.clock.advance(STEP * late);
            let reply = verify(&alice, &code).await;
            if accepted {
                reply.ok();
            } else {
                reply.fault("EnableSoftwareTokenMFAException", NOT_PROVED);
            }
        }
    }

    async fn a_code_that_is_not_six_digits_is_refused_by_the_model(lab: Lab) {
        let alice = alice(&lab).await;
        associate(&alice).await;
        for code in ["12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            assert_eq!(verify(&alice, code).await.error().0, "InvalidParameterException", "{code}");
        }
    }

    async fn somebody_has_to_ask(lab: Lab) {
        let alice = alice(&lab).await;
        let associate = |input| lab.call("AssociateSoftwareToken", input);
        associate(json!({})).await.fault("NotAuthorizedException", "Invalid Access Token");
        associate(json!({ "AccessToken": "a.b.c" })).await.fault("NotAuthorizedException", "Invalid Access Token");
        let both = json!({ "Session": "x".repeat(20) });
        alice.call("AssociateSoftwareToken", both).await
            .fault("InvalidParameterException", "Either an access token or a session is allowed, not both.");
        lab.call("VerifySoftwareToken", json!({ "UserCode": "123456" })).await
            .fault("NotAuthorizedException", "Invalid Access Token");
        let both = json!({ "Session": "x".repeat(20), "UserCode": "123456" });
        alice.call("VerifySoftwareToken", both).await
            .fault("InvalidParameterException", "Either an access token or a session is allowed, not both.");
    }

    async fn a_pool_without_apps_registers_none(lab: Lab) {
        let client = lab.pool().await.client().await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        bob.call("AssociateSoftwareToken", json!({})).await.fault("SoftwareTokenMFANotFoundException", NOT_OFFERED);
        verify(&bob, "123456").await.fault("SoftwareTokenMFANotFoundException", NOT_OFFERED);
    }

    async fn an_administrator_deletes_an_app_and_the_factor_with_it(lab: Lab) {
        let alice = alice(&lab).await;
        register(&lab, &alice).await;
        prefer(&alice.user, json!({ "SoftwareTokenMfaSettings": on(true) })).await.ok();
        alice.user.admin_call("AdminDeleteSoftwareToken", json!({})).await.ok();
        let user = alice.get_user().await.ok();
        assert_eq!((user.get("UserMFASettingList"), user.get("PreferredMfaSetting")), (None, None));
        prefer(&alice.user, json!({ "SoftwareTokenMfaSettings": on(true) })).await.fault(
            "InvalidParameterException",
            "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA",
        );
        alice.user.sign_in().await;
        register(&lab, &alice).await;
        let nobody = json!({ "Username": "nobody" });
        alice.user.client.pool.call("AdminDeleteSoftwareToken", nobody).await
            .fault("UserNotFoundException", "User does not exist.");
    }
}
