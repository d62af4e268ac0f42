//! Quotes for orders, and how orders are paid.

use super::super::transactions::{PaymentMethod, TransactionStatus};
use super::{NewOrder, OrderKind};
use crate::{Currency, Decimal, EsimId, FieldError, Money, PlanId, TransactionId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where the customer enters the card.
    Checkout: text {
        /// On the gateway's checkout page.
        Page = "page",
        /// In the shop itself, with the gateway's form elements and the client secret of the payment.
        Intent = "intent",
    }
}

filter! {
    /// The order to calculate a quote for. The parameters are those of a new order.
    QuoteOrder {
        /// The customer; without a customer, checks that depend on the customer are left out.
        user_id: UserId,
        /// The plan.
        plan_id: PlanId,
        /// Number of eSIMs; one when absent.
        quantity: i32,
        /// The region whose price to apply.
        region: String,
        /// The currency; USD when absent.
        currency: Currency,
        /// New eSIM or top-up.
        kind: OrderKind,
        /// The eSIM to top up.
        esim_id: EsimId,
        /// Promotion code.
        promo_code: String,
    }
}

impl QuoteOrder {
    /// Returns the order, or `None` when no plan is set.
    pub fn order(&self) -> Option<NewOrder> {
        let query = self.clone();
        Some(NewOrder {
            user_id: query.user_id,
            plan_id: query.plan_id?,
            quantity: query.quantity.unwrap_or(1),
            region: query.region,
            currency: query.currency.unwrap_or(Currency::Usd),
            payment_method: PaymentMethod::CreditCard,
            checkout: Checkout::Page,
            kind: query.kind.unwrap_or(OrderKind::New),
            esim_id: query.esim_id,
            promo_code: query.promo_code,
            reference: None,
        })
    }
}

/// The amounts of an order if it were placed now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OrderQuote {
    /// The region of the applied price.
    pub region: String,
    /// Price per eSIM.
    pub unit_price: Money,
    /// Number of eSIMs.
    pub quantity: i32,
    /// Unit price times quantity.
    pub amount: Money,
    /// Discount of the promotion code.
    pub discount_amount: Money,
    /// Tax rate in percent.
    pub tax_percent: Decimal,
    /// Tax on the discounted amount.
    pub tax_amount: Money,
    /// Amount to pay.
    pub total_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// When the price ends; null when it does not.
    pub price_until: Option<DateTime<Utc>>,
    /// Why the order would be rejected, by field; empty when it can be placed.
    pub refusals: Vec<FieldError>,
}

/// Payment details of an order, for a shop to show to its customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OrderPayment {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Status of the payment.
    pub status: TransactionStatus,
    /// Payment method.
    pub payment_method: PaymentMethod,
    /// Amount to pay.
    pub total_amount: Money,
    /// Currency of the amount.
    pub currency: Currency,
    /// URL of the gateway's checkout page, once the gateway has created it.
    pub checkout_url: Option<String>,
    /// Client secret for the gateway's form elements; only for the caller who placed the order, and only while the
    /// payment is pending.
    pub client_secret: Option<String>,
    /// Payment instructions for methods without a gateway: the account and the payment reference.
    pub instructions: Option<String>,
    /// Deadline for the payment.
    pub expires_at: Option<DateTime<Utc>>,
}
