//! SQL of the sale that a refund is about: the payment, its refunds, and the units of the order.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sum,
    prelude::*,
    sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result};
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

/// The columns of a payment that a refund needs.
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

/// Returns a payment.
pub fn payment(conn: &mut Conn, id: TransactionId) -> Result<Payment> {
    Ok(transactions::table
        .find(id)
        .select(Payment::as_select())
        .first(conn)?)
}

impl Payment {
    /// Returns whether the order was free, so that there is nothing to refund.
    pub fn is_free(&self) -> bool {
        !self.total_amount.is_positive()
    }

    /// Returns whether a person pays out the refunds of the payment, because no gateway received it.
    pub const fn is_paid_out_manually(&self) -> bool {
        self.recorded_by.is_some() || self.gateway_transaction_id.is_none()
    }
}

/// Returns the completed payments of an order.
pub fn completed_payments(conn: &mut Conn, id: OrderId) -> Result<Vec<TransactionId>> {
    Ok(transactions::table
        .filter(transactions::order_id.eq(id))
        .filter(transactions::status.eq(TransactionStatus::Completed))
        .order(transactions::completed_at)
        .select(transactions::id)
        .load(conn)?)
}

/// Sums the refunds of a payment that are processed or pending, except one. A refund that was made at the gateway
/// counts from the moment at which its case is opened.
pub fn committed_sum(
    conn: &mut Conn,
    id: TransactionId,
    except: Option<RefundId>,
) -> Result<Money> {
    Ok(refund_sum(conn, id, except)?.plus(&external_sum(conn, id)?))
}

/// Sums the refunds of a payment that were made at the gateway, by their open cases.
pub fn external_sum(conn: &mut Conn, id: TransactionId) -> Result<Money> {
    let external: Option<Money> = cases::table
        .inner_join(transactions::table)
        .filter(cases::transaction_id.eq(id))
        .filter(cases::kind.eq(CaseKind::ForeignRefund))
        .filter(cases::status.ne(CaseStatus::Resolved))
        .filter(cases::currency.eq(transactions::currency.nullable()))
        .select(sum(cases::amount))
        .first(conn)?;
    Ok(external.unwrap_or_else(Money::zero))
}

/// Sums what the gateway is known to have refunded of a payment: our refunds that were sent to it, and the amounts of
/// cases, except the open case of one key. A case that was settled outside is known as well.
pub fn known_at_gateway(conn: &mut Conn, id: TransactionId, except: &str) -> Result<Money> {
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
    let external: Option<Money> = cases::table
        .filter(cases::transaction_id.eq(id))
        .filter(cases::kind.eq(CaseKind::ForeignRefund))
        .filter(is_settled)
        .filter(
            cases::dedupe_key
                .ne(except)
                .or(cases::status.eq(CaseStatus::Resolved)),
        )
        .select(sum(cases::amount))
        .first(conn)?;
    let zero = Money::zero;
    Ok(ours
        .unwrap_or_else(zero)
        .plus(&external.unwrap_or_else(zero)))
}

/// Sums our own refunds of a payment that are processed or pending, except one.
pub fn refund_sum(conn: &mut Conn, id: TransactionId, except: Option<RefundId>) -> Result<Money> {
    let mut rows = refunds::table
        .filter(refunds::transaction_id.eq(id))
        .filter(refunds::status.eq_any([RefundStatus::Pending, RefundStatus::Processed]))
        .select(sum(refunds::amount))
        .into_boxed();
    if let Some(except) = except {
        rows = rows.filter(refunds::id.ne(except));
    }
    let rows: Option<Money> = rows.first(conn)?;
    Ok(rows.unwrap_or_else(Money::zero))
}

/// Sums the processed refunds of a payment.
pub fn processed_sum(conn: &mut Conn, id: TransactionId) -> Result<Money> {
    let processed: Option<Money> = refunds::table
        .filter(refunds::transaction_id.eq(id))
        .filter(refunds::status.eq(RefundStatus::Processed))
        .select(sum(refunds::amount))
        .first(conn)?;
    Ok(processed.unwrap_or_else(Money::zero))
}

/// Sums the refunds of each of these payments, as [`committed_sum`] does for one.
pub fn committed_sums(
    conn: &mut Conn,
    ids: &[TransactionId],
) -> Result<HashMap<TransactionId, Money>> {
    let ours: Vec<(TransactionId, Option<Money>)> = refunds::table
        .filter(refunds::transaction_id.eq_any(ids))
        .filter(refunds::status.eq_any([RefundStatus::Pending, RefundStatus::Processed]))
        .group_by(refunds::transaction_id)
        .select((refunds::transaction_id, sum(refunds::amount)))
        .load(conn)?;
    let external: Vec<(Option<TransactionId>, Option<Money>)> = cases::table
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
    for (id, amount) in ours.chain(external) {
        if let (Some(id), Some(amount)) = (id, amount) {
            let sum = sums.entry(id).or_insert_with(Money::zero);
            *sum = sum.plus(&amount);
        }
    }
    Ok(sums)
}

/// The columns of an order that a refund needs.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg))]
pub struct SoldOrder {
    pub order_number: String,
    pub kind: OrderKind,
    pub quantity: i32,
    pub terms: serde_json::Value,
}

impl SoldOrder {
    /// Returns the terms of the plan at the time of the order.
    pub fn terms(&self) -> Result<PlanTerms> {
        serde_json::from_value(self.terms.clone()).map_err(platform::Error::internal)
    }
}

/// Returns an order.
pub fn sold_order(conn: &mut Conn, id: OrderId) -> Result<SoldOrder> {
    Ok(orders::table
        .find(id)
        .select(SoldOrder::as_select())
        .first(conn)?)
}

/// One ordered unit, with its eSIM and its usage.
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

/// Readings and bundles are polled at different times, so the usage is the greater of the two. A top-up has a validity of
/// its own: the first use of the eSIM and the usage before the top-up do not count.
const UNITS: &str = "SELECT g.unit_no, o.kind = 'topup' AS is_topup, b.esim_id, e.iccid, e.status, e.profile_state, b.total_bytes, b.status::text AS bundle, \
    b.created_at AS delivered_at, e.installed_at, \
    coalesce(b.starts_at, CASE WHEN o.kind = 'new' THEN e.activated_at END) AS starts_at, \
    coalesce(b.expires_at, CASE WHEN o.kind = 'new' THEN e.expires_at END) AS expires_at, \
    greatest(coalesce(b.used_bytes, 0), coalesce((SELECT max(u.used_bytes) FROM esim_data_usage u \
        WHERE u.esim_id = b.esim_id AND u.period_end > b.created_at AND (o.kind = 'new' OR u.period_start >= b.starts_at)), 0)) AS used_bytes \
    FROM orders o CROSS JOIN generate_series(1, $2) AS g (unit_no) LEFT JOIN esim_bundles b ON b.order_id = o.id AND b.unit_no = g.unit_no \
    LEFT JOIN esims e ON e.id = b.esim_id WHERE o.id = $1 ORDER BY 1";

/// Returns every unit of an order.
pub fn units(conn: &mut Conn, order: OrderId, quantity: i32) -> Result<Vec<Unit>> {
    Ok(diesel::sql_query(UNITS)
        .bind::<SqlUuid, _>(order)
        .bind::<Integer, _>(quantity)
        .load(conn)?)
}
