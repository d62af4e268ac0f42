//! Selection of the price of a plan, and its explanation.

use crate::{plans, pricing::query};
use wire::{
    Currency, Permission, PlanId, ProblemCode, Reach,
    catalog::{
        plans::{Quote, QuoteCandidate, QuoteExplanation, QuoteReason},
        pricing::{Price, QuoteOptions},
    },
    region::GLOBAL,
};

use chrono::{DateTime, SecondsFormat, Utc};
use platform::{Actor, Conn, Error, Result};

/// Returns the price of a plan: the price of the region that is active at the time, or else the global price.
///
/// This is the only function that chooses a price. The quote contains the cost, which the caller must remove before it
/// shows the quote to a customer.
pub fn quote(
    conn: &mut Conn,
    plan_id: PlanId,
    region: Option<&str>,
    currency: Currency,
    at: DateTime<Utc>,
) -> Result<Quote> {
    let row = query::active_price(conn, plan_id, region.unwrap_or(GLOBAL), currency, at)?
        .ok_or_else(|| Error::refuse(ProblemCode::PlanNotOnSale))?;
    Ok(Quote {
        price_id: row.id,
        plan_id,
        region: row.region.unwrap_or_else(|| GLOBAL.to_owned()),
        selling_price: row.selling_price,
        cost_price: Some(row.cost_price),
        currency,
        at,
        effective_to: row.effective_to,
    })
}

/// Returns the quote for a caller. Only actors that may read costs see the cost, and only staff may ask for another
/// time.
pub fn quote_for(
    conn: &mut Conn,
    actor: &Actor,
    plan_id: PlanId,
    options: &QuoteOptions,
    now: DateTime<Utc>,
) -> Result<Quote> {
    reject_other_times(actor, options)?;
    plans::find(conn, &with_full_access(actor), plan_id)?;
    let quote = quote(
        conn,
        plan_id,
        options.region.as_deref(),
        options.currency.unwrap_or(Currency::Usd),
        options.at.unwrap_or(now),
    )?;
    Ok(if actor.can(Permission::CostsRead) {
        quote
    } else {
        Quote {
            cost_price: None,
            ..quote
        }
    })
}

/// Returns every candidate price, and the reason why it applies or not. Staff see every window; other actors see the
/// active prices.
pub fn explain(
    conn: &mut Conn,
    actor: &Actor,
    plan_id: PlanId,
    options: &QuoteOptions,
    now: DateTime<Utc>,
) -> Result<QuoteExplanation> {
    reject_other_times(actor, options)?;
    let plan = plans::find(conn, actor, plan_id)?;
    let (region, currency, at) = (
        options.region.clone().unwrap_or_else(|| GLOBAL.to_owned()),
        options.currency.unwrap_or(Currency::Usd),
        options.at.unwrap_or(now),
    );
    let prices = query::candidates(conn, actor, plan_id, &region, currency)?;
    let mut candidates: Vec<QuoteCandidate> = Vec::with_capacity(prices.len());
    for price in prices {
        let is_decided = candidates
            .iter()
            .any(|one| one.reason == QuoteReason::Taken);
        candidates.push(to_candidate(price, at, is_decided));
    }
    let taken = candidates
        .iter()
        .find(|one| one.reason == QuoteReason::Taken);
    let is_sold = plan.is_active && plan.deleted_at.is_none();
    let sentence = match taken {
        _ if plan.deleted_at.is_some() => {
            "The plan is withdrawn, so it cannot be bought.".to_owned()
        }
        _ if !plan.is_active => "The plan is not on sale, so it cannot be bought.".to_owned(),
        None => {
            format!("No price in {currency} is active at this time, so the plan cannot be bought.")
        }
        Some(one) => format!(
            "The price is {} {currency}. {}",
            one.price.selling_price, one.sentence
        ),
    };
    Ok(QuoteExplanation {
        plan_id,
        price_id: taken.filter(|_| is_sold).map(|one| one.price.id),
        region,
        currency,
        at,
        sentence,
        candidates,
    })
}

/// Returns a candidate with the reason why its price applies or not. `is_decided` is true when an earlier candidate
/// applies.
fn to_candidate(price: Price, at: DateTime<Utc>, is_decided: bool) -> QuoteCandidate {
    let format_time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (reason, sentence) = if price.effective_from > at {
        let message = format!("Begins on {}.", format_time(price.effective_from));
        (QuoteReason::Ahead, message)
    } else if let Some(to) = price.effective_to.filter(|to| *to <= at) {
        (QuoteReason::Over, format!("Ended on {}.", format_time(to)))
    } else if is_decided {
        let message = "Applies to all regions, but this region has its own price.";
        (QuoteReason::Overruled, message.to_owned())
    } else if price.region == GLOBAL {
        let message = "The global price applies, because the region has no price of its own.";
        (QuoteReason::Taken, message.to_owned())
    } else {
        let message = "The price of the region applies before the global price.";
        (QuoteReason::Taken, message.to_owned())
    };
    QuoteCandidate {
        price,
        reason,
        sentence,
    }
}

fn with_full_access(actor: &Actor) -> Actor {
    Actor {
        reach: Reach::All,
        ..actor.clone()
    }
}

fn reject_other_times(actor: &Actor, options: &QuoteOptions) -> Result<()> {
    if options.at.is_none() || actor.reach == Reach::All {
        return Ok(());
    }
    Err(Error::field(
        "at",
        "not_allowed",
        "Only staff may ask for the price at another time.",
    ))
}
