//! Step-up: levels of assurance, from nothing or from an access token, and the claims that tell them.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::authenticator::STEP;
use poolhouse_tests::clock::minutes;
use poolhouse_tests::scenario;

use super::*;

const OUT_OF_REACH: &str = "The user can't reach any of the requested ACR values.";
const REACHED: &str = "The access token already satisfies the requested ACR value.";

/// The name of a level where the pool gives none.
fn level(number: u8) -> String {
    format!("urn:cognito:loa:{number}")
}

/// Asks for levels with an access token.
async fn step_up(user: &SignedIn, levels: &str, parameters: Value) -> Reply {
    let given = json!({ "TARGET_ACR_VALUES": levels, "ACCESS_TOKEN": user.tokens.access });
    begin(&user.user.client, &user.user.username, merge(given, parameters)).await
}

/// Asserts what both tokens tell of the level.
async fn assert_level(user: &SignedIn, acr: &str, amr: Value) {
    for claims in [user.access_claims().await, user.id_claims().await] {
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!(acr), &amr));
    }
}

/// Answers EMAIL_OTP with the newest code.
async fn by_email(lab: &Lab, user: &User, session: &str) -> SignedIn {
    let code = lab.mailbox.code_for(EMAIL).await;
    signed_in(
        user,
        &answer_email(&user.client, &user.username, session, &code).await.ok(),
    )
}

