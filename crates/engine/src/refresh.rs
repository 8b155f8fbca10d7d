//! Refreshing, revoking and signing out.

use poolhouse_crypto::hmac;
use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::clients::{Client, Flow};
use poolhouse_domain::oauth::Grant;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{RefreshFamily, RefreshTokenPayload, Rotated};
use poolhouse_domain::triggers::TokenSource;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, SECOND};
use poolhouse_model::{AuthenticationResultType, Secret, UserStatusType};

use crate::Cx;

/// Where a refresh token stands in its family.
enum Standing {
    /// The newest.
    Current,
    /// Replaced by the newest a moment ago, and still accepted.
    InGrace,
}

/// What a good refresh token stands for.
pub(crate) struct UsedToken {
    pub user: User,
    /// What new tokens are made of.
    pub family: RefreshFamily,
    /// What is to be written, when the client rotates refresh tokens.
    rotation: Option<Rotation>,
}

/// A refresh token that is about to be replaced.
struct Rotation {
    family: RefreshFamily,
    standing: Standing,
    payload: RefreshTokenPayload,
}

impl Cx {
    /// Gives new id and access tokens for a refresh token, and a new refresh token when the client rotates them.
    /// `device_key` is the device that the caller says it is; `authenticate` checks what the caller gave to prove that
    /// they are the client, once the user is known.
    pub async fn refresh(
        &self,
        source: TokenSource,
        pool: &Pool,
        client: &Client,
        token: &Secret,
        device_key: Option<&str>,
        authenticate: impl Fn(&User) -> Result<()>,
    ) -> Result<AuthenticationResultType> {
        let used = self
            .use_refresh_token(pool, client, token, device_key, authenticate)
            .await?;
        self.refresh_by(source, pool, client, used).await
    }

    /// Makes new tokens of a refresh token that is good, and then replaces it when the client rotates them.
    pub(crate) async fn refresh_by(
        &self,
        source: TokenSource,
        pool: &Pool,
        client: &Client,
        used: UsedToken,
    ) -> Result<AuthenticationResultType> {
        let UsedToken { user, family, rotation } = used;
        let mut tokens = self.issue_tokens(source, pool, client, &user, &family).await?;
        if let Some(rotation) = rotation {
            tokens.refresh_token = Some(self.rotate(client, rotation).await?);
        }
        self.note_activity(pool, &family).await?;
        Ok(tokens)
    }

    /// What a refresh token stands for, if it is good. Nothing is written yet.
    pub(crate) async fn use_refresh_token(
        &self,
        pool: &Pool,
        client: &Client,
        token: &Secret,
        device_key: Option<&str>,
        authenticate: impl Fn(&User) -> Result<()>,
    ) -> Result<UsedToken> {
        let payload = self.open_refresh_token(token).ok_or(Error::RefreshTokenInvalid)?;
        if payload.pool_id != pool.id() || payload.client_id != client.id() {
            return Err(Error::RefreshTokenInvalid);
        }
        let user = self.store.users().by_sub(pool.id(), &payload.sub).await?;
        let user = user.ok_or_else(|| Error::UserNotFound.for_client(client))?;
        authenticate(&user)?;
        user.check_enabled()?;
        let mut family = self.family(&payload).await?;
        if user.status == UserStatusType::ResetRequired {
            return Err(Error::PasswordResetRequired);
        }
        if family.expires_at <= self.now() {
            return Err(Error::RefreshTokenExpired);
        }
        self.check_device(pool, &family, device_key).await?;
        let standing = self.standing(client, &family, &payload).await?;
        let rotation = client.rotates_refresh_tokens().then(|| Rotation {
            family: family.clone(),
            standing,
            payload,
        });
        if let Some(grant) = &mut family.oauth {
            grant.forget_deleted(&self.custom_scopes(pool).await?);
        }
        Ok(UsedToken { user, family, rotation })
    }

    /// What the sign-in of a refresh token was granted; nothing is looked at but that.
    pub(crate) async fn granted_by(&self, token: &Secret) -> Result<Option<Grant>> {
        let payload = self.open_refresh_token(token).ok_or(Error::RefreshTokenInvalid)?;
        Ok(self.family(&payload).await?.oauth)
    }

    /// Refuses a token that comes from another device than its sign-in, or from one that isn't confirmed.
    async fn check_device(&self, pool: &Pool, family: &RefreshFamily, device_key: Option<&str>) -> Result<()> {
        let Some(device) = family.device.as_ref().filter(|_| pool.tracks_devices()) else {
            return Ok(());
        };
        let confirmed = self.store.devices().get(pool.id(), &family.sub, &device.key).await?;
        if device_key == Some(&*device.key) && confirmed.is_some() {
            Ok(())
        } else {
            Err(Error::RefreshTokenInvalid)
        }
    }

