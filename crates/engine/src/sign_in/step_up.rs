//! Step-up: a sign-in that is to reach a level of assurance, from nothing or from where an access token stands.

use poolhouse_domain::assurance::{Level, Methods};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sign_in::{first_challenges, lifting_factors};
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, SECOND};
use poolhouse_model::Secret;

use crate::Cx;

/// What a client asks for that wants more than a sign-in.
#[derive(Clone, Copy)]
pub struct StepUp<'a> {
    /// The names of the levels, separated by spaces, the preferred one first.
    pub target_acr_values: &'a str,
    /// A token of the user, whose methods count.
    pub access_token: Option<&'a Secret>,
    /// How long ago they may have signed in for that, in seconds.
    pub max_age: Option<i64>,
}

/// What is to be reached, and what counts already.
pub(super) struct Target {
    pub level: Level,
    pub credit: Methods,
}

impl Cx {
    /// The first of the levels asked for that the user can reach.
    pub(super) async fn target(
        &self,
        pool: &Pool,
        user: &User,
        has_passkey: bool,
        step_up: StepUp<'_>,
    ) -> Result<Target> {
        let levels = Level::named(step_up.target_acr_values, pool.level_names());
        if levels.is_empty() {
            return Err(Error::invalid_parameter("None of the TARGET_ACR_VALUES is valid."));
        }
        let credit = self.credit(user, step_up).await?;
        let is_in_reach = |level: &Level| {
            credit.level() >= Some(*level)
                || (credit.has_password() && !lifting_factors(pool, user, &credit, *level).is_empty())
                || !first_challenges(pool, user, has_passkey, Some((&credit, *level))).is_empty()
        };
        let level = levels.into_iter().find(is_in_reach).ok_or(Error::LevelOutOfReach)?;
        if credit.level() >= Some(level) {
            return Err(Error::LevelReached);
        }
        Ok(Target { level, credit })
    }

    /// The methods that the sign-in of the access token was proved by, if it is recent enough.
    async fn credit(&self, user: &User, step_up: StepUp<'_>) -> Result<Methods> {
        let Some(token) = step_up.access_token else {
            return Ok(Methods::default());
        };
        let caller = self.caller(token).await?;
        if caller.user.sub != user.sub || caller.user.pool_id != user.pool_id {
            return Err(Error::AccessTokenInvalid);
        }
        let family = self.store.families().get(&user.pool_id, &caller.event_id).await?;
        let family = family.ok_or(Error::AccessTokenRevoked)?;
        let age = self.now().millis() - family.authenticated_at.millis();
        let is_recent = step_up
            .max_age
            .is_none_or(|seconds| age <= seconds.saturating_mul(SECOND));
        Ok(if is_recent { family.methods } else { Methods::default() })
    }
}
