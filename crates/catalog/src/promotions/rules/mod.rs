//! Business rules of promotions: create, change, check and report.

mod codes;
mod discount;
mod redeem;

pub use discount::Purchase;
pub use redeem::{
    Completion, Reservation, complete, evaluate, record_reservation, release, reserve,
};

use super::query;
use crate::pricing;
use wire::{
    Permission, ProblemCode, PromotionId,
    catalog::promotions::{
        CheckPromotion, EditPromotion, NewPromotion, NewPromotions, Promotion, PromotionBatch,
        PromotionCheck, PromotionEffect, PromotionEffectByCurrency, normalize_code,
    },
    system::audit::AuditAction,
};

use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::Check;

/// Creates a promotion. A promotion without a code gets a random code.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewPromotion,
    now: DateTime<Utc>,
) -> Result<Promotion> {
    validate_terms(tx.conn(), new, now)?;
    let created = match &new.code {
        Some(code) => query::insert(tx, new, &[normalize_code(code)], now)?.pop(),
        None => codes::create_with_random_codes(tx, new, "", 1, now)?.pop(),
    };
    let promotion = created.ok_or_else(|| {
        Error::field(
            "code",
            "taken",
            "This code already exists. The code of a deleted promotion cannot be used again.",
        )
    })?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PromotionCreate, promotion.id)
            .with_change(audit::change(&(), &promotion)),
    )?;
    Ok(promotion)
}

/// Generates many codes with the same terms.
pub fn generate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    many: &NewPromotions,
    now: DateTime<Utc>,
) -> Result<PromotionBatch> {
    let terms = many.terms_of_one();
    validate_terms(tx.conn(), &terms, now)?;
    let prefix = many
        .prefix
        .as_deref()
        .map(normalize_code)
        .unwrap_or_default();
    let created = codes::create_with_random_codes(tx, &terms, &prefix, many.count, now)?;
    // One audit event covers all codes: their terms are equal, and the list filtered by the campaign shows them.
    audit::record(
        tx,
        actor,
        AuditEvent::of_kind(AuditAction::PromotionGenerate, "promotion")
            .with_change(json!({ "count": created.len(), "prefix": prefix, "terms": terms })),
    )?;
    Ok(PromotionBatch {
        campaign: many.campaign.clone(),
        count: created.len(),
        codes: created
            .into_iter()
            .map(|promotion| promotion.code)
            .collect(),
    })
}

/// Changes a promotion. Orders that have used it keep their discount.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PromotionId,
    version: i32,
    edit: &EditPromotion,
    now: DateTime<Utc>,
) -> Result<Promotion> {
    let before = query::lock(tx, id)?;
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let to = edit.with_changes_to(&before);
    let errors = to.field_errors();
    if !errors.is_empty() {
        return Err(Error::fields(errors));
    }
    if to.max_uses.is_some_and(|most| most < before.used_count) {
        let message = format!(
            "The limit cannot be below the {} uses so far.",
            before.used_count
        );
        return Err(Error::field("max_uses", "below_used", message));
    }
    validate_terms(tx.conn(), &to, now.min(before.created_at))?;
    let after =
        query::update(tx, id, version, &to)?.ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PromotionEdit, id).with_change(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Validates the terms that depend on the database or on the current time.
fn validate_terms(conn: &mut Conn, new: &NewPromotion, now: DateTime<Utc>) -> Result<()> {
    if new.valid_from.is_none() && new.valid_to <= now {
        return Err(Error::field(
            "valid_to",
            "past",
            "The end cannot be in the past.",
        ));
    }
    if let Some(plans) = &new.applicable_plans {
        let mut distinct = plans.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let known = query::count_plans(conn, &distinct)?;
        if usize::try_from(known).ok() != Some(distinct.len()) {
            let message = "One of these plans does not exist, or was withdrawn.";
            return Err(Error::field("applicable_plans", "unknown", message));
        }
    }
    Ok(())
}

/// Deletes a promotion. Its code cannot be used again, and its redemptions are kept.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PromotionId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    query::lock(tx, id)?;
    if !query::remove(tx, id, version, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(tx, actor, AuditEvent::new(AuditAction::PromotionDelete, id))
}

/// Restores a deleted promotion. It is inactive until an administrator activates it.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: PromotionId) -> Result<Promotion> {
    let Some(promotion) = query::restore(tx, id)? else {
        query::lock(tx, id)?;
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The promotion is not deleted.",
        ));
    };
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PromotionRestore, id),
    )?;
    Ok(promotion)
}

/// Checks a code: returns the discount that it gives, or every reason why it does not apply.
pub fn check(
    conn: &mut Conn,
    request: &CheckPromotion,
    now: DateTime<Utc>,
) -> Result<PromotionCheck> {
    let region = request.region.as_deref();
    let quote = pricing::quote(conn, request.plan_id, region, request.currency, now)?;
    let amount = quote.selling_price.times(request.quantity);
    evaluate(
        conn,
        &Purchase {
            code: &request.code,
            user: request.user_id,
            plan: request.plan_id,
            amount: &amount,
            currency: request.currency,
            now,
        },
    )
}

/// Returns the results of a promotion or its campaign.
pub fn effect(
    conn: &mut Conn,
    actor: &Actor,
    id: PromotionId,
    campaign: bool,
) -> Result<PromotionEffect> {
    query::find(conn, id)?;
    let sees_costs = actor.can(Permission::CostsRead);
    let paid = query::sales_totals(conn, id, campaign)?
        .into_iter()
        .map(|sum| {
            let margin = sum.net.minus(&sum.cost);
            PromotionEffectByCurrency {
                currency: sum.currency,
                orders: sum.orders,
                discount_amount: sum.discount,
                net_amount: sum.net,
                margin_amount: sees_costs.then_some(margin),
                new_customers: sum.new_customers,
                returning_customers: sum.customers - sum.new_customers,
            }
        });
    let paid = paid.collect();
    let counts = query::use_counts(conn, id, campaign)?;
    Ok(PromotionEffect {
        held: counts.held,
        released: counts.released,
        paid,
    })
}
