//! Issuing invoices and credit notes: their lines, their numbers, and the tax in a refund.

use super::{
    document::{self, Buyer, Seller},
    query::{self, DocumentAmounts, Sale},
};
use crate::{orders::lock_sale_of, pdf::PdfFile};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Datelike, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    people,
    settings::{self, BusinessTimeZone, InvoicePrefix},
};
use serde_json::json;
use wire::{
    CreditNoteId, Currency, InvoiceId, JsonList, Money, RefundId, TransactionId,
    billing::{invoices::InvoiceLine, orders::PlanTerms, refunds::RefundStatus},
    system::audit::AuditAction,
};

/// The minimum number of digits of a document number.
const DIGITS: usize = 6;

/// Issues the invoice of a completed payment, unless it is issued already.
pub fn issue(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: TransactionId,
    now: DateTime<Utc>,
) -> Result<()> {
    lock_sale_of(tx, payment)?;
    let Some(sale) = query::sale(tx.conn(), payment)? else {
        return Ok(());
    };
    if query::invoice_of(tx.conn(), payment)?.is_some() {
        return Ok(());
    }
    let id = InvoiceId::new();
    let name = people::names(tx.conn(), &actor.keys, &[sale.user_id], false)?;
    let buyer = Buyer {
        name: name.get(&sale.user_id).cloned().unwrap_or_default(),
        email: people::email(tx.conn(), &actor.keys, sale.user_id)?,
    };
    let buyer = serde_json::to_string(&buyer).map_err(Error::internal)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let day = now.with_timezone(&zone).date_naive();
    let series = settings::get(tx.conn(), InvoicePrefix)?;
    let new = query::NewInvoice {
        id,
        transaction_id: payment,
        order_id: sale.order_id,
        user_id: sale.user_id,
        seller: serde_json::to_value(Seller::load(tx.conn())?).map_err(Error::internal)?,
        buyer: actor.keys.seal(document::buyer_context(id), &buyer)?,
        lines: serde_json::to_value(lines(&sale)?).map_err(Error::internal)?,
        amounts: DocumentAmounts::new(sale.total_amount, sale.tax_amount, sale.currency),
        issued_on: day,
        created_at: now,
        // The number is the last value, because it locks the series.
        number: next_number(tx, &series, day.year())?,
    };
    query::insert_invoice(tx, &new)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::InvoiceIssue, id).with_change(
            json!({ "number": new.number, "transaction_id": payment, "total_amount": new.amounts.total_amount, "currency": new.amounts.currency }),
        ),
    )
}

/// Issues the credit note of a processed refund, unless it is issued already. The invoice is issued first.
pub fn credit(tx: &mut Tx<'_>, actor: &Actor, refund: RefundId, now: DateTime<Utc>) -> Result<()> {
    let refunded = query::refund(tx.conn(), refund)?;
    if refunded.status != RefundStatus::Processed {
        return Ok(());
    }
    let invoice = match query::invoice_of(tx.conn(), refunded.transaction_id)? {
        Some(invoice) => invoice,
        None => {
            issue(tx, actor, refunded.transaction_id, now)?;
            let issued = query::invoice_of(tx.conn(), refunded.transaction_id)?;
            issued.ok_or_else(|| Error::internal("the refunded payment is not completed"))?
        }
    };
    let credited = query::lock_credited(tx, invoice.id)?;
    if query::is_credited(tx.conn(), refund)? {
        return Ok(());
    }
    let tax = refunded_tax(
        &TaxedAmount {
            total: &invoice.total_amount,
            tax: &invoice.tax_amount,
        },
        &TaxedAmount {
            total: &credited.total,
            tax: &credited.tax,
        },
        &refunded.amount,
        invoice.currency,
    );
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let day = now.with_timezone(&zone).date_naive();
    let id = CreditNoteId::new();
    let new = query::NewCreditNote {
        id,
        invoice_id: invoice.id,
        refund_id: refund,
        amounts: DocumentAmounts::new(refunded.amount, tax, invoice.currency),
        issued_on: day,
        created_at: now,
        number: next_number(tx, "CN", day.year())?,
    };
    query::insert_credit_note(tx, &new)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::CreditNoteIssue, invoice.id).with_change(
            json!({ "number": new.number, "refund_id": refund, "total_amount": new.amounts.total_amount, "currency": new.amounts.currency }),
        ),
    )
}

fn next_number(tx: &mut Tx<'_>, series: &str, year: i32) -> Result<String> {
    let next = query::next_number(tx, series, year)?;
    Ok(format!("{series}-{year}-{next:0DIGITS$}"))
}

