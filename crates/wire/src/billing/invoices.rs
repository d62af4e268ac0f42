//! Invoices and credit notes: what was paid for and what was given back, on paper. Neither is ever changed.

use crate::{
    AnyOf, CreditNoteId, Currency, InvoiceId, JsonList, Money, OrderId, RefundId, Resource,
    TransactionId, UserId,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// An invoice. It is written when the payment has come in, with the next number of its year, without a gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Invoice {
    /// Which invoice.
    pub id: InvoiceId,
    /// Its number, such as `INV-2026-000001`.
    pub number: String,
    /// The payment it is for.
    pub transaction_id: TransactionId,
    /// The order it is for.
    pub order_id: OrderId,
    /// That order's number.
    pub order_number: String,
    /// The customer.
    pub user_id: UserId,
    /// The customer's name; masked for support.
    pub customer: String,
    /// What was sold.
    #[cfg_attr(feature = "server", schema(value_type = Vec<InvoiceLine>))]
    pub lines: JsonList<InvoiceLine>,
    /// Before tax.
    pub net_amount: Money,
    /// Tax.
    pub tax_amount: Money,
    /// What was paid.
    pub total_amount: Money,
    /// What credit notes have given back of it.
    pub credited_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Its day, in the business's time zone.
    pub issued_on: NaiveDate,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// One line of an invoice. A discount is a line below zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct InvoiceLine {
    /// What.
    #[cfg_attr(feature = "server", schema(example = "Europe 5 GB, 30 days"))]
    pub text: String,
    /// How many.
    pub quantity: i32,
    /// The price of one.
    pub unit_price: Money,
    /// Of all.
    pub amount: Money,
}

filter! {
    /// What the list of invoices can be narrowed by.
    InvoiceFilter {
        /// The beginning of a number.
        q: String,
        /// To this customer.
        user_id: UserId,
        /// For this order.
        order_id: OrderId,
        /// For this payment.
        transaction_id: TransactionId,
        /// In any of these currencies.
        currency: AnyOf<Currency>,
        /// Written at or after.
        created_at_from: DateTime<Utc>,
        /// Written before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of invoices can be ordered by. */ InvoiceSort { CreatedAt = "created_at" desc, Number = "number", TotalAmount = "total_amount" });

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

/// A credit note: what was given back of an invoice, by one refund.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::credit_notes, check_for_backend(diesel::pg::Pg)))]
pub struct CreditNote {
    /// Which credit note.
    pub id: CreditNoteId,
    /// Its number, such as `CN-2026-000001`.
    pub number: String,
    /// The invoice it gives back from.
    pub invoice_id: InvoiceId,
    /// That invoice's number.
    #[cfg_attr(feature = "server", diesel(select_expression = schema::invoices::number, select_expression_type = schema::invoices::number))]
    pub invoice_number: String,
    /// The refund it is for.
    pub refund_id: RefundId,
    /// Before tax.
    pub net_amount: Money,
    /// Tax.
    pub tax_amount: Money,
    /// What was given back.
    pub total_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Its day, in the business's time zone.
    pub issued_on: NaiveDate,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

filter! {
    /// What the list of credit notes can be narrowed by.
    CreditNoteFilter {
        /// The beginning of a number.
        q: String,
        /// Of this invoice.
        invoice_id: InvoiceId,
        /// In any of these currencies.
        currency: AnyOf<Currency>,
        /// Written at or after.
        created_at_from: DateTime<Utc>,
        /// Written before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of credit notes can be ordered by. */ CreditNoteSort { CreatedAt = "created_at" desc, Number = "number", TotalAmount = "total_amount" });

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
