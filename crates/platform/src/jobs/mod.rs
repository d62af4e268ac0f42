//! Background jobs: enqueued in the transaction of the change that requires them, run at least once, never lost.
//!
//! A job must tolerate being run twice. Only jobs call external services.

mod dead;
mod queue;
mod runner;

pub use dead::{DeadJob, MOST_DEAD, dead, discard, retry};
pub use queue::{depth, enqueue, enqueue_at, enqueue_now, forget_failures, purge};
pub use runner::{Worker, listen};

use crate::{ctx::Ctx, error::Result};
use serde::{Serialize, de::DeserializeOwned};

/// A kind of job. The value is the payload.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// The name of the kind in the queue.
    const KIND: &'static str;
    /// The maximum number of attempts; after the last failure the job is dead.
    const ATTEMPTS: i32 = 12;
    /// Returns the key under which only one job can be queued; a second one is dropped.
    fn unique_key(&self) -> Option<String> {
        None
    }
    /// Runs the job. An error queues a retry.
    fn run(self, ctx: Ctx) -> impl Future<Output = Result<()>> + Send;
    /// Runs after the last attempt has failed, to mark the object of the job as failed, so that it is not stuck unnoticed.
    fn give_up(self, _ctx: Ctx, _why: String) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}
