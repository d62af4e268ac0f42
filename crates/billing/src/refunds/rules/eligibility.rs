//! What speaks for giving money back, and how much. The figures are computed in smallest units and rounded down, so
//! that no sum of them is more than what was paid.

use crate::refunds::query::{self, Payment, Unit};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Conn, Result};
use wire::{
    Currency, Money, RefundId,
    billing::{
        orders::PlanTerms,
        refunds::{RefundEffect, RefundEligibility, RefundRecommendation, RefundUnit},
    },
    esims::inventory::{EsimStatus, ProfileState},
};

/// After so many days, many banks take no refund of a card any more.
const LATE: i64 = 180;

/// What is known of a sale now, but for one refund of it.
pub fn read(
    conn: &mut Conn,
    payment: &Payment,
    but: Option<RefundId>,
    now: DateTime<Utc>,
) -> Result<RefundEligibility> {
    let sums = Sums {
        live: query::live_sum(conn, payment.id, but)?,
        outside: query::outside_sum(conn, payment.id)?,
    };
    let units = match payment.order_id {
        None => Vec::new(),
        Some(id) => {
            let sold = query::sold(conn, id)?;
            let units = query::units(conn, id, sold.quantity)?;
            looked_at(payment, &sold.terms()?, &units, now)
        }
    };
    Ok(weighed(payment, units, &sums, now))
}

/// The refunds of a payment, processed or pending.
struct Sums {
    /// In all.
    live: Money,
    /// Of that, at the gateway and not booked yet.
    outside: Money,
}

fn weighed(
    payment: &Payment,
    units: Vec<RefundUnit>,
    sums: &Sums,
    now: DateTime<Utc>,
) -> RefundEligibility {
    let live = &sums.live;
    let left = payment.total_amount.minus(live).max(Money::zero());
    let worth = units.iter().fold(Money::zero(), |sum, unit| {
        sum.plus(&unit.recommended_amount)
    });
    let all = if units.is_empty() {
        payment.total_amount.clone()
    } else {
        worth
    };
    // What was given back before counts towards what should be.
    let recommended = all.minus(live).max(Money::zero()).min(left.clone());
    let is_untouched = units.iter().all(RefundUnit::is_unused);
    let verdict = match () {
        () if !recommended.is_positive() => RefundRecommendation::Nothing,
        () if all == payment.total_amount => RefundRecommendation::Full,
        () => RefundRecommendation::Partial,
    };
    let effect = match verdict {
        _ if units.iter().all(|unit| unit.esim_id.is_none()) => RefundEffect::None,
        RefundRecommendation::Nothing => RefundEffect::None,
        RefundRecommendation::Full if is_untouched => RefundEffect::Cancel,
        RefundRecommendation::Full | RefundRecommendation::Partial => RefundEffect::Suspend,
    };
    let age_days = payment.completed_at.map_or(0, |at| (now - at).num_days());
    RefundEligibility {
        read_at: now,
        left_amount: left,
        recommended_amount: recommended,
        currency: payment.currency,
        recommended_effect: effect,
        verdict,
        age_days,
        notes: notes(payment, sums, age_days),
        units,
    }
}

fn notes(payment: &Payment, sums: &Sums, age_days: i64) -> Vec<String> {
    if payment.is_free() {
        return vec!["Nothing was paid: there is nothing to refund.".to_owned()];
    }
    let mut notes = Vec::new();
    let currency = payment.currency;
    let ours = sums.live.minus(&sums.outside);
    if ours.is_positive() {
        notes.push(format!(
            "{} of it was refunded before, or its refund is on its way.",
            ours.in_currency(currency)
        ));
    }
    if sums.outside.is_positive() {
        notes.push(format!(
            "{} of it was refunded at the gateway; the case is still open.",
            sums.outside.in_currency(currency)
        ));
    }
    if age_days > LATE {
        notes.push(format!(
            "It was paid {age_days} days ago: many banks take no refund after {LATE} days."
        ));
    }
    match payment.dispute_state.as_deref() {
        None | Some("won") => {}
        Some(_) => notes.push(
            "The customer's bank disputes the payment: with a refund the money might go back twice."
                .to_owned(),
        ),
    }
    if payment.is_by_hand() {
        notes.push(
            "It did not come through a gateway: somebody has to pay it out, and say so.".to_owned(),
        );
    }
    notes
}

