//! What tools made for LocalStack look for.

use axum::Json;
use axum::extract::{Query, State};
use http::StatusCode;
use poolhouse_outbound::{DEFAULT_SENDER, Filter, Medium, Message, Received};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Desk;

#[derive(Serialize)]
pub struct Health {
    services: Services,
    edition: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Services {
    cognito_idp: &'static str,
}

/// `GET /_localstack/health`: says that the service runs.
pub async fn health() -> Json<Health> {
    Json(Health {
        services: Services { cognito_idp: "running" },
        edition: "poolhouse",
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// Which mails are meant; a criterion left out matches all of them.
#[derive(Deserialize)]
pub struct Criteria {
    id: Option<String>,
    /// The sender.
    email: Option<String>,
}

#[derive(Serialize)]
pub struct Mails {
    messages: Vec<Mail>,
}

/// A mail as LocalStack shows one that was sent through Amazon SES.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Mail {
    id: String,
    region: String,
    destination: Destination,
    source: String,
    subject: String,
    body: Body,
    timestamp: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    to_addresses: [String; 1],
}

/// The same text twice: a template of Cognito is both.
#[derive(Serialize)]
struct Body {
    text_part: String,
    html_part: String,
}

impl From<Received> for Mail {
    fn from(Received { id, message }: Received) -> Self {
        let sent_at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(message.sent_at) * 1_000_000);
        let sent_at = sent_at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Self {
            id: id.to_string(),
            region: message.pool_id.split('_').next().unwrap_or_default().to_owned(),
            source: sender(&message).to_owned(),
            destination: Destination {
                to_addresses: [message.to],
            },
            subject: message.subject.unwrap_or_default(),
            body: Body {
                text_part: message.body.clone(),
                html_part: message.body,
            },
            timestamp: sent_at.format(&Rfc3339).unwrap_or_default(),
        }
    }
}

/// `GET /_aws/ses`: shows the mails of the inbox.
pub async fn list_mails(State(desk): State<Desk>, Query(criteria): Query<Criteria>) -> Json<Mails> {
    Json(Mails {
        messages: desk.mails(&criteria).map(Mail::from).collect(),
    })
}

/// `DELETE /_aws/ses`: removes them.
pub async fn delete_mails(State(desk): State<Desk>, Query(criteria): Query<Criteria>) -> StatusCode {
    for mail in desk.mails(&criteria) {
        desk.inbox.clear(&Filter {
            id: Some(mail.id),
            ..Filter::default()
        });
    }
    StatusCode::NO_CONTENT
}

impl Desk {
    fn mails(&self, criteria: &Criteria) -> impl Iterator<Item = Received> {
        self.inbox
            .list(&Filter::default())
            .into_iter()
            .filter(|received| received.message.medium == Medium::Email)
            .filter(|received| criteria.id.as_ref().is_none_or(|id| *id == received.id.to_string()))
            .filter(|received| {
                criteria
                    .email
                    .as_ref()
                    .is_none_or(|email| email == sender(&received.message))
            })
    }
}

fn sender(message: &Message) -> &str {
    message.from.as_deref().unwrap_or(DEFAULT_SENDER)
}
