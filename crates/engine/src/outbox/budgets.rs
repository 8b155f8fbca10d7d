//! How much may be sent where: SMS cost money, and whoever earns by it asks for many, to numbers that are alike.

use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::{DAY, Error, HOUR, Result};
use poolhouse_outbound::{Medium, Message};

use crate::Cx;

/// How many digits the numbers of one prefix share: country, area, and the first of the subscriber's.
const PREFIX_DIGITS: usize = 7;
/// All pools of a server send in the same way, and share its budgets.
const SERVER: &str = "server";

/// How many messages are sent to one destination; 0 is no limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Budgets {
    pub sms_per_number_per_hour: u32,
    /// To all phone numbers that begin with the same seven digits.
    pub sms_per_prefix_per_hour: u32,
    /// To all phone numbers that begin with the same seven digits.
    pub sms_per_prefix_per_day: u32,
    pub mails_per_address_per_hour: u32,
}

/// One count that a message adds to.
struct Count<'a> {
    name: &'static str,
    destination: &'a str,
    window: i64,
    limit: u32,
}

impl Budgets {
    /// What a message adds to, the narrowest first: what one number has used up does not count against its neighbours.
    fn counts<'a>(&self, message: &'a Message) -> Vec<Count<'a>> {
        let to = message.to.as_str();
        let count = |name, destination, window, limit| Count {
            name,
            destination,
            window,
            limit,
        };
        let counts = match message.medium {
            Medium::Email => vec![count("mails", to, HOUR, self.mails_per_address_per_hour)],
            Medium::Sms => vec![
                count("sms", to, HOUR, self.sms_per_number_per_hour),
                count("sms prefix", prefix(to), HOUR, self.sms_per_prefix_per_hour),
                count("sms prefix a day", prefix(to), DAY, self.sms_per_prefix_per_day),
            ],
        };
        counts.into_iter().filter(|count| count.limit > 0).collect()
    }
}

impl Cx {
    /// Counts a message before it is written, and refuses it once a budget is used up. Only keyed hashes of destinations
    /// are stored.
    pub(super) async fn count_outgoing(&self, message: &Message) -> Result<()> {
        for count in self.settings.budgets.counts(message) {
            let destination = count.destination.to_lowercase();
            let key = self.keyed_hash(
                Purpose::new("destination"),
                &[count.name.as_bytes(), destination.as_bytes()],
            );
            let counters = self.store.counters();
            let used = counters.count(SERVER, &key, self.now(), count.window).await?;
            if used > i64::from(count.limit) {
                tracing::warn!(
                    request_id = self.request.id,
                    pool = message.pool_id,
                    kind = message.kind.as_str(),
                    budget = count.name,
                    "a message was not sent: the budget of its destination is used up"
                );
                return Err(Error::AttemptLimitExceeded);
            }
        }
        Ok(())
    }
}

/// The beginning of a phone number that it shares with its neighbours.
fn prefix(number: &str) -> &str {
    number.get(..=PREFIX_DIGITS).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_seven_digits() {
        assert_eq!(prefix("+15555550100"), "+1555555");
        assert_eq!(prefix("+4915123456789"), "+4915123");
        assert_eq!(prefix("+123"), "+123");
        assert_eq!(prefix("+1ü3456789"), "+1ü3456");
        assert_eq!(prefix("+123456ü"), "+123456ü");
    }
}
