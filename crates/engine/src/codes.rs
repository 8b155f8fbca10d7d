//! Codes: made, sent, and redeemed once.

use poolhouse_crypto::hmac;
use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::clients::Client;
use poolhouse_domain::codes::{CODE_DIGITS, Code, CodeDelivery, CodePurpose};
use poolhouse_domain::delivery::{self, Channel};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::templates::{self, Values};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result};
use poolhouse_model::{CodeDeliveryDetailsType, VerifiedAttributeType};
use poolhouse_outbound::Kind;
use poolhouse_storage::Transaction;

use crate::Cx;
use crate::messages::{Draft, Reveals};
use crate::outbox::Outgoing;

/// A code that is about to be sent: to be written together with the message that brings it.
pub struct CodeRequest {
    pub(crate) code: Code,
    pub(crate) outgoing: Outgoing,
    pub(crate) details: CodeDeliveryDetailsType,
}

impl CodeRequest {
    /// Writes the code and posts its message, in the transaction of what they speak of.
    pub async fn write(&self, cx: &Cx, tx: &mut Transaction) -> Result<()> {
        tx.codes().put(&self.code).await?;
        cx.post(tx, &self.outgoing).await
    }
}

/// That a user typed the right digits. It is worth nothing until it is consumed.
pub(crate) struct Proof {
    code: Code,
}

impl Proof {
    /// What the code proves the possession of.
    pub fn delivery(&self) -> &CodeDelivery {
        &self.code.delivery
    }

    /// Uses the code up, together with what is written because of it. Of two that race one wins.
    pub async fn consume(self, tx: &mut Transaction) -> Result<()> {
        if tx.codes().consume(&self.code).await? {
            Ok(())
        } else {
            Err(Error::CodeExpired)
        }
    }
}

impl Cx {
    /// Makes a code for `user` and words the message that carries it. Nothing is written or sent yet.
    /// `client` is the app client on whose behalf a verification link is made.
    pub(crate) async fn request_code(
        &self,
        pool: &Pool,
        client: Option<&Client>,
        user: &User,
        channel: &Channel,
        purpose: CodePurpose,
        kind: Kind,
    ) -> Result<CodeRequest> {
        let digits = self.entropy.digits(CODE_DIGITS);
        let now = self.now();
        let code = Code {
            pool_id: pool.id().to_owned(),
            sub: user.sub.clone(),
            purpose,
            hash: self.hash_code(pool.id(), &user.sub, purpose, &digits),
            expires_at: now.plus_millis(purpose.lifetime()),
            delivery: CodeDelivery {
                attribute: channel.attribute,
                destination: channel.destination.clone(),
            },
        };
        let by_email = channel.attribute == VerifiedAttributeType::Email;
        let link = client
            .filter(|_| by_email && purpose == CodePurpose::SignUp && pool.confirms_by_link())
            .map(|client| self.confirmation_link(pool, client, user, &digits))
            .transpose()?;
        let draft = Draft {
            user,
            channel,
            kind,
            template: match link {
                Some(_) => templates::verification_link(&pool.settings),
                None => templates::verification(&pool.settings, channel.attribute),
            },
            values: Values {
                code: &digits,
                link: link.as_deref().unwrap_or_default(),
                ..Values::default()
            },
            reveals: Reveals::Code,
        };
        let outgoing = self.compose(self.triggers(pool, client), pool, &draft).await?;
        Ok(CodeRequest {
            code,
            outgoing,
            details: channel.details(),
        })
    }

    fn confirmation_link(&self, pool: &Pool, client: &Client, user: &User, digits: &str) -> Result<String> {
        let mut link = url::Url::parse(&self.pages_url(pool)).map_err(Error::internal)?;
        link.set_path("/confirmUser");
        link.query_pairs_mut()
            .append_pair("client_id", client.id())
            .append_pair("user_name", &user.username)
            .append_pair("confirmation_code", digits);
        Ok(link.into())
    }

    /// Sends a code to a user who is stored already.
    pub(crate) async fn send_code(&self, request: CodeRequest) -> Result<CodeDeliveryDetailsType> {
        self.check_outgoing(&request.outgoing).await?;
        let mut tx = self.store.begin().await?;
        request.write(self, &mut tx).await?;
        tx.commit().await?;
        self.announce(&request.outgoing);
        Ok(request.details)
    }

    /// Sends a code to a user whom somebody has named. A client that must not learn who has an account is not told
    /// either that this one was sent too many messages.
    pub(crate) async fn send_code_to_named(
        &self,
        client: &Client,
        request: CodeRequest,
    ) -> Result<CodeDeliveryDetailsType> {
        let details = request.details.clone();
        match self.send_code(request).await {
            Err(Error::AttemptLimitExceeded) if client.prevents_user_existence_errors() => Ok(details),
            outcome => outcome,
        }
    }

    /// What a client is told of a delivery that never happened, because it must not learn whether `name` has an account.
    pub(crate) fn simulate_delivery(&self, pool: &Pool, purpose: CodePurpose, name: &str) -> CodeDeliveryDetailsType {
        self.simulated_channel(pool, purpose, name).details()
    }

    /// Where a code would have gone, had `name` an account.
    pub(crate) fn simulated_channel(&self, pool: &Pool, purpose: CodePurpose, name: &str) -> Channel {
        delivery::simulated_channel(&pool.settings, purpose, name, &self.nobody(pool, name))
    }

    /// Checks the digits that a user typed. Wrong ones count against the address; right ones give a proof, which the
    /// transaction that acts on it consumes.
    pub(crate) async fn check_code(&self, user: &User, purpose: CodePurpose, digits: &str) -> Result<Proof> {
        let hash = self.hash_code(&user.pool_id, &user.sub, purpose, digits);
        let code = self.store.codes().get(&user.pool_id, &user.sub, purpose).await?;
        let code = code
            .filter(|code| code.stands(user, self.now()))
            .ok_or(Error::CodeExpired)?;
        if !hmac::constant_time_eq(code.hash.as_bytes(), hash.as_bytes()) {
            self.count_address(&user.pool_id).await?;
            return Err(Error::CodeMismatch);
        }
        Ok(Proof { code })
    }

    fn hash_code(&self, pool_id: &str, sub: &str, purpose: CodePurpose, digits: &str) -> String {
        self.keyed_hash(
            Purpose::new("code"),
            &[
                pool_id.as_bytes(),
                sub.as_bytes(),
                purpose.as_str().as_bytes(),
                digits.as_bytes(),
            ],
        )
    }
}
