//! Bodies that are no input.

use poolhouse_tests::lab::{Lab, api_request};
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

async fn send(lab: &Lab, operation: &str, body: impl Into<Vec<u8>>) -> Reply {
    let request = api_request(operation, &Value::Null).map(|_| body.into());
    lab.send_call(operation, request).await
}

scenario! {
    async fn a_body_that_is_no_json_object_is_a_serialization_exception(lab: Lab) {
        let bodies: [&[u8]; 11] = [
            b"not json",
            b"null",
            b"[]",
            b"\"text\"",
            b"7",
            b"{\"ClientId\":\"one\",\"ClientId\":\"two\"}",
            b"{\"UserContextData\":{\"IpAddress\":\"a\",\"IpAddress\":\"b\"}}",
            b"{} {}",
            b"{\"ClientId\":\"one\",}",
            b"{\"ClientId\":\"\xff\"}",
            b"\xef\xbb\xbf{}",
        ];
        for body in bodies {
            let reply = send(&lab, "SignUp", body).await;
            assert_eq!(reply.error().0, "SerializationException", "{}", String::from_utf8_lossy(body));
            assert_eq!(reply.status, 400);
        }
    }

    async fn no_body_is_an_empty_object(lab: Lab) {
        let sentence = "1 validation error detected: Value null at 'maxResults' failed to satisfy constraint: \
                        Member must not be null";
        send(&lab, "ListUserPools", "").await.fault("InvalidParameterException", sentence);
        send(&lab, "ListUserPools", "{}").await.fault("InvalidParameterException", sentence);
        send(&lab, "ListUserPools", r#"{"MaxResults":null}"#).await.fault("InvalidParameterException", sentence);
    }

    async fn a_body_over_128_kib_is_refused_before_it_is_read_as_json(lab: Lab) {
        let limit = 128 * 1024;
        let padded = |length: usize| format!("{}{{}}", " ".repeat(length - 2));
        assert_eq!(send(&lab, "SignUp", padded(limit)).await.error().0, "InvalidParameterException");

        let reply = send(&lab, "SignUp", padded(limit + 1)).await;
        assert_eq!(reply.status, 413);
        let sentence = "The body is longer than 131072 bytes.".to_owned();
        assert_eq!(reply.error(), ("RequestEntityTooLargeException".to_owned(), sentence));
        assert_eq!(reply.header("access-control-allow-origin"), "*");
    }

    async fn json_nested_ten_thousand_deep_is_refused(lab: Lab) {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = format!("{{\"ClientMetadata\":{}1{}}}", open.repeat(10_000), close.repeat(10_000));
            assert_eq!(send(&lab, "SignUp", nested).await.error().0, "SerializationException");
        }
    }

    async fn a_member_of_another_json_type_is_named_in_the_answer(lab: Lab) {
        let cases = [
            ("SignUp", r#"{"ClientId":5}"#, "NUMBER_VALUE cannot be converted to String"),
            ("SignUp", r#"{"ClientId":true}"#, "TRUE_VALUE cannot be converted to String"),
            ("SignUp", r#"{"ClientId":{}}"#, "Start of structure or map found where not expected."),
            ("SignUp", r#"{"UserAttributes":"email"}"#, "Expected list or null"),
            ("SignUp", r#"{"ClientMetadata":"text"}"#, "Expected map or null"),
            ("ListUserPools", r#"{"MaxResults":"10"}"#, "STRING_VALUE can not be converted to an Integer"),
            ("ListUserPools", r#"{"MaxResults":1.5}"#, "NUMBER_VALUE can not be converted to an Integer"),
            ("ListUserPools", r#"{"MaxResults":4294967297}"#, "NUMBER_VALUE can not be converted to an Integer"),
            ("ListUserPools", r#"{"MaxResults":[1]}"#, "Start of list found where not expected."),
        ];
        for (operation, body, sentence) in cases {
            send(&lab, operation, body).await.fault("SerializationException", sentence);
        }
        for number in ["1e400", "-1e400"] {
            let body = format!("{{\"MaxResults\":{number}}}");
            assert_eq!(send(&lab, "ListUserPools", body).await.error().0, "SerializationException");
        }
    }

    async fn a_lone_surrogate_is_no_text(lab: Lab) {
        for text in [r"\ud800", r"\udc00", r"\ud800\u0041"] {
            let body = format!("{{\"ClientId\":\"client\",\"Username\":\"{text}\"}}");
            assert_eq!(send(&lab, "SignUp", body).await.error().0, "SerializationException", "{text}");
        }
    }

    async fn a_nul_character_is_refused_wherever_it_stands(lab: Lab) {
        let client = lab.pool().await.client().await;
        let reply = client.sign_up("ali\0ce", "Correct-Horse-1", json!({})).await;
        reply.fault(
            "InvalidParameterException",
            "1 validation error detected: Value at 'username' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
        );
        // No pattern of the model stands before these.
        let reply = client.sign_up("alice", "Correct-Horse-1", json!({ "name": "Ali\0ce" })).await;
        assert_eq!(reply.error().0, "InvalidParameterException");
        let group = json!({ "GroupName": "staff", "Description": "a\0b" });
        let reply = client.pool.call("CreateGroup", group).await;
        assert_eq!(reply.error().0, "InvalidParameterException");
    }

    async fn unknown_members_are_ignored(lab: Lab) {
        let reply = lab.admin().call("ListUserPools", json!({ "MaxResults": 10, "Unheard": { "of": [1] } })).await;
        assert_eq!(reply.ok(), json!({ "UserPools": [] }));
    }
}
