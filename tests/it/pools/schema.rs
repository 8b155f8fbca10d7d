//! The attributes of a pool's users, as CreateUserPool makes them.

use std::collections::BTreeMap;

use poolhouse_tests::actors::Pool;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

/// The attributes of a pool by name.
async fn schema(pool: &Pool) -> BTreeMap<String, Value> {
    let described = pool.call("DescribeUserPool", json!({})).await.ok();
    let attributes = described["UserPool"]["SchemaAttributes"].as_array().unwrap();
    attributes
        .iter()
        .map(|attribute| (attribute["Name"].as_str().unwrap().to_owned(), attribute.clone()))
        .collect()
}

scenario! {
    async fn every_pool_has_exactly_the_twenty_standard_attributes(lab: Lab) {
        let base = |name: &str, data_type: &str| json!({
            "Name": name, "AttributeDataType": data_type, "DeveloperOnlyAttribute": false, "Mutable": true, "Required": false
        });
        let text = |name: &str, min: &str, max: &str| {
            let mut attribute = base(name, "String");
            attribute["StringAttributeConstraints"] = json!({ "MinLength": min, "MaxLength": max });
            attribute
        };
        let mut sub = text("sub", "1", "2048");
        sub["Mutable"] = false.into();
        sub["Required"] = true.into();
        let mut updated_at = base("updated_at", "Number");
        updated_at["NumberAttributeConstraints"] = json!({ "MinValue": "0" });
        let mut expected = vec![
            sub,
            updated_at,
            text("birthdate", "10", "10"),
            base("email_verified", "Boolean"),
            base("phone_number_verified", "Boolean"),
        ];
        let plain = [
            "address", "email", "family_name", "gender", "given_name", "locale", "middle_name", "name", "nickname",
            "phone_number", "picture", "preferred_username", "profile", "website", "zoneinfo",
        ];
        expected.extend(plain.map(|name| text(name, "0", "2048")));
        let expected: BTreeMap<_, _> =
            expected.into_iter().map(|attribute| (attribute["Name"].as_str().unwrap().to_owned(), attribute)).collect();
        assert_eq!(expected.len(), 20);
        assert_eq!(schema(&lab.pool().await).await, expected);
    }

    async fn a_schema_changes_standard_attributes_and_defines_custom_ones(lab: Lab) {
        let pool = lab.pool_with(json!({ "Schema": [
            { "Name": "email", "Required": true, "Mutable": false,
              "StringAttributeConstraints": { "MinLength": "5", "MaxLength": "100" } },
            { "Name": "role", "AttributeDataType": "String" },
            { "Name": "age", "AttributeDataType": "Number", "Mutable": false,
              "NumberAttributeConstraints": { "MinValue": "0", "MaxValue": "150" } },
            { "Name": "rank", "AttributeDataType": "String", "DeveloperOnlyAttribute": true }
        ] })).await;
        let schema = schema(&pool).await;
        assert_eq!(schema.len(), 23);
        assert_eq!(schema["email"], json!({
            "Name": "email", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": false,
            "Required": true, "StringAttributeConstraints": { "MinLength": "5", "MaxLength": "100" }
        }));
        assert_eq!(schema["custom:role"], json!({
            "Name": "custom:role", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
            "Required": false, "StringAttributeConstraints": {}
        }));
        assert_eq!(schema["custom:age"], json!({
            "Name": "custom:age", "AttributeDataType": "Number", "DeveloperOnlyAttribute": false, "Mutable": false,
            "Required": false, "NumberAttributeConstraints": { "MinValue": "0", "MaxValue": "150" }
        }));
        assert_eq!(schema["dev:custom:rank"]["DeveloperOnlyAttribute"], true);
    }

    async fn a_schema_that_cannot_be_is_refused(lab: Lab) {
        let cases = [
            (
                json!([{ "Name": "role", "AttributeDataType": "String", "Required": true }]),
                "Required custom attributes are not supported currently.",
            ),
            (
                json!([{ "Name": "role" }]),
                "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
            ),
            (
                json!([{ "Name": "email", "AttributeDataType": "Number" }]),
                "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email",
            ),
            (
                json!([{ "Name": "sub", "Mutable": true }]),
                "You can not change Mutable or Required for standard schema attribute sub",
            ),
            (
                json!([{ "Name": "a", "AttributeDataType": "String" }, { "Name": "a", "AttributeDataType": "Number" }]),
                "custom:a: Existing attribute already has name custom:a.",
            ),
            (
                json!([{ "Name": "a", "AttributeDataType": "String", "StringAttributeConstraints": { "MaxLength": "2049" } }]),
                "user.custom:a: String attributes cannot have a length of more than 2048",
            ),
            (
                json!([{ "Name": "abcdefghijklmnopqrstu", "AttributeDataType": "String" }]),
                "1 validation error detected: Value 'abcdefghijklmnopqrstu' at 'schema.1.member.name' failed to satisfy \
                 constraint: Member must have length less than or equal to 20",
            ),
        ];
        for (schema, message) in cases {
            let reply = lab.admin().call("CreateUserPool", json!({ "PoolName": "pool", "Schema": schema })).await;
            assert_eq!(reply.error(), ("InvalidParameterException".to_owned(), message.to_owned()), "{schema}");
        }
    }
}
