//! A database belongs to one master key.

use std::sync::Arc;

use poolhouse_crypto::entropy::{Entropy, SeededEntropy};
use poolhouse_crypto::seal::{MasterKey, Sealer};
use poolhouse_storage::{Error, Store};

use crate::{World, on_each_database};

on_each_database!(the_first_master_key_stays_and_another_is_refused);

async fn the_first_master_key_stays_and_another_is_refused(world: World) {
    let store = |seed: &str| {
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(seed));
        let sealer = Arc::new(Sealer::new(&MasterKey::generate(entropy.as_ref())).unwrap());
        Store::new(world.db.clone(), sealer, entropy)
    };
    store("one").check_master_key().await.unwrap();
    store("one").check_master_key().await.unwrap();
    let refusal = store("another").check_master_key().await.unwrap_err();
    assert!(matches!(refusal, Error::OtherMasterKey));
    assert_eq!(
        refusal.to_string(),
        "the secrets in the database are sealed under another master key"
    );
}
