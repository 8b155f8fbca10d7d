//! Users whom an administrator creates, and the invitation that they get.

use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::delivery::Channel;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::schema::Required;
use poolhouse_domain::templates::{self, Values};
use poolhouse_domain::triggers::SignUpSource;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, names, password_policy};
use poolhouse_model::{DeliveryMediumType, Secret, UserStatusType, VerifiedAttributeType};
use poolhouse_outbound::Kind;
use poolhouse_storage::Transaction;

use crate::Cx;
use crate::changes::retried;
use crate::messages::{Draft, Reveals};
use crate::outbox::Outgoing;
use crate::sign_up::check_reachable;
use crate::triggers::Triggers;

/// A user as an administrator describes them.
pub struct Invitation<'a> {
    pub username: &'a str,
    pub attributes: Attributes,
    /// Generated when absent.
    pub temporary_password: Option<&'a Secret>,
    /// The media to send the invitation by; `None` sends nothing.
    pub mediums: Option<Mediums>,
    /// Whether a verified e-mail address or phone number is taken from the user who has it now.
    pub force_alias_creation: bool,
}

/// How an invitation travels.
pub enum Mediums {
    /// Nobody said: by SMS, to those who have a phone number.
    Default,
    /// Exactly these; a user who can't be reached by one of them is not created.
    Named(Vec<DeliveryMediumType>),
}

impl Mediums {
    /// The media of a request.
    pub fn from_request(named: Option<Vec<DeliveryMediumType>>) -> Self {
        named
            .filter(|mediums| !mediums.is_empty())
            .map_or(Self::Default, Self::Named)
    }

    /// Where `user` is reached by these media.
    pub(crate) fn channels(&self, user: &User) -> Result<Vec<Channel>> {
        let by_default = [DeliveryMediumType::Sms];
        let (wanted, must_reach) = match self {
            Self::Default => (by_default.as_slice(), false),
            Self::Named(mediums) => (mediums.as_slice(), true),
        };
        let mut channels = Vec::new();
        for medium in wanted {
            let (attribute, absent) = match medium {
                DeliveryMediumType::Email => (
                    VerifiedAttributeType::Email,
                    "No email provided but desired delivery medium was Email",
                ),
                DeliveryMediumType::Sms => (
                    VerifiedAttributeType::PhoneNumber,
                    "No phone number provided but desired delivery medium was SMS",
                ),
            };
            match user.attributes.given(attribute.as_str()) {
                Some(destination) => channels.push(Channel {
                    attribute,
                    destination: destination.to_owned(),
                }),
                None if must_reach => return Err(Error::invalid_parameter(absent)),
                None => {}
            }
        }
        Ok(channels)
    }
}

impl Cx {
    /// Creates a user with a temporary password and invites them.
    pub async fn invite(&self, pool: &Pool, invitation: Invitation<'_>) -> Result<User> {
        let Invitation {
            username,
            mut attributes,
            temporary_password,
            mediums,
            force_alias_creation,
        } = invitation;
        names::add_username_attribute(&pool.settings, username, &mut attributes)?;
        names::check_preferred_username(&pool.settings, &attributes)?;
        pool.schema().check_new(&attributes, Required::No)?;
        let given = attributes.clone();

        let passwordless = temporary_password.is_none() && pool.allows_passwordless_sign_up();
        if passwordless {
            check_reachable(&attributes)?;
        }
        let password = match temporary_password {
            Some(password) => Some(password.clone()),
            None if passwordless => None,
            None => Some(self.generate_password(pool)),
        };
        let mut user = self.new_user(pool, username, attributes, UserStatusType::Confirmed);
        // Nobody is judged who is there already.
        let namesake = self.find_user(pool, &user.username).await?;
        if namesake.is_some_and(|namesake| namesake.username == user.username) {
            return Err(Error::UserAccountExists);
        }
        // What the function says of confirming and verifying is for sign-ups.
        self.triggers(pool, None)
            .pre_sign_up(SignUpSource::AdminCreateUser, &user.username, &given)
            .await?;
        if let Some(password) = &password {
            user.status = UserStatusType::ForceChangePassword;
            user.password = Some(self.new_password(pool, &user, password).await?);
        }
        let messages = match (&password, mediums) {
            (Some(password), Some(mediums)) => {
                self.invitation_messages(pool, &user, username, password, &mediums)
                    .await?
            }
            _ => Vec::new(),
        };

        let write = async || {
            let mut tx = self.store.begin().await?;
            if force_alias_creation {
                tx.users().take_aliases(pool, &user, self.now()).await?;
            }
            tx.users().insert(pool, &user).await?;
            self.post_all(&mut tx, &messages).await?;
            Ok(tx.commit().await?)
        };
        retried(write).await.map_err(invitation_refusal)?;

        for message in &messages {
            self.announce(message);
        }
        Ok(user)
    }

