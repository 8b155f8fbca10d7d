//! Signing up, confirming, and forgotten passwords, on pages.

use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::browser::{Browser, Form, text_of};
use poolhouse_tests::scenario;
use serde_json::json;

use super::{INCORRECT, after_sign_in, at, client, code, problem};

const EMAIL: &str = "alice@example.com";
const ANOTHER: &str = "Another-pass1";

scenario! {
    async fn somebody_signs_up_confirms_and_is_signed_in(lab: Lab) {
        let pool = lab.admin().create_pool(json!({ "AutoVerifiedAttributes": ["email"] })).await;
        let client = client(&pool, json!({})).await;
        let mut browser = Browser::new(&lab);
        let page = browser.visit(&at(&client, "/signup")).await;
        let form = Form::of(&page, "signUpForm").with("username", "alice").with("requiredAttributes[email]", EMAIL);
        let weak = form.clone().with("password", "weak").with("confirm_password", "weak");
        let page = browser.submit(&weak).await;
        assert_eq!(
            problem(&page).as_deref(),
            Some("Password did not conform with policy: Password not long enough")
        );
        let form = Form::of(&page, "signUpForm").with("password", PASSWORD).with("confirm_password", PASSWORD);
        assert_eq!(form.field("requiredAttributes[email]"), Some(EMAIL));
        let page = browser.submit(&form).await;
        let confirm = Form::of(&page, "confirmForm");
        assert_eq!(confirm.field("destination"), Some("a***@e***"));
        let page = browser.submit(&confirm.with("code", "000000")).await;
        assert_eq!(problem(&page).as_deref(), Some("Invalid verification code provided, please try again."));
        let page = browser.submit(&Form::of(&page, "resendCodeForm")).await;
        let confirm = Form::of(&page, "confirmForm");
        let sent = lab.mailbox.code_for(EMAIL).await;
        code(&browser.submit(&confirm.with("code", &sent)).await);
        assert_eq!(pool.user("alice").await["UserStatus"], "CONFIRMED");
        assert_eq!(pool.attribute("alice", "email_verified").await.as_deref(), Some("true"));
    }

    async fn taken_names_and_closed_pools_are_told(lab: Lab) {
        let client = client(&lab.pool().await, json!({})).await;
        client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        let page = browser.visit(&at(&client, "/signup")).await;
        let form = Form::of(&page, "signUpForm").with("username", "alice");
        let form = form.with("password", PASSWORD).with("confirm_password", PASSWORD);
        let page = browser.submit(&form).await;
        assert_eq!(problem(&page).as_deref(), Some("User already exists"));

        let closed = json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } });
        let closed = self::client(&lab.admin().create_pool(closed).await, json!({})).await;
        let page = browser.visit(&at(&closed, "/login")).await;
        assert_eq!(text_of(&page, "#signUpLink"), None);
        let page = browser.visit(&at(&closed, "/signup")).await;
        let form = Form::of(&page, "signUpForm").with("username", "bob");
        let form = form.with("password", PASSWORD).with("confirm_password", PASSWORD);
        let page = browser.submit(&form).await;
        assert_eq!(problem(&page).as_deref(), Some("SignUp is not permitted for this user pool"));
    }

    async fn a_forgotten_password_is_reset(lab: Lab) {
        let pool = lab.admin().create_pool(json!({ "AutoVerifiedAttributes": ["email"] })).await;
        let client = client(&pool, json!({})).await;
        let alice = client.confirmed_user_with("alice", json!({ "email": EMAIL })).await;
        let verified = json!([{ "Name": "email_verified", "Value": "true" }]);
        alice.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": verified })).await.ok();
        let mut browser = Browser::new(&lab);
        let page = browser.visit(&at(&client, "/forgotPassword")).await;
        let page = browser.submit(&Form::of(&page, "forgotPasswordForm").with("username", "alice")).await;
        let form = Form::of(&page, "confirmForgotPasswordForm");
        let filled = |code: &str| {
            form.clone().with("code", code).with("password", ANOTHER).with("confirm_password", ANOTHER)
        };
        let page = browser.submit(&filled("000000")).await;
        assert_eq!(problem(&page).as_deref(), Some("Invalid verification code provided, please try again."));
        let sent = lab.mailbox.code_for(EMAIL).await;
        let page = browser.submit(&filled(&sent)).await;
        assert!(text_of(&page, "#noticeMessage").is_some(), "{}", page.text());
        let form = Form::of(&page, "cognitoSignInForm").with("password", ANOTHER);
        assert_eq!(form.field("username"), Some("alice"));
        code(&browser.submit(&form).await);
        let page = after_sign_in(&mut Browser::new(&lab), &client, "alice", PASSWORD).await;
        assert_eq!(problem(&page).as_deref(), Some(INCORRECT));
    }
}
