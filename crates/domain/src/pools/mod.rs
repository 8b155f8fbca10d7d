//! User pools: their settings and what the settings mean.

mod configuration;
mod mfa;

use poolhouse_model::{
    AcrLevelConfigType, AdminCreateUserConfigType, AuthFactorType, DefaultEmailOptionType, DeletionProtectionType,
    EmailMfaConfigType, IssuerType, PasswordPolicyType, SchemaAttributeType, SoftwareTokenMfaConfigType, Timestamp,
    UserPoolDescriptionType, UserPoolMfaType, UserPoolTierType, UserPoolType, UsernameAttributeType,
    VerifiedAttributeType, WebAuthnConfigurationType,
};
use serde::{Deserialize, Serialize};

pub use configuration::PoolConfiguration;
pub(crate) use configuration::tier_lacks;

use crate::assurance::{Level, LevelNames};
use crate::domains::Domains;
use crate::schema::Schema;
use crate::user_sessions::SessionTracking;
use crate::{DAY, Error, Result};

/// A user pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// The settings as DescribeUserPool returns them.
    pub settings: UserPoolType,
    /// The second factors that the pool offers.
    #[serde(default)]
    pub factors: Factors,
    /// Whether sign-ins begin sessions that can be listed and ended.
    #[serde(default)]
    pub sessions: SessionTracking,
    /// The settings of the domains that `settings` names.
    #[serde(default)]
    pub domains: Domains,
    /// The AWS account that the pool belongs to.
    pub account_id: String,
    /// Counts the writes; a writer that saw an older version loses.
    #[serde(skip)]
    pub version: i64,
}

/// The factors that SetUserPoolMfaConfig turns on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Factors {
    /// Whether codes by SMS are a factor.
    #[serde(default)]
    pub sms: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_token: Option<SoftwareTokenMfaConfigType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailMfaConfigType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_authn: Option<WebAuthnConfigurationType>,
}

/// Where a new pool lives.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    pub id: &'a str,
    pub region: &'a str,
    pub account_id: &'a str,
}

impl Pool {
    /// Makes a pool from its configuration and the schema of its users.
    pub fn create(home: Home<'_>, configuration: PoolConfiguration, schema: Schema, now: Timestamp) -> Result<Self> {
        let mut pool = Self {
            settings: UserPoolType {
                id: Some(home.id.to_owned()),
                arn: Some(format!(
                    "arn:aws:cognito-idp:{}:{}:userpool/{}",
                    home.region, home.account_id, home.id
                )),
                schema_attributes: Some(schema.into_attributes()),
                creation_date: Some(now),
                ..UserPoolType::default()
            },
            factors: Factors::default(),
            sessions: SessionTracking::default(),
            domains: Domains::default(),
            account_id: home.account_id.to_owned(),
            version: 0,
        };
        pool.configure(configuration, now)?;
        Ok(pool)
    }

    /// The pool id, `<region>_<nine characters>`.
    pub fn id(&self) -> &str {
        self.settings.id.as_deref().unwrap_or_default()
    }

    /// The part of the id after the underscore, which SRP calls the pool name.
    pub fn short_id(&self) -> &str {
        self.id().split_once('_').map_or("", |(_, name)| name)
    }

    /// The region that the pool was made in.
    pub fn region(&self) -> &str {
        self.id().split_once('_').map_or("", |(region, _)| region)
    }

