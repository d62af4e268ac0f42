//! The outcome of a gateway event, as the receipt of the event records it.

use wire::TransactionId;

/// The outcome of an event of a payment gateway.
#[derive(Debug, Clone, PartialEq)]
pub enum EventOutcome {
    /// The event changed something: the payment, and a description of the change.
    Applied(TransactionId, String),
    /// The event changed nothing: the payment, if there is one, and the reason.
    Ignored(Option<TransactionId>, String),
}
