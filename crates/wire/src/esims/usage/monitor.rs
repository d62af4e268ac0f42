//! The Data Usage Monitor: one row per eSIM.

use super::ForecastState;
use crate::{
    AnyOf, BundleId, Decimal, EsimId, PlanId, ProviderId, Resource, UserId,
    esims::inventory::EsimStatus,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An eSIM with its usage, forecast and the age of both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MonitoredEsim {
    /// The eSIM.
    pub esim_id: EsimId,
    /// ICCID of the eSIM.
    pub iccid: String,
    /// Status of the eSIM.
    pub status: EsimStatus,
    /// The customer who owns the eSIM.
    pub user_id: Option<UserId>,
    /// Name of the customer.
    pub customer: String,
    /// The plan.
    pub plan_id: Option<PlanId>,
    /// Name of the plan.
    pub plan_name: Option<String>,
    /// The provider; null for callers other than staff.
    pub provider_id: Option<ProviderId>,
    /// Name of the provider; null for callers other than staff.
    pub provider_name: Option<String>,
    /// The first of the current bundles, which follow each other without a gap.
    pub bundle_id: Option<BundleId>,
    /// Used data of the current bundles in bytes.
    pub used_bytes: i64,
    /// Data of the current bundles in bytes; null for unlimited.
    pub total_bytes: Option<i64>,
    /// Data that is left in bytes; null for unlimited.
    pub remaining_bytes: Option<i64>,
    /// Used data in percent of the total; null for unlimited. It exceeds 100 when more was used than sold.
    pub share: Option<Decimal>,
    /// Used bytes per day, at the rate of the last three days; null without enough readings.
    pub burn_bytes_per_day: Option<i64>,
    /// The forecast.
    pub forecast: ForecastState,
    /// When the data is used up; null unless the forecast is `runs_out`.
    pub exhausted_at: Option<DateTime<Utc>>,
    /// Data that will be left at the expiry in bytes; null unless the forecast is `lasts`.
    pub left_at_expiry_bytes: Option<i64>,
    /// When the first of the current bundles started.
    pub starts_at: Option<DateTime<Utc>>,
    /// When the current bundles expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// The time of the last reading, by the clock of its source.
    pub read_at: Option<DateTime<Utc>>,
    /// When the last reading was received.
    pub received_at: Option<DateTime<Utc>>,
    /// The country in which the eSIM was last used, if the source names it.
    pub country: Option<String>,
    /// The network in which the eSIM was last used, if the source names it.
    pub network: Option<String>,
    /// The highest threshold that was passed in percent: 50, 75, 90 or 100; 0 for none.
    pub alert_step: i32,
    /// When the provider is asked for the usage next; null when it is not asked.
    pub next_poll_at: Option<DateTime<Utc>>,
}

filter! {
    /// Filter of the Data Usage Monitor.
    UsageFilter {
        /// Prefix or last digits of an ICCID.
        q: String,
        /// eSIMs with any of these statuses; active and suspended eSIMs without this filter.
        status: AnyOf<EsimStatus>,
        /// eSIMs of this customer.
        user_id: UserId,
        /// eSIMs with this plan.
        plan_id: PlanId,
        /// eSIMs of this provider.
        provider_id: ProviderId,
        /// Used share at or above, in percent.
        share_from: Decimal,
        /// Used share below, in percent.
        share_to: Decimal,
        /// eSIMs with any of these forecasts.
        forecast: AnyOf<ForecastState>,
        /// The last reading is older than 48 hours (true) or newer (false).
        is_stale: bool,
        /// Expires at or after.
        expires_at_from: DateTime<Utc>,
        /// Expires before.
        expires_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the Data Usage Monitor. Rows without a value come last.
    UsageSort {
    Share = "share" desc, BurnRate = "burn_bytes_per_day", ExhaustedAt = "exhausted_at", ExpiresAt = "expires_at",
    ReadAt = "read_at", UsedBytes = "used_bytes"
});

impl Resource for MonitoredEsim {
    const PATH: &'static str = "/v1/usage";
    const ONE: &'static str = "eSIM in use";
    const MANY: &'static str = "eSIMs in use";
    const NAMES_PEOPLE: bool = true;
    type Id = EsimId;
    type Filter = UsageFilter;
    type Sort = UsageSort;
    fn id(&self) -> EsimId {
        self.esim_id
    }
    fn label(&self) -> String {
        self.iccid.clone()
    }
}