    async fn family(&self, payload: &RefreshTokenPayload) -> Result<RefreshFamily> {
        let family = self.store.families().get(&payload.pool_id, &payload.event_id).await?;
        family.ok_or(Error::RefreshTokenRevoked)
    }

    fn open_refresh_token(&self, token: &Secret) -> Option<RefreshTokenPayload> {
        let opened = self.refresh_tokens.decode(token.expose()).ok()?;
        serde_json::from_slice(&opened).ok()
    }

    /// Checks that the token is the family's newest, or the one before within its grace period. Any other was replaced
    /// long ago, and who shows it stole it or was stolen from: the family ends.
    async fn standing(
        &self,
        client: &Client,
        family: &RefreshFamily,
        payload: &RefreshTokenPayload,
    ) -> Result<Standing> {
        let hash = self.hash_refresh_secret(payload);
        let same = |stored: &str| hmac::constant_time_eq(stored.as_bytes(), hash.as_bytes());
        if same(&family.secret_hash) {
            return Ok(Standing::Current);
        }
        let grace = client
            .settings
            .refresh_token_rotation
            .as_ref()
            .and_then(|rotation| rotation.retry_grace_period_seconds)
            .unwrap_or(0);
        let in_grace = family.rotated.as_ref().is_some_and(|rotated| {
            same(&rotated.secret_hash) && self.now().millis() < rotated.at.millis() + i64::from(grace) * SECOND
        });
        if in_grace {
            return Ok(Standing::InGrace);
        }
        self.store.families().delete(&family.pool_id, &family.event_id).await?;
        Err(Error::RefreshTokenReused)
    }

    /// Replaces the family's refresh token. The secret of the next one follows from the secret of the one before: who
    /// asks again within the grace period, because the first answer was lost, is given the same token again.
    async fn rotate(&self, client: &Client, rotation: Rotation) -> Result<Secret> {
        let Rotation {
            mut family,
            standing,
            payload,
        } = rotation;
        let next = RefreshTokenPayload {
            secret: self.next_refresh_secret(&payload),
            ..payload.clone()
        };
        if let Standing::Current = standing {
            let former = std::mem::replace(&mut family.secret_hash, self.hash_refresh_secret(&next));
            family.rotated = Some(Rotated {
                secret_hash: former,
                at: self.now(),
            });
            match self.store.families().replace(&mut family).await {
                Ok(()) => {}
                // Somebody was quicker with the same token: whether that was within the grace period is now the question.
                Err(poolhouse_storage::Error::Conflict) => {
                    self.standing(client, &self.family(&payload).await?, &payload).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.seal_refresh_token(&next)
    }

    fn next_refresh_secret(&self, payload: &RefreshTokenPayload) -> String {
        self.keyed_hash(
            Purpose::new("refresh token rotation"),
            &[payload.event_id.as_bytes(), payload.secret.as_bytes()],
        )
    }

    /// Revokes the family of a refresh token, and if `linked` the SSO session that it came through. A token that is unknown or revoked already is no error.
    pub async fn revoke(&self, pool: &Pool, client: &Client, token: &Secret, linked: bool) -> Result<()> {
        if !client.revokes_tokens() {
            return Err(Error::RevocationDisabled);
        }
        let Some(payload) = self.open_refresh_token(token) else {
            let is_jwt = token.expose().split('.').count() == 3;
            return if is_jwt {
                Err(Error::UnsupportedTokenType)
            } else {
                Ok(())
            };
        };
        if payload.pool_id != pool.id() || payload.client_id != client.id() {
            return Err(Error::RevocationUnauthorized);
        }
        let family = self.store.families().get(pool.id(), &payload.event_id).await?;
        self.store.families().delete(pool.id(), &payload.event_id).await?;
        let origin = family.and_then(|family| family.session?.origin);
        if let Some(origin) = origin.filter(|_| linked && pool.tracks_sessions()) {
            let browsers = self.store.browser_sessions();
            browsers.delete_session(pool.id(), &payload.sub, &origin).await?;
        }
        Ok(())
    }

    /// Signs a user out everywhere: every refresh token and every access token given so far is revoked.
    pub async fn sign_out_everywhere(&self, user: &User) -> Result<()> {
        Ok(self.store.families().delete_of_user(&user.pool_id, &user.sub).await?)
    }

    /// Whether `client` may refresh through `GetTokensFromRefreshToken`: by the refresh flow, or by rotation.
    pub fn check_refresh_allowed(client: &Client) -> Result<()> {
        if client.rotates_refresh_tokens() || client.allows(Flow::Refresh) {
            Ok(())
        } else {
            Err(Error::FlowNotEnabled("Auth flow not enabled for this client"))
        }
    }
}
