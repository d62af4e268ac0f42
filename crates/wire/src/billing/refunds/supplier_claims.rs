//! Claims on providers for the cost of eSIMs whose payment was refunded. A claim does not affect the refund.

use crate::{
    AnyOf, Check, Currency, EsimId, FieldErrors, Money, ProviderId, RefundId, Resource,
    SupplierClaimId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Answer of the provider to a claim.
    SupplierClaimState: ClaimState, "claim_state" { Open = "open", Accepted = "accepted", Rejected = "rejected" }
}

/// A claim on a provider for the cost of a refunded eSIM. A rejected claim is a loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::supplier_claims, check_for_backend(diesel::pg::Pg)))]
pub struct SupplierClaim {
    /// ID of the claim.
    pub id: SupplierClaimId,
    /// The refund that caused the claim.
    pub refund_id: RefundId,
    /// The provider.
    pub provider_id: ProviderId,
    /// Name of the provider.
    #[cfg_attr(feature = "server", diesel(select_expression = schema::data_providers::name))]
    pub provider_name: String,
    /// The eSIM.
    pub esim_id: Option<EsimId>,
    /// Answer of the provider.
    pub state: SupplierClaimState,
    /// Amount that the provider has charged.
    pub amount: Money,
    /// Currency of the amount.
    pub currency: Currency,
    /// Note about the claim.
    pub note: Option<String>,
    /// When the provider answered.
    pub closed_at: Option<DateTime<Utc>>,
    /// When the claim was created.
    pub created_at: DateTime<Utc>,
}

/// Answer of a provider to a claim.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CloseSupplierClaim {
    /// Note about the answer, such as the provider's reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "Credit note 4711"))]
    pub note: Option<String>,
}

filter! {
    /// Filter of the list of supplier claims.
    SupplierClaimFilter {
        /// Claims with any of these states.
        state: AnyOf<SupplierClaimState>,
        /// Claims on this provider.
        provider_id: ProviderId,
        /// Claims for this refund.
        refund_id: RefundId,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of claims.
    SupplierClaimSort { CreatedAt = "created_at" desc, Amount = "amount" });

impl Resource for SupplierClaim {
    const PATH: &'static str = "/v1/supplier-claims";
    const ONE: &'static str = "claim";
    const MANY: &'static str = "claims";
    type Id = SupplierClaimId;
    type Filter = SupplierClaimFilter;
    type Sort = SupplierClaimSort;
    fn id(&self) -> SupplierClaimId {
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

impl Check for CloseSupplierClaim {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(note) = &self.note {
            bad.lines("note", note, 0, 500);
        }
    }
}
