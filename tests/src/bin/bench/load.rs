//! What clients see: the time of one call, and the rate of many.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use poolhouse_tests::connection::Connection;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;
use url::Url;

/// How many connections ask at the same time, each for its next answer as soon as it has one.
const CONNECTIONS: usize = 8;
/// How long each rate is measured, and how often a connection asks at most in that time.
const SPAN: Duration = Duration::from_secs(3);
const MOST: u32 = 100_000;
/// How many pools are created to find the time that one takes.
const POOLS: usize = 15;
const PASSWORD: &str = "Permanent1!";

/// The times that pools take to create, each asked for this long after the one before.
pub async fn pool_creations(endpoint: &Url, pause: Duration) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(endpoint).await?;
    let mut times = Vec::new();
    for _ in 0..POOLS {
        let started = Instant::now();
        connection.call("CreateUserPool", &json!({"PoolName": "bench"})).await?;
        times.push(started.elapsed());
        sleep(pause).await;
    }
    Ok(times)
}

/// Answers per second.
#[derive(Debug)]
pub struct Rates {
    pub sign_up: f64,
    pub sign_in: f64,
    pub refresh: f64,
    pub get_user: f64,
}

impl Rates {
    /// Measures one operation after the other, in a pool of its own with a user for each connection.
    pub async fn measure(endpoint: &Url) -> Result<Self> {
        let mut admin = Connection::open(endpoint).await?;
        let pool = json!({"PoolName": "load", "AutoVerifiedAttributes": ["email"]});
        let pool_id = text(&admin.call("CreateUserPool", &pool).await?, "/UserPool/Id")?;
        let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        let client = json!({"UserPoolId": pool_id, "ClientName": "load", "ExplicitAuthFlows": flows});
        let client = admin.call("CreateUserPoolClient", &client).await?;
        let client_id = text(&client, "/UserPoolClient/ClientId")?;

        let password_sign_in = |worker: usize| {
            let parameters = json!({"USERNAME": format!("user-{worker}"), "PASSWORD": PASSWORD});
            json!({"ClientId": client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters})
        };
        let mut sign_ins = Vec::new();
        let mut refreshes = Vec::new();
        let mut readings = Vec::new();
        for worker in 0..CONNECTIONS {
            let username = format!("user-{worker}");
            let user = json!({"UserPoolId": pool_id, "Username": username, "MessageAction": "SUPPRESS"});
            admin.call("AdminCreateUser", &user).await?;
            let password =
                json!({"UserPoolId": pool_id, "Username": username, "Password": PASSWORD, "Permanent": true});
            admin.call("AdminSetUserPassword", &password).await?;
            let tokens = admin.call("InitiateAuth", &password_sign_in(worker)).await?;
            let refresh = json!({"REFRESH_TOKEN": text(&tokens, "/AuthenticationResult/RefreshToken")?});
            sign_ins.push(password_sign_in(worker));
            refreshes.push(json!({"ClientId": client_id, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": refresh}));
            readings.push(json!({"AccessToken": text(&tokens, "/AuthenticationResult/AccessToken")?}));
        }

        let newcomer = move |worker: usize, number: u32| {
            let name = format!("newcomer-{worker}-{number}");
            let email = json!({"Name": "email", "Value": format!("{name}@example.com")});
            json!({"ClientId": client_id, "Username": name, "Password": PASSWORD, "UserAttributes": [email]})
        };
        Ok(Self {
            sign_up: rate(endpoint, "SignUp", newcomer).await?,
            sign_in: rate(endpoint, "InitiateAuth", always(sign_ins)).await?,
            refresh: rate(endpoint, "InitiateAuth", always(refreshes)).await?,
            get_user: rate(endpoint, "GetUser", always(readings)).await?,
        })
    }
}

/// The same input each time, one for each connection.
fn always(inputs: Vec<Value>) -> impl Fn(usize, u32) -> Value + Clone + Send + 'static {
    move |worker, _| inputs.get(worker).cloned().unwrap_or_default()
}

/// Calls an operation on all connections at once for a while; the first fault ends it all.
async fn rate(
    endpoint: &Url,
    operation: &'static str,
    input: impl Fn(usize, u32) -> Value + Clone + Send + 'static,
) -> Result<f64> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(endpoint).await?);
    }
    let started = Instant::now();
    let mut workers = JoinSet::new();
    for (worker, mut connection) in connections.into_iter().enumerate() {
        let input = input.clone();
        workers.spawn(async move {
            let mut answered = 0;
            while started.elapsed() < SPAN && answered < MOST {
                connection.call(operation, &input(worker, answered)).await?;
                answered += 1;
            }
            anyhow::Ok(answered)
        });
    }
    let mut answered = 0;
    while let Some(worker) = workers.join_next().await {
        answered += worker??;
    }
    Ok(f64::from(answered) / started.elapsed().as_secs_f64())
}

fn text(json: &Value, pointer: &str) -> Result<String> {
    let found = json.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .with_context(|| format!("no text at {pointer} in {json}"))
}
