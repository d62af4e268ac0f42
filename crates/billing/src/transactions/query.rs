//! All SQL of payments.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntoBoxed, LeftJoin},
    pg::Pg,
    prelude::*,
};
use platform::{Actor, Conn, Result, Tx, any_of, page, people, ports::payments::Opened};
use schema::{orders, transactions};
use serde_json::Value;
use wire::{
    Currency, EsimId, Money, OrderId, Page, Paging, PlanId, TransactionId, UserId,
    billing::transactions::{
        PaymentMethod, Transaction, TransactionFilter, TransactionSort, TransactionStatus,
    },
};

/// Payments with the orders that they pay.
type Named = LeftJoin<transactions::table, orders::table>;

fn matching(filter: &TransactionFilter, actor: &Actor) -> IntoBoxed<'static, Named, Pg> {
    let mut rows = transactions::table.left_join(orders::table).into_boxed();
    if let Some(owner) = actor.only() {
        rows = rows.filter(transactions::user_id.eq_any(people::customers_of(owner)));
    }
    if let Some(q) = &filter.q {
        rows = rows.filter(transactions::gateway_transaction_id.eq(q.clone()));
    }
    rows = any_of!(rows, transactions::status, filter.status);
    rows = any_of!(rows, transactions::payment_method, filter.payment_method);
    if let Some(gateway) = &filter.payment_gateway {
        rows = rows.filter(transactions::payment_gateway.eq(gateway.clone()));
    }
    rows = any_of!(rows, transactions::currency, filter.currency);
    if let Some(id) = filter.user_id {
        rows = rows.filter(transactions::user_id.eq(id));
    }
    if let Some(id) = filter.order_id {
        rows = rows.filter(transactions::order_id.eq(id));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(transactions::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(transactions::created_at.lt(to));
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

/// A payment that an order asks for.
pub struct Due {
    /** For this order. */
    pub order: OrderId,
    /** From this customer. */
    pub user: UserId,
    /** For this plan. */
    pub plan: PlanId,
    /** How much. */
    pub amount: Money,
    /** In which currency. */
    pub currency: Currency,
    /** How. */
    pub method: PaymentMethod,
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
            transactions::amount.eq(&due.amount),
            transactions::total_amount.eq(&due.amount),
            transactions::currency.eq(due.currency),
            transactions::payment_method.eq(due.method),
            transactions::status.eq(TransactionStatus::Pending),
            transactions::created_at.eq(due.now),
        ))
        .execute(tx.conn())?;
    Ok(())
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

/// Notes where a payment is open, unless that was noted before.
pub fn opened(tx: &mut Tx<'_>, id: TransactionId, gateway: &str, opened: &Opened) -> Result<bool> {
    let noted = diesel::update(
        transactions::table
            .find(id)
            .filter(transactions::gateway_transaction_id.is_null()),
    )
    .set((
        transactions::payment_gateway.eq(gateway),
        transactions::gateway_transaction_id.eq(&opened.gateway_transaction_id),
        transactions::checkout_url.eq(&opened.checkout_url),
    ))
    .execute(tx.conn())?;
    Ok(noted == 1)
}

/// Moves a payment on, if it still is where it was seen; whether it was.
pub fn advance(
    tx: &mut Tx<'_>,
    id: TransactionId,
    from: &[TransactionStatus],
    to: TransactionStatus,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let completed = matches!(to, TransactionStatus::Completed).then_some(now);
    let moved = diesel::update(
        transactions::table
            .find(id)
            .filter(transactions::status.eq_any(from)),
    )
    .set((
        transactions::status.eq(to),
        transactions::failure_reason.eq(reason),
        completed.map(|at| transactions::completed_at.eq(at)),
    ))
    .execute(tx.conn())?;
    Ok(moved == 1)
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

/// Whether money for an order has come in.
pub fn is_paid(conn: &mut Conn, order: OrderId) -> Result<bool> {
    let paid = transactions::table
        .filter(transactions::order_id.eq(order))
        .filter(transactions::status.eq(TransactionStatus::Completed));
    Ok(diesel::select(diesel::dsl::exists(paid)).get_result(conn)?)
}
