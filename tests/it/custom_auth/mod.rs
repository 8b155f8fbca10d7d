//! CUSTOM_AUTH: functions of the pool lead the sign-in.

mod bad_answers;
mod built_in;
mod nobody;
mod own_challenges;
mod password;
mod sessions;

use poolhouse_outbound::InvokeError;
use poolhouse_tests::actors::{Client, Pool, merge};
use poolhouse_tests::lab::Lab;
use poolhouse_tests::reply::Reply;
use poolhouse_tests::srp::SrpClient;
use serde_json::{Value, json};

/// The clock of a lab as clients write it.
const TIMESTAMP: &str = "Fri Jan 15 08:00:00 UTC 2027";

const NOT_AUTHORIZED: &str = "NotAuthorizedException";
const INCORRECT: &str = "Incorrect username or password.";
const INVALID: &str = "Invalid session for the user.";
const USED: &str = "Invalid session for the user, session can only be used once.";
const UNRECOGNIZABLE: (&str, &str) = ("InvalidLambdaResponseException", "Unrecognizable lambda output");

/// What a DefineAuthChallenge function does: it answers by what was answered before.
fn define_by(lab: &Lab, decide: impl Fn(&[Value]) -> Value + Send + Sync + 'static) -> String {
    lab.functions.put("define", move |mut event| {
        let session = event["request"]["session"].as_array().cloned().unwrap_or_default();
        event["response"] = decide(&session);
        Ok(event)
    })
}

/// Names the same challenge however often it is asked.
fn name_always(lab: &Lab, challenge: &'static str) -> String {
    define_by(lab, move |_| json!({ "challengeName": challenge }))
}

/// Names these challenges one after the other, whether their answers are right or wrong, and lets the user in then.
fn name_in_turn(lab: &Lab, challenges: &'static [&'static str]) -> String {
    define_by(lab, move |session| {
        let is_answered = |result: &&Value| result["challengeName"] != "SRP_A";
        match challenges.get(session.iter().filter(is_answered).count()) {
            Some(challenge) => json!({ "challengeName": challenge, "issueTokens": false, "failAuthentication": false }),
            None => json!({ "issueTokens": true, "failAuthentication": false }),
        }
    })
}

/// Asks up to three times for the sum, and lets in who knows it.
fn ask_for_sum(lab: &Lab) -> String {
    define_by(lab, |session| match session.last() {
        Some(last) if last["challengeResult"] == true => json!({ "issueTokens": true, "failAuthentication": false }),
        _ if session.len() >= 3 => json!({ "issueTokens": false, "failAuthentication": true }),
        _ => json!({ "issueTokens": false, "failAuthentication": false, "challengeName": "CUSTOM_CHALLENGE" }),
    })
}

/// The three functions of a pool; DefineAuthChallenge is the one at `define`.
fn functions(lab: &Lab, define: &str) -> Value {
    let created = json!({
        "publicChallengeParameters": { "question": "2 + 2" },
        "privateChallengeParameters": { "sum": "4" },
        "challengeMetadata": "SUM",
    });
    let verify = lab.functions.put("verify", |mut event| {
        let request = &event["request"];
        let is_right = request["challengeAnswer"] == request["privateChallengeParameters"]["sum"];
        event["response"] = json!({ "answerCorrect": is_right });
        Ok(event)
    });
    json!({
        "DefineAuthChallenge": define,
        "CreateAuthChallenge": lab.functions.answering("create", created),
        "VerifyAuthChallengeResponse": verify,
    })
}

/// A pool with these functions and settings.
async fn pool(lab: &Lab, functions: Value, settings: Value) -> Pool {
    lab.pool_with(merge(json!({ "LambdaConfig": functions }), settings))
        .await
}

/// An app client that allows every flow that ends in tokens, with these settings.
async fn client_of(pool: &Pool, settings: Value) -> Client {
    let flows = [
        "ALLOW_CUSTOM_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    pool.client_with(merge(json!({ "ExplicitAuthFlows": flows }), settings))
        .await
}

/// An app client of a pool whose functions ask for a sum.
async fn client(lab: &Lab) -> Client {
    let functions = functions(lab, &ask_for_sum(lab));
    client_of(&pool(lab, functions, json!({})).await, json!({})).await
}

/// Begins a sign-in that functions lead.
async fn start(client: &Client, username: &str) -> Reply {
    client
        .initiate_auth("CUSTOM_AUTH", json!({ "USERNAME": username }))
        .await
}

/// Begins one with the client's public value of SRP.
async fn start_with_srp(client: &Client, username: &str) -> Reply {
    let srp_a = SrpClient::default().srp_a();
    let parameters = json!({ "USERNAME": username, "CHALLENGE_NAME": "SRP_A", "SRP_A": srp_a });
    client.initiate_auth("CUSTOM_AUTH", parameters).await
}

/// Answers CUSTOM_CHALLENGE, which must be what `output` asks for.
async fn answer(client: &Client, username: &str, output: &Value, answer: &str) -> Reply {
    let session = challenged(output, "CUSTOM_CHALLENGE");
    let responses = json!({ "USERNAME": username, "ANSWER": answer });
    client.respond("CUSTOM_CHALLENGE", &session, responses).await
}

/// Answers PASSWORD_VERIFIER, which must be what `output` asks for, with these members besides.
async fn prove_password(client: &Client, output: &Value, password: &str, members: Value) -> Reply {
    assert_eq!(output["ChallengeName"], "PASSWORD_VERIFIER", "{output}");
    let parameters = &output["ChallengeParameters"];
    let name = parameters["USER_ID_FOR_SRP"].as_str().unwrap();
    let (_, pool_name) = client.pool.id.split_once('_').unwrap();
    let claim = SrpClient::default().claim((pool_name, name), password, parameters, TIMESTAMP);
    let responses = client.with_secret_hash(merge(claim, json!({ "USERNAME": name })));
    let input = json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses });
    client.call("RespondToAuthChallenge", merge(input, members)).await
}

/// Calls one of the operations by which administrators sign users in.
async fn admin_auth(client: &Client, operation: &str, input: Value) -> Reply {
    let input = merge(json!({ "ClientId": client.id }), input);
    client.pool.call(operation, input).await
}

/// The session of a challenge that must be this one.
#[track_caller]
fn challenged(output: &Value, name: &str) -> String {
    assert_eq!(output["ChallengeName"], name, "{output}");
    output["Session"].as_str().unwrap().to_owned()
}

/// The `session` of every event that DefineAuthChallenge received.
fn sessions(lab: &Lab) -> Vec<Value> {
    let events = lab.functions.events("define");
    events.iter().map(|event| event["request"]["session"].clone()).collect()
}

/// A challenge that was answered, as events have it.
fn result(name: &str, is_right: bool, metadata: Option<&str>) -> Value {
    json!({ "challengeName": name, "challengeResult": is_right, "challengeMetadata": metadata })
}
