//! What stands on the papers.

use crate::pdf::{self, Column, Sheet, Table};
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

/// Who sells, as it stood on that day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seller {
    /// Name, address, tax number: as the settings have it.
    pub lines: Vec<String>,
    /// Where customers write to.
    pub email: Option<String>,
}

impl Seller {
    /// Of this moment.
    pub fn of(conn: &mut Conn) -> Result<Self> {
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

/// Whom it is made out to. Kept sealed.
#[derive(Serialize, Deserialize)]
pub struct Buyer {
    /// Their name on that day.
    pub name: String,
    /// Their address on that day.
    pub email: String,
}

/// Where the buyer opens.
pub const fn place<'a>(id: InvoiceId) -> FieldContext<'a> {
    FieldContext::new("invoices", "buyer", id.0)
}

/// What is sold, how often, at what price.
const COLUMNS: &[Column] = &[
    Column::text("Description", pdf::LEFT_EDGE, 290.0),
    Column::number("Quantity", 300.0, 350.0),
    Column::number("Price", 350.0, 445.0),
    Column::number("Amount", 445.0, pdf::RIGHT_EDGE),
];

/// An invoice as PDF.
pub fn invoice(invoice: &Invoice, seller: &Seller, buyer: &Buyer) -> Result<Vec<u8>> {
    let sums = [
        ("Net", &invoice.net_amount),
        ("Tax", &invoice.tax_amount),
        ("Total paid", &invoice.total_amount),
    ];
    pdf::draw(&Sheet {
        title: "Invoice",
        number: &invoice.number,
        from: &seller.lines,
        email: seller.email.as_deref(),
        to: ("To", [&buyer.name, &buyer.email]),
        facts: vec![
            ("Date", invoice.issued_on.to_string()),
            ("Order", invoice.order_number.clone()),
            ("Currency", invoice.currency.to_string()),
        ],
        tables: vec![table(&invoice.lines.0, invoice.currency)],
        sums: shown(&sums, invoice.currency),
        note: "Paid in full. Thank you.",
    })
}

/// A credit note as PDF.
pub fn credit_note(note: &CreditNote, seller: &Seller, buyer: &Buyer) -> Result<Vec<u8>> {
    let line = InvoiceLine {
        text: format!("Refund of invoice {}", note.invoice_number),
        quantity: 1,
        unit_price: note.net_amount.clone(),
        amount: note.net_amount.clone(),
    };
    let sums = [
        ("Net", &note.net_amount),
        ("Tax", &note.tax_amount),
        ("Total given back", &note.total_amount),
    ];
    pdf::draw(&Sheet {
        title: "Credit note",
        number: &note.number,
        from: &seller.lines,
        email: seller.email.as_deref(),
        to: ("To", [&buyer.name, &buyer.email]),
        facts: vec![
            ("Date", note.issued_on.to_string()),
            ("Invoice", note.invoice_number.clone()),
            ("Currency", note.currency.to_string()),
        ],
        tables: vec![table(&[line], note.currency)],
        sums: shown(&sums, note.currency),
        note: "Given back the way it was paid.",
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

fn shown<'a>(sums: &[(&'a str, &Money)], currency: Currency) -> Vec<(&'a str, String)> {
    let one = |(name, amount): &(&'a str, &Money)| (*name, amount.in_currency(currency));
    sums.iter().map(one).collect()
}
