//! SQL of what is known of a sale when somebody asks for its money back.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sum,
    prelude::*,
    sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result, Tx};
use schema::{orders, reconciliation_cases as cases, refunds, sql_types, transactions};
use std::collections::HashMap;
use wire::{
    Currency, EsimId, Money, OrderId, RefundId, TransactionId, UserId,
    billing::{
        orders::{OrderKind, PlanTerms},
        reconciliation::{CaseAction, CaseKind, CaseStatus},
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

/// Sums the refunds of a payment that are processed or pending, except one. A refund that was made at the gateway
/// counts from the moment at which its case is opened.
pub fn live_sum(conn: &mut Conn, id: TransactionId, but: Option<RefundId>) -> Result<Money> {
    Ok(refund_sum(conn, id, but)?.plus(&outside_sum(conn, id)?))
}

/// Sums the refunds of a payment that were made at the gateway, by their open cases.
pub fn outside_sum(conn: &mut Conn, id: TransactionId) -> Result<Money> {
    let outside: Option<Money> = cases::table
        .inner_join(transactions::table)
        .filter(cases::transaction_id.eq(id))
        .filter(cases::kind.eq(CaseKind::ForeignRefund))
        .filter(cases::status.ne(CaseStatus::Resolved))
        .filter(cases::currency.eq(transactions::currency.nullable()))
        .select(sum(cases::amount))
        .first(conn)?;
    Ok(outside.unwrap_or_else(Money::zero))
}

/// Sums what the gateway is known to have refunded of a payment: our refunds that were sent to it, and the amounts of
/// cases, except the open case of one key. A case that a person settled outside is known as well.
pub fn known_at_gateway(conn: &mut Conn, id: TransactionId, but: &str) -> Result<Money> {
    let sent = refunds::status
        .eq(RefundStatus::Processed)
        .or(refunds::status
            .eq(RefundStatus::Pending)
            .and(refunds::sent_at.is_not_null()));
    let ours: Option<Money> = refunds::table
        .filter(refunds::transaction_id.eq(id))
        .filter(sent)
        .select(sum(refunds::amount))
        .first(conn)?;
    let is_settled = cases::action
        .is_not_distinct_from(CaseAction::SettleOutside)
        .or(cases::status.ne(CaseStatus::Resolved));
    let outside: Option<Money> = cases::table
        .filter(cases::transaction_id.eq(id))
        .filter(cases::kind.eq(CaseKind::ForeignRefund))
        .filter(is_settled)
        .filter(
            cases::dedupe_key
                .ne(but)
                .or(cases::status.eq(CaseStatus::Resolved)),
        )
        .select(sum(cases::amount))
        .first(conn)?;
    let zero = Money::zero;
    Ok(ours
        .unwrap_or_else(zero)
        .plus(&outside.unwrap_or_else(zero)))
}

/// Sums our own refunds of a payment that are processed or pending, except one.
pub fn refund_sum(conn: &mut Conn, id: TransactionId, but: Option<RefundId>) -> Result<Money> {
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

/// Sums the refunds of each of these payments, as [`live_sum`] does for one.
pub fn live_sums(conn: &mut Conn, ids: &[TransactionId]) -> Result<HashMap<TransactionId, Money>> {
    let ours: Vec<(TransactionId, Option<Money>)> = refunds::table
        .filter(refunds::transaction_id.eq_any(ids))
        .filter(refunds::status.eq_any([RefundStatus::Pending, RefundStatus::Processed]))
        .group_by(refunds::transaction_id)
        .select((refunds::transaction_id, sum(refunds::amount)))
        .load(conn)?;
    let outside: Vec<(Option<TransactionId>, Option<Money>)> = cases::table
        .inner_join(transactions::table)
        .filter(cases::transaction_id.eq_any(ids))
        .filter(cases::kind.eq(CaseKind::ForeignRefund))
        .filter(cases::status.ne(CaseStatus::Resolved))
        .filter(cases::currency.eq(transactions::currency.nullable()))
        .group_by(cases::transaction_id)
        .select((cases::transaction_id, sum(cases::amount)))
        .load(conn)?;
    let ours = ours.into_iter().map(|(id, amount)| (Some(id), amount));
    let mut sums = HashMap::new();
    for (id, amount) in ours.chain(outside) {
        if let (Some(id), Some(amount)) = (id, amount) {
            let sum = sums.entry(id).or_insert_with(Money::zero);
            *sum = sum.plus(&amount);
        }
    }
    Ok(sums)
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
    pub fn terms(&self) -> Result<PlanTerms> {
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

/// Readings and bundles are polled at different times, so what was used is the greater of the two. A top-up has a
/// validity of its own: neither the eSIM's first use nor what was used before says anything about it.
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
