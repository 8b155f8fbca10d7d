//! Pools, clients and users to store.

use std::sync::Arc;

use poolhouse_crypto::entropy::{Entropy, SeededEntropy};
use poolhouse_crypto::seal::{MasterKey, Sealer};
use poolhouse_domain::Timestamp;
use poolhouse_domain::assurance::Methods;
use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::clients::{Client, ClientSecret};
use poolhouse_domain::domains::Domains;
use poolhouse_domain::groups::Group;
use poolhouse_domain::pools::{Factors, Pool};
use poolhouse_domain::sessions::RefreshFamily;
use poolhouse_domain::user_sessions::SessionTracking;
use poolhouse_domain::users::{Password, User};
use poolhouse_model::{
    AliasAttributeType, ClientSSOSessionConfigType, Secret, UserPoolClientType, UserPoolType, UserStatusType,
    UsernameConfigurationType,
};
use poolhouse_storage::Store;

use crate::World;

pub const POOL: &str = "us-east-1_abcdefghi";
pub const OTHER_POOL: &str = "us-east-1_otherpool";

/// A moment with milliseconds.
pub const NOW: Timestamp = Timestamp::from_millis(1_715_836_222_703);

impl World {
    /// A store over the world's database.
    pub fn store(&self) -> Store {
        self.store_of("master")
    }

    /// A store whose master key is drawn from `seed`.
    pub fn store_of(&self, seed: &str) -> Store {
        let entropy = Arc::new(SeededEntropy::new(seed));
        let sealer = Sealer::new(&MasterKey::generate(entropy.as_ref())).unwrap();
        Store::new(self.db.clone(), Arc::new(sealer), entropy)
    }

    /// A store with the pool [`POOL`] and its client `client`.
    pub async fn furnished(&self) -> (Store, Pool) {
        let store = self.store();
        let pool = pool(POOL);
        store.pools().insert(&pool).await.unwrap();
        store.clients().insert(&client(POOL, "client")).await.unwrap();
        (store, pool)
    }

    /// One text of the database.
    pub async fn text(&self, sql: &'static str) -> String {
        self.db.conn().read_one(sql, &[]).await.unwrap().text(0).unwrap()
    }

    /// One number of the database.
    pub async fn number(&self, sql: &'static str) -> i64 {
        self.db.conn().read_one(sql, &[]).await.unwrap().int(0).unwrap()
    }
}

/// A pool in which names differ by more than case, and which knows all aliases.
pub fn pool(id: &str) -> Pool {
    use AliasAttributeType as Alias;
    Pool {
        settings: UserPoolType {
            id: Some(id.to_owned()),
            name: Some("house".to_owned()),
            creation_date: Some(NOW),
            alias_attributes: Some(vec![Alias::Email, Alias::PhoneNumber, Alias::PreferredUsername]),
            username_configuration: Some(UsernameConfigurationType { case_sensitive: false }),
            ..UserPoolType::default()
        },
        factors: Factors {
            sms: true,
            ..Factors::default()
        },
        sessions: SessionTracking::default(),
        domains: Domains::default(),
        account_id: "000000000000".to_owned(),
        version: 0,
    }
}

pub fn client(pool_id: &str, id: &str) -> Client {
    let secret = |id: &str, value: &str| ClientSecret {
        id: id.to_owned(),
        value: Secret::from(value),
        created_at: NOW,
    };
    Client {
        settings: UserPoolClientType {
            user_pool_id: Some(pool_id.to_owned()),
            client_id: Some(id.to_owned()),
            client_name: Some("web".to_owned()),
            creation_date: Some(NOW),
            ..UserPoolClientType::default()
        },
        secrets: vec![secret("client--1", "hunter-two"), secret("client--2", "correct-horse")],
        sso_session: Some(ClientSSOSessionConfigType {
            max_validity_minutes: 5,
        }),
        version: 0,
    }
}

/// A sub that differs by `number`.
pub fn sub(number: usize) -> String {
    SeededEntropy::new(&number.to_string()).sub()
}

/// The user with the `number`-th sub.
pub fn user<const N: usize>(number: usize, username: &str, attributes: [(&str, &str); N]) -> User {
    let sub = sub(number);
    let mut attributes: Attributes = attributes.into_iter().collect();
    attributes.set("sub", sub.as_str());
    User {
        pool_id: POOL.to_owned(),
        username: username.to_owned(),
        sub,
        status: UserStatusType::Confirmed,
        enabled: true,
        attributes,
        pending: [("email".to_owned(), "new@example.com".to_owned())].into(),
        password: Some(Password {
            hash: "$argon2id$v=19$…".to_owned(),
            srp: None,
            set_at: NOW,
        }),
        password_history: vec!["$argon2id$v=19$former".to_owned()],
        mfa: poolhouse_domain::mfa::MfaPreferences::default(),
        created_at: NOW,
        modified_at: NOW,
        version: 0,
    }
}

pub fn group(name: &str, precedence: Option<i32>) -> Group {
    Group {
        pool_id: POOL.to_owned(),
        name: name.to_owned(),
        description: Some("people".to_owned()),
        role_arn: None,
        precedence,
        created_at: NOW,
        modified_at: NOW,
        version: 0,
    }
}

/// The family of a sign-in of `user` through the client `client`.
pub fn family(user: &User, event_id: &str) -> RefreshFamily {
    RefreshFamily {
        pool_id: user.pool_id.clone(),
        event_id: event_id.to_owned(),
        origin_jti: "origin".to_owned(),
        sub: user.sub.clone(),
        client_id: "client".to_owned(),
        authenticated_at: NOW,
        expires_at: NOW.plus_millis(1_000),
        secret_hash: "hash".to_owned(),
        rotated: None,
        session: None,
        device: None,
        methods: Methods::default(),
        tells_level: false,
        oauth: None,
        version: 0,
    }
}
