//! All SQL of invoices and credit notes.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed, sum},
    pg::Pg,
    prelude::*,
};
use platform::{Actor, Conn, Error, Result, Tx, any_of, list::number_pattern, page, people};
use schema::{credit_notes, invoices, number_series, orders, refunds, transactions};
use serde_json::Value;
use std::collections::HashMap;
use wire::{
    CreditNoteId, Currency, InvoiceId, JsonList, Money, OrderId, Page, Paging, RefundId, Resource,
    TransactionId, UserId,
    billing::{
        invoices::{
            CreditNote, CreditNoteFilter, CreditNoteSort, Invoice, InvoiceFilter, InvoiceLine,
            InvoiceSort,
        },
        refunds::RefundStatus,
        transactions::TransactionStatus,
    },
    identifier,
};

/// A row of the table of invoices.
#[derive(Queryable, Selectable)]
#[diesel(table_name = invoices, check_for_backend(Pg))]
pub struct InvoiceRow {
    pub id: InvoiceId,
    pub number: String,
    pub transaction_id: TransactionId,
    pub order_id: OrderId,
    #[diesel(select_expression = orders::order_number)]
    pub order_number: String,
    pub user_id: UserId,
    pub lines: JsonList<InvoiceLine>,
    pub net_amount: Money,
    pub tax_amount: Money,
    pub total_amount: Money,
    pub currency: Currency,
    pub issued_on: NaiveDate,
    pub created_at: DateTime<Utc>,
}

type WithOrder = InnerJoin<invoices::table, orders::table>;
type WithInvoice = InnerJoin<credit_notes::table, invoices::table>;

fn matching(filter: &InvoiceFilter, actor: &Actor) -> IntoBoxed<'static, WithOrder, Pg> {
    let mut rows = invoices::table.inner_join(orders::table).into_boxed();
    if let Some(owner) = actor.owner_filter() {
        rows = rows.filter(invoices::user_id.eq_any(people::customers_of(owner)));
    }
    if let Some(q) = &filter.q {
        rows = rows.filter(invoices::number.like(number_pattern(&identifier::document_number(q))));
    }
    if let Some(id) = filter.user_id {
        rows = rows.filter(invoices::user_id.eq(id));
    }
    if let Some(id) = filter.order_id {
        rows = rows.filter(invoices::order_id.eq(id));
    }
    if let Some(id) = filter.transaction_id {
        rows = rows.filter(invoices::transaction_id.eq(id));
    }
    rows = any_of!(rows, invoices::currency, filter.currency);
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(invoices::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(invoices::created_at.lt(to));
    }
    rows
}

/// Returns a page of the invoices that the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &InvoiceFilter,
    paging: &Paging<InvoiceSort>,
) -> Result<Page<Invoice>> {
    let page = page!(conn, paging, matching(filter, actor) => InvoiceRow, tie invoices::id, {
        InvoiceSort::CreatedAt => invoices::created_at, InvoiceSort::Number => invoices::number, InvoiceSort::TotalAmount => invoices::total_amount,
    })?;
    page.try_all(|rows| to_invoices(conn, actor, rows))
}

/// Returns an invoice that the actor may see.
pub fn find(conn: &mut Conn, actor: &Actor, id: InvoiceId) -> Result<Invoice> {
    let row = matching(&InvoiceFilter::default(), actor)
        .filter(invoices::id.eq(id))
        .select(InvoiceRow::as_select())
        .first(conn)?;
    to_invoices(conn, actor, vec![row])?
        .pop()
        .ok_or_else(Error::not_found)
}

/// Converts rows to invoices, with the customers' names and the sums of the credit notes.
fn to_invoices(conn: &mut Conn, actor: &Actor, rows: Vec<InvoiceRow>) -> Result<Vec<Invoice>> {
    let people: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
    let masked = people::is_masked_for(actor.role);
    let mut names = people::names(conn, &actor.keys, &people, masked)?;
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.id).collect();
    let credited: Vec<(InvoiceId, Option<Money>)> = credit_notes::table
        .filter(credit_notes::invoice_id.eq_any(&ids))
        .group_by(credit_notes::invoice_id)
        .select((credit_notes::invoice_id, sum(credit_notes::total_amount)))
        .load(conn)?;
    let mut credited: HashMap<InvoiceId, Option<Money>> = credited.into_iter().collect();
    let one = |row: InvoiceRow| Invoice {
        customer: names.entry(row.user_id).or_default().clone(),
        credited_amount: credited
            .remove(&row.id)
            .flatten()
            .unwrap_or_else(Money::zero),
        id: row.id,
        number: row.number,
        transaction_id: row.transaction_id,
        order_id: row.order_id,
        order_number: row.order_number,
        user_id: row.user_id,
        lines: row.lines,
        net_amount: row.net_amount,
        tax_amount: row.tax_amount,
        total_amount: row.total_amount,
        currency: row.currency,
        issued_on: row.issued_on,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(one).collect())
}

