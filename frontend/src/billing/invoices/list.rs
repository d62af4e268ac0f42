//! The list of invoices.

use kit::{
    page::list_page,
    table::{choice, dates, money, picked, text, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Currency,
    accounts::users::User,
    billing::invoices::{Invoice, InvoiceSort},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Invoice>("Invoices")
        .search("Invoice number")
        .opens(|invoice| format!("/billing/invoices/{}", invoice.id))
        .column(
            text("Number", |invoice: &Invoice| invoice.number.clone()).sort(InvoiceSort::Number),
        )
        .column(value("Customer", |invoice: &Invoice| {
            Value::text(invoice.customer.clone())
                .link(format!("/accounts/users/{}", invoice.user_id))
        }))
        .column(
            money("Total", |invoice: &Invoice| {
                (Some(invoice.total_amount.clone()), invoice.currency)
            })
            .sort(InvoiceSort::TotalAmount),
        )
        .column(
            money("Refunded", |invoice: &Invoice| {
                let refunded = invoice.credited_amount.clone();
                (
                    Some(refunded).filter(|refunded| refunded.is_positive()),
                    invoice.currency,
                )
            })
            .wide(),
        )
        .column(
            money("Tax", |invoice: &Invoice| {
                (Some(invoice.tax_amount.clone()), invoice.currency)
            })
            .extra(),
        )
        .column(value("Order", |invoice: &Invoice| {
            Value::text(invoice.order_number.clone())
                .link(format!("/billing/orders/{}", invoice.order_id))
        }))
        .column(
            text("Date", |invoice: &Invoice| invoice.issued_on.to_string())
                .sort(InvoiceSort::CreatedAt),
        )
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(picked::<User>("user_id", "Customer"))
        .filter(dates("created_at_from", "created_at_to", "Issued"))
        .empty(
            "No invoices yet",
            "An invoice is issued for every completed payment.",
        )
        .show()
}
