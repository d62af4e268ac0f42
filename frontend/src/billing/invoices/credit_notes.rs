//! The list of credit notes.

use crate::billing::parts::paper;
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

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<CreditNote>("Credit notes")
        .search("The beginning of a number")
        .opens(|note| format!("/billing/invoices/{}", note.invoice_id))
        .column(
            text("Number", |note: &CreditNote| note.number.clone()).sort(CreditNoteSort::Number),
        )
        .column(value("Invoice", |note: &CreditNote| {
            Value::text(note.invoice_number.clone())
                .link(format!("/billing/invoices/{}", note.invoice_id))
        }))
        .column(
            money("Given back", |note: &CreditNote| {
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
        .filter(dates("created_at_from", "created_at_to", "Written"))
        .action(paper(
            "Download PDF",
            Permission::InvoicesRead,
            ("pdf", |note: &CreditNote| note.number.clone()),
        ))
        .empty(
            "No credit notes yet",
            "One is written for every refund that is paid out.",
        )
        .show()
}
