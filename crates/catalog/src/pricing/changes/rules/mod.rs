//! Business rules of bulk price changes.

mod back_test;
mod undo;

pub use undo::undo;

use super::query::{self, ChangeSummary, PlanPrice, Replacement};
use crate::pricing::rules::Limits;
use wire::{
    FieldError, Money, PlanId, PriceChangeId, PriceId, ProblemCode,
    catalog::pricing::{
        Earnings, MAX_PRICES, NewPriceChange, PriceChangeOptions, PriceChangeReport,
        PriceChangeRow, PriceRule,
    },
    system::audit::AuditAction,
};

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use std::collections::HashSet;

/// The period of the orders that a dry run tests the new prices with.
const BACK_TEST_PERIOD: TimeDelta = TimeDelta::days(30);

/// Applies a bulk price change. A dry run only returns the preview.
pub fn run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewPriceChange,
    options: &PriceChangeOptions,
    now: DateTime<Utc>,
) -> Result<PriceChangeReport> {
    let from = new.from.unwrap_or(now);
    if from < now {
        return Err(Error::field(
            "from",
            "past",
            "The start cannot be in the past. Choose now or a later time.",
        ));
    }
    let dry_run = options.dry_run.unwrap_or(false);
    let prices = lock_prices(tx, new, from)?;
    let plans: Vec<PlanId> = prices.iter().map(|price| price.plan_id).collect();
    let limits = Limits::load(tx.conn(), &plans)?;
    let rows: Vec<PriceChangeRow> = prices
        .iter()
        .map(|price| preview_row(price, &new.rule, &limits, from))
        .collect();
    let back_test = if dry_run {
        let sales = query::sales_since(tx.conn(), &plans, now - BACK_TEST_PERIOD)?;
        back_test::run(&sales, &rows, &new.rule)
    } else {
        Vec::new()
    };
    let is_changed = |row: &&PriceChangeRow| row.problem.is_none() && row.before != row.after;
    let report = PriceChangeReport {
        dry_run,
        id: None,
        from,
        changed: rows.iter().filter(is_changed).count(),
        same: rows
            .iter()
            .filter(|row| row.problem.is_none() && row.before == row.after)
            .count(),
        refused: rows.iter().filter(|row| row.problem.is_some()).count(),
        needs_reason: rows.iter().any(|row| row.needs_reason),
        rows,
        back_test,
    };
    if dry_run {
        return Ok(report);
    }
    ensure_applicable(&report, new)?;
    let id = apply(tx, actor, new, &prices, &report, now)?;
    Ok(PriceChangeReport {
        id: Some(id),
        ..report
    })
}

/// Returns the active prices that the change selects, and locks their plans until the end of the transaction.
fn lock_prices(
    tx: &mut Tx<'_>,
    new: &NewPriceChange,
    from: DateTime<Utc>,
) -> Result<Vec<PlanPrice>> {
    let selected = query::active_prices(tx.conn(), new, from)?;
    if selected.len() > MAX_PRICES {
        let message =
            format!("The change selects more than {MAX_PRICES} prices. Narrow the selection.");
        return Err(Error::field("rule", "too_many", message));
    }
    let plans: Vec<PlanId> = selected.iter().map(|price| price.plan_id).collect();
    query::lock_plans(tx, &plans)?;
    let prices = query::active_prices(tx.conn(), new, from)?;
    if let Some(named) = &new.price_ids {
        let named: HashSet<&PriceId> = named.iter().collect();
        if prices.len() != named.len() {
            return Err(Error::with_detail(
                ProblemCode::Conflict,
                "Some of these prices are no longer active. Preview the change again.",
            ));
        }
    }
    Ok(prices)
}

/// Returns the preview of a price: the new price, its margin and its problem.
fn preview_row(
    price: &PlanPrice,
    rule: &PriceRule,
    limits: &Limits,
    from: DateTime<Utc>,
) -> PriceChangeRow {
    let (cost, before) = (&price.cost_price, &price.selling_price);
    let after = rule.apply(cost, before, price.currency);
    let is_same = after == *before;
    let problem = if is_same {
        None
    } else {
        find_problem(price, &after, limits, from)
    };
    PriceChangeRow {
        price_id: price.id,
        plan_id: price.plan_id,
        plan_name: price.plan_name.clone(),
        region: price.region_or_global().to_owned(),
        currency: price.currency,
        margin_before: Earnings::from_prices(cost, before).margin_percent,
        margin_after: Earnings::from_prices(cost, &after).margin_percent,
        until: price.effective_to,
        needs_reason: !is_same && problem.is_none() && limits.needs_reason(cost, &after),
        problem,
        cost_price: cost.clone(),
        before: before.clone(),
        after,
    }
}

