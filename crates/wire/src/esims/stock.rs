//! The stock of eSIMs by plan and provider, and its thresholds.

use crate::{
    Check, Decimal, FieldErrors, PlanId, ProviderId, Resource, StockThresholdId, check::edit_field,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// Number of past days whose sales estimate how long the stock lasts.
pub const STOCK_SALES_DAYS: i64 = 30;

/// The stock of a plan from a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct StockLevel {
    /// The plan; null for eSIMs without one, which cannot be sold.
    pub plan_id: Option<PlanId>,
    /// Name of the plan.
    pub plan_name: Option<String>,
    /// The provider; null for eSIMs of unknown origin.
    pub provider_id: Option<ProviderId>,
    /// Name of the provider.
    pub provider_name: Option<String>,
    /// Number of eSIMs that can be sold.
    pub available: i64,
    /// Number of eSIMs that were sold from the stock in the last 30 days.
    pub sold: i64,
    /// Days that the stock lasts at the rate of the last 30 days; null without sales.
    pub days_of_cover: Option<Decimal>,
    /// The threshold of this plan and provider.
    pub threshold: Option<StockThreshold>,
}

/// The stock by plan and provider: the lowest cover first, and plans without sales last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct StockOverview {
    /// The stock of each plan and provider.
    pub data: Vec<StockLevel>,
    /// When the stock was counted.
    pub counted_at: DateTime<Utc>,
}

/// The minimum stock of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct StockThreshold {
    /// ID of the threshold.
    pub id: StockThresholdId,
    /// The plan.
    pub plan_id: PlanId,
    /// Name of the plan.
    pub plan_name: String,
    /// The provider; null for the stock of all providers together.
    pub provider_id: Option<ProviderId>,
    /// Name of the provider.
    pub provider_name: Option<String>,
    /// The stock is low when fewer eSIMs than this can be sold.
    pub minimum: i32,
    /// Number of eSIMs that can be sold.
    pub available: i64,
    /// Since when the stock is low; null when it is not.
    pub low_since: Option<DateTime<Utc>>,
    /// Version of the threshold, as sent in the `ETag`.
    pub version: i32,
    /// When the threshold was created.
    pub created_at: DateTime<Utc>,
    /// When the threshold was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A threshold to create. A plan has one threshold per provider, and one for all providers together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewStockThreshold {
    /// The plan.
    pub plan_id: PlanId,
    /// The provider; null for the stock of all providers together.
    #[serde(default)]
    pub provider_id: Option<ProviderId>,
    /// The minimum stock.
    #[cfg_attr(feature = "server", schema(example = 20))]
    pub minimum: i32,
}

/// A change of a threshold; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditStockThreshold {
    /// The minimum stock.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub minimum: Option<i32>,
}

filter! {
    /// Filter of the list of stock thresholds.
    StockThresholdFilter {
        /// Thresholds of this plan.
        plan_id: PlanId,
        /// Thresholds of this provider.
        provider_id: ProviderId,
        /// Thresholds whose stock is low, or is not.
        is_low: bool,
    }
}
sort_keys!(
    /// Sort keys of the list of stock thresholds.
    StockThresholdSort { CreatedAt = "created_at" desc });

impl Resource for StockThreshold {
    const PATH: &'static str = "/v1/stock-thresholds";
    const ONE: &'static str = "stock threshold";
    const MANY: &'static str = "stock thresholds";
    type Id = StockThresholdId;
    type Filter = StockThresholdFilter;
    type Sort = StockThresholdSort;
    fn id(&self) -> StockThresholdId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.plan_name.clone()
    }
}

impl Check for NewStockThreshold {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("minimum", self.minimum.into(), 1, 1_000_000);
    }
}
impl Check for EditStockThreshold {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(minimum) = self.minimum {
            bad.range("minimum", minimum.into(), 1, 1_000_000);
        }
    }
}
