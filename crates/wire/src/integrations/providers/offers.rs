//! Offers of providers for plans: a package of the provider at a cost.

use crate::{
    AnyOf, Check, Currency, FieldErrors, Money, OfferId, PlanId, ProviderId, Resource,
    check::edit_field,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// A provider's offer for a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Offer {
    /// ID of the offer.
    pub id: OfferId,
    /// The plan.
    pub plan_id: PlanId,
    /// Name of the plan.
    pub plan_name: String,
    /// The provider.
    pub provider_id: ProviderId,
    /// Name of the provider.
    pub provider_name: String,
    /// The provider's SKU of the package.
    pub sku: String,
    /// The provider's SKU of the same package as a top-up; null when it is the same SKU.
    pub topup_sku: Option<String>,
    /// Cost per eSIM.
    pub cost: Money,
    /// Currency of the cost.
    pub currency: Currency,
    /// Stock of the provider; null when unknown.
    pub stock: Option<i32>,
    /// Minimum selling price that the provider requires; null when unknown.
    pub minimum_price: Option<Money>,
    /// Priority of the offer; the server tries 1 first, before it considers the provider's priority.
    pub priority: i32,
    /// Whether orders are sent to this offer.
    pub is_active: bool,
    /// When the provider last confirmed the offer.
    pub last_synced_at: Option<DateTime<Utc>>,
    /// Version of the offer, as sent in the `ETag`.
    pub version: i32,
    /// When the offer was created.
    pub created_at: DateTime<Utc>,
    /// When the offer was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An offer to create manually. The import of a price list creates its offers automatically.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewOffer {
    /// The plan.
    pub plan_id: PlanId,
    /// The provider.
    pub provider_id: ProviderId,
    /// The provider's SKU of the package.
    #[cfg_attr(feature = "server", schema(example = "eu-5gb-30d"))]
    pub sku: String,
    /// The provider's SKU of the same package as a top-up; null when it is the same SKU.
    #[serde(default)]
    pub topup_sku: Option<String>,
    /// Cost per eSIM.
    #[cfg_attr(feature = "server", schema(example = "4.20"))]
    pub cost: Money,
    /// Currency of the cost.
    #[serde(default = "usd")]
    pub currency: Currency,
    /// Stock of the provider; null when unknown.
    #[serde(default)]
    pub stock: Option<i32>,
    /// Minimum selling price that the provider requires; null when unknown.
    #[serde(default)]
    pub minimum_price: Option<Money>,
    /// Priority; the server tries 1 first.
    #[serde(default = "first")]
    pub priority: i32,
}

/// A change of an offer; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditOffer {
    /// The plan.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub plan_id: Option<PlanId>,
    /// The provider's SKU of the same package as a top-up; null when it is the same SKU.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub topup_sku: Option<Option<String>>,
    /// Cost per eSIM.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub cost: Option<Money>,
    /// Currency of the cost.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub currency: Option<Currency>,
    /// Stock of the provider; null when unknown.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub stock: Option<Option<i32>>,
    /// Minimum selling price that the provider requires; null when unknown.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub minimum_price: Option<Option<Money>>,
    /// Priority; the server tries 1 first.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub priority: Option<i32>,
    /// Whether orders are sent to this offer.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub is_active: Option<bool>,
}

/// The order in which the server tries a plan's offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OfferOrder {
    /// The plan.
    pub plan_id: PlanId,
    /// IDs of all offers of the plan, the first to try first.
    pub ids: Vec<OfferId>,
}

filter! {
    /// Filter of the list of offers.
    OfferFilter {
        /// Offers for this plan.
        plan_id: PlanId,
        /// Offers of this provider.
        provider_id: ProviderId,
        /// Active or not.
        is_active: bool,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Prefix of a SKU.
        q: String,
    }
}
sort_keys!(
    /// Sort keys of the list of offers.
    OfferSort { CreatedAt = "created_at" desc, Cost = "cost", Sku = "sku", Priority = "priority" });

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
        if let Some(sku) = &self.topup_sku {
            bad.length("topup_sku", sku, 1, 100);
        }
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
        if let Some(Some(sku)) = &self.topup_sku {
            bad.length("topup_sku", sku, 1, 100);
        }
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
            bad.add("ids", "required", "Include all offers of the plan.");
        }
        let twice = |(place, id)| self.ids.iter().take(place).any(|earlier| earlier == id);
        if self.ids.iter().enumerate().any(twice) {
            bad.add("ids", "repeated", "Include each offer once.");
        }
    }
}

/// Validates the amounts that are set.
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
