//! Judges an answer by its shape: for tests, which hold every response against the model.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use crate::{Shape, shape::Kind};

/// Checks that `value` is what the model promises: types, required members, values of enumerations, no member that the
/// model does not know, no `null`. The error says every deviation, each with its place.
pub fn conforms(shape: &Shape, value: &Value) -> Result<(), Vec<String>> {
    let mut deviations = Vec::new();
    visit(shape, value, shape.name, &mut deviations);
    if deviations.is_empty() { Ok(()) } else { Err(deviations) }
}

fn visit(shape: &Shape, value: &Value, place: &str, deviations: &mut Vec<String>) {
    let fits = match (&shape.kind, value) {
        (Kind::Document, _)
        | (Kind::String(_), Value::String(_))
        | (Kind::Boolean, Value::Bool(_))
        | (Kind::Double | Kind::Timestamp, Value::Number(_)) => true,
        (Kind::Structure(members), Value::Object(object)) => {
            for member in *members {
                match object.get(member.name) {
                    Some(value) => visit(member.shape, value, &format!("{place}.{}", member.name), deviations),
                    None if member.required => deviations.push(format!("{place}.{} is absent", member.name)),
                    None => {}
                }
            }
            let unknown = object
                .keys()
                .filter(|key| members.iter().all(|member| member.name != key.as_str()));
            deviations.extend(unknown.map(|key| format!("{place}.{key} is not in the model")));
            true
        }
        (Kind::List(element), Value::Array(elements)) => {
            for (position, value) in elements.iter().enumerate() {
                visit(element, value, &format!("{place}[{position}]"), deviations);
            }
            true
        }
        (Kind::Map(key, entry), Value::Object(object)) => {
            for (name, value) in object {
                visit(
                    key,
                    &Value::String(name.clone()),
                    &format!("the key {place}.{name}"),
                    deviations,
                );
                visit(entry, value, &format!("{place}.{name}"), deviations);
            }
            true
        }
        (Kind::Enum(values), Value::String(text)) => values.contains(&text.as_str()),
        (Kind::Integer, Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        (Kind::Long, Value::Number(number)) => number.is_i64(),
        (Kind::Blob, Value::String(text)) => BASE64_STANDARD.decode(text).is_ok(),
        _ => false,
    };
    if !fits {
        deviations.push(format!("{place} is no {}", shape.name));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::shape::Member;

    static NAME: Shape = Shape::string("NameType").min(1);
    static STATUS: Shape = Shape::one_of("StatusType", &["CONFIRMED"]);
    static DATE: Shape = Shape::timestamp("DateType");
    static TAGS: Shape = Shape::map("TagsType", &NAME, &NAME);
    static USER: Shape = Shape::structure(
        "UserType",
        &[
            Member::required("Name", &NAME),
            Member::optional("Status", &STATUS),
            Member::optional("Created", &DATE),
            Member::optional("Tags", &TAGS),
        ],
    );
    static USERS: Shape = Shape::list("UsersType", &USER);
    static ANSWER: Shape = Shape::structure("Answer", &[Member::optional("Users", &USERS)]);

    #[test]
    fn an_answer_of_the_model_conforms() {
        let user = json!({ "Name": "", "Status": "CONFIRMED", "Created": 1_715_836_222.703, "Tags": { "a": "b" } });
        assert_eq!(conforms(&ANSWER, &json!({ "Users": [user] })), Ok(()));
    }

    #[test]
    fn every_deviation_is_named() {
        let user = json!({ "Status": "confirmed", "Created": "2024-05-16", "Tags": { "a": 1 }, "Secret": "x" });
        assert_eq!(
            conforms(&ANSWER, &json!({ "Users": [user, null], "Extra": {} })),
            Err([
                "Answer.Users[0].Name is absent",
                "Answer.Users[0].Status is no StatusType",
                "Answer.Users[0].Created is no DateType",
                "Answer.Users[0].Tags.a is no NameType",
                "Answer.Users[0].Secret is not in the model",
                "Answer.Users[1] is no UserType",
                "Answer.Extra is not in the model",
            ]
            .map(str::to_owned)
            .to_vec())
        );
    }

    #[test]
    fn a_null_member_is_a_deviation() {
        let answer = json!({ "Users": null });
        assert_eq!(
            conforms(&ANSWER, &answer),
            Err(vec!["Answer.Users is no UsersType".to_owned()])
        );
    }
}
