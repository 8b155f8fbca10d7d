//! Functions of pools that keep tokens from clients: what the endpoints say, and what is not used up.

use poolhouse_tests::actors::{Client, Pool};
use poolhouse_tests::browser::{Browser, answer};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::app::{App, CALLBACK, assert_refused, token};
use super::{define, post_form};

const FUNCTION: &str = "pre-token";
const HOSTILE: &str = "No <script>alert(\"1\")</script>\n&error=none#ü";
/// What the hostile function leads to, as the query of an address has it.
const ENCODED: &str = "PreTokenGeneration+failed+with+error+No+%3Cscript%3Ealert%28%221%22%29%3C%2Fscript%3E%0A%26error\
                       %3Dnone%23%C3%BC.+";

/// The settings of a pool whose tokens this function judges.
fn judged_by(arn: &str, version: &str) -> Value {
    json!({ "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaArn": arn, "LambdaVersion": version } } })
}

/// An application of a pool whose function refuses all tokens so.
async fn refused(lab: &Lab, message: &str) -> App {
    let arn = lab.functions.failing(FUNCTION, message);
    App::with(lab, judged_by(&arn, "V2_0"), json!({})).await
}

/// Lets the function refuse nothing any more.
fn relent(lab: &Lab) {
    lab.functions.answering(FUNCTION, json!({}));
}

/// A machine of a pool whose function takes events of this version.
async fn machine(lab: &Lab, arn: &str, version: &str) -> Client {
    let pool = lab.pool_with(judged_by(arn, version)).await;
    machine_of(&pool).await
}

async fn machine_of(pool: &Pool) -> Client {
    define(pool, "photos", &["read"]).await;
    pool.client_with(json!({
        "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["photos/read"],
    }))
    .await
}

async fn ask(lab: &Lab, machine: &Client, more: &[(&str, &str)]) -> Reply {
    let mut fields = vec![("grant_type", "client_credentials"), ("client_id", &*machine.id)];
    fields.push(("client_secret", machine.secret.as_deref().unwrap()));
    fields.extend(more);
    post_form(lab, &format!("/{}/oauth2/token", machine.pool.id), &fields).await
}

