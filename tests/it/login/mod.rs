//! The pages of managed login, as a browser without JavaScript uses them.

mod accounts;
mod challenges;
mod forms;
mod triggers;

use poolhouse_tests::actors::{Client, Pool};
use poolhouse_tests::browser::{Browser, Form, answer, location, text_of};
use poolhouse_tests::reply::Reply;
use serde_json::{Value, json};

const CALLBACK: &str = "https://app.example.com/cb";
const INCORRECT: &str = "Incorrect username or password.";

/// An app client of `pool` whose users sign in on pages.
async fn client(pool: &Pool, settings: Value) -> Client {
    let base = json!({
        "CallbackURLs": [CALLBACK], "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": ["COGNITO"],
    });
    pool.client_with(poolhouse_tests::actors::merge(base, settings)).await
}

/// The address of a page for `client`.
fn at(client: &Client, path: &str) -> String {
    format!(
        "{path}?response_type=code&client_id={}&redirect_uri={CALLBACK}&state=s",
        client.id
    )
}

/// The first page, with what the user types.
async fn sign_in_form(browser: &mut Browser, client: &Client, username: &str, password: &str) -> Form {
    let page = browser.open(&at(client, "/oauth2/authorize")).await;
    let form = Form::of(&page, "cognitoSignInForm").with("username", username);
    if password.is_empty() {
        form
    } else {
        form.with("password", password)
    }
}

/// The page that follows the first one.
async fn after_sign_in(browser: &mut Browser, client: &Client, username: &str, password: &str) -> Reply {
    let form = sign_in_form(browser, client, username, password).await;
    browser.submit(&form).await
}

/// The code that the browser carries back to the client.
#[track_caller]
fn code(reply: &Reply) -> String {
    let address = location(reply);
    assert!(address.as_str().starts_with(CALLBACK), "{address}");
    let answer = answer(&address);
    assert_eq!(answer["state"], "s");
    answer["code"].clone()
}

/// What the page says went wrong.
fn problem(page: &Reply) -> Option<String> {
    text_of(page, "#errorMessage")
}
