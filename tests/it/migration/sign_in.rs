//! Signing in for the first time.

use poolhouse_tests::actors::{PASSWORD, Tokens};
use poolhouse_tests::scenario;
use tokio::join;

use super::*;
use crate::auth::srp;

scenario! {
    async fn whom_the_function_knows_signs_in_with_their_password(lab: Lab) {
        let arn = lab.functions.answering("migrate", alice());
        let client = pool(&lab, &arn, json!({})).await.client_with(srp::with_srp(json!({}))).await;
        Tokens::of(&client.sign_in("alice", OLD).await.ok());
        assert_eq!(
            lab.functions.event("migrate"),
            json!({
                "version": "1", "triggerSource": "UserMigration_Authentication", "region": "us-east-1",
                "userPoolId": client.pool.id, "userName": "alice",
                "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client.id },
                "request": { "password": OLD, "validationData": {}, "clientMetadata": {} },
                "response": {
                    "userAttributes": null, "finalUserStatus": null, "messageAction": null,
                    "desiredDeliveryMediums": null, "forceAliasCreation": null, "enableSMSMFA": null,
                },
            })
        );
        let user = client.pool.user("alice").await;
        assert_eq!((&user["UserStatus"], &user["Enabled"]), (&json!("CONFIRMED"), &json!(true)));
        assert_eq!(
            attributes_of(&user),
            json!({ "email": ALICE, "email_verified": "true", "name": "Alice" })
        );

        Tokens::of(&client.sign_in("alice", OLD).await.ok());
        client.sign_in("alice", PASSWORD).await.fault("NotAuthorizedException", INCORRECT);
        let challenge = srp::challenge(&client, "alice").await;
        Tokens::of(&srp::answer(&client, srp::proof(&client.pool, &challenge, OLD)).await.ok());
        assert_eq!(asked(&lab), 1);
        assert!(lab.mailbox.messages_for(ALICE).is_empty());
    }

    async fn without_a_word_of_their_status_they_reset_their_password_first(lab: Lab) {
        let attributes = json!({ "email": ALICE, "email_verified": "true" });
        let response = json!({ "userAttributes": attributes, "messageAction": "SUPPRESS" });
        let client = client(&lab, response).await;
        for _ in 0..2 {
            client.sign_in("alice", OLD).await
                .fault("PasswordResetRequiredException", "Password reset required for the user");
        }
        assert_eq!(asked(&lab), 1);
        assert_eq!(client.pool.user("alice").await["UserStatus"], "RESET_REQUIRED");
        client.forgot_password("alice").await.ok();
        let code = lab.mailbox.code_for(ALICE).await;
        client.confirm_forgot_password("alice", &code, PASSWORD).await.ok();
        Tokens::of(&client.sign_in("alice", PASSWORD).await.ok());
    }

    async fn nobody_becomes_a_user_whom_the_function_does_not_know(lab: Lab) {
        let absent = json!({ "userAttributes": null, "finalUserStatus": "CONFIRMED" });
        for response in [json!({}), json!({ "userAttributes": {} }), absent] {
            let client = client(&lab, response).await;
            client.sign_in("alice", OLD).await.fault("UserNotFoundException", UNKNOWN);
            let settings = json!({ "PreventUserExistenceErrors": "ENABLED" });
            let discreet = client.pool.client_with(settings).await;
            discreet.sign_in("alice", OLD).await.fault("NotAuthorizedException", INCORRECT);
            assert_nobody(&client.pool, "alice").await;
        }
        assert_eq!(asked(&lab), 6);
    }

    async fn a_function_that_fails_is_told_of(lab: Lab) {
        let arn = lab.functions.failing("migrate", "Bad password");
        let pool = pool(&lab, &arn, json!({})).await;
        for existence in ["LEGACY", "ENABLED"] {
            let client = pool.client_with(json!({ "PreventUserExistenceErrors": existence })).await;
            client.sign_in("alice", OLD).await
                .fault("UserLambdaValidationException", "UserMigration failed with error Bad password.");
        }
        assert_nobody(&pool, "alice").await;
    }

    async fn of_two_who_come_at_once_one_is_written(lab: Lab) {
        for settings in [json!({}), json!({ "UsernameAttributes": ["email"] })] {
            let arn = lab.functions.answering("migrate", alice());
            let client = pool(&lab, &arn, settings).await.client().await;
            let other = client.at(&lab.another_node());
            let (one, two) = join!(client.sign_in(ALICE, OLD), other.sign_in(ALICE, OLD));
            let subs = [one.ok(), two.ok()].map(|output| Tokens::of(&output).access);
            let mut claims = Vec::new();
            for access in &subs {
                claims.push(client.pool.verify(access).await["sub"].clone());
            }
            assert_eq!(claims[0], claims[1]);
            let users = client.pool.call("ListUsers", json!({})).await.ok();
            assert_eq!(users["Users"].as_array().unwrap().len(), 1);
        }
    }

    async fn guesses_at_a_function_earn_a_pause(lab: Lab) {
        let arn = lab.functions.put("migrate", |mut event| {
            if event["request"]["password"] == OLD {
                event["response"] = alice();
            }
            Ok(event)
        });
        let pool = pool(&lab, &arn, json!({})).await;
        for (existence, code, message) in [
            ("LEGACY", "UserNotFoundException", UNKNOWN),
            ("ENABLED", "NotAuthorizedException", INCORRECT),
        ] {
            let client = pool.client_with(json!({ "PreventUserExistenceErrors": existence })).await;
            let before = asked(&lab);
            for _ in 0..5 {
                client.sign_in(existence, PASSWORD).await.fault(code, message);
            }
            client.sign_in(existence, OLD).await.fault("NotAuthorizedException", "Password attempts exceeded");
            assert_eq!(asked(&lab) - before, 5);
            lab.clock.advance(poolhouse_tests::clock::seconds(1));
            Tokens::of(&client.sign_in(existence, OLD).await.ok());
        }
    }

    async fn the_function_is_asked_before_others_who_judge_the_sign_in(lab: Lab) {
        let functions = &lab.functions;
        let triggers = json!({
            "UserMigration": functions.answering("migrate", alice()),
            "PreSignUp": functions.listening("pre-sign-up"),
            "PostConfirmation": functions.listening("post-confirmation"),
            "PreAuthentication": functions.listening("pre-authentication"),
            "PostAuthentication": functions.listening("post-authentication"),
            "PreTokenGeneration": functions.listening("tokens"),
        });
        let client = lab.pool_with(json!({ "LambdaConfig": triggers })).await.client().await;
        let metadata = json!({ "from": "the app" });
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientMetadata": metadata,
            "AuthParameters": { "USERNAME": "alice", "PASSWORD": OLD },
        });
        client.call("InitiateAuth", input).await.ok();
        assert_eq!(
            functions.sources(),
            [
                "UserMigration_Authentication",
                "PreAuthentication_Authentication",
                "PostAuthentication_Authentication",
                "TokenGeneration_Authentication",
            ]
        );
        let request = &functions.event("migrate")["request"];
        assert_eq!((&request["validationData"], &request["clientMetadata"]), (&metadata, &json!({})));
        let attributes = &functions.event("pre-authentication")["request"]["userAttributes"];
        assert_eq!(attributes["cognito:user_status"], "CONFIRMED");
    }
}
