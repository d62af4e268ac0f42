//! Using a promotion: a use is taken with the order, completed with its payment, and given back when there will be
//! none. Who uses one last is decided by the row's lock, not by what was read before.

use super::{
    super::query::{self, Use},
    discount::{Customer, Purchase, discount, why_not},
};
use wire::{
    FieldError, Money, OrderId, Problem, ProblemCode, PromotionId, UserId,
    catalog::promotions::{Promotion, PromotionVerdict, RedemptionState, WhyNot, tidy},
};

use chrono::{DateTime, Utc};
use platform::{Conn, Error, Result, Tx};

/// A use that was taken, for the order that is about to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Of this promotion.
    pub promotion: PromotionId,
    /// What it takes off.
    pub discount: Money,
}

/// What a code would take off, or each reason why nothing. Nothing is taken.
pub fn judge(conn: &mut Conn, purchase: &Purchase<'_>) -> Result<PromotionVerdict> {
    let known = query::by_code(conn, &tidy(purchase.code))?;
    let reasons = match &known {
        None => vec![WhyNot::Unknown],
        Some(promotion) => {
            let customer = purchase
                .user
                .map(|user| customer(conn, promotion, user))
                .transpose()?;
            why_not(promotion, purchase, customer)
        }
    };
    let taken_off = known
        .as_ref()
        .filter(|_| reasons.is_empty())
        .map_or_else(Money::zero, |promotion| {
            discount(promotion, purchase.amount, purchase.currency)
        });
    Ok(PromotionVerdict {
        promotion_id: known.map(|promotion| promotion.id),
        applies: reasons.is_empty(),
        reasons,
        amount: purchase.amount.clone(),
        net_amount: purchase.amount.minus(&taken_off),
        discount_amount: taken_off,
        currency: purchase.currency,
    })
}

fn customer(conn: &mut Conn, promotion: &Promotion, user: UserId) -> Result<Customer> {
    Ok(Customer {
        uses: query::uses_by(conn, promotion.id, user)?,
        has_ordered: promotion.first_order_only && query::has_ordered(conn, user)?,
    })
}

/// Takes a use of a code for somebody's order, or refuses with the reasons. Taken in the transaction that writes the
/// order, so a refused order has taken nothing.
pub fn take(tx: &mut Tx<'_>, user: UserId, purchase: &Purchase<'_>) -> Result<Taken> {
    let Some(known) = query::by_code(tx.conn(), &tidy(purchase.code))? else {
        return Err(refused(&[WhyNot::Unknown]));
    };
    let Some(mut promotion) = query::take(tx, known.id, purchase.now)? else {
        let now = query::find(tx.conn(), known.id)?;
        let reasons = why_not(&now, purchase, None);
        return Err(refused(match reasons.as_slice() {
            // A use was given back in between: for whoever asks next.
            [] => &[WhyNot::UsedUp],
            reasons => reasons,
        }));
    };
    if promotion.first_order_only {
        query::lock_customer(tx, user)?;
    }
    // The row is locked now: what is counted from here on is what holds.
    let customer = customer(tx.conn(), &promotion, user)?;
    promotion.used_count -= 1;
    let reasons = why_not(&promotion, purchase, Some(customer));
    if !reasons.is_empty() {
        return Err(refused(&reasons));
    }
    Ok(Taken {
        promotion: promotion.id,
        discount: discount(&promotion, purchase.amount, purchase.currency),
    })
}

/// Writes down that an order holds the use that was taken for it.
pub fn hold(
    tx: &mut Tx<'_>,
    taken: &Taken,
    (order, user): (OrderId, UserId),
    purchase: &Purchase<'_>,
) -> Result<()> {
    query::hold(
        tx,
        &Use {
            promotion: taken.promotion,
            order,
            user,
            discount: taken.discount.clone(),
            currency: purchase.currency,
            now: purchase.now,
        },
    )
}

/// What paying an order means for its promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// It has none, or it was completed before.
    Nothing,
    /// It is used.
    Completed,
    /// It had been given back, and there was a use left to take again.
    TakenAgain,
    /// It had been given back, and the last use is somebody else's: the order has its discount without one.
    Gone,
}

/// The order was paid: its use of a promotion is completed. After the use was given back, another is taken if there
/// still is one.
pub fn complete(tx: &mut Tx<'_>, order: OrderId, now: DateTime<Utc>) -> Result<Completion> {
    match query::of_order(tx, order)? {
        None | Some((_, _, RedemptionState::Completed)) => Ok(Completion::Nothing),
        Some((_, _, RedemptionState::Held)) => {
            query::settle(tx, order, RedemptionState::Completed, now)?;
            Ok(Completion::Completed)
        }
        Some((promotion, user, RedemptionState::Released)) => {
            let Some(taken) = query::take_again(tx, promotion)? else {
                return Ok(Completion::Gone);
            };
            let uses = query::uses_by(tx.conn(), promotion, user)?;
            if taken.per_user_limit.is_some_and(|most| uses >= most.into()) {
                query::give_back(tx, promotion)?;
                return Ok(Completion::Gone);
            }
            query::settle(tx, order, RedemptionState::Completed, now)?;
            Ok(Completion::TakenAgain)
        }
    }
}

/// The order will not be paid, or its payment was given back: somebody else may use its promotion. Once, however
/// often it is said.
pub fn release(tx: &mut Tx<'_>, order: OrderId, now: DateTime<Utc>) -> Result<bool> {
    match query::of_order(tx, order)? {
        None | Some((_, _, RedemptionState::Released)) => Ok(false),
        Some((promotion, ..)) => {
            query::settle(tx, order, RedemptionState::Released, now)?;
            query::give_back(tx, promotion)?;
            Ok(true)
        }
    }
}

/// Somebody else was quicker, or it is too late: 409. This order is not what the code is for: 422. Either way the
/// field says why.
fn refused(reasons: &[WhyNot]) -> Error {
    let code = if reasons.iter().all(|why| why.is_taken()) {
        ProblemCode::PromotionGone
    } else {
        ProblemCode::Invalid
    };
    let sentences: Vec<&str> = reasons.iter().map(|why| why.sentence()).collect();
    let errors = reasons.iter().map(|why| FieldError {
        field: "promo_code".to_owned(),
        code: why.to_string(),
        message: why.sentence().to_owned(),
    });
    Error::Refused(Box::new(Problem {
        detail: Some(sentences.join(" ")),
        errors: errors.collect(),
        ..Problem::new(code)
    }))
}
