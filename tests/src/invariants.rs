//! What holds for every call of every test, so that no test has to remember it.

#![expect(clippy::panic, reason = "a broken invariant fails the test")]

use std::collections::BTreeSet;

use http::StatusCode;
use poolhouse_awsjson::shape::Kind;
use poolhouse_awsjson::{Description, Shape, conforms};
use poolhouse_model::operation;
use serde_json::Value;

use crate::log::Log;
use crate::reply::Reply;

/// The errors that may come before the service is asked, and the one of operations that aren't written yet.
const ERRORS_OF_EVERY_OPERATION: [&str; 9] = [
    "AccessDeniedException",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotImplementedException",
    "RequestEntityTooLargeException",
    "RequestTimeoutException",
    "SerializationException",
    "UnrecognizedClientException",
];

/// Sensitive shapes whose values name things and people, but let nobody in.
const NAMES: [&str; 4] = [
    "AttributeValueType",
    "ClientIdType",
    "SessionIpAddressType",
    "UsernameType",
];

/// Members that hold codes, although the model does not call them sensitive.
const CODES: [&str; 3] = ["Code", "ConfirmationCode", "UserCode"];

/// Entries of authentication parameters and challenge responses that are no secrets.
const PARAMETERS: [&str; 5] = ["USERNAME", "DEVICE_KEY", "DEVICE_GROUP_KEY", "ANSWER", "SRP_A"];

/// Shorter texts than this would be found everywhere.
const SHORTEST_SECRET: usize = 6;

/// Checks the answer to a call of `operation_name`: what succeeded conforms to the model, what failed has an error that
/// the model allows there, and nothing is a failure of ours.
pub fn check(operation_name: &str, reply: &Reply, log: &Log) {
    let Some(operation) = operation(operation_name) else {
        return;
    };
    if reply.status == StatusCode::OK {
        check_output(operation, reply);
    } else if reply.status.is_server_error() {
        panic!("{operation_name} failed: {}\n{}", reply.text(), log.text());
    } else {
        let (name, message) = reply.error();
        let allowed = operation.errors.contains(&name.as_str()) || ERRORS_OF_EVERY_OPERATION.contains(&name.as_str());
        assert!(
            allowed,
            "the model does not let {operation_name} answer {name} ({message})"
        );
    }
    assert_eq!(
        reply.header("content-type"),
        "application/x-amz-json-1.1",
        "{operation_name}"
    );
    assert_eq!(reply.header("x-amzn-requestid").len(), 36, "{operation_name}");
}

fn check_output(operation: &Description, reply: &Reply) {
    let name = operation.name;
    let Some(shape) = operation.output else {
        assert!(
            reply.body.is_empty(),
            "{name} has no output, and answered {}",
            reply.text()
        );
        return;
    };
    if let Err(deviations) = conforms(shape, &reply.json()) {
        panic!(
            "{name} answered what the model does not promise: {}",
            deviations.join("; ")
        );
    }
}

/// Adds every password, code, token and secret of an input or output to `secrets`.
pub fn collect_secrets(shape: &Shape, value: &Value, secrets: &mut BTreeSet<String>) {
    match (&shape.kind, value) {
        (Kind::Structure(members), Value::Object(object)) => {
            for member in *members {
                match object.get(member.name) {
                    Some(Value::String(text)) if CODES.contains(&member.name) => add(text, secrets),
                    Some(value) => collect_secrets(member.shape, value, secrets),
                    None => {}
                }
            }
        }
        (Kind::List(element), Value::Array(elements)) => {
            for value in elements {
                collect_secrets(element, value, secrets);
            }
        }
        (Kind::Map(..), Value::Object(entries)) if shape.sensitive => {
            let secret_entries = entries.iter().filter(|(key, _)| !PARAMETERS.contains(&key.as_str()));
            for text in secret_entries.filter_map(|(_, value)| value.as_str()) {
                add(text, secrets);
            }
        }
        (_, Value::String(text)) if shape.sensitive && !NAMES.contains(&shape.name) => add(text, secrets),
        _ => {}
    }
}

fn add(text: &str, secrets: &mut BTreeSet<String>) {
    if text.len() >= SHORTEST_SECRET {
        secrets.insert(text.to_owned());
    }
}

/// Panics when the log shows one of the secrets.
pub fn check_log(log: &str, secrets: &BTreeSet<String>) {
    for line in log.lines() {
        if let Some(secret) = secrets.iter().find(|secret| shows(line, secret)) {
            panic!("the log shows the secret {secret:?}: {line}");
        }
    }
}

/// Whether a line holds the text, and not only as a part of a longer word or number.
fn shows(line: &str, text: &str) -> bool {
    line.match_indices(text).any(|(start, _)| {
        let before = line.get(..start).and_then(|before| before.chars().next_back());
        let after = line.get(start + text.len()..).and_then(|after| after.chars().next());
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secrets_of(operation_name: &str, input: &Value) -> Vec<String> {
        let mut secrets = BTreeSet::new();
        collect_secrets(operation(operation_name).unwrap().input, input, &mut secrets);
        secrets.into_iter().collect()
    }

    #[test]
    fn passwords_codes_and_tokens_are_secrets_and_names_are_not() {
        let input = json!({ "ClientId": "client-id", "Username": "alice-the-user", "ConfirmationCode": "123456" });
        assert_eq!(secrets_of("ConfirmSignUp", &input), ["123456"]);
        let parameters = json!({ "USERNAME": "alice-the-user", "PASSWORD": "hunter22", "SECRET_HASH": "c2VjcmV0" });
        let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
        assert_eq!(secrets_of("InitiateAuth", &input), ["c2VjcmV0", "hunter22"]);
        let input =
            json!({ "Password": "hunter22", "UserAttributes": [{ "Name": "email", "Value": "a@example.com" }] });
        assert_eq!(secrets_of("SignUp", &input), ["hunter22"]);
        assert_eq!(
            secrets_of("GetUser", &json!({ "AccessToken": "header.claims.signature" })),
            ["header.claims.signature"]
        );
    }

    #[test]
    #[should_panic(expected = "the log shows the secret \"123456\": code=123456 sent")]
    fn a_secret_in_the_log_is_found() {
        check_log("request{id=1}\ncode=123456 sent", &["123456".to_owned()].into());
    }

    #[test]
    fn digits_inside_a_longer_number_are_no_secret() {
        check_log("id=91234567 and a123456b", &["123456".to_owned()].into());
    }
}
