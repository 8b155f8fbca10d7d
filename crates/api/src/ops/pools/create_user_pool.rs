//! [`CreateUserPool`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html)
//!
//! *Differs from AWS:* in development mode the tag `_custom_id_` fixes the id of the pool and isn't stored.

use poolhouse_domain::pools::{Home, Pool};
use poolhouse_domain::schema::Schema;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::{CUSTOM_ID, Cx, Mode};
use poolhouse_model::operations::CreateUserPool;
use poolhouse_model::{CreateUserPoolRequest, CreateUserPoolResponse};

use crate::Handle;

/// The length of the part of a pool id after the underscore.
const POOL_NAME_LENGTH: usize = 9;
/// The longest pool id.
const POOL_ID_LENGTH: usize = 55;

impl Handle for CreateUserPool {
    async fn handle(cx: &Cx, mut input: CreateUserPoolRequest) -> Result<CreateUserPoolResponse> {
        let schema = Schema::from_request(input.schema.as_deref().unwrap_or_default())?;
        let id = match input.user_pool_tags.as_mut().and_then(|tags| tags.remove(CUSTOM_ID)) {
            Some(id) => custom_id(cx, id)?,
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

/// Checks an id that a test fixes: of the region that is called, and in the form of others.
fn custom_id(cx: &Cx, id: String) -> Result<String> {
    if cx.settings.mode != Mode::Development {
        return Err(Error::Tagging(
            "The tag _custom_id_ is available in development mode only.".into(),
        ));
    }
    let name = id
        .strip_prefix(&cx.request.region)
        .and_then(|rest| rest.strip_prefix('_'));
    let fits = name.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if fits && id.len() <= POOL_ID_LENGTH {
        Ok(id)
    } else {
        let region = &cx.request.region;
        Err(Error::invalid_parameter(format!(
            "_custom_id_ must be {region}_ followed by letters and digits."
        )))
    }
}
