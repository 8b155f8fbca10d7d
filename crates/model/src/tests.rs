//! The generated types and tables, against each other and against what is recorded of the service.

use poolhouse_awsjson::{
    Auth, Operation, Shape, conforms,
    constraints::check,
    parse,
    shape::{Kind, Pattern},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{OPERATIONS, SERVICE, constraints::values, for_each_operation, operation, operations};

/// A value with every member that the shape has.
fn sample(shape: &Shape) -> Value {
    match &shape.kind {
        Kind::Structure(members) => members
            .iter()
            .map(|member| (member.name.to_owned(), sample(member.shape)))
            .collect(),
        Kind::List(element) => json!([sample(element)]),
        Kind::Map(key, value) => json!({ sample(key).as_str().unwrap(): sample(value) }),
        Kind::String(_) => json!("text"),
        Kind::Enum(values) => json!(values[0]),
        Kind::Integer | Kind::Long => json!(7),
        Kind::Double | Kind::Timestamp => json!(1.5),
        Kind::Boolean => json!(true),
        Kind::Blob => json!("AP8Q"),
        Kind::Document => json!({ "free": ["form"] }),
    }
}

fn assert_round_trip<T: Serialize + DeserializeOwned>(shape: &Shape) {
    let value = sample(shape);
    let typed: T = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{}: {error}", shape.name));
    assert_eq!(serde_json::to_value(typed).unwrap(), value, "{}", shape.name);
    assert_eq!(conforms(shape, &value), Ok(()));
}

fn assert_types_match_tables<O: Operation<Input: Serialize, Output: DeserializeOwned>>() {
    assert_round_trip::<O::Input>(O::INPUT);
    if let Some(output) = O::OUTPUT {
        assert_round_trip::<O::Output>(output);
    }
}

#[test]
fn every_type_has_exactly_the_members_of_its_table() {
    macro_rules! assert_all {
        ([] $($operation:ident)*) => { $(assert_types_match_tables::<operations::$operation>();)* };
    }
    for_each_operation!(assert_all);
}

fn visit_patterns(shape: &'static Shape, visit: &mut impl FnMut(&'static Shape, &'static Pattern)) {
    match &shape.kind {
        Kind::Structure(members) => members.iter().for_each(|member| visit_patterns(member.shape, visit)),
        Kind::List(element) => visit_patterns(element, visit),
        Kind::Map(key, value) => {
            visit_patterns(key, visit);
            visit_patterns(value, visit);
        }
        Kind::String(Some(pattern)) => visit(shape, pattern),
        _ => {}
    }
}

#[test]
fn every_pattern_compiles() {
    let mut count = 0;
    for operation in OPERATIONS {
        for shape in [Some(operation.input), operation.output].into_iter().flatten() {
            visit_patterns(shape, &mut |shape, pattern| {
                assert!(pattern.is_valid(), "{}: {}", shape.name, pattern.as_str());
                count += 1;
            });
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn there_are_141_operations_and_each_is_found_by_its_name() {
    assert_eq!(OPERATIONS.len(), 141);
    assert!(
        OPERATIONS
            .iter()
            .all(|described| operation(described.name).unwrap().name == described.name)
    );
    assert!(operation("signup").is_none());
}

#[test]
fn operations_are_authorised_as_the_service_does() {
    let count = |auth| OPERATIONS.iter().filter(|operation| operation.auth == auth).count();
    assert_eq!(
        (count(Auth::SigV4), count(Auth::Unsigned), count(Auth::Either)),
        (105, 34, 2)
    );
    assert_eq!(operation("SignUp").unwrap().auth, Auth::Unsigned);
    assert_eq!(operation("GetUser").unwrap().auth, Auth::Unsigned);
    assert_eq!(operation("AdminGetUser").unwrap().auth, Auth::SigV4);
    assert_eq!(operation("GetClientToken").unwrap().auth, Auth::Either);
}

#[test]
fn thirteen_operations_answer_with_an_empty_body() {
    let names = OPERATIONS
        .iter()
        .filter(|operation| operation.output.is_none())
        .map(|operation| operation.name);
    assert_eq!(
        names.collect::<Vec<_>>(),
        [
            "AdminAddUserToGroup",
            "AdminDeleteUser",
            "AdminForgetDevice",
            "AdminRemoveUserFromGroup",
            "DeleteGroup",
            "DeleteIdentityProvider",
            "DeleteManagedLoginBranding",
            "DeleteResourceServer",
            "DeleteTerms",
            "DeleteUser",
            "DeleteUserPool",
            "DeleteUserPoolClient",
            "ForgetDevice",
        ]
    );
}

/// What the service answers to this input, when the input is refused.
fn refusal<O: Operation>(input: &Value) -> String {
    let Err(fault) = parse::input::<O>(input.to_string().as_bytes(), &SERVICE) else {
        return "accepted".to_owned();
    };
    assert_eq!(
        (fault.status.as_u16(), fault.code.as_ref()),
        (400, "InvalidParameterException")
    );
    fault.message.unwrap()
}

fn with(mut input: Value, member: &str, value: &str) -> Value {
    input[member] = json!(value);
    input
}

fn sign_up() -> Value {
    json!({ "ClientId": "4kk0a9q3", "Username": "alice", "Password": "Correct-Horse-1" })
}

#[test]
fn an_empty_client_id_is_refused_in_the_recorded_words() {
    assert_eq!(refusal::<operations::SignUp>(&sign_up()), "accepted");
    assert_eq!(
        refusal::<operations::SignUp>(&with(sign_up(), "ClientId", "")),
        r"2 validation errors detected: Value at 'clientId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+]+; Value at 'clientId' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn an_empty_username_is_refused_in_the_recorded_words() {
    assert_eq!(
        refusal::<operations::SignUp>(&with(sign_up(), "Username", "")),
        r"2 validation errors detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+; Value at 'username' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn a_username_is_up_to_128_visible_characters() {
    for username in [
        "alice",
        "0'\";--",
        "@!#$%^&*()_+?><",
        "e\u{301}",
        "🏊",
        &"ö".repeat(128),
    ] {
        assert_eq!(
            refusal::<operations::SignUp>(&with(sign_up(), "Username", username)),
            "accepted",
            "{username:?}"
        );
    }
    for username in ["a\0", " alice", "alice ", "a b", "\u{202e}ecila", &"ö".repeat(129)] {
        assert_ne!(
            refusal::<operations::SignUp>(&with(sign_up(), "Username", username)),
            "accepted",
            "{username:?}"
        );
    }
}

#[test]
fn an_empty_code_is_refused_in_the_recorded_words() {
    let input = json!({ "ClientId": "4kk0a9q3", "Username": "alice", "ConfirmationCode": "" });
    assert_eq!(
        refusal::<operations::ConfirmSignUp>(&input),
        r"2 validation errors detected: Value '' at 'confirmationCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+; Value '' at 'confirmationCode' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn a_short_password_is_refused_in_the_recorded_words() {
    let recorded = r"2 validation errors detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$; Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6";
    let confirm =
        json!({ "ClientId": "4kk0a9q3", "Username": "alice", "ConfirmationCode": "123456", "Password": "Correct-1" });
    for password in ["", "p"] {
        assert_eq!(
            refusal::<operations::SignUp>(&with(sign_up(), "Password", password)),
            recorded
        );
        assert_eq!(
            refusal::<operations::ConfirmForgotPassword>(&with(confirm.clone(), "Password", password)),
            recorded
        );
    }
    assert_eq!(
        refusal::<operations::SignUp>(&with(sign_up(), "Password", "abcde")),
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6"
    );
    assert_eq!(
        refusal::<operations::SignUp>(&with(sign_up(), "Password", " Correct-Horse-1")),
        r"1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$"
    );
    assert_eq!(
        refusal::<operations::SignUp>(&with(sign_up(), "Password", "correct horse")),
        "accepted"
    );
}

#[test]
fn an_administrator_s_short_password_fails_the_pattern_alone() {
    let input = json!({ "UserPoolId": "eu-west-1_Ab12", "Username": "alice", "Password": "" });
    let recorded = r"1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$";
    assert_eq!(refusal::<operations::AdminSetUserPassword>(&input), recorded);
    assert_eq!(
        refusal::<operations::AdminSetUserPassword>(&with(input.clone(), "Password", "p")),
        recorded
    );
    assert_eq!(
        refusal::<operations::AdminSetUserPassword>(&with(input, "Password", "pw")),
        "accepted"
    );
}

#[test]
fn a_missing_member_is_refused_in_the_recorded_words() {
    let input = json!({ "AccessToken": "e30.e30.e30" });
    assert_eq!(
        refusal::<operations::GetUserAttributeVerificationCode>(&input),
        "1 validation error detected: Value null at 'attributeName' failed to satisfy constraint: Member must not be null"
    );
    assert_eq!(
        refusal::<operations::SignUp>(&json!({ "Username": "alice" })),
        "1 validation error detected: Value null at 'clientId' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn an_unknown_oauth_flow_is_refused_in_the_recorded_words() {
    let input = json!({ "UserPoolId": "eu-west-1_Ab12", "ClientName": "web", "AllowedOAuthFlows": ["code", "token"] });
    assert_eq!(
        refusal::<operations::CreateUserPoolClient>(&input),
        "1 validation error detected: Value '[code, token]' at 'allowedOAuthFlows' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [implicit, client_credentials, code]]"
    );
}

#[test]
fn an_unknown_flow_is_refused_with_the_known_ones() {
    let input = json!({ "ClientId": "4kk0a9q3", "AuthFlow": "X" });
    let message = refusal::<operations::InitiateAuth>(&input);
    let start = "1 validation error detected: Value 'X' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: [";
    assert!(
        message.starts_with(start) && message.contains("USER_PASSWORD_AUTH, "),
        "{message}"
    );
}

#[test]
fn translated_patterns_match_what_java_matches() {
    let cases: [(&Shape, &[&str], &[&str]); 10] = [
        (
            &values::USER_POOL_ID_TYPE,
            &["us-east-1_Ab1"],
            &["us-east-1", "é_a", "a_b\n", "../_a", "a_%2e"],
        ),
        (
            &values::DOMAIN_TYPE,
            &["auth", "auth.example.com", "a"],
            &["", "-a", "a.", "a..b", "A", "a/b"],
        ),
        (&values::S3_BUCKET_TYPE, &["arn", "a.b-c_d", "..a"], &["a..", "ab."]),
        (
            &values::TOKEN_MODEL_TYPE,
            &["e30.e30-_=", "A"],
            &["", "a+b", "a b", "a/b"],
        ),
        (
            &values::SESSION_ID_TYPE,
            &["tknabcdefghijklmnopqrstuvwxy"],
            &["tkn", "abc"],
        ),
        (&values::DEVICE_KEY_TYPE, &["us-east-1_0-9af"], &["us-east-1_xyz", "_0"]),
        (
            &values::SCOPE_TYPE,
            &["openid", "files/read"],
            &["a b", "a\"b", "a\\b", ""],
        ),
        (&values::USER_POOL_NAME_TYPE, &["My pool=+,.@-"], &["pool/", "ñ", ""]),
        (
            &values::SMS_VERIFICATION_MESSAGE_TYPE,
            &["code {####}", "ключ {####}"],
            &["no code", "{###}x", "a\n{####}"],
        ),
        (
            &values::PASSWORD_TYPE,
            &["aa", "a b", "p\u{a0}"],
            &["a\nb", "a", " aa", "aa\t"],
        ),
    ];
    for (shape, accepted, refused) in cases {
        for text in accepted {
            assert_eq!(check(shape, &json!(text)), Ok(()), "{}: {text:?}", shape.name);
        }
        for text in refused {
            assert!(check(shape, &json!(text)).is_err(), "{}: {text:?}", shape.name);
        }
    }
}

#[test]
fn usernames_have_up_to_128_characters_and_no_spaces() {
    for name in [
        "a",
        "alice@example.com",
        "+15555550100",
        "\u{e4}\u{1f600}",
        &"\u{e4}".repeat(128),
    ] {
        assert!(crate::is_username(name), "{name}");
    }
    for name in [
        "",
        "a b",
        " alice",
        "a\u{0}",
        "a\u{202e}b",
        "a\r\n",
        &"\u{e4}".repeat(129),
    ] {
        assert!(!crate::is_username(name), "{name}");
    }
}
