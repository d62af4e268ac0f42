//! The changes that a price list makes to the catalog: planned row by row, then applied in one transaction.

use super::package::{Package, ParsedRow};
use crate::{
    plans,
    price_lists::query::{self, ExistingOffer},
    pricing::{self, GlobalPrice},
};
use wire::{
    Currency, Decimal, FieldError, PlanId, ProviderId,
    catalog::{
        plans::{NewPlan, Plan, Regions},
        price_lists::PriceListTermChange,
    },
    integrations::providers::ProviderAdapter,
    system::audit::AuditAction,
};

use chrono::{DateTime, Utc};
use integrations::providers::{
    self,
    offers::{self, StatedOffer},
};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// The offers of a provider and the current prices of their plans: the state that a price list is compared with. The
/// plans stay locked until the end of the transaction.
pub struct CatalogSnapshot {
    /// The offers of the provider, by SKU.
    pub offers: HashMap<String, ExistingOffer>,
    /// The global prices of the plans, by plan and currency.
    pub prices: HashMap<(PlanId, Currency), GlobalPrice>,
}

impl CatalogSnapshot {
    /// Loads the current state. Locks the provider, so that only one list of it is processed at a time.
    pub fn load(
        tx: &mut Tx<'_>,
        adapters: &[ProviderAdapter],
        provider: ProviderId,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        providers::lock_usable(tx, adapters, provider)?;
        let offers = query::existing_offers(tx, provider)?;
        let plans: Vec<PlanId> = offers.iter().map(|offer| offer.plan.id).collect();
        Ok(Self {
            prices: pricing::current_global_prices(tx.conn(), &plans, now)?,
            offers: offers
                .into_iter()
                .map(|offer| (offer.sku.clone(), offer))
                .collect(),
        })
    }

    /// Plans the change of every row.
    pub fn plan_changes(&self, rows: Vec<ParsedRow>) -> Vec<PlannedChange<'_>> {
        let mut seen_plans = HashSet::new();
        let changes = rows.into_iter().map(|row| {
            let known = self.offers.get(&row.package.sku);
            let price = self.price(&row.package);
            let is_primary = known.is_none_or(|known| seen_plans.insert(known.plan.id));
            plan_change(row, known, price, is_primary)
        });
        changes.collect()
    }

    /// Returns the current global price of a package of the list.
    pub fn price(&self, package: &Package) -> Option<&GlobalPrice> {
        let known = self.offers.get(&package.sku)?;
        self.prices.get(&(known.plan.id, package.currency))
    }
}

/// A row of a price list and the action that it leads to.
pub struct PlannedChange<'a> {
    /// The row.
    pub row: ParsedRow,
    /// The plan that the package supplies; a new id for a new plan.
    pub plan: PlanId,
    /// The action that the row leads to.
    pub action: RowAction<'a>,
}

/// The action that a row of a price list leads to.
pub enum RowAction<'a> {
    /// The row is invalid and changes nothing.
    Reject,
    /// The row equals the catalog and changes nothing.
    Keep,
    /// The row creates a plan, an offer and a price.
    Create,
    /// The row changes an existing offer.
    Update {
        /// The existing offer.
        known: &'a ExistingOffer,
        /// Whether the terms of the plan change.
        terms: bool,
        /// Whether a new price begins.
        price: bool,
    },
}

