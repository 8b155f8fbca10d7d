//! Users of another pool, who move as they sign in. The former pool is one of the same lab, asked over a socket.

use std::net::SocketAddr;

use poolhouse_tests::actors::{PASSWORD, SignedIn, Tokens, User, attributes};
use poolhouse_tests::scenario;
use tokio::join;
use tokio::net::TcpListener;

use super::*;

const CAUSE: &str = "UserMigration invocation failed due to";

/// Two pools: the one that users are in, and the one that they move to.
struct Stage {
    /// A server that asks the former pool.
    lab: Lab,
    /// Where the former pool is asked.
    address: SocketAddr,
    former: Client,
    /// A client of the new pool, at `lab`.
    client: Client,
}

impl Stage {
    /// A new pool and a former one with these settings each.
    async fn new(lab: &Lab, former: Value, new: Value) -> Self {
        let former = lab.pool_with(former).await.client().await;
        Self::with_former(lab, former, new).await
    }

    async fn with_former(lab: &Lab, former: Client, new: Value) -> Self {
        let client = lab.pool_with(new).await.client().await;
        let address = lab.listen().await;
        let lab = lab.migrating(&client.pool, &former, address);
        Self {
            client: client.at(&lab),
            lab,
            address,
            former,
        }
    }

    /// The client at a server whose former pool is gone.
    async fn alone(&self) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nowhere = listener.local_addr().unwrap();
        drop(listener);
        self.client
            .at(&self.lab.migrating(&self.client.pool, &self.former, nowhere))
    }

    /// A user of the former pool, verified by an administrator.
    async fn user(&self, username: &str, attributes: Value) -> User {
        let user = self.former.confirmed_user_with(username, attributes).await;
        let verified = json!([{ "Name": "email_verified", "Value": "true" }]);
        user.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": verified }))
            .await
            .ok();
        user
    }
}

