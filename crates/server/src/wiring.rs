//! Builds the application from its configuration.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use poolhouse_api::{AccessKeys, Api};
use poolhouse_crypto::entropy::{Entropy, SystemEntropy};
use poolhouse_crypto::key_reserve::KeyReserve;
use poolhouse_crypto::password::{Parameters, PasswordHasher};
use poolhouse_crypto::seal::Sealer;
use poolhouse_crypto::workers::Workers;
use poolhouse_domain::{Clock, SystemClock};
use poolhouse_engine::{Budgets, Parts, Settings, World};
use poolhouse_model::Secret;
use poolhouse_outbound::{Inbox, Invocations, Outbound, Sms, SmsSettingError, Smtp, SnsAccess, TwilioAccess};
use poolhouse_storage::{Db, Store};
use poolhouse_web::App as Web;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, ConnectionUrl, Mode};
use crate::deliveries::Deliveries;
use crate::tls::Certificates;
use crate::{custom_senders, database, former_pools, functions, master_key};

/// How often expired rows are deleted, and how many of a kind at a time.
const PURGE_INTERVAL: Duration = Duration::from_mins(1);
const PURGE_BATCH: i64 = 1_000;

/// Everything that serves requests.
pub struct App {
    pub router: Router,
    /// The certificates for HTTPS, where it is served.
    pub certificates: Option<Certificates>,
    /// Kept to be ended after the last request.
    pub deliveries: Deliveries,
    /// Kept to be closed after the last delivery.
    pub db: Db,
}

/// The store, and what its secrets are sealed with.
pub struct Opened {
    pub store: Store,
    pub sealer: Arc<Sealer>,
}

/// Opens and migrates the database, with the master key that it was made with.
pub async fn open(config: &Config, entropy: Arc<dyn Entropy>) -> anyhow::Result<Opened> {
    let master_key = master_key::load(config, entropy.as_ref())?;
    let sealer = Arc::new(Sealer::new(&master_key).context("the master key can't be used")?);
    let db = database::open(config).await?;
    database::migrate(config, &db).await?;
    let store = Store::new(db, Arc::clone(&sealer), entropy);
    store.check_master_key().await.with_context(|| {
        format!(
            "the master key doesn't fit the database {}: start with the key that the database was made with, or with \
             another database",
            config.database
        )
    })?;
    Ok(Opened { store, sealer })
}

/// Opens the database and builds the router; `/readyz` answers 503 once `ending` is cancelled.
pub async fn wire(config: &Config, ending: CancellationToken) -> anyhow::Result<App> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let Opened { store, sealer } = open(config, Arc::clone(&entropy)).await?;
    let db = store.db().clone();
    let certificates = match config.tls_listen {
        Some(_) => Some(Certificates::prepare(config, &store, Arc::clone(&clock)).await?),
        None => None,
    };
    let (messenger, inbox) = messenger(config)?;
    let invocations = Arc::new(Invocations::new());
    let workers = workers(config)?;
    let world = World::new(Parts {
        settings: settings(config),
        hasher: hasher(config, Arc::clone(&workers), Arc::clone(&entropy))?,
        workers,
        key_reserve: KeyReserve::start(config.key_reserve),
        messenger: Arc::new(messenger),
        invoker: Arc::new(functions::prepare(config, &invocations)?),
        former_pools: Arc::new(former_pools::prepare(config)?),
        code_encryptor: custom_senders::code_encryptor(config, Arc::clone(&entropy))?,
        clock,
        store,
        entropy,
        sealer,
    });
    tokio::spawn(purge(Arc::clone(&world), ending.clone()));
    let deliveries = Deliveries::start(Arc::clone(&world));
    let api = Api::new(Arc::clone(&world), access_keys(config));
    let router = poolhouse_web::router(Web {
        world,
        api,
        inbox,
        invocations,
        trusted_proxies: config.trusted_proxies.clone().into(),
        draining: ending,
    });
    Ok(App {
        router,
        certificates,
        deliveries,
        db,
    })
}

