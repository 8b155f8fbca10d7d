//! What a node remembers of configuration, which is read often and written rarely.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use poolhouse_domain::Result;

/// What a node knows of the configuration of one kind, by name.
///
/// What was written is forgotten at once, even by those who were reading it at that moment: what they have read may be
/// what was there before.
pub struct Known<V: Clone + Send + Sync + 'static> {
    values: Cache<String, V>,
    /// How often something was forgotten.
    forgotten: AtomicU64,
}

impl<V: Clone + Send + Sync + 'static> Known<V> {
    /// Remembers up to `capacity` values, each for no longer than `age`.
    pub fn aging(capacity: u64, age: Duration) -> Self {
        Self::new(Cache::builder().max_capacity(capacity).time_to_live(age).build())
    }

    /// Remembers up to `capacity` values that never change.
    pub fn lasting(capacity: u64) -> Self {
        Self::new(Cache::builder().max_capacity(capacity).build())
    }

    fn new(values: Cache<String, V>) -> Self {
        Self {
            values,
            forgotten: AtomicU64::new(0),
        }
    }

    /// The value of `name`, read by `read` unless it is known.
    pub async fn get(&self, name: &str, read: impl AsyncFnOnce() -> Result<V>) -> Result<V> {
        if let Some(value) = self.values.get(name) {
            return Ok(value);
        }
        let before = self.forgotten.load(Ordering::SeqCst);
        let value = read().await?;
        self.values.insert(name.to_owned(), value.clone());
        if self.forgotten.load(Ordering::SeqCst) != before {
            self.values.invalidate(name);
        }
        Ok(value)
    }

    /// Forgets the value of `name`, which was written.
    pub fn forget(&self, name: &str) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.values.invalidate(name);
    }

    /// Forgets all values.
    pub fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.values.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_known_is_not_read_again_until_it_is_forgotten() {
        let known = Known::lasting(10);
        let read = async |value| known.get("a", async || Ok(value)).await.unwrap();
        assert_eq!((read(1).await, read(2).await), (1, 1));
        known.forget("b");
        assert_eq!(read(3).await, 1);
        known.forget("a");
        assert_eq!((read(4).await, read(5).await), (4, 4));
        known.forget_all();
        assert_eq!(read(6).await, 6);
    }

    #[tokio::test]
    async fn what_was_written_while_it_was_read_is_not_remembered_as_it_was() {
        let known = Known::lasting(10);
        let stale = known.get("a", async || {
            known.forget("a");
            Ok("before")
        });
        assert_eq!(stale.await.unwrap(), "before");
        assert_eq!(known.get("a", async || Ok("after")).await.unwrap(), "after");
    }
}
