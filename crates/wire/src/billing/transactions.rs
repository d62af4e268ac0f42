//! Payments: what was asked for, what came in.

mod receipts;
mod record;

pub use receipts::{Receipt, Receipts};
pub use record::{ConfirmPayment, RejectPayment};

use super::orders::RefundState;
use crate::{
    AnyOf, Check, Currency, EsimId, FieldErrors, Money, OrderId, PlanId, PromotionId, Resource,
    TransactionId, UserId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a payment has come.
    TransactionStatus: TransactionStatus, "transaction_status" {
        Pending = "pending", Completed = "completed", Failed = "failed", Refunded = "refunded", Cancelled = "cancelled",
    }
}
text_enum! {
    /// How it is paid.
    PaymentMethod: PaymentMethod, "payment_method" { CreditCard = "credit_card", Paypal = "paypal", Crypto = "crypto", BankTransfer = "bank_transfer" }
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::transactions, check_for_backend(diesel::pg::Pg)))]
pub struct Transaction {
    /// Which payment.
    pub id: TransactionId,
    /// The order that it pays.
    pub order_id: Option<OrderId>,
    /// That order's number.
    #[cfg_attr(feature = "server", diesel(select_expression = diesel::NullableExpressionMethods::nullable(schema::orders::order_number), select_expression_type = diesel::dsl::Nullable<schema::orders::order_number>))]
    pub order_number: Option<String>,
    /// Who pays.
    pub user_id: UserId,
    /// The first eSIM that it paid for, once there is one.
    pub esim_id: Option<EsimId>,
    /// The plan that it paid for.
    pub plan_id: Option<PlanId>,
    /// Before discount and tax.
    pub amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// Through whom: `stripe`, `simulator`.
    pub payment_gateway: Option<String>,
    /// The gateway's own id.
    pub gateway_transaction_id: Option<String>,
    /// How far it has come.
    pub status: TransactionStatus,
    /// The promotion that was applied.
    pub promo_code_id: Option<PromotionId>,
    /// What it took off.
    pub discount_amount: Money,
    /// Tax.
    pub tax_amount: Money,
    /// What is paid: amount less discount plus tax.
    pub total_amount: Money,
    /// What of it was given back.
    pub refunded_amount: Money,
    /// How far the customer's bank has come that takes it back, if it does.
    pub dispute_state: Option<String>,
    /// What the bank or the wallet calls it, where a person has confirmed it.
    pub reference: Option<String>,
    /// Who has confirmed it beside the gateway.
    pub recorded_by: Option<UserId>,
    /// Where the customer pays.
    pub checkout_url: Option<String>,
    /// Why it failed.
    pub failure_reason: Option<String>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When the money came in.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it failed or was cancelled.
    pub closed_at: Option<DateTime<Utc>>,
}

filter! {
    /// What the list of payments can be narrowed by.
    TransactionFilter {
        /// The beginning of an order number, or a whole id of the gateway.
        q: String,
        /// Any of these states.
        status: AnyOf<TransactionStatus>,
        /// Any of these methods.
        payment_method: AnyOf<PaymentMethod>,
        /// Through this gateway; `none` is none.
        payment_gateway: String,
        /// In any of these currencies.
        currency: AnyOf<Currency>,
        /// Of this customer.
        user_id: UserId,
        /// For this order.
        order_id: OrderId,
        /// For this eSIM.
        esim_id: EsimId,
        /// With this promotion.
        promo_code_id: PromotionId,
        /// Of this much or more.
        total_amount_from: Money,
        /// Of this much or less.
        total_amount_to: Money,
        /// With something given back, or without.
        is_refunded: bool,
        /// Taken back by the customer's bank, or not.
        is_disputed: bool,
        /// Opened at or after.
        created_at_from: DateTime<Utc>,
        /// Opened before.
        created_at_to: DateTime<Utc>,
        /// Come in at or after.
        completed_at_from: DateTime<Utc>,
        /// Come in before.
        completed_at_to: DateTime<Utc>,
        /// Failed or cancelled at or after.
        closed_at_from: DateTime<Utc>,
        /// Failed or cancelled before.
        closed_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of payments can be ordered by. */ TransactionSort { CreatedAt = "created_at" desc, TotalAmount = "total_amount", CompletedAt = "completed_at" });

text_enum! {
    /// What the payment simulator is told to do with a payment.
    SimulatedOutcome: text { Succeed = "succeed", Decline = "decline" }
}

/// What the payment simulator is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SimulatePayment {
    /// The outcome.
    pub outcome: SimulatedOutcome,
}

impl Transaction {
    /// Returns how far refunds of this payment have come, as far as money has gone out.
    pub fn refund_state(&self) -> Option<RefundState> {
        RefundState::of(&self.total_amount, &self.refunded_amount, &Money::zero())
    }
}

impl Resource for Transaction {
    const PATH: &'static str = "/v1/transactions";
    const ONE: &'static str = "transaction";
    const MANY: &'static str = "transactions";
    type Id = TransactionId;
    type Filter = TransactionFilter;
    type Sort = TransactionSort;
    fn id(&self) -> TransactionId {
        self.id
    }
    fn label(&self) -> String {
        let gateway = || self.gateway_transaction_id.clone();
        match &self.order_number {
            Some(number) => format!("Payment of {number}"),
            None => gateway().unwrap_or_else(|| self.id.to_string()),
        }
    }
}

impl Check for SimulatePayment {
    fn check(&self, _: &mut FieldErrors) {}
}
