//! Orders and the money they bring: placed, paid, provisioned, delivered.

pub mod disputes;
pub mod invoices;
mod keeper;
pub mod orders;
pub mod payments;
mod pdf;
pub mod reconciliation;
pub mod refunds;
pub mod transactions;
pub mod webhooks;

pub use orders::Sweep;

use platform::{jobs::Worker, people::PersonalData};
use utoipa_actix_web::service_config::ServiceConfig;

/// The section's routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    orders::mount(config);
    payments::mount(config);
    refunds::mount(config);
    reconciliation::mount(config);
    transactions::mount(config);
    invoices::mount(config);
    disputes::mount(config);
    webhooks::mount(config);
}

/// The section's jobs.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<orders::Begin>()
        .with::<orders::Provision>()
        .with::<orders::Expire>()
        .with::<orders::Sweep>()
        .with::<invoices::Issue>()
        .with::<invoices::Credit>()
        .with::<payments::MakeDay>()
        .with::<payments::MakeDays>()
        .with::<refunds::SendRefund>()
        .with::<refunds::AskRefunds>()
        .with::<refunds::FollowUp>()
        .with::<reconciliation::Check>()
        .with::<transactions::Open>()
        .with::<transactions::Close>()
        .with::<transactions::Simulate>()
}

/// What keeps people's data in this section.
pub fn personal_data() -> Vec<PersonalData> {
    vec![keeper::PERSONAL_DATA]
}
