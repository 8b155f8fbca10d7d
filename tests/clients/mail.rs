//! Stories of mail that really goes through a relay, as a mail program reads it.

use anyhow::{Context as _, Result, ensure};
use poolhouse_tests::connection::Connection;
use poolhouse_tests::database::{Backend, TestDatabase};
use poolhouse_tests::program::Program;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::smtp::{SmtpServer, Tls};
use crate::stage::{self, Stage};
use crate::tools::Tools;

const PASSWORD: &str = "Permanent1!";

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
        happened(&smtp, "stalled", &address).await?;
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
    for how in ["greylisted", "dropped"] {
        let address = format!("{how}@example.com");
        house.sign_up(how, &address).await?;
        happened(smtp, how, &address).await?;
        let mail = taken(smtp, &address).await?;
        house.confirm(how, &digits(&mail)?).await?;
    }
    house.sign_up("refused", "refused@example.com").await?;
    happened(smtp, "refused", "refused@example.com").await?;
    house.sign_up("alice", "alice@example.com").await?;
    taken(smtp, "alice@example.com").await.map(drop)
}

/// One pool with an app client, at a running program.
#[derive(Debug)]
struct House {
    endpoint: Url,
    pool_id: String,
    client_id: String,
}

impl House {
    /// Makes a pool with these members, and a client in it.
    async fn open(endpoint: &Url, mut pool: Value) -> Result<Self> {
        let mut connection = Connection::open(endpoint).await?;
        if let Value::Object(members) = &mut pool {
            members.insert("PoolName".to_owned(), json!("mail"));
        }
        let pool = connection.call("CreateUserPool", &pool).await?;
        let pool_id = text(&pool, "/UserPool/Id")?.to_owned();
        let client = json!({ "UserPoolId": pool_id, "ClientName": "mail" });
        let client = connection.call("CreateUserPoolClient", &client).await?;
        Ok(Self {
            endpoint: endpoint.clone(),
            client_id: text(&client, "/UserPoolClient/ClientId")?.to_owned(),
            pool_id,
        })
    }

    /// The same pool at a program that has started since.
    fn at(self, endpoint: &Url) -> Self {
        let endpoint = endpoint.clone();
        Self { endpoint, ..self }
    }

    async fn call(&self, operation: &str, input: &Value) -> Result<Value> {
        Connection::open(&self.endpoint).await?.call(operation, input).await
    }

    async fn sign_up(&self, username: &str, email: &str) -> Result<()> {
        let input = json!({
            "ClientId": self.client_id, "Username": username, "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": email }],
        });
        let answer = self.call("SignUp", &input).await?;
        equal(&answer, "/CodeDeliveryDetails/DeliveryMedium", &json!("EMAIL"))
    }

    async fn confirm(&self, username: &str, code: &str) -> Result<()> {
        let input = json!({ "ClientId": self.client_id, "Username": username, "ConfirmationCode": code });
        self.call("ConfirmSignUp", &input).await.map(drop)
    }
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

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.with_context(|| format!("no text at {pointer}: {value}"))
}

fn equal(value: &Value, pointer: &str, expected: &Value) -> Result<()> {
    let actual = value.pointer(pointer);
    ensure!(
        actual == Some(expected),
        "{expected} was expected at {pointer}: {value}"
    );
    Ok(())
}
