//! Decisions about cases: when one is opened, who works on it, and what puts it right.

mod overdue;
mod told;

pub use overdue::order_overdue;
pub use told::{given_back, open_or_update, withdraw};

use super::query::{self, CaseRow, Finding, Resolved};
use crate::{orders, refunds, transactions};
use chrono::{DateTime, SecondsFormat, Utc};
use platform::{
    Actor, Conn, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    people,
};
use serde_json::json;
use wire::{
    CaseId, Money, OrderId, Page, Paging, Permission, ProblemCode, TransactionId, UserId,
    billing::{
        orders::OrderStatus,
        reconciliation::{
            CASE_CLAIM_DURATION, Case, CaseAction, CaseFilter, CaseKind, CaseSort, CaseStatus,
            ReconciliationRun, ResolveCase,
        },
        refunds::{NewRefund, RefundReason},
    },
};

/// A page of the cases.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &CaseFilter,
    paging: &Paging<CaseSort>,
) -> Result<Page<Case>> {
    query::page(conn, actor, filter, paging)?.try_all(|rows| shown(conn, actor, rows))
}

/// A case.
pub fn show(conn: &mut Conn, actor: &Actor, id: CaseId) -> Result<Case> {
    let row = query::find(conn, actor, id)?;
    shown(conn, actor, vec![row])?
        .pop()
        .ok_or_else(Error::not_found)
}

/// Opens a case for what was found, unless it is open already.
pub fn open(tx: &mut Tx<'_>, actor: &Actor, found: &Finding, now: DateTime<Utc>) -> Result<()> {
    let Some(id) = query::insert(tx, found, now)? else {
        return Ok(());
    };
    let change = json!({ "kind": found.kind, "order_id": found.order_id, "transaction_id": found.transaction_id, "refund_id": found.refund_id });
    audit::record(
        tx,
        actor,
        AuditEvent::new("case.open", "case", id.0)
            .with_change(change)
            .with_reason(Some(&found.finding)),
    )
}

/// An order goes no further by itself. Where no provider could deliver any of it, its money is asked back as well, so
/// that it does not rest here.
pub fn order_stuck(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let order = query::stuck_order(tx.conn(), id)?;
    let kind = match (order.paid_at, transactions::is_paid(tx.conn(), id)?) {
        (Some(_), _) => CaseKind::PaidNotDelivered,
        (None, true) => CaseKind::PaidLate,
        (None, false) => CaseKind::AmountMismatch,
    };
    let found = Finding {
        kind,
        key: format!("{kind}:{id}"),
        finding: reason.to_owned(),
        order_id: Some(id),
        transaction_id: query::payment_of(tx.conn(), id)?,
        refund_id: None,
        esim_id: None,
        amount: Some(order.total_amount),
        currency: Some(order.currency),
    };
    let is_told = match (kind, found.transaction_id) {
        (CaseKind::AmountMismatch, Some(payment)) => {
            let key = format!("{kind}:{payment}:told");
            query::received_before(tx.conn(), &key)?.is_some()
        }
        _ => false,
    };
    if !is_told {
        open(tx, actor, &found, now)?;
    }
    if kind == CaseKind::PaidNotDelivered && query::undeliverable(tx.conn(), id)? {
        refunds::ask_for(tx, actor, id, reason, now)?;
    }
    Ok(())
}

