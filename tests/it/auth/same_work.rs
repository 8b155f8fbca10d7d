//! Names of nobody cost what the names of users cost: computations of milliseconds, and statements of the database.

use poolhouse_tests::actors::{Client, PASSWORD, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::scenario;
use poolhouse_tests::srp::SrpClient;
use serde_json::{Value, json};

use super::INCORRECT;
use super::srp::{answer, challenge, proof};

const WRONG: &str = "Wrong-Horse-1";

/// How many names of each kind are tried: enough that caches, which last a second, are full for one of them.
const TRIES: usize = 10;

/// What a request took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Work {
    computations: u64,
    statements: u64,
}

impl Work {
    fn done(lab: &Lab) -> Self {
        Self {
            computations: lab.world().workers.taken_on(),
            statements: lab.world().store.db().statements(),
        }
    }

    /// What these requests took, one for each of the names. A cache may have to be filled beside one of them: the least
    /// counts.
    async fn of(lab: &Lab, names: &[String], request: impl AsyncFn(&str)) -> Self {
        let mut least: Option<Self> = None;
        for name in names {
            let before = Self::done(lab);
            request(name).await;
            let after = Self::done(lab);
            let work = Self {
                computations: after.computations - before.computations,
                statements: after.statements - before.statements,
            };
            least = Some(least.map_or(work, |least| Self {
                computations: least.computations.min(work.computations),
                statements: least.statements.min(work.statements),
            }));
        }
        least.unwrap()
    }
}

/// An app client that doesn't tell who exists, of a pool that has these users.
async fn discreet(lab: &Lab) -> (Client, Vec<String>, Vec<String>) {
    let pool = lab
        .pool_with(json!({
            "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } },
            "AutoVerifiedAttributes": ["email"],
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
            },
        }))
        .await;
    let flows = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"];
    let settings = json!({ "ExplicitAuthFlows": flows, "PreventUserExistenceErrors": "ENABLED" });
    let client = pool.client_with(settings).await;
    let names = |kind: &str| -> Vec<String> { (0..TRIES).map(|number| format!("{kind}{number}")).collect() };
    let (users, nobodies) = (names("user"), names("nobody"));
    for name in &users {
        let email = json!({ "email": format!("{name}@example.com") });
        client.confirmed_user_with(name, email).await;
    }
    (client, users, nobodies)
}

/// Makes the same requests for users and for nobody, and finds that they took the same: `computations`, and as many
/// statements.
async fn assert_same(
    lab: &Lab,
    (client, users, nobodies): &(Client, Vec<String>, Vec<String>),
    computations: u64,
    request: impl AsyncFn(&Client, &str),
) {
    let request = async |name: &str| request(client, name).await;
    let known = Work::of(lab, users, request).await;
    let unknown = Work::of(lab, nobodies, request).await;
    assert_eq!(known.computations, computations, "{known:?}");
    assert_eq!(unknown, known);
}

async fn begin(client: &Client, name: &str, parameters: Value) -> Value {
    let parameters = merge(json!({ "USERNAME": name }), parameters);
    client.initiate_auth("USER_AUTH", parameters).await.ok()
}

async fn respond(client: &Client, name: &str, output: &Value, responses: Value) -> Reply {
    let challenge = output["ChallengeName"].as_str().unwrap();
    let session = output["Session"].as_str().unwrap();
    client
        .respond(challenge, session, merge(json!({ "USERNAME": name }), responses))
        .await
}

scenario! {
    async fn a_wrong_password_is_compared_whoever_it_is_of(lab: Lab) {
        let names = discreet(&lab).await;
        assert_same(&lab, &names, 1, async |client, name| {
            client.sign_in(name, WRONG).await.fault("NotAuthorizedException", INCORRECT);
        }).await;
    }

    async fn a_proof_by_srp_is_checked_whoever_it_is_of(lab: Lab) {
        let names = discreet(&lab).await;
        assert_same(&lab, &names, 0, async |client, name| {
            challenge(client, name).await;
        }).await;
        assert_same(&lab, &names, 1, async |client, name| {
            let begun = challenge(client, name).await;
            answer(client, proof(&client.pool, &begun, WRONG)).await.fault("NotAuthorizedException", INCORRECT);
        }).await;
    }

    async fn a_choice_is_offered_whoever_asks(lab: Lab) {
        let names = discreet(&lab).await;
        assert_same(&lab, &names, 0, async |client, name| {
            begin(client, name, json!({})).await;
        }).await;
        assert_same(&lab, &names, 1, async |client, name| {
            let output = begin(client, name, json!({ "PREFERRED_CHALLENGE": "PASSWORD" })).await;
            respond(client, name, &output, json!({ "PASSWORD": WRONG })).await
                .fault("NotAuthorizedException", INCORRECT);
        }).await;
        assert_same(&lab, &names, 0, async |client, name| {
            let preferred = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": SrpClient::default().srp_a() });
            begin(client, name, preferred).await;
        }).await;
    }

    async fn a_code_is_asked_for_whoever_signs_in_by_one(lab: Lab) {
        let names = discreet(&lab).await;
        assert_same(&lab, &names, 0, async |client, name| {
            let output = begin(client, name, json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await;
            respond(client, name, &output, json!({ "EMAIL_OTP_CODE": "00000000" })).await
                .fault("CodeMismatchException", "Invalid code or auth state for the user.");
        }).await;
    }

    async fn a_forgotten_password_costs_no_computation_before_the_right_code(lab: Lab) {
        let names = discreet(&lab).await;
        let (client, users, nobodies) = &names;
        for name in users.iter().chain(nobodies) {
            let before = Work::done(&lab).computations;
            client.forgot_password(name).await.ok();
            let reply = client.confirm_forgot_password(name, "000000", "Another-Horse-2").await;
            assert_eq!(reply.error().0, "CodeMismatchException");
            assert_eq!(Work::done(&lab).computations, before);
        }
    }

    async fn a_new_password_costs_one_hash_and_one_verifier(lab: Lab) {
        let client = lab.pool().await.client().await;
        let before = Work::done(&lab).computations;
        client.sign_up("alice", PASSWORD, json!({})).await.ok();
        assert_eq!(Work::done(&lab).computations, before + 2);
    }

    async fn what_is_too_long_is_refused_before_any_work(lab: Lab) {
        let client = lab.pool().await.client().await;
        client.confirmed_user("alice").await;
        let before = Work::done(&lab);
        let reply = client.sign_in("alice", &"x".repeat(1_000_000)).await;
        assert_eq!(reply.error().0, "RequestEntityTooLargeException");
        assert_eq!(Work::done(&lab), before);
    }
}
