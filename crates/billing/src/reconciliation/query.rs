//! All SQL of cases; what is looked for stands in `findings`.

mod told;

pub use told::*;

use super::findings;
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{self, IntoBoxed, LeftJoin},
    pg::Pg,
    prelude::*,
    sql_types::{BigInt, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Actor, Conn, Result, Tx, any_of, list::number_pattern, page};
use schema::{orders, reconciliation_cases as cases, sql_types, transactions};
use wire::{
    CaseId, Currency, EsimId, Money, OrderId, Page, Paging, RefundId, TransactionId, UserId,
    accounts::kyc::ClaimedBy,
    billing::{
        reconciliation::{CaseAction, CaseFilter, CaseKind, CaseSort, CaseStatus},
        transactions::TransactionStatus,
    },
    identifier,
};

/// Cases with their orders and payments.
type Named = LeftJoin<LeftJoin<cases::table, orders::table>, transactions::table>;

/// A case as it is kept.
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

/// Something that does not add up.
#[derive(Debug, Clone)]
pub struct Finding {
    /** What. */
    pub kind: CaseKind,
    /** What it is told by: the same finding is the same case. */
    pub key: String,
    /** What was found, in a sentence. */
    pub finding: String,
    /** The order. */
    pub order_id: Option<OrderId>,
    /** The payment. */
    pub transaction_id: Option<TransactionId>,
    /** The refund. */
    pub refund_id: Option<RefundId>,
    /** The eSIM. */
    pub esim_id: Option<EsimId>,
    /** The money at stake. */
    pub amount: Option<Money>,
    /** In which currency. */
    pub currency: Option<Currency>,
}

fn matching(filter: &CaseFilter, actor: &Actor) -> IntoBoxed<'static, Named, Pg> {
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

/// One page.
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

/// A case.
pub fn find(conn: &mut Conn, actor: &Actor, id: CaseId) -> Result<CaseRow> {
    Ok(matching(&CaseFilter::default(), actor)
        .filter(cases::id.eq(id))
        .select(CaseRow::as_select())
        .first(conn)?)
}

/// A case, held until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, actor: &Actor, id: CaseId) -> Result<CaseRow> {
    cases::table
        .find(id)
        .for_update()
        .select(cases::id)
        .first::<CaseId>(tx.conn())?;
    find(tx.conn(), actor, id)
}

/// Opens a case, unless it is open already.
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

