//! Taking a change of many prices back.

use super::record;
use crate::pricing::changes::query::{self, Held, Successor};
use wire::{PlanId, PriceChangeId, PriceId, ProblemCode, catalog::pricing::PriceChange};

use chrono::{DateTime, Utc};
use platform::{Actor, Error, Result, Tx, audit::Act};
use serde_json::json;
use std::collections::HashMap;

/// Takes a change back.
pub fn undo(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PriceChangeId,
    now: DateTime<Utc>,
) -> Result<PriceChange> {
    let change = query::lock(tx, id)?;
    if change.undone_at.is_some() {
        return Err(Error::because(
            ProblemCode::WrongState,
            "It has been taken back already.",
        ));
    }
    let plans: Vec<PlanId> = query::set_by(tx.conn(), id)?
        .iter()
        .map(|(price, _)| price.plan_id)
        .collect();
    query::hold_plans(tx, &plans)?;
    let set = query::set_by(tx.conn(), id)?;
    let replaced: Vec<PriceId> = set.iter().map(|(_, old)| *old).collect();
    let replaced: HashMap<PriceId, Held> = query::these(tx.conn(), &replaced)?
        .into_iter()
        .map(|price| (price.id, price))
        .collect();
    untouched(&change, &set, &replaced)?;

    let mut acts = vec![Act::new("price.undo", "price_change", id.0)];
    let (mut ended, mut successors) = (Vec::new(), Vec::new());
    for (price, old) in &set {
        let Some(old) = replaced.get(old) else {
            continue;
        };
        if price.effective_to.is_some_and(|to| to <= now) {
            continue;
        }
        if price.effective_from >= now {
            // It has sold nothing: as if it had never been.
            query::remove(tx, &[price.id])?;
            query::reopen(tx, old.id, price.effective_to)?;
            acts.push(Act::new("price.remove", "price", price.id.0));
            acts.push(Act::new("price.edit", "price", old.id.0));
            continue;
        }
        ended.push(price.id);
        successors.push(Successor {
            id: PriceId::new(),
            replaces: price.id,
            like: old,
            selling: &old.selling_price,
            from: now,
            to: price.effective_to,
        });
    }
    query::end(tx, &ended, now)?;
    let note = "A change of many prices was taken back";
    query::succeed(tx, &successors, (None, Some(note), actor.id))?;
    for one in &successors {
        acts.push(Act::new("price.create", "price", one.id.0).changing(json!({
            "plan_id": one.like.plan_id, "selling_price": { "after": one.selling },
        })));
        acts.push(Act::new("price.end", "price", one.replaces.0));
    }
    query::close(tx, id, actor.id, now)?;
    record(tx, actor, acts, None)?;
    query::find(tx.conn(), id)
}

/// Nobody may have changed since what the change has set, or the end of what it replaced.
fn untouched(
    change: &PriceChange,
    set: &[(Held, PriceId)],
    replaced: &HashMap<PriceId, Held>,
) -> Result<()> {
    let touched: Vec<&str> = set
        .iter()
        .filter(|(price, old)| {
            let end = replaced.get(old).and_then(|old| old.effective_to);
            price.version != 1 || end != Some(price.effective_from)
        })
        .map(|(price, _)| price.plan_name.as_str())
        .take(5)
        .collect();
    let is_whole = i32::try_from(set.len()).is_ok_and(|count| count == change.prices);
    match (is_whole, touched.as_slice()) {
        (true, []) => Ok(()),
        (_, []) => Err(Error::because(
            ProblemCode::Conflict,
            "Some of its prices were taken back since. Set the others by hand.",
        )),
        (_, names) => Err(Error::because(
            ProblemCode::Conflict,
            format!(
                "Somebody has changed a price since: {}. Set the others by hand.",
                names.join(", ")
            ),
        )),
    }
}
