//! Choosing a price, and saying why that one.

use crate::{plans, pricing::query};
use wire::{
    Currency, Permission, PlanId, ProblemCode, Reach,
    catalog::{
        plans::{Quote, QuoteCandidate, QuoteExplained, QuoteReason},
        pricing::{Price, QuoteOptions},
    },
    region::GLOBAL,
};

use chrono::{DateTime, SecondsFormat, Utc};
use platform::{Actor, Conn, Error, Result};

/// What a plan costs: the price of the region that holds at the time, else the global one.
///
/// The only place where a price is chosen. The cost in the answer is for us; whoever shows it to others takes it out.
pub fn quote(
    conn: &mut Conn,
    plan_id: PlanId,
    region: Option<&str>,
    currency: Currency,
    at: DateTime<Utc>,
) -> Result<Quote> {
    let row = query::in_force(conn, plan_id, region.unwrap_or(GLOBAL), currency, at)?
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

/// The same for somebody who asks: others than staff learn neither the cost nor a price of another time.
pub fn quote_for(
    conn: &mut Conn,
    actor: &Actor,
    plan_id: PlanId,
    options: &QuoteOptions,
    now: DateTime<Utc>,
) -> Result<Quote> {
    now_only(actor, options)?;
    plans::find(conn, &everything(actor), plan_id)?;
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

/// Everything that could have been the price, and why it was or was not: for staff every window, for others what
/// holds now.
pub fn explain(
    conn: &mut Conn,
    actor: &Actor,
    plan_id: PlanId,
    options: &QuoteOptions,
    now: DateTime<Utc>,
) -> Result<QuoteExplained> {
    now_only(actor, options)?;
    let plan = plans::find(conn, actor, plan_id)?;
    let (region, currency, at) = (
        options.region.clone().unwrap_or_else(|| GLOBAL.to_owned()),
        options.currency.unwrap_or(Currency::Usd),
        options.at.unwrap_or(now),
    );
    let prices = query::candidates(conn, actor, (plan_id, &region, currency))?;
    let mut candidates: Vec<QuoteCandidate> = Vec::with_capacity(prices.len());
    for price in prices {
        let is_taken = candidates
            .iter()
            .any(|one| one.reason == QuoteReason::Taken);
        candidates.push(judged(price, at, is_taken));
    }
    let taken = candidates
        .iter()
        .find(|one| one.reason == QuoteReason::Taken);
    let is_sold = plan.is_active && plan.deleted_at.is_none();
    let sentence = match taken {
        _ if plan.deleted_at.is_some() => "The plan is withdrawn: it cannot be bought.".to_owned(),
        _ if !plan.is_active => "The plan is not on sale: it cannot be bought.".to_owned(),
        None => format!("No price in {currency} holds then: it cannot be bought."),
        Some(one) => format!(
            "It sells for {} {currency}. {}",
            one.price.selling_price, one.sentence
        ),
    };
    Ok(QuoteExplained {
        plan_id,
        price_id: taken.filter(|_| is_sold).map(|one| one.price.id),
        region,
        currency,
        at,
        sentence,
        candidates,
    })
}

/// What becomes of a price, once the nearer ones are known.
fn judged(price: Price, at: DateTime<Utc>, is_taken: bool) -> QuoteCandidate {
    let show = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (reason, sentence) = if price.effective_from > at {
        let says = format!("Begins only on {}.", show(price.effective_from));
        (QuoteReason::Ahead, says)
    } else if let Some(to) = price.effective_to.filter(|to| *to <= at) {
        (QuoteReason::Over, format!("Ended on {}.", show(to)))
    } else if is_taken {
        let says = "Holds everywhere, but the region has a price of its own.";
        (QuoteReason::Overruled, says.to_owned())
    } else if price.region == GLOBAL {
        let says = "The global price: no nearer one holds.";
        (QuoteReason::Taken, says.to_owned())
    } else {
        let says = "The region's own price goes before the global one.";
        (QuoteReason::Taken, says.to_owned())
    };
    QuoteCandidate {
        price,
        reason,
        sentence,
    }
}

fn everything(actor: &Actor) -> Actor {
    Actor {
        reach: Reach::All,
        ..actor.clone()
    }
}

fn now_only(actor: &Actor, options: &QuoteOptions) -> Result<()> {
    if options.at.is_none() || actor.reach == Reach::All {
        return Ok(());
    }
    Err(Error::field(
        "at",
        "not_allowed",
        "Only the price of this moment can be asked for.",
    ))
}