scenario! {
    async fn a_server_that_is_asked_asks_nobody_in_turn(lab: Lab) {
        let stage = Stage::new(&lab, json!({}), json!({})).await;
        stage.user("alice", json!({ "email": ALICE })).await;
        let address = stage.lab.listen().await;
        let last = lab.pool_with(json!({})).await.client().await;
        let last = last.at(&lab.migrating(&last.pool, &stage.client, address));
        last.sign_in("alice", PASSWORD)
            .await
            .fault("UserNotFoundException", "User does not exist.");
        stage.client.sign_in("alice", PASSWORD).await.ok();
        last.sign_in("alice", PASSWORD).await.ok();
    }

    async fn a_user_moves_with_password_sub_and_attributes(lab: Lab) {
        let schema = json!({ "Schema": [{ "Name": "plan", "AttributeDataType": "String", "Mutable": true }] });
        let stage = Stage::new(&lab, schema.clone(), schema).await;
        let contacts = json!({ "email": ALICE, "phone_number": PHONE_NUMBER });
        let attributes = merge(contacts, json!({ "name": "Alice", "custom:plan": "gold" }));
        let alice = stage.user("alice", attributes).await;
        let kept = alice.sign_in().await;

        let output = stage.client.sign_in("alice", PASSWORD).await.ok();
        let user = stage.client.pool.user("alice").await;
        assert_eq!(
            (&user["Username"], &user["UserStatus"], attributes_of(&user)),
            (&json!("alice"), &json!("CONFIRMED"), attributes_of(&stage.former.pool.user("alice").await))
        );
        assert_eq!(attributes_of(&user)["email_verified"], "true");
        assert_eq!(attributes_of(&user)["phone_number_verified"], "false");
        assert_eq!(stage.client.pool.attribute("alice", "sub").await, Some(alice.sub.clone()));
        let signed_in = SignedIn {
            user: User { client: stage.client.clone(), ..alice },
            tokens: Tokens::of(&output),
        };
        assert_eq!(signed_in.id_claims().await["sub"], signed_in.user.sub.as_str());
        signed_in.refresh().await.ok();
        // Who was signed in at the former pool is so still.
        kept.refresh().await.ok();

        let alone = stage.alone().await;
        Tokens::of(&alone.sign_in("alice", PASSWORD).await.ok());
        alone.sign_in("alice", OLD).await.fault("NotAuthorizedException", INCORRECT);
    }

    async fn who_cannot_sign_in_there_is_nobody_here(lab: Lab) {
        let stage = Stage::new(&lab, json!({}), json!({})).await;
        let pool = stage.client.pool.clone();
        let discreet = pool.client_with(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        stage.user("alice", json!({ "email": ALICE })).await;
        let bob = stage.user("bob", json!({ "email": ALICE })).await;
        bob.admin_call("AdminDisableUser", json!({})).await.ok();
        stage.former.sign_up("carol", PASSWORD, json!({})).await.ok();
        let dave = stage.user("dave", json!({ "email": ALICE })).await;
        dave.admin_call("AdminResetUserPassword", json!({})).await.ok();
        for (username, password) in [
            ("nobody", PASSWORD), ("alice", OLD), ("bob", PASSWORD), ("carol", PASSWORD), ("dave", PASSWORD),
        ] {
            stage.client.sign_in(username, password).await.fault("UserNotFoundException", UNKNOWN);
            discreet.sign_in(username, password).await.fault("NotAuthorizedException", INCORRECT);
            assert_nobody(&pool, username).await;
        }
        Tokens::of(&discreet.sign_in("alice", PASSWORD).await.ok());
    }

    async fn without_the_former_pool_nobody_moves_and_everybody_is_told(lab: Lab) {
        let stage = Stage::new(&lab, json!({}), json!({})).await;
        stage.user("alice", json!({ "email": ALICE })).await;
        let alone = stage.alone().await;
        alone.sign_in("alice", PASSWORD).await.fault(
            "UnexpectedLambdaException",
            &format!("{CAUSE} error: the former user pool could not be reached"),
        );
        assert_nobody(&stage.client.pool, "alice").await;
        // A password that was forgotten shows nothing to the former pool.
        alone.forgot_password("alice").await
            .fault("UserNotFoundException", "Username/client id combination not found.");
    }

    async fn a_former_client_with_a_secret_proves_it(lab: Lab) {
        let former = lab.pool().await.client_with(json!({ "GenerateSecret": true })).await;
        let mut stage = Stage::with_former(&lab, former, json!({})).await;
        stage.user("alice", json!({ "email": ALICE })).await;
        let secret = stage.former.secret.replace("another".to_owned());
        let mistaken = stage.client.at(&lab.migrating(&stage.client.pool, &stage.former, stage.address));
        stage.former.secret = secret;
        mistaken.sign_in("alice", PASSWORD).await
            .fault("UnexpectedLambdaException", &format!("{CAUSE} configuration"));
        Tokens::of(&stage.client.sign_in("alice", PASSWORD).await.ok());
    }

    async fn a_former_client_without_the_flow_is_a_mistake_of_the_settings(lab: Lab) {
        let former = lab.pool().await.client_with(json!({ "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"] })).await;
        let stage = Stage::with_former(&lab, former, json!({})).await;
        stage.client.sign_in("alice", PASSWORD).await
            .fault("UnexpectedLambdaException", &format!("{CAUSE} configuration"));
    }

    async fn who_has_a_second_factor_there_does_not_move(lab: Lab) {
        let stage = Stage::new(&lab, json!({}), json!({})).await;
        let factors = json!({
            "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
            "MfaConfiguration": "OPTIONAL",
        });
        stage.former.pool.call("SetUserPoolMfaConfig", factors).await.ok();
        let alice = stage.user("alice", json!({ "email": ALICE, "phone_number": PHONE_NUMBER })).await;
        let preference = json!({ "SMSMfaSettings": { "Enabled": true } });
        alice.admin_call("AdminSetUserMFAPreference", preference).await.ok();
        stage.client.sign_in("alice", PASSWORD).await.fault(
            "UserLambdaValidationException",
            "UserMigration failed with error the former user pool asks for SMS_MFA.",
        );
        stage.client.sign_in("alice", OLD).await.fault("UserNotFoundException", UNKNOWN);
        assert_nobody(&stage.client.pool, "alice").await;
    }

    async fn an_alias_leads_to_the_username(lab: Lab) {
        let aliases = json!({ "AliasAttributes": ["email"] });
        let stage = Stage::new(&lab, aliases.clone(), aliases).await;
        let alice = stage.user("alice", json!({ "email": ALICE })).await;
        Tokens::of(&stage.client.sign_in(ALICE, PASSWORD).await.ok());
        assert_eq!(stage.client.pool.user(ALICE).await["Username"], "alice");
        assert_eq!(stage.client.pool.attribute("alice", "sub").await, Some(alice.sub));
        Tokens::of(&stage.alone().await.sign_in("alice", PASSWORD).await.ok());
    }

    async fn users_who_are_named_by_address_keep_their_generated_name(lab: Lab) {
        let named = json!({ "UsernameAttributes": ["email"] });
        let stage = Stage::new(&lab, named.clone(), named).await;
        let alice = stage.user(ALICE, json!({})).await;
        Tokens::of(&stage.client.sign_in(ALICE, PASSWORD).await.ok());
        let user = stage.client.pool.user(ALICE).await;
        assert_eq!(user["Username"], alice.sub.as_str());
        assert_eq!(attributes_of(&user), json!({ "email": ALICE, "email_verified": "true" }));

        // Renamed here, they don't come a second time by their former name.
        let renamed = attributes(&json!({ "email": "a@example.com", "email_verified": "true" }));
        let input = json!({ "Username": ALICE, "UserAttributes": renamed });
        stage.client.pool.call("AdminUpdateUserAttributes", input).await.ok();
        stage.client.sign_in(ALICE, PASSWORD).await.fault("UserNotFoundException", UNKNOWN);
        Tokens::of(&stage.client.sign_in("a@example.com", PASSWORD).await.ok());
    }

    async fn a_name_that_would_not_lead_to_the_user_here_moves_nobody(lab: Lab) {
        let stage = Stage::new(&lab, json!({ "AliasAttributes": ["email"] }), json!({})).await;
        stage.user("alice", json!({ "email": ALICE })).await;
        stage.client.sign_in(ALICE, PASSWORD).await.fault("UserNotFoundException", UNKNOWN);
        assert_nobody(&stage.client.pool, "alice").await;
        Tokens::of(&stage.client.sign_in("alice", PASSWORD).await.ok());
    }

    async fn a_name_that_somebody_else_has_here_moves_nobody(lab: Lab) {
        let aliases = json!({ "AliasAttributes": ["email"] });
        let stage = Stage::new(&lab, aliases.clone(), aliases).await;
        stage.user("alice", json!({ "email": ALICE })).await;
        let bob = stage.client.confirmed_user_with("bob", json!({ "email": ALICE })).await;
        let verified = json!([{ "Name": "email_verified", "Value": "true" }]);
        bob.admin_call("AdminUpdateUserAttributes", json!({ "UserAttributes": verified })).await.ok();
        stage.client.sign_in("alice", PASSWORD).await.fault("UserNotFoundException", UNKNOWN);
        assert_nobody(&stage.client.pool, "alice").await;
    }

    async fn attributes_that_the_pool_does_not_know_stay_behind(lab: Lab) {
        let schema = json!({ "Schema": [
            { "Name": "plan", "AttributeDataType": "String" },
        ] });
        let required = json!({ "Schema": [{ "Name": "birthdate", "Required": true, "Mutable": true }] });
        let stage = Stage::new(&lab, schema, required).await;
        stage.user("alice", json!({ "email": ALICE, "custom:plan": "gold", "name": "Alice" })).await;
        Tokens::of(&stage.client.sign_in("alice", PASSWORD).await.ok());
        let user = stage.client.pool.user("alice").await;
        assert_eq!(
            attributes_of(&user),
            json!({ "email": ALICE, "email_verified": "true", "name": "Alice" })
        );
        let log = stage.lab.log();
        assert!(log.contains("custom:plan") && !log.contains("gold"), "{log}");
    }

    async fn of_two_who_move_at_once_one_is_written(lab: Lab) {
        let stage = Stage::new(&lab, json!({}), json!({})).await;
        let alice = stage.user("alice", json!({ "email": ALICE })).await;
        let (one, two) = join!(stage.client.sign_in("alice", PASSWORD), stage.client.sign_in("alice", PASSWORD));
        for output in [one.ok(), two.ok()] {
            let claims = stage.client.pool.verify(&Tokens::of(&output).access).await;
            assert_eq!(claims["sub"], alice.sub.as_str());
        }
    }

    async fn the_function_comes_before_the_former_pool(lab: Lab) {
        let arn = lab.functions.answering("migrate", json!({}));
        let stage = Stage::new(&lab, json!({}), json!({ "LambdaConfig": { "UserMigration": arn } })).await;
        let from_there = stage.user("alice", json!({ "email": ALICE })).await;
        stage.user("bob", json!({ "email": ALICE })).await;
        Tokens::of(&stage.client.sign_in("alice", PASSWORD).await.ok());
        assert_eq!(stage.client.pool.attribute("alice", "sub").await, Some(from_there.sub));
        lab.functions.answering("migrate", alice());
        Tokens::of(&stage.client.sign_in("bob", OLD).await.ok());
        assert_eq!(asked(&lab), 2);
    }
}
