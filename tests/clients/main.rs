//! Real clients judge the real program: aws-cli, boto3, pycognito, the AWS SDK for JavaScript, amazon-cognito-identity-js,
//! aws-amplify in a browser, the relying parties openid-client, oauth4webapi and authlib, and people in a browser on the
//! pages of managed login; functions behind serverless-offline, which stands for AWS Lambda, and mail through aiosmtpd, as
//! Python's email reads it. All that on SQLite and on Postgres.

#![cfg(test)]

mod aws_cli;
mod codes;
mod house;
mod inbox;
mod lambda;
mod mail;
mod migration;
mod sms;
mod smtp;
mod stage;
mod tools;

use anyhow::Result;
use poolhouse_tests::database::Backend;

use crate::aws_cli::AwsCli;
use crate::inbox::Inbox;
use crate::sms::SmsWebhook;
use crate::smtp::{SmtpServer, Tls};
use crate::stage::Stage;
use crate::tools::Tools;

async fn aws_cli_replaces_a_temporary_password(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let story = async |stage: &Stage| aws_cli::temporary_password(&AwsCli::new(&tools, stage)).await;
    stage::play(backend, &[], story).await
}

async fn aws_cli_signs_up_with_a_code_from_the_inbox(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let story = async |stage: &Stage| {
        let inbox = Inbox::of(stage.url());
        aws_cli::self_service(&AwsCli::new(&tools, stage), async |address| {
            inbox.newest_code(address).await
        })
        .await
    };
    stage::play(backend, &[], story).await
}

async fn aws_cli_signs_up_with_a_code_from_an_smtp_server(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let smtp = SmtpServer::start(&tools).await?;
    let options = ["--smtp-url", &smtp.url()];
    let story = async |stage: &Stage| {
        aws_cli::self_service(&AwsCli::new(&tools, stage), async |address| {
            smtp.newest_code(address).await
        })
        .await
    };
    stage::play(backend, &options, story).await
}

async fn mail_goes_over_starttls_with_a_password(backend: Backend) -> Result<()> {
    mail::over_tls(backend, Tls::Starttls).await
}

async fn mail_goes_over_tls_from_the_first_byte_with_a_password(backend: Backend) -> Result<()> {
    mail::over_tls(backend, Tls::Implicit).await
}

async fn mail_is_tried_again_until_it_is_taken_or_refused(backend: Backend) -> Result<()> {
    mail::play(backend, mail::tries_again).await
}

async fn mail_confirms_by_a_link(backend: Backend) -> Result<()> {
    mail::play(backend, mail::confirms_by_link).await
}

async fn mail_outlives_a_program_that_is_killed(backend: Backend) -> Result<()> {
    mail::outlives_the_program(backend).await
}

async fn boto3_moves_a_user_from_one_program_to_another(backend: Backend) -> Result<()> {
    migration::moves_users(backend).await
}

async fn functions_are_called_for_every_trigger(backend: Backend) -> Result<()> {
    lambda::play(backend, "triggers_story.py").await
}

async fn functions_change_tokens_within_their_limits(backend: Backend) -> Result<()> {
    lambda::play(backend, "pre_token_generation_story.py").await
}

async fn functions_send_codes_that_they_decrypt(backend: Backend) -> Result<()> {
    lambda::play(backend, "custom_senders_story.py").await
}

async fn functions_are_services_and_commands_too(backend: Backend) -> Result<()> {
    lambda::play_elsewhere(backend, "function_targets_story.py").await
}

async fn amazon_cognito_identity_js_signs_in_with_challenges_of_an_app(backend: Backend) -> Result<()> {
    lambda::play(backend, "identity_js_custom_auth_story.mjs").await
}

