//! Signing in by password, and the challenge that a temporary password brings.

use std::collections::BTreeMap;

use poolhouse_domain::attributes::{Attributes, SUB};
use poolhouse_domain::clients::Client;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{AuthSession, AuthSessionState, Step};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, names, permissions};
use poolhouse_model::{AuthenticationResultType, ChallengeNameType, Secret, UserPoolMfaType, UserStatusType};
use poolhouse_storage::SessionFound;
use serde::{Deserialize, Serialize};

use crate::Cx;

/// What one step of a sign-in gave.
pub enum Outcome {
    /// The user is signed in.
    Tokens(Box<AuthenticationResultType>),
    /// The user has to answer a challenge.
    Challenge {
        name: ChallengeNameType,
        session: Secret,
        parameters: BTreeMap<String, String>,
    },
}

/// A sign-in by name and password.
pub struct SignIn<'a> {
    /// The name as it was typed: a username, an alias or a sub.
    pub username: &'a str,
    pub password: &'a Secret,
}

/// An answer to a challenge.
pub struct Answer<'a> {
    pub session: &'a Secret,
    pub username: &'a str,
    /// The responses by their protocol names.
    pub responses: &'a BTreeMap<String, Secret>,
}

/// What a session string holds under its seal.
#[derive(Serialize, Deserialize)]
struct SessionTicket {
    id: String,
}

impl Cx {
    /// Signs in by password: tokens, or the challenge that comes first.
    pub async fn sign_in(&self, pool: &Pool, client: &Client, sign_in: SignIn<'_>) -> Result<Outcome> {
        let SignIn { username, password } = sign_in;
        let Some(user) = self.find_user(pool, username).await? else {
            return Err(self.refuse_nobody(pool, client, username, password).await?);
        };
        let hides = client.prevents_user_existence_errors();
        if !hides {
            check_status(&user)?;
        }
        self.triggers(pool).pre_authentication()?;
        self.check_lockout(pool, &user.sub).await?;
        let user = self.check_password(pool, client, user, password).await?;
        user.check_enabled()?;
        check_status(&user).map_err(|error| error.for_client(client))?;
        if user.temporary_password_expired(pool.temporary_password_lifetime(), self.now()) {
            return Err(Error::TemporaryPasswordExpired);
        }
        if user.status == UserStatusType::ForceChangePassword {
            self.clear_lockout(pool, &user).await?;
            return self.challenge_new_password(pool, client, &user, username).await;
        }
        self.complete_sign_in(pool, client, &user).await
    }

    /// Refuses a name that belongs to nobody, at the cost of a real sign-in.
    async fn refuse_nobody(&self, pool: &Pool, client: &Client, username: &str, password: &Secret) -> Result<Error> {
        self.triggers(pool).user_migration()?;
        if client.prevents_user_existence_errors() {
            self.triggers(pool).pre_authentication()?;
            let nobody = self.nobody(pool, username);
            self.check_lockout(pool, &nobody).await?;
            self.verify_absent(password).await?;
            self.count_failure(pool, &nobody).await?;
        }
        Ok(Error::UserNotFound.for_client(client))
    }

