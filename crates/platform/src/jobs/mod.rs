//! Work that is done later: committed with the change that makes it necessary, done at least once, never lost.
//!
//! A job must bear being run twice. It is the only place from which the outside world is called.

mod dead;
mod queue;
mod runner;

pub use dead::{DeadJob, MOST_DEAD, dead, discard, retry};
pub use queue::{depth, enqueue, enqueue_at, forget_failures, purge};
pub use runner::{Worker, listen};

use crate::{ctx::Ctx, error::Result};
use serde::{Serialize, de::DeserializeOwned};

/// A kind of job; its value is what the job needs to know.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the queue.
    const KIND: &'static str;
    /// How often it is tried before it is given up for dead.
    const ATTEMPTS: i32 = 12;
    /// Two jobs with the same key do not wait at once; the second is dropped.
    fn unique_key(&self) -> Option<String> {
        None
    }
    /// Does it. An error means: try again later.
    fn run(self, ctx: Ctx) -> impl Future<Output = Result<()>> + Send;
    /// Says, after the last attempt, that it will not be done, so that nothing is stuck unseen.
    fn give_up(self, _ctx: Ctx, _why: String) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}
