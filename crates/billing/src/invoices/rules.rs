//! Decisions about papers: what stands on an invoice, and how much tax a refund gives back.

use super::{
    paper::{self, Buyer, Seller},
    query::{self, Sale, Sums},
};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Datelike, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    crypto::FieldContext,
    people,
    settings::{self, BusinessTimeZone, InvoicePrefix},
};
use serde_json::json;
use wire::{
    CreditNoteId, Currency, InvoiceId, JsonList, Money, RefundId, TransactionId,
    billing::{invoices::InvoiceLine, orders::PlanTerms, refunds::RefundStatus},
};

/// How many digits a number has at least.
const DIGITS: usize = 6;

/// Writes the invoice of a payment, unless it is there already.
pub fn issue(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: TransactionId,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(sale) = query::sale(tx, payment)? else {
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
    let paper = query::FreshInvoice {
        id,
        transaction_id: payment,
        order_id: sale.order_id,
        user_id: sale.user_id,
        seller: serde_json::to_value(Seller::of(tx.conn())?).map_err(Error::internal)?,
        buyer: actor.keys.seal(paper::place(id), &buyer)?,
        lines: serde_json::to_value(lines(&sale)?).map_err(Error::internal)?,
        sums: Sums::of(sale.total_amount, sale.tax_amount, sale.currency),
        issued_on: day,
        created_at: now,
        // Last of all, because from here on others wait.
        number: number(tx, &series, day.year())?,
    };
    query::insert_invoice(tx, &paper)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("invoice.issue", "invoice", id.0).with_change(
            json!({ "number": paper.number, "transaction_id": payment, "total_amount": paper.sums.total_amount, "currency": paper.sums.currency }),
        ),
    )
}

/// Writes the credit note of a refund that was paid out, unless it is there already. Its invoice comes first.
pub fn credit(tx: &mut Tx<'_>, actor: &Actor, refund: RefundId, now: DateTime<Utc>) -> Result<()> {
    let back = query::refund(tx.conn(), refund)?;
    if back.status != RefundStatus::Processed {
        return Ok(());
    }
    let invoice = match query::invoice_of(tx.conn(), back.transaction_id)? {
        Some(invoice) => invoice,
        None => {
            issue(tx, actor, back.transaction_id, now)?;
            let issued = query::invoice_of(tx.conn(), back.transaction_id)?;
            issued.ok_or_else(|| Error::internal("a refund of what was never paid"))?
        }
    };
    let so_far = query::credited(tx, invoice.id)?;
    if query::is_credited(tx.conn(), refund)? {
        return Ok(());
    }
    let tax = tax_back(
        (&invoice.total_amount, &invoice.tax_amount),
        (&so_far.total, &so_far.tax),
        &back.amount,
        invoice.currency,
    );
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let day = now.with_timezone(&zone).date_naive();
    let id = CreditNoteId::new();
    let paper = query::FreshCreditNote {
        id,
        invoice_id: invoice.id,
        refund_id: refund,
        sums: Sums::of(back.amount, tax, invoice.currency),
        issued_on: day,
        created_at: now,
        number: number(tx, "CN", day.year())?,
    };
    query::insert_credit_note(tx, &paper)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("credit_note.issue", "invoice", invoice.id.0).with_change(
            json!({ "number": paper.number, "refund_id": refund, "total_amount": paper.sums.total_amount, "currency": paper.sums.currency }),
        ),
    )
}

fn number(tx: &mut Tx<'_>, series: &str, year: i32) -> Result<String> {
    let next = query::next_number(tx, series, year)?;
    Ok(format!("{series}-{year}-{next:0DIGITS$}"))
}

