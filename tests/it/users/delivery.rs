//! A server whose messages reach nobody.

use std::sync::Arc;

use poolhouse_crypto::entropy::SeededEntropy;
use poolhouse_crypto::key_reserve::KeyReserve;
use poolhouse_crypto::password::{Parameters, PasswordHasher};
use poolhouse_crypto::seal::{MasterKey, Sealer};
use poolhouse_crypto::workers::Workers;
use poolhouse_domain::Error;
use poolhouse_domain::attributes::Attributes;
use poolhouse_domain::clients::Client;
use poolhouse_engine::{Cx, Invitation, Mediums, Parts, Request, World};
use poolhouse_model::{DeliveryMediumType, Secret};
use poolhouse_outbound::Outbound;
use poolhouse_tests::lab::{Lab, REGION};
use poolhouse_tests::scenario;
use serde_json::json;

/// A request to a server over the lab's database that has no way to send anything.
fn without_relay(lab: &Lab) -> Cx {
    let world = lab.world();
    let entropy = Arc::new(SeededEntropy::new("without relay"));
    let workers = Arc::new(Workers::start(1, 10).unwrap());
    let parts = Parts {
        settings: world.settings.clone(),
        store: world.store.clone(),
        clock: world.clock.clone(),
        sealer: Arc::new(Sealer::new(&MasterKey::generate(&*entropy)).unwrap()),
        hasher: PasswordHasher::new(Parameters::DEVELOPMENT, workers.clone(), entropy.clone()).unwrap(),
        workers,
        entropy,
        key_reserve: KeyReserve::fixed(Vec::new()),
        messenger: Arc::new(Outbound::new(None, None, None)),
        invoker: Arc::new(lab.functions.clone()),
    };
    let request = Request {
        id: "request".to_owned(),
        region: REGION.to_owned(),
        account_id: lab.account_id().to_owned(),
        source_ip: None,
        user_agent: None,
    };
    Cx::new(World::new(parts), request)
}

fn assert_undelivered<T>(result: Result<T, Error>) {
    let Err(error) = result else { panic!("it was delivered") };
    assert!(matches!(error, Error::CodeDeliveryFailure(_)), "{error:?}");
    assert_eq!(error.to_string(), "Failed to deliver the message.");
}

scenario! {
    async fn a_user_stays_whose_invitation_could_not_be_sent(lab: Lab) {
        let client = lab.pool().await.client().await;
        let cx = without_relay(&lab);
        let pool = cx.pool(&client.pool.id).await.unwrap();
        let email = || Mediums::Named(vec![DeliveryMediumType::Email]);
        let (first, second) = (Secret::from("Temporary-1"), Secret::from("Temporary-2"));
        let invitation = Invitation {
            username: "alice",
            attributes: Attributes::from_iter([("email", "alice@example.com")]),
            temporary_password: Some(&first),
            mediums: Some(email()),
            force_alias_creation: false,
        };
        assert_undelivered(cx.invite(&pool, invitation).await);
        assert_eq!(client.pool.user("alice").await["UserStatus"], "FORCE_CHANGE_PASSWORD");
        client.sign_in("alice", "Temporary-1").await.ok();

        assert_undelivered(cx.invite_again(&pool, "alice", Some(&second), &email()).await);
        client.sign_in("alice", "Temporary-2").await.ok();
    }

    async fn an_update_stands_whose_code_could_not_be_sent(lab: Lab) {
        let client = lab.pool_with(json!({ "AutoVerifiedAttributes": ["email"] })).await.client().await;
        client.confirmed_user("alice").await;
        let cx = without_relay(&lab);
        let pool = cx.pool(&client.pool.id).await.unwrap();
        let (_, app_client) = cx.client(&client.id).await.unwrap();
        let update = async |address: &str, by: Option<&Client>| {
            let user = cx.user(&pool, "alice").await.unwrap();
            let changes = Attributes::from_iter([("email", address)]);
            cx.update_attributes(&pool, by, user, &changes).await
        };
        assert_undelivered(update("a@example.com", Some(&app_client)).await);
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some("a@example.com"));
        // AdminUpdateUserAttributes has no error for it.
        update("b@example.com", None).await.unwrap();
        assert_eq!(client.pool.attribute("alice", "email").await.as_deref(), Some("b@example.com"));
        assert_eq!(client.pool.attribute("alice", "email_verified").await.as_deref(), Some("false"));
    }
}
