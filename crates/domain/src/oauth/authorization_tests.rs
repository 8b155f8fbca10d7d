use poolhouse_model::{UserPoolClientType, UserPoolTierType, UserPoolType};

use super::*;
use crate::domains::Domains;
use crate::oauth::{AttributeScopes, M2mScopes, machine_scopes};
use crate::pools::Factors;
use crate::user_sessions::SessionTracking;

const CALLBACK: &str = "https://app.example.com/cb?tenant=a";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn pool(tier: UserPoolTierType) -> Pool {
    Pool {
        settings: UserPoolType {
            id: Some("us-east-1_AbC123xYz".into()),
            user_pool_tier: Some(tier),
            ..UserPoolType::default()
        },
        factors: Factors::default(),
        sessions: SessionTracking::default(),
        domains: Domains::default(),
        account_id: "000000000000".into(),
        version: 1,
    }
}

fn client(flows: &[OAuthFlowType]) -> Client {
    let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
    Client {
        settings: UserPoolClientType {
            client_id: Some("client".into()),
            callback_urls: texts(&[CALLBACK, "myapp://cb"]),
            allowed_oauth_flows: Some(flows.to_vec()),
            allowed_oauth_scopes: texts(&["email", "openid", "profile", "api/read"]),
            allowed_oauth_flows_user_pool_client: Some(true),
            ..UserPoolClientType::default()
        },
        secrets: Vec::new(),
        sso_session: None,
        version: 1,
    }
}

fn check(query: &str) -> Result<Authorization, Refusal> {
    let pool = pool(UserPoolTierType::Essentials);
    let client = client(&[OAuthFlowType::Code]);
    Authorization::check(
        &pool,
        &client,
        &["api/read".to_owned()],
        CALLBACK.to_owned(),
        &Parameters::parse(query),
    )
}

fn error(query: &str) -> &'static str {
    check(query).unwrap_err().error
}

#[test]
fn only_the_registered_address_is_answered() {
    let client = client(&[OAuthFlowType::Code]);
    let uri = |query: &str| Authorization::redirect_uri(&client, &Parameters::parse(query));
    let encoded = |address: &str| url::form_urlencoded::byte_serialize(address.as_bytes()).collect::<String>();
    assert_eq!(uri(&format!("redirect_uri={}", encoded(CALLBACK))).unwrap(), CALLBACK);
    assert_eq!(uri("").unwrap_err(), PageError::ParametersMissing);
    for other in [
        "https://app.example.com/cb",
        "https://app.example.com/cb?tenant=a&x=y",
        "https://app.example.com/cb?tenant=a#f",
        "https://app.example.com/CB?tenant=a",
        "https://app.example.com:443/cb?tenant=a",
        "http://app.example.com/cb?tenant=a",
        "https://app.example.com@evil.example/cb?tenant=a",
        "https://app.example.com.evil.example/cb?tenant=a",
        "https://app.example.com/./cb?tenant=a",
        "https://app.example.com/%63b?tenant=a",
        "https://app.example.com\\cb?tenant=a",
        " https://app.example.com/cb?tenant=a",
        "https://app.example.com/cb?tenant=a\n",
        "javascript:alert(1)",
        "myapp://cb/",
    ] {
        let query = format!("redirect_uri={}", encoded(other));
        assert_eq!(uri(&query).unwrap_err(), PageError::RedirectMismatch, "{other}");
    }
    let twice = format!("redirect_uri={}&redirect_uri=myapp://cb", encoded(CALLBACK));
    assert_eq!(uri(&twice).unwrap_err(), PageError::RedirectMismatch);
}

#[test]
fn without_an_address_the_clients_default_is_answered() {
    let mut client = client(&[OAuthFlowType::Code]);
    client.settings.default_redirect_uri = Some("myapp://cb".into());
    let uri = Authorization::redirect_uri(&client, &Parameters::default());
    assert_eq!(uri.unwrap(), "myapp://cb");
}

#[test]
fn a_request_in_order_is_read_whole() {
    let query = format!(
        "client_id=client&response_type=code&scope=openid+api/read+openid&state=s%26t&nonce=n&max_age=60\
         &code_challenge={CHALLENGE}&code_challenge_method=S256&resource=https://api.example.com&prompt=login+consent\
         &acr_values=urn:cognito:loa:3+other"
    );
    let authorization = check(&query).unwrap();
    assert_eq!(authorization.response_type, ResponseType::Code);
    assert_eq!(authorization.grant.scopes.join(" "), "openid api/read");
    assert_eq!(authorization.state.as_deref(), Some("s&t"));
    assert_eq!(authorization.grant.nonce.as_deref(), Some("n"));
    assert_eq!(authorization.max_age, Some(60));
    assert_eq!(authorization.code_challenge.as_deref(), Some(CHALLENGE));
    assert_eq!(authorization.grant.resource.as_deref(), Some("https://api.example.com"));
    assert!(authorization.prompt.login && !authorization.prompt.none);
    assert_eq!(authorization.levels, [Level::Three]);
}

