//! Import of a provider's price list: plans, offers and prices in one transaction, all rows or none.

pub(super) mod package;
pub(super) mod planned_changes;

use package::Package;
use planned_changes::{CatalogSnapshot, PlannedChange, PriceListUpdate, RowAction};
use wire::{
    FieldErrors,
    catalog::plans::{ImportOutcome, ImportReport, PlanImportOptions, PlanImportRow},
    integrations::providers::ProviderAdapter,
};

use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx, Upload,
    import::{self, RowResult},
    settings::{self, MinimumMargin},
};

/// Imports a list. A dry run only reports what the import would do.
pub fn run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    options: &PlanImportOptions,
    list: &Upload,
    now: DateTime<Utc>,
) -> Result<ImportReport<PlanImportRow>> {
    let provider = options.provider_id.ok_or_else(|| {
        Error::field(
            "provider_id",
            "required",
            "Choose the provider of the list.",
        )
    })?;
    if let Some(reason) = &options.reason {
        let mut bad = FieldErrors::default();
        bad.length("reason", reason, 1, 500);
        if !bad.0.is_empty() {
            return Err(Error::fields(bad.0));
        }
    }
    let margin = settings::get(tx.conn(), MinimumMargin)?;
    let parsed = package::parse_rows(&import::table(list)?, options, Some(margin));
    let snapshot = CatalogSnapshot::load(tx, adapters, provider, now)?;
    let dry_run = options.dry_run.unwrap_or(false);
    let changes = snapshot.plan_changes(parsed);
    let rows = changes
        .iter()
        .map(|change| report_row(change, dry_run))
        .collect();
    let report = import::report(dry_run, rows, |row: &PlanImportRow| RowResult {
        number: row.row,
        outcome: row.outcome,
        errors: &row.errors,
    })?;
    if !dry_run {
        let update = PriceListUpdate {
            provider,
            audit_reason: "price list",
            note: options.reason.as_deref(),
            now,
        };
        update.apply(tx, actor, &changes)?;
    }
    Ok(report)
}

/// Returns the row of the report for a planned change.
fn report_row(change: &PlannedChange<'_>, dry_run: bool) -> PlanImportRow {
    let Package {
        sku,
        plan,
        cost,
        selling,
        currency,
        ..
    } = change.package().clone();
    let outcome = match change.action {
        RowAction::Reject => ImportOutcome::Refused,
        RowAction::Keep => ImportOutcome::Unchanged,
        RowAction::Create => ImportOutcome::Created,
        RowAction::Update { .. } => ImportOutcome::Updated,
    };
    let is_parsed =
        |field: &str| {
            !change.row.errors.iter().any(|error| {
                error.field == field && matches!(error.code.as_str(), "required" | "type")
            })
        };
    PlanImportRow {
        row: change.row.number,
        sku: Some(sku).filter(|sku| !sku.is_empty()),
        name: Some(plan.name).filter(|name| !name.is_empty()),
        outcome,
        plan_id: match outcome {
            ImportOutcome::Refused => None,
            ImportOutcome::Created if dry_run => None,
            _ => Some(change.plan),
        },
        cost_price: is_parsed("cost_price").then_some(cost),
        selling_price: is_parsed("selling_price").then_some(selling),
        currency: is_parsed("currency").then_some(currency),
        errors: change.row.errors.clone(),
    }
}
