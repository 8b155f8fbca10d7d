//! Nobody reaches into a pool that is not theirs: every operation that names a pool is called for one of another
//! account and region, and with an app client, a user, a group, a session and tokens of another pool.

use std::collections::BTreeSet;

use poolhouse_awsjson::shape::Kind;
use poolhouse_model::OPERATIONS;
use poolhouse_tests::actors::{Client, PASSWORD, SignedIn};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

const UNWRITTEN: &str = include_str!("../../../crates/api/src/not_yet.rs");

const NO_USER: (&str, &str) = ("UserNotFoundException", "User does not exist.");
const NO_GROUP: (&str, &str) = ("ResourceNotFoundException", "Group not found.");
const NO_SERVER: (&str, &str) = ("ResourceNotFoundException", "Resource server photos does not exist.");
const NO_DOMAIN: (&str, &str) = ("InvalidParameterException", "No such domain or user pool exists.");
const NO_SESSION: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");
const NO_REFRESH: (&str, &str) = ("NotAuthorizedException", "Invalid Refresh Token");

/// A pool with an app client that has a secret, a group, and Alice, who is signed in.
struct Tenant {
    client: Client,
    alice: SignedIn,
}

impl Tenant {
    async fn new(lab: &Lab) -> Self {
        let client = lab.pool().await.client_with(json!({ "GenerateSecret": true })).await;
        client
            .pool
            .call("CreateGroup", json!({ "GroupName": "staff" }))
            .await
            .ok();
        let server = json!({ "Identifier": "photos", "Name": "Photos" });
        client.pool.call("CreateResourceServer", server).await.ok();
        let alice = client.confirmed_user("alice").await.sign_in().await;
        let membership = json!({ "GroupName": "staff", "Username": "alice" });
        client.pool.call("AdminAddUserToGroup", membership).await.ok();
        Self { client, alice }
    }

