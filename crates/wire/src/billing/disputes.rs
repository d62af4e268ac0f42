//! Payment disputes: payments that a customer's bank claims back.

use crate::{AnyOf, Currency, DisputeId, Money, OrderId, Resource, TransactionId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Status of a dispute.
    DisputeState: DisputeState, "dispute_state" {
        NeedsResponse = "needs_response", UnderReview = "under_review", Won = "won", Lost = "lost",
    }
}

/// A payment dispute. The business responds to it at the gateway, with the evidence of the payment and the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::disputes, check_for_backend(diesel::pg::Pg)))]
pub struct Dispute {
    /// ID of the dispute.
    pub id: DisputeId,
    /// The disputed payment.
    pub transaction_id: TransactionId,
    /// The order of the payment.
    #[cfg_attr(feature = "server", diesel(select_expression = schema::transactions::order_id, select_expression_type = schema::transactions::order_id))]
    pub order_id: Option<OrderId>,
    /// The customer who paid.
    #[cfg_attr(feature = "server", diesel(select_expression = schema::transactions::user_id, select_expression_type = schema::transactions::user_id))]
    pub user_id: UserId,
    /// The payment gateway.
    pub gateway: String,
    /// ID of the dispute at the gateway.
    pub gateway_dispute_id: String,
    /// Status of the dispute.
    pub state: DisputeState,
    /// Reason as the gateway states it: `fraudulent`, `product_not_received`, ...
    pub reason: Option<String>,
    /// Disputed amount.
    pub amount: Money,
    /// Currency of the amount.
    pub currency: Currency,
    /// Deadline for the response.
    pub due_by: Option<DateTime<Utc>>,
    /// When the dispute was won or lost.
    pub closed_at: Option<DateTime<Utc>>,
    /// When the server received the dispute.
    pub created_at: DateTime<Utc>,
}

filter! {
    /// Filter of the list of disputes.
    DisputeFilter {
        /// Full gateway ID.
        q: String,
        /// Disputes with any of these statuses.
        state: AnyOf<DisputeState>,
        /// Disputes of this payment.
        transaction_id: TransactionId,
        /// Disputes of this customer.
        user_id: UserId,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Won or lost at or after.
        closed_at_from: DateTime<Utc>,
        /// Won or lost before.
        closed_at_to: DateTime<Utc>,
        /// Response due before.
        due_by_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of disputes.
    DisputeSort { CreatedAt = "created_at" desc, DueBy = "due_by", Amount = "amount" });

impl DisputeState {
    /// Returns whether the dispute was won or lost.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Won | Self::Lost)
    }
}

impl DisputeState {
    /// Returns whether a dispute of this state can get the state `to`.
    pub const fn can_become(self, to: Self) -> bool {
        match self {
            Self::NeedsResponse => matches!(to, Self::UnderReview | Self::Won | Self::Lost),
            Self::UnderReview => matches!(to, Self::Won | Self::Lost),
            Self::Won | Self::Lost => false,
        }
    }
}

impl Resource for Dispute {
    const PATH: &'static str = "/v1/disputes";
    const ONE: &'static str = "dispute";
    const MANY: &'static str = "disputes";
    type Id = DisputeId;
    type Filter = DisputeFilter;
    type Sort = DisputeSort;
    fn id(&self) -> DisputeId {
        self.id
    }
    fn label(&self) -> String {
        self.gateway_dispute_id.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_changes_are_limited_to_the_table() {
        use DisputeState as S;
        let allowed: &[(S, &[S])] = &[
            (S::NeedsResponse, &[S::UnderReview, S::Won, S::Lost]),
            (S::UnderReview, &[S::Won, S::Lost]),
            (S::Won, &[]),
            (S::Lost, &[]),
        ];
        assert_eq!(allowed.len(), S::ALL.len());
        for (from, targets) in allowed {
            for to in S::ALL {
                assert_eq!(from.can_become(*to), targets.contains(to), "{from} to {to}");
            }
        }
    }
}
