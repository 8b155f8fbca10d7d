//! Whether the server lives and is ready.

use poolhouse_tests::scenario;
use serde_json::json;

scenario! {
    async fn a_server_with_its_database_is_ready(lab: Lab) {
        for path in ["/health", "/readyz"] {
            assert_eq!(lab.get(path).await.ok(), json!({ "status": "ready" }));
        }
        assert_eq!(lab.get("/livez").await.ok(), json!({ "status": "live" }));
    }

    async fn a_server_that_is_ending_lives_and_answers_but_is_not_ready(lab: Lab) {
        lab.drain();
        for path in ["/health", "/readyz"] {
            let reply = lab.get(path).await;
            assert_eq!((reply.status.as_u16(), reply.json()), (503, json!({ "status": "draining" })));
        }
        assert_eq!(lab.get("/livez").await.ok(), json!({ "status": "live" }));
        lab.admin().call("ListUserPools", json!({ "MaxResults": 1 })).await.ok();
    }

    async fn a_server_without_its_database_lives_and_is_not_ready(lab: Lab) {
        lab.world().store.db().close().await;
        for path in ["/health", "/readyz"] {
            let reply = lab.get(path).await;
            assert_eq!((reply.status.as_u16(), reply.json()), (503, json!({ "status": "database unreachable" })));
        }
        assert_eq!(lab.get("/livez").await.ok(), json!({ "status": "live" }));
    }

    async fn tools_made_for_localstack_see_the_service_running(lab: Lab) {
        let health = lab.get("/_localstack/health").await.ok();
        assert_eq!(health["services"], json!({ "cognito-idp": "running" }));
    }

    production async fn development_tools_are_nowhere_in_production(lab: Lab) {
        let paths = [
            "/_poolhouse/messages", "/_poolhouse/messages?to=alice@example.com", "/_poolhouse/invocations", "/_aws/ses",
            "/_localstack/health",
        ];
        for path in paths {
            let reply = lab.get(path).await;
            assert_eq!(reply.status, 404, "{path}");
            assert_eq!(reply.json()["code"], "BadRequest");
        }
        assert_eq!(lab.get("/readyz").await.ok(), json!({ "status": "ready" }));
    }
}
