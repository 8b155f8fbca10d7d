use poolhouse_tests::actors::PASSWORD;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{ALICE, status, verifying_client};

/// The violations in the message of a constraint error, whatever their order.
fn violations(message: &str) -> Vec<&str> {
    let (_, list) = message.split_once(" detected: ").unwrap();
    let mut violations: Vec<_> = list.split("; ").collect();
    violations.sort_unstable();
    violations
}

scenario! {
    async fn a_user_signs_up_and_is_told_where_the_code_went(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let output = client
            .sign_up("alice", PASSWORD, json!({ "email": "foo@example.com" }))
            .await
            .ok();
        let sub = output["UserSub"].as_str().unwrap();
        assert_eq!(
            output,
            json!({
                "UserConfirmed": false,
                "UserSub": sub,
                "CodeDeliveryDetails": {
                    "Destination": "f***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"
                }
            })
        );
        let groups: Vec<_> = sub.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(&sub[14..16], "70");

        let user = client.pool.user("alice").await;
        assert_eq!(
            (&user["Username"], &user["UserStatus"], &user["Enabled"]),
            (&json!("alice"), &json!("UNCONFIRMED"), &json!(true))
        );
        assert_eq!(
            user["UserAttributes"],
            json!([
                { "Name": "sub", "Value": sub },
                { "Name": "email", "Value": "foo@example.com" },
                { "Name": "email_verified", "Value": "false" }
            ])
        );
        client
            .sign_in("alice", PASSWORD)
            .await
            .fault("UserNotConfirmedException", "User is not confirmed.");
    }

    async fn where_nothing_is_verified_no_code_is_sent(lab: Lab) {
        let client = lab.pool().await.client().await;
        let output = client
            .sign_up(
                "alice",
                PASSWORD,
                json!({ "email": ALICE, "phone_number": "+12345679934" }),
            )
            .await
            .ok();
        assert_eq!(output.get("CodeDeliveryDetails"), None);
        let mailing = verifying_client(&lab, json!({})).await;
        let output = mailing
            .sign_up("bob", PASSWORD, json!({ "phone_number": "+12345679934" }))
            .await
            .ok();
        assert_eq!(output.get("CodeDeliveryDetails"), None);
        let output = mailing.sign_up("carol", PASSWORD, json!({})).await.ok();
        assert_eq!(output.get("CodeDeliveryDetails"), None);
        assert!(lab.mailbox.messages_for(ALICE).is_empty() && lab.mailbox.messages_for("+12345679934").is_empty());
    }

    async fn the_code_goes_to_the_phone_before_the_mailbox(lab: Lab) {
        let client = verifying_client(&lab, json!({ "AutoVerifiedAttributes": ["email", "phone_number"] })).await;
        let phone = json!({ "Destination": "+*******9934", "DeliveryMedium": "SMS", "AttributeName": "phone_number" });
        let mail = json!({ "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" });
        for (username, user_attributes, details) in [
            (
                "both",
                json!({ "email": ALICE, "phone_number": "+12345679934" }),
                phone.clone(),
            ),
            (
                "blank-phone",
                json!({ "email": ALICE, "phone_number": "" }),
                mail.clone(),
            ),
            (
                "blank-email",
                json!({ "email": "", "phone_number": "+12345679934" }),
                phone,
            ),
            ("mail", json!({ "email": ALICE }), mail),
            ("blank", json!({ "email": "", "phone_number": "" }), Value::Null),
        ] {
            let output = client.sign_up(username, PASSWORD, user_attributes).await.ok();
            assert_eq!(output["CodeDeliveryDetails"], details, "{username}");
        }
        assert_eq!(lab.mailbox.messages_for("+12345679934").len(), 2);
        assert_eq!(lab.mailbox.messages_for(ALICE).len(), 2);
    }

    async fn a_name_is_given_once(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.sign_up("alice", PASSWORD, json!({})).await.ok();
        client
            .sign_up("alice", "Another-Horse-2", json!({}))
            .await
            .fault("UsernameExistsException", "User already exists");
        client.confirmed_user("bob").await;
        client
            .sign_up("bob", PASSWORD, json!({}))
            .await
            .fault("UsernameExistsException", "User already exists");
        // Another pool is another world, and a deleted name is free again.
        let sub = lab
            .pool()
            .await
            .client()
            .await
            .sign_up("alice", PASSWORD, json!({}))
            .await
            .ok()["UserSub"]
            .clone();
        client
            .pool
            .call("AdminDeleteUser", json!({ "Username": "alice" }))
            .await
            .ok();
        assert_ne!(client.sign_up("alice", PASSWORD, json!({})).await.ok()["UserSub"], sub);
    }

    async fn of_two_who_sign_up_with_one_name_at_once_one_gets_it(lab: Lab) {
        let client = verifying_client(&lab, json!({})).await;
        let sign_up = |address: &'static str| {
            let client = client.clone();
            tokio::spawn(async move { client.sign_up("alice", PASSWORD, json!({ "email": address })).await })
        };
        let (one, other) = tokio::join!(sign_up("one@example.com"), sign_up("other@example.com"));
        let (one, other) = (one.unwrap(), other.unwrap());
        let (winner, loser, address) = if one.status == 200 {
            (one, other, "one@example.com")
        } else {
            (other, one, "other@example.com")
        };
        assert_eq!(
            client.pool.attribute("alice", "sub").await,
            winner.ok()["UserSub"].as_str().map(str::to_owned)
        );
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some(address));
        loser.fault("UsernameExistsException", "User already exists");
        let messages =
            lab.mailbox.messages_for("one@example.com").len() + lab.mailbox.messages_for("other@example.com").len();
        assert_eq!(messages, 1);
    }

    async fn nobody_signs_up_where_administrators_create_users(lab: Lab) {
        let settings = json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } });
        let client = lab.pool_with(settings).await.client().await;
        client.sign_up("alice", "weak", json!({})).await.error();
        client
            .sign_up("alice", "weaker", json!({}))
            .await
            .fault("NotAuthorizedException", "SignUp is not permitted for this user pool");
    }

    async fn the_client_must_exist(lab: Lab) {
        let client = lab.pool().await.client().await;
        let input = json!({ "ClientId": "unknown", "Username": "alice", "Password": PASSWORD });
        lab.call("SignUp", input.clone())
            .await
            .fault("ResourceNotFoundException", "User pool client unknown does not exist.");
        client
            .pool
            .call("DeleteUserPoolClient", json!({ "ClientId": client.id }))
            .await
            .ok();
        client.sign_up("alice", PASSWORD, json!({})).await.fault(
            "ResourceNotFoundException",
            &format!("User pool client {} does not exist.", client.id),
        );
    }

    async fn refusals_come_in_a_fixed_order(lab: Lab) {
        let settings = json!({ "AliasAttributes": ["email"] });
        let client = lab.pool_with(settings).await.client().await;
        client.sign_up("alice", PASSWORD, json!({})).await.ok();
        client
            .sign_up(ALICE, "weakling", json!({ "custom:x": "1" }))
            .await
            .fault(
                "InvalidParameterException",
                "Username cannot be of email format, since user pool is configured for email alias.",
            );
        client
            .sign_up("alice", "WEAKLING", json!({ "custom:x": "1" }))
            .await
            .fault(
                "InvalidPasswordException",
                "Password did not conform with policy: Password must have lowercase characters",
            );
        client
            .sign_up("alice", PASSWORD, json!({ "email_verified": "true", "custom:x": "1" }))
            .await
            .fault(
                "NotAuthorizedException",
                "A client attempted to write unauthorized attribute",
            );
        client
            .sign_up("alice", PASSWORD, json!({ "custom:x": "1" }))
            .await
            .fault(
                "InvalidParameterException",
                "Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined",
            );
        client
            .sign_up("alice", PASSWORD, json!({}))
            .await
            .fault("UsernameExistsException", "User already exists");
    }

    async fn the_policy_names_the_first_rule_that_a_password_breaks(lab: Lab) {
        let client = lab.pool().await.client().await;
        for (password, rule) in [
            ("aaaaaaa", "Password not long enough"),
            ("AAAAAAAA", "Password must have lowercase characters"),
            ("aaaaaaaa", "Password must have uppercase characters"),
            ("aaaaAAAA", "Password must have numeric characters"),
            ("aaaaAAA1", "Password must have symbol characters"),
            ("éééÉÉÉ1!", "Password must have lowercase characters"),
        ] {
            client.sign_up("alice", password, json!({})).await.fault(
                "InvalidPasswordException",
                &format!("Password did not conform with policy: {rule}"),
            );
        }
        // A space inside is a symbol.
        client.sign_up("alice", "aaaa AAA1", json!({})).await.ok();

        let policy = json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireNumbers": true } } });
        let strict = lab.pool_with(policy).await.client().await;
        strict.sign_up("alice", "12345678901", json!({})).await.fault(
            "InvalidPasswordException",
            "Password did not conform with policy: Password not long enough",
        );
        strict.sign_up("alice", "123456789012", json!({})).await.ok();
    }

    async fn a_password_of_256_characters_counts_to_the_last_and_one_of_257_is_too_long(lab: Lab) {
        let client = lab.pool().await.client().await;
        // Four bytes each, so that nothing that counts bytes or cuts at 72 goes unseen.
        let long = format!("Aa1!{}", "🐎".repeat(252));
        let pool = client.pool.clone();
        client.sign_up("alice", &format!("{long}x"), json!({})).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value at 'password' failed to satisfy constraint: \
             Member must have length less than or equal to 256",
        );
        client.sign_up("alice", &long, json!({})).await.ok();
        pool.call("AdminConfirmSignUp", json!({ "Username": "alice" }))
            .await
            .ok();
        client.sign_in("alice", &long).await.ok();
        let cut: String = long.chars().take(255).collect();
        for wrong in [cut.clone(), format!("{cut}🐴")] {
            client
                .sign_in("alice", &wrong)
                .await
                .fault("NotAuthorizedException", "Incorrect username or password.");
        }
    }

    async fn a_password_is_the_bytes_that_were_typed(lab: Lab) {
        let client = lab.pool().await.client().await;
        for (username, password, twin) in [
            ("nul", "Correct\0Horse-1", "Correct"),
            ("composed", "Café-au-lait-1", "Cafe\u{301}-au-lait-1"),
            ("fullwidth", "Correct-Horse-1Ａ", "Correct-Horse-1A"),
        ] {
            client.sign_up(username, password, json!({})).await.ok();
            client
                .pool
                .call("AdminConfirmSignUp", json!({ "Username": username }))
                .await
                .ok();
            client.sign_in(username, password).await.ok();
            let reply = client.sign_in(username, twin).await;
            reply.fault("NotAuthorizedException", "Incorrect username or password.");
        }
    }

    async fn a_megabyte_of_password_is_refused_by_the_constraint(lab: Lab) {
        let client = lab.pool().await.client().await;
        let reply = client.sign_up("alice", &"Aa1!".repeat(16_000), json!({})).await;
        reply.fault(
            "InvalidParameterException",
            "1 validation error detected: Value at 'password' failed to satisfy constraint: \
             Member must have length less than or equal to 256",
        );
        assert_eq!(
            client.sign_up("alice", &"Aa1!".repeat(262_144), json!({})).await.status,
            413
        );
    }

    async fn every_constraint_that_is_violated_is_named(lab: Lab) {
        let client = lab.pool().await.client().await;
        let password = [
            "Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6",
            "Value at 'password' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: ^[\\S]+.*[\\S]+$",
        ];
        let username = [
            "Value at 'username' failed to satisfy constraint: Member must have length greater than or equal to 1",
            "Value at 'username' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
        ];
        let client_id = [
            "Value at 'clientId' failed to satisfy constraint: Member must have length greater than or equal to 1",
            "Value at 'clientId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+]+",
        ];
        for (input, expected) in [
            (json!({ "Username": "alice", "Password": "" }), password.to_vec()),
            (json!({ "Username": "alice", "Password": "p" }), password.to_vec()),
            (json!({ "Username": "", "Password": PASSWORD }), username.to_vec()),
            (
                json!({ "ClientId": "", "Username": "alice", "Password": PASSWORD }),
                client_id.to_vec(),
            ),
            (
                json!({ "Username": "alice", "Password": " padded-1A " }),
                password[1..].to_vec(),
            ),
            (
                json!({ "ClientId": "", "Username": "", "Password": "p" }),
                [client_id, password, username].concat(),
            ),
        ] {
            let (name, message) = client.call("SignUp", input).await.error();
            assert_eq!(name, "InvalidParameterException");
            let errors = if expected.len() == 1 { "error" } else { "errors" };
            assert!(
                message.starts_with(&format!("{} validation {errors} detected: ", expected.len())),
                "{message}"
            );
            assert_eq!(violations(&message), expected);
        }
        client.call("SignUp", json!({ "Username": "alice" })).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value null at 'password' failed to satisfy constraint: \
             Member must not be null",
        );
        let hash = json!({ "Username": "alice", "Password": PASSWORD, "SecretHash": "not base 64" });
        client.call("SignUp", hash).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value at 'secretHash' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\w+=/]+",
        );
    }

    async fn a_client_with_a_secret_proves_it_on_every_operation_of_a_sign_up(lab: Lab) {
        let pool = verifying_client(&lab, json!({})).await.pool;
        let client = pool.client_with(json!({ "GenerateSecret": true })).await;
        let other = pool.client_with(json!({ "GenerateSecret": true })).await;
        let missing = format!(
            "Client {} is configured with secret but SECRET_HASH was not received",
            client.id
        );
        let wrong = format!("Unable to verify secret hash for client {}", client.id);
        for (operation, more) in [
            ("SignUp", json!({ "Password": PASSWORD })),
            ("ConfirmSignUp", json!({ "ConfirmationCode": "123456" })),
            ("ResendConfirmationCode", json!({})),
        ] {
            let call = async |hash: Option<String>| {
                let mut input = more.clone();
                input["Username"] = "alice".into();
                if let Some(hash) = hash {
                    input["SecretHash"] = hash.into();
                }
                client.call(operation, input).await
            };
            call(None).await.fault("NotAuthorizedException", &missing);
            for hash in [
                client.secret_hash("Alice"),
                other.secret_hash("alice"),
                Some("d3Jvbmc=".to_owned()),
            ] {
                call(hash).await.fault("NotAuthorizedException", &wrong);
            }
        }
        client.sign_up("alice", PASSWORD, json!({ "email": ALICE })).await.ok();
        client.resend_code("alice").await.ok();
        let code = lab.mailbox.code_for(ALICE).await;
        client.confirm_sign_up("alice", &code).await.ok();
        assert_eq!(status(&client, "alice").await, "CONFIRMED");

        let public = pool.client().await;
        let input = json!({ "Username": "bob", "Password": PASSWORD, "SecretHash": client.secret_hash("bob") });
        public.call("SignUp", input).await.fault(
            "NotAuthorizedException",
            &format!("Unable to verify secret hash for client {}", public.id),
        );
    }
}
