//! The HTTP side of the payment sums.

use super::rules;
use actix_web::get;
use platform::{Caller, Json, Options, Result};
use wire::{
    billing::payments::{OverviewOptions, PaymentOverview},
    permission::needs::PaymentsOverview,
};

/// Show the sums of payments and refunds, by currency.
///
/// The sums are by day in the time zone of the business, by method and by gateway, with the previous period. Each number
/// counts the rows that the lists show: payments that are `completed` or `refunded` by `completed_at`, `failed` ones by
/// `closed_at`, refunds that are `processed` by `processed_at`, and disputes that are `lost` by `closed_at`. A refund
/// that was made at the gateway counts while its case is open.
#[utoipa::path(tag = "billing/payments", security(("bearer" = ["payments:overview"])), params(OverviewOptions), responses((status = 200, description = "The sums", body = PaymentOverview)))]
#[get("/payments/overview")]
pub async fn overview(
    caller: Caller<PaymentsOverview>,
    options: Options<OverviewOptions>,
) -> Result<Json<PaymentOverview>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, _| rules::overview(conn, &options.0, now))
        .await
        .map(Json)
}