async fn boto3_plays_both_stories(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let story = async |stage: &Stage| tools.python("boto3_story.py", &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn boto3_signs_in_with_a_code_that_a_webhook_received(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let webhook = SmsWebhook::start(&tools).await?;
    let url = webhook.url();
    let options = ["--sms-webhook-url", &url, "--sms-webhook-secret", sms::SECRET];
    let story = async |stage: &Stage| tools.python("sms_story.py", &[stage.endpoint(), &url]).await.map(drop);
    stage::play(backend, &options, story).await
}

async fn pycognito_signs_in_by_srp_and_with_codes_of_an_app(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let story = async |stage: &Stage| tools.python("pycognito_story.py", &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn the_sdk_for_javascript_plays_both_stories(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let story = async |stage: &Stage| tools.node("sdk_v3_story.mjs", &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn amazon_cognito_identity_js_signs_in_by_srp(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let story = async |stage: &Stage| tools.node("identity_js_story.mjs", &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn amazon_cognito_identity_js_signs_in_with_second_factors(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "identity_js_factors_story.mjs";
    let story = async |stage: &Stage| tools.node(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn amplify_lives_with_its_users_in_a_browser(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let story = async |stage: &Stage| tools.browser("amplify_story.mjs", &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn amplify_signs_in_by_choice_in_a_browser(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "amplify_choice_story.mjs";
    let story = async |stage: &Stage| tools.browser(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn amazon_cognito_identity_js_remembers_a_device(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "identity_js_devices_story.mjs";
    let story = async |stage: &Stage| tools.node(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn pycognito_remembers_a_device(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "pycognito_devices_story.py";
    let story = async |stage: &Stage| tools.python(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn amplify_remembers_a_device_in_a_browser(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "amplify_devices_story.mjs";
    let story = async |stage: &Stage| tools.browser(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn aws_jwt_verify_believes_tokens_of_the_issuers_of_aws(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let story = async |stage: &Stage| {
        let (authority, port) = (stage.certificate_authority().await?, stage.https_port()?);
        let arguments = [stage.endpoint(), &port];
        let script = "jwt_verify_story.mjs";
        tools
            .node_trusting(authority.path(), script, &arguments)
            .await
            .map(drop)
    };
    let options = ["--issuer-mode", "aws", "--tls-listen", "127.0.0.1:0"];
    stage::play(backend, &options, story).await
}

async fn people_sign_in_on_the_pages(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "managed_login_story.mjs";
    let story = async |stage: &Stage| tools.browser(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn people_use_the_pages_without_javascript_and_in_their_language(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "managed_login_plain_story.mjs";
    let story = async |stage: &Stage| tools.browser(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn people_sign_in_with_second_factors_and_without_a_password(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "managed_login_factors_story.mjs";
    let story = async |stage: &Stage| tools.browser(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn people_see_the_look_that_an_administrator_wishes(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "managed_login_brand_story.mjs";
    let story = async |stage: &Stage| tools.browser(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn openid_client_and_oauth4webapi_rely_on_pools(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "relying_parties_story.mjs";
    let story = async |stage: &Stage| tools.browser(script, &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn authlib_relies_on_pools(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let story = async |stage: &Stage| tools.python("authlib_story.py", &[stage.endpoint()]).await.map(drop);
    stage::play(backend, &[], story).await
}

async fn amplify_signs_in_with_redirect_over_https(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let script = "amplify_redirect_story.mjs";
    let story = async |stage: &Stage| {
        let (authority, port) = (stage.certificate_authority().await?, stage.https_port()?);
        let arguments = [stage.endpoint(), &port];
        tools
            .browser_trusting(authority.path(), script, &arguments)
            .await
            .map(drop)
    };
    stage::play(backend, &["--tls-listen", "127.0.0.1:0"], story).await
}

/// Makes two tests of each story: one on SQLite, one on Postgres.
macro_rules! on_both_databases {
    ($($story:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $story() -> anyhow::Result<()> { super::$story(super::Backend::SqliteFile).await })*
        }
        mod on_postgres {
            $(#[tokio::test] async fn $story() -> anyhow::Result<()> { super::$story(super::Backend::Postgres).await })*
        }
    };
}

on_both_databases!(
    aws_cli_replaces_a_temporary_password,
    aws_cli_signs_up_with_a_code_from_the_inbox,
    aws_cli_signs_up_with_a_code_from_an_smtp_server,
    mail_goes_over_starttls_with_a_password,
    mail_goes_over_tls_from_the_first_byte_with_a_password,
    mail_is_tried_again_until_it_is_taken_or_refused,
    mail_outlives_a_program_that_is_killed,
    mail_confirms_by_a_link,
    boto3_moves_a_user_from_one_program_to_another,
    functions_are_called_for_every_trigger,
    functions_change_tokens_within_their_limits,
    functions_send_codes_that_they_decrypt,
    functions_are_services_and_commands_too,
    amazon_cognito_identity_js_signs_in_with_challenges_of_an_app,
    boto3_plays_both_stories,
    boto3_signs_in_with_a_code_that_a_webhook_received,
    pycognito_signs_in_by_srp_and_with_codes_of_an_app,
    aws_jwt_verify_believes_tokens_of_the_issuers_of_aws,
    the_sdk_for_javascript_plays_both_stories,
    amazon_cognito_identity_js_signs_in_by_srp,
    amazon_cognito_identity_js_signs_in_with_second_factors,
    amazon_cognito_identity_js_remembers_a_device,
    amplify_lives_with_its_users_in_a_browser,
    amplify_signs_in_by_choice_in_a_browser,
    pycognito_remembers_a_device,
    amplify_remembers_a_device_in_a_browser,
    amplify_signs_in_with_redirect_over_https,
    people_sign_in_on_the_pages,
    people_sign_in_with_second_factors_and_without_a_password,
    people_see_the_look_that_an_administrator_wishes,
    people_use_the_pages_without_javascript_and_in_their_language,
    openid_client_and_oauth4webapi_rely_on_pools,
    authlib_relies_on_pools,
);
