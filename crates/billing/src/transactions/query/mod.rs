//! All SQL of payments.

mod updates;

pub use updates::*;

use crate::timeline::{self, TimelineAudit};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntoBoxed, LeftJoin},
    pg::Pg,
    prelude::*,
};
use platform::{
    Actor, Conn, Result, Tx, any_of, crypto::Keyring, list::number_pattern, page, people,
};
use schema::{orders, refunds, transactions, webhook_receipts};
use serde_json::Value;
use wire::{
    Money, OrderId, Page, Paging, RefundId, TransactionId,
    billing::transactions::{
        Transaction, TransactionFilter, TransactionSort, TransactionStatus, WebhookReceipt,
    },
    identifier::order_number,
    system::audit::Auditable,
};

/// Payments with their orders.
type WithOrder = LeftJoin<transactions::table, orders::table>;

fn matching(filter: &TransactionFilter, actor: &Actor) -> IntoBoxed<'static, WithOrder, Pg> {
    let mut rows = transactions::table.left_join(orders::table).into_boxed();
    if let Some(owner) = actor.owner_filter() {
        rows = rows.filter(transactions::user_id.eq_any(people::customers_of(owner)));
    }
    if let Some(q) = &filter.q {
        let number = orders::order_number.like(number_pattern(&order_number(q)));
        let gateway_id = transactions::gateway_transaction_id.eq(q.clone());
        rows = rows.filter(number.or(gateway_id));
    }
    rows = any_of!(rows, transactions::status, filter.status);
    rows = any_of!(rows, transactions::payment_method, filter.payment_method);
    rows = any_of!(rows, transactions::currency, filter.currency);
    rows = match filter.payment_gateway.as_deref() {
        None => rows,
        Some("none") => rows.filter(transactions::payment_gateway.is_null()),
        Some(gateway) => rows.filter(transactions::payment_gateway.eq(gateway.to_owned())),
    };
    in_ranges(of_subjects(rows, filter), filter)
}

fn of_subjects(
    mut rows: IntoBoxed<'static, WithOrder, Pg>,
    filter: &TransactionFilter,
) -> IntoBoxed<'static, WithOrder, Pg> {
    if let Some(id) = filter.user_id {
        rows = rows.filter(transactions::user_id.eq(id));
    }
    if let Some(id) = filter.order_id {
        rows = rows.filter(transactions::order_id.eq(id));
    }
    if let Some(id) = filter.esim_id {
        rows = rows.filter(transactions::esim_id.eq(id));
    }
    if let Some(id) = filter.promo_code_id {
        rows = rows.filter(transactions::promo_code_id.eq(id));
    }
    rows = match filter.is_refunded {
        None => rows,
        Some(true) => rows.filter(transactions::refunded_amount.gt(Money::zero())),
        Some(false) => rows.filter(transactions::refunded_amount.eq(Money::zero())),
    };
    match filter.is_disputed {
        None => rows,
        Some(true) => rows.filter(transactions::dispute_state.is_not_null()),
        Some(false) => rows.filter(transactions::dispute_state.is_null()),
    }
}

fn in_ranges(
    mut rows: IntoBoxed<'static, WithOrder, Pg>,
    filter: &TransactionFilter,
) -> IntoBoxed<'static, WithOrder, Pg> {
    if let Some(from) = &filter.total_amount_from {
        rows = rows.filter(transactions::total_amount.ge(from.clone()));
    }
    if let Some(to) = &filter.total_amount_to {
        rows = rows.filter(transactions::total_amount.le(to.clone()));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(transactions::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(transactions::created_at.lt(to));
    }
    if let Some(from) = filter.completed_at_from {
        rows = rows.filter(transactions::completed_at.ge(from));
    }
    if let Some(to) = filter.completed_at_to {
        rows = rows.filter(transactions::completed_at.lt(to));
    }
    if let Some(from) = filter.closed_at_from {
        rows = rows.filter(transactions::closed_at.ge(from));
    }
    if let Some(to) = filter.closed_at_to {
        rows = rows.filter(transactions::closed_at.lt(to));
    }
    rows
}

/// Returns a page of the payments that the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &TransactionFilter,
    paging: &Paging<TransactionSort>,
) -> Result<Page<Transaction>> {
    page!(conn, paging, matching(filter, actor) => Transaction, tie transactions::id, {
        TransactionSort::CreatedAt => transactions::created_at, TransactionSort::TotalAmount => transactions::total_amount,
        TransactionSort::CompletedAt => nullable transactions::completed_at,
    })
}

/// Returns a payment that the actor may see.
pub fn find(conn: &mut Conn, actor: &Actor, id: TransactionId) -> Result<Transaction> {
    Ok(matching(&TransactionFilter::default(), actor)
        .filter(transactions::id.eq(id))
        .select(Transaction::as_select())
        .first(conn)?)
}