    /// Invites a user again who never came: with a new temporary password that lasts as long as the first.
    pub async fn invite_again(
        &self,
        pool: &Pool,
        username: &str,
        temporary_password: Option<&Secret>,
        mediums: &Mediums,
    ) -> Result<User> {
        let user = self.user(pool, username).await?;
        check_invited(&user, username)?;
        let password = match temporary_password {
            Some(password) => password.clone(),
            None => self.generate_password(pool),
        };
        let replacement = self.new_password(pool, &user, &password).await?;
        let (replacement, password) = (&replacement, &password);
        let change = async |mut user: User| {
            check_invited(&user, username)?;
            user.set_password(replacement.clone(), pool.password_history_size());
            let messages = self
                .invitation_messages(pool, &user, username, password, mediums)
                .await?;
            let mut tx = self.store.begin().await?;
            tx.users().replace(pool, &mut user).await?;
            self.post_all(&mut tx, &messages).await?;
            tx.commit().await?;
            Ok((user, messages))
        };
        let (user, messages) = self.change_user(pool, user, change).await?;
        for message in &messages {
            self.announce(message);
        }
        Ok(user)
    }

    async fn post_all(&self, tx: &mut Transaction, messages: &[Outgoing]) -> Result<()> {
        for message in messages {
            self.post(tx, message).await?;
        }
        Ok(())
    }

    fn generate_password(&self, pool: &Pool) -> Secret {
        let fill = |bytes: &mut [u8]| self.entropy.fill(bytes);
        Secret::from(password_policy::generate_temporary(&pool.password_policy(), &fill))
    }

    /// Words the invitation for every medium, and checks that it can be sent. `typed` is the name as the administrator
    /// wrote it, which is what the user signs in by.
    async fn invitation_messages(
        &self,
        pool: &Pool,
        user: &User,
        typed: &str,
        password: &Secret,
        mediums: &Mediums,
    ) -> Result<Vec<Outgoing>> {
        let values = Values {
            code: password.expose(),
            username: typed,
            ..Values::default()
        };
        let brings = (values, Reveals::TemporaryPassword);
        let triggers = self.triggers(pool, None);
        let messages = self.compose_invitations(triggers, pool, user, brings, mediums).await?;
        for message in &messages {
            self.check_outgoing(message).await?;
        }
        Ok(messages)
    }

    /// The invitation for every medium, which brings these values.
    pub(crate) async fn compose_invitations(
        &self,
        triggers: Triggers<'_>,
        pool: &Pool,
        user: &User,
        (values, reveals): (Values<'_>, Reveals),
        mediums: &Mediums,
    ) -> Result<Vec<Outgoing>> {
        let mut messages = Vec::new();
        for channel in mediums.channels(user)? {
            let draft = Draft {
                user,
                channel: &channel,
                kind: Kind::AdminCreateUser,
                template: templates::invitation(&pool.settings, channel.attribute),
                values,
                reveals,
            };
            messages.push(self.compose(triggers, pool, &draft).await?);
        }
        Ok(messages)
    }
}

/// Refuses users who came already, or who never were invited; `typed` is what the administrator called them.
fn check_invited(user: &User, typed: &str) -> Result<()> {
    if user.status == UserStatusType::ForceChangePassword {
        Ok(())
    } else {
        Err(Error::ResendNotPossible(typed.to_owned()))
    }
}

/// Words a taken name as AdminCreateUser does, which has one error for usernames and aliases.
fn invitation_refusal(error: Error) -> Error {
    match error {
        Error::UserExists => Error::UserAccountExists,
        Error::AliasExists(attribute) => Error::UsernameAttributeExists(attribute),
        other => other,
    }
}
