//! What a provider offers for a plan: a package of its own, at a cost.

use crate::{
    AnyOf, Check, Currency, FieldErrors, Money, OfferId, PlanId, ProviderId, Resource, check::maybe,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// What a provider offers for a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Offer {
    /// Which offer.
    pub id: OfferId,
    /// For this plan.
    pub plan_id: PlanId,
    /// The plan's name.
    pub plan_name: String,
    /// By this provider.
    pub provider_id: ProviderId,
    /// The provider's name.
    pub provider_name: String,
    /// The provider's own key of the package.
    pub sku: String,
    /// What it costs us.
    pub cost: Money,
    /// In this currency.
    pub currency: Currency,
    /// How many the provider has left; null when it has not said.
    pub stock: Option<i32>,
    /// The least that the provider lets the plan be sold for; null when it has not said.
    pub minimum_price: Option<Money>,
    /// 1 is asked first, before the provider's own priority.
    pub priority: i32,
    /// Whether it is asked at all.
    pub is_active: bool,
    /// When the provider last confirmed it.
    pub last_synced_at: Option<DateTime<Utc>>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An offer to be added by hand; the import of a price list adds those that it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewOffer {
    /// For this plan.
    pub plan_id: PlanId,
    /// By this provider.
    pub provider_id: ProviderId,
    /// The provider's own key of the package.
    #[cfg_attr(feature = "server", schema(example = "eu-5gb-30d"))]
    pub sku: String,
    /// What it costs us.
    #[cfg_attr(feature = "server", schema(example = "4.20"))]
    pub cost: Money,
    /// In this currency.
    #[serde(default = "usd")]
    pub currency: Currency,
    /// How many the provider has left; null when it does not say.
    #[serde(default)]
    pub stock: Option<i32>,
    /// The least that the provider lets the plan be sold for; null when it does not say.
    #[serde(default)]
    pub minimum_price: Option<Money>,
    /// 1 is asked first.
    #[serde(default = "first")]
    pub priority: i32,
}

/// A change of an offer; what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditOffer {
    /// The plan that it supplies.
    #[serde(default, deserialize_with = "maybe::value")]
    pub plan_id: Option<PlanId>,
    /// What it costs us.
    #[serde(default, deserialize_with = "maybe::value")]
    pub cost: Option<Money>,
    /// In this currency.
    #[serde(default, deserialize_with = "maybe::value")]
    pub currency: Option<Currency>,
    /// How many the provider has left; null when it does not say.
    #[serde(default, deserialize_with = "maybe::given")]
    pub stock: Option<Option<i32>>,
    /// The least that the provider lets the plan be sold for; null when it does not say.
    #[serde(default, deserialize_with = "maybe::given")]
    pub minimum_price: Option<Option<Money>>,
    /// 1 is asked first.
    #[serde(default, deserialize_with = "maybe::value")]
    pub priority: Option<i32>,
    /// Whether it is asked at all.
    #[serde(default, deserialize_with = "maybe::value")]
    pub is_active: Option<bool>,
}

/// In which order a plan's offers are asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OfferOrder {
    /// The plan.
    pub plan_id: PlanId,
    /// All of its offers, the one that is asked first first.
    pub ids: Vec<OfferId>,
}

filter! {
    /// What the list of offers can be narrowed by.
    OfferFilter {
        /// For this plan.
        plan_id: PlanId,
        /// By this provider.
        provider_id: ProviderId,
        /// Asked or not.
        is_active: bool,
        /// In any of these currencies.
        currency: AnyOf<Currency>,
        /// The beginning of a SKU.
        q: String,
    }
}
sort_keys!(/** What the list of offers can be ordered by. */ OfferSort { CreatedAt = "created_at" desc, Cost = "cost", Sku = "sku", Priority = "priority" });

fn first() -> i32 {
    1
}
fn usd() -> Currency {
    Currency::Usd
}

impl Resource for Offer {
    const PATH: &'static str = "/v1/provider-offers";
    const ONE: &'static str = "offer";
    const MANY: &'static str = "offers";
    type Id = OfferId;
    type Filter = OfferFilter;
    type Sort = OfferSort;
    fn id(&self) -> OfferId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.sku.clone()
    }
}

impl Check for NewOffer {
    fn check(&self, bad: &mut FieldErrors) {
        bad.length("sku", &self.sku, 1, 100);
        amounts(
            Some(&self.cost),
            self.minimum_price.as_ref(),
            Some(self.currency),
            bad,
        );
        bad.range("priority", self.priority.into(), 1, 1000);
        if let Some(stock) = self.stock {
            bad.range("stock", stock.into(), 0, i32::MAX.into());
        }
    }
}
impl Check for EditOffer {
    fn check(&self, bad: &mut FieldErrors) {
        let minimum = self.minimum_price.as_ref().and_then(Option::as_ref);
        amounts(self.cost.as_ref(), minimum, self.currency, bad);
        if let Some(priority) = self.priority {
            bad.range("priority", priority.into(), 1, 1000);
        }
        if let Some(Some(stock)) = self.stock {
            bad.range("stock", stock.into(), 0, i32::MAX.into());
        }
    }
}
impl Check for OfferOrder {
    fn check(&self, bad: &mut FieldErrors) {
        if self.ids.is_empty() || self.ids.len() > 1000 {
            bad.add("ids", "required", "Name all offers of the plan.");
        }
        let twice = |(place, id)| self.ids.iter().take(place).any(|earlier| earlier == id);
        if self.ids.iter().enumerate().any(twice) {
            bad.add("ids", "repeated", "Name each offer once.");
        }
    }
}

/// What holds of the amounts, as far as they are given.
fn amounts(
    cost: Option<&Money>,
    minimum: Option<&Money>,
    currency: Option<Currency>,
    bad: &mut FieldErrors,
) {
    for (field, amount) in [("cost", cost), ("minimum_price", minimum)] {
        let Some(amount) = amount else { continue };
        bad.not_negative(field, amount);
        if let Some(currency) = currency
            && !currency.can_hold(amount)
        {
            let says = format!("{currency} has no smaller unit than one.");
            bad.add(field, "too_fine", says);
        }
    }
}
