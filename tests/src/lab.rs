//! A whole server in process, on either database, with a clock that stands still and a mailbox in memory.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a lab that can't be built fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Request};
use poolhouse_api::Api;
use poolhouse_crypto::entropy::{Entropy, SeededEntropy};
use poolhouse_crypto::key_reserve::KeyReserve;
use poolhouse_crypto::keys::SigningKey;
use poolhouse_crypto::password::{Parameters, PasswordHasher};
use poolhouse_crypto::seal::{MasterKey, Sealer};
use poolhouse_crypto::workers::Workers;
use poolhouse_domain::Clock;
use poolhouse_domain::issuers::Issuers;
use poolhouse_engine::{Budgets, Mode, Parts, Settings, World};
use poolhouse_model::{Secret, operation};
use poolhouse_outbound::{AddressPolicy, FormerPool, FormerPoolAccess, FormerPools, Inbox, Messenger, Outbound};
use poolhouse_storage::{Db, Store};
use poolhouse_web::App;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::actors::{Admin, Client, Pool};
use crate::clock::TestClock;
use crate::custom_sender;
use crate::database::{Backend, TestDatabase};
use crate::functions::Functions;
use crate::invariants;
use crate::log::Log;
use crate::mailbox::{Mailbox, Relay};
use crate::opened::{open, open_alone};
use crate::reply::Reply;
use crate::sigv4::Signer;

/// The region of a lab.
pub const REGION: &str = "us-east-1";
/// The address that clients of a lab know.
pub const PUBLIC_URL: &str = "http://localhost:7665";
/// The host in that address.
pub const PUBLIC_HOST: &str = "localhost:7665";

/// The network of a lab's proxies.
pub const TRUSTED_PROXIES: &str = "10.0.0.0/8";
/// How many wrong passwords and codes one address may show a pool of a lab in production mode.
pub const FAILURES_PER_ADDRESS: u32 = 6;

/// How many messages one destination is sent by a lab in production mode.
pub const BUDGETS: Budgets = Budgets {
    sms_per_number_per_hour: 3,
    sms_per_prefix_per_hour: 5,
    sms_per_prefix_per_day: 8,
    mails_per_address_per_hour: 50,
};

const TARGET_PREFIX: &str = "AWSCognitoIdentityProviderService";
const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// More bytes than any answer has.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;

/// A whole server in process; clones are the same lab.
///
/// Every call is held against the [`invariants`], and when the last clone is dropped, the log against the secrets.
#[derive(Clone)]
pub struct Lab {
    pub clock: TestClock,
    pub mailbox: Mailbox,
    /// What stands between the server and the mailbox.
    pub relay: Relay,
    /// What stands behind the triggers of its pools.
    pub functions: Functions,
    house: Arc<House>,
    /// Where its callers are, and what they say of where they were forwarded from.
    address: Option<SocketAddr>,
    forwarded_for: Option<HeaderValue>,
}

/// One server and what surrounds it.
struct House {
    router: Router,
    world: Arc<World>,
    draining: CancellationToken,
    mailbox: Mailbox,
    secrets: Mutex<BTreeSet<String>>,
    log: Log,
    subscriber: Dispatch,
    ground: Ground,
}

/// What the nodes of one lab share.
#[derive(Clone)]
struct Ground {
    mode: Mode,
    issuers: Issuers,
    number: u64,
    db: Db,
    entropy: Arc<dyn Entropy>,
    sealer: Arc<Sealer>,
    inbox: Arc<Inbox>,
    functions: Functions,
    former_pools: Arc<FormerPools>,
    /// Its own database, unless all labs share one.
    _database: Option<Arc<TestDatabase>>,
}

impl Lab {
    /// A server in development mode.
    pub async fn new(backend: Backend) -> Self {
        Self::build(open(backend).await, Mode::Development)
    }

    /// A server in development mode with a database of its own on Postgres too: what is in its outbox is its own.
    pub async fn alone(backend: Backend) -> Self {
        Self::build(open_alone(backend).await, Mode::Development)
    }

    /// A server in production mode, whose administrators hold an access key.
    pub async fn production(backend: Backend) -> Self {
        Self::build(open(backend).await, Mode::Production)
    }

