//! The settings that CreateUserPool and UpdateUserPool share, their defaults and cross rules.

use poolhouse_model::{
    AccountRecoverySettingType, AdminCreateUserConfigType, AdvancedSecurityModeType, AliasAttributeType,
    AuthFactorType, CreateUserPoolRequest, DcrConfigurationType, DefaultEmailOptionType, DeletionProtectionType,
    DeviceConfigurationType, EmailConfigurationType, EmailSendingAccountType, EncryptionKeyType,
    IssuerConfigurationType, IssuerType, KeyConfigurationType, LambdaConfigType, PasswordPolicyType,
    PreTokenGenerationLambdaVersionType, PreTokenGenerationVersionConfigType, SignInPolicyType, SmsConfigurationType,
    StatusType, Timestamp, UpdateUserPoolRequest, UserAttributeUpdateSettingsType, UserPoolAddOnsType, UserPoolMfaType,
    UserPoolPolicyType, UserPoolTierType, UserPoolType, UsernameAttributeType, UsernameConfigurationType,
    VerificationMessageTemplateType, VerifiedAttributeType,
};
use std::collections::{BTreeMap, BTreeSet};

use super::{Pool, allows_passwordless_users};
use crate::assurance::{Level, LevelNames};
use crate::{Error, Result, delivery, names, password_policy, templates};

const TAGS_PER_POOL: usize = 50;

/// What an administrator says of a pool, at creation or in a full replacement.
#[derive(Debug, Clone, Default)]
pub struct PoolConfiguration {
    pub name: Option<String>,
    pub policies: Option<UserPoolPolicyType>,
    pub deletion_protection: Option<DeletionProtectionType>,
    pub lambda_config: Option<LambdaConfigType>,
    pub auto_verified_attributes: Option<Vec<VerifiedAttributeType>>,
    pub sms_verification_message: Option<String>,
    pub email_verification_message: Option<String>,
    pub email_verification_subject: Option<String>,
    pub verification_message_template: Option<VerificationMessageTemplateType>,
    pub sms_authentication_message: Option<String>,
    pub mfa_configuration: Option<UserPoolMfaType>,
    pub user_attribute_update_settings: Option<UserAttributeUpdateSettingsType>,
    pub device_configuration: Option<DeviceConfigurationType>,
    pub email_configuration: Option<EmailConfigurationType>,
    pub sms_configuration: Option<SmsConfigurationType>,
    pub tags: Option<BTreeMap<String, String>>,
    pub admin_create_user_config: Option<AdminCreateUserConfigType>,
    pub add_ons: Option<UserPoolAddOnsType>,
    pub dcr_configuration: Option<DcrConfigurationType>,
    pub account_recovery_setting: Option<AccountRecoverySettingType>,
    pub tier: Option<UserPoolTierType>,
    pub key_configuration: Option<KeyConfigurationType>,
    pub issuer_configuration: Option<IssuerConfigurationType>,
    pub acr_configuration: Option<LevelNames>,
    /// The names that users sign in by; they are fixed at creation.
    pub names: Option<NameSettings>,
}

/// The settings of names, which never change after creation.
#[derive(Debug, Clone, Default)]
pub struct NameSettings {
    pub alias_attributes: Option<Vec<AliasAttributeType>>,
    pub username_attributes: Option<Vec<UsernameAttributeType>>,
    pub username_configuration: Option<UsernameConfigurationType>,
}

/// The members that CreateUserPoolRequest and UpdateUserPoolRequest have in common.
macro_rules! configuration_from {
    ($request:ident, name: $name:expr, names: $names:expr) => {
        PoolConfiguration {
            name: $name,
            policies: $request.policies,
            deletion_protection: $request.deletion_protection,
            lambda_config: $request.lambda_config,
            auto_verified_attributes: $request.auto_verified_attributes,
            sms_verification_message: $request.sms_verification_message,
            email_verification_message: $request.email_verification_message,
            email_verification_subject: $request.email_verification_subject,
            verification_message_template: $request.verification_message_template,
            sms_authentication_message: $request.sms_authentication_message,
            mfa_configuration: $request.mfa_configuration,
            user_attribute_update_settings: $request.user_attribute_update_settings,
            device_configuration: $request.device_configuration,
            email_configuration: $request.email_configuration,
            sms_configuration: $request.sms_configuration,
            tags: $request.user_pool_tags,
            admin_create_user_config: $request.admin_create_user_config,
            add_ons: $request.user_pool_add_ons,
            dcr_configuration: $request.dcr_configuration,
            account_recovery_setting: $request.account_recovery_setting,
            tier: $request.user_pool_tier,
            key_configuration: $request.key_configuration,
            issuer_configuration: $request.issuer_configuration,
            acr_configuration: $request.acr_configuration,
            names: $names,
        }
    };
}

