//! ListWebAuthnCredentials and DeleteWebAuthnCredential.

use std::time::Duration;

use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{alice, credentials, register, registered};

const NOT_FOUND: (&str, &str) = ("ResourceNotFoundException", "Passkey does not exist.");

scenario! {
    async fn passkeys_are_listed_by_pages_the_oldest_first(lab: Lab) {
        let alice = alice(&lab).await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(registered(&alice).await.id());
            lab.clock.advance(Duration::from_secs(1));
        }
        let page = async |input: Value| alice.call("ListWebAuthnCredentials", input).await.ok();
        let listed = |page: &Value| -> Vec<String> {
            let credentials = page["Credentials"].as_array().unwrap();
            credentials.iter().map(|credential| credential["CredentialId"].as_str().unwrap().to_owned()).collect()
        };
        for input in [json!({}), json!({ "MaxResults": 0 }), json!({ "MaxResults": 3 }), json!({ "MaxResults": 20 })] {
            let all = page(input).await;
            assert_eq!(listed(&all), ids);
            assert_eq!(all.get("NextToken"), None);
        }
        let first = page(json!({ "MaxResults": 2 })).await;
        assert_eq!(listed(&first), ids[..2]);
        let rest = json!({ "MaxResults": 2, "NextToken": first["NextToken"] });
        // Deleting an entry of the page before moves nothing.
        alice.call("DeleteWebAuthnCredential", json!({ "CredentialId": ids[1] })).await.ok();
        let second = page(rest).await;
        assert_eq!(listed(&second), ids[2..]);
        assert_eq!(second.get("NextToken"), None);
    }

    async fn bad_pages_are_refused(lab: Lab) {
        let alice = alice(&lab).await;
        let bob = alice.user.client.confirmed_user("bob").await.sign_in().await;
        registered(&bob).await;
        registered(&bob).await;
        let first = bob.call("ListWebAuthnCredentials", json!({ "MaxResults": 1 })).await.ok();
        for token in [&first["NextToken"], &json!("nonsense")] {
            alice.call("ListWebAuthnCredentials", json!({ "NextToken": token })).await
                .fault("InvalidParameterException", "Invalid pagination token");
        }
        alice.call("ListWebAuthnCredentials", json!({ "MaxResults": 21 })).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value '21' at 'maxResults' failed to satisfy constraint: Member must have \
             value less than or equal to 20",
        );
    }

    async fn a_deleted_passkey_is_gone(lab: Lab) {
        let alice = alice(&lab).await;
        let (first, second) = (registered(&alice).await, registered(&alice).await);
        let delete = async |id: &str| alice.call("DeleteWebAuthnCredential", json!({ "CredentialId": id })).await;
        assert_eq!(delete(&first.id()).await.ok(), json!({}));
        delete(&first.id()).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        delete("").await.fault(NOT_FOUND.0, NOT_FOUND.1);
        let rest = credentials(&alice).await;
        assert_eq!(rest.as_array().unwrap().len(), 1);
        assert_eq!(rest[0]["CredentialId"], second.id());
        let mut again = first;
        register(&alice, &mut again).await.ok();
    }

    async fn nobody_reaches_the_passkeys_of_others(lab: Lab) {
        let alice = alice(&lab).await;
        let id = registered(&alice).await.id();
        let bob = alice.user.client.confirmed_user("bob").await.sign_in().await;
        let namesake = super::alice(&lab).await;
        for other in [&bob, &namesake] {
            assert_eq!(credentials(other).await, json!([]));
            other.call("DeleteWebAuthnCredential", json!({ "CredentialId": id })).await.fault(NOT_FOUND.0, NOT_FOUND.1);
        }
        assert_eq!(credentials(&alice).await[0]["CredentialId"], id);
    }

    async fn passkeys_go_with_their_user(lab: Lab) {
        let alice = alice(&lab).await;
        registered(&alice).await;
        alice.call("DeleteUser", json!({})).await.ok();
        let (pool, sub) = (&alice.user.client.pool.id, &alice.user.sub);
        assert_eq!(lab.world().store.passkeys().count(pool, sub).await.unwrap(), 0);
    }

    async fn a_token_that_is_none_is_refused(lab: Lab) {
        for (operation, members) in [
            ("StartWebAuthnRegistration", json!({ "AccessToken": "none" })),
            ("CompleteWebAuthnRegistration", json!({ "AccessToken": "none", "Credential": {} })),
            ("ListWebAuthnCredentials", json!({ "AccessToken": "none" })),
            ("DeleteWebAuthnCredential", json!({ "AccessToken": "none", "CredentialId": "id" })),
        ] {
            lab.call(operation, members).await.fault("NotAuthorizedException", "Invalid Access Token");
        }
    }
}
