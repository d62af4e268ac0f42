//! Documents that prove who a customer is: taken in, reviewed by one person at a time, decided, and shown to nobody
//! without a trace.
//!
//! A file goes into the store before its row is written, sealed and under a key that nobody chose; it leaves the store
//! after its row has. What a crash leaves between the two is swept up: see [`jobs`].

mod files;
mod inspect;
pub mod jobs;
pub(crate) mod keeper;
mod letter;
mod links;
mod query;
pub(crate) mod routes;
mod rules;

pub(crate) use files::{KeptFile, all_of};
pub use files::{Sealed, seal};

use platform::settings::{KycRequiredDocuments, Watcher};
use wire::system::settings::Name;

/// Queues [`jobs::Reassess`] when the set of required documents changes.
pub(crate) const WATCHER: Watcher = Watcher {
    key: KycRequiredDocuments::KNOWN.key,
    changed: |tx, version| {
        platform::jobs::enqueue(
            tx,
            &jobs::Reassess {
                version,
                after: None,
            },
        )
    },
};
