//! What a price list means for what we have: decided row by row, then written at once.

use super::package::{Package, Reading};
use crate::{
    plans::query::{self, Known},
    pricing::{self, Global},
};
use wire::{
    Currency, Decimal, FieldError, PlanId, ProviderId,
    catalog::{
        plans::{NewPlan, Plan, Regions},
        price_lists::PriceListTerm,
    },
    integrations::providers::Adapter,
};

use chrono::{DateTime, Utc};
use integrations::providers::{
    self,
    offers::{self, Stated},
};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// What a provider's list is held against: what we have of it, and what that costs now. Held until the end of the
/// transaction.
pub struct World {
    /// By SKU.
    pub known: HashMap<String, Known>,
    /// The global prices of its plans.
    pub prices: HashMap<(PlanId, Currency), Global>,
}

impl World {
    /// As it is now. One list of a provider at a time.
    pub fn of(
        tx: &mut Tx<'_>,
        adapters: &[Adapter],
        provider: ProviderId,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        providers::lock_usable(tx, adapters, provider)?;
        let known = query::known(tx, provider)?;
        let plans: Vec<PlanId> = known.iter().map(|known| known.plan.id).collect();
        Ok(Self {
            prices: pricing::global(tx.conn(), &plans, now)?,
            known: known
                .into_iter()
                .map(|known| (known.sku.clone(), known))
                .collect(),
        })
    }

    /// What is to be done about every row.
    pub fn decide(&self, readings: Vec<Reading>) -> Vec<Decided<'_>> {
        let mut led = HashSet::new();
        let rows = readings.into_iter().map(|reading| {
            let known = self.known.get(&reading.package.sku);
            let price = self.price(&reading.package);
            let leads = known.is_none_or(|known| led.insert(known.plan.id));
            decide(reading, known, price, leads)
        });
        rows.collect()
    }

    /// What a package of the list sells for so far.
    pub fn price(&self, package: &Package) -> Option<&Global> {
        let known = self.known.get(&package.sku)?;
        self.prices.get(&(known.plan.id, package.currency))
    }
}

/// A row, and what is to be done about it.
pub struct Decided<'a> {
    /// The row.
    pub reading: Reading,
    /// The plan that it supplies, or will.
    pub plan: PlanId,
    /// What is to be done.
    pub deed: Deed<'a>,
}

/// What is to be done about a row.
pub enum Deed<'a> {
    /// Nothing: it cannot be used.
    Refuse,
    /// Nothing: it is as we have it.
    Keep,
    /// It makes a plan, an offer and a price.
    Create,
    /// It changes what we have.
    Update {
        /// What we have.
        known: &'a Known,
        /// Whether the terms are others.
        terms: bool,
        /// Whether a new price begins.
        price: bool,
    },
}

/// Where several packages supply one plan, the first of the list leads: it says what the plan is and costs.
fn decide<'a>(
    reading: Reading,
    known: Option<&'a Known>,
    price: Option<&Global>,
    leads: bool,
) -> Decided<'a> {
    let package = &reading.package;
    let plan = known.map_or_else(PlanId::new, |known| known.plan.id);
    let deed = match known {
        _ if !reading.faults.is_empty() => Deed::Refuse,
        None => Deed::Create,
        Some(known) => {
            // A withdrawn plan stays as it was; only what the provider asks for is noted.
            let leads = leads && known.plan.deleted_at.is_none();
            let terms = leads && !differences(&known.plan, &package.plan).is_empty();
            let price = leads
                && price.is_none_or(|price| {
                    price.cost != package.cost || price.selling != package.selling
                });
            let cost = known.cost != package.cost
                || known.currency != package.currency
                || package.minimum_price.is_some() && known.minimum != package.minimum_price;
            if terms || price || cost {
                Deed::Update {
                    known,
                    terms,
                    price,
                }
            } else {
                Deed::Keep
            }
        }
    };
    Decided {
        reading,
        plan,
        deed,
    }
}

/// What a list states differently of a plan. Name, description and whether it is sold are ours, and so is what only
/// some lists say.
pub fn differences(plan: &Plan, stated: &NewPlan) -> Vec<PriceListTerm> {
    let places = |regions: &Regions| {
        let mut places = regions.0.clone();
        places.sort();
        places.join(", ")
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
        ("regions", places(&plan.regions), places(&stated.regions)),
    ];
    let differ = all.into_iter().filter(|(_, before, after)| before != after);
    differ
        .map(|(field, before, after)| PriceListTerm {
            field: field.to_owned(),
            before,
            after,
        })
        .collect()
}

