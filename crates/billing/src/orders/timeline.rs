//! The timeline of an order, from the audit log and the outbox.

use super::query::{self, DeliveryEmail};
use crate::timeline::{self, Visible};
use platform::{Actor, Conn, Result};
use wire::{
    OrderId,
    billing::orders::{EventTone, Timeline, TimelineStep},
    messaging::notifications::NotificationStatus,
    system::audit::AuditAction::{
        DisputeOpen, DisputeUpdate, OrderCancel, OrderFail, OrderFulfil, OrderPay, OrderPlace,
        OrderProvision, OrderResend, OrderRetry, OrderReview, OrderStart, ProvisioningFail,
        ProvisioningRequest, RefundApprove, RefundFail, RefundMismatch, RefundProcess,
        RefundRecalculate, RefundReject, RefundRequest, RefundRetry, RefundSend,
        TransactionConfirm, TransactionDecline, TransactionFail, TransactionMismatch,
        TransactionOpen, TransactionSimulate,
    },
};

/// The requests of a refund to the gateway are internal. The page of a refund shows the reasons of the staff, so the
/// timeline leaves them out.
const VISIBLE: Visible = Visible {
    actions: &[
        OrderPlace,
        TransactionOpen,
        TransactionSimulate,
        TransactionFail,
        TransactionDecline,
        TransactionConfirm,
        TransactionMismatch,
        OrderPay,
        ProvisioningRequest,
        ProvisioningFail,
        OrderProvision,
        OrderStart,
        OrderFulfil,
        OrderReview,
        OrderFail,
        OrderCancel,
        OrderRetry,
        OrderResend,
        RefundRequest,
        RefundApprove,
        RefundReject,
        RefundFail,
        RefundProcess,
        DisputeOpen,
        DisputeUpdate,
    ],
    staff_actions: &[RefundRecalculate, RefundSend, RefundRetry, RefundMismatch],
    reasons: &[
        TransactionFail,
        TransactionDecline,
        TransactionMismatch,
        ProvisioningFail,
        OrderReview,
        OrderFail,
        OrderCancel,
    ],
    staff_reasons: false,
};

/// Returns the timeline of an order as the actor may see it, the oldest event first.
pub fn load(conn: &mut Conn, actor: &Actor, id: OrderId) -> Result<Timeline> {
    query::find(conn, actor, id)?;
    let payments = query::payments(conn, id)?;
    let events = query::audit_events(conn, &actor.keys, id, &payments)?;
    let mut steps = timeline::steps(conn, actor, events, &VISIBLE)?;
    steps.extend(query::delivery_emails(conn, id)?.into_iter().map(delivery));
    steps.sort_by_key(|step| step.at);
    Ok(Timeline { data: steps })
}

fn delivery(email: DeliveryEmail) -> TimelineStep {
    let DeliveryEmail {
        created_at,
        status,
        sent_at,
        last_error: error,
    } = email;
    let (at, what, sentence, tone) = match (status, sent_at) {
        (_, Some(at)) => (
            at,
            "Delivery email sent",
            "The delivery email was sent to the customer.".to_owned(),
            EventTone::Good,
        ),
        (NotificationStatus::Failed, None) => (
            created_at,
            "Delivery email not sent",
            "The delivery email could not be sent. Resend it.".to_owned(),
            EventTone::Bad,
        ),
        _ => (
            created_at,
            "Delivery email queued",
            error.unwrap_or_else(|| "The delivery email is in the outbox.".to_owned()),
            EventTone::Waiting,
        ),
    };
    TimelineStep {
        at,
        what: what.to_owned(),
        sentence,
        actor_id: None,
        actor: None,
        tone,
    }
}
