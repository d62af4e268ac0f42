//! SQL of what is known of a sale when somebody asks for its money back.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sum,
    prelude::*,
    sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result, Tx};
use schema::{orders, refunds, sql_types, transactions};
use wire::{
    Currency, EsimId, Money, OrderId, RefundId, TransactionId, UserId,
    billing::{
        orders::{OrderKind, Terms},
        refunds::RefundStatus,
        transactions::TransactionStatus,
    },
    esims::inventory::{EsimStatus, ProfileState},
};

/// A payment as far as giving it back goes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = transactions, check_for_backend(diesel::pg::Pg))]
pub struct Payment {
    pub id: TransactionId,
    pub order_id: Option<OrderId>,
    pub user_id: UserId,
    pub total_amount: Money,
    pub currency: Currency,
    pub status: TransactionStatus,
    pub payment_gateway: Option<String>,
    pub gateway_transaction_id: Option<String>,
    pub recorded_by: Option<UserId>,
    pub dispute_state: Option<String>,
    pub completed_at: Option<DateTime<Utc>>,
}

/// A payment, locked until the end of the transaction: refunds of it are decided one after the other.
pub fn lock_payment(tx: &mut Tx<'_>, id: TransactionId) -> Result<Option<Payment>> {
    Ok(transactions::table
        .find(id)
        .for_update()
        .select(Payment::as_select())
        .first(tx.conn())
        .optional()?)
}

/// The payment that the gateway calls so, locked.
pub fn payment_named(tx: &mut Tx<'_>, gateway: &str, id: &str) -> Result<Option<Payment>> {
    let named = transactions::gateway_transaction_id
        .eq(id)
        .or(transactions::gateway_payment_id.eq(id));
    Ok(transactions::table
        .filter(transactions::payment_gateway.eq(gateway))
        .filter(named)
        .for_update()
        .select(Payment::as_select())
        .first(tx.conn())
        .optional()?)
}

/// A payment.
pub fn payment(conn: &mut Conn, id: TransactionId) -> Result<Payment> {
    Ok(transactions::table
        .find(id)
        .select(Payment::as_select())
        .first(conn)?)
}

/// The payments of an order that have come in.
pub fn payments_of(conn: &mut Conn, id: OrderId) -> Result<Vec<TransactionId>> {
    Ok(transactions::table
        .filter(transactions::order_id.eq(id))
        .filter(transactions::status.eq(TransactionStatus::Completed))
        .order(transactions::completed_at)
        .select(transactions::id)
        .load(conn)?)
}

/// What is given back of a payment, or shall be, but for one refund.
pub fn live_sum(conn: &mut Conn, id: TransactionId, but: Option<RefundId>) -> Result<Money> {
    let mut live = refunds::table
        .filter(refunds::transaction_id.eq(id))
        .filter(refunds::status.eq_any([RefundStatus::Pending, RefundStatus::Processed]))
        .select(sum(refunds::amount))
        .into_boxed();
    if let Some(but) = but {
        live = live.filter(refunds::id.ne(but));
    }
    let live: Option<Money> = live.first(conn)?;
    Ok(live.unwrap_or_else(Money::zero))
}

/// What was sold, as far as giving it back goes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg))]
pub struct Sold {
    pub order_number: String,
    pub kind: OrderKind,
    pub quantity: i32,
    pub terms: serde_json::Value,
}

impl Sold {
    /// The frozen terms.
    pub fn terms(&self) -> Result<Terms> {
        serde_json::from_value(self.terms.clone()).map_err(platform::Error::internal)
    }
}

/// What was sold.
pub fn sold(conn: &mut Conn, id: OrderId) -> Result<Sold> {
    Ok(orders::table
        .find(id)
        .select(Sold::as_select())
        .first(conn)?)
}

/// One ordered unit, and what became of it.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Unit {
    #[diesel(sql_type = Integer)]
    pub unit_no: i32,
    #[diesel(sql_type = Bool)]
    pub is_topup: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub esim_id: Option<EsimId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub iccid: Option<String>,
    #[diesel(sql_type = Nullable<sql_types::EsimStatus>)]
    pub status: Option<EsimStatus>,
    #[diesel(sql_type = Nullable<sql_types::ProfileState>)]
    pub profile_state: Option<ProfileState>,
    #[diesel(sql_type = BigInt)]
    pub used_bytes: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub total_bytes: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub bundle: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub delivered_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub installed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub starts_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// Readings and bundles may run apart by a poll; what was used is the greater of the two. What was added to an eSIM has
/// times of its own: neither when the eSIM was first used nor what was used before tells anything of it.
const UNITS: &str = "SELECT g.unit_no, o.kind = 'topup' AS is_topup, b.esim_id, e.iccid, e.status, e.profile_state, b.total_bytes, b.status::text AS bundle, \
    b.created_at AS delivered_at, e.installed_at, \
    coalesce(b.starts_at, CASE WHEN o.kind = 'new' THEN e.activated_at END) AS starts_at, \
    coalesce(b.expires_at, CASE WHEN o.kind = 'new' THEN e.expires_at END) AS expires_at, \
    greatest(coalesce(b.used_bytes, 0), coalesce((SELECT max(u.used_bytes) FROM esim_data_usage u \
        WHERE u.esim_id = b.esim_id AND u.period_end > b.created_at AND (o.kind = 'new' OR u.period_start >= b.starts_at)), 0)) AS used_bytes \
    FROM orders o CROSS JOIN generate_series(1, $2) AS g (unit_no) LEFT JOIN esim_bundles b ON b.order_id = o.id AND b.unit_no = g.unit_no \
    LEFT JOIN esims e ON e.id = b.esim_id WHERE o.id = $1 ORDER BY 1";

/// Every unit of an order.
pub fn units(conn: &mut Conn, order: OrderId, quantity: i32) -> Result<Vec<Unit>> {
    Ok(diesel::sql_query(UNITS)
        .bind::<SqlUuid, _>(order)
        .bind::<Integer, _>(quantity)
        .load(conn)?)
}
