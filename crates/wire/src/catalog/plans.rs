//! Plans: so much data, for so many days, in these places.

mod acts;
mod forms;
mod import;
mod quote;

pub use acts::*;
pub use forms::*;
pub use import::*;
pub use quote::*;

use crate::{AnyOf, Decimal, FieldErrors, PlanId, Resource, region};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

text_enum! {
    /// From when a plan's days count.
    ValidityPolicy: ValidityPolicy, "validity_policy" { Purchase = "purchase", Installation = "installation", FirstUse = "first_use" }
}

/// A plan that is or was sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::plans, check_for_backend(diesel::pg::Pg)))]
pub struct Plan {
    /// Which plan.
    pub id: PlanId,
    /// What it is called, such as "5 GB Global".
    pub name: String,
    /// What the customer reads about it.
    pub description: Option<String>,
    /// Data in MB of 1,000,000 bytes; null is unlimited.
    pub data_limit_mb: Option<Decimal>,
    /// Minutes of calls included.
    pub voice_minutes: i32,
    /// Text messages included.
    pub sms_count: i32,
    /// Days that it lasts.
    pub validity_days: i32,
    /// Where it works: ISO 3166-1 alpha-2 countries and named groups.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>))]
    pub regions: Regions,
    /// Whether it can be bought.
    pub is_active: bool,
    /// Whether it can be added to an eSIM that is in use.
    pub topup_allowed: bool,
    /// From when its days count.
    pub validity_policy: ValidityPolicy,
    /// Days within which it must be activated; null is whenever.
    pub activate_within_days: Option<i32>,
    /// Fair use: data a day at full speed, in MB; null is all of it.
    pub daily_limit_mb: Option<Decimal>,
    /// Fair use: how fast it is after that, in kbit/s; null is not at all.
    pub throttled_kbps: Option<i32>,
    /// Whether its data may be shared with other devices.
    pub hotspot_allowed: bool,
    /// The access point that a device must be set to; null finds it by itself.
    pub apn: Option<String>,
    /// Whether only verified customers can buy it.
    pub kyc_required: bool,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was withdrawn.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Where something works: a set of places, kept in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "server", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow), diesel(sql_type = diesel::sql_types::Jsonb))]
pub struct Regions(pub Vec<String>);

filter! {
    /// What the list of plans can be narrowed by.
    PlanFilter {
        /// Part of the name.
        q: String,
        /// On sale or not.
        is_active: bool,
        /// Names this country or group.
        region: String,
        /// Works in this country: names it, or a group that it belongs to.
        country: region::Country,
        /// Days count from any of these.
        validity_policy: AnyOf<ValidityPolicy>,
        /// Without a limit of data, or with one.
        unlimited: bool,
        /// Can be added to an eSIM in use, or not.
        topup_allowed: bool,
        /// Data may be shared with other devices, or not.
        hotspot_allowed: bool,
        /// Only for verified customers, or for everybody.
        kyc_required: bool,
        /// Withdrawn plans instead of the living.
        withdrawn: bool,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of plans can be ordered by. */ PlanSort {
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
    /// Adds what is wrong with them.
    pub fn check(&self, field: &str, bad: &mut FieldErrors) {
        if self.0.is_empty() {
            bad.add(field, "required", "Name at least one country or group.");
        }
        if self.0.len() > 260 {
            bad.add(field, "too_long", "There are no more than 260 places.");
        }
        let mut seen = HashSet::new();
        if let Some(repeated) = self.0.iter().find(|code| !seen.insert(code.as_str())) {
            let shown: String = repeated.chars().take(20).collect();
            bad.add(field, "repeated", format!("{shown:?} is listed twice."));
        }
        if let Some(unknown) = self.0.iter().find(|code| !region::is_known(code)) {
            let shown: String = unknown.chars().take(20).collect();
            bad.add(
                field,
                "unknown_region",
                format!("{shown:?} is neither an ISO 3166-1 country nor a known group."),
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