/// Plans the change of one row. Where several packages supply one plan, only the first of them (`is_primary`) sets the
/// terms and the price of the plan.
fn plan_change<'a>(
    row: ParsedRow,
    known: Option<&'a ExistingOffer>,
    price: Option<&GlobalPrice>,
    is_primary: bool,
) -> PlannedChange<'a> {
    let package = &row.package;
    let plan = known.map_or_else(PlanId::new, |known| known.plan.id);
    let action = match known {
        _ if !row.errors.is_empty() => RowAction::Reject,
        None => RowAction::Create,
        Some(known) => {
            // A withdrawn plan does not change; only the cost and the minimum price of the offer are updated.
            let is_primary = is_primary && known.plan.deleted_at.is_none();
            let terms = is_primary && !term_differences(&known.plan, &package.plan).is_empty();
            let price = is_primary
                && price.is_none_or(|price| {
                    price.cost != package.cost || price.selling != package.selling
                });
            let cost = known.cost != package.cost
                || known.currency != package.currency
                || package.minimum_price.is_some() && known.minimum_price != package.minimum_price
                || package.topup_sku.is_some() && known.topup_sku != package.topup_sku;
            if terms || price || cost {
                RowAction::Update {
                    known,
                    terms,
                    price,
                }
            } else {
                RowAction::Keep
            }
        }
    };
    PlannedChange { row, plan, action }
}

/// Returns the terms that a list states differently from the plan. Name, description, whether the plan is on sale and
/// the columns that only some lists have are ours, so they are not compared.
pub fn term_differences(plan: &Plan, stated: &NewPlan) -> Vec<PriceListTermChange> {
    let region_list = |regions: &Regions| {
        let mut codes = regions.0.clone();
        codes.sort();
        codes.join(", ")
    };
    let data = |limit: Option<&Decimal>| {
        limit.map_or_else(|| "unlimited".to_owned(), |limit| format!("{limit} MB"))
    };
    let all = [
        (
            "data_limit_mb",
            data(plan.data_limit_mb.as_ref()),
            data(stated.data_limit_mb.as_ref()),
        ),
        (
            "voice_minutes",
            plan.voice_minutes.to_string(),
            stated.voice_minutes.to_string(),
        ),
        (
            "sms_count",
            plan.sms_count.to_string(),
            stated.sms_count.to_string(),
        ),
        (
            "validity_days",
            plan.validity_days.to_string(),
            stated.validity_days.to_string(),
        ),
        (
            "regions",
            region_list(&plan.regions),
            region_list(&stated.regions),
        ),
    ];
    let differ = all.into_iter().filter(|(_, before, after)| before != after);
    differ
        .map(|(field, before, after)| PriceListTermChange {
            field: field.to_owned(),
            before,
            after,
        })
        .collect()
}

impl PlannedChange<'_> {
    /// Returns the package that the row states.
    pub fn package(&self) -> &Package {
        &self.row.package
    }

    /// Returns whether a new price begins.
    pub fn is_priced(&self) -> bool {
        matches!(
            self.action,
            RowAction::Create | RowAction::Update { price: true, .. }
        )
    }

    /// Returns the changed fields for the audit log.
    fn audit_change(&self, known: &ExistingOffer, after: Option<&Plan>) -> Value {
        let Package {
            cost,
            selling,
            currency,
            ..
        } = self.package();
        let mut change = after.map_or_else(|| json!({}), |after| audit::change(&known.plan, after));
        if let Some(fields) = change.as_object_mut() {
            if known.cost != *cost || known.currency != *currency {
                fields.insert(
                    "cost".into(),
                    json!({ "before": known.cost, "after": cost, "currency": currency }),
                );
            }
            if self.is_priced() {
                fields.insert(
                    "selling_price".into(),
                    json!({ "after": selling, "currency": currency }),
                );
            }
        }
        change
    }
}

impl PlannedChange<'_> {
    fn offer(&self) -> StatedOffer {
        let package = self.package();
        StatedOffer {
            plan_id: self.plan,
            sku: package.sku.clone(),
            cost: package.cost.clone(),
            currency: package.currency,
            stock: package.stock,
            minimum_price: package.minimum_price.clone(),
            topup_sku: package.topup_sku.clone(),
        }
    }
    fn price(&self) -> GlobalPrice {
        let package = self.package();
        GlobalPrice {
            plan: self.plan,
            cost: package.cost.clone(),
            selling: package.selling.clone(),
            currency: package.currency,
        }
    }
}

