//! The recently opened records: only kinds and ids are stored, no personal data. The titles load each time, so that
//! the user sees only what the current permissions allow.

use crate::{api, local_storage, session};
use wire::{
    Param,
    insights::search::{RecordRef, RecordRefs, SearchResult, SearchResults},
};

/// The number of stored records.
const KEPT: usize = 8;

/// Returns the storage key: every user of this browser has their own.
fn storage_key() -> Option<String> {
    session::user().map(|user| format!("recent:{}", user.id))
}

/// Returns the recently opened records, the latest first.
pub(super) fn known() -> Vec<RecordRef> {
    let kept = storage_key().and_then(|storage_key| local_storage::get(&storage_key));
    let records = kept.as_deref().map(RecordRefs::parse);
    records.and_then(Result::ok).unwrap_or_default().0
}

/// Returns them without the record that is open.
pub(super) fn others(address: &str) -> Vec<RecordRef> {
    let here = RecordRef::from_panel_path(address);
    let mut records = known();
    records.retain(|record| Some(*record) != here);
    records
}

/// Stores that the record at an address was opened, if there is one.
pub(in crate::shell) fn remember(address: &str) {
    let (Some(record), Some(storage_key)) = (RecordRef::from_panel_path(address), storage_key())
    else {
        return;
    };
    let mut records = known();
    records.retain(|known| *known != record);
    records.insert(0, record);
    records.truncate(KEPT);
    local_storage::set(&storage_key, &RecordRefs(records).show());
}

/// Loads the titles. Deleted records are missing; when the request fails, the list is empty.
pub(super) async fn named(records: Vec<RecordRef>) -> Vec<SearchResult> {
    let pairs = [("records", RecordRefs(records).show())];
    let found: Result<SearchResults, _> = api::get(&api::with_query("/v1/search", &pairs)).await;
    found.map(|found| found.data).unwrap_or_default()
}