impl From<CreateUserPoolRequest> for PoolConfiguration {
    fn from(request: CreateUserPoolRequest) -> Self {
        configuration_from!(request, name: Some(request.pool_name), names: Some(NameSettings {
            alias_attributes: request.alias_attributes,
            username_attributes: request.username_attributes,
            username_configuration: request.username_configuration,
        }))
    }
}

impl From<UpdateUserPoolRequest> for PoolConfiguration {
    fn from(request: UpdateUserPoolRequest) -> Self {
        configuration_from!(request, name: request.pool_name, names: None)
    }
}

impl Pool {
    /// Replaces every setting: what `configuration` leaves out goes back to its default, except the name, the tier,
    /// the MFA mode and dynamic client registration, which stay as they are.
    pub fn configure(&mut self, configuration: PoolConfiguration, now: Timestamp) -> Result<()> {
        let creating = configuration.names.is_some();
        let settings = &mut self.settings;
        if let Some(fixed) = configuration.names {
            settings.alias_attributes = fixed.alias_attributes;
            settings.username_attributes = fixed.username_attributes;
            settings.username_configuration = fixed.username_configuration;
            names::check_name_settings(settings)?;
        }
        if let Some(name) = configuration.name {
            settings.name = Some(name);
        }
        if let Some(tier) = configuration.tier {
            settings.user_pool_tier = Some(tier);
        }
        let tier = *settings.user_pool_tier.get_or_insert(UserPoolTierType::Essentials);

        let given = configuration.policies.unwrap_or_default();
        let sign_in = sign_in_rules(given.sign_in_policy, tier)?;
        let admin = configuration.admin_create_user_config.unwrap_or_default();
        let days = temporary_password_days(&admin, given.password_policy.as_ref())?;
        settings.policies = Some(UserPoolPolicyType {
            password_policy: Some(password_rules(given.password_policy, days, tier)?),
            sign_in_policy: Some(sign_in),
        });
        settings.admin_create_user_config = Some(admin_create_user(admin, settings)?);
        settings.deletion_protection = Some(
            configuration
                .deletion_protection
                .unwrap_or(DeletionProtectionType::Inactive),
        );
        settings.lambda_config = Some(lambda_config(configuration.lambda_config, tier)?);
        settings.auto_verified_attributes = configuration.auto_verified_attributes;
        settings.sms_verification_message = configuration.sms_verification_message;
        settings.email_verification_message = configuration.email_verification_message;
        settings.email_verification_subject = configuration.email_verification_subject;
        settings.sms_authentication_message = configuration.sms_authentication_message;
        let mut template = configuration.verification_message_template.unwrap_or_default();
        template
            .default_email_option
            .get_or_insert(DefaultEmailOptionType::ConfirmWithCode);
        settings.verification_message_template = Some(template);
        templates::reconcile(settings)?;
        settings.user_attribute_update_settings = update_settings(
            configuration.user_attribute_update_settings,
            settings.auto_verified_attributes.as_deref().unwrap_or_default(),
        )?;
        settings.device_configuration = configuration.device_configuration;
        settings.email_configuration = Some(email_configuration(configuration.email_configuration)?);
        settings.sms_configuration = configuration.sms_configuration.map(sms_configuration).transpose()?;
        settings.user_pool_tags = Some(tags(configuration.tags.unwrap_or_default())?);
        settings.user_pool_add_ons = configuration
            .add_ons
            .map(|add_ons| check_add_ons(add_ons, tier))
            .transpose()?;
        if let Some(mut dcr) = configuration.dcr_configuration {
            dcr.enable_status.get_or_insert(StatusType::Enabled);
            settings.dcr_configuration = Some(dcr);
        }
        let registers_clients = settings
            .dcr_configuration
            .as_ref()
            .is_some_and(|dcr| dcr.enable_status == Some(StatusType::Enabled));
        if registers_clients && tier == UserPoolTierType::Lite {
            return Err(tier_lacks("Dynamic client registration"));
        }
        if let Some(recovery) = &configuration.account_recovery_setting {
            delivery::validate_recovery_setting(recovery)?;
        }
        settings.account_recovery_setting = configuration.account_recovery_setting;
        settings.key_configuration = Some(key_configuration(configuration.key_configuration)?);
        settings.issuer_configuration = Some(configuration.issuer_configuration.unwrap_or(IssuerConfigurationType {
            r#type: Some(IssuerType::Original),
        }));
        if let Some(levels) = &configuration.acr_configuration {
            check_acr_levels(levels, tier)?;
        }
        settings.acr_configuration = configuration.acr_configuration;
        settings.last_modified_date = Some(now);
        self.change_mfa_mode(configuration.mfa_configuration, creating)?;
        self.check_first_factors_with_mfa(
            "WEB_AUTHN cannot be used as an auth factor when MFA is enabled if not configured for MFA.",
        )?;
        self.check_factors_in_tier()?;
        self.check_tracking_in_tier()?;
        self.check_domains_in_tier()
    }
}