/// Looks for everything that does not add up, opens a case for what is new, and resolves what has come right.
pub fn check(tx: &mut Tx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<ReconciliationRun> {
    let mut checked = ReconciliationRun::default();
    for &kind in CaseKind::ALL {
        for id in query::put_right(tx, kind, now)? {
            checked.resolved += 1;
            let act = AuditEvent::new("case.resolve", "case", id.0);
            audit::record(
                tx,
                actor,
                act.with_reason(Some("It has come right by itself.")),
            )?;
        }
        for found in query::unseen(tx.conn(), kind, now)? {
            checked.opened += 1;
            open(tx, actor, &found, now)?;
        }
    }
    checked.open = query::open_count(tx.conn())?;
    Ok(checked)
}

/// The same, because somebody asks for it.
pub fn check_now(tx: &mut Tx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<ReconciliationRun> {
    let checked = check(tx, actor, now)?;
    let change = json!({ "opened": checked.opened, "resolved": checked.resolved });
    let act = AuditEvent::new("case.check", "case", uuid::Uuid::nil());
    audit::record(tx, actor, act.with_change(change))?;
    Ok(checked)
}

/// Takes a case up for a quarter of an hour, or for another one.
pub fn claim(tx: &mut Tx<'_>, actor: &Actor, id: CaseId, now: DateTime<Utc>) -> Result<Case> {
    let row = query::lock(tx, actor, id)?;
    let me = worker(tx.conn(), actor, &row, now)?;
    query::claim(tx, id, Some((me, now + CASE_CLAIM_DURATION)))?;
    audit::record(tx, actor, AuditEvent::new("case.claim", "case", id.0))?;
    show(tx.conn(), actor, id)
}

/// Lays a case back.
pub fn release(tx: &mut Tx<'_>, actor: &Actor, id: CaseId, now: DateTime<Utc>) -> Result<Case> {
    let row = query::lock(tx, actor, id)?;
    let me = worker(tx.conn(), actor, &row, now)?;
    held(&row, me, now)?;
    query::claim(tx, id, None)?;
    audit::record(tx, actor, AuditEvent::new("case.release", "case", id.0))?;
    show(tx.conn(), actor, id)
}

/// Calls for help with a case that one has.
pub fn escalate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (CaseId, i32),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Case> {
    let row = query::lock(tx, actor, id)?;
    let me = worker(tx.conn(), actor, &row, now)?;
    held(&row, me, now)?;
    if !query::escalate(tx, (id, version), me, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new("case.escalate", "case", id.0).with_reason(Some(reason.trim())),
    )?;
    show(tx.conn(), actor, id)
}

/// Puts a case right that one has: the act and the case are done at once, or neither.
pub fn resolve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    (id, version): (CaseId, i32),
    how: &ResolveCase,
) -> Result<Case> {
    let now = ctx.clock.now();
    let row = query::lock(tx, actor, id)?;
    let me = worker(tx.conn(), actor, &row, now)?;
    held(&row, me, now)?;
    if row.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    put_right(tx, actor, ctx, &row, how)?;
    let resolved = Resolved {
        by: me,
        action: how.action,
        resolution: how.reason.trim(),
        at: now,
    };
    if !query::resolve(tx, (id, version), &resolved)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    told::recount(tx, row.kind, row.created_at, now)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("case.resolve", "case", id.0)
            .with_change(json!({ "action": how.action }))
            .with_reason(Some(how.reason.trim())),
    )?;
    show(tx.conn(), actor, id)
}

fn put_right(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    row: &CaseRow,
    how: &ResolveCase,
) -> Result<()> {
    let now = ctx.clock.now();
    let unfit = || {
        Error::field(
            "action",
            "unfit",
            "This does not put such a case right: choose another act.",
        )
    };
    if !actions(row).contains(&how.action) {
        return Err(unfit());
    }
    match how.action {
        CaseAction::RetryOrder => {
            let order = row.order_id.ok_or_else(unfit)?;
            orders::retry(tx, actor, ctx, order)?;
        }
        CaseAction::Refund => {
            let new = NewRefund {
                transaction_id: row.transaction_id.ok_or_else(unfit)?,
                amount: None,
                reason_code: RefundReason::NotDelivered,
                reason: Some(how.reason.trim().to_owned()),
                effect: None,
            };
            refunds::request(tx, actor, &new, now)?;
        }
        CaseAction::RetryRefund => {
            let refund = row.refund_id.ok_or_else(unfit)?;
            refunds::retry_stuck(tx, actor, refund, now)?;
        }
        CaseAction::BookRefund => told::book(tx, actor, row.id, how.reason.trim(), now)?,
        CaseAction::AcceptAmount => {
            let received = amount_received(row).ok_or_else(unfit)?;
            transactions::accept_received(tx, actor, ctx, received, how.reason.trim())?;
        }
        CaseAction::RefundReceived => {
            let received = amount_received(row).ok_or_else(unfit)?;
            transactions::refund_received(tx, actor, received, how.reason.trim(), now)?;
        }
        CaseAction::CancelOrder => {
            let order = row.order_id.ok_or_else(unfit)?;
            for payment in query::open_payments(tx.conn(), order)? {
                transactions::cancel(tx, actor, payment, how.reason.trim(), now)?;
            }
            orders::cancel_unpaid(tx, actor, order, how.reason.trim(), now)?;
        }
        CaseAction::SettleOutside => {}
    }
    Ok(())
}

/// Returns the payment for which another amount was received, and that amount, where it is in the payment's currency.
fn amount_received(row: &CaseRow) -> Option<(TransactionId, &Money)> {
    let is_received = row.kind == CaseKind::AmountMismatch
        && row.refund_id.is_none()
        && row.dedupe_key.ends_with(":told")
        && row.currency == row.payment_currency;
    row.transaction_id
        .zip(row.amount.as_ref())
        .filter(|_| is_received)
}

