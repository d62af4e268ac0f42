//! All SQL of cases.

mod updates;

pub use updates::*;

use super::open::Finding;
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{self, IntoBoxed, LeftJoin},
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use platform::{Actor, Conn, Result, Tx, any_of, list::number_pattern, page};
use schema::{orders, reconciliation_cases as cases, transactions};
use wire::{
    CaseId, Currency, EsimId, Money, OrderId, Page, Paging, RefundId, TransactionId, UserId,
    accounts::kyc::ClaimedBy,
    billing::reconciliation::{CaseAction, CaseFilter, CaseKind, CaseSort, CaseStatus},
    identifier,
};

/// Cases with their orders and payments.
type WithSubjects = LeftJoin<LeftJoin<cases::table, orders::table>, transactions::table>;

/// A row of the table of cases.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(Pg))]
pub struct CaseRow {
    pub id: CaseId,
    pub kind: CaseKind,
    pub status: CaseStatus,
    pub finding: String,
    pub order_id: Option<OrderId>,
    #[diesel(select_expression = orders::order_number.nullable(), select_expression_type = dsl::Nullable<orders::order_number>)]
    pub order_number: Option<String>,
    #[diesel(select_expression = orders::user_id.nullable(), select_expression_type = dsl::Nullable<orders::user_id>)]
    pub user_id: Option<UserId>,
    #[diesel(select_expression = orders::status.nullable(), select_expression_type = dsl::Nullable<orders::status>)]
    pub order_status: Option<wire::billing::orders::OrderStatus>,
    pub transaction_id: Option<TransactionId>,
    #[diesel(select_expression = transactions::currency.nullable(), select_expression_type = dsl::Nullable<transactions::currency>)]
    pub payment_currency: Option<Currency>,
    pub refund_id: Option<RefundId>,
    pub dedupe_key: String,
    pub gateway_refund_id: Option<String>,
    pub esim_id: Option<EsimId>,
    pub amount: Option<Money>,
    pub currency: Option<Currency>,
    pub claimed_by: Option<UserId>,
    pub claimed_until: Option<DateTime<Utc>>,
    pub escalated_by: Option<UserId>,
    pub escalated_at: Option<DateTime<Utc>>,
    pub resolved_by: Option<UserId>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub resolution: Option<String>,
    pub action: Option<CaseAction>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

fn matching(filter: &CaseFilter, actor: &Actor) -> IntoBoxed<'static, WithSubjects, Pg> {
    let mut rows = cases::table
        .left_join(orders::table)
        .left_join(transactions::table)
        .into_boxed();
    if let Some(q) = &filter.q {
        rows = rows.filter(orders::order_number.like(number_pattern(&identifier::order_number(q))));
    }
    rows = any_of!(rows, cases::status, filter.status);
    rows = any_of!(rows, cases::kind, filter.kind);
    rows = any_of!(rows, cases::currency, filter.currency);
    if let Some(id) = filter.order_id {
        rows = rows.filter(cases::order_id.eq(id));
    }
    if let Some(id) = filter.transaction_id {
        rows = rows.filter(cases::transaction_id.eq(id));
    }
    if let Some(id) = filter.refund_id {
        rows = rows.filter(cases::refund_id.eq(id));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(cases::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(cases::created_at.lt(to));
    }
    let now = dsl::now.into_sql::<Nullable<Timestamptz>>();
    match filter.claimed_by {
        Some(ClaimedBy::Me) => rows
            .filter(cases::claimed_by.is_not_distinct_from(actor.id))
            .filter(cases::claimed_until.gt(now)),
        Some(ClaimedBy::Unclaimed) => rows.filter(
            cases::claimed_until
                .is_null()
                .or(cases::claimed_until.le(now)),
        ),
        None => rows,
    }
}

/// Returns a page of the cases.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &CaseFilter,
    paging: &Paging<CaseSort>,
) -> Result<Page<CaseRow>> {
    page!(conn, paging, matching(filter, actor) => CaseRow, tie cases::id, {
        CaseSort::CreatedAt => cases::created_at, CaseSort::UpdatedAt => cases::updated_at, CaseSort::Amount => nullable cases::amount,
    })
}

