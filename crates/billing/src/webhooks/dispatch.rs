//! The dispatch of gateway events to the process that handles them.

use crate::{
    checkout::{PaymentOutcome, handle_payment_event},
    disputes,
    events::EventOutcome,
    orders::lock_sale_of,
    refunding::{self, GatewayPayment},
    transactions::query,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    ports::payments::{GatewayEvent, OpenedPayment, PaymentEvent},
};
use wire::TransactionId;

/// Applies an event of a gateway. An event that is repeated or arrives out of order has the same result.
pub fn dispatch(
    tx: &mut Tx<'_>,
    actor: &Actor,
    gateway: &str,
    event: &GatewayEvent,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    let payment = GatewayPayment {
        gateway,
        id: event.gateway_payment_id.as_deref(),
    };
    match &event.payment_event {
        None => {
            let why = "Events of this kind are not used.";
            Ok(EventOutcome::Ignored(None, why.into()))
        }
        Some(PaymentEvent::Refund(report)) => {
            refunding::handle_refund_event(tx, actor, payment, report, now)
        }
        Some(PaymentEvent::Refunded(total)) => {
            refunding::handle_refund_total(tx, actor, payment, total, now)
        }
        Some(PaymentEvent::Dispute(report)) => {
            disputes::handle_dispute_event(tx, actor, gateway, payment.id, report, now)
        }
        Some(
            news @ (PaymentEvent::Paid { .. }
            | PaymentEvent::AttemptFailed { .. }
            | PaymentEvent::Declined { .. }
            | PaymentEvent::Expired),
        ) => {
            let outcome = PaymentOutcome::from_news(news);
            match (identify_payment(tx, gateway, event)?, outcome) {
                (Some(id), Some(outcome)) => handle_payment_event(tx, actor, id, outcome, now),
                _ => {
                    let why = "The event is about a payment that is not ours.";
                    Ok(EventOutcome::Ignored(None, why.into()))
                }
            }
        }
    }
}

/// Finds the payment of an event, locks its sale, and writes the gateway's IDs of the payment: an event can arrive
/// before the response to the opening.
fn identify_payment(
    tx: &mut Tx<'_>,
    gateway: &str,
    event: &GatewayEvent,
) -> Result<Option<TransactionId>> {
    let gateway_id = event.gateway_transaction_id.as_deref();
    let found = query::find_for_event(tx.conn(), gateway, event.transaction, gateway_id)?;
    let Some(id) = found else {
        return Ok(None);
    };
    lock_sale_of(tx, id)?;
    if let Some(gateway_id) = gateway_id {
        let opened = OpenedPayment::known(gateway_id.to_owned());
        query::set_opened(tx, id, gateway, &opened, None)?;
    }
    if let Some(payment_id) = &event.gateway_payment_id {
        query::set_gateway_payment_id(tx, id, payment_id)?;
    }
    Ok(Some(id))
}
