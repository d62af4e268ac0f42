//! Reads the rows of a provider's price list. Each provider has its own column names; the README lists the names that
//! the import accepts.

mod names;
mod prices;

use wire::{
    Check, Currency, Decimal, FieldError, Money,
    catalog::plans::{NewPlan, PlanImportOptions, Regions},
    text::rejected_in_line,
};

use names::{append_within_limit, parse_regions};
use platform::import::{self, Record};
use std::collections::{HashMap, HashSet};

/// A package of a provider, as a row states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The provider's key of the package.
    pub sku: String,
    /// The terms of the plan that the package supplies.
    pub plan: NewPlan,
    /// The cost price.
    pub cost: Money,
    /// The selling price.
    pub selling: Money,
    /// Where the selling price comes from.
    pub price_source: PriceSource,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The remaining stock of the provider, if the row states it.
    pub stock: Option<i32>,
    /// The lowest price that the provider allows.
    pub minimum_price: Option<Money>,
    /// The SKU of the same package as a top-up, where it differs.
    pub topup_sku: Option<String>,
}

/// Where the selling price of a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceSource {
    /// The list states the price.
    Stated,
    /// The markup of the import gives the price.
    MarkedUp,
    /// Neither the list nor a markup gives a price.
    Missing,
}

/// A row of a price list: its package and its errors.
#[derive(Debug)]
pub struct ParsedRow {
    /// The number of the row.
    pub number: i32,
    /// The package, as far as the row could be parsed.
    pub package: Package,
    /// The errors of the row. A row with an error is not imported.
    pub errors: Vec<FieldError>,
    is_topup: bool,
}

/// Parses every row, makes the names of the packages unique and rejects repeated SKUs. With a minimum margin in
/// percent, every row must have a price that leaves this margin.
pub fn parse_rows(
    records: &[Record],
    options: &PlanImportOptions,
    minimum_margin: Option<i64>,
) -> Vec<ParsedRow> {
    let mut rows: Vec<ParsedRow> = records
        .iter()
        .map(|record| parse_row(record, options, minimum_margin))
        .collect();
    make_names_unique(&mut rows, ParsedRow::full_name);
    make_names_unique(&mut rows, |row| {
        append_within_limit(&row.package.plan.name, &format!(" ({})", row.package.sku))
    });
    let mut seen = HashSet::new();
    for row in &mut rows {
        if !row.package.sku.is_empty() && !seen.insert(row.package.sku.clone()) {
            row.add_error("sku", "repeated", "An earlier row has the same SKU.");
        }
        for error in row.package.plan.field_errors() {
            row.add_first_error(error);
        }
    }
    rows
}

/// Gives a longer name to every row whose name another row has too.
fn make_names_unique(rows: &mut [ParsedRow], longer_name: impl Fn(&ParsedRow) -> String) {
    let mut count: HashMap<String, usize> = HashMap::new();
    for row in rows.iter() {
        *count.entry(row.package.plan.name.clone()).or_default() += 1;
    }
    for row in rows.iter_mut().filter(|row| {
        count
            .get(&row.package.plan.name)
            .is_some_and(|times| *times > 1)
    }) {
        row.package.plan.name = longer_name(row);
    }
}

fn parse_row(
    record: &Record,
    options: &PlanImportOptions,
    minimum_margin: Option<i64>,
) -> ParsedRow {
    let sku = record
        .key(&["sku", "id", "package_id"])
        .unwrap_or_default()
        .to_owned();
    let plan = NewPlan {
        name: record
            .get(&["name", "title"])
            .unwrap_or_default()
            .to_owned(),
        description: record.get(&["description"]).map(str::to_owned),
        is_active: options.publish.unwrap_or(true),
        ..NewPlan::default()
    };
    let package = Package {
        sku,
        plan,
        cost: Money::zero(),
        selling: Money::zero(),
        price_source: PriceSource::Missing,
        currency: options.currency.unwrap_or(Currency::Usd),
        stock: None,
        minimum_price: None,
        topup_sku: record.key(&["topup_sku"]).map(str::to_owned),
    };
    let is_topup = record
        .get(&["type"])
        .is_some_and(|kind| kind.eq_ignore_ascii_case("topup"));
    let mut row = ParsedRow {
        number: record.number,
        package,
        errors: Vec::new(),
        is_topup,
    };
    if row.package.sku.is_empty() {
        row.add_error(
            "sku",
            "required",
            "Enter the provider's key of the package.",
        );
    }
    if row.package.sku.chars().count() > 100 {
        row.add_error("sku", "too_long", "Use 100 characters at most.");
    }
    if rejected_in_line(&row.package.sku).is_some() {
        row.add_error(
            "sku",
            "invisible_character",
            "Remove line breaks and invisible characters.",
        );
    }
    row.read_terms(record);
    row.read_prices(record, options, minimum_margin);
    row.read_extras(record);
    row
}

impl ParsedRow {
    /// Returns the row of a package that was parsed before.
    pub fn from_package(number: i32, package: Package) -> Self {
        Self {
            number,
            package,
            errors: Vec::new(),
            is_topup: false,
        }
    }

    fn read_terms(&mut self, record: &Record) {
        let unlimited = record
            .key(&["unlimited"])
            .is_some_and(|text| import::boolean(text) == Ok(true));
        match record.key(&["data_limit_mb", "amount_mb", "amount"]) {
            _ if unlimited => {}
            Some(text) if text.eq_ignore_ascii_case("unlimited") => {}
            Some(text) => {
                self.package.plan.data_limit_mb = self.parse_decimal("data_limit_mb", text)
            }
            None => self.add_error(
                "data_limit_mb",
                "required",
                "Enter the data in MB, or `unlimited`.",
            ),
        }
        self.package.plan.voice_minutes = record
            .key(&["voice_minutes", "voice"])
            .map_or(0, |text| self.parse_integer("voice_minutes", text));
        self.package.plan.sms_count = record
            .key(&["sms_count", "text"])
            .map_or(0, |text| self.parse_integer("sms_count", text));
        self.package.plan.validity_days = match record.key(&["validity_days", "days", "day"]) {
            Some(text) => self.parse_integer("validity_days", text),
            None => 0,
        };
        self.package.plan.regions = Regions(parse_regions(
            record
                .get(&["regions", "coverage", "countries"])
                .unwrap_or_default(),
        ));
        // A top-up package only adds data to an existing eSIM, so its plan is not put on sale.
        if self.is_topup {
            self.package.plan.is_active = false;
        }
    }

    fn parse_decimal(&mut self, field: &str, text: &str) -> Option<Decimal> {
        text.parse()
            .map_err(|why| self.add_error(field, "type", &format!("It {why}.")))
            .ok()
    }

    fn parse_integer(&mut self, field: &str, text: &str) -> i32 {
        let number = text.parse::<Decimal>().ok().and_then(|number| {
            number
                .whole()
                .filter(|whole| Decimal::from(*whole) == number)
        });
        number
            .and_then(|whole| i32::try_from(whole).ok())
            .unwrap_or_else(|| {
                self.add_error(field, "type", "Enter a whole number.");
                0
            })
    }

    /// Adds an error.
    pub fn add_error(&mut self, field: &str, code: &str, message: &str) {
        self.errors.push(FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        });
    }

    /// Adds an error, unless the field has an error already: the first error of a field is the more important one.
    fn add_first_error(&mut self, error: FieldError) {
        if !self.errors.iter().any(|known| known.field == error.field) {
            self.errors.push(error);
        }
    }
}

#[cfg(test)]
mod tests;
