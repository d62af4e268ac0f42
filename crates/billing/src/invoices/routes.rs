//! The HTTP side of invoices and credit notes.

use super::{query, rules};
use crate::pdf::as_file;
use actix_web::{HttpResponse, get};
use platform::{Caller, Id, Result, Tagged, listing};
use wire::{InvoiceId, billing::invoices::Invoice, permission::needs::InvoicesRead};

listing!(Invoice, "/invoices", export "/invoices/export", tag "billing/invoices", needs InvoicesRead = "invoices:read", from query::page);

/// Show an invoice.
#[utoipa::path(tag = "billing/invoices", security(("bearer" = ["invoices:read"])), params(("id" = InvoiceId, Path)), responses((status = 200, description = "The invoice", body = Invoice)))]
#[get("/invoices/{id}")]
pub async fn show(caller: Caller<InvoicesRead>, id: Id<InvoiceId>) -> Result<Tagged<Invoice>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Draw an invoice as PDF. The document names the customer, so the access is logged.
#[utoipa::path(tag = "billing/invoices", security(("bearer" = ["invoices:read"])), params(("id" = InvoiceId, Path)), responses((status = 200, description = "The document", content_type = "application/pdf", body = String)))]
#[get("/invoices/{id}/pdf")]
pub async fn pdf(caller: Caller<InvoicesRead>, id: Id<InvoiceId>) -> Result<HttpResponse> {
    caller
        .write(move |tx, actor| rules::draw_invoice(tx, actor, id.0))
        .await
        .map(as_file)
}

/// The HTTP side of credit notes.
pub mod credit_notes {
    use super::super::{query, rules};
    use crate::pdf::as_file;
    use actix_web::{HttpResponse, get};
    use platform::{Caller, Id, Result, listing};
    use wire::{CreditNoteId, billing::invoices::CreditNote, permission::needs::InvoicesRead};

    listing!(CreditNote, "/credit-notes", export "/credit-notes/export", tag "billing/credit_notes", needs InvoicesRead = "invoices:read", from query::credit_notes);

    /// Draw a credit note as PDF. The document names the customer, so the access is logged.
    #[utoipa::path(tag = "billing/credit_notes", security(("bearer" = ["invoices:read"])), params(("id" = CreditNoteId, Path)), responses((status = 200, description = "The document", content_type = "application/pdf", body = String)))]
    #[get("/credit-notes/{id}/pdf")]
    pub async fn pdf(caller: Caller<InvoicesRead>, id: Id<CreditNoteId>) -> Result<HttpResponse> {
        caller
            .write(move |tx, actor| rules::draw_credit_note(tx, actor, id.0))
            .await
            .map(as_file)
    }
}
