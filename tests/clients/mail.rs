//! Stories of mail that really goes through a relay, as a mail program reads it.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use http::StatusCode;
use poolhouse_tests::connection::Connection;
use poolhouse_tests::database::{Backend, TestDatabase};
use poolhouse_tests::program::Program;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{Position, Url};

use crate::house::{House, equal, text};
use crate::smtp::{SmtpServer, Tls};
use crate::stage::{self, Stage};
use crate::tools::Tools;

/// Plays a story on a program that delivers its mail to a server for everybody.
pub async fn play(backend: Backend, story: impl AsyncFnOnce(&SmtpServer, &Url) -> Result<()>) -> Result<()> {
    let tools = Tools::installed()?;
    let smtp = SmtpServer::start(&tools).await?;
    let options = ["--smtp-url", &smtp.url()];
    stage::play(backend, &options, async |stage| story(&smtp, stage.url()).await).await
}

/// Mail with everything that a pool may say about it goes through a relay that demands TLS and a password.
pub async fn over_tls(backend: Backend, tls: Tls) -> Result<()> {
    let tools = Tools::installed()?;
    let smtp = SmtpServer::start_secure(&tools, tls).await?;
    let options = ["--smtp-url", &smtp.url()];
    let story = async |stage: &Stage| pool_with_its_own_words(&smtp, stage.url()).await;
    stage::play_trusting(&smtp.certificate_authority(), backend, &options, story).await
}

async fn pool_with_its_own_words(smtp: &SmtpServer, endpoint: &Url) -> Result<()> {
    let house = House::open(
        endpoint,
        json!({
            "AutoVerifiedAttributes": ["email"],
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/example.com",
                "From": "The House <house@example.com>",
                "ReplyToEmailAddress": "help@example.com",
                "ConfigurationSet": "tracked",
            },
            "VerificationMessageTemplate": {
                "EmailSubject": "Grüße an dich",
                "EmailMessage": "<p>Dein Schlüssel: <b>{####}</b></p>",
            },
            "AdminCreateUserConfig": {
                "InviteMessageTemplate": {
                    "EmailSubject": "Come in",
                    "EmailMessage": "You are {username} & your password is {####}",
                    "SMSMessage": "{username} {####}",
                },
            },
        }),
    )
    .await?;

    house.sign_up("alice", "alice@example.com").await?;
    let mail = taken(smtp, "alice@example.com").await?;
    equal(&mail, "/mail_from", &json!("house@example.com"))?;
    equal(&mail, "/From", &json!("The House <house@example.com>"))?;
    equal(&mail, "/To", &json!("alice@example.com"))?;
    equal(&mail, "/Reply-To", &json!("help@example.com"))?;
    equal(&mail, "/X-SES-CONFIGURATION-SET", &json!("tracked"))?;
    equal(&mail, "/Subject", &json!("Grüße an dich"))?;
    for how in ["/encrypted", "/authenticated"] {
        equal(&mail, how, &json!(true))?;
    }
    let code = digits(&mail)?;
    equal(&mail, "/html", &json!(format!("<p>Dein Schlüssel: <b>{code}</b></p>")))?;
    equal(&mail, "/text", &json!(format!("Dein Schlüssel: {code}\r\n")))?;
    house.confirm("alice", &code).await?;

    let invitation = json!({
        "UserPoolId": house.pool_id, "Username": "bob", "TemporaryPassword": "Come<in>1",
        "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{ "Name": "email", "Value": "bob@example.com" }],
    });
    house.call("AdminCreateUser", &invitation).await?;
    let mail = taken(smtp, "bob@example.com").await?;
    equal(&mail, "/Subject", &json!("Come in"))?;
    // A password is no markup, whatever it looks like; an administrator's words may be.
    equal(&mail, "/html", &json!("You are bob & your password is Come&lt;in&gt;1"))?;
    equal(&mail, "/text", &json!("You are bob & your password is Come<in>1\r\n"))
}

