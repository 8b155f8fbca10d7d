//! Secrets of the installation, which its nodes agree on.

use std::sync::Arc;

use poolhouse_crypto::entropy::{Entropy, SeededEntropy};
use poolhouse_crypto::seal::{MasterKey, SealError, Sealer};
use poolhouse_storage::{Error, Store};

use crate::{World, on_each_database};

on_each_database!(the_first_secret_stays_sealed_and_belongs_to_its_name);

async fn the_first_secret_stays_sealed_and_belongs_to_its_name(world: World) {
    let store = |seed: &str| {
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(seed));
        let sealer = Arc::new(Sealer::new(&MasterKey::generate(entropy.as_ref())).unwrap());
        Store::new(world.db.clone(), sealer, entropy)
    };
    let found = async |store: &Store, name: &str| {
        let found = store.sealed_settings().find(name).await.unwrap();
        found.map(|secret| secret.to_vec())
    };
    let node = store("one");
    assert_eq!(found(&node, "bell").await, None);
    let other = store("one");
    let (one, two) = tokio::join!(
        node.sealed_settings().keep("bell", b"ding"),
        other.sealed_settings().keep("bell", b"dong")
    );
    one.unwrap();
    two.unwrap();
    let kept = found(&node, "bell").await.unwrap();
    assert!(kept == b"ding" || kept == b"dong", "{kept:?}");
    assert_eq!(found(&other, "bell").await, Some(kept.clone()));
    other.sealed_settings().keep("bell", b"clang").await.unwrap();
    assert_eq!(found(&node, "bell").await, Some(kept));
    assert_eq!(found(&node, "whistle").await, None);

    let refusal = store("another").sealed_settings().find("bell").await.err().unwrap();
    assert!(matches!(refusal, Error::Seal(SealError::OtherMasterKey)), "{refusal:?}");
}
