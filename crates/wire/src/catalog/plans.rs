//! Plans: an amount of data for a number of days in a set of countries.

mod actions;
mod forms;
mod import;
mod quote;

pub use actions::*;
pub use forms::*;
pub use import::*;
pub use quote::*;

use crate::{AnyOf, Decimal, FieldErrors, PlanId, Resource, region};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

text_enum! {
    /// When the validity of a plan starts.
    ValidityPolicy: ValidityPolicy, "validity_policy" { Purchase = "purchase", Installation = "installation", FirstUse = "first_use" }
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::plans, check_for_backend(diesel::pg::Pg)))]
pub struct Plan {
    /// ID of the plan.
    pub id: PlanId,
    /// Name of the plan, such as "5 GB Global".
    pub name: String,
    /// Description for customers.
    pub description: Option<String>,
    /// Data in MB of 1,000,000 bytes; null for unlimited.
    pub data_limit_mb: Option<Decimal>,
    /// Minutes of calls included.
    pub voice_minutes: i32,
    /// Text messages included.
    pub sms_count: i32,
    /// Validity in days.
    pub validity_days: i32,
    /// Coverage: ISO 3166-1 alpha-2 countries and named groups.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    pub regions: Regions,
    /// Whether the plan is on sale.
    pub is_active: bool,
    /// Whether the plan can be added to an existing eSIM.
    pub topup_allowed: bool,
    /// When the validity starts.
    pub validity_policy: ValidityPolicy,
    /// Days within which the eSIM must be activated; null for no limit.
    pub activate_within_days: Option<i32>,
    /// Fair use: data per day at full speed, in MB; null for no daily limit.
    pub daily_limit_mb: Option<Decimal>,
    /// Fair use: speed after the daily limit, in kbit/s; null for no throttling.
    pub throttled_kbps: Option<i32>,
    /// Whether the data may be shared with other devices.
    pub hotspot_allowed: bool,
    /// The APN to configure on the device; null when the device finds it automatically.
    pub apn: Option<String>,
    /// Whether only verified customers can buy the plan.
    pub kyc_required: bool,
    /// Version of the plan, as sent in the `ETag`.
    pub version: i32,
    /// When the plan was created.
    pub created_at: DateTime<Utc>,
    /// When the plan was last changed.
    pub updated_at: DateTime<Utc>,
    /// When the plan was archived.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// The coverage of a plan: an ordered list of region codes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "server", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow), diesel(sql_type = diesel::sql_types::Jsonb))]
pub struct Regions(pub Vec<String>);

filter! {
    /// Filter of the list of plans.
    PlanFilter {
        /// Part of the name.
        q: String,
        /// On sale or not.
        is_active: bool,
        /// Plans that name this country or group.
        region: String,
        /// Plans that cover this country, by its own code or a group that contains it.
        country: region::Country,
        /// Plans with any of these validity policies.
        validity_policy: AnyOf<ValidityPolicy>,
        /// Plans with or without a data limit.
        unlimited: bool,
        /// Plans that can be added to an existing eSIM, or that cannot.
        topup_allowed: bool,
        /// Plans whose data may be shared with other devices, or may not.
        hotspot_allowed: bool,
        /// Plans for verified customers only, or for all customers.
        kyc_required: bool,
        /// Archived plans instead of the others.
        withdrawn: bool,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of plans.
    PlanSort {
    CreatedAt = "created_at" desc, Name = "name", DataLimitMb = "data_limit_mb", ValidityDays = "validity_days", UpdatedAt = "updated_at"
});

impl Resource for Plan {
    const PATH: &'static str = "/v1/plans";
    const ONE: &'static str = "plan";
    const MANY: &'static str = "plans";
    type Id = PlanId;
    type Filter = PlanFilter;
    type Sort = PlanSort;
    fn id(&self) -> PlanId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.name.clone()
    }
}

impl Regions {
    /// Adds an error for each invalid region code.
    pub fn check(&self, field: &str, bad: &mut FieldErrors) {
        if self.0.is_empty() {
            bad.add(field, "required", "Choose at least one country or group.");
        }
        if self.0.len() > 260 {
            bad.add(field, "too_long", "Use 260 countries and groups at most.");
        }
        let mut seen = HashSet::new();
        if let Some(repeated) = self.0.iter().find(|code| !seen.insert(code.as_str())) {
            let start: String = repeated.chars().take(20).collect();
            bad.add(field, "repeated", format!("{start:?} is listed twice."));
        }
        if let Some(unknown) = self.0.iter().find(|code| !region::is_known(code)) {
            let start: String = unknown.chars().take(20).collect();
            bad.add(
                field,
                "unknown_region",
                format!("{start:?} is neither an ISO 3166-1 country nor a known group."),
            );
        }
    }
}

#[cfg(feature = "server")]
mod server {
    use super::Regions;
    use diesel::{
        deserialize,
        pg::{Pg, PgValue},
        serialize,
        sql_types::Jsonb,
    };

    impl serialize::ToSql<Jsonb, Pg> for Regions {
        fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, Pg>) -> serialize::Result {
            <serde_json::Value as serialize::ToSql<Jsonb, Pg>>::to_sql(
                &serde_json::to_value(self)?,
                &mut out.reborrow(),
            )
        }
    }
    impl deserialize::FromSql<Jsonb, Pg> for Regions {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            let json = <serde_json::Value as deserialize::FromSql<Jsonb, Pg>>::from_sql(value)?;
            Ok(serde_json::from_value(json)?)
        }
    }
}
