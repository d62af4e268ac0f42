//! Price lists of providers: compared with the catalog, then published or discarded.

use super::plans::NewPlan;
use crate::{
    AnyOf, Check, Currency, Decimal, FieldError, FieldErrors, Money, PlanId, PriceListId,
    ProviderId, Resource, UserId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// State of a price list.
    PriceListState: SyncState, "sync_state" { Open = "open", Published = "published", Discarded = "discarded" }
}
text_enum! {
    /// How a package of a price list differs from the catalog.
    PriceListChange: text {
        /// The catalog does not have the package.
        New = "new",
        /// The terms or the cost differ.
        Changed = "changed",
        /// The catalog has the package, the list does not.
        Gone = "gone",
        /// The package is the same.
        Unchanged = "unchanged",
        /// The package is invalid.
        Refused = "refused",
    }
}

/// A provider's price list, compared with the catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceList {
    /// ID of the price list.
    pub id: PriceListId,
    /// The provider of the price list.
    pub provider_id: ProviderId,
    /// Name of the provider.
    pub provider_name: String,
    /// Open, published or discarded.
    pub state: PriceListState,
    /// Number of new packages.
    pub new: i32,
    /// Number of packages with other terms or costs.
    pub changed: i32,
    /// Number of packages that the list no longer has.
    pub gone: i32,
    /// Number of unchanged packages.
    pub unchanged: i32,
    /// Number of invalid packages.
    pub refused: i32,
    /// The user who uploaded the list.
    pub created_by: Option<UserId>,
    /// The user who published or discarded the list.
    pub closed_by: Option<UserId>,
    /// When the list was published or discarded.
    pub closed_at: Option<DateTime<Utc>>,
    /// Version of the price list, as sent in the `ETag`.
    pub version: i32,
    /// When the list was uploaded.
    pub created_at: DateTime<Utc>,
    /// The packages that differ from the catalog. The list of price lists leaves them out.
    #[serde(default)]
    pub rows: Vec<PriceListRow>,
}

/// A package of a price list and its differences from the catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceListRow {
    /// Position in the list, from 1; null when the list no longer has the package.
    pub row: Option<i32>,
    /// The provider's SKU of the package.
    pub sku: String,
    /// Name of the plan: the catalog's name, if the catalog has the package.
    pub name: String,
    /// How the package differs.
    pub change: PriceListChange,
    /// The plan that the package supplies; null for a new package.
    pub plan_id: Option<PlanId>,
    /// The terms that differ.
    pub terms: Vec<PriceListTermChange>,
    /// Current cost.
    pub cost_before: Option<Money>,
    /// New cost.
    pub cost_after: Option<Money>,
    /// Change of the cost in percent.
    pub cost_moved: Option<Decimal>,
    /// Current price for the customer.
    pub selling_before: Option<Money>,
    /// New price for the customer.
    pub selling_after: Option<Money>,
    /// New margin in percent.
    pub margin_after: Option<Decimal>,
    /// Currency of the list's amounts.
    pub currency: Option<Currency>,
    /// Currency of the current cost, if it differs.
    pub currency_before: Option<Currency>,
    /// Whether the new price is below the cost or below the minimum margin, so that publishing requires a reason.
    pub needs_reason: bool,
    /// Errors of the package, by field.
    pub errors: Vec<FieldError>,
    /// Whether the package was published.
    pub published: bool,
    /// The package as the list states it.
    pub stated: Option<PriceListPackage>,
}

/// A term of a plan that a price list changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceListTermChange {
    /// Name of the field.
    pub field: String,
    /// Current value in words.
    pub before: String,
    /// New value in words.
    pub after: String,
}

/// A package as a price list states it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceListPackage {
    /// The plan for the package.
    pub plan: NewPlan,
    /// Price for the customer, if the list or its markup states it.
    pub selling: Option<Money>,
    /// Whether the list states the price itself, and not only a markup for all packages.
    pub selling_is_stated: bool,
    /// Stock of the provider.
    pub stock: Option<i32>,
    /// Minimum selling price that the provider requires.
    pub minimum_price: Option<Money>,
    /// SKU of the same package as a top-up, where it differs.
    #[serde(default)]
    pub topup_sku: Option<String>,
}

/// Options of a read of a provider's catalog.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SyncCatalog {
    /// Markup in percent for new packages. Without it, a new package has the price that the provider suggests.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "40"))]
    pub markup: Option<Decimal>,
    /// Whether new plans are on sale when they are published.
    #[serde(default)]
    pub publish: bool,
}

/// Packages of a price list to publish.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PublishPriceList {
    /// SKUs of the packages; all packages that can be published when absent.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = json!(["eu-5gb-30d"])))]
    pub skus: Option<Vec<String>>,
    /// The reason. Required when a new price is below the cost or below the minimum margin.
    #[serde(default)]
    pub reason: Option<String>,
}

filter! {
    /// Options of the comparison of a price list.
    PriceListOptions {
        /// The provider of the price list.
        provider_id: ProviderId,
        /// Markup in percent for new packages without a selling price.
        markup: Decimal,
        /// Currency of rows that state none.
        currency: Currency,
        /// Whether new plans are on sale when they are published.
        publish: bool,
    }
}

filter! {
    /// Filter of the list of price lists.
    PriceListFilter {
        /// Price lists of this provider.
        provider_id: ProviderId,
        /// Price lists in any of these states.
        state: AnyOf<PriceListState>,
        /// Uploaded at or after.
        created_at_from: DateTime<Utc>,
        /// Uploaded before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of comparisons.
    PriceListSort { CreatedAt = "created_at" desc });

impl PriceListRow {
    /// Returns whether publishing the package changes the catalog.
    pub const fn is_publishable(&self) -> bool {
        matches!(
            self.change,
            PriceListChange::New | PriceListChange::Changed | PriceListChange::Gone
        )
    }
}

impl Resource for PriceList {
    const PATH: &'static str = "/v1/price-lists";
    const ONE: &'static str = "price list";
    const MANY: &'static str = "price lists";
    type Id = PriceListId;
    type Filter = PriceListFilter;
    type Sort = PriceListSort;
    fn id(&self) -> PriceListId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        format!("{}'s price list", self.provider_name)
    }
}

impl Check for SyncCatalog {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(markup) = &self.markup {
            bad.not_negative("markup", markup);
        }
    }
}
impl Check for PublishPriceList {
    fn check(&self, bad: &mut FieldErrors) {
        match &self.skus {
            Some(skus) if skus.is_empty() => bad.add("skus", "required", "Choose at least one."),
            Some(skus) if skus.len() > 10_000 => {
                bad.add("skus", "too_many", "Choose 10,000 at most.")
            }
            _ => {}
        }
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 1, 500);
        }
    }
}
