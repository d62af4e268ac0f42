//! What an order would come to, and how it is paid.

use super::super::transactions::{PaymentMethod, TransactionStatus};
use crate::{Currency, Decimal, FieldError, Money, TransactionId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where a card is taken.
    Checkout: text {
        /// On the gateway's page.
        Page = "page",
        /// On the shop's own, with the gateway's elements and the payment's client secret.
        Intent = "intent",
    }
}

/// What an order would come to if it were placed now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OrderQuote {
    /// The region whose price is taken.
    pub region: String,
    /// The price of one.
    pub unit_price: Money,
    /// How many.
    pub quantity: i32,
    /// Unit price times quantity.
    pub amount: Money,
    /// What the promotion takes off.
    pub discount_amount: Money,
    /// The rate of the tax, in percent.
    pub tax_percent: Decimal,
    /// Tax on what is left.
    pub tax_amount: Money,
    /// What the customer would pay.
    pub total_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Until when this price holds, if it ends.
    pub price_until: Option<DateTime<Utc>>,
    /// Why it would be refused, field by field; empty when it would be placed.
    pub refusals: Vec<FieldError>,
}

/// How an order is paid: what a shop shows to its customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OrderPayment {
    /// The payment.
    pub transaction_id: TransactionId,
    /// How far it has come.
    pub status: TransactionStatus,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// How much.
    pub total_amount: Money,
    /// In which currency.
    pub currency: Currency,
    /// The gateway's page, once it is open there.
    pub checkout_url: Option<String>,
    /// What the gateway's elements take a card with; only for whoever placed the order, and only while it waits.
    pub client_secret: Option<String>,
    /// Where to send the money and what to write with it, where no gateway takes it.
    pub instructions: Option<String>,
    /// Until when it can be paid.
    pub expires_at: Option<DateTime<Utc>>,
}
