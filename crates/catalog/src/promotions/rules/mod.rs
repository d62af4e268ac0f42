//! Decisions about promotions: making and changing them.

mod codes;
mod discount;
mod redeem;

pub use discount::Purchase;
pub use redeem::{Completion, Taken, complete, hold, judge, release, take};

use super::query;
use crate::pricing;
use wire::{
    Permission, ProblemCode, PromotionId,
    catalog::promotions::{
        CheckPromotion, EditPromotion, NewPromotion, NewPromotions, Promotion, PromotionBatch,
        PromotionEffect, PromotionEffectIn, PromotionVerdict, tidy,
    },
};

use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
};
use serde_json::json;
use uuid::Uuid;
use wire::Check;

/// Makes a promotion, with a code made up where none is given.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewPromotion,
    now: DateTime<Utc>,
) -> Result<Promotion> {
    fits(tx.conn(), new, now)?;
    let made = match &new.code {
        Some(code) => query::insert(tx, new, &[tidy(code)], now)?.pop(),
        None => codes::unique(tx, new, ("", 1), now)?.pop(),
    };
    let promotion = made.ok_or_else(|| {
        Error::field(
            "code",
            "taken",
            "There is a promotion of this code, or was one: a code is never used anew.",
        )
    })?;
    audit::record(
        tx,
        actor,
        Act::new("promotion.create", "promotion", promotion.id.0)
            .changing(audit::change(&(), &promotion)),
    )?;
    Ok(promotion)
}

/// Makes many codes on the same terms.
pub fn generate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    many: &NewPromotions,
    now: DateTime<Utc>,
) -> Result<PromotionBatch> {
    let each = many.each();
    fits(tx.conn(), &each, now)?;
    let prefix = many.prefix.as_deref().map(tidy).unwrap_or_default();
    let made = codes::unique(tx, &each, (&prefix, many.count), now)?;
    // One entry for all of them: the terms are the same, and the list narrowed to the campaign names them.
    audit::record(
        tx,
        actor,
        Act::new("promotion.generate", "promotion", Uuid::nil())
            .changing(json!({ "count": made.len(), "prefix": prefix, "terms": each })),
    )?;
    Ok(PromotionBatch {
        campaign: many.campaign.clone(),
        count: made.len(),
        codes: made.into_iter().map(|promotion| promotion.code).collect(),
    })
}

/// Changes a promotion. Orders that have used it keep what they were given.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (PromotionId, i32),
    edit: &EditPromotion,
    now: DateTime<Utc>,
) -> Result<Promotion> {
    let before = query::lock(tx, id)?;
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let to = edit.applied(&before);
    let faults = to.faults();
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    if to.max_uses.is_some_and(|most| most < before.used_count) {
        let message = format!("It has been used {} times already.", before.used_count);
        return Err(Error::field("max_uses", "below_used", message));
    }
    fits(tx.conn(), &to, now.min(before.created_at))?;
    let after =
        query::update(tx, id, version, &to)?.ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    audit::record(
        tx,
        actor,
        Act::new("promotion.edit", "promotion", id.0).changing(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// What only the database and the clock can say about its terms.
fn fits(conn: &mut Conn, new: &NewPromotion, now: DateTime<Utc>) -> Result<()> {
    if new.valid_from.is_none() && new.valid_to <= now {
        return Err(Error::field("valid_to", "past", "That is over already."));
    }
    if let Some(plans) = &new.applicable_plans {
        let mut distinct = plans.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let known = query::known_plans(conn, &distinct)?;
        if usize::try_from(known).ok() != Some(distinct.len()) {
            let message = "One of these plans does not exist, or was withdrawn.";
            return Err(Error::field("applicable_plans", "unknown", message));
        }
    }
    Ok(())
}

/// Deletes a promotion. Its code stays taken, and its uses stay known.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (PromotionId, i32),
    now: DateTime<Utc>,
) -> Result<()> {
    query::lock(tx, id)?;
    if !query::remove(tx, id, version, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(tx, actor, Act::new("promotion.delete", "promotion", id.0))
}

/// Takes a deleted promotion back. It cannot be used before somebody switches it on.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: PromotionId) -> Result<Promotion> {
    let Some(promotion) = query::restore(tx, id)? else {
        query::lock(tx, id)?;
        return Err(Error::because(
            ProblemCode::WrongState,
            "The promotion is not deleted.",
        ));
    };
    audit::record(tx, actor, Act::new("promotion.restore", "promotion", id.0))?;
    Ok(promotion)
}

/// What a code would take off, or each reason why nothing.
pub fn check(
    conn: &mut Conn,
    asked: &CheckPromotion,
    now: DateTime<Utc>,
) -> Result<PromotionVerdict> {
    let region = asked.region.as_deref();
    let quote = pricing::quote(conn, asked.plan_id, region, asked.currency, now)?;
    let amount = quote.selling_price.times(asked.quantity);
    judge(
        conn,
        &Purchase {
            code: &asked.code,
            user: asked.user_id,
            plan: asked.plan_id,
            amount: &amount,
            currency: asked.currency,
            now,
        },
    )
}

/// What a promotion, or its campaign, has brought.
pub fn effect(
    conn: &mut Conn,
    actor: &Actor,
    id: PromotionId,
    campaign: bool,
) -> Result<PromotionEffect> {
    query::find(conn, id)?;
    let sees_costs = actor.can(Permission::CostsRead);
    let paid = query::brought(conn, id, campaign)?.into_iter().map(|sum| {
        let margin = sum.net.minus(&sum.cost);
        PromotionEffectIn {
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
    let open = query::open(conn, id, campaign)?;
    Ok(PromotionEffect {
        held: open.held,
        released: open.released,
        paid,
    })
}
