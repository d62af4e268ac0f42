//! The timeline of a payment and of its refunds, from the audit log.

use super::query;
use crate::timeline::{self, Visible};
use platform::{Actor, Conn, Result};
use wire::{
    TransactionId,
    billing::orders::Timeline,
    system::audit::AuditAction::{
        RefundApprove, RefundFail, RefundMismatch, RefundProcess, RefundRecalculate, RefundReject,
        RefundRequest, RefundRetry, RefundSend, TransactionAccept, TransactionCancel,
        TransactionComplete, TransactionConfirm, TransactionFail, TransactionMismatch,
        TransactionOpen, TransactionRefund, TransactionSimulate,
    },
};

/// The requests of a refund to the gateway, and the reasons of the staff, are internal.
const VISIBLE: Visible = Visible {
    actions: &[
        TransactionOpen,
        TransactionSimulate,
        TransactionComplete,
        TransactionConfirm,
        TransactionFail,
        TransactionCancel,
        TransactionAccept,
        TransactionRefund,
        TransactionMismatch,
        RefundRequest,
        RefundApprove,
        RefundReject,
        RefundFail,
        RefundProcess,
    ],
    staff_actions: &[RefundRecalculate, RefundSend, RefundRetry, RefundMismatch],
    reasons: &[],
    staff_reasons: true,
};

/// Returns the timeline of a payment as the actor may see it, the oldest event first.
pub fn load(conn: &mut Conn, actor: &Actor, id: TransactionId) -> Result<Timeline> {
    query::find(conn, actor, id)?;
    let events = query::audit_events(conn, &actor.keys, id)?;
    let data = timeline::steps(conn, actor, events, &VISIBLE)?;
    Ok(Timeline { data })
}
