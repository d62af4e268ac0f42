//! The resolution of cases: the action that corrects the discrepancy happens in the transaction that resolves the case.

use crate::{
    cases::{
        self, CaseChange,
        query::{self, CaseRow},
    },
    checkout, fulfillment,
    orders::{self, CancelReason, lock_sale, lock_sale_of},
    refunding::{self, ExternalRefund},
};
use chrono::{DateTime, Utc};
use platform::{Actor, Ctx, Error, Result, Tx};
use wire::{
    CaseId, ProblemCode,
    billing::{
        reconciliation::{Case, CaseAction, ResolveCase},
        refunds::{NewRefund, RefundReason},
    },
};

/// Resolves a claimed case by an action.
pub fn resolve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: CaseId,
    version: i32,
    how: &ResolveCase,
) -> Result<Case> {
    let now = ctx.clock.now();
    let row = lock(tx, actor, id)?;
    let me = cases::check_claimable(tx.conn(), actor, &row, now)?;
    cases::check_claimed(&row, me, now)?;
    if row.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    apply_action(tx, actor, ctx, &row, how)?;
    // The action may have changed the case, such as the refund that it was booked as.
    let row = query::lock(tx, actor, id)?;
    let change = CaseChange::Resolve(how.action);
    cases::transition(tx, actor, &row, &change, me, how.reason.trim(), now)?;
    cases::recalculate_day(tx, row.kind, row.created_at, now)?;
    cases::show(tx.conn(), actor, id)
}

/// Locks the sale that a case is about, then the case: every process locks a sale before a case.
fn lock(tx: &mut Tx<'_>, actor: &Actor, id: CaseId) -> Result<CaseRow> {
    let row = query::find(tx.conn(), actor, id)?;
    match (row.order_id, row.transaction_id) {
        (Some(order), _) => lock_sale(tx, order).map(drop)?,
        (None, Some(payment)) => lock_sale_of(tx, payment).map(drop)?,
        (None, None) => {}
    }
    query::lock(tx, actor, id)
}

fn apply_action(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    row: &CaseRow,
    how: &ResolveCase,
) -> Result<()> {
    let (now, reason) = (ctx.clock.now(), how.reason.trim());
    let unfit = || {
        Error::field(
            "action",
            "unfit",
            "This action does not resolve a case of this kind. Choose another action.",
        )
    };
    if !cases::actions(row).contains(&how.action) {
        return Err(unfit());
    }
    match how.action {
        CaseAction::RetryOrder => {
            let order = row.order_id.ok_or_else(unfit)?;
            fulfillment::retry(tx, actor, ctx, order)?;
        }
        CaseAction::Refund => {
            let new = NewRefund {
                transaction_id: row.transaction_id.ok_or_else(unfit)?,
                amount: None,
                reason_code: RefundReason::NotDelivered,
                reason: Some(reason.to_owned()),
                effect: None,
            };
            refunding::request(tx, actor, &new, now)?;
        }
        CaseAction::RetryRefund => {
            let refund = row.refund_id.ok_or_else(unfit)?;
            refunding::retry_stuck(tx, actor, refund, now)?;
        }
        CaseAction::BookRefund => book_refund(tx, actor, row.id, reason, now)?,
        CaseAction::AcceptAmount => {
            let (payment, amount) = cases::received_amount(row).ok_or_else(unfit)?;
            checkout::accept_received(tx, actor, ctx, payment, amount, reason)?;
        }
        CaseAction::RefundReceived => {
            let (payment, amount) = cases::received_amount(row).ok_or_else(unfit)?;
            checkout::refund_received(tx, actor, payment, amount, reason, now)?;
        }
        CaseAction::CancelOrder => {
            let order = row.order_id.ok_or_else(unfit)?;
            orders::cancel(tx, actor, order, CancelReason::AmountRejected(reason), now)?;
        }
        CaseAction::SettleOutside => {}
    }
    Ok(())
}

/// Books the refund at the gateway that a case is about.
fn book_refund(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CaseId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let case = query::reported_refund(tx.conn(), id)?;
    let subject = case.transaction_id.zip(case.gateway_refund_id);
    let sum = case.amount.zip(case.currency);
    let Some(((transaction, gateway_refund_id), (amount, currency))) = subject.zip(sum) else {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The case lacks the payment, the amount or the gateway ID of the refund, so it cannot be booked.",
        ));
    };
    let external = ExternalRefund {
        transaction,
        gateway_refund_id: &gateway_refund_id,
        amount: &amount,
        currency,
        reason,
    };
    let refund = refunding::book_external(tx, actor, &external, now)?;
    query::set_refund(tx, id, refund)
}