/// Returns the lines of an invoice: the plan, and the discount of the promotion.
fn lines(sale: &Sale) -> Result<JsonList<InvoiceLine>> {
    let terms: PlanTerms = serde_json::from_value(sale.terms.clone()).map_err(Error::internal)?;
    let mut lines = vec![InvoiceLine {
        text: terms.title(),
        quantity: sale.quantity,
        unit_price: sale.unit_price.clone(),
        amount: sale.unit_price.times(sale.quantity),
    }];
    if sale.discount_amount.is_positive() {
        let discount = Money::zero().minus(&sale.discount_amount);
        lines.push(InvoiceLine {
            text: "Discount".to_owned(),
            quantity: 1,
            unit_price: discount.clone(),
            amount: discount,
        });
    }
    Ok(JsonList(lines))
}

/// A total, and the tax in it.
struct TaxedAmount<'a> {
    total: &'a Money,
    tax: &'a Money,
}

/// Returns the tax in a refund of an invoice: in proportion, rounded to the minor unit of the currency, and together with
/// the credited amounts exactly the tax of the invoice.
fn refunded_tax(
    invoice: &TaxedAmount<'_>,
    credited: &TaxedAmount<'_>,
    amount: &Money,
    currency: Currency,
) -> Money {
    if !invoice.total.is_positive() {
        return Money::zero();
    }
    let share: BigDecimal =
        credited.total.plus(amount).exact() * invoice.tax.exact() / invoice.total.exact();
    currency.round(&share).minus(credited.tax)
}

/// Draws an invoice. The document names the buyer, so the access is logged.
pub fn draw_invoice(tx: &mut Tx<'_>, actor: &Actor, id: InvoiceId) -> Result<PdfFile> {
    let invoice = query::find(tx.conn(), actor, id)?;
    audit::record_field_access(tx, actor, "invoice", id.0, "buyer", None)?;
    let (seller, buyer) = open_parties(tx, actor, id)?;
    Ok(PdfFile {
        name: invoice.number.clone(),
        bytes: document::draw_invoice(&invoice, &seller, &buyer)?,
    })
}

/// Draws a credit note. The document names the buyer, so the access is logged.
pub fn draw_credit_note(tx: &mut Tx<'_>, actor: &Actor, id: CreditNoteId) -> Result<PdfFile> {
    let note = query::find_credit_note(tx.conn(), actor, id)?;
    audit::record_field_access(tx, actor, "invoice", note.invoice_id.0, "buyer", None)?;
    let (seller, buyer) = open_parties(tx, actor, note.invoice_id)?;
    Ok(PdfFile {
        name: note.number.clone(),
        bytes: document::draw_credit_note(&note, &seller, &buyer)?,
    })
}

/// Returns the seller and the buyer of an invoice.
fn open_parties(tx: &mut Tx<'_>, actor: &Actor, id: InvoiceId) -> Result<(Seller, Buyer)> {
    let (seller, buyer) = query::parties(tx.conn(), id)?;
    let buyer = actor.keys.open(document::buyer_context(id), &buyer)?;
    Ok((
        serde_json::from_value(seller).map_err(Error::internal)?,
        serde_json::from_str(&buyer).map_err(Error::internal)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap_or_else(|_| Money::zero())
    }

    /// Refunds an invoice in parts, and returns the sums of the refunds and of their tax.
    fn refund_parts(total: &Money, tax: &Money, parts: &[&str], currency: Currency) -> [Money; 2] {
        let (mut credited, mut credited_tax) = (Money::zero(), Money::zero());
        for part in parts {
            let part_tax = refunded_tax(
                &TaxedAmount { total, tax },
                &TaxedAmount {
                    total: &credited,
                    tax: &credited_tax,
                },
                &money(part),
                currency,
            );
            assert!(currency.can_hold(&part_tax), "{part}: {part_tax}");
            assert!(
                !part_tax.is_negative() && part_tax <= money(part),
                "{part}: {part_tax}"
            );
            credited = credited.plus(&money(part));
            credited_tax = credited_tax.plus(&part_tax);
        }
        [credited, credited_tax]
    }

    #[test]
    fn refunded_tax_is_proportional_and_adds_up() {
        let (total, tax) = (money("11.90"), money("1.90"));
        let parts = ["3.33", "3.33", "5.23", "0.01"];
        let sums = refund_parts(&total, &tax, &parts, Currency::Usd);
        assert_eq!(sums, [total, tax]);
        let untaxed = refund_parts(&money("5.00"), &Money::zero(), &["2.50"], Currency::Usd);
        assert_eq!(untaxed, [money("2.50"), Money::zero()]);
    }

    #[test]
    fn refunded_tax_of_a_currency_without_cents_is_whole() {
        let (total, tax) = (money("1100.00"), money("100.00"));
        let parts = ["367.00", "367.00", "366.00"];
        let sums = refund_parts(&total, &tax, &parts, Currency::Vnd);
        assert_eq!(sums, [total, tax]);
    }
}
