//! Invoices and credit notes. Neither is ever changed.

use crate::{
    AnyOf, CreditNoteId, Currency, InvoiceId, JsonList, Money, OrderId, RefundId, Resource,
    TransactionId, UserId,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// An invoice. It is issued when the payment completes, with the next number of its year, without gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Invoice {
    /// ID of the invoice.
    pub id: InvoiceId,
    /// Invoice number, such as `INV-2026-000001`.
    pub number: String,
    /// The payment.
    pub transaction_id: TransactionId,
    /// The order.
    pub order_id: OrderId,
    /// Number of the order.
    pub order_number: String,
    /// The customer.
    pub user_id: UserId,
    /// The customer's name; masked for support.
    pub customer: String,
    /// The sold items.
    #[cfg_attr(feature = "server", schema(value_type = Vec<InvoiceLine>))]
    pub lines: JsonList<InvoiceLine>,
    /// Amount before tax.
    pub net_amount: Money,
    /// Tax.
    pub tax_amount: Money,
    /// Amount that was paid.
    pub total_amount: Money,
    /// Amount that credit notes have refunded.
    pub credited_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Date of the invoice in the time zone of the business.
    pub issued_on: NaiveDate,
    /// When the invoice was issued.
    pub created_at: DateTime<Utc>,
}

/// A line of an invoice. A discount is a line with a negative amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct InvoiceLine {
    /// Description of the item.
    #[cfg_attr(feature = "server", schema(example = "Europe 5 GB, 30 days"))]
    pub text: String,
    /// Number of units.
    pub quantity: i32,
    /// Price per unit.
    pub unit_price: Money,
    /// Unit price times quantity.
    pub amount: Money,
}

filter! {
    /// Filter of the list of invoices.
    InvoiceFilter {
        /// Prefix of an invoice number.
        q: String,
        /// Invoices to this customer.
        user_id: UserId,
        /// Invoices for this order.
        order_id: OrderId,
        /// Invoices for this payment.
        transaction_id: TransactionId,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Issued at or after.
        created_at_from: DateTime<Utc>,
        /// Issued before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of invoices.
    InvoiceSort { CreatedAt = "created_at" desc, Number = "number", TotalAmount = "total_amount" });

impl Resource for Invoice {
    const PATH: &'static str = "/v1/invoices";
    const ONE: &'static str = "invoice";
    const MANY: &'static str = "invoices";
    const NAMES_PEOPLE: bool = true;
    type Id = InvoiceId;
    type Filter = InvoiceFilter;
    type Sort = InvoiceSort;
    fn id(&self) -> InvoiceId {
        self.id
    }
    fn label(&self) -> String {
        self.number.clone()
    }
}

/// A credit note: the part of an invoice that a refund has paid back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::credit_notes, check_for_backend(diesel::pg::Pg)))]
pub struct CreditNote {
    /// ID of the credit note.
    pub id: CreditNoteId,
    /// Credit note number, such as `CN-2026-000001`.
    pub number: String,
    /// The invoice that it corrects.
    pub invoice_id: InvoiceId,
    /// Number of the invoice.
    #[cfg_attr(feature = "server", diesel(select_expression = schema::invoices::number, select_expression_type = schema::invoices::number))]
    pub invoice_number: String,
    /// The refund.
    pub refund_id: RefundId,
    /// Amount before tax.
    pub net_amount: Money,
    /// Tax.
    pub tax_amount: Money,
    /// Refunded amount.
    pub total_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Date of the credit note in the time zone of the business.
    pub issued_on: NaiveDate,
    /// When the credit note was issued.
    pub created_at: DateTime<Utc>,
}

filter! {
    /// Filter of the list of credit notes.
    CreditNoteFilter {
        /// Prefix of a credit note number.
        q: String,
        /// Credit notes for this invoice.
        invoice_id: InvoiceId,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Issued at or after.
        created_at_from: DateTime<Utc>,
        /// Issued before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of credit notes.
    CreditNoteSort { CreatedAt = "created_at" desc, Number = "number", TotalAmount = "total_amount" });

impl Resource for CreditNote {
    const PATH: &'static str = "/v1/credit-notes";
    const ONE: &'static str = "credit note";
    const MANY: &'static str = "credit notes";
    type Id = CreditNoteId;
    type Filter = CreditNoteFilter;
    type Sort = CreditNoteSort;
    fn id(&self) -> CreditNoteId {
        self.id
    }
    fn label(&self) -> String {
        self.number.clone()
    }
}
