//! Signing keys made ahead of the time they are needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Mutex, mpsc};

use crate::keys::{KeyError, SigningKey};

/// A stock of signing keys, so that nobody waits for one to be generated.
pub struct KeyReserve(Source);

enum Source {
    Generated(Mutex<mpsc::Receiver<Arc<SigningKey>>>),
    Fixed {
        keys: Vec<Arc<SigningKey>>,
        next: AtomicUsize,
    },
}

impl KeyReserve {
    /// Starts to generate keys in the background, one at a time, whenever fewer than `size` (at least 1) are in stock.
    ///
    /// Must be called in a Tokio runtime. Generation stops when the reserve is dropped.
    pub fn start(size: usize) -> Self {
        let (stock, keys) = mpsc::channel(size.max(1));
        tokio::spawn(replenish(stock));
        Self(Source::Generated(Mutex::new(keys)))
    }

    /// Hands out the given keys in turn, over and over: pools then share keys, which only tests want.
    ///
    /// Without any key, each [`Self::take`] generates one.
    pub fn fixed(keys: Vec<Arc<SigningKey>>) -> Self {
        Self(Source::Fixed {
            keys,
            next: AtomicUsize::new(0),
        })
    }

    /// Takes a key: at once from the stock, else the next one to be ready (in order of asking).
    pub async fn take(&self) -> Result<Arc<SigningKey>, KeyError> {
        let key = match &self.0 {
            Source::Generated(keys) => keys.lock().await.recv().await,
            Source::Fixed { keys, next } => {
                let turn = next.fetch_add(1, Ordering::Relaxed).checked_rem(keys.len());
                turn.and_then(|turn| keys.get(turn)).cloned()
            }
        };
        match key {
            Some(key) => Ok(key),
            None => generate().await,
        }
    }
}

/// Keeps `stock` full until its reserve is gone.
async fn replenish(stock: mpsc::Sender<Arc<SigningKey>>) {
    while let Ok(place) = stock.reserve().await {
        match generate().await {
            Ok(key) => place.send(key),
            Err(error) => {
                tracing::error!(%error, "the key reserve stops; keys are generated on demand");
                return;
            }
        }
    }
}

async fn generate() -> Result<Arc<SigningKey>, KeyError> {
    let key = tokio::task::spawn_blocking(SigningKey::generate)
        .await
        .map_err(|_| KeyError::Generation)??;
    Ok(Arc::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::KEYS;

    #[tokio::test]
    async fn a_reserve_hands_out_more_keys_than_it_stocks_and_never_one_twice() {
        let reserve = KeyReserve::start(1);
        let (first, second, third) = tokio::join!(reserve.take(), reserve.take(), reserve.take());
        let (first, second, third) = (first.unwrap(), second.unwrap(), third.unwrap());
        assert_ne!(first.kid(), second.kid());
        assert_ne!(second.kid(), third.kid());
        assert_ne!(first.kid(), third.kid());
    }

    #[tokio::test]
    async fn a_key_in_stock_is_taken_without_waiting() {
        let (stock, keys) = mpsc::channel(1);
        stock.try_send(KEYS[0].clone()).unwrap();
        let reserve = KeyReserve(Source::Generated(Mutex::new(keys)));
        assert_eq!(reserve.take().await.unwrap().kid(), KEYS[0].kid());
    }

    #[tokio::test]
    async fn a_reserve_whose_generator_is_gone_still_gives_keys() {
        let (stock, keys) = mpsc::channel(1);
        drop(stock);
        let reserve = KeyReserve(Source::Generated(Mutex::new(keys)));
        assert!(reserve.take().await.is_ok());
    }

    #[tokio::test]
    async fn generation_stops_when_the_reserve_is_dropped() {
        let (stock, keys) = mpsc::channel(1);
        stock.try_send(KEYS[0].clone()).unwrap();
        let generator = tokio::spawn(replenish(stock));
        drop(KeyReserve(Source::Generated(Mutex::new(keys))));
        generator.await.unwrap();
    }

    #[tokio::test]
    async fn fixed_keys_come_in_turn() {
        let reserve = KeyReserve::fixed(KEYS.to_vec());
        let mut kids = Vec::new();
        for _ in 0..4 {
            kids.push(reserve.take().await.unwrap().kid().to_owned());
        }
        assert_eq!(kids, [KEYS[0].kid(), KEYS[1].kid(), KEYS[0].kid(), KEYS[1].kid()]);
    }
}
