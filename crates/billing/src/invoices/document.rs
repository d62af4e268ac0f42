//! The content of invoices and credit notes.

use crate::pdf::{self, Column, Document, Table};
use platform::{
    Conn, Result,
    crypto::FieldContext,
    settings::{self, BusinessName, InvoiceSeller, SupportEmail},
};
use serde::{Deserialize, Serialize};
use wire::{
    Currency, InvoiceId, Money,
    billing::invoices::{CreditNote, Invoice, InvoiceLine},
};

/// The seller, as the settings were on the day of the invoice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seller {
    /// Name, address and tax number.
    pub lines: Vec<String>,
    /// The email address of the support.
    pub email: Option<String>,
}

impl Seller {
    /// Loads the seller from the settings.
    pub fn load(conn: &mut Conn) -> Result<Self> {
        let name = settings::get(conn, BusinessName)?;
        let address = settings::get(conn, InvoiceSeller)?.unwrap_or_default();
        let mut lines = vec![name];
        lines.extend(address.lines().map(|line| line.trim().to_owned()));
        Ok(Self {
            lines,
            email: settings::get(conn, SupportEmail)?,
        })
    }
}

/// The buyer. The database stores it sealed.
#[derive(Serialize, Deserialize)]
pub struct Buyer {
    /// The name on the day of the invoice.
    pub name: String,
    /// The email address on the day of the invoice.
    pub email: String,
}

/// Returns the context that the buyer of an invoice is sealed for.
pub const fn buyer_context<'a>(id: InvoiceId) -> FieldContext<'a> {
    FieldContext::new("invoices", "buyer", id.0)
}

/// The columns of the table of an invoice.
const COLUMNS: &[Column] = &[
    Column::text("Description", pdf::LEFT_EDGE, 290.0),
    Column::number("Quantity", 300.0, 350.0),
    Column::number("Price", 350.0, 445.0),
    Column::number("Amount", 445.0, pdf::RIGHT_EDGE),
];

/// Draws an invoice as PDF.
pub fn draw_invoice(invoice: &Invoice, seller: &Seller, buyer: &Buyer) -> Result<Vec<u8>> {
    let sums = [
        ("Net", &invoice.net_amount),
        ("Tax", &invoice.tax_amount),
        ("Total paid", &invoice.total_amount),
    ];
    pdf::draw(&Document {
        title: "Invoice",
        number: &invoice.number,
        from: &seller.lines,
        email: seller.email.as_deref(),
        recipient_label: "To",
        recipient: [&buyer.name, &buyer.email],
        details: vec![
            ("Date", invoice.issued_on.to_string()),
            ("Order", invoice.order_number.clone()),
            ("Currency", invoice.currency.to_string()),
        ],
        tables: vec![table(&invoice.lines.0, invoice.currency)],
        totals: format_totals(&sums, invoice.currency),
        note: "Paid in full. Thank you.",
    })
}

/// Draws a credit note as PDF.
pub fn draw_credit_note(note: &CreditNote, seller: &Seller, buyer: &Buyer) -> Result<Vec<u8>> {
    let line = InvoiceLine {
        text: format!("Refund of invoice {}", note.invoice_number),
        quantity: 1,
        unit_price: note.net_amount.clone(),
        amount: note.net_amount.clone(),
    };
    let sums = [
        ("Net", &note.net_amount),
        ("Tax", &note.tax_amount),
        ("Total refunded", &note.total_amount),
    ];
    pdf::draw(&Document {
        title: "Credit note",
        number: &note.number,
        from: &seller.lines,
        email: seller.email.as_deref(),
        recipient_label: "To",
        recipient: [&buyer.name, &buyer.email],
        details: vec![
            ("Date", note.issued_on.to_string()),
            ("Invoice", note.invoice_number.clone()),
            ("Currency", note.currency.to_string()),
        ],
        tables: vec![table(&[line], note.currency)],
        totals: format_totals(&sums, note.currency),
        note: "Refunded to the original payment method.",
    })
}

fn table<'a>(lines: &[InvoiceLine], currency: Currency) -> Table<'a> {
    let row = |line: &InvoiceLine| {
        vec![
            line.text.clone(),
            line.quantity.to_string(),
            line.unit_price.digits_in(currency),
            line.amount.digits_in(currency),
        ]
    };
    Table {
        heading: "",
        columns: COLUMNS,
        rows: lines.iter().map(row).collect(),
    }
}

fn format_totals<'a>(sums: &[(&'a str, &Money)], currency: Currency) -> Vec<(&'a str, String)> {
    let one = |(name, amount): &(&'a str, &Money)| (*name, amount.in_currency(currency));
    sums.iter().map(one).collect()
}
