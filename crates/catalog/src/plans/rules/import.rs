//! Taking over a provider's price list: what it makes of our plans, all at once or not at all.

use super::{
    package::{self, Package, Reading},
    query::{self, Known},
};
use wire::{
    PlanId, ProblemCode, ProviderId,
    catalog::plans::{
        ImportOutcome, ImportReport, NewPlan, Plan, PlanImportOptions, PlanImportRow, Regions,
    },
};

use crate::pricing::{self, Global};
use chrono::{DateTime, Utc};
use integrations::providers::{
    self,
    offers::{self, NewOffer},
};
use platform::{
    Actor, Error, Result, Tx, Upload,
    audit::{self, Act},
    import::{self, Verdict},
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Imports a list, or says what importing it would do.
pub fn run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    options: &PlanImportOptions,
    list: &Upload,
    now: DateTime<Utc>,
) -> Result<ImportReport<PlanImportRow>> {
    let provider = options
        .provider_id
        .ok_or_else(|| Error::field("provider_id", "required", "Say whose list it is."))?;
    let readings = package::read_all(&import::table(list)?, options);
    hold(tx, provider)?;
    let known: HashMap<String, Known> = query::known(tx, provider)?
        .into_iter()
        .map(|known| (known.sku.clone(), known))
        .collect();
    let plans: Vec<PlanId> = known.values().map(|known| known.plan.id).collect();
    let prices = pricing::global(tx.conn(), &plans, now)?;
    let dry_run = options.dry_run.unwrap_or(false);

    let mut led = HashSet::new();
    let decided: Vec<Decided> = readings
        .into_iter()
        .map(|reading| {
            let known = known.get(&reading.package.sku);
            let price =
                known.and_then(|known| prices.get(&(known.plan.id, reading.package.currency)));
            let leads = known.is_none_or(|known| led.insert(known.plan.id));
            decide(reading, known, price, leads)
        })
        .collect();
    let rows = decided.iter().map(|decided| decided.row(dry_run)).collect();
    let report = import::settle(dry_run, rows, |row: &PlanImportRow| Verdict {
        number: row.row,
        outcome: row.outcome,
        errors: &row.errors,
    })?;
    if !dry_run {
        apply(tx, actor, provider, &decided, now)?;
    }
    Ok(report)
}

/// One import of a provider's list at a time.
fn hold(tx: &mut Tx<'_>, provider: ProviderId) -> Result<()> {
    match providers::lock(tx, provider) {
        Err(error) if error.code() == Some(ProblemCode::NotFound) => Err(Error::field(
            "provider_id",
            "unknown",
            "There is no such provider.",
        )),
        held => held.map(drop),
    }
}

/// A row, and what is to be done about it.
struct Decided<'a> {
    reading: Reading,
    plan: PlanId,
    deed: Deed<'a>,
}

enum Deed<'a> {
    Refuse,
    Keep,
    Create,
    Update {
        known: &'a Known,
        terms: bool,
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
            let terms = leads && !has_terms(&known.plan, &package.plan);
            let price = leads
                && price.is_none_or(|price| {
                    price.cost != package.cost || price.selling != package.selling
                });
            let cost = known.cost != package.cost || known.currency != package.currency;
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

/// Whether a plan is as the list states it. Name, description and whether it is sold are ours.
fn has_terms(plan: &Plan, stated: &NewPlan) -> bool {
    let sorted = |regions: &Regions| {
        let mut places = regions.0.clone();
        places.sort();
        places
    };
    plan.data_limit_mb == stated.data_limit_mb
        && plan.voice_minutes == stated.voice_minutes
        && plan.sms_count == stated.sms_count
        && plan.validity_days == stated.validity_days
        && sorted(&plan.regions) == sorted(&stated.regions)
}

impl Decided<'_> {
    fn package(&self) -> &Package {
        &self.reading.package
    }

    /// Whether a new price begins.
    fn is_priced(&self) -> bool {
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

    fn row(&self, dry_run: bool) -> PlanImportRow {
        let Package {
            sku,
            plan,
            cost,
            selling,
            currency,
        } = self.package().clone();
        let outcome = match self.deed {
            Deed::Refuse => ImportOutcome::Refused,
            Deed::Keep => ImportOutcome::Unchanged,
            Deed::Create => ImportOutcome::Created,
            Deed::Update { .. } => ImportOutcome::Updated,
        };
        let understood = |field: &str| {
            !self.reading.faults.iter().any(|fault| {
                fault.field == field && matches!(fault.code.as_str(), "required" | "type")
            })
        };
        PlanImportRow {
            row: self.reading.number,
            sku: Some(sku).filter(|sku| !sku.is_empty()),
            name: Some(plan.name).filter(|name| !name.is_empty()),
            outcome,
            plan_id: match outcome {
                ImportOutcome::Refused => None,
                ImportOutcome::Created if dry_run => None,
                _ => Some(self.plan),
            },
            cost_price: understood("cost_price").then_some(cost),
            selling_price: understood("selling_price").then_some(selling),
            currency: understood("currency").then_some(currency),
            errors: self.reading.faults.clone(),
        }
    }
}

/// Writes what was decided.
fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: ProviderId,
    decided: &[Decided<'_>],
    now: DateTime<Utc>,
) -> Result<()> {
    let of = |wanted: fn(&Deed<'_>) -> bool| {
        decided
            .iter()
            .filter(move |row| wanted(&row.deed))
            .map(|row| (row.plan, &row.package().plan))
            .collect::<Vec<_>>()
    };
    let new = query::insert(tx, &of(|deed| matches!(deed, Deed::Create)))?;
    let changed = query::take_over(
        tx,
        &of(|deed| matches!(deed, Deed::Update { terms: true, .. })),
    )?;
    let stated: Vec<NewOffer> = decided
        .iter()
        .map(|row| {
            let Package {
                sku,
                cost,
                currency,
                ..
            } = row.package();
            NewOffer {
                plan_id: row.plan,
                sku: sku.clone(),
                cost: cost.clone(),
                currency: *currency,
            }
        })
        .collect();
    offers::put(tx, provider, &stated, now)?;
    let prices: Vec<Global> = decided
        .iter()
        .filter(|row| row.is_priced())
        .map(|row| {
            let Package {
                cost,
                selling,
                currency,
                ..
            } = row.package();
            Global {
                plan: row.plan,
                cost: cost.clone(),
                selling: selling.clone(),
                currency: *currency,
            }
        })
        .collect();
    pricing::replace(tx, actor.id, &prices, now)?;
    record(tx, actor, provider, decided, &new, &changed)
}

/// One entry per plan, for its history, and one for the whole.
fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: ProviderId,
    decided: &[Decided<'_>],
    new: &[Plan],
    changed: &[Plan],
) -> Result<()> {
    let after: HashMap<PlanId, &Plan> = changed.iter().map(|plan| (plan.id, plan)).collect();
    let mut acts: Vec<Act<'_>> = new
        .iter()
        .map(|plan| Act::new("plan.create", "plan", plan.id.0).changing(audit::change(&(), plan)))
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
    acts.push(Act::new("plan.import", "provider", provider.0).changing(count));
    audit::record_all(
        tx,
        actor,
        acts.into_iter()
            .map(|act| act.because(Some("price list")))
            .collect(),
    )
}
