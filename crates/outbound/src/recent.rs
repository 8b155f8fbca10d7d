//! The last things that happened, kept in memory, and a way to wait for the next one.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// Keeps the last things of a kind; the oldest makes room for the next.
#[derive(Debug)]
pub struct Recent<T> {
    capacity: usize,
    kept: Mutex<VecDeque<T>>,
    /// How many have ever arrived: the id of the last one, and the bell for those who wait.
    arrived: watch::Sender<u64>,
}

impl<T: Clone> Recent<T> {
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            kept: Mutex::default(),
            arrived: watch::Sender::new(0),
        }
    }

    /// Keeps what is made with the next id, and wakes those who wait. Ids count from 1 and are never used again.
    pub fn keep(&self, make: impl FnOnce(u64) -> T) {
        let mut kept = self.lock();
        let id = *self.arrived.borrow() + 1;
        if kept.len() == self.capacity {
            kept.pop_front();
        }
        kept.push_back(make(id));
        self.arrived.send_replace(id);
    }

    /// Those that match, oldest first.
    pub fn list(&self, matches: impl Fn(&T) -> bool) -> Vec<T> {
        self.lock().iter().filter(|one| matches(one)).cloned().collect()
    }

    /// Those that match, oldest first, as soon as there is one; none when there is still none after `patience`.
    pub async fn wait(&self, matches: impl Fn(&T) -> bool, patience: Duration) -> Vec<T> {
        let deadline = Instant::now() + patience;
        let mut arrivals = self.arrived.subscribe();
        loop {
            let found = self.list(&matches);
            if !found.is_empty() || !matches!(timeout_at(deadline, arrivals.changed()).await, Ok(Ok(()))) {
                return found;
            }
        }
    }

    /// Removes those that match and returns how many there were.
    pub fn clear(&self, matches: impl Fn(&T) -> bool) -> usize {
        let mut kept = self.lock();
        let before = kept.len();
        kept.retain(|one| !matches(one));
        before - kept.len()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