    /// Checks the password and renews a hash that was made under other parameters.
    async fn check_password(&self, pool: &Pool, client: &Client, mut user: User, password: &Secret) -> Result<User> {
        let Some(stored) = &user.password else {
            self.verify_absent(password).await?;
            self.count_failure(pool, &user.sub).await?;
            return Err(Error::IncorrectUsernameOrPassword);
        };
        if user.status == UserStatusType::ResetRequired {
            self.verify_absent(password).await?;
            self.count_failure(pool, &user.sub).await?;
            return Err(Error::PasswordResetRequired.for_client(client));
        }
        let verification = self.verify_password(password, &stored.hash).await?;
        if !verification.matches {
            self.count_failure(pool, &user.sub).await?;
            return Err(Error::IncorrectUsernameOrPassword);
        }
        // Guesses in flight may have earned a pause since it was looked at: then a right one counts no more.
        self.check_lockout(pool, &user.sub).await?;
        if verification.needs_rehash
            && let Ok(hash) = self.hash(password).await
            && let Some(stored) = user.password.as_mut()
        {
            stored.hash = hash;
            // A user who is changed at this very moment keeps the old hash until the next sign-in.
            match self.store.users().replace(pool, &mut user).await {
                Ok(()) | Err(poolhouse_storage::Error::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(user)
    }

    async fn clear_lockout(&self, pool: &Pool, user: &User) -> Result<()> {
        Ok(self.store.lockouts().clear(pool.id(), &user.sub).await?)
    }

    /// Gives tokens to a user who has proved everything that the pool asks for.
    async fn complete_sign_in(&self, pool: &Pool, client: &Client, user: &User) -> Result<Outcome> {
        check_later_factors(pool)?;
        self.triggers(pool).post_authentication()?;
        let (family, refresh_token) = self.new_family(pool, client, user)?;
        let tokens = self
            .issue_tokens(pool, client, user, &family, Some(refresh_token))
            .await?;
        let mut tx = self.store.begin().await?;
        tx.lockouts().clear(pool.id(), &user.sub).await?;
        tx.families().insert(&family).await?;
        tx.commit().await?;
        Ok(Outcome::Tokens(Box::new(tokens)))
    }

    async fn challenge_new_password(&self, pool: &Pool, client: &Client, user: &User, typed: &str) -> Result<Outcome> {
        check_later_factors(pool)?;
        let schema = pool.schema();
        let readable = permissions::readable(&schema, client.settings.read_attributes.as_deref(), &user.attributes);
        let shown = |(name, value): &(&str, &str)| *name != SUB && !value.is_empty();
        let provided: BTreeMap<&str, &str> = readable.iter().filter(shown).collect();
        let required: Vec<String> = missing_attributes(pool, &user.attributes)
            .map(|name| format!("userAttributes.{name}"))
            .collect();
        let json = |value: serde_json::Result<String>| value.map_err(Error::internal);
        let parameters = BTreeMap::from([
            ("USER_ID_FOR_SRP".to_owned(), user.username.clone()),
            ("requiredAttributes".to_owned(), json(serde_json::to_string(&required))?),
            ("userAttributes".to_owned(), json(serde_json::to_string(&provided))?),
        ]);
        let session = self
            .open_session(client, user, typed, Step::NewPasswordRequired)
            .await?;
        Ok(Outcome::Challenge {
            name: ChallengeNameType::NewPasswordRequired,
            session,
            parameters,
        })
    }

    /// Stores the state of a sign-in and answers the session string that continues it.
    async fn open_session(&self, client: &Client, user: &User, typed: &str, step: Step) -> Result<Secret> {
        let session = AuthSession {
            id: self.entropy.uuid_v4(),
            pool_id: user.pool_id.clone(),
            expires_at: self.now().plus_millis(client.auth_session_lifetime()),
            state: AuthSessionState {
                sub: user.sub.clone(),
                client_id: client.id().to_owned(),
                names: vec![typed.to_owned(), user.username.clone(), user.sub.clone()],
                password_set_at: user.password.as_ref().map(|password| password.set_at),
                step,
            },
        };
        self.store.sessions().insert(&session).await?;
        let ticket = serde_json::to_vec(&SessionTicket { id: session.id }).map_err(Error::internal)?;
        let sealed = self
            .session_strings
            .encode(&ticket, self.entropy.as_ref())
            .map_err(Error::internal)?;
        Ok(Secret::from(sealed))
    }

    /// Finds the session that an answer continues: of this client, waiting for this step, named after this user.
    async fn session(&self, pool: &Pool, client: &Client, answer: &Answer<'_>, step: Step) -> Result<AuthSession> {
        let opened = self
            .session_strings
            .decode(answer.session.expose())
            .map_err(|_| Error::SessionInvalid)?;
        let ticket: SessionTicket = serde_json::from_slice(&opened).map_err(|_| Error::SessionInvalid)?;
        let session = match self.store.sessions().get(&ticket.id, self.now()).await? {
            SessionFound::Open(session) => session,
            SessionFound::Used => return Err(Error::SessionUsed),
            SessionFound::Expired => return Err(Error::SessionExpired),
        };
        let state = &session.state;
        let fold = |name: &str| names::fold(pool.case_sensitive(), name);
        let username = fold(answer.username);
        let fits = state.client_id == client.id()
            && state.step == step
            && state.names.iter().any(|name| fold(name) == username);
        if fits { Ok(session) } else { Err(Error::SessionInvalid) }
    }

    /// Answers NEW_PASSWORD_REQUIRED: the user sets a password of their own, and the attributes that were missing.
    pub async fn answer_new_password(&self, pool: &Pool, client: &Client, answer: Answer<'_>) -> Result<Outcome> {
        let password = answer
            .responses
            .get("NEW_PASSWORD")
            .ok_or(Error::MissingParameter("NEW_PASSWORD"))?;
        let session = self.session(pool, client, &answer, Step::NewPasswordRequired).await?;
        let user = self.store.users().by_sub(pool.id(), &session.state.sub).await?;
        let has_same_password = |user: &User| {
            user.status == UserStatusType::ForceChangePassword
                && user.password.as_ref().map(|password| password.set_at) == session.state.password_set_at
        };
        let mut user = user.filter(has_same_password).ok_or(Error::SessionInvalid)?;
        user.check_enabled()?;
        check_later_factors(pool)?;

        let given = given_attributes(answer.responses);
        let schema = pool.schema();
        if let Some(name) = given.names().find(|name| user.attributes.given(name).is_some()) {
            return Err(Error::AttributeAlreadyProvided(name.to_owned()));
        }
        permissions::check_writable(&schema, client.settings.write_attributes.as_deref(), given.names())?;
        schema.check_completion(&user.attributes, &given)?;
        user.attributes = user.attributes.updated(&given);
        if let Some(name) = missing_attributes(pool, &user.attributes).next() {
            return Err(Error::invalid_parameter(format!(
                "Invalid attributes given, {name} is missing"
            )));
        }
        let hash = self.hash_replacement(pool, &user, password).await?;
        let now = self.now();
        user.set_password(hash, pool.password_history_size(), now);
        user.status = UserStatusType::Confirmed;

        self.triggers(pool).post_authentication()?;
        let (family, refresh_token) = self.new_family(pool, client, &user)?;
        let tokens = self
            .issue_tokens(pool, client, &user, &family, Some(refresh_token))
            .await?;
        let mut tx = self.store.begin().await?;
        if !tx.sessions().consume(&session.id, now).await? {
            return Err(Error::SessionUsed);
        }
        tx.users().replace(pool, &mut user).await?;
        tx.families().insert(&family).await?;
        tx.commit().await?;
        Ok(Outcome::Tokens(Box::new(tokens)))
    }
}

/// Refuses what the pool demands after the password and can't be asked yet: no token is given instead.
fn check_later_factors(pool: &Pool) -> Result<()> {
    if pool.mfa() == UserPoolMfaType::On {
        return Err(Error::NotImplemented("Multi-factor authentication".into()));
    }
    if pool.tracks_devices() {
        return Err(Error::NotImplemented("Device tracking".into()));
    }
    Ok(())
}

/// Refuses users who have to do something else before they sign in.
fn check_status(user: &User) -> Result<()> {
    match user.status {
        UserStatusType::Unconfirmed => Err(Error::UserNotConfirmed),
        UserStatusType::ResetRequired => Err(Error::PasswordResetRequired),
        UserStatusType::ExternalProvider => Err(Error::IncorrectUsernameOrPassword),
        _ => Ok(()),
    }
}

/// The required attributes that a user doesn't have.
fn missing_attributes<'a>(pool: &Pool, attributes: &'a Attributes) -> impl Iterator<Item = String> + use<'a> {
    let required = pool.schema().required_names();
    required.into_iter().filter(|name| attributes.given(name).is_none())
}

/// The attributes among the responses: those named `userAttributes.<name>`.
fn given_attributes(responses: &BTreeMap<String, Secret>) -> Attributes {
    let mut attributes = Attributes::default();
    for (name, value) in responses {
        if let Some(name) = name.strip_prefix("userAttributes.") {
            attributes.set(name, value.expose());
        }
    }
    attributes
}
