//! Redemption of promotions: a use is reserved with the order, completed with the payment, and released when the order
//! will not be paid. The lock of the promotion row decides which order gets the last use.

use super::{
    super::query::{self, NewRedemption},
    discount::{Customer, Purchase, discount, rejections},
};
use wire::{
    FieldError, Money, OrderId, Problem, ProblemCode, PromotionId, UserId,
    catalog::promotions::{
        Promotion, PromotionCheck, PromotionRejection, RedemptionState, normalize_code,
    },
};

use chrono::{DateTime, Utc};
use platform::{Conn, Error, Result, Tx};

/// A reserved use, for an order that is about to be inserted.
#[derive(Debug, Clone, PartialEq)]
pub struct Reservation {
    /// The promotion.
    pub promotion: PromotionId,
    /// The discount.
    pub discount: Money,
}

/// Evaluates a code: returns the discount that it gives, or every reason why it does not apply. No use is reserved.
pub fn evaluate(conn: &mut Conn, purchase: &Purchase<'_>) -> Result<PromotionCheck> {
    let known = query::find_by_code(conn, &normalize_code(purchase.code))?;
    let reasons = match &known {
        None => vec![PromotionRejection::Unknown],
        Some(promotion) => {
            let customer = purchase
                .user
                .map(|user| find_customer(conn, promotion, user))
                .transpose()?;
            rejections(promotion, purchase, customer)
        }
    };
    let discount_amount = known
        .as_ref()
        .filter(|_| reasons.is_empty())
        .map_or_else(Money::zero, |promotion| {
            discount(promotion, purchase.amount, purchase.currency)
        });
    Ok(PromotionCheck {
        promotion_id: known.map(|promotion| promotion.id),
        applies: reasons.is_empty(),
        reasons,
        amount: purchase.amount.clone(),
        net_amount: purchase.amount.minus(&discount_amount),
        discount_amount,
        currency: purchase.currency,
    })
}

fn find_customer(conn: &mut Conn, promotion: &Promotion, user: UserId) -> Result<Customer> {
    Ok(Customer {
        uses: query::count_uses(conn, promotion.id, user)?,
        has_ordered: promotion.first_order_only && query::has_ordered(conn, user)?,
    })
}

/// Reserves a use of a code for an order of a customer, or returns an error with the reasons. The caller inserts the
/// order in the same transaction, so a rejected order reserves nothing.
pub fn reserve(tx: &mut Tx<'_>, user: UserId, purchase: &Purchase<'_>) -> Result<Reservation> {
    let Some(known) = query::find_by_code(tx.conn(), &normalize_code(purchase.code))? else {
        return Err(rejection_error(&[PromotionRejection::Unknown]));
    };
    let Some(mut promotion) = query::reserve_use(tx, known.id, purchase.now)? else {
        let now = query::find(tx.conn(), known.id)?;
        let reasons = rejections(&now, purchase, None);
        return Err(rejection_error(match reasons.as_slice() {
            // Another order released its use after this attempt, so only the next request can reserve it.
            [] => &[PromotionRejection::UsedUp],
            reasons => reasons,
        }));
    };
    if promotion.first_order_only {
        query::lock_customer(tx, user)?;
    }
    // The row is locked now, so the following counts cannot change before the commit.
    let customer = find_customer(tx.conn(), &promotion, user)?;
    promotion.used_count -= 1;
    let reasons = rejections(&promotion, purchase, Some(customer));
    if !reasons.is_empty() {
        return Err(rejection_error(&reasons));
    }
    Ok(Reservation {
        promotion: promotion.id,
        discount: discount(&promotion, purchase.amount, purchase.currency),
    })
}

/// Records the reservation of an order.
pub fn record_reservation(
    tx: &mut Tx<'_>,
    reservation: &Reservation,
    order: OrderId,
    user: UserId,
    purchase: &Purchase<'_>,
) -> Result<()> {
    query::insert_redemption(
        tx,
        &NewRedemption {
            promotion: reservation.promotion,
            order,
            user,
            discount: reservation.discount.clone(),
            currency: purchase.currency,
            now: purchase.now,
        },
    )
}

/// The effect of a payment on the promotion of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// The order has no promotion, or its redemption was completed before.
    Unchanged,
    /// The redemption is completed.
    Completed,
    /// The use had been released, and another use was reserved and completed.
    ReservedAgain,
    /// The use had been released, and no use is left. The order keeps its discount without a use.
    NoUseLeft,
}

/// Completes the redemption of a paid order. If the use was released before, another use is reserved if one is left.
pub fn complete(tx: &mut Tx<'_>, order: OrderId, now: DateTime<Utc>) -> Result<Completion> {
    match query::lock_redemption(tx, order)? {
        None | Some((_, _, RedemptionState::Completed)) => Ok(Completion::Unchanged),
        Some((_, _, RedemptionState::Held)) => {
            query::set_redemption_state(tx, order, RedemptionState::Completed, now)?;
            Ok(Completion::Completed)
        }
        Some((promotion, user, RedemptionState::Released)) => {
            let Some(updated) = query::reserve_released_use(tx, promotion)? else {
                return Ok(Completion::NoUseLeft);
            };
            let uses = query::count_uses(tx.conn(), promotion, user)?;
            if updated
                .per_user_limit
                .is_some_and(|limit| uses >= limit.into())
            {
                query::release_use(tx, promotion)?;
                return Ok(Completion::NoUseLeft);
            }
            query::set_redemption_state(tx, order, RedemptionState::Completed, now)?;
            Ok(Completion::ReservedAgain)
        }
    }
}

/// Releases the use of an order that will not be paid or was refunded, so that another order can use it. Returns
/// `false` if the order has no use or the use is already released.
pub fn release(tx: &mut Tx<'_>, order: OrderId, now: DateTime<Utc>) -> Result<bool> {
    match query::lock_redemption(tx, order)? {
        None | Some((_, _, RedemptionState::Released)) => Ok(false),
        Some((promotion, ..)) => {
            query::set_redemption_state(tx, order, RedemptionState::Released, now)?;
            query::release_use(tx, promotion)?;
            Ok(true)
        }
    }
}

/// Returns the error of a rejected code. The status is 409 if the code is used up or has ended, and 422 if the code
/// does not apply to this order. The field error contains the reasons.
fn rejection_error(reasons: &[PromotionRejection]) -> Error {
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
