//! A provider's price list compared with what we sell, for somebody to say what of it holds.

use super::plans::NewPlan;
use crate::{
    AnyOf, Check, Currency, Decimal, FieldError, FieldErrors, Money, PlanId, PriceListId,
    ProviderId, Resource, UserId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far the comparison of a price list has come.
    PriceListState: SyncState, "sync_state" { Open = "open", Published = "published", Discarded = "discarded" }
}
text_enum! {
    /// What a price list says of one package, compared with what we sell.
    PriceListChange: text {
        /// We do not have it.
        New = "new",
        /// Its terms or its cost are others than ours.
        Changed = "changed",
        /// We have it, the list does not.
        Gone = "gone",
        /// It is as we have it.
        Unchanged = "unchanged",
        /// It cannot be used.
        Refused = "refused",
    }
}

/// A price list that was compared with what we sell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceList {
    /// Which comparison.
    pub id: PriceListId,
    /// Whose list it is.
    pub provider_id: ProviderId,
    /// The provider's name.
    pub provider_name: String,
    /// Waiting, published or discarded.
    pub state: PriceListState,
    /// Packages that we do not have.
    pub new: i32,
    /// Packages with other terms or costs.
    pub changed: i32,
    /// Packages that the list does not have any more.
    pub gone: i32,
    /// Packages that are as we have them.
    pub unchanged: i32,
    /// Packages that cannot be used.
    pub refused: i32,
    /// Who sent the list.
    pub created_by: Option<UserId>,
    /// Who published or discarded it.
    pub closed_by: Option<UserId>,
    /// When that was.
    pub closed_at: Option<DateTime<Utc>>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When the list came.
    pub created_at: DateTime<Utc>,
    /// Every package that is not as we have it. Lists leave this out.
    #[serde(default)]
    pub rows: Vec<PriceListRow>,
}

/// One package of a price list, and what is different about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceListRow {
    /// Its place in the list, from 1; null where the list has it no more.
    pub row: Option<i32>,
    /// The provider's own key of the package.
    pub sku: String,
    /// The plan's name: ours where we have it.
    pub name: String,
    /// What is different.
    pub change: PriceListChange,
    /// The plan that it supplies; null for a new one.
    pub plan_id: Option<PlanId>,
    /// The terms that are others.
    pub terms: Vec<PriceListTerm>,
    /// What we paid so far.
    pub cost_before: Option<Money>,
    /// What we would pay.
    pub cost_after: Option<Money>,
    /// By how many percent the cost moves.
    pub cost_moved: Option<Decimal>,
    /// What the customer pays so far.
    pub selling_before: Option<Money>,
    /// What the customer would pay.
    pub selling_after: Option<Money>,
    /// What would be left of it after the cost, in percent.
    pub margin_after: Option<Decimal>,
    /// The currency of the list's amounts.
    pub currency: Option<Currency>,
    /// The currency of what we paid so far, where that is another.
    pub currency_before: Option<Currency>,
    /// Whether it sells below cost, or for less than the margin that is asked for: publishing it needs a reason.
    pub needs_reason: bool,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
    /// Whether it was published.
    pub published: bool,
    /// What the list states of it.
    pub stated: Option<PriceListStated>,
}

/// A term of a plan that a price list states differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceListTerm {
    /// Which term, by its field.
    pub field: String,
    /// As we sell it, in words.
    pub before: String,
    /// As the list states it, in words.
    pub after: String,
}

/// A package as a price list states it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceListStated {
    /// The plan that it would be.
    pub plan: NewPlan,
    /// What the customer would pay, where the list or its markup says so.
    pub selling: Option<Money>,
    /// Whether the list says what the customer pays, and not only a markup for the whole of it.
    pub selling_is_stated: bool,
    /// How many the provider has left.
    pub stock: Option<i32>,
    /// The least that the provider lets it be sold for.
    pub minimum_price: Option<Money>,
}

/// Which packages of a comparison are to be published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PublishPriceList {
    /// Their SKUs; all that can be when absent.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = json!(["eu-5gb-30d"])))]
    pub skus: Option<Vec<String>>,
    /// Why; needed when something would sell below cost, or for too little.
    #[serde(default)]
    pub reason: Option<String>,
}

filter! {
    /// How a price list is to be compared.
    PriceListOptions {
        /// Whose list it is.
        provider_id: ProviderId,
        /// Markup in percent for new packages without a selling price.
        markup: Decimal,
        /// Currency of rows that name none.
        currency: Currency,
        /// Whether new plans can be bought as soon as they are published.
        publish: bool,
    }
}

filter! {
    /// What the list of comparisons can be narrowed by.
    PriceListFilter {
        /// Of this provider's lists.
        provider_id: ProviderId,
        /// In any of these states.
        state: AnyOf<PriceListState>,
        /// That came at or after.
        created_at_from: DateTime<Utc>,
        /// That came before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of comparisons can be ordered by. */ PriceListSort { CreatedAt = "created_at" desc });

impl PriceListRow {
    /// Whether publishing it writes anything.
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