/// Returns a payment, without a check of who may see it.
pub fn payment(conn: &mut Conn, id: TransactionId) -> Result<Transaction> {
    Ok(transactions::table
        .left_join(orders::table)
        .filter(transactions::id.eq(id))
        .select(Transaction::as_select())
        .first(conn)?)
}

/// The columns of an order that its payment is opened with.
#[derive(Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg))]
pub struct PaidOrder {
    pub id: OrderId,
    pub order_number: String,
    pub terms: Value,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Returns the order of a payment.
pub fn paid_order(conn: &mut Conn, payment: TransactionId) -> Result<PaidOrder> {
    Ok(transactions::table
        .inner_join(orders::table)
        .filter(transactions::id.eq(payment))
        .select(PaidOrder::as_select())
        .first(conn)?)
}

/// Returns the payment that a gateway event is about: the payment with our reference where the gateway returned it, else
/// the payment with the gateway's ID.
pub fn find_for_event(
    conn: &mut Conn,
    gateway: &str,
    reference: Option<TransactionId>,
    gateway_id: Option<&str>,
) -> Result<Option<TransactionId>> {
    let found = match reference {
        Some(id) => transactions::table
            .find(id)
            .select(transactions::id)
            .first(conn),
        None => transactions::table
            .filter(transactions::payment_gateway.eq(gateway))
            .filter(transactions::gateway_transaction_id.eq(gateway_id))
            .select(transactions::id)
            .first(conn),
    };
    Ok(found.optional()?)
}

/// Returns the payment with an ID at a gateway, either the ID of what was opened or the ID of the payment itself.
pub fn find_by_gateway_id(
    conn: &mut Conn,
    gateway: &str,
    id: &str,
) -> Result<Option<TransactionId>> {
    let has_id = transactions::gateway_transaction_id
        .eq(id)
        .or(transactions::gateway_payment_id.eq(id));
    Ok(transactions::table
        .filter(transactions::payment_gateway.eq(gateway))
        .filter(has_id)
        .select(transactions::id)
        .first(conn)
        .optional()?)
}

/// Returns the order of a payment: `None` where no payment has this ID, `Some(None)` where the payment has no order.
pub fn order_of(conn: &mut Conn, id: TransactionId) -> Result<Option<Option<OrderId>>> {
    Ok(transactions::table
        .find(id)
        .select(transactions::order_id)
        .first(conn)
        .optional()?)
}

/// Locks a payment until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: TransactionId) -> Result<()> {
    transactions::table
        .find(id)
        .for_update()
        .select(transactions::id)
        .first::<TransactionId>(tx.conn())?;
    Ok(())
}

/// Locks the payments of an order, in the order of their IDs.
pub fn lock_payments_of(tx: &mut Tx<'_>, order: OrderId) -> Result<()> {
    transactions::table
        .filter(transactions::order_id.eq(order))
        .order(transactions::id)
        .for_update()
        .select(transactions::id)
        .load::<TransactionId>(tx.conn())?;
    Ok(())
}

/// Returns whether an order has a completed payment.
pub fn is_paid(conn: &mut Conn, order: OrderId) -> Result<bool> {
    let paid = transactions::table
        .filter(transactions::order_id.eq(order))
        .filter(transactions::status.eq(TransactionStatus::Completed));
    Ok(diesel::select(diesel::dsl::exists(paid)).get_result(conn)?)
}

/// Returns the gateway events of a payment, the newest first.
pub fn receipts(conn: &mut Conn, id: TransactionId) -> Result<Vec<WebhookReceipt>> {
    Ok(webhook_receipts::table
        .filter(webhook_receipts::transaction_id.eq(id))
        .order((
            webhook_receipts::received_at.desc(),
            webhook_receipts::id.desc(),
        ))
        .limit(100)
        .select(WebhookReceipt::as_select())
        .load(conn)?)
}

/// Returns the audit events of a payment and of its refunds, the oldest first.
pub fn audit_events(
    conn: &mut Conn,
    keys: &Keyring,
    id: TransactionId,
) -> Result<Vec<TimelineAudit>> {
    let refund_ids: Vec<RefundId> = refunds::table
        .filter(refunds::transaction_id.eq(id))
        .select(refunds::id)
        .load(conn)?;
    let subjects: Vec<uuid::Uuid> = refund_ids
        .into_iter()
        .map(|refund| refund.0)
        .chain([id.0])
        .collect();
    timeline::audit_events(
        conn,
        keys,
        &[TransactionId::KIND, RefundId::KIND],
        &subjects,
    )
}