    fn build((db, database): (Db, Option<TestDatabase>), mode: Mode) -> Self {
        let number = next_number();
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(&format!("lab {number}")));
        let sealer = Arc::new(Sealer::new(&MasterKey::generate(&*entropy)).unwrap());
        let ground = Ground {
            mode,
            issuers: Issuers::Below(PUBLIC_URL.to_owned()),
            number,
            db,
            entropy,
            sealer,
            inbox: Arc::new(Inbox::new()),
            functions: Functions::default(),
            former_pools: Arc::default(),
            _database: database.map(Arc::new),
        };
        Self::node(ground, TestClock::default())
    }

    /// Another server on the same database, which shares nothing else with this one but the time and the mailbox.
    pub fn another_node(&self) -> Self {
        Self::node(self.house.ground.clone(), self.clock.clone())
    }

    /// Another server on the same database, which writes issuers otherwise.
    pub fn with_issuers(&self, issuers: Issuers) -> Self {
        let ground = Ground {
            issuers,
            ..self.house.ground.clone()
        };
        Self::node(ground, self.clock.clone())
    }

    /// Another server on the same database, where users of `pool` come from the pool of `former`, a client of a server
    /// that listens there.
    pub fn migrating(&self, pool: &Pool, former: &Client, address: SocketAddr) -> Self {
        // Two labs may both be first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let access = FormerPoolAccess {
            endpoint: format!("http://{address}"),
            client_id: former.id.clone(),
            client_secret: former.secret.as_deref().map(Secret::from),
        };
        let former = FormerPool::new(access, AddressPolicy::development()).unwrap();
        let ground = Ground {
            former_pools: Arc::new(FormerPools::from_iter([(pool.id.clone(), former)])),
            ..self.house.ground.clone()
        };
        Self::node(ground, self.clock.clone())
    }

    /// Serves the lab on a free port of this machine as well; answers where.
    pub async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = axum::serve(listener, self.house.router.clone()).into_future();
        tokio::spawn(serving.with_subscriber(self.house.subscriber.clone()));
        address
    }

    fn node(ground: Ground, clock: TestClock) -> Self {
        let Ground {
            mode,
            issuers,
            number,
            db,
            entropy,
            sealer,
            inbox,
            functions,
            former_pools,
            ..
        } = ground.clone();
        let development = mode == Mode::Development;
        let messenger: Arc<dyn Messenger> = if development {
            Arc::new(Outbound::new(None, None, Some(inbox.clone())))
        } else {
            inbox.clone()
        };
        let relay = Relay::new(messenger);
        let workers = Arc::new(Workers::start(1, 1_000).unwrap());
        let world = World::new(Parts {
            settings: Settings {
                mode,
                region: REGION.to_owned(),
                account_id: format!("{number:012}"),
                public_url: PUBLIC_URL.to_owned(),
                issuers,
                sign_in_failures_per_address: if development { 0 } else { FAILURES_PER_ADDRESS },
                budgets: if development { Budgets::default() } else { BUDGETS },
            },
            store: Store::new(db, sealer.clone(), entropy.clone()),
            clock: Arc::new(clock.clone()),
            entropy: entropy.clone(),
            hasher: PasswordHasher::new(Parameters::DEVELOPMENT, workers.clone(), entropy).unwrap(),
            workers,
            key_reserve: KeyReserve::fixed(signing_keys()),
            messenger: Arc::new(relay.clone()),
            invoker: Arc::new(functions.clone()),
            former_pools,
            code_encryptor: Some(custom_sender::encryptor()),
            sealer,
        });
        let access_keys = BTreeMap::from([(ACCESS_KEY_ID.to_owned(), Secret::from(SECRET_ACCESS_KEY))]);
        let draining = CancellationToken::new();
        let app = App {
            world: world.clone(),
            api: Api::new(world.clone(), access_keys),
            inbox: development.then(|| inbox.clone()),
            invocations: functions.invocations.clone(),
            trusted_proxies: Arc::new([TRUSTED_PROXIES.parse().unwrap()]),
            draining: draining.clone(),
        };
        let mailbox = Mailbox(inbox);
        let log = Log::default();
        let house = House {
            router: poolhouse_web::router(app),
            world,
            draining,
            mailbox: mailbox.clone(),
            secrets: Mutex::new(BTreeSet::from([SECRET_ACCESS_KEY.to_owned()])),
            subscriber: log.subscriber(),
            log,
            ground,
        };
        Self {
            clock,
            mailbox,
            relay,
            functions,
            house: Arc::new(house),
            address: None,
            forwarded_for: None,
        }
    }

    /// The same lab, called from this address. Without one, callers of a lab have none.
    pub fn from_address(&self, address: &str) -> Self {
        let address: IpAddr = address.parse().unwrap();
        Self {
            address: Some((address, 40_000).into()),
            ..self.clone()
        }
    }

    /// The same lab, called with this `X-Forwarded-For`.
    pub fn forwarded_for(&self, addresses: &str) -> Self {
        Self {
            forwarded_for: Some(addresses.parse().unwrap()),
            ..self.clone()
        }
    }

    /// The account of this lab's administrators; no other lab has it.
    pub fn account_id(&self) -> &str {
        &self.house.world.settings.account_id
    }

    /// What the server is made of, for a test that has to reach behind its doors.
    pub fn world(&self) -> &Arc<World> {
        &self.house.world
    }

    /// What seals strings and rows of this lab.
    pub fn sealer(&self) -> &Arc<Sealer> {
        &self.house.ground.sealer
    }

    /// Delivers what is due in the outbox; answers how many attempts that took.
    pub async fn deliver_due(&self) -> usize {
        let delivering = self.house.world.deliver_due();
        delivering.with_subscriber(self.house.subscriber.clone()).await.unwrap()
    }

    /// Announces the end of the server.
    pub fn drain(&self) {
        self.house.draining.cancel();
    }

    /// What the server has written to its log.
    pub fn log(&self) -> String {
        self.house.log.text()
    }

    /// Makes sure that this text appears in no log line.
    pub fn add_secret(&self, secret: &str) {
        self.house
            .secrets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(secret.to_owned());
    }

    /// An administrator of this lab.
    pub fn admin(&self) -> Admin {
        Admin::new(self.clone())
    }

    /// A new user pool with all defaults.
    pub async fn pool(&self) -> Pool {
        self.pool_with(json!({})).await
    }

    /// A new user pool with these members of CreateUserPool.
    pub async fn pool_with(&self, settings: Value) -> Pool {
        self.admin().create_pool(settings).await
    }

    /// Calls an operation as anybody may: without a signature.
    pub async fn call(&self, operation: &str, input: Value) -> Reply {
        self.send_call(operation, api_request(operation, &input)).await
    }

    /// Calls an operation with an administrator's signature for this region and account. In production mode it is a real
    /// one of the lab's access key, whatever the account.
    pub(crate) async fn call_signed(&self, operation: &str, input: Value, region: &str, account_id: &str) -> Reply {
        let mut request = api_request(operation, &input);
        match self.house.world.settings.mode {
            Mode::Production => request = self.sign(request, &self.signer(region)),
            Mode::Development => {
                let authorization = format!(
                    "AWS4-HMAC-SHA256 Credential={account_id}/20270115/{region}/cognito-idp/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature=0000"
                );
                request
                    .headers_mut()
                    .insert(AUTHORIZATION, HeaderValue::try_from(authorization).unwrap());
            }
        }
        self.send_call(operation, request).await
    }

    /// The access key of this lab's administrators.
    pub fn signer(&self, region: &str) -> Signer {
        Signer {
            access_key_id: ACCESS_KEY_ID.to_owned(),
            secret_access_key: SECRET_ACCESS_KEY.to_owned(),
            region: region.to_owned(),
            service: "cognito-idp".to_owned(),
        }
    }

    /// Signs a request at the time of this lab.
    pub fn sign(&self, request: Request<Vec<u8>>, signer: &Signer) -> Request<Vec<u8>> {
        let (mut parts, body) = request.into_parts();
        signer.sign(&mut parts, &body, self.clock.now());
        Request::from_parts(parts, body)
    }

    /// Sends a call that may have been tampered with, and holds the answer against the invariants of `operation`.
    pub async fn send_call(&self, operation_name: &str, request: Request<Vec<u8>>) -> Reply {
        let input = serde_json::from_slice(request.body()).unwrap_or_default();
        let reply = Reply {
            request: operation_name.to_owned(),
            ..self.send(request).await
        };
        if let Some(operation) = operation(operation_name) {
            let mut secrets = self.house.secrets.lock().unwrap_or_else(PoisonError::into_inner);
            invariants::collect_secrets(operation.input, &input, &mut secrets);
            if let (Some(output), Ok(body)) = (operation.output, serde_json::from_slice(&reply.body)) {
                invariants::collect_secrets(output, &body, &mut secrets);
            }
        }
        invariants::check(operation_name, &reply, &self.house.log);
        reply
    }

    /// Fetches a path.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).header(HOST, PUBLIC_HOST).body(Vec::new()).unwrap())
            .await
    }

    /// Sends any request at all.
    pub async fn send(&self, mut request: Request<Vec<u8>>) -> Reply {
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(address));
        }
        if let Some(addresses) = &self.forwarded_for {
            request.headers_mut().insert("x-forwarded-for", addresses.clone());
        }
        let path = request.uri().path().to_owned();
        let router = self.house.router.clone();
        let answer = async {
            let response = router
                .oneshot(request.map(Body::from))
                .await
                .unwrap_or_else(|never| match never {});
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, ANSWER_LIMIT).await.expect("the whole answer");
            Reply {
                request: path,
                status: parts.status,
                headers: parts.headers,
                body,
            }
        };
        answer.with_subscriber(self.house.subscriber.clone()).await
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.extend(self.mailbox.secrets());
        invariants::check_log(&self.log.text(), &secrets);
    }
}

/// A call of an operation as an SDK sends it.
pub fn api_request(operation: &str, input: &Value) -> Request<Vec<u8>> {
    Request::post("/")
        .header(HOST, PUBLIC_HOST)
        .header(CONTENT_TYPE, "application/x-amz-json-1.1")
        .header("x-amz-target", format!("{TARGET_PREFIX}.{operation}"))
        .body(serde_json::to_vec(input).unwrap())
        .unwrap()
}

/// Numbers the labs of a process; the number of a lab is its account and the seed of its entropy.
fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(100_000_000_000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The signing keys of all labs: making one takes long.
fn signing_keys() -> Vec<Arc<SigningKey>> {
    static KEYS: LazyLock<Vec<Arc<SigningKey>>> = LazyLock::new(|| {
        let generate = || Arc::new(SigningKey::generate().unwrap());
        std::thread::scope(|scope| {
            let threads = [(); 8].map(|()| scope.spawn(generate));
            threads.map(|thread| thread.join().unwrap()).into()
        })
    });
    KEYS.clone()
}