/// Gives a case that is held to somebody, or to nobody.
pub fn claim(tx: &mut Tx<'_>, id: CaseId, claim: Option<(UserId, DateTime<Utc>)>) -> Result<()> {
    diesel::update(cases::table.find(id))
        .set((
            cases::claimed_by.eq(claim.map(|(who, _)| who)),
            cases::claimed_until.eq(claim.map(|(_, until)| until)),
            cases::version.eq(cases::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes a call for help; nobody works on it until somebody takes it up.
pub fn escalate(
    tx: &mut Tx<'_>,
    (id, version): (CaseId, i32),
    by: UserId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let read = cases::table
        .find(id)
        .filter(cases::version.eq(version))
        .filter(cases::status.ne(CaseStatus::Resolved));
    let escalated = diesel::update(read)
        .set((
            cases::status.eq(CaseStatus::Escalated),
            cases::escalated_by.eq(by),
            cases::escalated_at.eq(now),
            cases::claimed_by.eq(None::<UserId>),
            cases::claimed_until.eq(None::<DateTime<Utc>>),
            cases::version.eq(cases::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(escalated == 1)
}

/// How a case was resolved.
pub struct Resolved<'a> {
    pub by: UserId,
    pub action: CaseAction,
    pub resolution: &'a str,
    pub at: DateTime<Utc>,
}

/// Resolves a case as it was read; whether it still was so.
pub fn resolve(
    tx: &mut Tx<'_>,
    (id, version): (CaseId, i32),
    resolved: &Resolved<'_>,
) -> Result<bool> {
    let read = cases::table
        .find(id)
        .filter(cases::version.eq(version))
        .filter(cases::status.ne(CaseStatus::Resolved));
    let done = diesel::update(read)
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
    Ok(done == 1)
}

/// How many cases are open.
pub fn open_count(conn: &mut Conn) -> Result<i64> {
    Ok(cases::table
        .filter(cases::status.ne(CaseStatus::Resolved))
        .count()
        .get_result(conn)?)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(Pg))]
struct Found {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    finding: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    order_id: Option<OrderId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    transaction_id: Option<TransactionId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    refund_id: Option<RefundId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    esim_id: Option<EsimId>,
    #[diesel(sql_type = Nullable<Numeric>)]
    amount: Option<Money>,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<Currency>,
}

/// What does not add up of a kind and is no case yet; what a person has settled elsewhere is not found again.
pub fn unseen(conn: &mut Conn, kind: CaseKind, now: DateTime<Utc>) -> Result<Vec<Finding>> {
    let statement = format!(
        "SELECT f.* FROM ({}) f WHERE NOT EXISTS (SELECT 1 FROM reconciliation_cases c WHERE c.dedupe_key = f.key AND c.status <> 'resolved') \
         AND NOT EXISTS (SELECT 1 FROM reconciliation_cases c WHERE c.dedupe_key = f.key AND c.action = 'settle_outside') ORDER BY f.key LIMIT 500",
        findings::of(kind)
    );
    let found: Vec<Found> = diesel::sql_query(statement)
        .bind::<Timestamptz, _>(now)
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|found| Finding {
            kind,
            key: found.key,
            finding: found.finding,
            order_id: found.order_id,
            transaction_id: found.transaction_id,
            refund_id: found.refund_id,
            esim_id: found.esim_id,
            amount: found.amount,
            currency: found.currency,
        })
        .collect())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(Pg))]
struct Righted {
    #[diesel(sql_type = SqlUuid)]
    id: CaseId,
}

/// Resolves the cases of a kind that are true no more, and says which. What only the outside has told, and no row of
/// ours shows, is left to a person.
pub fn put_right(tx: &mut Tx<'_>, kind: CaseKind, now: DateTime<Utc>) -> Result<Vec<CaseId>> {
    let statement = format!(
        "UPDATE reconciliation_cases c SET status = 'resolved', resolved_at = $1, resolution = 'It has come right by itself.', claimed_by = NULL, claimed_until = NULL, version = version + 1 \
         WHERE c.kind = $2 AND c.status <> 'resolved' AND c.dedupe_key NOT LIKE '%:told' AND NOT EXISTS (SELECT 1 FROM ({}) f WHERE f.key = c.dedupe_key) RETURNING c.id",
        findings::of(kind)
    );
    let righted: Vec<Righted> = diesel::sql_query(statement)
        .bind::<Timestamptz, _>(now)
        .bind::<sql_types::CaseKind, _>(kind)
        .load(tx.conn())?;
    Ok(righted.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(Pg))]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many units of an order no provider could deliver, if none of it was delivered and none is open.
pub fn undeliverable(conn: &mut Conn, order: OrderId) -> Result<bool> {
    let left: Count = diesel::sql_query(
        "SELECT count(*) FILTER (WHERE status <> 'failed') + (CASE WHEN count(*) = 0 THEN 1 ELSE 0 END) AS count FROM provisioning_jobs WHERE order_id = $1",
    )
    .bind::<SqlUuid, _>(order)
    .get_result(conn)?;
    Ok(left.count == 0)
}

/// An order that goes no further.
#[derive(Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(Pg))]
pub struct StuckOrder {
    pub paid_at: Option<DateTime<Utc>>,
    pub total_amount: Money,
    pub currency: Currency,
}

/// An order that goes no further.
pub fn stuck_order(conn: &mut Conn, id: OrderId) -> Result<StuckOrder> {
    Ok(orders::table
        .find(id)
        .select(StuckOrder::as_select())
        .first(conn)?)
}

/// The payment of an order that a case is about: one that has come in, else the last one.
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

/// The payments of an order that wait.
pub fn open_payments(conn: &mut Conn, id: OrderId) -> Result<Vec<TransactionId>> {
    Ok(transactions::table
        .filter(transactions::order_id.eq(id))
        .filter(transactions::status.eq(TransactionStatus::Pending))
        .select(transactions::id)
        .load(conn)?)
}
