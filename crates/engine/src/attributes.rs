//! Changing and verifying the attributes of a user.

use poolhouse_domain::attributes::{Attributes, PREFERRED_USERNAME, verified_name};
use poolhouse_domain::clients::Client;
use poolhouse_domain::codes::{Attempt, CodePurpose};
use poolhouse_domain::delivery::Channel;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::schema::Writer;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, names};
use poolhouse_model::{AliasAttributeType, CodeDeliveryDetailsType, UsernameAttributeType, VerifiedAttributeType};
use poolhouse_outbound::Kind;

use crate::codes::CodeRequest;
use crate::{Caller, Cx};

/// The attributes that a code can verify.
const VERIFIABLE: [VerifiedAttributeType; 2] = [VerifiedAttributeType::Email, VerifiedAttributeType::PhoneNumber];

impl Cx {
    /// Writes attributes: an empty value deletes. A new e-mail address or phone number is unverified until its code
    /// comes back, or waits unseen until then where the pool says so. Answers where codes were sent. Without a `client`
    /// it is an administrator who writes.
    pub async fn update_attributes(
        &self,
        pool: &Pool,
        client: Option<&Client>,
        user: User,
        changes: &Attributes,
    ) -> Result<Vec<CodeDeliveryDetailsType>> {
        names::check_preferred_username(&pool.settings, changes)?;
        let requests = self
            .change_user(pool, user, |user| self.try_update(pool, client, user, changes))
            .await?;
        let announced = requests.into_iter().map(|request| {
            self.announce(&request.outgoing);
            request.details
        });
        Ok(announced.collect())
    }

    /// Writes an update and the codes that it asks for.
    async fn try_update(
        &self,
        pool: &Pool,
        client: Option<&Client>,
        mut user: User,
        changes: &Attributes,
    ) -> Result<Vec<CodeRequest>> {
        let writer = client.map_or(Writer::Admin, |_| Writer::Client);
        pool.schema().check_update(&user.attributes, changes, writer)?;
        let before = std::mem::take(&mut user.attributes);
        user.attributes = before.updated(changes);
        let to_verify: Vec<Channel> = VERIFIABLE
            .into_iter()
            .filter_map(|attribute| settle(pool, &mut user, &before, changes, attribute))
            .collect();
        names::check_sign_in_names_kept(&pool.settings, &before, &user.attributes)?;
        self.check_pending_names(pool, &user, &to_verify).await?;
        user.modified_at = self.now();
        let mut requests = Vec::new();
        for channel in &to_verify {
            let purpose = CodePurpose::verify(channel.attribute);
            let request = self.request_code(pool, client, &user, channel, purpose, Kind::UpdateUserAttribute);
            let request = request.await?;
            match (self.check_outgoing(&request.outgoing).await, writer) {
                (Ok(()), _) => requests.push(request),
                // The operation of administrators has no error for a message that nothing can carry.
                (Err(Error::CodeDeliveryFailure(_)), Writer::Admin) => {}
                (Err(error), _) => return Err(error),
            }
        }
        self.write_attributes(pool, user, &before, &requests).await?;
        Ok(requests)
    }

    /// Deletes attributes; e-mail and phone number take their verified flags along.
    pub async fn delete_attributes(&self, pool: &Pool, user: User, names: &[String], writer: Writer) -> Result<()> {
        let change = async |mut user: User| {
            pool.schema().check_delete(names, &user.attributes, writer)?;
            let before = std::mem::take(&mut user.attributes);
            user.attributes = before.without(names);
            user.pending.retain(|name, _| !names.contains(name));
            names::check_sign_in_names_kept(&pool.settings, &before, &user.attributes)?;
            user.modified_at = self.now();
            self.write_attributes(pool, user, &before, &[]).await
        };
        self.change_user(pool, user, change).await
    }

