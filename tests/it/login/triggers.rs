//! What the pages say of functions that refuse: their sentence, above a form that has lost nothing.

use poolhouse_outbound::InvokeError;
use poolhouse_tests::actors::{Client, PASSWORD, Pool};
use poolhouse_tests::browser::{Browser, Form, attribute_of, text_of};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{after_sign_in, at, client, code, problem};

/// Makes the error with which a call fails.
type Failure = fn() -> InvokeError;

const FUNCTION: &str = "judge";
const EMAIL: &str = "alice@example.com";
const HOSTILE: &str = "No <script>alert(1)</script>\n\"><img src=x onerror=alert(2)>&amp;";

/// A pool that verifies e-mail addresses, one of whose triggers is the function.
async fn pool(lab: &Lab, trigger: &str, settings: Value) -> Pool {
    let arn = lab.functions.listening(FUNCTION);
    let base = json!({ "AutoVerifiedAttributes": ["email"], "LambdaConfig": { trigger: arn } });
    lab.pool_with(poolhouse_tests::actors::merge(base, settings)).await
}

/// The same, with an app client whose users sign in on pages.
async fn stage(lab: &Lab, trigger: &str) -> Client {
    client(&pool(lab, trigger, json!({})).await, json!({})).await
}

fn refuse(lab: &Lab, message: &str) {
    lab.functions.failing(FUNCTION, message);
}

fn relent(lab: &Lab) {
    lab.functions.listening(FUNCTION);
}

/// The form of a new account, filled in.
fn filled(page: &Reply) -> Form {
    let form = Form::of(page, "signUpForm")
        .with("username", "alice")
        .with("requiredAttributes[email]", EMAIL);
    form.with("password", PASSWORD).with("confirm_password", PASSWORD)
}

/// Signs alice up on the pages; the page that follows.
async fn sign_up(browser: &mut Browser, client: &Client) -> Reply {
    let page = browser.visit(&at(client, "/signup")).await;
    browser.submit(&filled(&page)).await
}

#[track_caller]
fn assert_problem(page: &Reply, sentence: &str) {
    assert_eq!(
        (page.status.as_u16(), problem(page).as_deref()),
        (400, Some(sentence)),
        "{}",
        page.text()
    );
}

