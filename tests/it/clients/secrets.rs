//! AddUserPoolClientSecret, DeleteUserPoolClientSecret and ListUserPoolClientSecrets.

use poolhouse_domain::Clock;
use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::clock::minutes;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

const CUSTOM: &str = "my+own_SECRET_of_24_char";

async fn confidential(lab: &Lab) -> Client {
    lab.pool().await.client_with(json!({ "GenerateSecret": true })).await
}

async fn call(client: &Client, operation: &str, mut input: Value) -> Reply {
    input["ClientId"] = client.id.clone().into();
    client.pool.call(operation, input).await
}

async fn add(client: &Client) -> Value {
    call(client, "AddUserPoolClientSecret", json!({})).await.ok()["ClientSecretDescriptor"].take()
}

async fn delete(client: &Client, id: &Value) -> Reply {
    call(client, "DeleteUserPoolClientSecret", json!({ "ClientSecretId": id })).await
}

/// The descriptors of the active secrets.
async fn list(client: &Client) -> Value {
    let mut answer = call(client, "ListUserPoolClientSecrets", json!({})).await.ok();
    assert_eq!(answer.get("NextToken"), None);
    answer["ClientSecrets"].take()
}

/// The same client, seen by somebody who knows this secret.
fn knowing(client: &Client, secret: &str) -> Client {
    Client {
        secret: Some(secret.to_owned()),
        ..client.clone()
    }
}

scenario! {
    async fn two_secrets_work_until_one_is_deleted(lab: Lab) {
        let old = confidential(&lab).await;
        old.confirmed_user("alice").await;
        lab.clock.advance(minutes(1));
        let added = add(&old).await;
        let new = knowing(&old, added["ClientSecretValue"].as_str().unwrap());
        assert_ne!(old.secret, new.secret);
        old.sign_in("alice", PASSWORD).await.ok();
        new.sign_in("alice", PASSWORD).await.ok();

        let secrets = list(&old).await;
        assert_eq!(secrets.as_array().unwrap().len(), 2);
        assert_eq!(secrets[1]["ClientSecretId"], added["ClientSecretId"]);
        let reply = delete(&old, &secrets[0]["ClientSecretId"]).await;
        assert_eq!(reply.ok(), json!({}));
        let wrong = format!("Unable to verify secret hash for client {}", old.id);
        old.sign_in("alice", PASSWORD).await.fault("NotAuthorizedException", &wrong);
        new.sign_in("alice", PASSWORD).await.ok();
        let described = call(&old, "DescribeUserPoolClient", json!({})).await.ok();
        assert_eq!(described["UserPoolClient"]["ClientSecret"].as_str(), new.secret.as_deref());
    }

    async fn ids_tell_client_and_time_and_lists_tell_no_values(lab: Lab) {
        let client = confidential(&lab).await;
        let seconds = lab.clock.now().seconds();
        let first = format!("{}--{seconds}", client.id);
        let created = &list(&client).await[0]["ClientSecretCreateDate"];
        assert!(created.is_number());
        assert_eq!(list(&client).await, json!([{ "ClientSecretId": first, "ClientSecretCreateDate": created }]));
        // A second one of the same second has an id of its own.
        let added = add(&client).await;
        assert_eq!(added["ClientSecretId"], format!("{}--{}", client.id, seconds + 1));
        let value = added["ClientSecretValue"].as_str().unwrap();
        assert!(value.len() == 52 && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        assert_eq!(list(&client).await[1], json!({
            "ClientSecretId": added["ClientSecretId"], "ClientSecretCreateDate": added["ClientSecretCreateDate"]
        }));
    }

    async fn a_secret_of_ones_own_is_not_told_back(lab: Lab) {
        let client = confidential(&lab).await;
        client.confirmed_user("alice").await;
        let added = call(&client, "AddUserPoolClientSecret", json!({ "ClientSecret": CUSTOM })).await.ok();
        assert_eq!(added["ClientSecretDescriptor"].get("ClientSecretValue"), None);
        knowing(&client, CUSTOM).sign_in("alice", PASSWORD).await.ok();
        // A client can begin with one, too.
        let begun = client.pool.client_with(json!({ "ClientSecret": CUSTOM })).await;
        assert_eq!(begun.secret.as_deref(), Some(CUSTOM));
        begun.sign_in("alice", PASSWORD).await.ok();
    }

    async fn no_client_has_three_secrets_or_loses_its_last(lab: Lab) {
        let client = confidential(&lab).await;
        let first = list(&client).await[0]["ClientSecretId"].clone();
        delete(&client, &first).await
            .fault("InvalidParameterException", "The last secret of an app client can't be deleted.");
        add(&client).await;
        call(&client, "AddUserPoolClientSecret", json!({})).await
            .fault("LimitExceededException", "An app client can have at most 2 active secrets.");
        let unknown = json!(format!("{}--1", client.id));
        delete(&client, &unknown).await.fault(
            "ResourceNotFoundException", &format!("Client secret {}--1 does not exist.", client.id),
        );
        assert_eq!(list(&client).await.as_array().unwrap().len(), 2);
    }

    async fn a_public_client_has_no_secrets(lab: Lab) {
        let client = lab.pool().await.client().await;
        assert_eq!(list(&client).await, json!([]));
        call(&client, "AddUserPoolClientSecret", json!({})).await
            .fault("InvalidParameterException", "Client secrets can't be added to a public app client.");
    }

    async fn secrets_have_24_to_64_plain_characters(lab: Lab) {
        let client = confidential(&lab).await;
        for (secret, constraint) in [
            ("a".repeat(23), "Member must have length greater than or equal to 24"),
            ("a".repeat(65), "Member must have length less than or equal to 64"),
            ("a".repeat(24) + "-", "Member must satisfy regular expression pattern: [\\w+]+"),
        ] {
            let message =
                format!("1 validation error detected: Value at 'clientSecret' failed to satisfy constraint: {constraint}");
            call(&client, "AddUserPoolClientSecret", json!({ "ClientSecret": secret })).await
                .fault("InvalidParameterException", &message);
        }
    }

    async fn of_two_who_add_a_second_secret_one_succeeds(lab: Lab) {
        let client = confidential(&lab).await;
        let adding = || {
            let client = client.clone();
            tokio::spawn(async move { call(&client, "AddUserPoolClientSecret", json!({})).await })
        };
        let (one, two) = tokio::join!(adding(), adding());
        let mut replies = [one.unwrap(), two.unwrap()];
        replies.sort_by_key(|reply| reply.status);
        replies[0].ok();
        replies[1].fault("LimitExceededException", "An app client can have at most 2 active secrets.");
    }

    async fn of_two_who_delete_both_secrets_one_succeeds(lab: Lab) {
        let client = confidential(&lab).await;
        add(&client).await;
        let secrets = list(&client).await;
        let deleting = |index: usize| {
            let (client, id) = (client.clone(), secrets[index]["ClientSecretId"].clone());
            tokio::spawn(async move { delete(&client, &id).await })
        };
        let (one, two) = tokio::join!(deleting(0), deleting(1));
        let mut replies = [one.unwrap(), two.unwrap()];
        replies.sort_by_key(|reply| reply.status);
        replies[0].ok();
        replies[1].fault("InvalidParameterException", "The last secret of an app client can't be deleted.");
        assert_eq!(list(&client).await.as_array().unwrap().len(), 1);
    }
}
