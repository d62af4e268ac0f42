//! Payments.

mod manual;
mod webhook_receipts;

pub use manual::{ConfirmPayment, RejectPayment};
pub use webhook_receipts::{WebhookReceipt, WebhookReceiptList};

use super::orders::RefundState;
use crate::{
    AnyOf, Check, Currency, EsimId, FieldErrors, Money, OrderId, PlanId, PromotionId, Resource,
    TransactionId, UserId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Status of a payment.
    TransactionStatus: TransactionStatus, "transaction_status" {
        Pending = "pending", Completed = "completed", Failed = "failed", Refunded = "refunded", Cancelled = "cancelled",
    }
}
text_enum! {
    /// Payment method.
    PaymentMethod: PaymentMethod, "payment_method" { CreditCard = "credit_card", Paypal = "paypal", Crypto = "crypto", BankTransfer = "bank_transfer" }
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::transactions, check_for_backend(diesel::pg::Pg)))]
pub struct Transaction {
    /// ID of the payment.
    pub id: TransactionId,
    /// The order that the payment is for.
    pub order_id: Option<OrderId>,
    /// Number of the order.
    #[cfg_attr(feature = "server", diesel(select_expression = diesel::NullableExpressionMethods::nullable(schema::orders::order_number), select_expression_type = diesel::dsl::Nullable<schema::orders::order_number>))]
    pub order_number: Option<String>,
    /// The customer who pays.
    pub user_id: UserId,
    /// The first eSIM that was delivered for the payment; null before.
    pub esim_id: Option<EsimId>,
    /// The plan that was sold.
    pub plan_id: Option<PlanId>,
    /// Amount before discount and tax.
    pub amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Payment method.
    pub payment_method: PaymentMethod,
    /// Payment gateway: `stripe`, `simulator`.
    pub payment_gateway: Option<String>,
    /// ID of the payment at the gateway.
    pub gateway_transaction_id: Option<String>,
    /// Status of the payment.
    pub status: TransactionStatus,
    /// The applied promotion code.
    pub promo_code_id: Option<PromotionId>,
    /// Discount of the promotion code.
    pub discount_amount: Money,
    /// Tax.
    pub tax_amount: Money,
    /// Amount to pay: amount less discount plus tax.
    pub total_amount: Money,
    /// Refunded part of the total.
    pub refunded_amount: Money,
    /// Status of the payment dispute; null when the payment is not disputed.
    pub dispute_state: Option<String>,
    /// Reference of the bank or wallet, if a staff member has confirmed the payment.
    pub reference: Option<String>,
    /// The staff member who has confirmed a payment outside the gateway.
    pub recorded_by: Option<UserId>,
    /// URL of the page where the customer pays.
    pub checkout_url: Option<String>,
    /// Why the payment failed.
    pub failure_reason: Option<String>,
    /// When the payment was created.
    pub created_at: DateTime<Utc>,
    /// When the payment completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// When the payment failed or was cancelled.
    pub closed_at: Option<DateTime<Utc>>,
}

filter! {
    /// Filter of the list of payments.
    TransactionFilter {
        /// Prefix of an order number, or a full gateway ID.
        q: String,
        /// Payments with any of these statuses.
        status: AnyOf<TransactionStatus>,
        /// Payments by any of these methods.
        payment_method: AnyOf<PaymentMethod>,
        /// Payments through this gateway; `none` for payments without a gateway.
        payment_gateway: String,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Payments of this customer.
        user_id: UserId,
        /// Payments for this order.
        order_id: OrderId,
        /// Payments for this eSIM.
        esim_id: EsimId,
        /// Payments with this promotion code.
        promo_code_id: PromotionId,
        /// Minimum amount.
        total_amount_from: Money,
        /// Maximum amount.
        total_amount_to: Money,
        /// Payments with or without refunds.
        is_refunded: bool,
        /// Payments with or without a dispute.
        is_disputed: bool,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
        /// Completed at or after.
        completed_at_from: DateTime<Utc>,
        /// Completed before.
        completed_at_to: DateTime<Utc>,
        /// Failed or cancelled at or after.
        closed_at_from: DateTime<Utc>,
        /// Failed or cancelled before.
        closed_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of payments.
    TransactionSort { CreatedAt = "created_at" desc, TotalAmount = "total_amount", CompletedAt = "completed_at" });

text_enum! {
    /// The outcome of a simulated payment.
    SimulatedOutcome: text { Succeed = "succeed", Decline = "decline" }
}

/// The outcome that the payment simulator reports for a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SimulatePayment {
    /// The outcome.
    pub outcome: SimulatedOutcome,
}

impl Transaction {
    /// Returns the refund status of the payment. It considers only refunds that were paid out.
    pub fn refund_state(&self) -> Option<RefundState> {
        RefundState::from_amounts(&self.total_amount, &self.refunded_amount, &Money::zero())
    }
}

impl TransactionStatus {
    /// Returns whether a payment of this status can get the status `to`.
    pub const fn can_become(self, to: Self) -> bool {
        match self {
            Self::Pending => matches!(to, Self::Completed | Self::Failed | Self::Cancelled),
            // Gateways report events out of order, and customers pay late.
            Self::Failed | Self::Cancelled => matches!(to, Self::Completed),
            Self::Completed => matches!(to, Self::Refunded),
            Self::Refunded => false,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_changes_are_limited_to_the_table() {
        use TransactionStatus as S;
        let allowed: &[(S, &[S])] = &[
            (S::Pending, &[S::Completed, S::Failed, S::Cancelled]),
            (S::Completed, &[S::Refunded]),
            (S::Failed, &[S::Completed]),
            (S::Refunded, &[]),
            (S::Cancelled, &[S::Completed]),
        ];
        assert_eq!(allowed.len(), S::ALL.len());
        for (from, targets) in allowed {
            for to in S::ALL {
                assert_eq!(from.can_become(*to), targets.contains(to), "{from} to {to}");
            }
        }
    }
}
