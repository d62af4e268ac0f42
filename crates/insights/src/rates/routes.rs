//! HTTP routes of exchange rates.

use super::{csv_import, query};
use wire::{
    insights::rates::{ExchangeRate, ExchangeRateImport, NewExchangeRate},
    permission::needs::ReportsWrite,
};

use actix_web::{get, post};
use platform::{Caller, Json, Result, Upload, Valid, listing};
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list);
    config.service(export);
    config.service(create);
    config.service(import);
}

listing!(ExchangeRate, "/exchange-rates", export "/exchange-rates/export", tag "insights/rates", needs ReportsRead = "reports:read", from query::page);

/// Enter the exchange rate of a day. A rate of the same source, day and currencies is replaced.
///
/// Reports keep the rates that they were made with after their days were over.
#[utoipa::path(tag = "insights/rates", security(("bearer" = ["reports:write"])), request_body = NewExchangeRate, responses((status = 200, description = "The result", body = ExchangeRateImport)))]
#[post("/exchange-rates")]
pub async fn create(
    caller: Caller<ReportsWrite>,
    new: Valid<NewExchangeRate>,
) -> Result<Json<ExchangeRateImport>> {
    let new = vec![new.into_inner()];
    caller
        .write(move |tx, actor| csv_import::store(tx, actor, &new))
        .await
        .map(Json)
}

/// Import up to 1,000 exchange rates from a CSV file or a JSON array, all rates or none.
///
/// The columns are `rate_date`, `from_currency`, `to_currency`, `rate` and `source`.
#[utoipa::path(
    tag = "insights/rates", security(("bearer" = ["reports:write"])),
    request_body(content((Vec<NewExchangeRate> = "application/json"), (String = "text/csv"))),
    responses((status = 200, description = "The result", body = ExchangeRateImport)),
)]
#[post("/exchange-rates/import")]
pub async fn import(
    caller: Caller<ReportsWrite>,
    upload: Upload,
) -> Result<Json<ExchangeRateImport>> {
    let new = csv_import::read(&upload)?;
    caller
        .write(move |tx, actor| csv_import::store(tx, actor, &new))
        .await
        .map(Json)
}
