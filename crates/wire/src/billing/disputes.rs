//! Payments that the customer's bank takes back, unless they are answered in time.

use crate::{AnyOf, Currency, DisputeId, Money, OrderId, Resource, TransactionId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a dispute has come.
    DisputeState: DisputeState, "dispute_state" {
        NeedsResponse = "needs_response", UnderReview = "under_review", Won = "won", Lost = "lost",
    }
}

/// A dispute. It is answered at the gateway, with what the payment's and the order's pages show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::disputes, check_for_backend(diesel::pg::Pg)))]
pub struct Dispute {
    /// Which dispute.
    pub id: DisputeId,
    /// The payment that is taken back.
    pub transaction_id: TransactionId,
    /// The order that it paid.
    #[cfg_attr(feature = "server", diesel(select_expression = schema::transactions::order_id, select_expression_type = schema::transactions::order_id))]
    pub order_id: Option<OrderId>,
    /// Who paid.
    #[cfg_attr(feature = "server", diesel(select_expression = schema::transactions::user_id, select_expression_type = schema::transactions::user_id))]
    pub user_id: UserId,
    /// The gateway that tells of it.
    pub gateway: String,
    /// The gateway's own id of it.
    pub gateway_dispute_id: String,
    /// How far it has come.
    pub state: DisputeState,
    /// Why, in the gateway's word: `fraudulent`, `product_not_received`, ...
    pub reason: Option<String>,
    /// How much is taken back.
    pub amount: Money,
    /// Its currency.
    pub currency: Currency,
    /// Until when it can be answered.
    pub due_by: Option<DateTime<Utc>>,
    /// When it was won or lost.
    pub closed_at: Option<DateTime<Utc>>,
    /// When we heard of it.
    pub created_at: DateTime<Utc>,
}

filter! {
    /// What the list of disputes can be narrowed by.
    DisputeFilter {
        /// A whole id of the gateway.
        q: String,
        /// In any of these states.
        state: AnyOf<DisputeState>,
        /// Of this payment.
        transaction_id: TransactionId,
        /// Of this customer.
        user_id: UserId,
        /// In any of these currencies.
        currency: AnyOf<Currency>,
        /// Won or lost at or after.
        closed_at_from: DateTime<Utc>,
        /// Won or lost before.
        closed_at_to: DateTime<Utc>,
        /// To be answered before.
        due_by_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of disputes can be ordered by. */ DisputeSort { CreatedAt = "created_at" desc, DueBy = "due_by", Amount = "amount" });

impl DisputeState {
    /// Whether nothing more will happen.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Won | Self::Lost)
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
