//! Identity documents of customers: upload, review by one person at a time, decision, and logged access to the files.
//!
//! A file is stored, sealed and under a random key, before its row is inserted, and deleted from the store after the row no longer
//! names it. The jobs delete files that a crash leaves without a row: see [`jobs`].

mod email;
mod files;
pub mod inspect;
pub mod jobs;
mod links;
pub(crate) mod personal_data;
mod query;
pub(crate) mod routes;
mod rules;

pub(crate) use files::{ExportedFile, stored_files};
pub use files::{NewFile, SealedFile, seal};

use platform::settings::{KycRequiredDocuments, Watcher};
use wire::system::settings::SettingKey;

/// Queues [`jobs::Reassess`] when the set of required documents changes.
pub(crate) const WATCHER: Watcher = Watcher {
    key: KycRequiredDocuments::DEFINITION.key,
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