    /// Writes a user whose attributes were as `before`, with codes that verify some of them.
    async fn write_attributes(
        &self,
        pool: &Pool,
        mut user: User,
        before: &Attributes,
        requests: &[CodeRequest],
    ) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.users().replace(pool, &mut user).await?;
        for request in requests {
            request.write(self, &mut tx).await?;
        }
        if alias_changed(pool, before, &user.attributes) {
            tx.families().delete_of_user(pool.id(), &user.sub).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Refuses values that would wait for their code in vain: they name somebody else in a pool that names users by them.
    async fn check_pending_names(&self, pool: &Pool, user: &User, to_verify: &[Channel]) -> Result<()> {
        for Channel { attribute, destination } in to_verify {
            let named_by = match attribute {
                VerifiedAttributeType::Email => UsernameAttributeType::Email,
                VerifiedAttributeType::PhoneNumber => UsernameAttributeType::PhoneNumber,
            };
            if user.pending.contains_key(attribute.as_str())
                && pool.is_username_attribute(named_by)
                && let Some(holder) = self.find_user(pool, destination).await?
                && holder.sub != user.sub
            {
                return Err(Error::AliasExists(attribute.as_str()));
            }
        }
        Ok(())
    }

    /// Sends the code that verifies the caller's e-mail address or phone number.
    pub async fn request_attribute_code(
        &self,
        caller: &Caller,
        attribute: VerifiedAttributeType,
    ) -> Result<CodeDeliveryDetailsType> {
        let Caller { pool, client, user, .. } = caller;
        self.count_attempt(pool, &user.sub, Attempt::RequestAttributeCode)
            .await?;
        let waiting = user.pending.get(attribute.as_str()).map(String::as_str);
        let destination = waiting.or_else(|| user.attributes.given(attribute.as_str()));
        let destination =
            destination.ok_or_else(|| Error::invalid_parameter(format!("User has no {attribute} to verify.")))?;
        let channel = Channel {
            attribute,
            destination: destination.to_owned(),
        };
        let purpose = CodePurpose::verify(attribute);
        let request = self.request_code(pool, Some(client), user, &channel, purpose, Kind::VerifyUserAttribute);
        let request = request.await?;
        self.send_code(request).await
    }

    /// Verifies the caller's e-mail address or phone number by the code that was sent to it.
    pub async fn verify_attribute(&self, caller: Caller, attribute: VerifiedAttributeType, code: &str) -> Result<()> {
        let Caller { pool, user, .. } = caller;
        self.count_attempt(&pool, &user.sub, Attempt::VerifyAttribute).await?;
        let pool = &*pool;
        let change = async |mut user: User| {
            let proof = self.check_code(&user, CodePurpose::verify(attribute), code).await?;
            user.verify(attribute, &proof.delivery().destination, self.now());

            let mut tx = self.store.begin().await?;
            proof.consume(&mut tx).await?;
            tx.users().replace(pool, &mut user).await?;
            Ok(tx.commit().await?)
        };
        self.change_user(pool, user, change).await
    }
}

/// Settles what a change of `attribute` means for its verification; answers the channel that has to be verified.
fn settle(
    pool: &Pool,
    user: &mut User,
    before: &Attributes,
    changes: &Attributes,
    attribute: VerifiedAttributeType,
) -> Option<Channel> {
    let (name, flag) = (attribute.as_str(), verified_name(attribute));
    let value = changes.get(name)?;
    // Whatever waited for a code is replaced by what was said last.
    user.pending.remove(name);
    let is_new = !value.is_empty() && before.get(name) != Some(value);
    if !is_new || changes.get(flag) == Some("true") {
        return None;
    }
    let channel = Channel {
        attribute,
        destination: value.to_owned(),
    };
    if pool.verifies_before_update(attribute) {
        for unchanged in [name, flag] {
            match before.get(unchanged) {
                Some(old) => user.attributes.set(unchanged, old),
                None => user.attributes.remove(unchanged),
            }
        }
        user.pending.insert(name.to_owned(), value.to_owned());
        return Some(channel);
    }
    pool.auto_verifies(attribute).then_some(channel)
}

/// Whether a name that the user signs in by was changed by hand; the tokens given under it end.
fn alias_changed(pool: &Pool, before: &Attributes, after: &Attributes) -> bool {
    let is_alias = pool
        .settings
        .alias_attributes
        .as_ref()
        .is_some_and(|aliases| aliases.contains(&AliasAttributeType::PreferredUsername));
    is_alias
        && before.get(PREFERRED_USERNAME).is_some()
        && before.get(PREFERRED_USERNAME) != after.get(PREFERRED_USERNAME)
}