/// What was sold, and what a promotion took off.
fn lines(sale: &Sale) -> Result<JsonList<InvoiceLine>> {
    let terms: PlanTerms = serde_json::from_value(sale.terms.clone()).map_err(Error::internal)?;
    let mut lines = vec![InvoiceLine {
        text: terms.title(),
        quantity: sale.quantity,
        unit_price: sale.unit_price.clone(),
        amount: sale.unit_price.times(sale.quantity),
    }];
    if sale.discount_amount.is_positive() {
        let off = Money::zero().minus(&sale.discount_amount);
        lines.push(InvoiceLine {
            text: "Discount".to_owned(),
            quantity: 1,
            unit_price: off.clone(),
            amount: off,
        });
    }
    Ok(JsonList(lines))
}

/// Returns the tax in a refund: in proportion, rounded to the currency's smallest unit, and together with earlier
/// refunds never a unit off.
fn tax_back(
    (total, tax): (&Money, &Money),
    (before, before_tax): (&Money, &Money),
    amount: &Money,
    currency: Currency,
) -> Money {
    if !total.is_positive() {
        return Money::zero();
    }
    let share: BigDecimal = before.plus(amount).exact() * tax.exact() / total.exact();
    currency.round(&share).minus(before_tax)
}

/// Opens whom an invoice was made out to, for its PDF; that is logged.
pub fn drawn(tx: &mut Tx<'_>, actor: &Actor, id: InvoiceId) -> Result<(String, Vec<u8>)> {
    let invoice = query::find(tx.conn(), actor, id)?;
    audit::record_field_access(tx, actor, "invoice", id.0, "buyer", None)?;
    let (seller, buyer) = made_out(tx, actor, id)?;
    Ok((
        invoice.number.clone(),
        paper::invoice(&invoice, &seller, &buyer)?,
    ))
}

/// The same for a credit note.
pub fn credit_note_drawn(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CreditNoteId,
) -> Result<(String, Vec<u8>)> {
    let note = query::find_credit_note(tx.conn(), actor, id)?;
    audit::record_field_access(tx, actor, "invoice", note.invoice_id.0, "buyer", None)?;
    let (seller, buyer) = made_out(tx, actor, note.invoice_id)?;
    Ok((
        note.number.clone(),
        paper::credit_note(&note, &seller, &buyer)?,
    ))
}

fn made_out(tx: &mut Tx<'_>, actor: &Actor, id: InvoiceId) -> Result<(Seller, Buyer)> {
    let (seller, buyer) = query::parties(tx.conn(), id)?;
    let place: FieldContext<'_> = paper::place(id);
    let buyer = actor.keys.open(place, &buyer)?;
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

    #[test]
    fn tax_comes_back_in_proportion_and_to_the_cent() {
        let (total, tax) = (money("11.90"), money("1.90"));
        let (mut before, mut given) = (Money::zero(), Money::zero());
        for part in ["3.33", "3.33", "5.23", "0.01"] {
            let usd = Currency::Usd;
            let back = tax_back((&total, &tax), (&before, &given), &money(part), usd);
            assert!(!back.is_negative() && back <= money(part), "{part}: {back}");
            (before, given) = (before.plus(&money(part)), given.plus(&back));
        }
        assert_eq!((before, given), (total, tax));
        let nothing = tax_back(
            (&money("5.00"), &Money::zero()),
            (&Money::zero(), &Money::zero()),
            &money("2.50"),
            Currency::Usd,
        );
        assert_eq!(nothing, Money::zero());
    }

    #[test]
    fn tax_refund_of_a_currency_without_cents_is_whole() {
        let (total, tax) = (money("1100.00"), money("100.00"));
        let (mut before, mut given) = (Money::zero(), Money::zero());
        for part in ["367.00", "367.00", "366.00"] {
            let back = tax_back(
                (&total, &tax),
                (&before, &given),
                &money(part),
                Currency::Vnd,
            );
            assert!(
                Currency::Vnd.can_hold(&back) && back <= money(part),
                "{part}: {back}"
            );
            (before, given) = (before.plus(&money(part)), given.plus(&back));
        }
        assert_eq!((before, given), (total, tax));
    }
}
