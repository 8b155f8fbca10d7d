//! The sentences, word for word as recorded where there is a recording.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::shape::Member;

static WORD: Pattern = Pattern::new(r"[\w+]+", r"\A(?:[A-Za-z0-9_+]+)\z");
static NAME_PATTERN: Pattern = Pattern::new(r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", r"\A(?:[\p{L}\p{M}\p{S}\p{N}\p{P}]+)\z");
static NO_SPACE: Pattern = Pattern::new(r"[\S]+", r"\A(?:[^ \t\n\x0B\x0C\r]+)\z");

static CLIENT_ID: Shape = Shape::text("ClientIdType", &WORD).min(1).max(128).sensitive();
static CODE: Shape = Shape::text("ConfirmationCodeType", &NO_SPACE).min(1).max(2048);
static NAME: Shape = Shape::text("AttributeNameType", &NAME_PATTERN).min(1).max(32);
static VALUE: Shape = Shape::string("AttributeValueType").max(8).sensitive();
static ATTRIBUTE: Shape = Shape::structure(
    "AttributeType",
    &[Member::required("Name", &NAME), Member::optional("Value", &VALUE)],
);
static ATTRIBUTES: Shape = Shape::list("AttributeListType", &ATTRIBUTE).max(3);
static NAMES: Shape = Shape::list("AttributeNameListType", &NAME).min(1);
static FLOW: Shape = Shape::one_of("OAuthFlowType", &["implicit", "client_credentials", "code"]);
static FLOWS: Shape = Shape::list("OAuthFlowsType", &FLOW).min(0).max(3);
static LIMIT: Shape = Shape::integer("QueryLimit").min(1).max(60);
static TAG_KEY: Shape = Shape::string("TagKeysType").min(1).max(8);
static TAG_VALUE: Shape = Shape::string("TagValueType").min(0).max(4);
static TAGS: Shape = Shape::map("UserPoolTagsType", &TAG_KEY, &TAG_VALUE);
static PARAMETERS: Shape = Shape::map("AuthParametersType", &TAG_KEY, &TAG_VALUE).sensitive();
static ASSETS: Shape = Shape::map("Assets", &TAG_KEY, &ATTRIBUTE);
static IMAGE: Shape = Shape::blob("ImageFileType").max(2);
static CONTEXT: Shape =
    Shape::structure("UserContextDataType", &[Member::optional("IpAddress", &TAG_VALUE)]).sensitive();

static INPUT: Shape = Shape::structure(
    "Input",
    &[
        Member::optional("ClientId", &CLIENT_ID),
        Member::optional("ConfirmationCode", &CODE),
        Member::optional("UserAttributes", &ATTRIBUTES),
        Member::optional("AttributeNames", &NAMES),
        Member::optional("AllowedOAuthFlows", &FLOWS),
        Member::optional("Flow", &FLOW),
        Member::optional("Limit", &LIMIT),
        Member::optional("UserPoolTags", &TAGS),
        Member::optional("AuthParameters", &PARAMETERS),
        Member::optional("Assets", &ASSETS),
        Member::optional("CSS", &TAG_VALUE),
        Member::optional("ImageFile", &IMAGE),
        Member::optional("UserContextData", &CONTEXT),
    ],
);

fn sentence(value: &Value) -> String {
    check(&INPUT, value).map_or_else(|violations| violations.to_string(), |()| "fine".to_owned())
}

#[test]
fn a_value_within_its_constraints_is_fine() {
    let value = json!({
        "ClientId": "4kk0a9q3", "ConfirmationCode": "123456", "AttributeNames": ["email"],
        "UserAttributes": [{ "Name": "email", "Value": "" }, { "Name": "naïve" }],
        "AllowedOAuthFlows": ["code"], "Flow": "implicit", "Limit": 60, "UserPoolTags": { "a": "" }, "CSS": "",
    });
    assert_eq!(sentence(&value), "fine");
    assert_eq!(sentence(&json!({})), "fine");
}

#[test]
fn a_sensitive_value_is_not_shown() {
    assert_eq!(
        sentence(&json!({ "ClientId": "" })),
        r"2 validation errors detected: Value at 'clientId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+]+; Value at 'clientId' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn another_value_is_shown() {
    assert_eq!(
        sentence(&json!({ "ConfirmationCode": "" })),
        r"2 validation errors detected: Value '' at 'confirmationCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+; Value '' at 'confirmationCode' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn a_missing_member_is_null_even_when_it_is_sensitive() {
    static REQUEST: Shape = Shape::structure(
        "Request",
        &[
            Member::required("ClientId", &CLIENT_ID),
            Member::required("ConfirmationCode", &CODE),
        ],
    );
    let violations = check(&REQUEST, &json!({})).unwrap_err();
    assert_eq!(violations.count(), 2);
    assert_eq!(
        violations.to_string(),
        "2 validation errors detected: Value null at 'clientId' failed to satisfy constraint: Member must not be null; Value null at 'confirmationCode' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn elements_that_are_structures_are_reported_at_their_place() {
    assert_eq!(
        sentence(&json!({ "UserAttributes": [{ "Name": "email" }, { "Value": "far too long" }, null] })),
        "3 validation errors detected: Value null at 'userAttributes.2.member.name' failed to satisfy constraint: Member must not be null; Value at 'userAttributes.2.member.value' failed to satisfy constraint: Member must have length less than or equal to 8; Value null at 'userAttributes.3.member' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn elements_that_are_scalars_are_reported_once_at_their_list() {
    assert_eq!(
        sentence(&json!({ "AllowedOAuthFlows": ["code", "token"] })),
        "1 validation error detected: Value '[code, token]' at 'allowedOAuthFlows' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [implicit, client_credentials, code]]"
    );
    assert_eq!(
        sentence(&json!({ "AttributeNames": ["a b", "", null] })),
        r"1 validation error detected: Value '[a b, , null]' at 'attributeNames' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 32, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+, Member must not be null]"
    );
}

#[test]
fn the_length_of_a_list_is_reported_without_what_is_sensitive_in_it() {
    assert_eq!(
        sentence(&json!({ "AttributeNames": [] })),
        "1 validation error detected: Value '[]' at 'attributeNames' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
    let attribute = json!({ "Name": "email", "Value": "hidden" });
    assert_eq!(
        sentence(&json!({ "UserAttributes": [attribute, attribute, attribute, attribute] })),
        "1 validation error detected: Value at 'userAttributes' failed to satisfy constraint: Member must have length less than or equal to 3"
    );
}

#[test]
fn an_unknown_value_of_an_enumeration_lists_the_known_ones() {
    assert_eq!(
        sentence(&json!({ "Flow": "token" })),
        "1 validation error detected: Value 'token' at 'flow' failed to satisfy constraint: Member must satisfy enum value set: [implicit, client_credentials, code]"
    );
}

#[test]
fn numbers_are_values_not_lengths() {
    let too_small = "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1";
    let too_great = "1 validation error detected: Value '61' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60";
    assert_eq!(sentence(&json!({ "Limit": 0 })), too_small);
    assert_eq!(sentence(&json!({ "Limit": 61 })), too_great);
}

#[test]
fn keys_and_values_of_maps_are_reported_at_the_map() {
    assert_eq!(
        sentence(&json!({ "UserPoolTags": { "": "a", "b": "too long" } })),
        "2 validation errors detected: Value '{=a, b=too long}' at 'userPoolTags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 8, Member must have length greater than or equal to 1, Member must not be null]; Value '{=a, b=too long}' at 'userPoolTags' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 0, Member must not be null]"
    );
    assert_eq!(
        sentence(&json!({ "AuthParameters": { "PASSWORD": "hunter2" } })),
        "1 validation error detected: Value at 'authParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 0, Member must not be null]"
    );
    assert_eq!(
        sentence(&json!({ "Assets": { "logo": {} } })),
        "1 validation error detected: Value null at 'assets.logo.member.name' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn only_the_first_letter_of_a_member_is_lowered() {
    assert!(sentence(&json!({ "CSS": "too long" })).contains("Value 'too long' at 'cSS' failed"));
}

#[test]
fn bytes_are_counted_decoded_and_not_shown() {
    assert_eq!(sentence(&json!({ "ImageFile": "AP8=" })), "fine");
    assert_eq!(
        sentence(&json!({ "ImageFile": "AP8Q" })),
        "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]' at 'imageFile' failed to satisfy constraint: Member must have length less than or equal to 2"
    );
}

#[test]
fn what_lies_in_a_sensitive_structure_is_hidden() {
    assert_eq!(
        sentence(&json!({ "UserContextData": { "IpAddress": "192.0.2.1" } })),
        "1 validation error detected: Value at 'userContextData.ipAddress' failed to satisfy constraint: Member must have length less than or equal to 4"
    );
}

#[test]
fn lengths_are_counted_in_characters_and_patterns_match_the_whole() {
    assert_eq!(sentence(&json!({ "CSS": "🏊🏊🏊🏊" })), "fine");
    assert_ne!(sentence(&json!({ "CSS": "🏊🏊🏊🏊🏊" })), "fine");
    for code in ["12\n", " 12", "1 2", "\t"] {
        assert_ne!(sentence(&json!({ "ConfirmationCode": code })), "fine", "{code:?}");
    }
    assert_eq!(sentence(&json!({ "ConfirmationCode": "\u{a0}\0" })), "fine");
}

#[test]
fn members_are_reported_in_the_order_of_the_model() {
    let both = sentence(&json!({ "Limit": 0, "ConfirmationCode": " ", "Flow": "x" }));
    let places: Vec<_> = ["'confirmationCode'", "'flow'", "'limit'"]
        .iter()
        .map(|place| both.find(place))
        .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{both}");
}

proptest! {
    #[test]
    fn a_sensitive_value_never_appears(secret in "[a-z]{3}=[ -~]{30,60}") {
        let value = json!({ "ClientId": secret, "UserAttributes": [{ "Name": "n", "Value": secret }],
            "AuthParameters": { "PASSWORD": secret }, "UserContextData": { "IpAddress": secret } });
        let message = sentence(&value);
        prop_assert!(message.starts_with("4 validation errors detected: "), "{}", message);
        prop_assert!(!message.contains(&secret));
    }
}
