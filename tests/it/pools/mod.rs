//! User pools: what a new one is, what an update leaves, what deletion takes with it, and who may look.

mod create_user_pool;
mod custom_attributes;
mod custom_ids_and_tags;
mod delete_user_pool;
mod feature_plans;
mod messages;
mod mfa_config;
mod paging;
mod schema;
mod tenants;
mod update_user_pool;
