//! What a provider owes us for an eSIM whose payment was given back: a matter of its own.

use crate::{
    AnyOf, Check, ClaimId, Currency, EsimId, FieldErrors, Money, ProviderId, RefundId, Resource,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a provider said to our claim.
    ClaimState: ClaimState, "claim_state" { Open = "open", Accepted = "accepted", Rejected = "rejected" }
}

/// A claim on a provider. One that is rejected is a loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::supplier_claims, check_for_backend(diesel::pg::Pg)))]
pub struct SupplierClaim {
    /// Which claim.
    pub id: ClaimId,
    /// The refund that it follows from.
    pub refund_id: RefundId,
    /// The provider.
    pub provider_id: ProviderId,
    /// That provider's name.
    #[cfg_attr(feature = "server", diesel(select_expression = schema::data_providers::name))]
    pub provider_name: String,
    /// The eSIM.
    pub esim_id: Option<EsimId>,
    /// What they said.
    pub state: ClaimState,
    /// What they have charged.
    pub amount: Money,
    /// In which currency.
    pub currency: Currency,
    /// What there is to say of it.
    pub note: Option<String>,
    /// When they answered.
    pub closed_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
}

/// What a provider said to a claim.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CloseClaim {
    /// What there is to say of it, such as their reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "Credit note 4711"))]
    pub note: Option<String>,
}

filter! {
    /// What the list of claims can be narrowed by.
    ClaimFilter {
        /// Any of these states.
        state: AnyOf<ClaimState>,
        /// On this provider.
        provider_id: ProviderId,
        /// For this refund.
        refund_id: RefundId,
        /// In any of these currencies.
        currency: AnyOf<Currency>,
        /// Opened at or after.
        created_at_from: DateTime<Utc>,
        /// Opened before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of claims can be ordered by. */ ClaimSort { CreatedAt = "created_at" desc, Amount = "amount" });

impl Resource for SupplierClaim {
    const PATH: &'static str = "/v1/claims";
    const ONE: &'static str = "claim";
    const MANY: &'static str = "claims";
    type Id = ClaimId;
    type Filter = ClaimFilter;
    type Sort = ClaimSort;
    fn id(&self) -> ClaimId {
        self.id
    }
    fn label(&self) -> String {
        format!(
            "{} from {}",
            self.amount.in_currency(self.currency),
            self.provider_name
        )
    }
}

impl Check for CloseClaim {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(note) = &self.note {
            bad.lines("note", note, 0, 500);
        }
    }
}
