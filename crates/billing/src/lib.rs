//! Orders and their money: checkout, fulfillment, payments, refunds, disputes, invoices and reconciliation.
//!
//! Processes are above records, and imports point down only:
//!
//! ```text
//! webhooks        reconciliation
//! checkout        provider_accounts
//! fulfillment
//! refunding
//! orders  transactions  refunds  disputes  invoices  cases  supplier_claims  payments
//! amounts  events  pdf  timeline
//! ```

mod amounts;
pub mod cases;
pub mod checkout;
pub mod disputes;
mod events;
pub mod fulfillment;
pub mod invoices;
pub mod orders;
pub mod payments;
mod pdf;
mod personal_data;
pub mod provider_accounts;
pub mod reconciliation;
pub mod refunding;
pub mod refunds;
pub mod supplier_claims;
mod timeline;
pub mod transactions;
pub mod webhooks;

use platform::{jobs::Worker, people::PersonalData};
use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the routes of the section. `checkout` comes before `orders`, because `/orders/quote` matches the path of an
/// order.
pub fn mount(config: &mut ServiceConfig<'_>) {
    checkout::mount(config);
    fulfillment::mount(config);
    orders::mount(config);
    payments::mount(config);
    refunding::mount(config);
    refunds::mount(config);
    supplier_claims::mount(config);
    reconciliation::mount(config);
    cases::mount(config);
    transactions::mount(config);
    invoices::mount(config);
    disputes::mount(config);
    webhooks::mount(config);
    provider_accounts::mount(config);
}

/// Registers the jobs of the section.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<fulfillment::ActivateTopUp>()
        .with::<fulfillment::CheckAbandoned>()
        .with::<fulfillment::ContinueProvisioning>()
        .with::<fulfillment::Provision>()
        .with::<checkout::ExpireOrder>()
        .with::<checkout::SweepOrders>()
        .with::<checkout::OpenPayment>()
        .with::<invoices::Issue>()
        .with::<invoices::Credit>()
        .with::<payments::MakeDay>()
        .with::<payments::MakeDays>()
        .with::<refunding::SendRefund>()
        .with::<refunding::LoadRefunds>()
        .with::<refunding::FollowUpRefunds>()
        .with::<provider_accounts::ApplyProviderWebhook>()
        .with::<provider_accounts::ReadBalance>()
        .with::<provider_accounts::ReadBalances>()
        .with::<provider_accounts::SyncTwilioEsims>()
        .with::<reconciliation::Check>()
        .with::<transactions::ClosePayment>()
        .with::<transactions::ReportSimulatedOutcome>()
}

/// Returns the personal data of the section.
pub fn personal_data() -> Vec<PersonalData> {
    vec![personal_data::PERSONAL_DATA]
}
