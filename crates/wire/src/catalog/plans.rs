//! Plans: so much data, for so many days, in these places.

use crate::{
    Check, Currency, Decimal, FieldErrors, Money, PlanId, PriceId, ProviderId, Resource,
    check::maybe, region,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// From when a plan's days count.
    ValidityPolicy: ValidityPolicy, "validity_policy" { Purchase = "purchase", Installation = "installation", FirstUse = "first_use" }
}
text_enum! {
    /// How far the comparison of a price list has come.
    SyncState: SyncState, "sync_state" { Open = "open", Published = "published", Discarded = "discarded" }
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

/// A plan to be created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Insertable), diesel(table_name = schema::plans))]
pub struct NewPlan {
    /// What it is called.
    #[cfg_attr(feature = "server", schema(example = "5 GB Europe"))]
    pub name: String,
    /// What the customer reads about it.
    #[serde(default)]
    pub description: Option<String>,
    /// Data in MB of 1,000,000 bytes; null is unlimited.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "5000.00"))]
    pub data_limit_mb: Option<Decimal>,
    /// Minutes of calls included.
    #[serde(default)]
    pub voice_minutes: i32,
    /// Text messages included.
    #[serde(default)]
    pub sms_count: i32,
    /// Days that it lasts.
    #[cfg_attr(feature = "server", schema(example = 30))]
    pub validity_days: i32,
    /// Where it works.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>, example = json!(["EUROPE"])))]
    pub regions: Regions,
    /// Whether it can be bought at once.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Whether it can be added to an eSIM that is in use.
    #[serde(default = "yes")]
    pub topup_allowed: bool,
}

/// A change of a plan; what is absent stays. Orders keep the terms they were placed with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::AsChangeset), diesel(table_name = schema::plans))]
pub struct EditPlan {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the customer reads about it; null removes it.
    #[serde(
        default,
        deserialize_with = "maybe::given",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<Option<String>>,
    /// Data in MB; null is unlimited.
    #[serde(
        default,
        deserialize_with = "maybe::given",
        skip_serializing_if = "Option::is_none"
    )]
    pub data_limit_mb: Option<Option<Decimal>>,
    /// Minutes of calls included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_minutes: Option<i32>,
    /// Text messages included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms_count: Option<i32>,
    /// Days that it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_days: Option<i32>,
    /// Where it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<String>>))]
    pub regions: Option<Regions>,
    /// Whether it can be bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// Whether it can be added to an eSIM that is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topup_allowed: Option<bool>,
}

filter! {
    /// What the list of plans can be narrowed by.
    PlanFilter {
        /// Part of the name.
        q: String,
        /// On sale or not.
        is_active: bool,
        /// Works in this country or group.
        region: String,
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

/// One row of a price list, as it was understood, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PlanImportRow {
    /// Its place in the list, from 1, without the header.
    pub row: i32,
    /// The provider's own key of the package.
    pub sku: Option<String>,
    /// The plan's name.
    pub name: Option<String>,
    /// What became of it, or would.
    pub outcome: ImportOutcome,
    /// The plan that it made or changed; absent in a dry run that would create it.
    pub plan_id: Option<PlanId>,
    /// What we pay.
    pub cost_price: Option<Money>,
    /// What the customer pays.
    pub selling_price: Option<Money>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// What is wrong with it, field by field.
    pub errors: Vec<crate::FieldError>,
}

text_enum! {
    /// What became of one row of an import.
    ImportOutcome: text { Created = "created", Updated = "updated", Unchanged = "unchanged", Refused = "refused" }
}

/// What an import did, or would do in a dry run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ImportReport<R> {
    /// True when nothing was written.
    pub dry_run: bool,
    /// Rows that made something new.
    pub created: i32,
    /// Rows that changed something.
    pub updated: i32,
    /// Rows that were known already, exactly so.
    pub unchanged: i32,
    /// Rows that were refused. With any of these, nothing is written.
    pub refused: i32,
    /// Every row.
    pub rows: Vec<R>,
}

filter! {
    /// How a price list is to be imported.
    PlanImportOptions {
        /// Whose list it is.
        provider_id: ProviderId,
        /// Only say what would happen.
        dry_run: bool,
        /// Markup in percent for rows without a selling price.
        markup: Decimal,
        /// Currency of rows that name none.
        currency: Currency,
        /// Whether new plans can be bought at once.
        publish: bool,
    }
}

fn yes() -> bool {
    true
}

impl Default for NewPlan {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: None,
            data_limit_mb: None,
            voice_minutes: 0,
            sms_count: 0,
            validity_days: 30,
            regions: Regions::default(),
            is_active: true,
            topup_allowed: true,
        }
    }
}

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

impl Check for NewPlan {
    fn check(&self, bad: &mut FieldErrors) {
        bad.length("name", &self.name, 1, 100);
        if let Some(text) = &self.description {
            bad.length("description", text, 0, 5000);
        }
        if let Some(limit) = &self.data_limit_mb {
            bad.positive("data_limit_mb", limit);
        }
        bad.range("voice_minutes", self.voice_minutes.into(), 0, 1_000_000);
        bad.range("sms_count", self.sms_count.into(), 0, 1_000_000);
        bad.range("validity_days", self.validity_days.into(), 1, 3650);
        self.regions.check("regions", bad);
    }
}
impl Check for EditPlan {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(name) = &self.name {
            bad.length("name", name, 1, 100);
        }
        if let Some(Some(text)) = &self.description {
            bad.length("description", text, 0, 5000);
        }
        if let Some(Some(limit)) = &self.data_limit_mb {
            bad.positive("data_limit_mb", limit);
        }
        if let Some(minutes) = self.voice_minutes {
            bad.range("voice_minutes", minutes.into(), 0, 1_000_000);
        }
        if let Some(count) = self.sms_count {
            bad.range("sms_count", count.into(), 0, 1_000_000);
        }
        if let Some(days) = self.validity_days {
            bad.range("validity_days", days.into(), 1, 3650);
        }
        if let Some(regions) = &self.regions {
            regions.check("regions", bad);
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

/// The price at which a plan sells, right now or at a given time, and why that one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Quote {
    /// The price that applies.
    pub price_id: PriceId,
    /// The plan.
    pub plan_id: PlanId,
    /// The region whose price applies: the one asked for, or GLOBAL.
    pub region: String,
    /// What the customer pays for one.
    pub selling_price: Money,
    /// What we pay for one; absent for who may not see costs.
    pub cost_price: Option<Money>,
    /// In this currency.
    pub currency: Currency,
    /// The time it was asked for.
    pub at: DateTime<Utc>,
    /// Until when this price holds, if it ends.
    pub effective_to: Option<DateTime<Utc>>,
}