scenario! {
    async fn a_level_is_told_only_if_it_was_asked_for(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await;
        let plain = alice.sign_in().await;
        for claims in [plain.access_claims().await, plain.id_claims().await] {
            assert_eq!((claims.get("acr"), claims.get("amr")), (None, None));
        }
        let given = json!({
            "TARGET_ACR_VALUES": level(1), "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD,
        });
        let asked = signed_in(&alice, &begin(&client, "alice", given).await.ok());
        assert_level(&asked, &level(1), json!(["pwd"])).await;
    }

    async fn a_pool_that_names_its_levels_tells_them_always(lab: Lab) {
        let names = json!({ "Level1": { "AcrValue": "urn:example:bronze" }, "Level2": { "AcrValue": "urn:example:silver" } });
        let client = pool_with(&lab, json!({ "AcrConfiguration": names })).await
            .client_with(with_choice(json!({}))).await;
        let alice = alice(&client).await;
        let plain = alice.sign_in().await;
        assert_level(&plain, "urn:example:bronze", json!(["pwd"])).await;
        step_up(&plain, &level(2), json!({})).await
            .fault("InvalidParameterException", "None of the TARGET_ACR_VALUES is valid.");
        let given = json!({ "TARGET_ACR_VALUES": "other urn:example:silver", "PREFERRED_CHALLENGE": "EMAIL_OTP" });
        let session = challenged(&begin(&client, "alice", given).await.ok(), "EMAIL_OTP");
        let alice = by_email(&lab, &alice, &session).await;
        assert_level(&alice, "urn:example:silver", json!(["email_otp"])).await;
    }

    async fn a_token_with_a_password_and_a_code_reach_the_third_level(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await.sign_in().await;
        let output = step_up(&alice, &level(3), json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
        let session = challenged(&output, "EMAIL_OTP");
        lab.clock.advance(minutes(1));
        let before = alice.access_claims().await["auth_time"].as_i64().unwrap();
        let lifted = by_email(&lab, &alice.user, &session).await;
        assert_level(&lifted, &level(3), json!(["pwd", "email_otp", "mfa"])).await;
        assert_eq!(lifted.access_claims().await["auth_time"], before + 60);
        // The level stays with the sign-in, as its time does.
        lab.clock.advance(minutes(5));
        let output = lifted.refresh().await.ok();
        let claims = client.pool.verify(output["AuthenticationResult"]["AccessToken"].as_str().unwrap()).await;
        assert_eq!((&claims["acr"], &claims["auth_time"]), (&json!(level(3)), &json!(before + 60)));
        assert_eq!(claims["amr"], json!(["pwd", "email_otp", "mfa"]));
        alice.get_user().await.ok();
    }

    async fn an_app_lifts_a_password_to_the_fourth_level(lab: Lab) {
        let client = client(&lab).await;
        offer_mfa(&client.pool).await;
        let alice = alice(&client).await.sign_in().await;
        step_up(&alice, &level(4), json!({})).await.fault("InvalidParameterException", OUT_OF_REACH);
        let app = register_app(&lab, &alice).await;
        let code = || json!({ "SOFTWARE_TOKEN_MFA_CODE": app.code(&lab.clock) });
        lab.clock.advance(STEP);
        let session = challenged(&step_up(&alice, &level(4), json!({})).await.ok(), "SOFTWARE_TOKEN_MFA");
        let output = answer(&client, "alice", "SOFTWARE_TOKEN_MFA", &session, code()).await.ok();
        let lifted = signed_in(&alice.user, &output);
        assert_level(&lifted, &level(4), json!(["pwd", "otp", "mfa"])).await;
        step_up(&lifted, &level(4), json!({})).await.fault("InvalidParameterException", REACHED);

        // From nothing: first the password, then what lifts it.
        lab.clock.advance(STEP);
        let given = json!({ "TARGET_ACR_VALUES": level(4) });
        let output = begin(&client, "alice", given).await.ok();
        assert_eq!(output["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
        let session = challenged(&output, "SELECT_CHALLENGE");
        let given = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
        let output = answer(&client, "alice", "SELECT_CHALLENGE", &session, given).await.ok();
        let session = challenged(&output, "SOFTWARE_TOKEN_MFA");
        Tokens::of(&answer(&client, "alice", "SOFTWARE_TOKEN_MFA", &session, code()).await.ok());
    }

    async fn the_first_level_in_reach_is_asked_for(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await.sign_in().await;
        let levels = format!("urn:unknown {} {}", level(4), level(2));
        let output = step_up(&alice, &levels, json!({})).await.ok();
        assert_eq!(output["AvailableChallenges"], json!(["EMAIL_OTP", "SMS_OTP"]));
        let levels = format!("{} {}", level(4), level(1));
        step_up(&alice, &levels, json!({})).await.fault("InvalidParameterException", REACHED);
        for levels in ["urn:cognito:loa:5", "LOA", "URN:COGNITO:LOA:1"] {
            step_up(&alice, levels, json!({})).await
                .fault("InvalidParameterException", "None of the TARGET_ACR_VALUES is valid.");
        }
    }

    async fn an_old_sign_in_counts_for_nothing(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await.sign_in().await;
        lab.clock.advance(minutes(1));
        let asked = async |age: &str| step_up(&alice, &level(1), json!({ "MAX_AGE": age })).await;
        asked("60").await.fault("InvalidParameterException", REACHED);
        let output = asked("59").await.ok();
        challenged(&output, "SELECT_CHALLENGE");
        assert_eq!(output["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]));
        for age in ["soon", "-1", "1.5"] {
            asked(age).await.fault("InvalidParameterException", "MAX_AGE must be a number of seconds.");
        }
        // Without the credit of the password, no code reaches the third level.
        step_up(&alice, &level(3), json!({ "MAX_AGE": "0" })).await.fault("InvalidParameterException", OUT_OF_REACH);
        alice.get_user().await.ok();
    }

    async fn a_token_has_to_be_the_users_own(lab: Lab) {
        let client = client(&lab).await;
        let alice = alice(&client).await.sign_in().await;
        let bob = client.confirmed_user("bob").await.sign_in().await;
        let elsewhere = self::client(&lab).await.confirmed_user("alice").await.sign_in().await;
        let with = async |token: &str| {
            let given = json!({ "TARGET_ACR_VALUES": level(2), "ACCESS_TOKEN": token });
            begin(&client, "alice", given).await
        };
        for token in [&bob.tokens.access, &elsewhere.tokens.access, &alice.tokens.id, &alice.tokens.refresh] {
            with(token).await.fault("NotAuthorizedException", "Invalid Access Token");
        }
        let alone = json!({ "ACCESS_TOKEN": alice.tokens.access });
        begin(&client, "alice", alone).await
            .fault("InvalidParameterException", "Missing required parameter TARGET_ACR_VALUES");
        with(&alice.tokens.access).await.ok();
        alice.global_sign_out().await.ok();
        with(&alice.tokens.access).await.fault("NotAuthorizedException", "Access Token has been revoked");
    }

    async fn a_replaced_password_counts_no_more(lab: Lab) {
        let client = client(&lab).await;
        offer_mfa(&client.pool).await;
        let alice = alice(&client).await.sign_in().await;
        let asks_for = async || step_up(&alice, &level(3), json!({})).await.ok();
        challenged(&asks_for().await, "SELECT_MFA_TYPE");
        lab.clock.advance(minutes(1));
        let temporary = json!({ "Password": "Temporary-1", "Permanent": false });
        alice.user.admin_call("AdminSetUserPassword", temporary).await.ok();
        // Neither the old token nor a code goes around the temporary password.
        let output = asks_for().await;
        challenged(&output, "SELECT_CHALLENGE");
        assert_eq!(output["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
        let own = json!({ "Password": "Another-Horse-2", "Permanent": true });
        alice.user.admin_call("AdminSetUserPassword", own).await.ok();
        challenged(&asks_for().await, "SELECT_CHALLENGE");
    }

    async fn what_mfa_demands_is_demanded_at_every_level(lab: Lab) {
        let client = client(&lab).await;
        offer_mfa(&client.pool).await;
        let alice = alice(&client).await.sign_in().await;
        let app = register_app(&lab, &alice).await;
        let code = || json!({ "SOFTWARE_TOKEN_MFA_CODE": app.code(&lab.clock) });
        let prefer = async |settings: Value| alice.call("SetUserMFAPreference", settings).await.ok();
        let given = |number: u8| json!({
            "TARGET_ACR_VALUES": level(number), "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD,
        });
        lab.clock.advance(STEP);

        // The app alone is turned on: no code by mail stands in for it.
        prefer(json!({ "SoftwareTokenMfaSettings": { "Enabled": true } })).await;
        for number in [1, 3] {
            lab.clock.advance(STEP);
            let session = challenged(&begin(&client, "alice", given(number)).await.ok(), "SOFTWARE_TOKEN_MFA");
            let output = answer(&client, "alice", "SOFTWARE_TOKEN_MFA", &session, code()).await.ok();
            assert_level(&signed_in(&alice.user, &output), &level(4), json!(["pwd", "otp", "mfa"])).await;
        }

        // Mail alone is turned on: the app lifts, and mail is asked for too.
        prefer(json!({
            "SoftwareTokenMfaSettings": { "Enabled": false }, "EmailMfaSettings": { "Enabled": true },
        })).await;
        lab.clock.advance(STEP);
        let session = challenged(&begin(&client, "alice", given(4)).await.ok(), "SOFTWARE_TOKEN_MFA");
        let output = answer(&client, "alice", "SOFTWARE_TOKEN_MFA", &session, code()).await.ok();
        let session = challenged(&output, "EMAIL_OTP");
        let lifted = by_email(&lab, &alice.user, &session).await;
        assert_level(&lifted, &level(4), json!(["pwd", "otp", "email_otp", "mfa"])).await;

        // A token from before MFA was turned on doesn't go around it.
        let output = step_up(&alice, &level(4), json!({})).await.ok();
        lab.clock.advance(STEP);
        let session = challenged(&output, "SOFTWARE_TOKEN_MFA");
        let output = answer(&client, "alice", "SOFTWARE_TOKEN_MFA", &session, code()).await.ok();
        challenged(&output, "EMAIL_OTP");
    }

    async fn codes_of_step_ups_are_counted(lab: Lab) {
        let client = client(&lab).await;
        offer_mfa(&client.pool).await;
        let bob = client.confirmed_user_with("bob", json!({ "email": EMAIL })).await.sign_in().await;
        for _ in 0..20 {
            challenged(&step_up(&bob, &level(3), json!({})).await.ok(), "EMAIL_OTP");
        }
        step_up(&bob, &level(3), json!({})).await.fault("TooManyRequestsException", TOO_MANY);
    }
}