fn matching_credit_notes(
    filter: &CreditNoteFilter,
    actor: &Actor,
) -> IntoBoxed<'static, WithInvoice, Pg> {
    let mut rows = credit_notes::table.inner_join(invoices::table).into_boxed();
    if let Some(owner) = actor.owner_filter() {
        rows = rows.filter(invoices::user_id.eq_any(people::customers_of(owner)));
    }
    if let Some(q) = &filter.q {
        rows =
            rows.filter(credit_notes::number.like(number_pattern(&identifier::document_number(q))));
    }
    if let Some(id) = filter.invoice_id {
        rows = rows.filter(credit_notes::invoice_id.eq(id));
    }
    rows = any_of!(rows, credit_notes::currency, filter.currency);
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(credit_notes::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(credit_notes::created_at.lt(to));
    }
    rows
}

/// Returns a page of the credit notes that the actor may see.
pub fn credit_notes(
    conn: &mut Conn,
    actor: &Actor,
    filter: &CreditNoteFilter,
    paging: &Paging<CreditNoteSort>,
) -> Result<Page<CreditNote>> {
    page!(conn, paging, matching_credit_notes(filter, actor) => CreditNote, tie credit_notes::id, {
        CreditNoteSort::CreatedAt => credit_notes::created_at, CreditNoteSort::Number => credit_notes::number, CreditNoteSort::TotalAmount => credit_notes::total_amount,
    })
}

/// Returns a credit note that the actor may see.
pub fn find_credit_note(conn: &mut Conn, actor: &Actor, id: CreditNoteId) -> Result<CreditNote> {
    Ok(matching_credit_notes(&CreditNoteFilter::default(), actor)
        .filter(credit_notes::id.eq(id))
        .select(CreditNote::as_select())
        .first(conn)?)
}

/// Returns the seller of an invoice, and its sealed buyer.
pub fn parties(conn: &mut Conn, id: InvoiceId) -> Result<(Value, Vec<u8>)> {
    Ok(invoices::table
        .find(id)
        .select((invoices::seller, invoices::buyer))
        .first(conn)?)
}

/// The payment and the order that an invoice is issued for.
#[derive(Queryable)]
pub struct Sale {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub terms: Value,
    pub quantity: i32,
    pub unit_price: Money,
    pub discount_amount: Money,
    pub tax_amount: Money,
    pub total_amount: Money,
    pub currency: Currency,
}

/// Returns the sale of a completed payment; `None` while it is not completed.
pub fn sale(conn: &mut Conn, payment: TransactionId) -> Result<Option<Sale>> {
    let paid = [TransactionStatus::Completed, TransactionStatus::Refunded];
    Ok(transactions::table
        .inner_join(orders::table)
        .filter(transactions::id.eq(payment))
        .filter(transactions::status.eq_any(paid))
        .select((
            orders::id,
            transactions::user_id,
            orders::terms,
            orders::quantity,
            orders::unit_price,
            transactions::discount_amount,
            transactions::tax_amount,
            transactions::total_amount,
            transactions::currency,
        ))
        .first(conn)
        .optional()?)
}

/// The amounts of an invoice.
#[derive(Queryable)]
pub struct InvoiceAmounts {
    pub id: InvoiceId,
    pub tax_amount: Money,
    pub total_amount: Money,
    pub currency: Currency,
}

/// Returns the invoice of a payment, if it is issued.
pub fn invoice_of(conn: &mut Conn, payment: TransactionId) -> Result<Option<InvoiceAmounts>> {
    Ok(invoices::table
        .filter(invoices::transaction_id.eq(payment))
        .select((
            invoices::id,
            invoices::tax_amount,
            invoices::total_amount,
            invoices::currency,
        ))
        .first(conn)
        .optional()?)
}

/// The columns of a refund that its credit note needs.
#[derive(Queryable)]
pub struct CreditedRefund {
    pub transaction_id: TransactionId,
    pub amount: Money,
    pub status: RefundStatus,
}

