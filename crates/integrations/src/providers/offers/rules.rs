//! Decisions about offers.

use super::query;
use wire::{
    OfferId, ProblemCode,
    integrations::providers::{EditOffer, NewOffer, Offer, OfferOrder, ProviderAdapter},
    system::audit::AuditAction,
};

use crate::providers;
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;

/// Adds an offer.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    new: &NewOffer,
) -> Result<Offer> {
    providers::lock_usable(tx, adapters, new.provider_id)?;
    ensure_plan(tx, new.plan_id)?;
    let id = query::insert(tx, new)?.ok_or_else(|| {
        Error::field(
            "sku",
            "taken",
            "The provider already has an offer with this SKU. Change that offer instead.",
        )
    })?;
    let offer = query::find(tx.conn(), id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::OfferCreate, id).with_change(audit::change(&(), &offer)),
    )?;
    Ok(offer)
}

/// Changes an offer.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OfferId,
    version: i32,
    edit: &EditOffer,
) -> Result<Offer> {
    let before = query::lock(tx, id)?;
    if let Some(plan) = edit.plan_id.filter(|plan| *plan != before.plan_id) {
        ensure_plan(tx, plan)?;
    }
    let currency = edit.currency.unwrap_or(before.currency);
    let cost = edit.cost.as_ref().unwrap_or(&before.cost);
    if !currency.can_hold(cost) {
        let message = format!("{currency} has no smaller unit: enter a whole number.");
        return Err(Error::field("cost", "too_fine", message));
    }
    if !query::update(tx, id, version, edit)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let after = query::find(tx.conn(), id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::OfferEdit, id).with_change(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Sets the order of the offers of a plan. The request must contain all offers, so that it does not miss one that was added
/// in the meantime.
pub fn order(tx: &mut Tx<'_>, actor: &Actor, order: &OfferOrder) -> Result<()> {
    let before = query::lock_offers_of_plan(tx, order.plan_id)?;
    let mut ids = order.ids.clone();
    ids.sort_unstable();
    if !before.iter().map(|(id, _)| *id).eq(ids) {
        return Err(Error::with_detail(
            ProblemCode::Conflict,
            "The offers of the plan have changed. Reload them and try again.",
        ));
    }
    for (priority, id) in (1..).zip(&order.ids) {
        let previous = before.iter().find(|(known, _)| known == id);
        if previous.is_some_and(|(_, previous)| *previous != priority) {
            query::set_priority(tx, *id, priority)?;
        }
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::OfferReorder, order.plan_id)
            .with_change(json!({ "order": order.ids })),
    )
}

fn ensure_plan(tx: &mut Tx<'_>, plan: wire::PlanId) -> Result<()> {
    if query::lock_plan(tx, plan)? {
        Ok(())
    } else {
        Err(Error::field(
            "plan_id",
            "unknown",
            "There is no such plan, or it was archived.",
        ))
    }
}