/// Writes the planned changes of a price list.
pub struct PriceListUpdate<'a> {
    /// The provider of the list.
    pub provider: ProviderId,
    /// The reason that the audit log shows.
    pub audit_reason: &'a str,
    /// The note of the new prices.
    pub note: Option<&'a str>,
    /// The time of the change.
    pub now: DateTime<Utc>,
}

impl PriceListUpdate<'_> {
    /// Applies the changes: writes plans, offers and prices.
    pub fn apply(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        changes: &[PlannedChange<'_>],
    ) -> Result<()> {
        let plans_with = |is_wanted: fn(&RowAction<'_>) -> bool| {
            let wanted = changes
                .iter()
                .filter(move |change| is_wanted(&change.action));
            wanted
                .map(|change| (change.plan, &change.package().plan))
                .collect::<Vec<_>>()
        };
        let created = plans::insert(
            tx,
            &plans_with(|action| matches!(action, RowAction::Create)),
        )?;
        let updated = plans::update_terms(
            tx,
            &plans_with(|action| matches!(action, RowAction::Update { terms: true, .. })),
        )?;
        let stated: Vec<StatedOffer> = changes.iter().map(PlannedChange::offer).collect();
        offers::upsert(tx, self.provider, &stated, self.now)?;
        self.reject_prices_below_minimum(tx, changes)?;
        let priced = changes.iter().filter(|change| change.is_priced());
        let prices: Vec<GlobalPrice> = priced.map(PlannedChange::price).collect();
        pricing::replace_global_prices(tx, actor.id, &prices, self.note, self.now)?;
        self.record_audit(tx, actor, changes, &created, &updated)
    }

    /// Rejects prices that are below the minimum price of any provider of the plan.
    fn reject_prices_below_minimum(
        &self,
        tx: &mut Tx<'_>,
        changes: &[PlannedChange<'_>],
    ) -> Result<()> {
        let plans: Vec<PlanId> = changes.iter().map(|change| change.plan).collect();
        let minimums = offers::minimum_prices(tx.conn(), &plans)?;
        let errors = changes
            .iter()
            .filter(|change| change.is_priced())
            .filter_map(|change| {
                let Package {
                    selling, currency, ..
                } = change.package();
                let minimum = minimums.get(&(change.plan, *currency))?;
                (selling < minimum).then(|| FieldError {
                    field: format!("rows.{}.selling_price", change.row.number),
                    code: "below_minimum".into(),
                    message: format!(
                        "A provider of this plan requires a price of {minimum} or more."
                    ),
                })
            });
        let errors: Vec<FieldError> = errors.collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Error::fields(errors))
        }
    }

    /// Writes one audit event per plan, for the history of the plan, and one for the import.
    fn record_audit(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        changes: &[PlannedChange<'_>],
        created: &[Plan],
        updated: &[Plan],
    ) -> Result<()> {
        let after: HashMap<PlanId, &Plan> = updated.iter().map(|plan| (plan.id, plan)).collect();
        let mut events: Vec<AuditEvent<'_>> = created
            .iter()
            .map(|plan| {
                AuditEvent::new(AuditAction::PlanCreate, plan.id)
                    .with_change(audit::change(&(), plan))
            })
            .collect();
        for change in changes {
            if let RowAction::Update { known, .. } = &change.action {
                events.push(
                    AuditEvent::new(AuditAction::PlanEdit, change.plan)
                        .with_change(change.audit_change(known, after.get(&change.plan).copied())),
                );
            }
        }
        let count = json!({ "rows": changes.len(), "created": created.len(), "updated": events.len().saturating_sub(created.len()) });
        events.push(AuditEvent::new(AuditAction::PlanImport, self.provider).with_change(count));
        let events = events
            .into_iter()
            .map(|event| event.with_reason(Some(self.audit_reason)));
        audit::record_all(tx, actor, events.collect())
    }
}
