//! Emails of customers to support.
//!
//! A relay posts the raw email with a signature; it is stored once per Message-ID, and a job reads it. An email belongs to a
//! ticket when it was sent to the ticket's signed address or answers one of its emails, and its sender is the ticket's
//! customer. Every other email opens a new ticket. A subject decides nothing.

mod email;
pub mod jobs;
mod query;
pub(crate) mod routes;
mod rules;
mod signature;

use platform::crypto::FieldContext;
use wire::InboundEmailId;

/// Returns the context in which the content of an email is sealed.
const fn content_context<'a>(id: InboundEmailId) -> FieldContext<'a> {
    FieldContext::new("inbound_emails", "content", id.0)
}