/// The units of a sale, the payment shared among them.
fn looked_at(
    payment: &Payment,
    terms: &PlanTerms,
    units: &[Unit],
    now: DateTime<Utc>,
) -> Vec<RefundUnit> {
    let currency = payment.currency;
    let total = payment.total_amount.minor(currency).unwrap_or(0);
    let count = i64::try_from(units.len()).unwrap_or(1).max(1);
    (0_i64..)
        .zip(units)
        .map(|(place, unit)| {
            // What does not divide goes to the first ones.
            let share = total / count + i64::from(place < total % count);
            one(unit, share, (currency, terms.validity_days), now)
        })
        .collect()
}

fn one(
    unit: &Unit,
    share: i64,
    (currency, days): (Currency, i32),
    now: DateTime<Utc>,
) -> RefundUnit {
    let left = days_left(unit, days, now);
    let (worth, why) = worth(unit, share, (left, days));
    RefundUnit {
        unit_no: unit.unit_no,
        esim_id: unit.esim_id,
        iccid: unit.iccid.clone(),
        status: unit.status,
        profile_state: unit.profile_state,
        used_bytes: unit.used_bytes,
        total_bytes: unit.total_bytes,
        days,
        days_left: left,
        share: Money::from_minor(share, currency),
        recommended_amount: Money::from_minor(worth, currency),
        why,
    }
}

/// Returns the whole days that are left; a day that has begun is used. An expired eSIM ends its own bundle, not a
/// top-up.
fn days_left(unit: &Unit, days: i32, now: DateTime<Utc>) -> i32 {
    let has_ended = matches!(unit.bundle.as_deref(), Some("depleted" | "expired"))
        || (unit.status == Some(EsimStatus::Expired) && !unit.is_topup);
    if has_ended {
        return 0;
    }
    let Some(start) = unit.starts_at.filter(|start| *start <= now) else {
        return days;
    };
    let end = unit
        .expires_at
        .unwrap_or(start + TimeDelta::days(days.into()));
    i32::try_from((end - now).num_days())
        .unwrap_or(0)
        .clamp(0, days)
}

/// What of a share should be given back, and why: the unused part of the data or of the days, whichever is less.
fn worth(unit: &Unit, share: i64, (left, days): (i32, i32)) -> (i64, String) {
    if unit.esim_id.is_none() {
        return (share, "It was never delivered.".to_owned());
    }
    let is_installed = unit.profile_state.is_some_and(|state| {
        !matches!(
            state,
            ProfileState::Reserving | ProfileState::Released | ProfileState::Downloaded
        )
    });
    if unit.used_bytes == 0 && !is_installed && left > 0 {
        return (
            share,
            "It was delivered, and nobody has installed it.".to_owned(),
        );
    }
    let part = |part: i64, whole: i64| {
        let worth = i128::from(share) * i128::from(part.max(0)) / i128::from(whole.max(1));
        i64::try_from(worth).unwrap_or(0).min(share)
    };
    let by_days = part(left.into(), days.into());
    let by_data = unit
        .total_bytes
        .map_or(share, |total| part(total - unit.used_bytes, total));
    let worth = by_days.min(by_data);
    let why = if worth == 0 && left == 0 {
        "Its time is over.".to_owned()
    } else if worth == 0 {
        "Its data is used up.".to_owned()
    } else if unit.used_bytes == 0 && left == days {
        "It is installed; nothing was used yet.".to_owned()
    } else {
        let unused = unit
            .total_bytes
            .map(|total| percent(total - unit.used_bytes, total))
            .map_or_else(String::new, |unused| {
                format!("{unused} % of the data is unused, ")
            });
        format!("{unused}{left} of {days} days are left; the lesser part counts.")
    };
    (worth, why)
}

fn percent(part: i64, whole: i64) -> i128 {
    i128::from(part.max(0)) * 100 / i128::from(whole.max(1))
}

#[cfg(test)]
mod tests;
