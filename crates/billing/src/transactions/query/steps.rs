//! SQL of a payment's way: written, opened, moved on.

use crate::orders::Amounts;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Result, Tx, ports::payments::OpenedPayment, prepared::Prepared};
use schema::{orders, transactions};
use wire::{
    Currency, EsimId, OrderId, PlanId, PromotionId, TransactionId, UserId,
    billing::{
        orders::Checkout,
        transactions::{PaymentMethod, TransactionStatus},
    },
};

/// What stands as the gateway of a payment that a person confirms.
pub const RECORDED: &str = "recorded";

/// A payment that an order asks for.
pub struct Due {
    /** For this order. */
    pub order: OrderId,
    /** From this customer. */
    pub user: UserId,
    /** For this plan. */
    pub plan: PlanId,
    /** For this eSIM, when it is topped up. */
    pub esim: Option<EsimId>,
    /** With this promotion. */
    pub promotion: Option<PromotionId>,
    /** How much. */
    pub amounts: Amounts,
    /** In which currency. */
    pub currency: Currency,
    /** How. */
    pub method: PaymentMethod,
    /** Where a card is taken. */
    pub checkout: Checkout,
    /** When. */
    pub now: DateTime<Utc>,
}

/// Writes a pending payment.
pub fn insert(tx: &mut Tx<'_>, id: TransactionId, due: &Due) -> Result<()> {
    diesel::insert_into(transactions::table)
        .values((
            transactions::id.eq(id),
            transactions::order_id.eq(due.order),
            transactions::user_id.eq(due.user),
            transactions::plan_id.eq(due.plan),
            transactions::esim_id.eq(due.esim),
            transactions::promo_code_id.eq(due.promotion),
            transactions::amount.eq(&due.amounts.amount),
            transactions::discount_amount.eq(&due.amounts.discount),
            transactions::tax_amount.eq(&due.amounts.tax),
            transactions::total_amount.eq(&due.amounts.total),
            transactions::currency.eq(due.currency),
            transactions::payment_method.eq(due.method),
            transactions::payment_gateway.eq(due.method.is_recorded().then_some(RECORDED)),
            transactions::status.eq(TransactionStatus::Pending),
            transactions::created_at.eq(due.now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes where a payment is open, unless that was noted before. Its secret comes sealed.
pub fn opened(
    tx: &mut Tx<'_>,
    id: TransactionId,
    gateway: &str,
    (opened, secret): (&OpenedPayment, Option<Vec<u8>>),
) -> Result<bool> {
    let noted = diesel::update(
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
    Ok(Prepared(noted).execute(tx.conn())? == 1)
}

/// Adds what a payment can be made with, when news of it came before the answer to its opening.
pub fn fill_in(
    tx: &mut Tx<'_>,
    id: TransactionId,
    (opened, secret): (&OpenedPayment, Option<Vec<u8>>),
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

/// Notes what the gateway calls the payment itself, by which disputes name it.
pub fn named(tx: &mut Tx<'_>, id: TransactionId, gateway_payment_id: &str) -> Result<()> {
    let named = diesel::update(
        transactions::table
            .find(id)
            .filter(transactions::gateway_payment_id.is_null()),
    )
    .set(transactions::gateway_payment_id.eq(gateway_payment_id));
    Prepared(named).execute(tx.conn())?;
    Ok(())
}

/// Moves a payment on, if it still is where it was seen; whether it was. One that is completed after all is no
/// longer closed.
pub fn advance(
    tx: &mut Tx<'_>,
    id: TransactionId,
    from: &[TransactionStatus],
    to: TransactionStatus,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let completed = (to == TransactionStatus::Completed).then_some(now);
    let closed =
        matches!(to, TransactionStatus::Failed | TransactionStatus::Cancelled).then_some(now);
    let moved = diesel::update(
        transactions::table
            .find(id)
            .filter(transactions::status.eq_any(from)),
    )
    .set((
        transactions::status.eq(to),
        transactions::failure_reason.eq(reason),
        transactions::closed_at.eq(closed),
        completed.map(|at| transactions::completed_at.eq(at)),
    ));
    Ok(Prepared(moved).execute(tx.conn())? == 1)
}

/// Notes by whom a payment was recorded, and what it is known by where it came in.
pub fn recorded(
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
pub fn restate(tx: &mut Tx<'_>, id: TransactionId, amounts: &Amounts) -> Result<()> {
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

/// Sets the amounts of an unpaid order, where less was accepted than was due.
pub fn restate_order(tx: &mut Tx<'_>, id: OrderId, amounts: &Amounts) -> Result<()> {
    diesel::update(orders::table.find(id).filter(orders::paid_at.is_null()))
        .set((
            orders::discount_amount.eq(&amounts.discount),
            orders::tax_amount.eq(&amounts.tax),
            orders::total_amount.eq(&amounts.total),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Names the first eSIM that a payment has paid for.
pub fn name_esim(tx: &mut Tx<'_>, order: OrderId, esim: EsimId) -> Result<()> {
    diesel::update(
        transactions::table
            .filter(transactions::order_id.eq(order))
            .filter(transactions::esim_id.is_null()),
    )
    .set(transactions::esim_id.eq(esim))
    .execute(tx.conn())?;
    Ok(())
}