/// Returns the problem that makes a price change invalid. A reason does not help against these problems.
fn find_problem(
    price: &PlanPrice,
    after: &Money,
    limits: &Limits,
    from: DateTime<Utc>,
) -> Option<FieldError> {
    let error = |code: &str, message: &str| {
        Some(FieldError {
            field: "selling_price".into(),
            code: code.into(),
            message: message.into(),
        })
    };
    if !after.is_positive() {
        return error("not_positive", "The new price would be zero or less.");
    }
    if !after.is_storable() {
        return error("too_large", "The new price would be 100,000,000 or more.");
    }
    if price.effective_from == from {
        return error(
            "just_begun",
            "The current price begins at exactly this time. Choose another time.",
        );
    }
    limits.check(
        price.plan_id,
        price.currency,
        &price.cost_price,
        after,
        true,
    )
}

/// Rejects a change that has problems, changes nothing or needs a reason.
fn ensure_applicable(report: &PriceChangeReport, new: &NewPriceChange) -> Result<()> {
    let errors = report.rows.iter().filter_map(|row| {
        let error = row.problem.clone()?;
        Some(FieldError {
            field: format!("prices.{}", row.price_id),
            message: format!("{}: {}", row.plan_name, error.message),
            ..error
        })
    });
    let errors: Vec<FieldError> = errors.collect();
    if !errors.is_empty() {
        return Err(Error::fields(errors));
    }
    if report.changed == 0 {
        return Err(Error::with_detail(
            ProblemCode::Conflict,
            "The rule changes no price.",
        ));
    }
    let has_reason = new
        .reason
        .as_deref()
        .is_some_and(|text| !text.trim().is_empty());
    if report.needs_reason && !has_reason {
        return Err(Error::field(
            "reason",
            "required",
            "A price is below the cost or the minimum margin. Enter a reason.",
        ));
    }
    Ok(())
}

fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewPriceChange,
    prices: &[PlanPrice],
    report: &PriceChangeReport,
    now: DateTime<Utc>,
) -> Result<PriceChangeId> {
    let (id, from) = (PriceChangeId::new(), report.from);
    let reason = new.reason.as_deref();
    let summary = ChangeSummary {
        rule: new.rule.clone(),
        prices: i32::try_from(report.changed).map_err(Error::internal)?,
        from,
    };
    query::insert(tx, id, &summary, reason, actor.id, now)?;
    let changed: Vec<(&PlanPrice, &PriceChangeRow)> = prices
        .iter()
        .zip(&report.rows)
        .filter(|(_, row)| row.before != row.after)
        .collect();
    let ended: Vec<PriceId> = changed.iter().map(|(price, _)| price.id).collect();
    query::end(tx, &ended, from)?;
    let replacements: Vec<Replacement<'_>> = changed
        .iter()
        .map(|(price, row)| Replacement {
            id: PriceId::new(),
            replaces: price.id,
            template: price,
            selling: &row.after,
            from,
            to: price.effective_to,
        })
        .collect();
    query::insert_replacements(tx, &replacements, Some(id), reason, actor.id)?;
    let mut events =
        vec![AuditEvent::new(AuditAction::PriceChangeApply, id).with_change(json!(summary))];
    for one in &replacements {
        let change = json!({
            "plan_id": one.template.plan_id, "region": one.template.region_or_global(), "currency": one.template.currency, "change_id": id,
            "selling_price": { "before": one.template.selling_price, "after": one.selling },
        });
        events.push(AuditEvent::new(AuditAction::PriceCreate, one.id).with_change(change));
        events.push(AuditEvent::new(AuditAction::PriceEnd, one.replaces));
    }
    record(tx, actor, events, reason)?;
    Ok(id)
}

fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    events: Vec<AuditEvent<'_>>,
    reason: Option<&str>,
) -> Result<()> {
    let events = events.into_iter().map(|event| event.with_reason(reason));
    audit::record_all(tx, actor, events.collect())
}