scenario! {
    async fn a_refused_sign_up_says_why_in_the_functions_own_words(lab: Lab) {
        let client = stage(&lab, "PreSignUp").await;
        refuse(&lab, HOSTILE);
        let mut browser = Browser::new(&lab);
        let page = browser.visit(&(at(&client, "/signup") + "&lang=de")).await;
        let page = browser.submit(&filled(&page)).await;
        assert_problem(&page, &format!("PreSignUp failed with error {HOSTILE}."));
        assert!(!page.text().contains("<script>alert") && !page.text().contains("<img"), "{}", page.text());
        assert_eq!(attribute_of(&page, "html", "lang").as_deref(), Some("de"));
        assert_eq!(text_of(&page, "h1").as_deref(), Some("Konto erstellen"));
        let form = Form::of(&page, "signUpForm");
        assert_eq!((form.field("username"), form.field("requiredAttributes[email]")), (Some("alice"), Some(EMAIL)));
        assert_eq!((form.field("password"), form.field("confirm_password")), (Some(""), Some("")));
        relent(&lab);
        let page = browser.submit(&form.with("password", PASSWORD).with("confirm_password", PASSWORD)).await;
        Form::of(&page, "confirmForm");
        let event = &lab.functions.events(FUNCTION)[1];
        assert_eq!((&event["triggerSource"], &event["userName"]), (&json!("PreSignUp_SignUp"), &json!("alice")));
        let request = json!({ "userAttributes": { "email": EMAIL }, "validationData": null, "clientMetadata": {} });
        assert_eq!(event["request"], request);
    }

    async fn a_user_whom_a_function_confirms_is_told_that_there_is_an_account(lab: Lab) {
        let client = stage(&lab, "PreSignUp").await;
        lab.functions.answering(FUNCTION, json!({ "autoConfirmUser": true, "autoVerifyEmail": true }));
        let mut browser = Browser::new(&lab);
        let page = sign_up(&mut browser, &client).await;
        assert_eq!(text_of(&page, "#noticeMessage").as_deref(), Some("Your account has been created."));
        let form = Form::of(&page, "cognitoSignInForm");
        assert_eq!(form.field("username"), Some("alice"));
        code(&browser.submit(&form.with("password", PASSWORD)).await);
    }

    async fn a_confirmation_stands_though_a_function_fails_that_hears_of_it(lab: Lab) {
        let client = stage(&lab, "PostConfirmation").await;
        let mut browser = Browser::new(&lab);
        let page = sign_up(&mut browser, &client).await;
        refuse(&lab, HOSTILE);
        let sent = lab.mailbox.code_for(EMAIL).await;
        let page = browser.submit(&Form::of(&page, "confirmForm").with("code", &sent)).await;
        assert_problem(&page, &format!("PostConfirmation failed with error {HOSTILE}."));
        assert_eq!(client.pool.user("alice").await["UserStatus"], "CONFIRMED");
        let form = Form::of(&page, "cognitoSignInForm");
        assert_eq!(form.field("username"), Some("alice"));
        code(&browser.submit(&form.with("password", PASSWORD)).await);
    }

    async fn a_sign_in_that_a_function_refuses_is_tried_again_on_the_same_page(lab: Lab) {
        for trigger in ["PreAuthentication", "PostAuthentication"] {
            let client = stage(&lab, trigger).await;
            client.confirmed_user("alice").await;
            refuse(&lab, HOSTILE);
            let mut browser = Browser::new(&lab);
            let page = after_sign_in(&mut browser, &client, "alice", PASSWORD).await;
            assert_problem(&page, &format!("{trigger} failed with error {HOSTILE}."));
            assert!(!page.text().contains("<script>alert"), "{}", page.text());
            assert!(browser.cookies_named("cognito").is_empty());
            let form = Form::of(&page, "cognitoSignInForm");
            assert_eq!(form.field("username"), Some("alice"));
            relent(&lab);
            code(&browser.submit(&form.with("password", PASSWORD)).await);
            let event = lab.functions.events(FUNCTION).pop().unwrap();
            assert_eq!(event["triggerSource"], format!("{trigger}_Authentication"));
            assert_eq!(event["callerContext"]["clientId"], client.id);
        }
    }

    async fn what_can_not_be_called_or_answers_nonsense_is_told_without_what_is_behind(lab: Lab) {
        let client = stage(&lab, "PreAuthentication").await;
        client.confirmed_user("alice").await;
        let refusals: [(Failure, &str); 3] = [
            (|| InvokeError::NoTarget, "PreAuthentication invocation failed due to configuration"),
            (
                || InvokeError::Service { code: "AccessDeniedException".to_owned() },
                "PreAuthentication invocation failed due to error AccessDeniedException.",
            ),
            (|| InvokeError::NotJson, "Invalid lambda function output : Invalid JSON"),
        ];
        for (refusal, sentence) in refusals {
            lab.functions.put(FUNCTION, move |_| Err(refusal()));
            let page = after_sign_in(&mut Browser::new(&lab), &client, "alice", PASSWORD).await;
            assert_problem(&page, sentence);
        }
    }

    async fn a_code_is_good_still_after_a_function_refused(lab: Lab) {
        let factors = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
        let pool = pool(&lab, "PostAuthentication", json!({ "Policies": factors })).await;
        let client = client(&pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })).await;
        client.confirmed_user_with("alice", json!({ "email": EMAIL })).await;
        for (factor, form_name) in [("EMAIL_OTP", "codeForm"), ("PASSWORD", "passwordForm")] {
            refuse(&lab, HOSTILE);
            let mut browser = Browser::new(&lab);
            let page = after_sign_in(&mut browser, &client, "alice", "").await;
            let page = browser.submit(&Form::of(&page, "factorForm").with("factor", factor)).await;
            let form = Form::of(&page, form_name);
            let form = match factor {
                "PASSWORD" => form.with("password", PASSWORD),
                _ => form.with("code", &lab.mailbox.code_for(EMAIL).await),
            };
            let page = browser.submit(&form).await;
            assert_problem(&page, &format!("PostAuthentication failed with error {HOSTILE}."));
            let again = Form::of(&page, form_name);
            assert_eq!(again.field("destination"), form.field("destination"));
            relent(&lab);
            code(&browser.submit(&form.with("_csrf", again.field("_csrf").unwrap())).await);
        }
    }

    async fn an_authenticator_code_is_good_still_after_a_function_refused(lab: Lab) {
        let pool = pool(&lab, "PostAuthentication", json!({})).await;
        let mfa = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
        pool.call("SetUserPoolMfaConfig", mfa).await.ok();
        let client = client(&pool, json!({})).await;
        client.confirmed_user("alice").await;
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, "alice", PASSWORD).await;
        let secret = attribute_of(&page, "#totpSecret", "data-secret").expect("a secret");
        let app = poolhouse_tests::authenticator::Authenticator::new(&secret);
        code(&browser.submit(&Form::of(&page, "totpSetupForm").with("code", &app.code(&lab.clock))).await);
        lab.clock.advance(std::time::Duration::from_secs(30));
        refuse(&lab, "Closed");
        let mut browser = Browser::new(&lab);
        let page = after_sign_in(&mut browser, &client, "alice", PASSWORD).await;
        let form = Form::of(&page, "codeForm").with("code", &app.code(&lab.clock));
        let page = browser.submit(&form).await;
        assert_problem(&page, "PostAuthentication failed with error Closed.");
        relent(&lab);
        let form = Form::of(&page, "codeForm").with("code", &app.code(&lab.clock));
        code(&browser.submit(&form).await);
    }

    async fn messages_that_a_function_does_not_word_are_not_sent(lab: Lab) {
        let client = stage(&lab, "CustomMessage").await;
        let mut browser = Browser::new(&lab);
        let page = sign_up(&mut browser, &client).await;
        refuse(&lab, HOSTILE);
        let sentence = format!("CustomMessage failed with error {HOSTILE}.");
        let page = browser.submit(&Form::of(&page, "resendCodeForm")).await;
        assert_problem(&page, &sentence);
        let sent = lab.mailbox.code_for(EMAIL).await;
        code(&browser.submit(&Form::of(&page, "confirmForm").with("code", &sent)).await);

        let page = browser.visit(&at(&client, "/forgotPassword")).await;
        let page = browser.submit(&Form::of(&page, "forgotPasswordForm").with("username", "alice")).await;
        assert_problem(&page, &sentence);
        let form = Form::of(&page, "forgotPasswordForm");
        assert_eq!(form.field("username"), Some("alice"));
        relent(&lab);
        Form::of(&browser.submit(&form).await, "confirmForgotPasswordForm");
    }

    async fn a_new_password_stands_though_a_function_fails_that_hears_of_it(lab: Lab) {
        const ANOTHER: &str = "Another-pass1";
        let client = stage(&lab, "PostConfirmation").await;
        let mut browser = Browser::new(&lab);
        let page = sign_up(&mut browser, &client).await;
        let sent = lab.mailbox.code_for(EMAIL).await;
        code(&browser.submit(&Form::of(&page, "confirmForm").with("code", &sent)).await);
        let page = browser.visit(&at(&client, "/forgotPassword")).await;
        let page = browser.submit(&Form::of(&page, "forgotPasswordForm").with("username", "alice")).await;
        refuse(&lab, "Sorry");
        let form = Form::of(&page, "confirmForgotPasswordForm").with("code", &lab.mailbox.code_for(EMAIL).await);
        let page = browser.submit(&form.with("password", ANOTHER).with("confirm_password", ANOTHER)).await;
        assert_problem(&page, "PostConfirmation failed with error Sorry.");
        let form = Form::of(&page, "cognitoSignInForm");
        assert_eq!(form.field("username"), Some("alice"));
        code(&browser.submit(&form.with("password", ANOTHER)).await);
    }

    async fn who_confirms_by_a_link_is_asked_for_no_code(lab: Lab) {
        let template = json!({ "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_LINK" } });
        let client = client(&pool(&lab, "CustomMessage", template).await, json!({})).await;
        let mut browser = Browser::new(&lab);
        let page = sign_up(&mut browser, &client).await;
        let sentence = "We sent a link to a***@e***. Open it to confirm your account.";
        assert_eq!(text_of(&page, "main .text").as_deref(), Some(sentence));
        assert_eq!(text_of(&page, "#confirmForm"), None);
        assert_eq!(text_of(&page, "#resendCode").as_deref(), Some("Send a new link"));
        let page = browser.submit(&Form::of(&page, "resendCodeForm")).await;
        assert_eq!(text_of(&page, "main .text").as_deref(), Some(sentence));
        let page = after_sign_in(&mut browser, &client, "alice", PASSWORD).await;
        assert_problem(&page, "User is not confirmed.");
        assert_eq!(text_of(&page, "#confirmForm"), None);
        let link = lab.mailbox.newest_for(EMAIL).await.link.unwrap();
        assert_eq!(Browser::new(&lab).visit(&link).await.status, 200);
        code(&after_sign_in(&mut browser, &client, "alice", PASSWORD).await);
    }
}
