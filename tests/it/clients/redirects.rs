//! Where browsers may be sent.

use poolhouse_tests::actors::{Pool, merge};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn create(pool: &Pool, settings: Value) -> Reply {
    pool.call("CreateUserPoolClient", merge(json!({ "ClientName": "x" }), settings))
        .await
}

const TRICKS: [&str; 22] = [
    "http://example.com/",
    "http://localhost.example.com/",
    "http://localhost@example.com/",
    "http://2130706433/",
    "http://127.1/",
    "https://good.example@evil.example/",
    "https://a@b@evil.example/",
    "https://good.example\\@evil.example/",
    "https:\\\\evil.example/",
    "https:evil.example",
    "https:///evil.example",
    "https://evil\u{3002}example/",
    "https://%65vil.example/",
    "https://example.com/#fragment",
    "//example.com/",
    "/callback",
    "example.com",
    "javascript:alert(1)",
    "JavaScript://example.com/%0aalert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "myapp:callback",
];

scenario! {
    async fn addresses_that_two_readers_could_understand_differently_are_refused(lab: Lab) {
        let pool = lab.pool().await;
        for url in TRICKS {
            let reply = create(&pool, json!({ "CallbackURLs": ["https://good.example/", url] })).await;
            let message = "Invalid request. One or more of the provided callback URLs is invalid.";
            assert_eq!(reply.error(), ("InvalidParameterException".to_owned(), message.to_owned()), "{url}");
            let reply = create(&pool, json!({ "LogoutURLs": [url] })).await;
            let message = "Invalid request. One or more of the provided logout URLs is invalid.";
            assert_eq!(reply.error(), ("InvalidParameterException".to_owned(), message.to_owned()), "{url}");
        }
        for url in ["https://example.com/a b", "https://example.com/a\tb", "https://example.com/a\nb", ""] {
            assert_eq!(create(&pool, json!({ "CallbackURLs": [url] })).await.error().0, "InvalidParameterException");
        }
        assert_eq!(pool.call("ListUserPoolClients", json!({})).await.ok(), json!({ "UserPoolClients": [] }));
    }

    async fn https_this_machine_and_applications_are_fine(lab: Lab) {
        let pool = lab.pool().await;
        let urls = json!([
            "com.example.app://oauth/done",
            "http://127.0.0.1/",
            "http://[::1]:8080/",
            "http://localhost:3000/callback",
            "https://example.com:8443/callback?tenant=a&x=%2f",
            "myapp://"
        ]);
        let client = create(&pool, json!({ "CallbackURLs": urls, "LogoutURLs": urls })).await.ok()["UserPoolClient"].take();
        assert_eq!((&client["CallbackURLs"], &client["LogoutURLs"]), (&urls, &urls));
    }

    async fn the_default_address_is_one_of_the_callbacks(lab: Lab) {
        let pool = lab.pool().await;
        for default in ["https://other.example/", "https://good.example"] {
            create(&pool, json!({ "CallbackURLs": ["https://good.example/"], "DefaultRedirectURI": default })).await
                .fault("InvalidParameterException", "DefaultRedirectURI must be one of the CallbackURLs.");
        }
        create(&pool, json!({ "DefaultRedirectURI": "https://good.example/" })).await
            .fault("InvalidParameterException", "DefaultRedirectURI must be one of the CallbackURLs.");
    }
}
