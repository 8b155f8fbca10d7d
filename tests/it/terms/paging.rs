//! ListTerms.

use poolhouse_tests::scenario;
use serde_json::json;

use super::create;

scenario! {
    async fn pages_follow_each_other(lab: Lab) {
        let pool = lab.pool().await;
        for _ in 0..3 {
            let client = pool.client().await;
            create(&pool, &client, "terms-of-use").await.ok();
        }
        let whole = pool.call("ListTerms", json!({})).await.ok();
        assert_eq!((whole["Terms"].as_array().unwrap().len(), whole.get("NextToken")), (3, None));
        let first = pool.call("ListTerms", json!({ "MaxResults": 2 })).await.ok();
        let last = pool.call("ListTerms", json!({ "MaxResults": 2, "NextToken": first["NextToken"] })).await.ok();
        assert_eq!(last.get("NextToken"), None);
        let mut seen = first["Terms"].as_array().unwrap().clone();
        seen.extend(last["Terms"].as_array().unwrap().clone());
        assert_eq!(json!(seen), whole["Terms"]);
    }

    async fn a_page_token_is_good_for_its_own_list(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        let client = pool.client().await;
        create(&pool, &client, "terms-of-use").await.ok();
        create(&pool, &client, "privacy-policy").await.ok();
        let first = pool.call("ListTerms", json!({ "MaxResults": 1 })).await.ok();
        for token in [&first["NextToken"], &json!("forged")] {
            other.call("ListTerms", json!({ "NextToken": token })).await
                .fault("InvalidParameterException", "Invalid pagination token");
        }
        for (size, rule) in [(0, "greater than or equal to 1"), (61, "less than or equal to 60")] {
            let message = format!(
                "1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: Member must \
                 have value {rule}"
            );
            pool.call("ListTerms", json!({ "MaxResults": size })).await.fault("InvalidParameterException", &message);
        }
    }
}
