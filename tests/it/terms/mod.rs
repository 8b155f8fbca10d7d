//! CreateTerms, DescribeTerms, DescribeTermsByClient, UpdateTerms, DeleteTerms and ListTerms.

mod documents;
mod paging;

use poolhouse_tests::actors::{Client, Pool};
use poolhouse_tests::reply::Reply;
use serde_json::json;

/// Creates a document with one link.
async fn create(pool: &Pool, client: &Client, name: &str) -> Reply {
    let input = json!({
        "ClientId": client.id, "TermsName": name, "TermsSource": "LINK", "Enforcement": "NONE",
        "Links": { "cognito:default": "https://terms.example/" }
    });
    pool.call("CreateTerms", input).await
}