#[test]
fn faults_are_told_in_cognitos_order() {
    let pkce = |query: &str| format!("response_type=code&{query}");
    for query in [
        String::new(),
        "response_type=id_token".into(),
        "response_type=code&response_type=code".into(),
        pkce("state=a&state=b"),
        pkce(&format!("code_challenge={CHALLENGE}")),
        pkce("code_challenge_method=S256"),
        pkce(&format!("code_challenge={CHALLENGE}&code_challenge_method=plain")),
        pkce("code_challenge=short&code_challenge_method=S256"),
        pkce("resource=http://api.example.com"),
        pkce("resource=https://api.example.com%23f"),
        pkce("prompt=none+login"),
        pkce("prompt=whatever"),
        pkce("max_age=soon"),
        // A malformed request is told before a flow that isn't allowed, and that before its scope.
        "response_type=token&prompt=whatever&scope=nothing".into(),
    ] {
        assert_eq!(error(&query), "invalid_request", "{query}");
        assert_eq!(check(&query).unwrap_err().description, None, "{query}");
    }
    assert_eq!(error("response_type=token&scope=nothing"), "unauthorized_client");
    for scope in ["nothing", "openid+phone", "email", "openid+api/write"] {
        let refusal = check(&format!("response_type=code&scope={scope}")).unwrap_err();
        assert_eq!(refusal, Refusal::invalid_scope(), "{scope}");
    }
}

#[test]
fn without_scopes_all_of_the_clients_are_granted() {
    let all = check("response_type=code").unwrap().grant;
    assert_eq!(all.scopes.join(" "), "email openid profile api/read");
    assert_eq!(check("response_type=code&scope=+").unwrap().grant, all);
}

#[test]
fn scopes_of_deleted_resource_servers_are_gone() {
    let client = client(&[OAuthFlowType::Code]);
    assert_eq!(
        granted_scopes(&client, &[], None).unwrap(),
        ["email", "openid", "profile"]
    );
    assert!(granted_scopes(&client, &[], Some("openid api/read")).is_err());
    let mut grant = check("response_type=code").unwrap().grant;
    grant.forget_deleted(&[]);
    assert_eq!(grant.scopes.join(" "), "email openid profile");
}

#[test]
fn the_lite_plan_knows_no_levels_and_no_age() {
    let query = Parameters::parse("response_type=code&max_age=soon&acr_values=urn:cognito:loa:1");
    let client = client(&[OAuthFlowType::Code]);
    let authorization =
        Authorization::check(&pool(UserPoolTierType::Lite), &client, &[], CALLBACK.to_owned(), &query).unwrap();
    assert_eq!((authorization.max_age, authorization.levels), (None, vec![]));
}

#[test]
fn answers_stand_in_the_query_or_in_the_fragment() {
    let location = |uri, kind| Authorization::location(uri, kind, &[("code", "a b"), ("state", "&")]);
    assert_eq!(
        location("myapp://cb", ResponseType::Code),
        "myapp://cb?code=a+b&state=%26"
    );
    assert_eq!(
        location(CALLBACK, ResponseType::Code),
        "https://app.example.com/cb?tenant=a&code=a+b&state=%26"
    );
    assert_eq!(
        location(CALLBACK, ResponseType::Token),
        "https://app.example.com/cb?tenant=a#code=a+b&state=%26"
    );
}

#[test]
fn machines_get_scopes_that_exist_and_are_theirs() {
    let machine = client(&[OAuthFlowType::ClientCredentials]);
    let existing = ["api/read".to_owned(), "api/write".to_owned()];
    let scopes = |requested| machine_scopes(&machine, &existing, requested);
    let read = || M2mScopes::Granted(vec!["api/read".into()]);
    assert_eq!(scopes(None), read());
    assert_eq!(scopes(Some(" ")), read());
    assert_eq!(scopes(Some("api/read api/read")), read());
    assert_eq!(scopes(Some("api/write")), M2mScopes::NotAllowed);
    assert_eq!(scopes(Some("api/read api/none")), M2mScopes::Unknown);
    assert_eq!(scopes(Some("openid")), M2mScopes::Unknown);
}

#[test]
fn scopes_show_their_attributes_and_no_others() {
    let attributes = crate::testing::attributes([
        ("sub", "1"),
        ("email", "a@example.com"),
        ("email_verified", "true"),
        ("phone_number", "+1"),
        ("name", "Alice"),
        ("custom:team", "blue"),
    ]);
    let shown = |scopes: &[&str]| {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let shown = AttributeScopes::of(&scopes).select(&attributes);
        shown.names().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(shown(&["openid"]).len(), 6);
    assert_eq!(shown(&["openid", "email"]), ["email", "email_verified", "sub"]);
    assert_eq!(shown(&["openid", "phone"]), ["phone_number", "sub"]);
    assert_eq!(shown(&["openid", "profile"]), ["custom:team", "name", "sub"]);
}

#[test]
fn both_halves_of_a_contact_must_be_readable() {
    let scopes = AttributeScopes::of(&["openid".to_owned(), "email".to_owned()]);
    assert!(scopes.are_readable(|_| true));
    assert!(scopes.are_readable(|name| name.starts_with("email")));
    assert!(!scopes.are_readable(|name| name == "email"));
    assert!(AttributeScopes::of(&["openid".to_owned()]).are_readable(|_| false));
}