fn settings(config: &Config) -> Settings {
    Settings {
        mode: match config.mode {
            Mode::Development => poolhouse_engine::Mode::Development,
            Mode::Production => poolhouse_engine::Mode::Production,
        },
        region: config.region.clone(),
        account_id: config.account_id.clone(),
        public_url: config.public_url.clone(),
        issuers: config.issuers(),
        sign_in_failures_per_address: config.sign_in_failures_per_address,
        budgets: Budgets {
            sms_per_number_per_hour: config.sms_per_number_per_hour,
            sms_per_prefix_per_hour: config.sms_per_prefix_per_hour,
            sms_per_prefix_per_day: config.sms_per_prefix_per_day,
            mails_per_address_per_hour: config.mails_per_address_per_hour,
        },
    }
}

fn workers(config: &Config) -> anyhow::Result<Arc<Workers>> {
    let count = match config.hash_workers {
        Some(count) => count,
        None => {
            std::thread::available_parallelism().context("cannot tell how many cores there are: set hash_workers")?
        }
    };
    let workers = Workers::start(count.get(), config.hash_queue).context("cannot start the password workers")?;
    Ok(Arc::new(workers))
}

fn hasher(config: &Config, workers: Arc<Workers>, entropy: Arc<dyn Entropy>) -> anyhow::Result<PasswordHasher> {
    let parameters = match config.mode {
        Mode::Development => Parameters::DEVELOPMENT,
        Mode::Production => Parameters::PRODUCTION,
    };
    PasswordHasher::new(parameters, workers, entropy).context("cannot hash passwords")
}

fn access_keys(config: &Config) -> AccessKeys {
    let keys = config.access_keys.iter();
    keys.map(|key| (key.id.clone(), Secret::from(key.secret.expose().to_owned())))
        .collect()
}

/// Deletes expired rows, over and over, until the server ends.
async fn purge(world: Arc<World>, ending: CancellationToken) {
    loop {
        tokio::select! {
            () = ending.cancelled() => return,
            () = tokio::time::sleep(PURGE_INTERVAL) => {}
        }
        if let Err(error) = world.store.purge_expired(world.clock.now(), PURGE_BATCH).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "expired rows could not be deleted"
            );
        }
    }
}

/// The messenger, and in development mode the inbox that it fills.
fn messenger(config: &Config) -> anyhow::Result<(Outbound, Option<Arc<Inbox>>)> {
    let inbox = (config.mode == Mode::Development).then(|| Arc::new(Inbox::new()));
    let smtp = config
        .smtp_url
        .as_ref()
        .map(|url| Smtp::new(url.expose(), &config.mail_from))
        .transpose()
        .context("mail cannot be sent with the settings smtp_url and mail_from")?;
    let sms = sms(config)
        .context("SMS cannot be sent with the settings sms_webhook_url, sms_sns_endpoint or sms_twilio_endpoint")?;
    Ok((Outbound::new(smtp, sms, inbox.clone()), inbox))
}

/// The way of SMS; the configuration has been checked to name one or none.
fn sms(config: &Config) -> Result<Option<Sms>, SmsSettingError> {
    if let (Some(url), Some(secret)) = (&config.sms_webhook_url, &config.sms_webhook_secret) {
        return Sms::webhook(url.expose(), secret.expose()).map(Some);
    }
    if let (Some(region), Some(key)) = (&config.sms_sns_region, &config.sms_sns_access_key) {
        let access = SnsAccess {
            region: region.clone(),
            access_key_id: key.id.clone(),
            secret_access_key: key.secret.expose().to_owned(),
            sender_id: config.sms_sns_sender_id.clone(),
        };
        let endpoint = config.sms_sns_endpoint.as_ref().map(ConnectionUrl::expose);
        return Sms::sns(access, endpoint).map(Some);
    }
    if let (Some(account_sid), Some(from)) = (&config.sms_twilio_account_sid, &config.sms_twilio_from) {
        let token = config.sms_twilio_auth_token.as_ref();
        let (user, password) = match &config.sms_twilio_api_key {
            Some(key) => (&key.id, key.secret.expose()),
            None => (
                account_sid,
                token.map(crate::config::Secret::expose).unwrap_or_default(),
            ),
        };
        let access = TwilioAccess {
            account_sid: account_sid.clone(),
            user: user.clone(),
            password: password.to_owned(),
            from: from.clone(),
        };
        let endpoint = config.sms_twilio_endpoint.as_ref().map(ConnectionUrl::expose);
        return Sms::twilio(access, endpoint).map(Some);
    }
    Ok(None)
}
