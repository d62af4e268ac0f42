//! Undo of a bulk price change.

use super::record;
use crate::pricing::changes::query::{self, PlanPrice, Replacement};
use wire::{
    PlanId, PriceChangeId, PriceId, ProblemCode, catalog::pricing::PriceChange,
    system::audit::AuditAction,
};

use chrono::{DateTime, Utc};
use platform::{Actor, Error, Result, Tx, audit::AuditEvent};
use serde_json::json;
use std::collections::HashMap;

/// Undoes a change.
pub fn undo(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PriceChangeId,
    now: DateTime<Utc>,
) -> Result<PriceChange> {
    let change = query::lock(tx, id)?;
    if change.undone_at.is_some() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The change is already undone.",
        ));
    }
    let plans: Vec<PlanId> = query::prices_of_change(tx.conn(), id)?
        .iter()
        .map(|(price, _)| price.plan_id)
        .collect();
    query::lock_plans(tx, &plans)?;
    let set = query::prices_of_change(tx.conn(), id)?;
    let replaced: Vec<PriceId> = set.iter().map(|(_, old)| *old).collect();
    let replaced: HashMap<PriceId, PlanPrice> = query::find_prices(tx.conn(), &replaced)?
        .into_iter()
        .map(|price| (price.id, price))
        .collect();
    ensure_unmodified(&change, &set, &replaced)?;

    let mut events = vec![AuditEvent::new(AuditAction::PriceChangeUndo, id)];
    let (mut ended, mut replacements) = (Vec::new(), Vec::new());
    for (price, old) in &set {
        let Some(old) = replaced.get(old) else {
            continue;
        };
        if price.effective_to.is_some_and(|to| to <= now) {
            continue;
        }
        if price.effective_from >= now {
            // The new price has not been sold, so it is deleted and the old price is extended.
            query::remove(tx, &[price.id])?;
            query::extend(tx, old.id, price.effective_to)?;
            events.push(AuditEvent::new(AuditAction::PriceDelete, price.id));
            events.push(AuditEvent::new(AuditAction::PriceEdit, old.id));
            continue;
        }
        ended.push(price.id);
        replacements.push(Replacement {
            id: PriceId::new(),
            replaces: price.id,
            template: old,
            selling: &old.selling_price,
            from: now,
            to: price.effective_to,
        });
    }
    query::end(tx, &ended, now)?;
    let note = "A bulk price change was undone";
    query::insert_replacements(tx, &replacements, None, Some(note), actor.id)?;
    for one in &replacements {
        events.push(
            AuditEvent::new(AuditAction::PriceCreate, one.id).with_change(json!({
                "plan_id": one.template.plan_id, "selling_price": { "after": one.selling },
            })),
        );
        events.push(AuditEvent::new(AuditAction::PriceEnd, one.replaces));
    }
    query::mark_undone(tx, id, actor.id, now)?;
    record(tx, actor, events, None)?;
    query::find(tx.conn(), id)
}

/// Rejects the undo if a price of the change, or the end of a replaced price, was changed since.
fn ensure_unmodified(
    change: &PriceChange,
    set: &[(PlanPrice, PriceId)],
    replaced: &HashMap<PriceId, PlanPrice>,
) -> Result<()> {
    let modified: Vec<&str> = set
        .iter()
        .filter(|(price, old)| {
            let end = replaced.get(old).and_then(|old| old.effective_to);
            price.version != 1 || end != Some(price.effective_from)
        })
        .map(|(price, _)| price.plan_name.as_str())
        .take(5)
        .collect();
    let is_complete = i32::try_from(set.len()).is_ok_and(|count| count == change.prices);
    match (is_complete, modified.as_slice()) {
        (true, []) => Ok(()),
        (_, []) => Err(Error::with_detail(
            ProblemCode::Conflict,
            "Some prices of this change were deleted since. Change the other prices individually.",
        )),
        (_, names) => Err(Error::with_detail(
            ProblemCode::Conflict,
            format!(
                "Some prices were changed since: {}. Change the other prices individually.",
                names.join(", ")
            ),
        )),
    }
}
