//! The bounded line of works that wait for a thread.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::Block;

use super::{Work, WorkError};

/// How long a thread keeps its memory without work.
const IDLE: Duration = Duration::from_secs(30);

/// Works waiting for a thread, oldest first.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    /// Most works that are waiting or under way.
    limit: usize,
}

struct State {
    waiting: VecDeque<Work>,
    /// Works waiting or under way.
    unfinished: usize,
    taken_on: u64,
    closed: bool,
}

impl Queue {
    /// Makes an empty queue that takes on at most `limit` works at a time.
    pub(super) fn new(limit: usize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            unfinished: 0,
            taken_on: 0,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            limit,
        }
    }

    /// Takes a work on, or says [`WorkError::Busy`].
    pub(super) fn submit(&self, work: Work) -> Result<(), WorkError> {
        let mut state = self.lock();
        if state.unfinished >= self.limit {
            return Err(WorkError::Busy);
        }
        state.unfinished += 1;
        state.taken_on = state.taken_on.saturating_add(1);
        state.waiting.push_back(work);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for the next work; none means that the queue was closed.
    ///
    /// Gives `memory` back to the operating system when nothing comes for a while. Every work must be followed by
    /// [`Self::finish`].
    pub(super) fn next(&self, memory: &mut Vec<Block>) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(work) = state.waiting.pop_front() {
                return Some(work);
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

    /// Makes room after a work.
    pub(super) fn finish(&self) {
        let mut state = self.lock();
        state.unfinished = state.unfinished.saturating_sub(1);
    }

    /// How many works have been taken on.
    pub(super) fn taken_on(&self) -> u64 {
        self.lock().taken_on
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
    use super::*;

    /// A work that leaves its number of blocks in the memory.
    fn work(blocks: usize) -> Work {
        Box::new(move |memory| memory.resize(blocks, Block::new()))
    }

    /// Does the next work and says which it was.
    fn do_next(queue: &Queue) -> usize {
        let mut memory = Vec::new();
        let work = queue.next(&mut memory).unwrap();
        work(&mut memory);
        memory.len()
    }

    #[test]
    fn a_full_queue_is_busy_until_a_work_is_finished() {
        let queue = Queue::new(2);
        assert_eq!(queue.submit(work(1)), Ok(()));
        assert_eq!(queue.submit(work(2)), Ok(()));
        assert_eq!(queue.submit(work(3)), Err(WorkError::Busy));
        assert_eq!(do_next(&queue), 1);
        assert_eq!(
            queue.submit(work(3)),
            Err(WorkError::Busy),
            "the first is still under way"
        );
        queue.finish();
        assert_eq!(queue.submit(work(3)), Ok(()));
        assert_eq!(do_next(&queue), 2);
        assert_eq!(do_next(&queue), 3);
        assert_eq!(queue.taken_on(), 3);
    }

    #[test]
    fn a_closed_queue_drops_what_waits_and_gives_nothing() {
        let queue = Queue::new(2);
        queue.submit(work(1)).unwrap();
        queue.close();
        assert!(queue.next(&mut Vec::new()).is_none());
    }
}
