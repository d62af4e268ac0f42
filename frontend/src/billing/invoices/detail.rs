//! The page of one invoice: its lines and its credit notes.

use crate::billing::parts::download_pdf;
use kit::{
    format::money,
    page::{Related, detail_page, related},
    table::{money as amount, text},
    ui::{Line, Value, line, sums, total},
};
use leptos::prelude::*;
use wire::{
    Decimal, InvoiceId, Permission,
    billing::invoices::{CreditNote, CreditNoteFilter, Invoice},
};

/// Draws the detail page.
pub fn screen(id: InvoiceId) -> AnyView {
    detail_page::<Invoice>(id)
        .subtitle(|invoice| {
            let total = money(&invoice.total_amount, invoice.currency);
            format!("{total} for {}", invoice.customer)
        })
        .action(download_pdf(
            "Download PDF",
            Permission::InvoicesRead,
            "pdf",
            |invoice: &Invoice| invoice.number.clone(),
        ))
        .card("Lines", |invoice| Some(sums(lines(invoice))))
        .related(credit_notes(id))
        .history("invoice")
        .fact("Date", |invoice| Value::text(invoice.issued_on.to_string()))
        .fact("Customer", |invoice| {
            Value::text(invoice.customer.clone())
                .link(format!("/accounts/users/{}", invoice.user_id))
        })
        .fact("Order", |invoice| {
            Value::text(invoice.order_number.clone())
                .link(format!("/billing/orders/{}", invoice.order_id))
        })
        .fact("Payment", |invoice| {
            Value::text("View payment")
                .link(format!("/billing/transactions/{}", invoice.transaction_id))
        })
        .fact("Issued", |invoice| Value::time(invoice.created_at))
        .fact("ID", |invoice| Value::code(invoice.id.to_string()))
        .show()
}

fn lines(invoice: &Invoice) -> Vec<Line> {
    let show = |amount: &Decimal| money(amount, invoice.currency);
    let mut lines: Vec<Line> = invoice
        .lines
        .0
        .iter()
        .map(|sold| {
            let quantity = if sold.quantity == 1 {
                String::new()
            } else {
                format!("{} × ", sold.quantity)
            };
            line(format!("{quantity}{}", sold.text), show(&sold.amount))
        })
        .collect();
    lines.push(line("Net", show(&invoice.net_amount)));
    lines.push(line("Tax", show(&invoice.tax_amount)));
    lines.push(total("Total", show(&invoice.total_amount)));
    if invoice.credited_amount.is_positive() {
        let net = invoice.total_amount.minus(&invoice.credited_amount);
        lines.push(line(
            "Refunded",
            show(&Decimal::zero().minus(&invoice.credited_amount)),
        ));
        lines.push(total("Net of refunds", show(&net)));
    }
    lines
}

fn credit_notes(id: InvoiceId) -> Related<CreditNote> {
    let filter = CreditNoteFilter {
        invoice_id: Some(id),
        ..CreditNoteFilter::default()
    };
    related::<CreditNote>("Credit notes", Permission::InvoicesRead, filter)
        .column(text("Number", |note: &CreditNote| note.number.clone()))
        .column(text("Date", |note: &CreditNote| note.issued_on.to_string()))
        .column(amount("Refunded", |note: &CreditNote| {
            (Some(note.total_amount.clone()), note.currency)
        }))
        .all("/billing/credit-notes")
        .empty("No refunds.")
}
