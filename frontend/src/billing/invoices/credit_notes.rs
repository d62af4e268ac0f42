//! The list of credit notes.

use crate::billing::parts::download_pdf;
use kit::{
    page::list_page,
    table::{choice, dates, money, text, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Currency, Permission,
    billing::invoices::{CreditNote, CreditNoteSort},
};

/// Draws the page.
pub fn screen() -> AnyView {
    list_page::<CreditNote>("Credit notes")
        .search("Credit note number")
        .opens(|note| format!("/billing/invoices/{}", note.invoice_id))
        .column(
            text("Number", |note: &CreditNote| note.number.clone()).sort(CreditNoteSort::Number),
        )
        .column(value("Invoice", |note: &CreditNote| {
            Value::text(note.invoice_number.clone())
                .link(format!("/billing/invoices/{}", note.invoice_id))
        }))
        .column(
            money("Refunded", |note: &CreditNote| {
                (Some(note.total_amount.clone()), note.currency)
            })
            .sort(CreditNoteSort::TotalAmount),
        )
        .column(
            money("Tax", |note: &CreditNote| {
                (Some(note.tax_amount.clone()), note.currency)
            })
            .wide(),
        )
        .column(
            text("Date", |note: &CreditNote| note.issued_on.to_string())
                .sort(CreditNoteSort::CreatedAt),
        )
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Issued"))
        .action(download_pdf(
            "Download PDF",
            Permission::InvoicesRead,
            "pdf",
            |note: &CreditNote| note.number.clone(),
        ))
        .empty(
            "No credit notes yet",
            "A credit note is issued for every refund that is paid out.",
        )
        .show()
}
