//! SQL of what staff see beside a ticket.

use super::TicketRow;
use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{
    Conn, Result,
    audit::{self, Subject},
    crypto::Keyring,
};
use schema::{audit_log, orders, refunds, support_tickets as tickets, transactions, users};
use serde_json::Value;
use uuid::Uuid;
use wire::{
    Currency, EsimId, Money, OrderId, RefundId, TicketId, TransactionId, UserId,
    accounts::users::{KycStatus, UserStatus},
    billing::{
        orders::OrderStatus,
        refunds::{RefundApprovalState, RefundStatus},
        transactions::TransactionStatus,
    },
    esims::inventory::{EsimStatus, ProfileState},
    support::tickets::{ContextOrder, ContextPayment, ContextRefund},
};

/// Records of each kind.
const MOST: i64 = 10;
/// The maximum number of events of a history.
const MOST_EVENTS: i64 = 500;

/// The customer, sealed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct CustomerRow {
    pub email: Vec<u8>,
    pub status: UserStatus,
    pub kyc_status: KycStatus,
    pub created_at: DateTime<Utc>,
}

/// Returns the customer of a ticket.
pub fn customer_row(conn: &mut Conn, id: UserId) -> Result<CustomerRow> {
    Ok(users::table
        .find(id)
        .select(CustomerRow::as_select())
        .first(conn)?)
}

/// An eSIM and the usage of its bundles.
#[derive(QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct EsimUsageRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: EsimId,
    #[diesel(sql_type = Text)]
    pub iccid: String,
    #[diesel(sql_type = schema::sql_types::EsimStatus)]
    pub status: EsimStatus,
    #[diesel(sql_type = schema::sql_types::ProfileState)]
    pub profile_state: ProfileState,
    #[diesel(sql_type = Nullable<Text>)]
    pub plan_name: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub used_bytes: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub total_bytes: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// Returns the customer's eSIMs, the one of the ticket first, then the newest.
