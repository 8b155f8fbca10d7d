//! Signing up, and confirming it.

use std::collections::BTreeMap;

use poolhouse_domain::attributes::{Attributes, SUB, verified_name};
use poolhouse_domain::clients::Client;
use poolhouse_domain::codes::{Attempt, CodePurpose};
use poolhouse_domain::mfa::MfaPreferences;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::schema::Required;
use poolhouse_domain::triggers::{ConfirmationSource, SignUpSource};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, delivery, names, password_policy, permissions};
use poolhouse_model::{CodeDeliveryDetailsType, Secret, UserStatusType, VerifiedAttributeType};
use poolhouse_outbound::Kind;

use crate::Cx;
use crate::codes::CodeRequest;

/// What somebody says who signs up.
pub struct Registration<'a> {
    pub username: &'a str,
    /// Absent when the pool lets users sign in without one.
    pub password: Option<&'a Secret>,
    pub attributes: Attributes,
    /// Whether it comes from a page of managed login.
    pub is_browser: bool,
}

/// What signing up gave.
pub struct Registered {
    pub user: User,
    /// Where the confirmation code went, if one was sent.
    pub delivery: Option<CodeDeliveryDetailsType>,
    /// Lets the confirmation go over into a sign-in.
    pub session: Option<Secret>,
}