/// The refusal of a feature that the pool's plan doesn't have.
pub(crate) fn tier_lacks(feature: &'static str) -> Error {
    Error::FeatureUnavailableInTier(format!("{feature} is not available in the feature plan of the user pool.").into())
}

/// How many days a temporary password lasts, if the request says so; it may say it in one of two places.
fn temporary_password_days(
    config: &AdminCreateUserConfigType,
    policy: Option<&PasswordPolicyType>,
) -> Result<Option<i32>> {
    let in_policy = policy
        .and_then(|policy| policy.temporary_password_validity_days)
        .filter(|days| *days != 0);
    let in_config = config.unused_account_validity_days.filter(|days| *days != 0);
    if in_policy.is_some() && in_config.is_some() {
        return Err(Error::invalid_parameter(
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
        ));
    }
    Ok(in_policy.or(in_config))
}

/// Completes the settings of AdminCreateUser from the policies of `pool`.
fn admin_create_user(given: AdminCreateUserConfigType, pool: &UserPoolType) -> Result<AdminCreateUserConfigType> {
    if let Some(invitation) = &given.invite_message_template {
        templates::check_invitation(invitation, allows_passwordless_users(pool))?;
    }
    let policy = pool
        .policies
        .as_ref()
        .and_then(|policies| policies.password_policy.as_ref());
    Ok(AdminCreateUserConfigType {
        allow_admin_create_user_only: Some(given.allow_admin_create_user_only.unwrap_or(false)),
        unused_account_validity_days: policy.and_then(|policy| policy.temporary_password_validity_days),
        ..given
    })
}

fn password_rules(
    given: Option<PasswordPolicyType>,
    days: Option<i32>,
    tier: UserPoolTierType,
) -> Result<PasswordPolicyType> {
    let mut policy = password_policy::with_defaults(given);
    policy.temporary_password_validity_days = days.or(policy.temporary_password_validity_days);
    policy.password_history_size = policy.password_history_size.filter(|size| *size > 0);
    if policy.password_history_size.is_some() && tier == UserPoolTierType::Lite {
        return Err(tier_lacks("Password history"));
    }
    Ok(policy)
}

fn sign_in_rules(given: Option<SignInPolicyType>, tier: UserPoolTierType) -> Result<SignInPolicyType> {
    let factors = given
        .and_then(|policy| policy.allowed_first_auth_factors)
        .unwrap_or_else(|| vec![AuthFactorType::Password]);
    if !factors.contains(&AuthFactorType::Password) {
        return Err(Error::invalid_parameter(
            "Password should be configured as one of the allowed first auth factors.",
        ));
    }
    if factors.contains(&AuthFactorType::SoftwareToken) {
        return Err(Error::invalid_parameter(
            "SOFTWARE_TOKEN is not allowed as a first auth factor.",
        ));
    }
    if factors.len() > 1 && tier == UserPoolTierType::Lite {
        return Err(tier_lacks("Choice-based sign-in"));
    }
    Ok(SignInPolicyType {
        allowed_first_auth_factors: Some(factors),
    })
}