pub fn esims_of(conn: &mut Conn, user: UserId, first: Option<EsimId>) -> Result<Vec<EsimUsageRow>> {
    Ok(diesel::sql_query(
        "SELECT e.id, e.iccid::text, e.status, e.profile_state, p.name::text AS plan_name, \
            b.used::bigint AS used_bytes, CASE WHEN b.is_limited THEN b.total::bigint END AS total_bytes, e.expires_at \
         FROM esims e LEFT JOIN plans p ON p.id = e.plan_id \
         LEFT JOIN LATERAL (SELECT sum(used_bytes) AS used, sum(total_bytes) AS total, bool_and(total_bytes IS NOT NULL) AS is_limited \
            FROM esim_bundles WHERE esim_id = e.id AND status IN ('queued', 'active')) b ON true \
         WHERE e.user_id = $1 AND e.deleted_at IS NULL \
         ORDER BY e.id = $2 DESC NULLS LAST, e.created_at DESC, e.id DESC LIMIT $3",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Nullable<SqlUuid>, _>(first.map(|id| id.0))
    .bind::<BigInt, _>(MOST)
    .load(conn)?)
}

/// Returns the customer's newest orders, and the one of the ticket.
pub fn orders_of(
    conn: &mut Conn,
    user: UserId,
    first: Option<OrderId>,
) -> Result<Vec<ContextOrder>> {
    type Row = (OrderId, String, OrderStatus, Money, Currency, DateTime<Utc>);
    let columns = (
        orders::id,
        orders::order_number,
        orders::status,
        orders::total_amount,
        orders::currency,
        orders::created_at,
    );
    let of_user = orders::table.filter(orders::user_id.eq(user));
    let mut rows: Vec<Row> = of_user
        .order_by((orders::created_at.desc(), orders::id.desc()))
        .limit(MOST)
        .select(columns)
        .load(conn)?;
    if let Some(first) = first {
        rows.retain(|row| row.0 != first);
        let named: Option<Row> = of_user
            .filter(orders::id.eq(first))
            .select(columns)
            .first(conn)
            .optional()?;
        rows.splice(0..0, named);
    }
    let made = rows.into_iter().map(
        |(id, order_number, status, total_amount, currency, created_at)| ContextOrder {
            id,
            order_number,
            status,
            total_amount,
            currency,
            created_at,
        },
    );
    Ok(made.collect())
}

/// Returns the customer's newest payments, and the one of the ticket.
pub fn payments_of(
    conn: &mut Conn,
    user: UserId,
    first: Option<TransactionId>,
) -> Result<Vec<ContextPayment>> {
    type Row = (
        TransactionId,
        TransactionStatus,
        Money,
        Money,
        Currency,
        DateTime<Utc>,
    );
    let columns = (
        transactions::id,
        transactions::status,
        transactions::total_amount,
        transactions::refunded_amount,
        transactions::currency,
        transactions::created_at,
    );
    let of_user = transactions::table.filter(transactions::user_id.eq(user));
    let mut rows: Vec<Row> = of_user
        .order_by((transactions::created_at.desc(), transactions::id.desc()))
        .limit(MOST)
        .select(columns)
        .load(conn)?;
    if let Some(first) = first {
        rows.retain(|row| row.0 != first);
        let named: Option<Row> = of_user
            .filter(transactions::id.eq(first))
            .select(columns)
            .first(conn)
            .optional()?;
        rows.splice(0..0, named);
    }
    let made = rows.into_iter().map(
        |(id, status, total_amount, refunded_amount, currency, created_at)| ContextPayment {
            id,
            status,
            total_amount,
            refunded_amount,
            currency,
            created_at,
        },
    );
    Ok(made.collect())
}

/// Returns the customer's newest refunds.
pub fn refunds_of(conn: &mut Conn, user: UserId) -> Result<Vec<ContextRefund>> {
    type Row = (
        RefundId,
        TransactionId,
        RefundStatus,
        RefundApprovalState,
        Money,
        Currency,
        DateTime<Utc>,
    );
    let rows: Vec<Row> = refunds::table
        .inner_join(transactions::table)
        .filter(transactions::user_id.eq(user))
        .order_by((refunds::created_at.desc(), refunds::id.desc()))
        .limit(MOST)
        .select((
            refunds::id,
            refunds::transaction_id,
            refunds::status,
            refunds::approval_state,
            refunds::amount,
            refunds::currency,
            refunds::created_at,
        ))
        .load(conn)?;
    let made = rows.into_iter().map(
        |(id, transaction_id, status, approval_state, amount, currency, created_at)| {
            ContextRefund {
                id,
                transaction_id,
                status,
                approval_state,
                amount,
                currency,
                created_at,
            }
        },
    );
    Ok(made.collect())
}

/// Returns the customer's other tickets, the newest first.
pub fn others_of(conn: &mut Conn, user: UserId, except: TicketId) -> Result<Vec<TicketRow>> {
    Ok(tickets::table
        .filter(tickets::user_id.eq(user))
        .filter(tickets::id.ne(except))
        .filter(tickets::deleted_at.is_null())
        .order_by((tickets::created_at.desc(), tickets::id.desc()))
        .limit(MOST)
        .select(TicketRow::as_select())
        .load(conn)?)
}

/// An event of the history, with the reason decrypted.
#[derive(Queryable)]
pub struct EventRow {
    pub at: DateTime<Utc>,
    pub actor_id: Option<UserId>,
    pub action: String,
    pub change: Option<Value>,
    pub reason: Option<String>,
}

/// Returns the events of a ticket, the oldest first.
pub fn events_of(conn: &mut Conn, keys: &Keyring, id: TicketId) -> Result<Vec<EventRow>> {
    let mut rows: Vec<EventRow> = audit_log::table
        .filter(audit_log::subject_type.eq("ticket"))
        .filter(audit_log::subject_id.eq(id.0))
        .order((audit_log::created_at, audit_log::id))
        .limit(MOST_EVENTS)
        .select((
            audit_log::created_at,
            audit_log::actor_id,
            audit_log::action,
            audit_log::change,
            audit_log::reason,
        ))
        .load(conn)?;
    let about: Uuid = id.0;
    let entries = rows.iter_mut().map(|row| {
        let subject = Subject {
            kind: "ticket",
            id: about,
        };
        (subject, &mut row.reason)
    });
    audit::open_reasons(conn, keys, entries.collect())?;
    Ok(rows)
}
