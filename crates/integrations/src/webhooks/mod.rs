//! Receipts of incoming webhooks: each event once, and counts of those with invalid signatures.

mod events;
mod query;
mod routes;

pub use events::ReportedEvent;
pub use query::{
    Receipt, count_rejected, count_rejected_of, lock, mark_applied, mark_done, mark_failed,
    mark_ignored, mark_replayed, record, record_of, show,
};

use utoipa_actix_web::service_config::ServiceConfig;
use wire::ProviderId;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::list).service(routes::export);
}

/// Returns the source of the webhooks of a provider. Two providers may use the same event ids.
pub fn source(provider: ProviderId) -> String {
    format!("provider:{provider}")
}
