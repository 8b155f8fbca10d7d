//! Step-up: a sign-in that is to reach a level of assurance, from nothing or from where an access token stands.

use poolhouse_domain::assurance::{Level, Methods};
use poolhouse_domain::pools::Pool;
use poolhouse_domain::sessions::RefreshFamily;
use poolhouse_domain::users::User;
use poolhouse_domain::{Error, Result, SECOND};
use poolhouse_model::{Secret, UserStatusType};

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

/// A step-up that asks for something possible, whoever it is about.
pub(super) struct Ascent {
    /// The levels that will do, the preferred one first; at least one.
    pub levels: Vec<Level>,
    /// The sign-in of the access token.
    signed_in: Option<RefreshFamily>,
    /// Whether that sign-in is too long ago to count.
    is_stale: bool,
}

impl Ascent {
    /// What the user has proved already, in the sign-in of the access token. Nothing, if it is too long ago, or if they
    /// have to do something about their password, or have replaced it since.
    pub fn credit(&self, user: &User) -> Result<Methods> {
        let Some(signed_in) = &self.signed_in else {
            return Ok(Methods::default());
        };
        if (&signed_in.pool_id, &signed_in.sub) != (&user.pool_id, &user.sub) {
            return Err(Error::AccessTokenInvalid);
        }
        let password = user.password.as_ref();
        let is_same_password = password.is_some_and(|password| password.set_at <= signed_in.authenticated_at);
        let counts = !self.is_stale
            && user.status == UserStatusType::Confirmed
            && (is_same_password || !signed_in.methods.has_password());
        Ok(if counts {
            signed_in.methods.clone()
        } else {
            Methods::default()
        })
    }

    /// Refuses an access token with a name that belongs to nobody: it can't be theirs.
    pub fn check_nobodys(&self) -> Result<()> {
        if self.signed_in.is_none() {
            Ok(())
        } else {
            Err(Error::AccessTokenInvalid)
        }
    }
}

impl Cx {
    /// Reads what a step-up asks for, without a look at the user, so that nobody learns from it whether they exist.
    pub(super) async fn ascent(&self, pool: &Pool, step_up: StepUp<'_>) -> Result<Ascent> {
        pool.check_has_levels()?;
        let levels = Level::named(step_up.target_acr_values, pool.level_names());
        if levels.is_empty() {
            return Err(Error::invalid_parameter("None of the TARGET_ACR_VALUES is valid."));
        }
        let signed_in = match step_up.access_token {
            None => None,
            Some(token) => {
                let caller = self.caller(token).await?;
                let families = self.store.families();
                let family = families.get(caller.pool.id(), &caller.event_id).await?;
                Some(family.ok_or(Error::AccessTokenRevoked)?)
            }
        };
        let is_older = |seconds: i64| {
            signed_in.as_ref().is_some_and(|family| {
                self.now().millis() - family.authenticated_at.millis() > seconds.saturating_mul(SECOND)
            })
        };
        let is_stale = step_up.max_age.is_some_and(is_older);
        Ok(Ascent {
            levels,
            signed_in,
            is_stale,
        })
    }
}
