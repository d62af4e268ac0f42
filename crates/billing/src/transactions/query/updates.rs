//! SQL that writes payments.

use crate::amounts::Amounts;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Result, Tx, ports::payments::OpenedPayment, prepared::Prepared};
use schema::{orders, transactions};
use wire::{
    Currency, EsimId, OrderId, PlanId, PromotionId, TransactionId, UserId,
    billing::transactions::{PaymentMethod, TransactionStatus},
};

/// The value of `payment_gateway` of a payment that a person confirms.
pub const RECORDED: &str = "recorded";

/// A new payment of an order.
pub struct NewPayment {
    /// The order.
    pub order: OrderId,
    /// The customer.
    pub user: UserId,
    /// The plan.
    pub plan: PlanId,
    /// The eSIM of a top-up.
    pub esim: Option<EsimId>,
    /// The promotion.
    pub promotion: Option<PromotionId>,
    /// The amounts.
    pub amounts: Amounts,
    /// The currency.
    pub currency: Currency,
    /// The payment method.
    pub method: PaymentMethod,
    /// The time of the order.
    pub now: DateTime<Utc>,
}

/// Inserts a pending payment.
pub fn insert(tx: &mut Tx<'_>, id: TransactionId, new: &NewPayment) -> Result<()> {
    diesel::insert_into(transactions::table)
        .values((
            transactions::id.eq(id),
            transactions::order_id.eq(new.order),
            transactions::user_id.eq(new.user),
            transactions::plan_id.eq(new.plan),
            transactions::esim_id.eq(new.esim),
            transactions::promo_code_id.eq(new.promotion),
            transactions::amount.eq(&new.amounts.amount),
            transactions::discount_amount.eq(&new.amounts.discount),
            transactions::tax_amount.eq(&new.amounts.tax),
            transactions::total_amount.eq(&new.amounts.total),
            transactions::currency.eq(new.currency),
            transactions::payment_method.eq(new.method),
            transactions::payment_gateway.eq(new.method.is_recorded().then_some(RECORDED)),
            transactions::status.eq(TransactionStatus::Pending),
            transactions::created_at.eq(new.now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes the gateway's ID of a payment and how to pay it, unless the ID is known. Returns whether it was written. The
/// client secret is sealed.
pub fn set_opened(
    tx: &mut Tx<'_>,
    id: TransactionId,
    gateway: &str,
    opened: &OpenedPayment,
    secret: Option<Vec<u8>>,
) -> Result<bool> {
    let update = diesel::update(
        transactions::table
            .find(id)
            .filter(transactions::gateway_transaction_id.is_null()),
    )
    .set((
        transactions::payment_gateway.eq(gateway),
        transactions::gateway_transaction_id.eq(&opened.gateway_transaction_id),
        transactions::checkout_url.eq(&opened.checkout_url),
        transactions::client_secret.eq(secret),
    ));
    Ok(Prepared(update).execute(tx.conn())? == 1)
}

/// Writes how to pay a payment, where an event of the gateway arrived before the response to the opening.
pub fn set_checkout(
    tx: &mut Tx<'_>,
    id: TransactionId,
    opened: &OpenedPayment,
    secret: Option<Vec<u8>>,
) -> Result<()> {
    diesel::update(
        transactions::table
            .find(id)
            .filter(transactions::gateway_transaction_id.eq(&opened.gateway_transaction_id))
            .filter(transactions::checkout_url.is_null())
            .filter(transactions::client_secret.is_null()),
    )
    .set((
        transactions::checkout_url.eq(&opened.checkout_url),
        transactions::client_secret.eq(secret),
    ))
    .execute(tx.conn())?;
    Ok(())
}

/// Writes the gateway's ID of the payment itself, which disputes refer to.
pub fn set_gateway_payment_id(
    tx: &mut Tx<'_>,
    id: TransactionId,
    gateway_payment_id: &str,
) -> Result<()> {
    let update = diesel::update(
        transactions::table
            .find(id)
            .filter(transactions::gateway_payment_id.is_null()),
    )
    .set(transactions::gateway_payment_id.eq(gateway_payment_id));
    Prepared(update).execute(tx.conn())?;
    Ok(())
}

/// Writes the status of a locked payment, with the times that belong to the status.
pub fn set_status(
    tx: &mut Tx<'_>,
    id: TransactionId,
    to: TransactionStatus,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let completed = (to == TransactionStatus::Completed).then_some(now);
    let closed =
        matches!(to, TransactionStatus::Failed | TransactionStatus::Cancelled).then_some(now);
    let update = diesel::update(transactions::table.find(id)).set((
        transactions::status.eq(to),
        transactions::failure_reason.eq(reason),
        transactions::closed_at.eq(closed),
        completed.map(|at| transactions::completed_at.eq(at)),
    ));
    Prepared(update).execute(tx.conn())?;
    Ok(())
}

/// Writes who recorded a payment, and the reference of the bank or the wallet.
pub fn set_recorded(
    tx: &mut Tx<'_>,
    id: TransactionId,
    by: Option<UserId>,
    reference: Option<&str>,
) -> Result<()> {
    diesel::update(transactions::table.find(id))
        .set((
            transactions::recorded_by.eq(by),
            reference.map(|known| transactions::reference.eq(known)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Sets the amounts of a payment that is not completed.
pub fn set_amounts(tx: &mut Tx<'_>, id: TransactionId, amounts: &Amounts) -> Result<()> {
    let unpaid = transactions::table.find(id).filter(
        transactions::status.ne_all([TransactionStatus::Completed, TransactionStatus::Refunded]),
    );
    diesel::update(unpaid)
        .set((
            transactions::amount.eq(&amounts.amount),
            transactions::discount_amount.eq(&amounts.discount),
            transactions::tax_amount.eq(&amounts.tax),
            transactions::total_amount.eq(&amounts.total),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Sets the amounts of an unpaid order, where an administrator accepted less than the amount due.
pub fn set_order_amounts(tx: &mut Tx<'_>, id: OrderId, amounts: &Amounts) -> Result<()> {
    diesel::update(orders::table.find(id).filter(orders::paid_at.is_null()))
        .set((
            orders::discount_amount.eq(&amounts.discount),
            orders::tax_amount.eq(&amounts.tax),
            orders::total_amount.eq(&amounts.total),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes the first eSIM of an order to its payments.
pub fn set_esim(tx: &mut Tx<'_>, order: OrderId, esim: EsimId) -> Result<()> {
    diesel::update(
        transactions::table
            .filter(transactions::order_id.eq(order))
            .filter(transactions::esim_id.is_null()),
    )
    .set(transactions::esim_id.eq(esim))
    .execute(tx.conn())?;
    Ok(())
}
