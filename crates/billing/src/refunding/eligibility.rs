//! The eligibility for a refund: how much is recommended, and why. The amounts are calculated in minor units and rounded
//! down, so that their sum never exceeds the payment.

use crate::refunds::query::{self, Payment, Unit};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Conn, Error, Result};
use wire::{
    Currency, Money, RefundId,
    billing::{
        orders::PlanTerms,
        refunds::{RefundEffect, RefundEligibility, RefundRecommendation, RefundUnit},
    },
    esims::inventory::{EsimStatus, ProfileState},
};

/// The number of days after which many banks reject the refund of a card payment.
const LATE_DAYS: i64 = 180;

/// Returns the eligibility for a refund, with that refund left out of the sums.
pub fn of_refund(conn: &mut Conn, id: RefundId, now: DateTime<Utc>) -> Result<RefundEligibility> {
    let payment = query::payment_of(conn, id)?.ok_or_else(Error::not_found)?;
    let payment = query::payment(conn, payment)?;
    calculate(conn, &payment, Some(id), now)
}

/// Calculates the eligibility for a refund of a payment; `except` is a refund to leave out of the sums.
pub fn calculate(
    conn: &mut Conn,
    payment: &Payment,
    except: Option<RefundId>,
    now: DateTime<Utc>,
) -> Result<RefundEligibility> {
    let sums = RefundSums {
        committed: query::committed_sum(conn, payment.id, except)?,
        external: query::external_sum(conn, payment.id)?,
    };
    let units = match payment.order_id {
        None => Vec::new(),
        Some(id) => {
            let order = query::sold_order(conn, id)?;
            let units = query::units(conn, id, order.quantity)?;
            recommend_units(payment, &order.terms()?, &units, now)
        }
    };
    Ok(recommend(payment, units, &sums, now))
}

/// The refunds of a payment, processed or pending.
struct RefundSums {
    /// The sum of all refunds.
    committed: Money,
    /// The part that was made at the gateway and is not booked yet.
    external: Money,
}

fn recommend(
    payment: &Payment,
    units: Vec<RefundUnit>,
    sums: &RefundSums,
    now: DateTime<Utc>,
) -> RefundEligibility {
    let committed = &sums.committed;
    let left = payment.total_amount.minus(committed).max(Money::zero());
    let worth = units.iter().fold(Money::zero(), |sum, unit| {
        sum.plus(&unit.recommended_amount)
    });
    let all = if units.is_empty() {
        payment.total_amount.clone()
    } else {
        worth
    };
    // The earlier refunds count towards the recommended amount.
    let recommended = all.minus(committed).max(Money::zero()).min(left.clone());
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

fn notes(payment: &Payment, sums: &RefundSums, age_days: i64) -> Vec<String> {
    if payment.is_free() {
        return vec!["Nothing was paid: there is nothing to refund.".to_owned()];
    }
    let mut notes = Vec::new();
    let currency = payment.currency;
    let ours = sums.committed.minus(&sums.external);
    if ours.is_positive() {
        notes.push(format!(
            "{} of the payment was refunded before, or the refund is pending.",
            ours.in_currency(currency)
        ));
    }
    if sums.external.is_positive() {
        notes.push(format!(
            "{} of the payment was refunded at the gateway; the case is still open.",
            sums.external.in_currency(currency)
        ));
    }
    if age_days > LATE_DAYS {
        notes.push(format!(
            "The order was paid {age_days} days ago: many banks reject a refund after {LATE_DAYS} days."
        ));
    }
    match payment.dispute_state.as_deref() {
        None | Some("won") => {}
        Some(_) => notes.push(
            "The customer's bank disputes the payment: after a refund, the customer might receive the money twice."
                .to_owned(),
        ),
    }
    if payment.is_paid_out_manually() {
        notes.push(
            "No gateway received the payment: a person has to pay out the refund and confirm it."
                .to_owned(),
        );
    }
    notes
}

/// Calculates the recommended amount of each unit. The payment is divided among the units.
fn recommend_units(
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
        .map(|(index, unit)| {
            // The remainder of the division goes to the first units.
            let share = total / count + i64::from(index < total % count);
            recommend_unit(unit, share, currency, terms.validity_days, now)
        })
        .collect()
}

fn recommend_unit(
    unit: &Unit,
    share: i64,
    currency: Currency,
    days: i32,
    now: DateTime<Utc>,
) -> RefundUnit {
    let left = days_left(unit, days, now);
    let Recommendation { minor, why } = recommend_share(unit, share, left, days);
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
        recommended_amount: Money::from_minor(minor, currency),
        why,
    }
}

/// Returns the number of complete days that are left; a day that has started is used. An expired eSIM ends its own bundle,
/// not a top-up.
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

/// The recommended part of a unit's share.
struct Recommendation {
    /// The amount in minor units.
    minor: i64,
    /// The reason, as a sentence.
    why: String,
}

impl Recommendation {
    fn new(minor: i64, why: impl Into<String>) -> Self {
        Self {
            minor,
            why: why.into(),
        }
    }
}

/// Calculates the recommended part of a unit's share: the unused part of the data or of the days, whichever is less.
fn recommend_share(unit: &Unit, share: i64, left: i32, days: i32) -> Recommendation {
    if unit.esim_id.is_none() {
        return Recommendation::new(share, "It was never delivered.");
    }
    let is_installed = unit.profile_state.is_some_and(|state| {
        !matches!(
            state,
            ProfileState::Reserving | ProfileState::Released | ProfileState::Downloaded
        )
    });
    if unit.used_bytes == 0 && !is_installed && left > 0 {
        return Recommendation::new(share, "It was delivered and is not installed.");
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
        "It has expired.".to_owned()
    } else if worth == 0 {
        "Its data is used up.".to_owned()
    } else if unit.used_bytes == 0 && left == days {
        "It is installed and not used yet.".to_owned()
    } else {
        let unused = unit
            .total_bytes
            .map(|total| percent(total - unit.used_bytes, total))
            .map_or_else(String::new, |unused| {
                format!("{unused} % of the data is unused, ")
            });
        format!("{unused}{left} of {days} days are left; the smaller part counts.")
    };
    Recommendation::new(worth, why)
}

fn percent(part: i64, whole: i64) -> i128 {
    i128::from(part.max(0)) * 100 / i128::from(whole.max(1))
}

#[cfg(test)]
mod tests;
