//! The operations that aren't written yet. Each answers that it isn't; the list only ever shrinks.

use poolhouse_awsjson::Operation;
use poolhouse_domain::{Error, Result};
use poolhouse_engine::Cx;
use poolhouse_model::operations;

use crate::Handle;

macro_rules! not_yet {
    ($($operation:ident,)*) => {
        $(impl Handle for operations::$operation {
            async fn handle(_: &Cx, _: Self::Input) -> Result<Self::Output> {
                Err(Error::NotImplemented(<Self as Operation>::NAME.into()))
            }
        })*
    };
}

not_yet! {
    AdminDisableProviderForUser,
    AdminLinkProviderForUser,
    AdminListUserAuthEvents,
    AdminUpdateAuthEventFeedback,
    CreateIdentityProvider,
    CreateUserImportJob,
    CreateUserPoolReplica,
    DeleteIdentityProvider,
    DeleteUserPoolReplica,
    DescribeIdentityProvider,
    DescribeRiskConfiguration,
    DescribeUserImportJob,
    GetCSVHeader,
    GetIdentityProviderByIdentifier,
    GetLogDeliveryConfiguration,
    GetProvisionedLimit,
    GetSigningCertificate,
    ListIdentityProviders,
    ListTagsForResource,
    ListUserImportJobs,
    ListUserPoolReplicas,
    SetLogDeliveryConfiguration,
    SetRiskConfiguration,
    StartUserImportJob,
    StopUserImportJob,
    TagResource,
    UntagResource,
    UpdateAuthEventFeedback,
    UpdateIdentityProvider,
    UpdateProvisionedLimit,
    UpdateUserPoolReplica,
}
