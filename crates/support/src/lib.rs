//! Support: tickets and their messages, service levels, macros, emails of customers, and the knowledge base.
//!
//! Imports point down only:
//!
//! ```text
//! inbound   macros
//! messages
//! tickets   threads
//! sla   triage   articles
//! alerts
//! ```

mod alerts;
mod articles;
mod inbound;
mod macros;
mod messages;
mod personal_data;
mod sla;
mod threads;
mod tickets;
mod triage;

pub use articles::jobs::ForgetReaders;
pub use messages::jobs::CleanUpAttachments;
pub use sla::{
    ClockEvent, ClockHistory, ClockStep, ReplayedClocks, jobs::RecordBreaches, replay_clocks,
};
pub use threads::reply_address;
pub use tickets::jobs::SweepTickets;

use platform::{jobs::Worker, people::PersonalData};
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API. Literal paths come before paths with an id.
pub fn mount(config: &mut ServiceConfig<'_>) {
    messages::routes::mount(config);
    tickets::routes::mount(config);
    sla::routes::mount(config);
    triage::routes::mount(config);
    macros::routes::mount(config);
    inbound::routes::mount(config);
    articles::routes::mount(config);
}

/// Adds this section's jobs to the worker.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<SweepTickets>()
        .with::<RecordBreaches>()
        .with::<sla::jobs::RecalculateClocks>()
        .with::<CleanUpAttachments>()
        .with::<inbound::jobs::ReadEmail>()
        .with::<ForgetReaders>()
}

/// Returns the personal data that this section stores, to be exported and erased.
pub fn personal_data() -> Vec<PersonalData> {
    vec![personal_data::PERSONAL_DATA]
}