/// Keeps the two spellings of the pre token generation trigger in step.
fn lambda_config(given: Option<LambdaConfigType>, tier: UserPoolTierType) -> Result<LambdaConfigType> {
    let mut config = given.unwrap_or_default();
    match (&config.pre_token_generation, &config.pre_token_generation_config) {
        (Some(arn), Some(versioned)) if *arn != versioned.lambda_arn => {
            return Err(Error::invalid_parameter(
                "PreTokenGeneration and PreTokenGenerationConfig must name the same Lambda function.",
            ));
        }
        (None, Some(versioned)) => config.pre_token_generation = Some(versioned.lambda_arn.clone()),
        (Some(arn), None) => {
            config.pre_token_generation_config = Some(PreTokenGenerationVersionConfigType {
                lambda_version: PreTokenGenerationLambdaVersionType::V1_0,
                lambda_arn: arn.clone(),
            });
        }
        _ => {}
    }
    let customises_access_tokens = config
        .pre_token_generation_config
        .as_ref()
        .is_some_and(|versioned| versioned.lambda_version != PreTokenGenerationLambdaVersionType::V1_0);
    if customises_access_tokens && tier == UserPoolTierType::Lite {
        return Err(tier_lacks("Access token customization"));
    }
    if (config.custom_sms_sender.is_some() || config.custom_email_sender.is_some()) && config.kms_key_id.is_none() {
        return Err(Error::invalid_parameter(
            "KMSKeyID is required when a custom email sender or a custom SMS sender is configured.",
        ));
    }
    Ok(config)
}

fn update_settings(
    given: Option<UserAttributeUpdateSettingsType>,
    auto_verified: &[VerifiedAttributeType],
) -> Result<Option<UserAttributeUpdateSettingsType>> {
    let Some(mut settings) = given else { return Ok(None) };
    let required = settings
        .attributes_require_verification_before_update
        .get_or_insert_default();
    if !required.iter().all(|attribute| auto_verified.contains(attribute)) {
        return Err(Error::invalid_parameter(
            "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
        ));
    }
    Ok(Some(settings))
}

fn email_configuration(given: Option<EmailConfigurationType>) -> Result<EmailConfigurationType> {
    let mut configuration = given.unwrap_or_default();
    let account = *configuration
        .email_sending_account
        .get_or_insert(EmailSendingAccountType::CognitoDefault);
    if account == EmailSendingAccountType::Developer && configuration.source_arn.is_none() {
        return Err(Error::invalid_parameter(
            "SourceArn is required when EmailSendingAccount is DEVELOPER.",
        ));
    }
    Ok(configuration)
}

/// Checks that messages have one way to go.
pub(super) fn sms_configuration(given: SmsConfigurationType) -> Result<SmsConfigurationType> {
    let by_sns = given.sns_caller_arn.as_ref().is_some_and(|arn| !arn.is_empty());
    if given.eums_sms.is_some() == by_sns {
        return Err(Error::invalid_parameter(
            "SmsConfiguration takes either SnsCallerArn or EumsSms.",
        ));
    }
    Ok(given)
}

/// Checks the tags of a pool.
pub fn tags(tags: BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    if tags.len() > TAGS_PER_POOL {
        return Err(Error::Tagging(
            "The number of tags exceeds the limit of 50 tags per resource.".into(),
        ));
    }
    if tags.keys().any(|key| key.to_ascii_lowercase().starts_with("aws:")) {
        return Err(Error::Tagging("Tag keys that start with aws: are reserved.".into()));
    }
    Ok(tags)
}

fn check_add_ons(add_ons: UserPoolAddOnsType, tier: UserPoolTierType) -> Result<UserPoolAddOnsType> {
    if add_ons.advanced_security_mode != AdvancedSecurityModeType::Off && tier != UserPoolTierType::Plus {
        return Err(tier_lacks("Threat protection"));
    }
    Ok(add_ons)
}

fn key_configuration(given: Option<KeyConfigurationType>) -> Result<KeyConfigurationType> {
    let mut configuration = given.unwrap_or_default();
    let kind = *configuration.key_type.get_or_insert(EncryptionKeyType::AwsOwnedKey);
    if kind == EncryptionKeyType::CustomerManagedKey || configuration.kms_key_arn.is_some() {
        return Err(Error::invalid_parameter(
            "Customer managed keys are not available: the pool's secrets are sealed under the server's master key.",
        ));
    }
    Ok(configuration)
}

/// Checks that the names of all four levels, those by default included, differ.
fn check_acr_levels(given: &LevelNames, tier: UserPoolTierType) -> Result<()> {
    if tier == UserPoolTierType::Lite {
        return Err(tier_lacks("Step-up authentication"));
    }
    let names = Level::ALL.into_iter().map(|level| level.name(Some(given)));
    if names.collect::<BTreeSet<_>>().len() == 4 {
        Ok(())
    } else {
        Err(Error::invalid_parameter(
            "The names in AcrConfiguration must be unique across all levels, including default names.",
        ))
    }
}
