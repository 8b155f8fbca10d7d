//! How many messages one destination is sent.

use poolhouse_tests::actors::{Client, PASSWORD};
use poolhouse_tests::clock::hours;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

const LIMIT: &str = "Attempt limit exceeded, please try after some time.";

/// A client of a pool that verifies phone numbers.
async fn texting(lab: &Lab, settings: Value) -> Client {
    let sms = json!({ "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "external" });
    let verifying = json!({ "AutoVerifiedAttributes": ["phone_number"], "SmsConfiguration": sms });
    lab.pool_with(verifying).await.client_with(settings).await
}

async fn sign_up(client: &Client, username: &str, number: &str) -> Reply {
    client
        .sign_up(username, PASSWORD, json!({ "phone_number": number }))
        .await
}

fn refused(reply: &Reply) {
    reply.fault("LimitExceededException", LIMIT);
}

scenario! {
    production async fn a_phone_number_is_sent_so_many_an_hour(lab: Lab) {
        let client = texting(&lab, json!({})).await;
        let number = "+12025550100";
        sign_up(&client, "alice", number).await.ok();
        client.resend_code("alice").await.ok();
        client.resend_code("alice").await.ok();
        refused(&client.resend_code("alice").await);
        assert_eq!(lab.mailbox.messages_for(number).len(), 3);
        // Whose it is and which pool asks makes no difference, and nothing is written.
        let other = texting(&lab, json!({})).await;
        refused(&sign_up(&other, "bob", number).await);
        other.pool.call("AdminGetUser", json!({ "Username": "bob" })).await
            .fault("UserNotFoundException", "User does not exist.");
        sign_up(&client, "carol", "+12125550100").await.ok();
        lab.clock.advance(hours(1));
        client.resend_code("alice").await.ok();
        assert_eq!(lab.mailbox.messages_for(number).len(), 4);
    }

    production async fn neighbours_share_a_budget(lab: Lab) {
        let client = texting(&lab, json!({})).await;
        let number = |last: usize| format!("+1202555{last:04}");
        let mut user = 0;
        let mut next = async || {
            user += 1;
            sign_up(&client, &format!("user{user}"), &number(user)).await
        };
        for _ in 0..5 {
            next().await.ok();
        }
        refused(&next().await);
        lab.clock.advance(hours(1));
        for _ in 0..3 {
            next().await.ok();
        }
        // Five and three are the eight of a day.
        refused(&next().await);
        sign_up(&client, "elsewhere", "+12025560001").await.ok();
        lab.clock.advance(hours(23));
        next().await.ok();
    }

    production async fn a_client_that_hides_who_exists_hides_the_budget(lab: Lab) {
        let client = texting(&lab, json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        let number = "+12025550100";
        sign_up(&client, "alice", number).await.ok();
        let details = client.resend_code("alice").await.ok();
        client.resend_code("alice").await.ok();
        assert_eq!(client.resend_code("alice").await.ok(), details);
        assert_eq!(lab.mailbox.messages_for(number).len(), 3);
        lab.clock.advance(hours(1));
        let code = lab.mailbox.code_for(number).await;
        client.confirm_sign_up("alice", &code).await.ok();
        for _ in 0..4 {
            client.forgot_password("alice").await.ok();
        }
        assert_eq!(lab.mailbox.messages_for(number).len(), 6);
    }

    production async fn a_mail_address_has_a_budget_too(lab: Lab) {
        let client = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await.client().await;
        for number in 0..50 {
            let address = if number % 2 == 0 { "alice@example.com" } else { "Alice@Example.com" };
            client.sign_up(&format!("user{number}"), PASSWORD, json!({ "email": address })).await.ok();
        }
        refused(&client.sign_up("user50", PASSWORD, json!({ "email": "alice@example.com" })).await);
        let invitation = json!({
            "Username": "user51", "DesiredDeliveryMediums": ["EMAIL"],
            "UserAttributes": [{ "Name": "email", "Value": "alice@example.com" }],
        });
        // AdminCreateUser has no LimitExceededException.
        client.pool.call("AdminCreateUser", invitation).await.fault("TooManyRequestsException", LIMIT);
        client.sign_up("user50", PASSWORD, json!({ "email": "bob@example.com" })).await.ok();
    }

    async fn developers_are_not_counted(lab: Lab) {
        let client = texting(&lab, json!({})).await;
        for number in 0..20 {
            sign_up(&client, &format!("user{number}"), "+12025550100").await.ok();
        }
    }
}
