//! [`CreateUserPool`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html)

use poolhouse_domain::Result;
use poolhouse_domain::pools::{Home, Pool};
use poolhouse_domain::schema::Schema;
use poolhouse_engine::Cx;
use poolhouse_model::operations::CreateUserPool;
use poolhouse_model::{CreateUserPoolRequest, CreateUserPoolResponse};

use crate::Handle;

/// The length of the part of a pool id after the underscore.
const POOL_NAME_LENGTH: usize = 9;

impl Handle for CreateUserPool {
    async fn handle(cx: &Cx, input: CreateUserPoolRequest) -> Result<CreateUserPoolResponse> {
        let schema = Schema::from_request(input.schema.as_deref().unwrap_or_default())?;
        let id = format!("{}_{}", cx.request.region, cx.entropy.alphanumeric(POOL_NAME_LENGTH));
        let home = Home { id: &id, region: &cx.request.region, account_id: &cx.request.account_id };
        let pool = Pool::create(home, input.into(), schema, cx.now())?;
        let (id_key, access_key) = cx.new_pool_keys().await?;

        let mut tx = cx.store.begin().await?;
        tx.pools().insert(&pool).await?;
        tx.signing_keys().insert(pool.id(), &id_key, &access_key, cx.now()).await?;
        tx.commit().await?;

        Ok(CreateUserPoolResponse { user_pool: Some(pool.describe(0)) })
    }
}
