//! Decisions about changes of many prices.

mod back_test;
mod undo;

pub use undo::undo;

use super::query::{self, Held, Successor, Told};
use crate::pricing::rules::Limits;
use wire::{
    FieldError, Money, PlanId, PriceChangeId, PriceId, ProblemCode,
    catalog::pricing::{
        Earnings, MOST_PRICES, NewPriceChange, PriceChangeOptions, PriceChangeReport,
        PriceChangeRow, PriceRule,
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
};
use serde_json::json;
use std::collections::HashSet;

/// Days whose orders a dry run looks back on.
const LOOK_BACK: TimeDelta = TimeDelta::days(30);

/// Changes many prices, or says what changing them would do.
pub fn run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (new, options): (&NewPriceChange, &PriceChangeOptions),
    now: DateTime<Utc>,
) -> Result<PriceChangeReport> {
    let from = new.from.unwrap_or(now);
    if from < now {
        return Err(Error::field(
            "from",
            "past",
            "What was sold was sold. Choose now or later.",
        ));
    }
    let dry_run = options.dry_run.unwrap_or(false);
    let held = held(tx, new, from)?;
    let plans: Vec<PlanId> = held.iter().map(|price| price.plan_id).collect();
    let limits = Limits::of(tx.conn(), &plans)?;
    let rows: Vec<PriceChangeRow> = held
        .iter()
        .map(|price| judged(price, &new.rule, &limits, from))
        .collect();
    let back_test = if dry_run {
        let sold = query::sold(tx.conn(), &plans, now - LOOK_BACK)?;
        back_test::of(&sold, &rows, &new.rule)
    } else {
        Vec::new()
    };
    let changes = |row: &&PriceChangeRow| row.problem.is_none() && row.before != row.after;
    let report = PriceChangeReport {
        dry_run,
        id: None,
        from,
        changed: rows.iter().filter(changes).count(),
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
    may_be_written(&report, new)?;
    let id = write(tx, actor, new, (&held, &report), now)?;
    Ok(PriceChangeReport {
        id: Some(id),
        ..report
    })
}

/// The prices that hold at the time, with their plans held until the end of the transaction.
fn held(tx: &mut Tx<'_>, new: &NewPriceChange, from: DateTime<Utc>) -> Result<Vec<Held>> {
    let first = query::in_force(tx.conn(), new, from)?;
    if first.len() > MOST_PRICES {
        let says = format!("These are more than {MOST_PRICES} prices. Narrow it down.");
        return Err(Error::field("rule", "too_many", says));
    }
    let plans: Vec<PlanId> = first.iter().map(|price| price.plan_id).collect();
    query::hold_plans(tx, &plans)?;
    let held = query::in_force(tx.conn(), new, from)?;
    if let Some(named) = &new.price_ids {
        let named: HashSet<&PriceId> = named.iter().collect();
        if held.len() != named.len() {
            return Err(Error::because(
                ProblemCode::Conflict,
                "Some of these prices do not hold any more. Look at the preview again.",
            ));
        }
    }
    Ok(held)
}

/// What the rule makes of a price.
fn judged(price: &Held, rule: &PriceRule, limits: &Limits, from: DateTime<Utc>) -> PriceChangeRow {
    let (cost, before) = (&price.cost_price, &price.selling_price);
    let after = rule.apply(cost, before, price.currency);
    let is_same = after == *before;
    let problem = if is_same {
        None
    } else {
        forbidden(price, &after, limits, from)
    };
    PriceChangeRow {
        price_id: price.id,
        plan_id: price.plan_id,
        plan_name: price.plan_name.clone(),
        region: price.place().to_owned(),
        currency: price.currency,
        margin_before: Earnings::of(cost, before).margin_percent,
        margin_after: Earnings::of(cost, &after).margin_percent,
        until: price.effective_to,
        needs_reason: !is_same && problem.is_none() && limits.needs_reason(cost, &after),
        problem,
        cost_price: cost.clone(),
        before: before.clone(),
        after,
    }
}

/// What no reason allows.
fn forbidden(
    price: &Held,
    after: &Money,
    limits: &Limits,
    from: DateTime<Utc>,
) -> Option<FieldError> {
    let fault = |code: &str, message: &str| {
        Some(FieldError {
            field: "selling_price".into(),
            code: code.into(),
            message: message.into(),
        })
    };
    if !after.is_positive() {
        return fault("not_positive", "Nothing would be left of the price.");
    }
    if !after.is_storable() {
        return fault("too_large", "It would be 100,000,000 or more.");
    }
    if price.effective_from == from {
        return fault(
            "just_begun",
            "It begins at that very moment. Choose another time.",
        );
    }
    limits.fault(
        (price.plan_id, price.currency),
        (&price.cost_price, after),
        true,
    )
}

fn may_be_written(report: &PriceChangeReport, new: &NewPriceChange) -> Result<()> {
    let faults = report.rows.iter().filter_map(|row| {
        let fault = row.problem.clone()?;
        Some(FieldError {
            field: format!("prices.{}", row.price_id),
            message: format!("{}: {}", row.plan_name, fault.message),
            ..fault
        })
    });
    let faults: Vec<FieldError> = faults.collect();
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    if report.changed == 0 {
        return Err(Error::because(
            ProblemCode::Conflict,
            "No price would be another.",
        ));
    }
    let is_said = new
        .reason
        .as_deref()
        .is_some_and(|text| !text.trim().is_empty());
    if report.needs_reason && !is_said {
        return Err(Error::field(
            "reason",
            "required",
            "Something would sell below cost or leave too little: say why.",
        ));
    }
    Ok(())
}

fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewPriceChange,
    (held, report): (&[Held], &PriceChangeReport),
    now: DateTime<Utc>,
) -> Result<PriceChangeId> {
    let (id, from) = (PriceChangeId::new(), report.from);
    let reason = new.reason.as_deref();
    let told = Told {
        rule: new.rule.clone(),
        prices: i32::try_from(report.changed).map_err(Error::internal)?,
        from,
    };
    query::insert(tx, id, &told, (reason, actor.id), now)?;
    let changed: Vec<(&Held, &PriceChangeRow)> = held
        .iter()
        .zip(&report.rows)
        .filter(|(_, row)| row.before != row.after)
        .collect();
    let ended: Vec<PriceId> = changed.iter().map(|(price, _)| price.id).collect();
    query::end(tx, &ended, from)?;
    let successors: Vec<Successor<'_>> = changed
        .iter()
        .map(|(price, row)| Successor {
            id: PriceId::new(),
            replaces: price.id,
            like: price,
            selling: &row.after,
            from,
            to: price.effective_to,
        })
        .collect();
    query::succeed(tx, &successors, (Some(id), reason, actor.id))?;
    let mut acts = vec![Act::new("price.change", "price_change", id.0).changing(json!(told))];
    for one in &successors {
        let change = json!({
            "plan_id": one.like.plan_id, "region": one.like.place(), "currency": one.like.currency, "change_id": id,
            "selling_price": { "before": one.like.selling_price, "after": one.selling },
        });
        acts.push(Act::new("price.create", "price", one.id.0).changing(change));
        acts.push(Act::new("price.end", "price", one.replaces.0));
    }
    record(tx, actor, acts, reason)?;
    Ok(id)
}

fn record(tx: &mut Tx<'_>, actor: &Actor, acts: Vec<Act<'_>>, reason: Option<&str>) -> Result<()> {
    let acts = acts.into_iter().map(|act| act.because(reason));
    audit::record_all(tx, actor, acts.collect())
}