/// What somebody says who confirms their sign-up.
#[derive(Clone, Copy)]
pub struct Confirmation<'a> {
    pub username: &'a str,
    pub code: &'a str,
    /// Whether an alias that belongs to somebody else is taken from them.
    pub force_alias_creation: bool,
    /// The session of the sign-up.
    pub session: Option<&'a Secret>,
    /// Whether it comes from a page of managed login.
    pub is_browser: bool,
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
            is_browser,
        } = registration;
        let kind = names::check_new_username(&pool.settings, username)?;
        match password {
            Some(password) => password_policy::check(&pool.password_policy(), password.expose())?,
            None => check_passwordless(pool)?,
        }
        let schema = pool.schema();
        permissions::check_writable(&schema, client.settings.write_attributes.as_deref(), attributes.names())?;
        names::add_username_attribute(&pool.settings, username, &mut attributes)?;
        names::check_sign_up_aliases(&pool.settings, &attributes)?;
        if password.is_none() {
            check_reachable(&attributes)?;
        }
        schema.check_new(&attributes, Required::Yes)?;
        let given = attributes.clone();
        for contact in [VerifiedAttributeType::Email, VerifiedAttributeType::PhoneNumber] {
            if attributes.given(contact.as_str()).is_some() {
                attributes.set(verified_name(contact), "false");
            }
        }
        // The database decides who gets a name; whoever comes late is told before a trigger is asked.
        if self.find_user(pool, username).await?.is_some() {
            return Err(kind
                .attribute()
                .map_or(Error::UserExists, Error::UsernameAttributeExists));
        }
        let mut user = self.new_user(pool, username, attributes, UserStatusType::Unconfirmed);
        let triggers = self.triggers(pool, Some(client));
        let judgement = triggers
            .pre_sign_up(SignUpSource::SignUp, &user.username, &given)
            .await?;
        let takes_aliases = judgement.verify(&mut user.attributes)?;
        if judgement.auto_confirm_user {
            user.status = UserStatusType::Confirmed;
        }
        if let Some(password) = password {
            user.password = Some(self.protect(pool, &user, password).await?);
        }
        let channel = delivery::sign_up_channel(&pool.settings, username, &user.attributes);
        let request = match channel.filter(|_| !judgement.auto_confirm_user) {
            Some(channel) => {
                let request = self.request_code(pool, Some(client), &user, &channel, CodePurpose::SignUp, Kind::SignUp);
                let request = request.await?;
                self.check_outgoing(&request.outgoing).await?;
                Some(request)
            }
            None => None,
        };

        let session = request
            .as_ref()
            .and_then(|_| self.sign_up_session(client, &user, username, is_browser));
        let mut tx = self.store.begin().await?;
        if takes_aliases {
            tx.users().take_aliases(pool, &user, self.now()).await?;
        }
        tx.users()
            .insert(pool, &user)
            .await
            .map_err(|error| sign_up_refusal(pool, error.into()))?;
        if let Some(request) = &request {
            request.write(self, &mut tx).await?;
        }
        if let Some(session) = &session {
            tx.sessions().insert(session).await?;
        }
        tx.commit().await?;

        let delivery = request.map(|request| {
            self.announce(&request.outgoing);
            request.details
        });
        if judgement.auto_confirm_user {
            triggers.post_confirmation(ConfirmationSource::SignUp, &user).await?;
        }
        let session = session.map(|session| self.session_string(&session)).transpose()?;
        Ok(Registered {
            user,
            delivery,
            session,
        })
    }

    /// Makes a user who isn't stored yet. Pools that name users by e-mail or phone number get a generated username.
    pub(crate) fn new_user(&self, pool: &Pool, username: &str, attributes: Attributes, status: UserStatusType) -> User {
        self.new_user_with(self.entropy.sub(), pool, username, attributes, status)
    }

    /// Makes a user whose `sub` is known, like [`Cx::new_user`].
    pub(crate) fn new_user_with(
        &self,
        sub: String,
        pool: &Pool,
        username: &str,
        mut attributes: Attributes,
        status: UserStatusType,
    ) -> User {
        let now = self.now();
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
            password: None,
            password_history: Vec::new(),
            mfa: MfaPreferences::default(),
            created_at: now,
            modified_at: now,
            version: 0,
        }
    }

    /// Confirms a sign-up by the code that was sent; answers the session that signs in, where the app client allows
    /// choice-based sign-in. Some clients, such as Amplify for JavaScript, expect it without having sent the session of
    /// the sign-up: the code proves as much.
    pub async fn confirm_sign_up(
        &self,
        pool: &Pool,
        client: &Client,
        confirmation: Confirmation<'_>,
    ) -> Result<Option<Secret>> {
        let username = confirmation.username;
        let user = self.find_user(pool, username).await?;
        let subject = self.subject(pool, user.as_ref(), username);
        self.count_attempt(pool, &subject, Attempt::ConfirmSignUp).await?;
        let begun = match confirmation.session {
            Some(session) => Some(self.open_sign_up_session(client, user.as_ref(), session).await?),
            None => None,
        };
        let user = user.ok_or_else(|| Error::UsernameClientCombinationNotFound.for_client(client))?;
        let confirm = async |mut user: User| {
            user.check_confirmable()?;
            let proof = self.check_code(&user, CodePurpose::SignUp, confirmation.code).await?;
            // Only who has the code learns that the user is disabled.
            user.check_enabled()?;
            user.status = UserStatusType::Confirmed;
            let proved = proof.delivery();
            user.verify(proved.attribute, &proved.destination, self.now());
            let sign_up = begun
                .clone()
                .or_else(|| self.sign_up_session(client, &user, username, confirmation.is_browser));
            let next = sign_up
                .as_ref()
                .map(|session| self.confirmed_sign_up_session(client, &user, session, proved.attribute));

            let mut tx = self.store.begin().await?;
            proof.consume(&mut tx).await?;
            if let Some(begun) = &begun
                && !tx.sessions().consume(&begun.id, self.now()).await?
            {
                return Err(Error::SessionUsed);
            }
            if let Some(next) = &next {
                tx.sessions().insert(next).await?;
            }
            if confirmation.force_alias_creation {
                tx.users().take_aliases(pool, &user, self.now()).await?;
            }
            tx.users()
                .replace(pool, &mut user)
                .await
                .map_err(|error| confirmation_refusal(error.into()))?;
            tx.commit().await?;
            Ok((user, next))
        };
        let (user, next) = self.change_user(pool, user, confirm).await?;
        let triggers = self.triggers(pool, Some(client));
        triggers.post_confirmation(ConfirmationSource::SignUp, &user).await?;
        next.map(|session| self.session_string(&session)).transpose()
    }

    /// Confirms a sign-up because an administrator says so; attributes stay unverified.
    pub async fn admin_confirm_sign_up(&self, pool: &Pool, username: &str) -> Result<()> {
        let user = self.user(pool, username).await?;
        let confirm = async |mut user: User| {
            user.check_confirmable()?;
            user.status = UserStatusType::Confirmed;
            user.modified_at = self.now();
            self.store.users().replace(pool, &mut user).await?;
            Ok(user)
        };
        let user = self.change_user(pool, user, confirm).await?;
        let triggers = self.triggers(pool, None);
        triggers.post_confirmation(ConfirmationSource::SignUp, &user).await
    }

    /// Sends the confirmation code of a sign-up again. Under PreventUserExistenceErrors a user who is missing, disabled
    /// or out of reach is answered as if a code had been sent.
    pub async fn resend_confirmation_code(
        &self,
        pool: &Pool,
        client: &Client,
        username: &str,
    ) -> Result<CodeDeliveryDetailsType> {
        if !delivery::verifies_at_sign_up(&pool.settings) {
            return Err(Error::NoAutoVerification);
        }
        let user = self.find_user(pool, username).await?;
        let subject = self.subject(pool, user.as_ref(), username);
        self.count_attempt(pool, &subject, Attempt::ResendConfirmationCode)
            .await?;
        let request = match user {
            Some(user) => self.request_confirmation(pool, client, &user, username).await,
            None => Err(Error::UsernameClientCombinationNotFound),
        };
        match request {
            Ok(request) => self.send_code_to_named(client, request).await,
            Err(Error::UsernameClientCombinationNotFound | Error::UserDisabled | Error::NoAutoVerification)
                if client.prevents_user_existence_errors() =>
            {
                Ok(self.simulate_delivery(pool, CodePurpose::SignUp, username))
            }
            Err(error) => Err(error),
        }
    }

    async fn request_confirmation(
        &self,
        pool: &Pool,
        client: &Client,
        user: &User,
        typed: &str,
    ) -> Result<CodeRequest> {
        user.check_enabled()?;
        if user.status != UserStatusType::Unconfirmed {
            return Err(Error::AlreadyConfirmed);
        }
        let channel =
            delivery::sign_up_channel(&pool.settings, typed, &user.attributes).ok_or(Error::NoAutoVerification)?;
        let purpose = CodePurpose::SignUp;
        self.request_code(pool, Some(client), user, &channel, purpose, Kind::ResendCode)
            .await
    }
}

/// Refuses a sign-up without a password where no code lets users in.
fn check_passwordless(pool: &Pool) -> Result<()> {
    if pool.allows_passwordless_sign_up() {
        Ok(())
    } else {
        Err(Error::invalid_parameter(
            "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null",
        ))
    }
}

/// Refuses a user without a password whom no code reaches.
pub(crate) fn check_reachable(attributes: &Attributes) -> Result<()> {
    if attributes.email().is_some() || attributes.phone_number().is_some() {
        Ok(())
    } else {
        Err(Error::invalid_parameter(
            "An email or phone_number is required for a user without a password.",
        ))
    }
}

/// Words a taken name as SignUp does.
fn sign_up_refusal(pool: &Pool, error: Error) -> Error {
    match error {
        Error::AliasExists(attribute) if pool.generates_usernames() => Error::UsernameAttributeExists(attribute),
        other => other,
    }
}

/// Words a taken name as ConfirmSignUp does.
fn confirmation_refusal(error: Error) -> Error {
    match error {
        Error::AliasExists(attribute) => Error::AliasExistsAtConfirmation(attribute),
        other => other,
    }
}