/// The link in a mail confirms, and leads to a page that says so.
pub async fn confirms_by_link(smtp: &SmtpServer, endpoint: &Url) -> Result<()> {
    let house = House::open(
        endpoint,
        json!({
            "AutoVerifiedAttributes": ["email"],
            "VerificationMessageTemplate": {
                "DefaultEmailOption": "CONFIRM_WITH_LINK",
                "EmailSubjectByLink": "Are you there?",
                "EmailMessageByLink": "<p>{##Yes, I am##}</p>",
            },
        }),
    )
    .await?;
    let domain = json!({ "UserPoolId": house.pool_id, "Domain": "confirming" });
    house.call("CreateUserPoolDomain", &domain).await?;
    house.sign_up("alice", "alice@example.com").await?;
    let mail = taken(smtp, "alice@example.com").await?;
    equal(&mail, "/Subject", &json!("Are you there?"))?;
    let [link] = mail
        .pointer("/links")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice)
    else {
        bail!("one link was expected: {mail}");
    };
    equal(link, "/1", &json!("Yes, I am"))?;
    let link = Url::parse(text(link, "/0")?)?;
    // A browser knows that all names under localhost are this machine's; the resolver here may not.
    let mut connection = Connection::open(endpoint).await?.by_name_of(&link);
    let (status, page) = connection.page(&link[Position::BeforePath..]).await?;
    ensure!(
        status == StatusCode::OK && page.contains("<h1>Your registration has been confirmed!</h1>"),
        "another page: {status} {page}"
    );
    house.sign_in("alice").await
}

/// How many mails the program delivers at a time.
const PARALLEL: usize = 8;

/// A mail that waited for its turn when the program was killed arrives after the next start, and once.
pub async fn outlives_the_program(backend: Backend) -> Result<()> {
    let tools = Tools::installed()?;
    let smtp = SmtpServer::start(&tools).await?;
    let folder = TempDir::new()?;
    let database = TestDatabase::new(backend).await?;
    let options = ["--smtp-url", &smtp.url()];

    let program = Program::start(folder.path(), database.url(), &options).await?;
    let verified = json!({ "AutoVerifiedAttributes": ["email"] });
    let house = House::open(program.url(), verified).await?;
    for number in 0..PARALLEL {
        let address = format!("stalled@{number}.example.com");
        house.sign_up(&format!("user-{number}"), &address).await?;
    }
    for _ in 0..PARALLEL {
        equal(&smtp.next().await?, "/event", &json!("stalled"))?;
    }
    house.sign_up("alice", "alice@example.com").await?;
    program.kill().await?;

    let program = Program::start(folder.path(), database.url(), &options).await?;
    let house = house.at(program.url());
    let mail = taken(&smtp, "alice@example.com").await?;
    house.confirm("alice", &digits(&mail)?).await?;
    house.sign_up("bob", "bob@example.com").await?;
    taken(&smtp, "bob@example.com").await?;
    ensure!(program.stop().await?.success(), "the program didn't stop well");
    Ok(())
}

/// A relay that asks to try again, or breaks off, gets the mail again; one that refuses does not.
pub async fn tries_again(smtp: &SmtpServer, endpoint: &Url) -> Result<()> {
    let house = House::open(endpoint, json!({ "AutoVerifiedAttributes": ["email"] })).await?;
    let hindrances = ["greylisted", "dropped"];
    for how in hindrances {
        let address = format!("{how}@example.com");
        house.sign_up(how, &address).await?;
        happened(smtp, how, &address).await?;
    }
    let mut confirmed = BTreeSet::new();
    for _ in hindrances {
        let mail = smtp.next().await?;
        equal(&mail, "/event", &json!("taken"))?;
        let username = text(&mail, "/To")?.trim_end_matches("@example.com");
        house.confirm(username, &digits(&mail)?).await?;
        confirmed.insert(username.to_owned());
    }
    ensure!(
        confirmed == hindrances.map(str::to_owned).into(),
        "mail was confirmed that went to {confirmed:?}"
    );
    house.sign_up("refused", "refused@example.com").await?;
    happened(smtp, "refused", "refused@example.com").await?;
    house.sign_up("alice", "alice@example.com").await?;
    taken(smtp, "alice@example.com").await.map(drop)
}

/// Waits for the next thing that happens to a mail, which must be this to mail for this address.
async fn happened(smtp: &SmtpServer, event: &str, address: &str) -> Result<()> {
    let happened = smtp.next().await?;
    ensure!(
        happened == json!({ "event": event, "to": address }),
        "{event} {address} was expected: {happened}"
    );
    Ok(())
}

/// Waits for the next thing that happens to a mail, which must be that mail to this address is taken.
async fn taken(smtp: &SmtpServer, address: &str) -> Result<Value> {
    let mail = smtp.next().await?;
    equal(&mail, "/event", &json!("taken"))?;
    equal(&mail, "/rcpt_tos", &json!([address]))?;
    Ok(mail)
}

/// The code of six digits in the HTML of a mail.
fn digits(mail: &Value) -> Result<String> {
    let digits: String = text(mail, "/html")?.chars().filter(char::is_ascii_digit).collect();
    ensure!(digits.len() == 6, "no code of six digits: {mail}");
    Ok(digits)
}
