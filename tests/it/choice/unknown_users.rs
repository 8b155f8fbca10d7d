//! Names that belong to nobody, and users who may not sign in: nobody can tell them apart where the client prevents it.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::clock::hours;
use poolhouse_tests::scenario;
use poolhouse_tests::srp::SrpClient;

use super::*;
use crate::auth::srp;

/// Users in states in which they may not sign in, and a name that belongs to nobody.
async fn nobodies(client: &Client) -> [&'static str; 3] {
    let contacts = |name: &str| json!({ "email": format!("{name}@example.com"), "phone_number": PHONE_NUMBER });
    let disabled = client.confirmed_user_with("disabled", contacts("disabled")).await;
    disabled.admin_call("AdminDisableUser", json!({})).await.ok();
    let reset = client.confirmed_user_with("reset", contacts("reset")).await;
    let verified = json!([{ "Name": "email_verified", "Value": "true" }]);
    reset
        .admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": verified }))
        .await
        .ok();
    reset.admin_call("AdminResetUserPassword", json!({})).await.ok();
    ["nobody", "disabled", "reset"]
}

scenario! {
    async fn nobody_has_the_choices_of_a_user(lab: Lab) {
        let client = discreet(&lab).await;
        alice(&client).await;
        let known = begin(&client, "alice", json!({})).await.ok();
        for name in nobodies(&client).await {
            let output = begin(&client, name, json!({})).await.ok();
            challenged(&output, "SELECT_CHALLENGE");
            assert_eq!(output["AvailableChallenges"], known["AvailableChallenges"], "{name}");
            assert_eq!(output["ChallengeParameters"], known["ChallengeParameters"], "{name}");
        }
    }

    async fn nobodys_code_is_always_wrong(lab: Lab) {
        let client = discreet(&lab).await;
        for name in nobodies(&client).await {
            let before = lab.mailbox.messages_for(&format!("{name}@example.com")).len();
            let preferred = json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" });
            let output = begin(&client, name, preferred.clone()).await.ok();
            let session = challenged(&output, "EMAIL_OTP");
            assert_eq!(output["AvailableChallenges"], json!(["EMAIL_OTP"]));
            let parameters = &output["ChallengeParameters"];
            assert_eq!(parameters["CODE_DELIVERY_DELIVERY_MEDIUM"], "EMAIL");
            let again = begin(&client, name, preferred).await.ok();
            assert_eq!(&again["ChallengeParameters"], parameters);
            for _ in 0..7 {
                answer_email(&client, name, &session, "12345678").await.fault("CodeMismatchException", MISMATCH);
            }
            assert_eq!(lab.mailbox.messages_for(&format!("{name}@example.com")).len(), before);
        }
    }

    async fn nobodys_destination_is_masked_from_the_name(lab: Lab) {
        let client = discreet(&lab).await;
        let output = begin(&client, "jane@gmail.com", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
        assert_eq!(output["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "j***@g***");
    }

    async fn nobodys_codes_are_counted_like_a_users(lab: Lab) {
        let client = discreet(&lab).await;
        for _ in 0..20 {
            begin_with(&client, "nobody", "EMAIL_OTP").await;
        }
        begin(&client, "nobody", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await
            .fault("TooManyRequestsException", TOO_MANY);
        lab.clock.advance(hours(1));
        begin_with(&client, "nobody", "EMAIL_OTP").await;
    }

    async fn nobodys_password_is_always_wrong_and_earns_the_pause(lab: Lab) {
        let client = discreet(&lab).await;
        for name in nobodies(&client).await {
            let session = begin_with(&client, name, "PASSWORD").await;
            for _ in 0..5 {
                answer(&client, name, "PASSWORD", &session, json!({ "PASSWORD": PASSWORD })).await
                    .fault("NotAuthorizedException", INCORRECT);
            }
            answer(&client, name, "PASSWORD", &session, json!({ "PASSWORD": PASSWORD })).await
                .fault("NotAuthorizedException", "Password attempts exceeded");
        }
    }

    async fn nobodys_proof_is_always_wrong(lab: Lab) {
        let client = discreet(&lab).await;
        for name in nobodies(&client).await {
            let preferred = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": SrpClient::default().srp_a() });
            let output = begin(&client, name, preferred.clone()).await.ok();
            assert_eq!(output["ChallengeName"], "PASSWORD_VERIFIER");
            let again = begin(&client, name, preferred).await.ok();
            assert_eq!(output["ChallengeParameters"]["SALT"], again["ChallengeParameters"]["SALT"], "{name}");
            srp::answer(&client, srp::proof(&client.pool, &output, PASSWORD)).await
                .fault("NotAuthorizedException", INCORRECT);
        }
    }

    async fn who_can_begin_with_nothing_looks_like_nobody(lab: Lab) {
        let client = discreet(&lab).await;
        let contact = json!([{ "Name": "email", "Value": EMAIL }]);
        let input = json!({ "Username": "dave", "MessageAction": "SUPPRESS", "UserAttributes": contact });
        client.pool.call("AdminCreateUser", input).await.ok();
        let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } });
        client.pool.call("UpdateUserPool", json!({ "Policies": policies })).await.ok();
        for name in ["dave", "nobody"] {
            let output = begin(&client, name, json!({})).await.ok();
            let session = challenged(&output, "SELECT_CHALLENGE");
            assert_eq!(output["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]), "{name}");
            let given = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
            answer(&client, name, "SELECT_CHALLENGE", &session, given).await
                .fault("NotAuthorizedException", INCORRECT);
        }
    }

    async fn a_step_up_tells_nobody_who_exists(lab: Lab) {
        let client = discreet(&lab).await;
        let alice = alice(&client).await.sign_in().await;
        let levels = |levels: &str| json!({ "TARGET_ACR_VALUES": levels });
        for name in ["alice", "nobody"] {
            begin(&client, name, levels("nonsense")).await
                .fault("InvalidParameterException", "None of the TARGET_ACR_VALUES is valid.");
            begin(&client, name, levels("urn:cognito:loa:4")).await
                .fault("InvalidParameterException", "The user can't reach any of the requested ACR values.");
            let output = begin(&client, name, levels("urn:cognito:loa:4 urn:cognito:loa:2")).await.ok();
            assert_eq!(output["AvailableChallenges"], json!(["EMAIL_OTP", "SMS_OTP"]), "{name}");
        }
        client.confirmed_user("bob").await;
        let given = json!({ "TARGET_ACR_VALUES": "urn:cognito:loa:2", "ACCESS_TOKEN": alice.tokens.access });
        for name in ["bob", "nobody"] {
            begin(&client, name, given.clone()).await.fault("NotAuthorizedException", "Invalid Access Token");
        }
    }

    async fn other_clients_are_told_who_may_sign_in(lab: Lab) {
        let client = client(&lab).await;
        nobodies(&client).await;
        for given in [json!({}), json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })] {
            begin(&client, "nobody", given.clone()).await.fault("UserNotFoundException", "User does not exist.");
            begin(&client, "disabled", given.clone()).await.fault("NotAuthorizedException", "User is disabled.");
            begin(&client, "reset", given).await
                .fault("PasswordResetRequiredException", "Password reset required for the user");
        }
    }
}
