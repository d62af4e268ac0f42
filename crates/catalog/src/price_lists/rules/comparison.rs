//! The comparison of a price list with the catalog, row by row.

use crate::price_lists::import::{
    package::{Package, ParsedRow, PriceSource},
    planned_changes::{CatalogSnapshot, PlannedChange, RowAction, term_differences},
};
use wire::{
    Decimal, Money,
    catalog::{
        price_lists::{PriceListChange, PriceListPackage, PriceListRow, PriceListTermChange},
        pricing::Earnings,
    },
};

use std::collections::HashSet;

/// A price list compared with the catalog: the planned changes and the rows of the response.
pub struct Comparison<'a> {
    changes: Vec<PlannedChange<'a>>,
    rows: Vec<PriceListRow>,
}

impl<'a> Comparison<'a> {
    /// Compares every package of the list, and adds the active offers that the list no longer contains.
    pub fn new(
        snapshot: &'a CatalogSnapshot,
        minimum_margin: i64,
        mut parsed: Vec<ParsedRow>,
    ) -> Self {
        for row in &mut parsed {
            fill_selling_price(row, snapshot);
        }
        let listed: HashSet<String> = parsed.iter().map(|row| row.package.sku.clone()).collect();
        let changes = snapshot.plan_changes(parsed);
        let mut rows: Vec<PriceListRow> = changes
            .iter()
            .map(|change| comparison_row(change, snapshot, minimum_margin))
            .collect();
        let mut removed: Vec<PriceListRow> = snapshot
            .offers
            .values()
            .filter(|known| known.is_active && !listed.contains(&known.sku))
            .map(|known| PriceListRow {
                plan_id: Some(known.plan.id),
                name: known.plan.name.clone(),
                cost_before: Some(known.cost.clone()),
                currency: Some(known.currency),
                ..empty_row(&known.sku, PriceListChange::Gone)
            })
            .collect();
        removed.sort_by(|one, other| one.sku.cmp(&other.sku));
        rows.extend(removed);
        Self { changes, rows }
    }

    /// Returns the planned changes and the rows of the response.
    pub fn into_parts(self) -> (Vec<PlannedChange<'a>>, Vec<PriceListRow>) {
        (self.changes, self.rows)
    }
}

/// Sets the selling price of a row without one to the current price of its plan. A new plan must have a price.
fn fill_selling_price(row: &mut ParsedRow, snapshot: &CatalogSnapshot) {
    if row.package.price_source == PriceSource::Stated {
        return;
    }
    match snapshot.price(&row.package) {
        Some(price) => row.package.selling = price.selling.clone(),
        None if row.package.price_source == PriceSource::MarkedUp => {}
        None => row.add_error(
            "selling_price",
            "required",
            "The list has no selling price for this package. Enter a markup.",
        ),
    }
}

fn empty_row(sku: &str, change: PriceListChange) -> PriceListRow {
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

/// Returns the row of the response for a planned change.
fn comparison_row(
    planned: &PlannedChange<'_>,
    snapshot: &CatalogSnapshot,
    minimum_margin: i64,
) -> PriceListRow {
    let package = planned.package();
    let change = match planned.action {
        RowAction::Reject => PriceListChange::Refused,
        RowAction::Keep => PriceListChange::Unchanged,
        RowAction::Create => PriceListChange::New,
        RowAction::Update { .. } => PriceListChange::Changed,
    };
    let base = PriceListRow {
        row: Some(planned.row.number),
        name: package.plan.name.clone(),
        errors: planned.row.errors.clone(),
        ..empty_row(&package.sku, change)
    };
    if change == PriceListChange::Refused {
        return base;
    }
    let known = snapshot.offers.get(&package.sku);
    let (cost, selling) = (&package.cost, &package.selling);
    let same_currency = known.filter(|known| known.currency == package.currency);
    PriceListRow {
        name: known.map_or_else(|| base.name.clone(), |known| known.plan.name.clone()),
        plan_id: known.map(|known| known.plan.id),
        terms: changed_terms(planned, package),
        cost_before: known.map(|known| known.cost.clone()),
        cost_after: Some(cost.clone()),
        cost_moved: same_currency.and_then(|known| percent_change(&known.cost, cost)),
        currency_before: known
            .map(|known| known.currency)
            .filter(|currency| *currency != package.currency),
        selling_before: snapshot.price(package).map(|price| price.selling.clone()),
        selling_after: Some(selling.clone()),
        margin_after: Earnings::from_prices(cost, selling).margin_percent,
        currency: Some(package.currency),
        needs_reason: planned.is_priced()
            && (selling < cost || Earnings::is_below(cost, selling, minimum_margin)),
        stated: Some(to_price_list_package(package)),
        ..base
    }
}

fn percent_change(before: &Money, after: &Money) -> Option<Decimal> {
    after.minus(before).percent_of(before)
}

/// Returns the terms that change, including the minimum price of the provider.
fn changed_terms(planned: &PlannedChange<'_>, package: &Package) -> Vec<PriceListTermChange> {
    let RowAction::Update { known, terms, .. } = &planned.action else {
        return Vec::new();
    };
    let mut found = if *terms {
        term_differences(&known.plan, &package.plan)
    } else {
        Vec::new()
    };
    if let Some(minimum) = package.minimum_price.as_ref()
        && known.minimum_price.as_ref() != Some(minimum)
    {
        let before = known.minimum_price.as_ref();
        found.push(PriceListTermChange {
            field: "minimum_price".to_owned(),
            before: before.map_or_else(|| "none".to_owned(), Money::to_string),
            after: minimum.to_string(),
        });
    }
    if let Some(sku) = package.topup_sku.as_ref()
        && known.topup_sku.as_ref() != Some(sku)
    {
        let before = known.topup_sku.clone();
        found.push(PriceListTermChange {
            field: "topup_sku".to_owned(),
            before: before.unwrap_or_else(|| "none".to_owned()),
            after: sku.clone(),
        });
    }
    found
}

fn to_price_list_package(package: &Package) -> PriceListPackage {
    PriceListPackage {
        plan: package.plan.clone(),
        selling: (package.price_source != PriceSource::Missing).then(|| package.selling.clone()),
        selling_is_stated: package.price_source == PriceSource::Stated,
        stock: package.stock,
        minimum_price: package.minimum_price.clone(),
        topup_sku: package.topup_sku.clone(),
    }
}

/// Returns the row as it was parsed when the comparison was created.
pub fn parse_stored_row(row: &PriceListRow) -> Option<ParsedRow> {
    let stated = row.stated.clone()?;
    let package = Package {
        sku: row.sku.clone(),
        plan: stated.plan,
        cost: row.cost_after.clone()?,
        price_source: match (stated.selling_is_stated, &stated.selling) {
            (true, _) => PriceSource::Stated,
            (false, Some(_)) => PriceSource::MarkedUp,
            (false, None) => PriceSource::Missing,
        },
        selling: stated.selling.unwrap_or_else(Money::zero),
        currency: row.currency?,
        stock: stated.stock,
        minimum_price: stated.minimum_price,
        topup_sku: stated.topup_sku,
    };
    Some(ParsedRow::from_package(row.row?, package))
}