    /// Which of Amazon Cognito's issuers the pool asks for.
    pub fn issuer_type(&self) -> IssuerType {
        let configuration = self.settings.issuer_configuration.as_ref();
        configuration
            .and_then(|configuration| configuration.r#type)
            .unwrap_or(IssuerType::Original)
    }

    /// The name that an administrator gave the pool.
    pub fn name(&self) -> &str {
        self.settings.name.as_deref().unwrap_or_default()
    }

    /// Whether usernames that differ only in case are different users.
    pub fn case_sensitive(&self) -> bool {
        self.settings
            .username_configuration
            .as_ref()
            .is_none_or(|configuration| configuration.case_sensitive)
    }

    /// The attributes of the pool's users.
    pub fn schema(&self) -> Schema {
        Schema::from_stored(self.settings.schema_attributes.clone().unwrap_or_default())
    }

    /// The schema as DescribeUserPool lists it.
    pub fn schema_attributes(&self) -> &[SchemaAttributeType] {
        self.settings.schema_attributes.as_deref().unwrap_or_default()
    }

    /// The rules for new passwords.
    pub fn password_policy(&self) -> PasswordPolicyType {
        self.settings
            .policies
            .as_ref()
            .and_then(|policies| policies.password_policy.clone())
            .unwrap_or_default()
    }

    /// How many former passwords a new one must differ from.
    pub fn password_history_size(&self) -> usize {
        self.password_policy()
            .password_history_size
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(0)
    }

    /// How long a temporary password lasts, in milliseconds.
    pub fn temporary_password_lifetime(&self) -> i64 {
        i64::from(self.password_policy().temporary_password_validity_days.unwrap_or(7)) * DAY
    }

    /// Whether `attribute` is verified by a code at sign-up and on change.
    pub fn auto_verifies(&self, attribute: VerifiedAttributeType) -> bool {
        self.settings
            .auto_verified_attributes
            .as_ref()
            .is_some_and(|list| list.contains(&attribute))
    }

    /// Whether the mail that confirms a sign-up brings a link instead of a code.
    pub fn confirms_by_link(&self) -> bool {
        let template = self.settings.verification_message_template.as_ref();
        template.is_some_and(|template| template.default_email_option == Some(DefaultEmailOptionType::ConfirmWithLink))
    }

    /// Whether a changed `attribute` keeps its old value until the new one is verified.
    pub fn verifies_before_update(&self, attribute: VerifiedAttributeType) -> bool {
        self.settings
            .user_attribute_update_settings
            .as_ref()
            .and_then(|settings| settings.attributes_require_verification_before_update.as_ref())
            .is_some_and(|list| list.contains(&attribute))
    }

    /// Whether users are named by e-mail or phone number and the service generates usernames.
    pub fn generates_usernames(&self) -> bool {
        self.settings
            .username_attributes
            .as_ref()
            .is_some_and(|list| !list.is_empty())
    }

    /// Whether users are named by `attribute`.
    pub fn is_username_attribute(&self, attribute: UsernameAttributeType) -> bool {
        self.settings
            .username_attributes
            .as_ref()
            .is_some_and(|list| list.contains(&attribute))
    }

    /// The factors that a choice-based sign-in may begin with.
    pub fn first_auth_factors(&self) -> Vec<AuthFactorType> {
        self.settings
            .policies
            .as_ref()
            .and_then(|policies| policies.sign_in_policy.as_ref())
            .and_then(|policy| policy.allowed_first_auth_factors.clone())
            .unwrap_or_else(|| vec![AuthFactorType::Password])
    }

    /// Whether users may sign up without a password, because a code sent to them lets them in.
    pub fn allows_passwordless_sign_up(&self) -> bool {
        allows_passwordless_users(&self.settings)
    }

    /// Whether only administrators create users.
    pub fn admin_creates_users_only(&self) -> bool {
        self.admin_create_user().allow_admin_create_user_only.unwrap_or(false)
    }

    /// The settings of AdminCreateUser.
    pub fn admin_create_user(&self) -> AdminCreateUserConfigType {
        self.settings.admin_create_user_config.clone().unwrap_or_default()
    }

    /// Whether second factors are required, offered or off.
    pub fn mfa(&self) -> UserPoolMfaType {
        self.settings.mfa_configuration.unwrap_or(UserPoolMfaType::Off)
    }

    /// Whether devices of users are tracked.
    pub fn tracks_devices(&self) -> bool {
        self.settings.device_configuration.is_some()
    }

    /// The feature plan.
    pub fn tier(&self) -> UserPoolTierType {
        self.settings.user_pool_tier.unwrap_or(UserPoolTierType::Essentials)
    }

    /// Refuses deletion while the pool is protected or serves a domain.
    pub fn check_deletable(&self) -> Result<()> {
        if self.settings.deletion_protection == Some(DeletionProtectionType::Active) {
            return Err(Error::invalid_parameter(
                "The user pool cannot be deleted because deletion protection is activated. Deletion protection must \
                 be inactivated first.",
            ));
        }
        if self.settings.domain.is_some() || self.settings.custom_domain.is_some() {
            return Err(Error::invalid_parameter(
                "User pool cannot be deleted. It has a domain configured that should be deleted first.",
            ));
        }
        Ok(())
    }

    /// Gives the pool's users more attributes.
    pub fn replace_schema(&mut self, schema: Schema, now: Timestamp) {
        self.settings.schema_attributes = Some(schema.into_attributes());
        self.settings.last_modified_date = Some(now);
    }

    /// The pool as DescribeUserPool returns it, with about so many users.
    pub fn describe(&self, users: i64) -> UserPoolType {
        UserPoolType {
            estimated_number_of_users: Some(i32::try_from(users).unwrap_or(i32::MAX)),
            acr_configuration: self.effective_level_names(),
            ..self.settings.clone()
        }
    }

    /// The names that the pool gives to levels of assurance.
    pub fn level_names(&self) -> Option<&LevelNames> {
        self.settings.acr_configuration.as_ref()
    }

    /// Refuses step-up authentication in a plan that lacks it.
    pub fn check_has_levels(&self) -> Result<()> {
        self.check_tier("Step-up authentication")
    }

    /// Refuses sign-in without a password in a plan that lacks it.
    pub fn check_has_passwordless(&self) -> Result<()> {
        self.check_tier("Passwordless sign-in")
    }

    fn check_tier(&self, feature: &'static str) -> Result<()> {
        if self.tier() == UserPoolTierType::Lite {
            Err(configuration::tier_lacks(feature))
        } else {
            Ok(())
        }
    }

    /// The names of all four levels, in a plan that has them.
    fn effective_level_names(&self) -> Option<LevelNames> {
        let names = self.level_names();
        let effective = |level: Level| {
            let acr_value = level.name(names).to_owned();
            (level.key().to_owned(), AcrLevelConfigType { acr_value })
        };
        (self.tier() != UserPoolTierType::Lite).then(|| Level::ALL.into_iter().map(effective).collect())
    }

    /// The entry of ListUserPools.
    pub fn description(&self) -> UserPoolDescriptionType {
        UserPoolDescriptionType {
            id: self.settings.id.clone(),
            name: self.settings.name.clone(),
            lambda_config: self.settings.lambda_config.clone(),
            last_modified_date: self.settings.last_modified_date,
            creation_date: self.settings.creation_date,
            ..UserPoolDescriptionType::default()
        }
    }
}

/// Whether a code that is sent to them is enough to let users in.
fn allows_passwordless_users(settings: &UserPoolType) -> bool {
    settings
        .policies
        .as_ref()
        .and_then(|policies| policies.sign_in_policy.as_ref())
        .and_then(|policy| policy.allowed_first_auth_factors.as_ref())
        .is_some_and(|factors| {
            factors
                .iter()
                .any(|factor| matches!(factor, AuthFactorType::EmailOtp | AuthFactorType::SmsOtp))
        })
}
