//! Threads for the arithmetic that takes milliseconds: a fixed number of them, and a bounded line before them.

mod queue;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use argon2::Block;
use tokio::sync::oneshot;

use queue::Queue;

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    /// As much work as allowed is waiting already: the caller should be asked to come back later.
    #[error("too much work is waiting")]
    Busy,
    #[error("the work could not be done")]
    Failed,
}

/// What a thread does; the memory is kept from one work to the next, and given back when nothing comes for a while.
type Work = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

/// Does work on threads of its own, refusing it when too much is waiting. The threads end when it is dropped.
pub struct Workers {
    queue: Arc<Queue>,
}

impl Workers {
    /// Starts `count` threads (at least one); `queue_limit` works may wait beyond those under way.
    pub fn start(count: usize, queue_limit: usize) -> std::io::Result<Self> {
        let count = count.max(1);
        let workers = Self {
            queue: Arc::new(Queue::new(count.saturating_add(queue_limit))),
        };
        for number in 1..=count {
            let queue = Arc::clone(&workers.queue);
            std::thread::Builder::new()
                .name(format!("worker-{number}"))
                .spawn(move || serve(&queue))?;
        }
        Ok(workers)
    }

    /// Does `work` as soon as a thread is free. Dropping the answer gives up work that still waits.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, WorkError> {
        self.run_with_memory(|_| work()).await
    }

    /// Does `work` like [`Self::run`], in memory that need not be asked for each time.
    pub(crate) async fn run_with_memory<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        let (reply, answer) = oneshot::channel();
        self.queue.submit(Box::new(move |memory| {
            if !reply.is_closed() {
                // The one who asked may have gone away meanwhile.
                let _ = reply.send(work(memory));
            }
        }))?;
        answer.await.map_err(|_| WorkError::Failed)
    }

    /// How many works have been taken on since the start.
    pub fn taken_on(&self) -> u64 {
        self.queue.taken_on()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Does what comes through `queue` until it is closed.
fn serve(queue: &Queue) {
    let mut memory = Vec::new();
    while let Some(work) = queue.next(&mut memory) {
        // A panic drops the reply, which is an answer too; the thread and its place in the queue stay.
        let _ = catch_unwind(AssertUnwindSafe(|| work(&mut memory)));
        queue.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_elsewhere_and_its_outcome_comes_back() {
        let workers = Workers::start(2, 0).unwrap();
        let name = workers.run(|| std::thread::current().name().map(str::to_owned)).await;
        assert!(name.unwrap().unwrap().starts_with("worker-"));
        assert_eq!(workers.taken_on(), 1);
    }

    #[tokio::test]
    async fn work_beyond_the_limit_is_refused_at_once() {
        let workers = Workers::start(1, 1).unwrap();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let first = workers.run(move || wait.recv());
        let (first, (second, third)) = tokio::join!(first, async {
            let second = workers.run(|| 2);
            tokio::pin!(second);
            let refused = tokio::select! {
                biased;
                _ = &mut second => None,
                refused = workers.run(|| 3) => Some(refused),
            };
            go.send(()).unwrap();
            (second.await, refused)
        });
        assert_eq!(first, Ok(Ok(())));
        assert_eq!(second, Ok(2));
        assert_eq!(third, Some(Err(WorkError::Busy)));
        assert_eq!(workers.taken_on(), 2);
    }

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_takes_no_thread_along() {
        let workers = Workers::start(1, 0).unwrap();
        assert_eq!(workers.run(|| panic!("oh")).await, Err::<(), _>(WorkError::Failed));
        loop {
            match workers.run(|| 1).await {
                Err(WorkError::Busy) => tokio::task::yield_now().await,
                other => break assert_eq!(other, Ok(1)),
            }
        }
    }
}
