//! Signing up, and confirming it.

use std::collections::BTreeMap;

use poolhouse_domain::attributes::{Attributes, SUB};
use poolhouse_domain::clients::Client;
use poolhouse_domain::codes::{Attempt, CodePurpose};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::schema::Required;
use poolhouse_domain::users::{Password, User};
use poolhouse_domain::{Error, Result, delivery, names, permissions};
use poolhouse_model::{CodeDeliveryDetailsType, Secret, UserStatusType};
use poolhouse_outbound::Kind;

use crate::Cx;

/// What somebody says who signs up.
pub struct Registration<'a> {
    pub username: &'a str,
    /// Absent when the pool lets users sign in without one.
    pub password: Option<&'a Secret>,
    pub attributes: Attributes,
}

/// What signing up gave.
pub struct Registered {
    pub user: User,
    /// Where the confirmation code went, if one was sent.
    pub delivery: Option<CodeDeliveryDetailsType>,
}

impl Cx {
    /// Signs a user up, unconfirmed, and sends the confirmation code.
    pub async fn sign_up(&self, pool: &Pool, client: &Client, registration: Registration<'_>) -> Result<Registered> {
        if pool.admin_creates_users_only() {
            return Err(Error::SignUpNotPermitted);
        }
        let Registration {
            username,
            password,
            mut attributes,
        } = registration;
        let schema = pool.schema();
        permissions::check_writable(&schema, client.settings.write_attributes.as_deref(), attributes.names())?;
        names::add_username_attribute(&pool.settings, username, &mut attributes)?;
        names::check_sign_up_aliases(&pool.settings, &attributes)?;
        schema.check_new(&attributes, Required::Yes)?;
        let hash = match password {
            Some(password) => Some(self.hash_new_password(pool, password).await?),
            None => return Err(missing_password(pool)),
        };
        self.triggers(pool).pre_sign_up()?;
        let user = self.new_user(pool, username, attributes, UserStatusType::Unconfirmed, hash);
        let channel = delivery::sign_up_channel(&pool.settings, username, &user.attributes);
        let request = channel
            .map(|channel| self.request_code(pool, Some(client), &user, &channel, CodePurpose::SignUp, Kind::SignUp))
            .transpose()?;

        let mut tx = self.store.begin().await?;
        tx.users()
            .insert(pool, &user)
            .await
            .map_err(|error| sign_up_refusal(pool, error.into()))?;
        if let Some(request) = &request {
            tx.codes().put(&request.code).await?;
        }
        tx.commit().await?;

        let mut delivery = None;
        if let Some(request) = request {
            self.deliver(request.message).await?;
            delivery = Some(request.details);
        }
        Ok(Registered { user, delivery })
    }

    /// Makes a user who isn't stored yet. Pools that name users by e-mail or phone number get a generated username.
    pub(crate) fn new_user(
        &self,
        pool: &Pool,
        username: &str,
        mut attributes: Attributes,
        status: UserStatusType,
        password_hash: Option<String>,
    ) -> User {
        let now = self.now();
        let sub = self.entropy.sub();
        let username = match (pool.generates_usernames(), pool.case_sensitive()) {
            (true, _) => sub.clone(),
            (false, true) => username.to_owned(),
            (false, false) => names::fold(false, username),
        };
        attributes.set(SUB, sub.as_str());
        User {
            pool_id: pool.id().to_owned(),
            username,
            sub,
            status,
            enabled: true,
            attributes,
            pending: BTreeMap::new(),
            password: password_hash.map(|hash| Password { hash, set_at: now }),
            password_history: Vec::new(),
            created_at: now,
            modified_at: now,
            version: 0,
        }
    }

    /// Confirms a sign-up by the code that was sent.
    pub async fn confirm_sign_up(
        &self,
        pool: &Pool,
        client: &Client,
        username: &str,
        code: &str,
        force_alias_creation: bool,
    ) -> Result<()> {
        let Some(user) = self.find_user(pool, username).await? else {
            let nobody = self.nobody(pool, username);
            self.count_attempt(pool, &nobody, Attempt::ConfirmSignUp).await?;
            return Err(Error::UsernameClientCombinationNotFound.for_client(client));
        };
        self.count_attempt(pool, &user.sub, Attempt::ConfirmSignUp).await?;
        user.check_confirmable()?;
        let proof = self.check_code(&user, CodePurpose::SignUp, code).await?;
        let mut confirmed = user;
        confirmed.status = UserStatusType::Confirmed;
        let proved = proof.delivery().clone();
        confirmed.verify_if_unchanged(&proved, self.now());

        let mut tx = self.store.begin().await?;
        proof.consume(&mut tx).await?;
        if force_alias_creation {
            tx.users().take_aliases(pool, &confirmed, self.now()).await?;
        }
        tx.users()
            .replace(pool, &mut confirmed)
            .await
            .map_err(|error| match error.into() {
                Error::AliasExists(attribute) => Error::AliasExistsAtConfirmation(attribute),
                other => other,
            })?;
        tx.commit().await?;

        self.triggers(pool).post_confirmation()
    }

    /// Confirms a sign-up because an administrator says so; attributes stay unverified.
    pub async fn admin_confirm_sign_up(&self, pool: &Pool, username: &str) -> Result<()> {
        let mut user = self.user(pool, username).await?;
        user.check_confirmable()?;
        user.status = UserStatusType::Confirmed;
        user.modified_at = self.now();
        self.store.users().replace(pool, &mut user).await?;
        self.triggers(pool).post_confirmation()
    }

    /// Sends the confirmation code of a sign-up again.
    pub async fn resend_confirmation_code(
        &self,
        pool: &Pool,
        client: &Client,
        username: &str,
    ) -> Result<CodeDeliveryDetailsType> {
        let hides = client.prevents_user_existence_errors();
        let user = match self.find_user(pool, username).await? {
            Some(user) if user.enabled || !hides => user,
            _ if hides => {
                let nobody = self.nobody(pool, username);
                self.count_attempt(pool, &nobody, Attempt::ResendConfirmationCode)
                    .await?;
                let channel = delivery::simulated_channel(&pool.settings, CodePurpose::SignUp, username, &nobody);
                return Ok(channel.details());
            }
            _ => return Err(Error::UsernameClientCombinationNotFound),
        };
        self.count_attempt(pool, &user.sub, Attempt::ResendConfirmationCode)
            .await?;
        if user.status != UserStatusType::Unconfirmed {
            return Err(Error::AlreadyConfirmed);
        }
        let channel =
            delivery::sign_up_channel(&pool.settings, username, &user.attributes).ok_or(Error::NoAutoVerification)?;
        let request = self.request_code(
            pool,
            Some(client),
            &user,
            &channel,
            CodePurpose::SignUp,
            Kind::ResendCode,
        )?;
        self.send_code(request).await
    }
}

/// The refusal of a sign-up without password: only pools with a passwordless factor allow it.
fn missing_password(pool: &Pool) -> Error {
    if pool.allows_passwordless_sign_up() {
        Error::NotImplemented("Signing up without a password".into())
    } else {
        Error::invalid_parameter(
            "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
        )
    }
}

/// Words a taken name as SignUp does.
fn sign_up_refusal(pool: &Pool, error: Error) -> Error {
    match error {
        Error::AliasExists(attribute) if pool.generates_usernames() => Error::UsernameAttributeExists(attribute),
        other => other,
    }
}