/// What would put a case right, as things stand.
fn actions(row: &CaseRow) -> Vec<CaseAction> {
    let is_stuck = row.order_status.is_some_and(OrderStatus::is_stuck);
    let has_payment = row.transaction_id.is_some();
    let mut all = match row.kind {
        _ if row.status == CaseStatus::Resolved => return Vec::new(),
        CaseKind::PaidNotDelivered | CaseKind::PaidLate => {
            let retry = is_stuck.then_some(CaseAction::RetryOrder);
            retry
                .into_iter()
                .chain(has_payment.then_some(CaseAction::Refund))
                .collect()
        }
        CaseKind::RefundStuck => vec![CaseAction::RetryRefund],
        CaseKind::ForeignRefund if row.amount.is_some() && row.gateway_refund_id.is_some() => {
            vec![CaseAction::BookRefund]
        }
        CaseKind::AmountMismatch if amount_received(row).is_some() => {
            vec![CaseAction::AcceptAmount, CaseAction::RefundReceived]
        }
        CaseKind::AmountMismatch if is_stuck && row.refund_id.is_none() => {
            vec![CaseAction::CancelOrder]
        }
        _ => Vec::new(),
    };
    all.push(CaseAction::SettleOutside);
    all
}

/// Whether the actor may work on a case that nobody else has. Who they are.
fn worker(conn: &mut Conn, actor: &Actor, row: &CaseRow, now: DateTime<Utc>) -> Result<UserId> {
    let me = actor.person()?;
    if row.status == CaseStatus::Resolved {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The case is resolved already.",
        ));
    }
    match holder(row, now) {
        Some((other, until)) if other != me => {
            let names = people::names(conn, &actor.keys, &[other], false)?;
            let who = names.get(&other).map_or("Somebody else", String::as_str);
            let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
            Err(Error::with_detail(
                ProblemCode::Conflict,
                format!("{who} works on it until {until}."),
            ))
        }
        _ => Ok(me),
    }
}

fn held(row: &CaseRow, me: UserId, now: DateTime<Utc>) -> Result<()> {
    match holder(row, now) {
        Some((holder, _)) if holder == me => Ok(()),
        _ => Err(Error::with_detail(
            ProblemCode::WrongState,
            "Take the case up first: your claim has ended, or there was none.",
        )),
    }
}

fn holder(row: &CaseRow, now: DateTime<Utc>) -> Option<(UserId, DateTime<Utc>)> {
    row.claimed_by
        .zip(row.claimed_until)
        .filter(|(_, until)| *until > now)
}

/// Cases as the actor may see them, people named.
fn shown(conn: &mut Conn, actor: &Actor, rows: Vec<CaseRow>) -> Result<Vec<Case>> {
    let customers: Vec<UserId> = rows.iter().filter_map(|row| row.user_id).collect();
    let is_masked = people::is_masked_for(actor.role);
    let customers = people::names(conn, &actor.keys, &customers, is_masked)?;
    let staff: Vec<UserId> = rows
        .iter()
        .flat_map(|row| [row.claimed_by, row.escalated_by, row.resolved_by])
        .flatten()
        .collect();
    let staff = people::names(conn, &actor.keys, &staff, false)?;
    let name = |id: Option<UserId>| id.and_then(|id| staff.get(&id).cloned());
    let may_act = actor.can(Permission::CasesWrite);
    Ok(rows
        .into_iter()
        .map(|row| Case {
            actions: if may_act { actions(&row) } else { Vec::new() },
            customer: row.user_id.and_then(|id| customers.get(&id).cloned()),
            claimant: name(row.claimed_by),
            escalator: name(row.escalated_by),
            resolver: name(row.resolved_by),
            id: row.id,
            kind: row.kind,
            status: row.status,
            finding: row.finding,
            order_id: row.order_id,
            order_number: row.order_number,
            transaction_id: row.transaction_id,
            refund_id: row.refund_id,
            gateway_refund_id: row.gateway_refund_id,
            esim_id: row.esim_id,
            user_id: row.user_id,
            amount: row.amount,
            currency: row.currency,
            claimed_by: row.claimed_by,
            claimed_until: row.claimed_until,
            escalated_by: row.escalated_by,
            escalated_at: row.escalated_at,
            resolved_by: row.resolved_by,
            resolved_at: row.resolved_at,
            action: row.action,
            resolution: row.resolution,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
        .collect())
}