    /// The session of an unfinished sign-in of `username`, who is new.
    async fn session(&self, username: &str) -> String {
        let user = json!({ "Username": username, "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
        self.client.pool.call("AdminCreateUser", user).await.ok();
        let answer = self.client.sign_in(username, PASSWORD).await.ok();
        answer["Session"].as_str().unwrap().to_owned()
    }

    /// A valid input, but for the pool, of every operation that names one.
    fn inputs(&self) -> Vec<(&'static str, Value)> {
        let user = json!({ "Username": "alice" });
        let client = json!({ "ClientId": self.client.id });
        let group = json!({ "GroupName": "staff" });
        let member = json!({ "GroupName": "staff", "Username": "alice" });
        let device = json!({ "Username": "alice", "DeviceKey": "us-east-1_0f1e2d3c" });
        let server = json!({ "Identifier": "photos", "Name": "Photos" });
        let domain = json!({ "Domain": "mallory" });
        let uuid = "11111111-2222-4333-8444-555555555555";
        let style = json!({ "ManagedLoginBrandingId": uuid });
        let terms = json!({ "TermsId": uuid });
        let document = json!({
            "TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE",
            "Links": { "cognito:default": "https://example.com/terms" }
        });
        let attributes = json!([{ "Name": "role", "AttributeDataType": "String" }]);
        let password =
            json!({ "USERNAME": "alice", "PASSWORD": PASSWORD, "SECRET_HASH": self.client.secret_hash("alice") });
        let with = |base: &Value, members: Value| poolhouse_tests::actors::merge(base.clone(), members);
        vec![
            ("AddCustomAttributes", json!({ "CustomAttributes": attributes })),
            ("AddUserPoolClientSecret", client.clone()),
            ("AdminAddUserToGroup", member.clone()),
            ("AdminConfirmSignUp", user.clone()),
            ("AdminCreateUser", json!({ "Username": "mallory" })),
            ("AdminDeleteSoftwareToken", user.clone()),
            ("AdminDeleteUser", user.clone()),
            (
                "AdminDeleteUserAttributes",
                with(&user, json!({ "UserAttributeNames": ["name"] })),
            ),
            ("AdminDisableUser", user.clone()),
            ("AdminEnableUser", user.clone()),
            ("AdminForgetDevice", device.clone()),
            ("AdminGetDevice", device.clone()),
            ("AdminGetUser", user.clone()),
            ("AdminGetUserAuthFactors", user.clone()),
            (
                "AdminInitiateAuth",
                with(
                    &client,
                    json!({
                        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": password
                    }),
                ),
            ),
            ("AdminListDevices", user.clone()),
            ("AdminListGroupsForUser", user.clone()),
            ("AdminListUserSessions", user.clone()),
            ("AdminRemoveUserFromGroup", member),
            ("AdminResetUserPassword", user.clone()),
            (
                "AdminRespondToAuthChallenge",
                with(
                    &client,
                    json!({
                        "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s".repeat(20),
                        "ChallengeResponses": { "USERNAME": "alice", "NEW_PASSWORD": PASSWORD }
                    }),
                ),
            ),
            (
                "AdminRevokeUserSession",
                with(&user, json!({ "SessionId": format!("tkn{}", "a".repeat(25)) })),
            ),
            ("AdminSetUserMFAPreference", user.clone()),
            (
                "AdminSetUserPassword",
                with(&user, json!({ "Password": "Stolen-Horse-1", "Permanent": true })),
            ),
            ("AdminSetUserSettings", with(&user, json!({ "MFAOptions": [] }))),
            ("AdminUpdateDeviceStatus", device),
            (
                "AdminUpdateUserAttributes",
                with(
                    &user,
                    json!({
                        "UserAttributes": [{ "Name": "name", "Value": "Mallory" }]
                    }),
                ),
            ),
            ("AdminUserGlobalSignOut", user),
            ("CreateGroup", json!({ "GroupName": "mallory" })),
            (
                "CreateManagedLoginBranding",
                with(&client, json!({ "UseCognitoProvidedValues": true })),
            ),
            ("CreateResourceServer", server.clone()),
            ("CreateTerms", with(&client, document.clone())),
            ("CreateUserPoolClient", json!({ "ClientName": "mallory" })),
            ("CreateUserPoolDomain", domain.clone()),
            ("DeleteGroup", group.clone()),
            ("DeleteManagedLoginBranding", style.clone()),
            ("DeleteResourceServer", server.clone()),
            ("DeleteTerms", terms.clone()),
            ("DeleteUserPool", json!({})),
            ("DeleteUserPoolClient", client.clone()),
            (
                "DeleteUserPoolClientSecret",
                with(&client, json!({ "ClientSecretId": "x" })),
            ),
            ("DeleteUserPoolDomain", domain.clone()),
            ("DescribeManagedLoginBranding", style.clone()),
            ("DescribeManagedLoginBrandingByClient", client.clone()),
            ("DescribeResourceServer", server.clone()),
            ("DescribeTerms", terms.clone()),
            (
                "DescribeTermsByClient",
                with(&client, json!({ "TermsName": "terms-of-use" })),
            ),
            ("DescribeUserPool", json!({})),
            ("DescribeUserPoolClient", client.clone()),
            ("GetGroup", group.clone()),
            ("GetUICustomization", client.clone()),
            ("GetUserPoolClientSessionConfiguration", client.clone()),
            ("GetUserPoolMfaConfig", json!({})),
            ("GetUserPoolSessionConfiguration", json!({})),
            ("ListGroups", json!({})),
            ("ListResourceServers", json!({})),
            ("ListTerms", json!({})),
            ("ListUserPoolClientSecrets", client.clone()),
            ("ListUserPoolClients", json!({})),
            ("ListUsers", json!({})),
            ("ListUsersInGroup", group.clone()),
            ("SetUICustomization", client.clone()),
            (
                "SetUserPoolClientSessionConfiguration",
                with(&client, json!({ "SSOSession": { "MaxValidityMinutes": 5 } })),
            ),
            ("SetUserPoolMfaConfig", json!({ "MfaConfiguration": "OFF" })),
            (
                "SetUserPoolSessionConfiguration",
                json!({ "UserSessionTracking": "DISABLED", "TokenSession": { "MaxPerUser": 1 } }),
            ),
            ("UpdateGroup", group),
            ("UpdateManagedLoginBranding", style),
            ("UpdateResourceServer", server),
            ("UpdateTerms", with(&terms, document)),
            ("UpdateUserPool", json!({})),
            ("UpdateUserPoolClient", client),
            ("UpdateUserPoolDomain", domain),
        ]
    }

    /// Asserts that nobody changed anything here.
    async fn assert_untouched(&self) {
        assert_eq!(self.alice.get_user().await.ok()["Username"], "alice");
        self.alice.refresh().await.ok();
        self.alice.user.sign_in().await;
        let groups = self
            .client
            .pool
            .call("AdminListGroupsForUser", json!({ "Username": "alice" }))
            .await
            .ok();
        assert_eq!(groups["Groups"][0]["GroupName"], "staff");
        assert_eq!(self.client.pool.attribute("alice", "name").await, None);
        assert_eq!(
            self.client.pool.call("ListGroups", json!({})).await.ok()["Groups"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}

#[test]
fn every_operation_that_names_a_pool_is_tried() {
    let unwritten: BTreeSet<_> = UNWRITTEN
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .collect();
    let names_pool = |kind: &Kind| match kind {
        Kind::Structure(members) => members.iter().any(|member| member.name == "UserPoolId"),
        _ => false,
    };
    let written = OPERATIONS
        .iter()
        .filter(|operation| names_pool(&operation.input.kind) && !unwritten.contains(operation.name));
    let written: BTreeSet<_> = written.map(|operation| operation.name).collect();
    let tried: BTreeSet<_> = TRIED.into_iter().collect();
    assert!(written.len() > 30);
    assert_eq!(written, tried);
}

/// The operations of [`Tenant::inputs`].
const TRIED: [&str; 72] = [
    "AddCustomAttributes",
    "AddUserPoolClientSecret",
    "AdminAddUserToGroup",
    "AdminConfirmSignUp",
    "AdminCreateUser",
    "AdminDeleteSoftwareToken",
    "AdminDeleteUser",
    "AdminDeleteUserAttributes",
    "AdminDisableUser",
    "AdminEnableUser",
    "AdminForgetDevice",
    "AdminGetDevice",
    "AdminGetUser",
    "AdminGetUserAuthFactors",
    "AdminInitiateAuth",
    "AdminListDevices",
    "AdminListGroupsForUser",
    "AdminListUserSessions",
    "AdminRemoveUserFromGroup",
    "AdminResetUserPassword",
    "AdminRespondToAuthChallenge",
    "AdminRevokeUserSession",
    "AdminSetUserMFAPreference",
    "AdminSetUserPassword",
    "AdminSetUserSettings",
    "AdminUpdateDeviceStatus",
    "AdminUpdateUserAttributes",
    "AdminUserGlobalSignOut",
    "CreateGroup",
    "CreateManagedLoginBranding",
    "CreateResourceServer",
    "CreateTerms",
    "CreateUserPoolClient",
    "CreateUserPoolDomain",
    "DeleteGroup",
    "DeleteManagedLoginBranding",
    "DeleteResourceServer",
    "DeleteTerms",
    "DeleteUserPool",
    "DeleteUserPoolClient",
    "DeleteUserPoolClientSecret",
    "DeleteUserPoolDomain",
    "DescribeManagedLoginBranding",
    "DescribeManagedLoginBrandingByClient",
    "DescribeResourceServer",
    "DescribeTerms",
    "DescribeTermsByClient",
    "DescribeUserPool",
    "DescribeUserPoolClient",
    "GetGroup",
    "GetUICustomization",
    "GetUserPoolClientSessionConfiguration",
    "GetUserPoolMfaConfig",
    "GetUserPoolSessionConfiguration",
    "ListGroups",
    "ListResourceServers",
    "ListTerms",
    "ListUserPoolClientSecrets",
    "ListUserPoolClients",
    "ListUsers",
    "ListUsersInGroup",
    "SetUICustomization",
    "SetUserPoolClientSessionConfiguration",
    "SetUserPoolMfaConfig",
    "SetUserPoolSessionConfiguration",
    "UpdateGroup",
    "UpdateManagedLoginBranding",
    "UpdateResourceServer",
    "UpdateTerms",
    "UpdateUserPool",
    "UpdateUserPoolClient",
    "UpdateUserPoolDomain",
];

scenario! {
    async fn a_pool_of_another_account_or_region_does_not_exist(lab: Lab) {
        let tenant = Tenant::new(&lab).await;
        let id = &tenant.client.pool.id;
        let message = format!("User pool {id} does not exist.");
        assert_eq!(tenant.inputs().iter().map(|(operation, _)| *operation).collect::<Vec<_>>(), TRIED);
        for stranger in [lab.admin().in_account("999999999999"), lab.admin().in_region("eu-west-1")] {
            for (operation, mut input) in tenant.inputs() {
                input["UserPoolId"] = id.as_str().into();
                stranger.call(operation, input).await.fault("ResourceNotFoundException", &message);
            }
            let listed = stranger.call("ListUserPools", json!({ "MaxResults": 60 })).await.ok();
            assert_eq!(listed, json!({ "UserPools": [] }));
        }
        tenant.assert_untouched().await;
    }

    async fn administrators_of_one_pool_reach_nothing_of_another(lab: Lab) {
        let tenant = Tenant::new(&lab).await;
        let mine = lab.pool().await;
        let no_client = format!("User pool client {} does not exist.", tenant.client.id);
        let no_client = ("ResourceNotFoundException", no_client.as_str());
        for (operation, mut input) in tenant.inputs() {
            if operation == "AdminCreateUser" {
                input = json!({ "Username": "alice", "MessageAction": "RESEND" });
            }
            let named = |member: &str| input.get(member).is_some();
            let (name, message) = match operation {
                // These make something new, in the pool that they name.
                "CreateGroup" | "CreateResourceServer" | "CreateUserPoolClient" | "CreateUserPoolDomain" => continue,
                // The model of these knows no UserNotFoundException.
                "AdminGetDevice" | "AdminListDevices" => ("NotAuthorizedException", NO_USER.1),
                _ if named("ClientId") => no_client,
                _ if named("Username") => NO_USER,
                _ if named("GroupName") => NO_GROUP,
                _ if named("Identifier") => NO_SERVER,
                _ if named("Domain") => NO_DOMAIN,
                // These name nothing but the pool.
                _ => continue,
            };
            mine.call(operation, input).await.fault(name, message);
        }
        tenant.assert_untouched().await;
    }

    async fn users_and_groups_of_two_pools_do_not_meet(lab: Lab) {
        let tenant = Tenant::new(&lab).await;
        let mine = lab.pool().await.client().await;
        mine.confirmed_user("mallory").await;
        mine.pool.call("CreateGroup", json!({ "GroupName": "mine" })).await.ok();
        for operation in ["AdminAddUserToGroup", "AdminRemoveUserFromGroup"] {
            for (username, group, (name, message)) in [
                ("mallory", "staff", NO_GROUP),
                ("alice", "mine", NO_USER),
                (tenant.alice.user.sub.as_str(), "mine", NO_USER),
            ] {
                let input = json!({ "Username": username, "GroupName": group });
                mine.pool.call(operation, input).await.fault(name, message);
            }
        }
        tenant.assert_untouched().await;
    }

    async fn app_clients_of_one_pool_know_nobody_of_another(lab: Lab) {
        let tenant = Tenant::new(&lab).await;
        let mine = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await.client().await;
        let sub = tenant.alice.user.sub.as_str();
        for username in ["alice", sub] {
            mine.sign_in(username, PASSWORD).await.fault(NO_USER.0, NO_USER.1);
            mine.resend_code(username).await.fault("UserNotFoundException", "Username/client id combination not found.");
            mine.forgot_password(username).await
                .fault("UserNotFoundException", "Username/client id combination not found.");
            mine.confirm_sign_up(username, "123456").await
                .fault("UserNotFoundException", "Username/client id combination not found.");
            mine.confirm_forgot_password(username, "123456", "Stolen-Horse-1").await
                .fault("UserNotFoundException", "Username/client id combination not found.");
        }
        // The name is free here.
        mine.confirmed_user("alice").await;
        tenant.assert_untouched().await;
    }

    async fn tokens_and_sessions_of_one_pool_are_worth_nothing_in_another(lab: Lab) {
        let tenant = Tenant::new(&lab).await;
        let mine = lab.pool().await.client().await;
        mine.confirmed_user("alice").await;
        let refresh = json!({ "REFRESH_TOKEN": tenant.alice.tokens.refresh });
        for flow in ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"] {
            mine.call("InitiateAuth", json!({ "AuthFlow": flow, "AuthParameters": refresh })).await
                .fault(NO_REFRESH.0, NO_REFRESH.1);
            let input = json!({ "ClientId": mine.id, "AuthFlow": flow, "AuthParameters": refresh });
            mine.pool.call("AdminInitiateAuth", input).await.fault(NO_REFRESH.0, NO_REFRESH.1);
        }
        let token = json!({ "RefreshToken": tenant.alice.tokens.refresh });
        mine.call("GetTokensFromRefreshToken", token).await.fault(NO_REFRESH.0, NO_REFRESH.1);
        let reply = mine.call("RevokeToken", json!({ "Token": tenant.alice.tokens.refresh })).await;
        assert!(reply.status.is_client_error(), "{reply:?}");

        let session = tenant.session("bob").await;
        let user = json!({ "Username": "bob", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
        mine.pool.call("AdminCreateUser", user).await.ok();
        let responses = json!({ "USERNAME": "bob", "NEW_PASSWORD": "Stolen-Horse-1" });
        mine.respond("NEW_PASSWORD_REQUIRED", &session, responses.clone()).await.fault(NO_SESSION.0, NO_SESSION.1);
        let input = json!({
            "ClientId": mine.id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session, "ChallengeResponses": responses
        });
        mine.pool.call("AdminRespondToAuthChallenge", input).await.fault(NO_SESSION.0, NO_SESSION.1);
        // The session is still good where it belongs.
        tenant.client.respond("NEW_PASSWORD_REQUIRED", &session, json!({ "USERNAME": "bob", "NEW_PASSWORD": "Own-Horse-1!" }))
            .await.ok();
        tenant.assert_untouched().await;
    }
}
