//! The bounded line of passwords that wait for a thread.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::Block;

use super::PasswordError;
use super::worker::Computation;

/// How long a thread keeps its memory without work.
const IDLE: Duration = Duration::from_secs(30);

/// Computations waiting for a thread, oldest first.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    /// Most computations that are waiting or under way.
    limit: usize,
}

struct State {
    waiting: VecDeque<Computation>,
    /// Computations waiting or under way.
    unfinished: usize,
    closed: bool,
}

impl Queue {
    /// Makes an empty queue that takes on at most `limit` computations at a time.
    pub(super) fn new(limit: usize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            unfinished: 0,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            limit,
        }
    }

    /// Takes on a computation, or says [`PasswordError::Busy`].
    pub(super) fn submit(&self, computation: Computation) -> Result<(), PasswordError> {
        let mut state = self.lock();
        if state.unfinished >= self.limit {
            return Err(PasswordError::Busy);
        }
        state.unfinished += 1;
        state.waiting.push_back(computation);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for the next computation; none means that the queue was closed.
    ///
    /// Gives `memory` back to the operating system when nothing comes for a while. Every computation must be followed
    /// by [`Self::finish`].
    pub(super) fn next(&self, memory: &mut Vec<Block>) -> Option<Computation> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(computation) = state.waiting.pop_front() {
                return Some(computation);
            }
            if memory.is_empty() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                let (woken, waited) = self
                    .changed
                    .wait_timeout(state, IDLE)
                    .unwrap_or_else(PoisonError::into_inner);
                state = woken;
                if waited.timed_out() {
                    *memory = Vec::new();
                }
            }
        }
    }

    /// Makes room after a computation.
    pub(super) fn finish(&self) {
        let mut state = self.lock();
        state.unfinished = state.unfinished.saturating_sub(1);
    }

    /// Drops what is waiting and ends the threads.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use argon2::Argon2;
    use argon2::password_hash::phc::Salt;
    use tokio::sync::oneshot;
    use zeroize::Zeroizing;

    use super::*;

    fn computation(password: &str) -> Computation {
        Computation {
            argon2: Argon2::default(),
            password: Zeroizing::new(password.as_bytes().to_vec()),
            salt: Salt::new(&[0; 16]).unwrap(),
            output_len: 32,
            reply: oneshot::channel().0,
        }
    }

    #[test]
    fn a_full_queue_is_busy_until_a_computation_is_finished() {
        let queue = Queue::new(2);
        let mut memory = Vec::new();
        assert_eq!(queue.submit(computation("a")), Ok(()));
        assert_eq!(queue.submit(computation("b")), Ok(()));
        assert_eq!(queue.submit(computation("c")), Err(PasswordError::Busy));
        assert_eq!(*queue.next(&mut memory).unwrap().password, b"a");
        assert_eq!(
            queue.submit(computation("c")),
            Err(PasswordError::Busy),
            "a is still under way"
        );
        queue.finish();
        assert_eq!(queue.submit(computation("c")), Ok(()));
        assert_eq!(*queue.next(&mut memory).unwrap().password, b"b");
        assert_eq!(*queue.next(&mut memory).unwrap().password, b"c");
    }

    #[test]
    fn a_closed_queue_drops_what_waits_and_gives_nothing() {
        let queue = Queue::new(2);
        queue.submit(computation("a")).unwrap();
        queue.close();
        assert!(queue.next(&mut Vec::new()).is_none());
    }
}
