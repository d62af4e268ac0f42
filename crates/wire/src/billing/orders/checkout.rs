//! What an order would come to, and how it is paid.

use super::super::transactions::{PaymentMethod, TransactionStatus};
use super::{NewOrder, OrderKind};
use crate::{Currency, Decimal, EsimId, FieldError, Money, PlanId, TransactionId, UserId};
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

filter! {
    /// An order of which is asked what it would come to; the fields of a new one.
    QuoteOrder {
        /// The customer; without one, what depends on the customer is left out.
        user_id: UserId,
        /// The plan.
        plan_id: PlanId,
        /// How many; one when absent.
        quantity: i32,
        /// The region whose price to take.
        region: String,
        /// The currency; USD when absent.
        currency: Currency,
        /// A new eSIM, or more data for one in use.
        kind: OrderKind,
        /// The eSIM that a top-up is for.
        esim_id: EsimId,
        /// A promotion's code.
        promo_code: String,
    }
}

impl QuoteOrder {
    /// The order that is meant; nothing while no plan is named.
    pub fn order(&self) -> Option<NewOrder> {
        let asked = self.clone();
        Some(NewOrder {
            user_id: asked.user_id,
            plan_id: asked.plan_id?,
            quantity: asked.quantity.unwrap_or(1),
            region: asked.region,
            currency: asked.currency.unwrap_or(Currency::Usd),
            payment_method: PaymentMethod::CreditCard,
            checkout: Checkout::Page,
            kind: asked.kind.unwrap_or(OrderKind::New),
            esim_id: asked.esim_id,
            promo_code: asked.promo_code,
            reference: None,
        })
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