impl Decided<'_> {
    /// The package that the row states.
    pub fn package(&self) -> &Package {
        &self.reading.package
    }

    /// Whether a new price begins.
    pub fn is_priced(&self) -> bool {
        matches!(self.deed, Deed::Create | Deed::Update { price: true, .. })
    }

    /// What became different, for the record.
    fn change(&self, known: &Known, after: Option<&Plan>) -> Value {
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

impl Decided<'_> {
    fn offer(&self) -> Stated {
        let package = self.package();
        Stated {
            plan_id: self.plan,
            sku: package.sku.clone(),
            cost: package.cost.clone(),
            currency: package.currency,
            stock: package.stock,
            minimum_price: package.minimum_price.clone(),
        }
    }
    fn price(&self) -> Global {
        let package = self.package();
        Global {
            plan: self.plan,
            cost: package.cost.clone(),
            selling: package.selling.clone(),
            currency: package.currency,
        }
    }
}

/// How what was decided is written.
pub struct Writer<'a> {
    /// Whose list it is.
    pub provider: ProviderId,
    /// Why, for the record.
    pub why: &'a str,
    /// Why the prices are what they are.
    pub note: Option<&'a str>,
    /// When.
    pub now: DateTime<Utc>,
}

impl Writer<'_> {
    /// Writes plans, offers and prices.
    pub fn write(&self, tx: &mut Tx<'_>, actor: &Actor, decided: &[Decided<'_>]) -> Result<()> {
        let of = |wanted: fn(&Deed<'_>) -> bool| {
            let rows = decided.iter().filter(move |row| wanted(&row.deed));
            rows.map(|row| (row.plan, &row.package().plan))
                .collect::<Vec<_>>()
        };
        let new = query::insert(tx, &of(|deed| matches!(deed, Deed::Create)))?;
        let changed = query::take_over(
            tx,
            &of(|deed| matches!(deed, Deed::Update { terms: true, .. })),
        )?;
        let stated: Vec<Stated> = decided.iter().map(Decided::offer).collect();
        offers::put(tx, self.provider, &stated, self.now)?;
        self.allowed(tx, decided)?;
        let priced = decided.iter().filter(|row| row.is_priced());
        let prices: Vec<Global> = priced.map(Decided::price).collect();
        pricing::replace(tx, actor.id, &prices, (self.note, self.now))?;
        self.record(tx, actor, decided, (&new, &changed))
    }

    /// No other provider of the same plan may forbid its price.
    fn allowed(&self, tx: &mut Tx<'_>, decided: &[Decided<'_>]) -> Result<()> {
        let plans: Vec<PlanId> = decided.iter().map(|row| row.plan).collect();
        let least = offers::minimum(tx.conn(), &plans)?;
        let faults = decided
            .iter()
            .filter(|row| row.is_priced())
            .filter_map(|row| {
                let Package {
                    selling, currency, ..
                } = row.package();
                let least = least.get(&(row.plan, *currency))?;
                (selling < least).then(|| FieldError {
                    field: format!("rows.{}.selling_price", row.reading.number),
                    code: "below_minimum".into(),
                    message: format!("A provider lets it be sold for {least} at least."),
                })
            });
        let faults: Vec<FieldError> = faults.collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::fields(faults))
        }
    }

    /// One entry per plan, for its history, and one for the whole.
    fn record(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        decided: &[Decided<'_>],
        (new, changed): (&[Plan], &[Plan]),
    ) -> Result<()> {
        let after: HashMap<PlanId, &Plan> = changed.iter().map(|plan| (plan.id, plan)).collect();
        let mut acts: Vec<Act<'_>> = new
            .iter()
            .map(|plan| {
                Act::new("plan.create", "plan", plan.id.0).changing(audit::change(&(), plan))
            })
            .collect();
        for row in decided {
            if let Deed::Update { known, .. } = &row.deed {
                acts.push(
                    Act::new("plan.edit", "plan", row.plan.0)
                        .changing(row.change(known, after.get(&row.plan).copied())),
                );
            }
        }
        let count = json!({ "rows": decided.len(), "created": new.len(), "updated": acts.len().saturating_sub(new.len()) });
        acts.push(Act::new("plan.import", "provider", self.provider.0).changing(count));
        let acts = acts.into_iter().map(|act| act.because(Some(self.why)));
        audit::record_all(tx, actor, acts.collect())
    }
}
