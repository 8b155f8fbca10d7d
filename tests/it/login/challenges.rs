//! The pages of challenges: new passwords, codes, the choice of factors, and setting one up.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::authenticator::Authenticator;
use poolhouse_tests::browser::{Browser, Form, attribute_of, text_of};
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{after_sign_in, at, client, code, problem, sign_in_form};

const TEMPORARY: &str = "Temporary-1";
const EMAIL: &str = "alice@example.com";

/// Settings of a pool whose users may choose a code by e-mail.
fn by_email() -> Value {
    json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } } })
}

scenario! {
    async fn a_temporary_password_is_replaced_with_what_the_pool_requires(lab: Lab) {
        let schema = json!([{ "Name": "given_name", "Required": true, "Mutable": true }]);
        let pool = lab.admin().create_pool(json!({ "Schema": schema })).await;
        let client = client(&pool, json!({})).await;
        let invited = json!({
            "Username": "alice", "TemporaryPassword": TEMPORARY, "MessageAction": "SUPPRESS",
        });
        pool.call("AdminCreateUser", invited).await.ok();
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, "alice", TEMPORARY).await;
        let form = Form::of(&page, "newPasswordForm");
        assert!(form.field("requiredAttributes[given_name]").is_some(), "{form:?}");
        let filled = |password: &str, repeated: &str| {
            let form = form.clone().with("requiredAttributes[given_name]", "Alice");
            form.with("password", password).with("confirm_password", repeated)
        };
        let page = browser.submit(&filled(PASSWORD, "Another-pass1")).await;
        assert_eq!(problem(&page).as_deref(), Some("The passwords are not the same."));
        let page = browser.submit(&filled("short", "short")).await;
        assert_eq!(
            problem(&page).as_deref(),
            Some("Password did not conform with policy: Password not long enough")
        );
        // What was typed stays; what is secret doesn't.
        let again = Form::of(&page, "newPasswordForm");
        assert_eq!(again.field("requiredAttributes[given_name]"), Some("Alice"));
        assert_eq!(again.field("password"), Some(""));
        code(&browser.submit(&again.with("password", PASSWORD).with("confirm_password", PASSWORD)).await);
        assert_eq!(pool.attribute("alice", "given_name").await.as_deref(), Some("Alice"));
    }

    async fn an_authenticator_app_is_set_up_and_then_asked_for(lab: Lab) {
        let pool = lab.pool().await;
        let mfa = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
        pool.call("SetUserPoolMfaConfig", mfa).await.ok();
        let client = client(&pool, json!({})).await;
        client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, "alice", PASSWORD).await;
        let secret = attribute_of(&page, "#totpSecret", "data-secret").expect("a secret");
        assert!(attribute_of(&page, "#totpLink", "href").unwrap().starts_with("otpauth://totp/"));
        let app = Authenticator::new(&secret);
        let form = Form::of(&page, "totpSetupForm");
        let page = browser.submit(&form.clone().with("code", &app.wrong_code(&lab.clock))).await;
        assert_eq!(problem(&page).as_deref(), Some("Code mismatch and fail enable Software Token MFA"));
        assert_eq!(attribute_of(&page, "#totpSecret", "data-secret").as_deref(), Some(secret.as_str()));
        let form = Form::of(&page, "totpSetupForm");
        code(&browser.submit(&form.with("code", &app.code(&lab.clock))).await);

        lab.clock.advance(std::time::Duration::from_secs(30));
        let mut other = Browser::new(&lab);
        let page = after_sign_in(&mut other, &client, "alice", PASSWORD).await;
        let form = Form::of(&page, "codeForm");
        let page = other.submit(&form.with("code", &app.wrong_code(&lab.clock))).await;
        assert_eq!(problem(&page).as_deref(), Some("Invalid code received for user"));
        let form = Form::of(&page, "codeForm");
        code(&other.submit(&form.with("code", &app.code(&lab.clock))).await);
    }

    async fn a_user_chooses_a_code_by_mail(lab: Lab) {
        let pool = lab.admin().create_pool(by_email()).await;
        let client = client(&pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
        client.confirmed_user_with("alice", json!({ "email": EMAIL })).await;
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, "alice", "").await;
        assert_eq!(text_of(&page, ".who span").as_deref(), Some("alice"));
        let choice = Form::of(&page, "factorForm");
        let page = browser.submit(&choice.with("factor", "EMAIL_OTP")).await;
        let form = Form::of(&page, "codeForm");
        assert_eq!(form.field("destination"), Some("a***@e***"));
        let page = browser.submit(&form.with("code", "00000000")).await;
        assert_eq!(problem(&page).as_deref(), Some("Invalid code or auth state for the user."));
        let form = Form::of(&page, "codeForm");
        assert_eq!(form.field("destination"), Some("a***@e***"));
        let sent = lab.mailbox.code_for(EMAIL).await;
        code(&browser.submit(&form.with("code", &sent)).await);
    }

    async fn names_of_nobody_are_offered_the_same_choice(lab: Lab) {
        let pool = lab.admin().create_pool(by_email()).await;
        let settings = json!({
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH"], "PreventUserExistenceErrors": "ENABLED",
        });
        let client = client(&pool, settings).await;
        client.confirmed_user_with("alice", json!({ "email": EMAIL })).await;
        let mut shown = Vec::new();
        for name in ["alice", "nobody"] {
            let mut browser = Browser::new(&lab);
            let page = after_sign_in(&mut browser, &client, name, "").await;
            let text = page.text().replace(name, "NAME");
            shown.push(["factorPASSWORD", "factorEMAIL_OTP", "factorSMS_OTP"].map(|id| text.contains(id)));
        }
        assert_eq!(shown[0], shown[1]);
    }

    async fn sign_ins_do_not_go_over_from_a_page_to_the_api_or_back(lab: Lab) {
        let pool = lab.pool().await;
        let mfa = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
        pool.call("SetUserPoolMfaConfig", mfa).await.ok();
        let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        let client = client(&pool, json!({ "ExplicitAuthFlows": flows })).await;
        let alice = client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, "alice", PASSWORD).await;
        let form = Form::of(&page, "totpSetupForm");
        let session = form.field("session").unwrap();
        let responses = json!({ "USERNAME": "alice" });
        client.respond("MFA_SETUP", session, responses).await
            .fault("NotAuthorizedException", "Invalid session for the user.");

        let of_api = alice.try_sign_in().await.ok();
        let page = browser.submit(&form.with("session", of_api["Session"].as_str().unwrap())).await;
        assert_eq!(problem(&page).as_deref(), Some("Invalid session for the user."));
    }

    async fn a_sign_in_that_waited_too_long_begins_again(lab: Lab) {
        let pool = lab.admin().create_pool(by_email()).await;
        let client = client(&pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
        client.confirmed_user_with("alice", json!({ "email": EMAIL })).await;
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, "alice", "").await;
        let form = Form::of(&page, "factorForm").with("factor", "PASSWORD");
        lab.clock.advance(std::time::Duration::from_secs(181));
        let page = browser.submit(&form).await;
        assert_eq!(problem(&page).as_deref(), Some("Invalid session for the user, session is expired."));
        Form::of(&page, "cognitoSignInForm");
    }

    async fn somebody_who_is_disabled_or_unconfirmed_gets_no_code(lab: Lab) {
        let client = client(&lab.pool().await, json!({})).await;
        let alice = client.confirmed_user("alice").await;
        alice.admin_call("AdminDisableUser", json!({})).await.ok();
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, "alice", PASSWORD).await;
        assert_eq!(problem(&page).as_deref(), Some("User is disabled."));
        client.sign_up("bob", PASSWORD, json!([])).await.ok();
        let form = sign_in_form(&mut browser, &client, "bob", PASSWORD).await;
        let page = browser.submit(&form).await;
        assert_eq!(problem(&page).as_deref(), Some("User is not confirmed."));
        Form::of(&page, "confirmForm");
        assert_eq!(browser.visit(&at(&client, "/oauth2/authorize")).await.status, 302);
    }
}