/// Returns a case.
pub fn find(conn: &mut Conn, actor: &Actor, id: CaseId) -> Result<CaseRow> {
    Ok(matching(&CaseFilter::default(), actor)
        .filter(cases::id.eq(id))
        .select(CaseRow::as_select())
        .first(conn)?)
}

/// Returns a case, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, actor: &Actor, id: CaseId) -> Result<CaseRow> {
    cases::table
        .find(id)
        .for_update()
        .select(cases::id)
        .first::<CaseId>(tx.conn())?;
    find(tx.conn(), actor, id)
}

/// Inserts a case, unless a case with its key is open. Returns the ID of the new case.
pub fn insert(tx: &mut Tx<'_>, finding: &Finding, now: DateTime<Utc>) -> Result<Option<CaseId>> {
    let id = CaseId::new();
    let opened = diesel::insert_into(cases::table)
        .values((
            cases::id.eq(id),
            cases::kind.eq(finding.kind),
            cases::finding.eq(&finding.finding),
            cases::order_id.eq(finding.order_id),
            cases::transaction_id.eq(finding.transaction_id),
            cases::refund_id.eq(finding.refund_id),
            cases::esim_id.eq(finding.esim_id),
            cases::amount.eq(&finding.amount),
            cases::currency.eq(finding.currency),
            cases::dedupe_key.eq(&finding.key),
            cases::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok((opened == 1).then_some(id))
}

/// Writes the claim of a locked case; `None` releases the case.
pub fn claim(
    tx: &mut Tx<'_>,
    id: CaseId,
    by: Option<UserId>,
    until: Option<DateTime<Utc>>,
) -> Result<()> {
    diesel::update(cases::table.find(id))
        .set((
            cases::claimed_by.eq(by),
            cases::claimed_until.eq(until),
            cases::version.eq(cases::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Escalates a locked case, and ends its claim.
pub fn escalate(tx: &mut Tx<'_>, id: CaseId, by: UserId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(cases::table.find(id))
        .set((
            cases::status.eq(CaseStatus::Escalated),
            cases::escalated_by.eq(by),
            cases::escalated_at.eq(now),
            cases::claimed_by.eq(None::<UserId>),
            cases::claimed_until.eq(None::<DateTime<Utc>>),
            cases::version.eq(cases::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The resolution of a case.
pub struct Resolved<'a> {
    pub by: UserId,
    pub action: CaseAction,
    pub resolution: &'a str,
    pub at: DateTime<Utc>,
}

/// Resolves a locked case, and ends its claim.
pub fn resolve(tx: &mut Tx<'_>, id: CaseId, resolved: &Resolved<'_>) -> Result<()> {
    diesel::update(cases::table.find(id))
        .set((
            cases::status.eq(CaseStatus::Resolved),
            cases::resolved_by.eq(resolved.by),
            cases::resolved_at.eq(resolved.at),
            cases::resolution.eq(resolved.resolution),
            cases::action.eq(resolved.action),
            cases::claimed_by.eq(None::<UserId>),
            cases::claimed_until.eq(None::<DateTime<Utc>>),
            cases::version.eq(cases::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The columns of an order that cannot continue.
#[derive(Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(Pg))]
pub struct StuckOrder {
    pub paid_at: Option<DateTime<Utc>>,
    pub total_amount: Money,
    pub currency: Currency,
}

/// Returns an order that cannot continue.
pub fn stuck_order(conn: &mut Conn, id: OrderId) -> Result<StuckOrder> {
    Ok(orders::table
        .find(id)
        .select(StuckOrder::as_select())
        .first(conn)?)
}

/// Returns the payment of an order that a case is about: the completed payment, else the newest one.
pub fn payment_of(conn: &mut Conn, id: OrderId) -> Result<Option<TransactionId>> {
    Ok(transactions::table
        .filter(transactions::order_id.eq(id))
        .order((
            transactions::completed_at.asc().nulls_last(),
            transactions::created_at.desc(),
        ))
        .select(transactions::id)
        .first(conn)
        .optional()?)
}