scenario! {
    async fn tokens_that_a_function_keeps_from_the_client_are_a_redirect(lab: Lab) {
        let app = refused(&lab, HOSTILE).await;
        let parameters = [("response_type", "token"), ("scope", "openid"), ("state", "a b")];
        let expected = format!("{CALLBACK}#error_description={ENCODED}&error=invalid_request&state=a+b");
        let mut browser = Browser::new(&lab);
        let back = app.sign_in(&mut browser, &app.authorize(&parameters)).await;
        assert_eq!(back.as_str(), expected);
        // The user has signed in for all that: the next request needs no page, and is answered alike.
        for prompt in ["", "none"] {
            let parameters: Vec<_> = parameters.into_iter().chain([("prompt", prompt)]).collect();
            let reply = browser.visit(&app.authorize(&parameters)).await;
            assert_eq!((reply.status.as_u16(), reply.header("location")), (302, &*expected));
        }
        relent(&lab);
        assert!(answer(&app.authorized(&mut browser, &parameters).await).contains_key("access_token"));
        assert_eq!(lab.functions.sources(), ["TokenGeneration_HostedAuth"; 4]);
    }

    async fn what_can_not_be_called_or_answers_nonsense_is_told_alike(lab: Lab) {
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:nowhere";
        let app = App::with(&lab, judged_by(arn, "V1_0"), json!({})).await;
        let parameters = [("response_type", "token"), ("scope", "openid")];
        let back = app.sign_in(&mut Browser::new(&lab), &app.authorize(&parameters)).await;
        let told = answer(&back);
        assert_eq!(told["error_description"], "PreTokenGeneration invocation failed due to configuration ");
        let code = app.code(&[]).await;
        let description = "PreTokenGeneration invocation failed due to configuration";
        assert_refused(&app.redeem(&code, &[]).await, "invalid_grant", Some(description));

        let arn = lab.functions.put(FUNCTION, |_| Ok(json!("nonsense")));
        let app = App::with(&lab, judged_by(&arn, "V2_0"), json!({})).await;
        let code = app.code(&[]).await;
        assert_refused(&app.redeem(&code, &[]).await, "invalid_grant", Some("Unrecognizable lambda output"));
    }

    async fn a_strict_pool_tells_it_as_the_standard_does(lab: Lab) {
        let arn = lab.functions.failing(FUNCTION, HOSTILE);
        let mut pool = judged_by(&arn, "V2_0");
        pool["UserPoolTags"] = json!({ "oidc_strict": "true" });
        let app = App::with(&lab, pool, json!({ "GenerateSecret": true })).await;
        let parameters = [("response_type", "token"), ("scope", "openid"), ("state", "s")];
        let back = app.sign_in(&mut Browser::new(&lab), &app.authorize(&parameters)).await;
        assert_eq!(back.query(), None);
        let sentence = "PreTokenGeneration failed with error No <script>alert(?1?)</script>?&error=none#?.";
        let told = answer(&back);
        assert_eq!((&*told["error"], &*told["error_description"]), ("access_denied", sentence));
        assert_eq!((&*told["state"], &*told["iss"]), ("s", &*app.pool.issuer()));
        let code = app.code(&[]).await;
        assert_refused(&app.redeem(&code, &[]).await, "invalid_grant", Some(sentence));

        lab.functions.put(FUNCTION, |_| Ok(json!(null)));
        let back = app.sign_in(&mut Browser::new(&lab), &app.authorize(&parameters)).await;
        let told = answer(&back);
        assert_eq!((&*told["error"], &*told["error_description"]), ("server_error", "Unrecognizable lambda output"));
    }

    async fn a_code_that_a_function_refuses_is_not_used_up(lab: Lab) {
        let app = refused(&lab, "Not now").await;
        let code = app.code(&[("scope", "openid")]).await;
        let description = "PreTokenGeneration failed with error Not now.";
        for _ in 0..2 {
            assert_refused(&app.redeem(&code, &[]).await, "invalid_grant", Some(description));
        }
        relent(&lab);
        let tokens = app.redeem(&code, &[]).await.ok();
        app.user_info(token(&tokens, "access_token")).await.ok();
        assert_refused(&app.redeem(&code, &[]).await, "invalid_grant", None);
        assert_eq!(lab.functions.sources(), ["TokenGeneration_HostedAuth"; 3]);
    }

    async fn a_refresh_token_that_a_function_refuses_is_not_used_up(lab: Lab) {
        let arn = lab.functions.answering(FUNCTION, json!({}));
        let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 });
        let flows = ["ALLOW_USER_SRP_AUTH"];
        let client = json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": flows });
        let app = App::with(&lab, judged_by(&arn, "V2_0"), client).await;
        let tokens = app.tokens(&[("scope", "openid")]).await;
        let refresh = token(&tokens, "refresh_token");
        lab.functions.failing(FUNCTION, "Not now");
        let metadata = ("aws_client_metadata", "passed over");
        for _ in 0..2 {
            let description = "PreTokenGeneration failed with error Not now.";
            assert_refused(&app.refresh(refresh, &[metadata]).await, "invalid_grant", Some(description));
        }
        relent(&lab);
        let renewed = app.refresh(refresh, &[]).await.ok();
        assert_ne!(token(&renewed, "refresh_token"), refresh);
        // Now it is: whoever shows it again stole it.
        assert_refused(&app.refresh(refresh, &[]).await, "invalid_grant", None);
        let events = lab.functions.events(FUNCTION);
        let sources: Vec<&Value> = events.iter().map(|event| &event["triggerSource"]).collect();
        assert_eq!(sources[0], "TokenGeneration_HostedAuth");
        assert_eq!(sources[1..], ["TokenGeneration_RefreshTokens"; 3]);
        assert!(events.iter().all(|event| event["request"]["clientMetadata"] == json!({})));
    }

    async fn a_machine_hands_metadata_on_to_the_function_that_judges_its_token(lab: Lab) {
        let arn = lab.functions.put(FUNCTION, |mut event| {
            let tenant = event["request"]["clientMetadata"]["tenant"].clone();
            let claims = json!({ "claimsToAddOrOverride": { "tenant": tenant } });
            event["response"] = json!({ "claimsAndScopeOverrideDetails": { "accessTokenGeneration": claims } });
            Ok(event)
        });
        let machine = machine(&lab, &arn, "V3_0").await;
        let metadata = r#"{"tenant":"<ü> & co","empty":""}"#;
        let output = ask(&lab, &machine, &[("aws_client_metadata", metadata)]).await.ok();
        assert_eq!(machine.pool.verify(token(&output, "access_token")).await["tenant"], "<ü> & co");
        let event = lab.functions.event(FUNCTION);
        assert_eq!(event["triggerSource"], "TokenGeneration_ClientCredentials");
        assert_eq!((&event["version"], &event["userName"]), (&json!("3"), &json!("ClientCredentials")));
        let request = json!({
            "userAttributes": {}, "groupConfiguration": null, "scopes": ["photos/read"],
            "clientMetadata": { "tenant": "<ü> & co", "empty": "" },
        });
        assert_eq!(event["request"], request);
        // Empty is as good as absent.
        ask(&lab, &machine, &[("aws_client_metadata", "")]).await.ok();
        assert_eq!(lab.functions.events(FUNCTION)[1]["request"]["clientMetadata"], json!({}));
    }

    async fn metadata_that_is_no_object_of_strings_is_refused(lab: Lab) {
        let arn = lab.functions.listening(FUNCTION);
        let machine = machine(&lab, &arn, "V3_0").await;
        let deep = "[".repeat(10_000);
        let twice = [("aws_client_metadata", "{}"), ("aws_client_metadata", "{}")];
        assert_refused(&ask(&lab, &machine, &twice).await, "invalid_request", Some("A parameter is given more than once."));
        for malformed in ["x", "[]", "null", "\"a\"", r#"{"a":1}"#, r#"{"a":null}"#, r#"{"a":{}}"#, "{", "{}{}", &deep] {
            let reply = ask(&lab, &machine, &[("aws_client_metadata", malformed)]).await;
            let description = "aws_client_metadata is not a JSON object of strings.";
            assert_refused(&reply, "invalid_request", Some(description));
        }
        let with_length = |length: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(length - r#"{"a":""}"#.len()));
        let reply = ask(&lab, &machine, &[("aws_client_metadata", &with_length(16 * 1024 + 1))]).await;
        assert_refused(&reply, "invalid_request", Some("aws_client_metadata is too long."));
        assert!(lab.functions.events(FUNCTION).is_empty());
        ask(&lab, &machine, &[("aws_client_metadata", &with_length(16 * 1024))]).await.ok();
        assert_eq!(lab.functions.events(FUNCTION).len(), 1);
    }

    async fn a_machine_is_told_why_it_gets_no_token(lab: Lab) {
        let arn = lab.functions.failing(FUNCTION, "Closed");
        for (version, is_judged) in [("V1_0", false), ("V2_0", false), ("V3_0", true)] {
            let machine = machine(&lab, &arn, version).await;
            let reply = ask(&lab, &machine, &[]).await;
            if is_judged {
                let description = "PreTokenGeneration failed with error Closed.";
                assert_refused(&reply, "invalid_grant", Some(description));
            } else {
                reply.ok();
            }
        }
    }
}
