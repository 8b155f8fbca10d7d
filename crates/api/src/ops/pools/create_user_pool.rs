//! [`CreateUserPool`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html)
//!
//! *Differs from AWS:* in development mode the tag `_custom_id_` fixes the id of the pool and isn't stored. The type of
//! issuer has its effect in the issuer mode `aws`; otherwise all pools have issuers of one form. There are no customer
//! managed keys: secrets are sealed under the master key.

use poolhouse_domain::pools::{Home, Pool};
use poolhouse_domain::schema::Schema;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations::CreateUserPool;
use poolhouse_model::{CreateUserPoolRequest, CreateUserPoolResponse};

use super::custom_id;
use crate::Handle;

/// The length of the part of a pool id after the underscore.
const POOL_NAME_LENGTH: usize = 9;

impl Handle for CreateUserPool {
    async fn handle(cx: &Cx, mut input: CreateUserPoolRequest) -> Result<CreateUserPoolResponse> {
        let schema = Schema::from_request(input.schema.as_deref().unwrap_or_default())?;
        let id = match custom_id::take(cx, input.user_pool_tags.as_mut())? {
            Some(id) => id,
            None => format!("{}_{}", cx.request.region, cx.entropy.alphanumeric(POOL_NAME_LENGTH)),
        };
        let home = Home {
            id: &id,
            region: &cx.request.region,
            account_id: &cx.request.account_id,
        };
        let pool = Pool::create(home, input.into(), schema, cx.now())?;
        let (id_key, access_key) = cx.new_pool_keys().await?;

        let mut tx = cx.store.begin().await?;
        tx.pools().insert(&pool).await.map_err(|error| match error {
            poolhouse_storage::Error::Unique { .. } => {
                Error::invalid_parameter(format!("A user pool with the id {id} exists already."))
            }
            other => other.into(),
        })?;
        tx.signing_keys()
            .insert(pool.id(), &id_key, &access_key, cx.now())
            .await?;
        tx.commit().await?;

        Ok(CreateUserPoolResponse {
            user_pool: Some(pool.describe(0)),
        })
    }
}
