//! Decisions about offers.

use super::query;
use wire::{
    OfferId, ProblemCode,
    integrations::providers::{Adapter, EditOffer, NewOffer, Offer, OfferOrder},
};

use crate::providers;
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
};
use serde_json::json;

/// Adds an offer.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[Adapter],
    new: &NewOffer,
) -> Result<Offer> {
    providers::lock_usable(tx, adapters, new.provider_id)?;
    supplies(tx, new.plan_id)?;
    let id = query::insert(tx, new)?.ok_or_else(|| {
        Error::field(
            "sku",
            "taken",
            "This provider's package supplies a plan already. Change that offer instead.",
        )
    })?;
    let offer = query::find(tx.conn(), id)?;
    audit::record(
        tx,
        actor,
        Act::new("offer.create", "offer", id.0).changing(audit::change(&(), &offer)),
    )?;
    Ok(offer)
}

/// Changes an offer.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (OfferId, i32),
    edit: &EditOffer,
) -> Result<Offer> {
    let before = query::lock(tx, id)?;
    if let Some(plan) = edit.plan_id.filter(|plan| *plan != before.plan_id) {
        supplies(tx, plan)?;
    }
    let currency = edit.currency.unwrap_or(before.currency);
    let cost = edit.cost.as_ref().unwrap_or(&before.cost);
    if !currency.can_hold(cost) {
        let says = format!("{currency} has no smaller unit than one.");
        return Err(Error::field("cost", "too_fine", says));
    }
    if !query::update(tx, id, version, edit)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let after = query::find(tx.conn(), id)?;
    audit::record(
        tx,
        actor,
        Act::new("offer.edit", "offer", id.0).changing(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Says in which order the offers of a plan are asked. All of them have to be named, so that none is forgotten that
/// came meanwhile.
pub fn order(tx: &mut Tx<'_>, actor: &Actor, order: &OfferOrder) -> Result<()> {
    let before = query::of_plan(tx, order.plan_id)?;
    let mut named = order.ids.clone();
    named.sort_unstable();
    if !before.iter().map(|(id, _)| *id).eq(named) {
        return Err(Error::because(
            ProblemCode::Conflict,
            "The plan has other offers by now. Look at them again.",
        ));
    }
    for (priority, id) in (1..).zip(&order.ids) {
        let was = before.iter().find(|(known, _)| known == id);
        if was.is_some_and(|(_, was)| *was != priority) {
            query::place(tx, *id, priority)?;
        }
    }
    audit::record(
        tx,
        actor,
        Act::new("offer.order", "plan", order.plan_id.0).changing(json!({ "order": order.ids })),
    )
}

fn supplies(tx: &mut Tx<'_>, plan: wire::PlanId) -> Result<()> {
    if query::has_plan(tx, plan)? {
        Ok(())
    } else {
        Err(Error::field(
            "plan_id",
            "unknown",
            "There is no such plan, or it was withdrawn.",
        ))
    }
}
