//! All SQL of payments.

mod steps;

pub use steps::*;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntoBoxed, LeftJoin},
    pg::Pg,
    prelude::*,
};
use platform::{
    Actor, Conn, Result, Tx, any_of,
    audit::{self, Subject},
    crypto::Keyring,
    list::number_pattern,
    page, people,
};
use schema::{audit_log, orders, refunds, transactions, webhook_receipts};
use serde_json::Value;
use wire::{
    Money, OrderId, Page, Paging, RefundId, TransactionId,
    billing::transactions::{
        Transaction, TransactionFilter, TransactionSort, TransactionStatus, WebhookReceipt,
    },
    identifier::order_number,
};

/// One act of the record.
#[derive(Queryable)]
pub struct Recorded {
    pub at: DateTime<Utc>,
    pub actor_id: Option<wire::UserId>,
    pub action: String,
    pub change: Option<Value>,
    pub reason: Option<String>,
    pub subject_type: String,
    pub subject_id: Option<uuid::Uuid>,
}

/// Payments with the orders that they pay.
type Named = LeftJoin<transactions::table, orders::table>;

fn matching(filter: &TransactionFilter, actor: &Actor) -> IntoBoxed<'static, Named, Pg> {
    let mut rows = transactions::table.left_join(orders::table).into_boxed();
    if let Some(owner) = actor.owner_filter() {
        rows = rows.filter(transactions::user_id.eq_any(people::customers_of(owner)));
    }
    if let Some(q) = &filter.q {
        let number = orders::order_number.like(number_pattern(&order_number(q)));
        let theirs = transactions::gateway_transaction_id.eq(q.clone());
        rows = rows.filter(number.or(theirs));
    }
    rows = any_of!(rows, transactions::status, filter.status);
    rows = any_of!(rows, transactions::payment_method, filter.payment_method);
    rows = any_of!(rows, transactions::currency, filter.currency);
    rows = match filter.payment_gateway.as_deref() {
        None => rows,
        Some("none") => rows.filter(transactions::payment_gateway.is_null()),
        Some(gateway) => rows.filter(transactions::payment_gateway.eq(gateway.to_owned())),
    };
    within(of(rows, filter), filter)
}

fn of(
    mut rows: IntoBoxed<'static, Named, Pg>,
    filter: &TransactionFilter,
) -> IntoBoxed<'static, Named, Pg> {
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

fn within(
    mut rows: IntoBoxed<'static, Named, Pg>,
    filter: &TransactionFilter,
) -> IntoBoxed<'static, Named, Pg> {
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

/// A page of the payments that the actor may see.
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

/// A payment that the actor may see.
pub fn find(conn: &mut Conn, actor: &Actor, id: TransactionId) -> Result<Transaction> {
    Ok(matching(&TransactionFilter::default(), actor)
        .filter(transactions::id.eq(id))
        .select(Transaction::as_select())
        .first(conn)?)
}

/// A payment, whoever may see it.
pub fn payment(conn: &mut Conn, id: TransactionId) -> Result<Transaction> {
    Ok(transactions::table
        .left_join(orders::table)
        .filter(transactions::id.eq(id))
        .select(Transaction::as_select())
        .first(conn)?)
}

/// What a gateway needs to know of the order that is paid.
#[derive(Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg))]
pub struct Sold {
    pub id: OrderId,
    pub order_number: String,
    pub terms: Value,
    pub expires_at: Option<DateTime<Utc>>,
}

/// The order that a payment pays.
pub fn sold(conn: &mut Conn, payment: TransactionId) -> Result<Sold> {
    Ok(transactions::table
        .inner_join(orders::table)
        .filter(transactions::id.eq(payment))
        .select(Sold::as_select())
        .first(conn)?)
}

/// The payment that a gateway speaks of, locked: by our reference if it gave one back, else by its own.
pub fn lock(
    tx: &mut Tx<'_>,
    gateway: &str,
    ours: Option<TransactionId>,
    theirs: Option<&str>,
) -> Result<Option<Transaction>> {
    let by_reference = transactions::table
        .filter(transactions::payment_gateway.eq(gateway))
        .filter(transactions::gateway_transaction_id.eq(theirs));
    let locked = match ours {
        Some(id) => transactions::table
            .find(id)
            .for_update()
            .select(transactions::id)
            .first(tx.conn()),
        None => by_reference
            .for_update()
            .select(transactions::id)
            .first(tx.conn()),
    };
    locked
        .optional()?
        .map(|id| payment(tx.conn(), id))
        .transpose()
}

/// Whether money for an order has come in.
pub fn is_paid(conn: &mut Conn, order: OrderId) -> Result<bool> {
    let paid = transactions::table
        .filter(transactions::order_id.eq(order))
        .filter(transactions::status.eq(TransactionStatus::Completed));
    Ok(diesel::select(diesel::dsl::exists(paid)).get_result(conn)?)
}

/// What the gateway has told of a payment, the newest first.
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

/// What the record says of a payment and its refunds, the oldest first.
pub fn record(conn: &mut Conn, keys: &Keyring, id: TransactionId) -> Result<Vec<Recorded>> {
    let given_back: Vec<RefundId> = refunds::table
        .filter(refunds::transaction_id.eq(id))
        .select(refunds::id)
        .load(conn)?;
    let subjects: Vec<uuid::Uuid> = given_back
        .into_iter()
        .map(|refund| refund.0)
        .chain([id.0])
        .collect();
    let mut rows = audit_log::table
        .filter(audit_log::subject_type.eq_any(["transaction", "refund"]))
        .filter(audit_log::subject_id.eq_any(subjects))
        .order((audit_log::created_at, audit_log::id))
        .limit(500)
        .select((
            audit_log::created_at,
            audit_log::actor_id,
            audit_log::action,
            audit_log::change,
            audit_log::reason,
            audit_log::subject_type,
            audit_log::subject_id,
        ))
        .load::<Recorded>(conn)?;
    let entries = rows.iter_mut().map(|row| {
        let id = row.subject_id.unwrap_or_default();
        let kind = row.subject_type.as_str();
        (Subject { kind, id }, &mut row.reason)
    });
    audit::open_reasons(conn, keys, entries.collect())?;
    Ok(rows)
}
