//! The development inbox: the last messages, kept in memory, and a way to wait for the next one.

use std::time::Duration;

use serde::Serialize;

use crate::message::{Kind, Message};
use crate::messenger::{BoxFuture, Delivery, DeliveryError, Messenger, Route};
use crate::recent::Recent;

/// How many messages the inbox keeps; the oldest makes room for the next.
const CAPACITY: usize = 1_000;

/// Keeps the last 1,000 messages in memory.
#[derive(Debug)]
pub struct Inbox {
    messages: Recent<Received>,
}

/// A message in the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Received {
    /// Counts from 1 in order of arrival, and is never used again.
    pub id: u64,
    #[serde(flatten)]
    pub message: Message,
}

/// Which messages are meant; a criterion left out matches all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub id: Option<u64>,
    /// The recipient, whatever the case of its ASCII letters.
    pub to: Option<String>,
    pub pool_id: Option<String>,
    pub kind: Option<Kind>,
}

impl Filter {
    fn matches(&self, received: &Received) -> bool {
        let message = &received.message;
        self.id.is_none_or(|id| id == received.id)
            && self.to.as_ref().is_none_or(|to| to.eq_ignore_ascii_case(&message.to))
            && self.pool_id.as_ref().is_none_or(|pool_id| *pool_id == message.pool_id)
            && self.kind.is_none_or(|kind| kind == message.kind)
    }
}

impl Inbox {
    pub fn new() -> Self {
        Self {
            messages: Recent::new(CAPACITY),
        }
    }

    /// Keeps a message and wakes those who wait.
    pub fn keep(&self, message: Message) {
        self.messages.keep(|id| Received { id, message });
    }

    /// The messages that match, oldest first.
    pub fn list(&self, filter: &Filter) -> Vec<Received> {
        self.messages.list(|received| filter.matches(received))
    }

    /// The messages that match, oldest first, as soon as there is one; none when there is still none after `patience`.
    pub async fn wait(&self, filter: &Filter, patience: Duration) -> Vec<Received> {
        self.messages.wait(|received| filter.matches(received), patience).await
    }

    /// Removes the messages that match and returns how many there were.
    pub fn clear(&self, filter: &Filter) -> usize {
        self.messages.clear(|received| filter.matches(received))
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Messenger for Inbox {
    fn check(&self, _: &Message) -> Result<Route, DeliveryError> {
        Ok(Route::Inbox)
    }

    fn record(&self, message: &Message) {
        self.keep(message.clone());
    }

    fn deliver(&self, _: Delivery) -> BoxFuture<'_, Result<(), DeliveryError>> {
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::message::tests::sign_up_code;

    fn message_to(to: &str) -> Message {
        Message {
            to: to.to_owned(),
            ..sign_up_code()
        }
    }

    fn to(to: &str) -> Filter {
        Filter {
            to: Some(to.to_owned()),
            ..Filter::default()
        }
    }

    fn recipients(messages: &[Received]) -> Vec<&str> {
        messages.iter().map(|received| received.message.to.as_str()).collect()
    }

    #[test]
    fn messages_are_listed_oldest_first_and_filtered() {
        let inbox = Inbox::new();
        inbox.record(&message_to("alice@example.com"));
        inbox.record(&Message {
            kind: Kind::ForgotPassword,
            ..message_to("bob@example.com")
        });
        inbox.record(&Message {
            pool_id: "us-east-1_other".to_owned(),
            ..message_to("alice@example.com")
        });

        let ids = |filter: Filter| {
            inbox
                .list(&filter)
                .iter()
                .map(|received| received.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(Filter::default()), [1, 2, 3]);
        assert_eq!(ids(to("ALICE@example.com")), [1, 3]);
        assert_eq!(
            ids(Filter {
                kind: Some(Kind::ForgotPassword),
                ..Filter::default()
            }),
            [2]
        );
        assert_eq!(
            ids(Filter {
                pool_id: Some("us-east-1_other".to_owned()),
                ..to("alice@example.com")
            }),
            [3]
        );
        assert_eq!(
            ids(Filter {
                id: Some(2),
                ..Filter::default()
            }),
            [2]
        );
        assert_eq!(ids(to("carol@example.com")), [0; 0]);
    }

    #[test]
    fn the_oldest_message_makes_room_and_ids_go_on() {
        let inbox = Inbox::new();
        for _ in 0..=CAPACITY {
            inbox.keep(sign_up_code());
        }
        let kept = inbox.list(&Filter::default());
        assert_eq!(
            (kept.len(), kept[0].id, kept[CAPACITY - 1].id),
            (CAPACITY, 2, CAPACITY as u64 + 1)
        );
    }

    #[test]
    fn clearing_removes_what_matches_and_never_reuses_an_id() {
        let inbox = Inbox::new();
        inbox.keep(message_to("alice@example.com"));
        inbox.keep(message_to("bob@example.com"));
        assert_eq!(inbox.clear(&to("alice@example.com")), 1);
        assert_eq!(recipients(&inbox.list(&Filter::default())), ["bob@example.com"]);
        assert_eq!(inbox.clear(&Filter::default()), 1);
        inbox.keep(message_to("carol@example.com"));
        assert_eq!(inbox.list(&Filter::default())[0].id, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_with_the_first_message_that_matches() {
        let inbox = Inbox::new();
        let started = Instant::now();
        let alice = to("alice@example.com");
        let (found, ()) = tokio::join!(inbox.wait(&alice, Duration::from_mins(1)), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            inbox.keep(message_to("bob@example.com"));
            tokio::time::sleep(Duration::from_secs(1)).await;
            inbox.keep(message_to("alice@example.com"));
        });
        assert_eq!(recipients(&found), ["alice@example.com"]);
        assert_eq!(started.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_answers_at_once_when_the_message_is_there_and_gives_up_in_time() {
        let inbox = Inbox::new();
        inbox.keep(message_to("alice@example.com"));
        let started = Instant::now();
        assert_eq!(
            inbox.wait(&to("alice@example.com"), Duration::from_secs(5)).await.len(),
            1
        );
        assert_eq!(started.elapsed(), Duration::ZERO);
        assert_eq!(inbox.wait(&to("bob@example.com"), Duration::from_secs(5)).await, []);
        assert_eq!(started.elapsed(), Duration::from_secs(5));
    }

    #[test]
    fn a_received_message_is_one_flat_json_object() {
        let inbox = Inbox::new();
        inbox.keep(Message {
            temporary_password: Some("Temporary1!".to_owned()),
            ..sign_up_code()
        });
        assert_eq!(
            serde_json::to_value(inbox.list(&Filter::default())).unwrap(),
            serde_json::json!([{
                "id": 1, "poolId": "us-east-1_abc123XYZ", "username": "alice", "to": "alice@example.com",
                "medium": "email", "kind": "sign-up", "subject": "Your verification code",
                "body": "Your confirmation code is 123456", "code": "123456", "temporaryPassword": "Temporary1!",
                "sentAt": 1_700_000_000_000_i64,
            }])
        );
    }
}
