//! Making tokens.

use poolhouse_crypto::jwt;
use poolhouse_crypto::seal::Purpose;
use poolhouse_domain::clients::Client;
use poolhouse_domain::devices::DeviceIdentity;
use poolhouse_domain::oauth::Grant;
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::{RefreshFamily, RefreshTokenPayload};
use poolhouse_domain::sign_in::Progress;
use poolhouse_domain::tokens::Claims;
use poolhouse_domain::triggers::TokenSource;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, SECOND, permissions};
use poolhouse_model::{AuthenticationResultType, Secret};

use crate::Cx;

/// The length of the secret in a refresh token: more than 160 bits.
const REFRESH_SECRET_LENGTH: usize = 32;

impl Cx {
    /// Starts the family of a sign-in that came as far as `progress`, from `device`. It isn't stored yet.
    pub(crate) fn new_family(
        &self,
        pool: &Pool,
        client: &Client,
        user: &User,
        progress: Progress,
        device: Option<DeviceIdentity>,
    ) -> Result<(RefreshFamily, Secret)> {
        let now = self.now();
        let mut family = RefreshFamily {
            pool_id: pool.id().to_owned(),
            event_id: self.entropy.uuid_v4(),
            origin_jti: self.entropy.uuid_v4(),
            sub: user.sub.clone(),
            client_id: client.id().to_owned(),
            authenticated_at: now,
            expires_at: now.plus_millis(client.refresh_token_lifetime()),
            secret_hash: String::new(),
            rotated: None,
            session: self.new_token_session(pool),
            device,
            methods: progress.methods,
            tells_level: progress.target.is_some(),
            oauth: None,
            version: 0,
        };
        let payload = RefreshTokenPayload {
            pool_id: family.pool_id.clone(),
            event_id: family.event_id.clone(),
            client_id: family.client_id.clone(),
            sub: family.sub.clone(),
            secret: self.entropy.alphanumeric(REFRESH_SECRET_LENGTH),
        };
        family.secret_hash = self.hash_refresh_secret(&payload);
        Ok((family, self.seal_refresh_token(&payload)?))
    }

    /// Makes the refresh token that holds `payload`.
    pub(crate) fn seal_refresh_token(&self, payload: &RefreshTokenPayload) -> Result<Secret> {
        let bytes = serde_json::to_vec(payload).map_err(Error::internal)?;
        let token = self
            .refresh_tokens
            .encode(&bytes, self.entropy.as_ref())
            .map_err(Error::internal)?;
        Ok(Secret::from(token))
    }

    /// The keyed hash under which the secret of a refresh token is stored.
    pub(crate) fn hash_refresh_secret(&self, payload: &RefreshTokenPayload) -> String {
        self.keyed_hash(
            Purpose::new("refresh token"),
            &[payload.event_id.as_bytes(), payload.secret.as_bytes()],
        )
    }

    /// The name of the level of assurance that the tokens of `family` tell, if they tell one.
    pub(crate) fn told_level<'a>(pool: &'a Pool, family: &RefreshFamily) -> Option<&'a str> {
        let tells_level = family.tells_level || pool.level_names().is_some();
        let level = family.methods.level().filter(|_| tells_level)?;
        Some(level.name(pool.level_names()))
    }

    /// Signs the id and access tokens of `family` for the user as they are now; `source` is where that happens.
    pub(crate) async fn issue_tokens(
        &self,
        source: TokenSource,
        pool: &Pool,
        client: &Client,
        user: &User,
        family: &RefreshFamily,
    ) -> Result<AuthenticationResultType> {
        let keys = self.keys(pool.id()).await?;
        let groups = self.store.groups().of_user(pool.id(), &user.sub).await?;
        let triggers = self.triggers(pool, Some(client));
        let overrides = triggers
            .pre_token_generation(source, user, &groups, family.scopes())
            .await?;
        let readable = permissions::readable(
            &pool.schema(),
            client.settings.read_attributes.as_deref(),
            &user.attributes,
        );
        let issuer = self.issuer(pool);
        let claims = Claims {
            issuer: &issuer,
            client,
            user,
            groups: &groups,
            family,
            readable: &readable,
            level: Self::told_level(pool, family),
            overrides: &overrides,
            now: self.now(),
        };
        let sign = |key, claims| jwt::sign(key, &claims).map_err(Error::internal);
        let access = sign(&keys.access, claims.access_claims(&self.entropy.uuid_v4()))?;
        let wants_id_token = family.oauth.as_ref().is_none_or(Grant::is_openid);
        let id = wants_id_token
            .then(|| sign(&keys.id, claims.id_claims(&self.entropy.uuid_v4(), &access)))
            .transpose()?;
        Ok(AuthenticationResultType {
            access_token: Some(Secret::from(access)),
            expires_in: Some(i32::try_from(client.access_token_lifetime() / SECOND).unwrap_or(i32::MAX)),
            token_type: Some("Bearer".to_owned()),
            refresh_token: None,
            id_token: id.map(Secret::from),
            new_device_metadata: None,
        })
    }
}
