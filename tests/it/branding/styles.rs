//! CreateManagedLoginBranding, DescribeManagedLoginBranding, DescribeManagedLoginBrandingByClient,
//! UpdateManagedLoginBranding and DeleteManagedLoginBranding.

use http::StatusCode;
use poolhouse_tests::clock::minutes;
use poolhouse_tests::lab::api_request;
use poolhouse_tests::scenario;
use serde_json::json;

use super::style;

const SOURCE: &str = "useCognitoProvidedValues or settings should be specified (but not both)";
const UNKNOWN: &str = "6c1c0b6a-31d5-4f3c-8f0e-6f0a3a0d5a11";

scenario! {
    async fn a_style_is_told_as_it_was_made(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let settings = json!({ "components": { "form": { "borderRadius": 4.5 } } });
        let input = json!({ "ClientId": client.id, "Settings": settings });
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        let (id, now) = (created["ManagedLoginBrandingId"].clone(), created["CreationDate"].clone());
        assert!(now.is_number());
        assert_eq!(created, json!({
            "ManagedLoginBrandingId": id, "UserPoolId": pool.id, "UseCognitoProvidedValues": false,
            "Settings": settings, "Assets": [], "CreationDate": now, "LastModifiedDate": now
        }));
        let by_id = json!({ "ManagedLoginBrandingId": id });
        assert_eq!(style(&pool, "DescribeManagedLoginBranding", by_id).await, created);
        let upper = json!({ "ManagedLoginBrandingId": id.as_str().unwrap().to_uppercase() });
        assert_eq!(style(&pool, "DescribeManagedLoginBranding", upper).await, created);
        let by_client = json!({ "ClientId": client.id });
        assert_eq!(style(&pool, "DescribeManagedLoginBrandingByClient", by_client).await, created);
    }

    async fn default_values_are_told_when_they_are_asked_for(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let input = json!({ "ClientId": client.id, "UseCognitoProvidedValues": true });
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        assert_eq!(created["UseCognitoProvidedValues"], true);
        assert_eq!((created.get("Settings"), &created["Assets"]), (None, &json!([])));
        let id = &created["ManagedLoginBrandingId"];
        let dark = json!({ "categories": { "global": { "colorSchemeMode": "DARK" } } });
        let update = json!({ "ManagedLoginBrandingId": id, "Settings": dark });
        style(&pool, "UpdateManagedLoginBranding", update).await;
        let merged = |merged: bool| json!({ "ManagedLoginBrandingId": id, "ReturnMergedResources": merged });
        let plain = style(&pool, "DescribeManagedLoginBranding", merged(false)).await;
        assert_eq!(plain["Settings"], dark);
        let whole = style(&pool, "DescribeManagedLoginBranding", merged(true)).await;
        assert_eq!(whole["Settings"]["categories"]["global"], json!({
            "colorSchemeMode": "DARK", "spacingDensity": "REGULAR",
            "pageHeader": { "enabled": false }, "pageFooter": { "enabled": false }
        }));
        assert_eq!(whole["Settings"]["components"]["pageBackground"]["lightMode"]["color"], "f3f4f8ff");
        let by_client = json!({ "ClientId": client.id, "ReturnMergedResources": true });
        assert_eq!(style(&pool, "DescribeManagedLoginBrandingByClient", by_client).await, whole);
    }

    async fn an_update_changes_what_it_names(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let form = json!({ "components": { "form": { "borderRadius": 4, "lightMode": { "borderColor": "ffffffff" } } } });
        let input = json!({ "ClientId": client.id, "Settings": form });
        let mut expected = style(&pool, "CreateManagedLoginBranding", input).await;
        lab.clock.advance(minutes(1));
        let id = expected["ManagedLoginBrandingId"].clone();
        let change = json!({ "components": { "form": { "borderRadius": 8 }, "alert": { "borderRadius": 1 } } });
        let input = json!({ "ManagedLoginBrandingId": id, "Settings": change, "UseCognitoProvidedValues": false });
        let updated = style(&pool, "UpdateManagedLoginBranding", input).await;
        assert_ne!(updated["LastModifiedDate"], expected["LastModifiedDate"]);
        expected["LastModifiedDate"] = updated["LastModifiedDate"].clone();
        expected["Settings"] = json!({ "components": {
            "form": { "borderRadius": 8, "lightMode": { "borderColor": "ffffffff" } }, "alert": { "borderRadius": 1 }
        } });
        assert_eq!(updated, expected);
        let input = json!({ "ManagedLoginBrandingId": id, "UseCognitoProvidedValues": true });
        let reset = style(&pool, "UpdateManagedLoginBranding", input).await;
        assert_eq!((reset.get("Settings"), &reset["UseCognitoProvidedValues"]), (None, &json!(true)));
    }

    async fn a_style_has_exactly_one_source(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let sources = [
            json!({}),
            json!({ "UseCognitoProvidedValues": false }),
            json!({ "Assets": [] }),
            json!({ "UseCognitoProvidedValues": true, "Settings": { "components": {} } }),
        ];
        for mut input in sources.clone() {
            input["ClientId"] = json!(client.id);
            pool.call("CreateManagedLoginBranding", input).await.fault("InvalidParameterException", SOURCE);
        }
        let input = json!({ "ClientId": client.id, "Settings": {} });
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        for mut input in sources {
            input["ManagedLoginBrandingId"] = created["ManagedLoginBrandingId"].clone();
            pool.call("UpdateManagedLoginBranding", input).await.fault("InvalidParameterException", SOURCE);
        }
    }

    async fn settings_that_pages_cannot_follow_are_refused(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        for (settings, message) in [
            (json!({ "script": "alert(1)" }), "Settings.script is not a setting."),
            (
                json!({ "components": { "pageBackground": { "darkMode": { "color": "red;background:url(//x)" } } } }),
                "Settings.components.pageBackground.darkMode.color is not a color.",
            ),
            (
                json!({ "categories": { "global": { "pageHeader": { "enabled": "yes" } } } }),
                "Settings.categories.global.pageHeader.enabled is of the wrong type.",
            ),
            (
                json!({ "componentClasses": { "buttons": { "borderRadius": 1e300 } } }),
                "Settings.componentClasses.buttons.borderRadius must be between 0 and 100.",
            ),
        ] {
            let input = json!({ "ClientId": client.id, "Settings": settings });
            pool.call("CreateManagedLoginBranding", input).await.fault("InvalidParameterException", message);
        }
        let nul = json!({ "components": { "idpButton": { "custom": { "a": "\0" } } } });
        pool.call("CreateManagedLoginBranding", json!({ "ClientId": client.id, "Settings": nul })).await
            .fault("InvalidParameterException", "Text with a NUL character cannot be stored.");
    }

    async fn settings_that_are_no_document_fail_as_they_do_on_aws(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        for settings in [json!("{}"), json!([]), json!(1), json!(true)] {
            let input = json!({ "UserPoolId": pool.id, "ClientId": client.id, "Settings": settings });
            let mut request = api_request("CreateManagedLoginBranding", &input);
            let authorization = format!(
                "AWS4-HMAC-SHA256 Credential={}/20270115/us-east-1/cognito-idp/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature=0000",
                lab.account_id()
            );
            request.headers_mut().insert("authorization", authorization.parse().unwrap());
            let reply = lab.send(request).await;
            assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{settings}");
            assert_eq!(reply.error(), ("InternalErrorException".to_owned(), String::new()));
        }
    }

    async fn a_client_has_one_style(lab: Lab) {
        let pool = lab.pool().await;
        let (client, other) = (pool.client().await, pool.client().await);
        let create = |id: &str| {
            let input = json!({ "ClientId": id, "UseCognitoProvidedValues": true });
            let pool = pool.clone();
            tokio::spawn(async move { pool.call("CreateManagedLoginBranding", input).await })
        };
        let (one, two) = tokio::join!(create(&client.id), create(&client.id));
        let mut replies = [one.unwrap(), two.unwrap()];
        replies.sort_by_key(|reply| reply.status);
        let winner = replies[0].ok();
        let message = format!("A ManagedLoginBranding already exists for client {}", client.id);
        replies[1].fault("ManagedLoginBrandingExistsException", &message);
        let by_client = json!({ "ClientId": client.id });
        assert_eq!(pool.call("DescribeManagedLoginBrandingByClient", by_client).await.ok(), winner);
        create(&other.id).await.unwrap().ok();
    }

    async fn two_who_change_a_style_both_succeed(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let input = json!({ "ClientId": client.id, "Settings": {} });
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        let update = |settings: serde_json::Value| {
            let input = json!({ "ManagedLoginBrandingId": created["ManagedLoginBrandingId"], "Settings": settings });
            let pool = pool.clone();
            tokio::spawn(async move { pool.call("UpdateManagedLoginBranding", input).await })
        };
        let (form, alert) = (json!({ "form": { "borderRadius": 1 } }), json!({ "alert": { "borderRadius": 2 } }));
        let (one, two) = tokio::join!(update(json!({ "components": form })), update(json!({ "components": alert })));
        one.unwrap().ok();
        two.unwrap().ok();
        let stored = style(&pool, "DescribeManagedLoginBrandingByClient", json!({ "ClientId": client.id })).await;
        assert_eq!(stored["Settings"]["components"], json!({
            "form": { "borderRadius": 1 }, "alert": { "borderRadius": 2 }
        }));
    }

    async fn what_is_unknown_or_of_another_pool_is_not_found(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        let (client, foreign) = (pool.client().await, other.client().await);
        let input = json!({ "ClientId": client.id, "UseCognitoProvidedValues": true });
        let of_client = format!("ManagedLoginBranding for client {} does not exist.", client.id);
        pool.call("DescribeManagedLoginBrandingByClient", json!({ "ClientId": client.id })).await
            .fault("ResourceNotFoundException", &of_client);
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        for (pool, id) in [(&pool, &json!(UNKNOWN)), (&other, &created["ManagedLoginBrandingId"])] {
            let input = json!({ "ManagedLoginBrandingId": id, "Settings": {} });
            for operation in
                ["DescribeManagedLoginBranding", "UpdateManagedLoginBranding", "DeleteManagedLoginBranding"]
            {
                pool.call(operation, input.clone()).await
                    .fault("ResourceNotFoundException", "ManagedLoginBranding does not exist.");
            }
        }
        let message = format!("User pool client {} does not exist.", foreign.id);
        let input = json!({ "ClientId": foreign.id, "UseCognitoProvidedValues": true });
        for operation in ["CreateManagedLoginBranding", "DescribeManagedLoginBrandingByClient"] {
            pool.call(operation, input.clone()).await.fault("ResourceNotFoundException", &message);
        }
        let nowhere = json!({ "UserPoolId": "us-east-1_nowhere", "ManagedLoginBrandingId": UNKNOWN });
        lab.admin().call("UpdateManagedLoginBranding", nowhere).await
            .fault("ResourceNotFoundException", "User pool us-east-1_nowhere does not exist.");
        lab.admin().call("UpdateManagedLoginBranding", json!({ "ManagedLoginBrandingId": UNKNOWN })).await
            .fault("InvalidParameterException", "Missing required parameter UserPoolId");
        pool.call("UpdateManagedLoginBranding", json!({})).await
            .fault("InvalidParameterException", "Missing required parameter ManagedLoginBrandingId");
        pool.call("DescribeManagedLoginBranding", json!({ "ManagedLoginBrandingId": "x" })).await.fault(
            "InvalidParameterException",
            "1 validation error detected: Value 'x' at 'managedLoginBrandingId' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: \
             ^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[4][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
        );
    }

    async fn a_style_goes_when_it_or_its_client_is_deleted(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let create = json!({ "ClientId": client.id, "UseCognitoProvidedValues": true });
        let first = style(&pool, "CreateManagedLoginBranding", create.clone()).await;
        let id = json!({ "ManagedLoginBrandingId": first["ManagedLoginBrandingId"] });
        let reply = pool.call("DeleteManagedLoginBranding", id.clone()).await;
        assert!(reply.status.is_success() && reply.body.is_empty(), "{reply:?}");
        pool.call("DeleteManagedLoginBranding", id).await
            .fault("ResourceNotFoundException", "ManagedLoginBranding does not exist.");
        let second = style(&pool, "CreateManagedLoginBranding", create).await;
        pool.call("DeleteUserPoolClient", json!({ "ClientId": client.id })).await.ok();
        let id = json!({ "ManagedLoginBrandingId": second["ManagedLoginBrandingId"] });
        pool.call("DescribeManagedLoginBranding", id).await
            .fault("ResourceNotFoundException", "ManagedLoginBranding does not exist.");
    }

    async fn the_plan_must_have_managed_login(lab: Lab) {
        let pool = lab.pool_with(json!({ "UserPoolTier": "LITE" })).await;
        let client = pool.client().await;
        pool.call("CreateManagedLoginBranding", json!({ "ClientId": client.id, "Settings": {} })).await.fault(
            "OperationNotEnabledException",
            "Managed login branding is not available in the feature plan of the user pool.",
        );
    }
}
