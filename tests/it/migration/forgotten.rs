//! Forgotten passwords of users who are known somewhere else.

use poolhouse_tests::actors::{PASSWORD, Tokens};
use poolhouse_tests::scenario;

use super::*;

scenario! {
    async fn whoever_forgot_their_password_gets_a_code_at_once(lab: Lab) {
        for status in ["CONFIRMED", "RESET_REQUIRED"] {
            let arn = lab.functions.answering(status, merge(alice(), json!({ "finalUserStatus": status })));
            let client = pool(&lab, &arn, json!({})).await.client().await;
            let metadata = json!({ "from": "the app" });
            let input = json!({ "Username": "alice", "ClientMetadata": metadata });
            let output = client.call("ForgotPassword", input).await.ok();
            assert_eq!(output["CodeDeliveryDetails"]["Destination"], "a***@e***");
            let event = lab.functions.event(status);
            assert_eq!(event["triggerSource"], "UserMigration_ForgotPassword");
            assert_eq!(event["request"], json!({ "validationData": {}, "clientMetadata": metadata }));
            assert_eq!(client.pool.user("alice").await["UserStatus"], status);

            let code = lab.mailbox.code_for(ALICE).await;
            client.confirm_forgot_password("alice", &code, PASSWORD).await.ok();
            Tokens::of(&client.sign_in("alice", PASSWORD).await.ok());
            client.forgot_password("alice").await.ok();
            assert_eq!(lab.functions.events(status).len(), 1);
        }
    }

    async fn nobody_gets_a_code_whom_the_function_does_not_know(lab: Lab) {
        let client = client(&lab, json!({})).await;
        client.forgot_password("alice").await
            .fault("UserNotFoundException", "Username/client id combination not found.");
        let discreet = client.pool.client_with(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        discreet.forgot_password("alice").await.ok();
        assert_eq!(asked(&lab), 2);
        assert_nobody(&client.pool, "alice").await;
    }

    async fn a_function_that_fails_is_told_of(lab: Lab) {
        let arn = lab.functions.failing("migrate", "No");
        let client = pool(&lab, &arn, json!({})).await.client().await;
        client.forgot_password("alice").await
            .fault("UserLambdaValidationException", "UserMigration failed with error No.");
    }

    async fn a_user_without_a_verified_contact_is_a_user_without_a_code(lab: Lab) {
        let response = merge(alice(), json!({ "userAttributes": { "email": ALICE } }));
        let client = client(&lab, response).await;
        client.forgot_password("alice").await.fault(
            "InvalidParameterException",
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        );
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
    }

    async fn attempts_to_forget_are_counted_before_the_function_is_asked(lab: Lab) {
        let client = client(&lab, json!({})).await;
        let limit = "Attempt limit exceeded, please try after some time.";
        let mut tries = 0;
        while tries < 100 && client.forgot_password("alice").await.text().contains("combination") {
            tries += 1;
        }
        client.forgot_password("alice").await.fault("LimitExceededException", limit);
        assert_eq!(asked(&lab), tries);
    }
}
