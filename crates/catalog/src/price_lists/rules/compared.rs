//! A price list held against what we sell, row by row.

use crate::plans::rules::{
    decided::{Decided, Deed, World, differences},
    package::{Package, Reading, Selling},
};
use wire::{
    Decimal, Money,
    catalog::{
        price_lists::{PriceListChange, PriceListRow, PriceListStated, PriceListTerm},
        pricing::Earnings,
    },
};

use std::collections::HashSet;

/// A list held against the world: what is to be done, and how that is shown.
pub struct Compared<'a> {
    decided: Vec<Decided<'a>>,
    rows: Vec<PriceListRow>,
}

impl<'a> Compared<'a> {
    /// Every package of the list, and those that it does not have any more.
    pub fn of(world: &'a World, margin: i64, mut readings: Vec<Reading>) -> Self {
        for reading in &mut readings {
            priced(reading, world);
        }
        let named: HashSet<String> = readings
            .iter()
            .map(|reading| reading.package.sku.clone())
            .collect();
        let decided = world.decide(readings);
        let mut rows: Vec<PriceListRow> =
            decided.iter().map(|one| row(one, world, margin)).collect();
        let mut gone: Vec<PriceListRow> = world
            .known
            .values()
            .filter(|known| known.is_active && !named.contains(&known.sku))
            .map(|known| PriceListRow {
                plan_id: Some(known.plan.id),
                name: known.plan.name.clone(),
                cost_before: Some(known.cost.clone()),
                currency: Some(known.currency),
                ..empty(&known.sku, PriceListChange::Gone)
            })
            .collect();
        gone.sort_by(|one, other| one.sku.cmp(&other.sku));
        rows.extend(gone);
        Self { decided, rows }
    }
    /// What is to be done, and how that is shown.
    pub fn split(self) -> (Vec<Decided<'a>>, Vec<PriceListRow>) {
        (self.decided, self.rows)
    }
}

/// A known plan keeps what it sells for, where the list does not say; a new one must have a price.
fn priced(reading: &mut Reading, world: &World) {
    if reading.package.selling_is == Selling::Stated {
        return;
    }
    match world.price(&reading.package) {
        Some(price) => reading.package.selling = price.selling.clone(),
        None if reading.package.selling_is == Selling::MarkedUp => {}
        None => reading.fault(
            "selling_price",
            "required",
            "The list does not say what the customer pays, and no markup was given.",
        ),
    }
}

fn empty(sku: &str, change: PriceListChange) -> PriceListRow {
    PriceListRow {
        row: None,
        sku: sku.to_owned(),
        name: String::new(),
        change,
        plan_id: None,
        terms: Vec::new(),
        cost_before: None,
        cost_after: None,
        cost_moved: None,
        selling_before: None,
        selling_after: None,
        margin_after: None,
        currency: None,
        currency_before: None,
        needs_reason: false,
        errors: Vec::new(),
        published: false,
        stated: None,
    }
}

/// How a row is shown.
fn row(decided: &Decided<'_>, world: &World, margin: i64) -> PriceListRow {
    let package = decided.package();
    let change = match decided.deed {
        Deed::Refuse => PriceListChange::Refused,
        Deed::Keep => PriceListChange::Unchanged,
        Deed::Create => PriceListChange::New,
        Deed::Update { .. } => PriceListChange::Changed,
    };
    let base = PriceListRow {
        row: Some(decided.reading.number),
        name: package.plan.name.clone(),
        errors: decided.reading.faults.clone(),
        ..empty(&package.sku, change)
    };
    if change == PriceListChange::Refused {
        return base;
    }
    let known = world.known.get(&package.sku);
    let (cost, selling) = (&package.cost, &package.selling);
    let same_currency = known.filter(|known| known.currency == package.currency);
    PriceListRow {
        name: known.map_or_else(|| base.name.clone(), |known| known.plan.name.clone()),
        plan_id: known.map(|known| known.plan.id),
        terms: terms(decided, package),
        cost_before: known.map(|known| known.cost.clone()),
        cost_after: Some(cost.clone()),
        cost_moved: same_currency.and_then(|known| moved(&known.cost, cost)),
        currency_before: known
            .map(|known| known.currency)
            .filter(|currency| *currency != package.currency),
        selling_before: world.price(package).map(|price| price.selling.clone()),
        selling_after: Some(selling.clone()),
        margin_after: Earnings::of(cost, selling).margin_percent,
        currency: Some(package.currency),
        needs_reason: decided.is_priced()
            && (selling < cost || Earnings::is_below(cost, selling, margin)),
        stated: Some(stated(package)),
        ..base
    }
}

fn moved(before: &Money, after: &Money) -> Option<Decimal> {
    after.minus(before).percent_of(before)
}

/// The terms that become others, and what the provider asks for, too.
fn terms(decided: &Decided<'_>, package: &Package) -> Vec<PriceListTerm> {
    let Deed::Update { known, terms, .. } = &decided.deed else {
        return Vec::new();
    };
    let mut found = if *terms {
        differences(&known.plan, &package.plan)
    } else {
        Vec::new()
    };
    if let Some(minimum) = package.minimum_price.as_ref()
        && known.minimum.as_ref() != Some(minimum)
    {
        let before = known.minimum.as_ref();
        found.push(PriceListTerm {
            field: "minimum_price".to_owned(),
            before: before.map_or_else(|| "none".to_owned(), Money::to_string),
            after: minimum.to_string(),
        });
    }
    found
}

fn stated(package: &Package) -> PriceListStated {
    PriceListStated {
        plan: package.plan.clone(),
        selling: (package.selling_is != Selling::Missing).then(|| package.selling.clone()),
        selling_is_stated: package.selling_is == Selling::Stated,
        stock: package.stock,
        minimum_price: package.minimum_price.clone(),
    }
}

/// A package as it was stated when the list came.
pub fn reread(row: &PriceListRow) -> Option<Reading> {
    let stated = row.stated.clone()?;
    let package = Package {
        sku: row.sku.clone(),
        plan: stated.plan,
        cost: row.cost_after.clone()?,
        selling_is: match (stated.selling_is_stated, &stated.selling) {
            (true, _) => Selling::Stated,
            (false, Some(_)) => Selling::MarkedUp,
            (false, None) => Selling::Missing,
        },
        selling: stated.selling.unwrap_or_else(Money::zero),
        currency: row.currency?,
        stock: stated.stock,
        minimum_price: stated.minimum_price,
    };
    Some(Reading::again(row.row?, package))
}
