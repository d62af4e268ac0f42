//! Cases as the API returns them, with the actions that can resolve them.

use super::{
    open::REPORTED,
    query::{self, CaseRow},
};
use platform::{Actor, Conn, Error, Result, people};
use wire::{
    CaseId, Money, Page, Paging, Permission, TransactionId, UserId,
    billing::{
        orders::OrderStatus,
        reconciliation::{Case, CaseAction, CaseFilter, CaseKind, CaseSort, CaseStatus},
    },
};

/// Returns a page of the cases.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &CaseFilter,
    paging: &Paging<CaseSort>,
) -> Result<Page<Case>> {
    query::page(conn, actor, filter, paging)?.try_all(|rows| to_cases(conn, actor, rows))
}

/// Returns a case.
pub fn show(conn: &mut Conn, actor: &Actor, id: CaseId) -> Result<Case> {
    let row = query::find(conn, actor, id)?;
    to_cases(conn, actor, vec![row])?
        .pop()
        .ok_or_else(Error::not_found)
}

/// Returns the payment of which an amount other than the amount due was received, and that amount, where it is in the
/// currency of the payment.
pub fn received_amount(row: &CaseRow) -> Option<(TransactionId, &Money)> {
    let is_received = row.kind == CaseKind::AmountMismatch
        && row.refund_id.is_none()
        && row.dedupe_key.ends_with(REPORTED)
        && row.currency == row.payment_currency;
    row.transaction_id
        .zip(row.amount.as_ref())
        .filter(|_| is_received)
}

/// Returns the actions that can resolve a case now.
pub fn actions(row: &CaseRow) -> Vec<CaseAction> {
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
        CaseKind::AmountMismatch if received_amount(row).is_some() => {
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

/// Converts rows to cases as the actor may see them, with the names of people.
fn to_cases(conn: &mut Conn, actor: &Actor, rows: Vec<CaseRow>) -> Result<Vec<Case>> {
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
