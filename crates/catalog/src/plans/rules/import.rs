//! Taking over a provider's price list: what it makes of our plans, all at once or not at all.

use super::{
    decided::{Decided, Deed, World, Writer},
    package::{self, Package},
};
use wire::{
    FieldErrors,
    catalog::plans::{ImportOutcome, ImportReport, PlanImportOptions, PlanImportRow},
    integrations::providers::Adapter,
};

use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx, Upload,
    import::{self, Verdict},
    settings::{self, MinimumMargin},
};

/// Imports a list, or says what importing it would do.
pub fn run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[Adapter],
    options: &PlanImportOptions,
    list: &Upload,
    now: DateTime<Utc>,
) -> Result<ImportReport<PlanImportRow>> {
    let provider = options
        .provider_id
        .ok_or_else(|| Error::field("provider_id", "required", "Say whose list it is."))?;
    if let Some(reason) = &options.reason {
        let mut bad = FieldErrors::default();
        bad.length("reason", reason, 1, 500);
        if !bad.0.is_empty() {
            return Err(Error::fields(bad.0));
        }
    }
    let margin = settings::get(tx.conn(), MinimumMargin)?;
    let readings = package::read_all(&import::table(list)?, options, Some(margin));
    let world = World::of(tx, adapters, provider, now)?;
    let dry_run = options.dry_run.unwrap_or(false);
    let decided = world.decide(readings);
    let rows = decided
        .iter()
        .map(|decided| row(decided, dry_run))
        .collect();
    let report = import::settle(dry_run, rows, |row: &PlanImportRow| Verdict {
        number: row.row,
        outcome: row.outcome,
        errors: &row.errors,
    })?;
    if !dry_run {
        let writer = Writer {
            provider,
            why: "price list",
            note: options.reason.as_deref(),
            now,
        };
        writer.write(tx, actor, &decided)?;
    }
    Ok(report)
}

/// What the report says of a row.
fn row(decided: &Decided<'_>, dry_run: bool) -> PlanImportRow {
    let Package {
        sku,
        plan,
        cost,
        selling,
        currency,
        ..
    } = decided.package().clone();
    let outcome = match decided.deed {
        Deed::Refuse => ImportOutcome::Refused,
        Deed::Keep => ImportOutcome::Unchanged,
        Deed::Create => ImportOutcome::Created,
        Deed::Update { .. } => ImportOutcome::Updated,
    };
    let understood =
        |field: &str| {
            !decided.reading.faults.iter().any(|fault| {
                fault.field == field && matches!(fault.code.as_str(), "required" | "type")
            })
        };
    PlanImportRow {
        row: decided.reading.number,
        sku: Some(sku).filter(|sku| !sku.is_empty()),
        name: Some(plan.name).filter(|name| !name.is_empty()),
        outcome,
        plan_id: match outcome {
            ImportOutcome::Refused => None,
            ImportOutcome::Created if dry_run => None,
            _ => Some(decided.plan),
        },
        cost_price: understood("cost_price").then_some(cost),
        selling_price: understood("selling_price").then_some(selling),
        currency: understood("currency").then_some(currency),
        errors: decided.reading.faults.clone(),
    }
}