/// Returns a refund.
pub fn refund(conn: &mut Conn, id: RefundId) -> Result<CreditedRefund> {
    Ok(refunds::table
        .find(id)
        .select((refunds::transaction_id, refunds::amount, refunds::status))
        .first(conn)?)
}

/// Returns whether a refund has a credit note.
pub fn is_credited(conn: &mut Conn, id: RefundId) -> Result<bool> {
    let note = credit_notes::table.filter(credit_notes::refund_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(note)).get_result(conn)?)
}

/// The sums of the credit notes of an invoice.
pub struct Credited {
    /// The tax.
    pub tax: Money,
    /// The total.
    pub total: Money,
}

/// Locks an invoice, and returns the sums of its credit notes.
pub fn lock_credited(tx: &mut Tx<'_>, id: InvoiceId) -> Result<Credited> {
    invoices::table
        .find(id)
        .select(invoices::id)
        .for_update()
        .first::<InvoiceId>(tx.conn())?;
    let (tax, total): (Option<Money>, Option<Money>) = credit_notes::table
        .filter(credit_notes::invoice_id.eq(id))
        .select((
            sum(credit_notes::tax_amount),
            sum(credit_notes::total_amount),
        ))
        .first(tx.conn())?;
    Ok(Credited {
        tax: tax.unwrap_or_else(Money::zero),
        total: total.unwrap_or_else(Money::zero),
    })
}

/// Returns the next number of a series and year. The series is locked until the end of the transaction, so that there is no
/// gap.
pub fn next_number(tx: &mut Tx<'_>, series: &str, year: i32) -> Result<i32> {
    Ok(diesel::insert_into(number_series::table)
        .values((
            number_series::series.eq(series),
            number_series::year.eq(year),
            number_series::last.eq(1),
        ))
        .on_conflict((number_series::series, number_series::year))
        .do_update()
        .set(number_series::last.eq(number_series::last + 1))
        .returning(number_series::last)
        .get_result(tx.conn())?)
}

/// The amounts of a new invoice or credit note.
#[derive(Insertable)]
#[diesel(table_name = invoices)]
#[diesel(table_name = credit_notes)]
pub struct DocumentAmounts {
    net_amount: Money,
    tax_amount: Money,
    pub total_amount: Money,
    pub currency: Currency,
}

impl DocumentAmounts {
    /// Calculates the net amount from a total and the tax in it.
    pub fn new(total_amount: Money, tax_amount: Money, currency: Currency) -> Self {
        Self {
            net_amount: total_amount.minus(&tax_amount),
            tax_amount,
            total_amount,
            currency,
        }
    }
}

/// A new invoice.
#[derive(Insertable)]
#[diesel(table_name = invoices)]
pub struct NewInvoice {
    pub id: InvoiceId,
    pub number: String,
    pub transaction_id: TransactionId,
    pub order_id: OrderId,
    pub user_id: UserId,
    pub seller: Value,
    pub buyer: Vec<u8>,
    pub lines: Value,
    #[diesel(embed)]
    pub amounts: DocumentAmounts,
    pub issued_on: NaiveDate,
    pub created_at: DateTime<Utc>,
}

/// Inserts an invoice, and writes its URL to the payment.
pub fn insert_invoice(tx: &mut Tx<'_>, new: &NewInvoice) -> Result<()> {
    diesel::insert_into(invoices::table)
        .values(new)
        .execute(tx.conn())?;
    diesel::update(transactions::table.find(new.transaction_id))
        .set(transactions::invoice_url.eq(format!("{}/{}/pdf", Invoice::PATH, new.id)))
        .execute(tx.conn())?;
    Ok(())
}

/// A new credit note.
#[derive(Insertable)]
#[diesel(table_name = credit_notes)]
pub struct NewCreditNote {
    pub id: CreditNoteId,
    pub number: String,
    pub invoice_id: InvoiceId,
    pub refund_id: RefundId,
    #[diesel(embed)]
    pub amounts: DocumentAmounts,
    pub issued_on: NaiveDate,
    pub created_at: DateTime<Utc>,
}

/// Inserts a credit note.
pub fn insert_credit_note(tx: &mut Tx<'_>, new: &NewCreditNote) -> Result<()> {
    diesel::insert_into(credit_notes::table)
        .values(new)
        .execute(tx.conn())?;
    Ok(())
}
