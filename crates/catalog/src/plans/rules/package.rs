//! What a row of a provider's price list means. Every provider names its columns in its own way; the README lists the
//! names that are understood.

mod prices;
mod words;

use wire::{
    Check, Currency, Decimal, FieldError, Money,
    catalog::plans::{NewPlan, PlanImportOptions, Regions},
    text::rejected_in_line,
};

use platform::import::{self, Record};
use std::collections::{HashMap, HashSet};
use words::{fitting, places};

/// A package of a provider, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The provider's key.
    pub sku: String,
    /// The plan that it would be.
    pub plan: NewPlan,
    /// What we pay.
    pub cost: Money,
    /// What the customer pays.
    pub selling: Money,
    /// Who says so.
    pub selling_is: Selling,
    /// The currency of all amounts.
    pub currency: Currency,
    /// How many the provider has left.
    pub stock: Option<i32>,
    /// The least that the provider lets it be sold for.
    pub minimum_price: Option<Money>,
}

/// Who says what the customer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selling {
    /// The list.
    Stated,
    /// The markup for the whole list.
    MarkedUp,
    /// Nobody.
    Missing,
}

/// One row: what was understood of it, and what is wrong with it.
#[derive(Debug)]
pub struct Reading {
    /// Its place in the list.
    pub number: i32,
    /// Its package, as far as it was understood.
    pub package: Package,
    /// What is wrong; with any of these, the package is not to be used.
    pub faults: Vec<FieldError>,
    is_topup: bool,
}

/// Reads every row, tells packages of the same title apart, and refuses what is there twice. With a margin that is
/// asked for, in percent, every row must have a price that leaves so much.
pub fn read_all(rows: &[Record], options: &PlanImportOptions, margin: Option<i64>) -> Vec<Reading> {
    let mut readings: Vec<Reading> = rows.iter().map(|row| read(row, options, margin)).collect();
    distinguish(&mut readings, Reading::full_name);
    distinguish(&mut readings, |reading| {
        fitting(
            &reading.package.plan.name,
            &format!(" ({})", reading.package.sku),
        )
    });
    let mut seen = HashSet::new();
    for reading in &mut readings {
        if !reading.package.sku.is_empty() && !seen.insert(reading.package.sku.clone()) {
            reading.fault("sku", "repeated", "An earlier row has the same.");
        }
        for fault in reading.package.plan.faults() {
            reading.add(fault);
        }
    }
    readings
}

/// Gives a longer name to those that share theirs with another row.
fn distinguish(readings: &mut [Reading], longer: impl Fn(&Reading) -> String) {
    let mut count: HashMap<String, usize> = HashMap::new();
    for reading in readings.iter() {
        *count.entry(reading.package.plan.name.clone()).or_default() += 1;
    }
    for reading in readings.iter_mut().filter(|reading| {
        count
            .get(&reading.package.plan.name)
            .is_some_and(|times| *times > 1)
    }) {
        reading.package.plan.name = longer(reading);
    }
}

fn read(row: &Record, options: &PlanImportOptions, margin: Option<i64>) -> Reading {
    let sku = row
        .key(&["sku", "id", "package_id"])
        .unwrap_or_default()
        .to_owned();
    let plan = NewPlan {
        name: row.get(&["name", "title"]).unwrap_or_default().to_owned(),
        description: row.get(&["description"]).map(str::to_owned),
        is_active: options.publish.unwrap_or(true),
        ..NewPlan::default()
    };
    let package = Package {
        sku,
        plan,
        cost: Money::zero(),
        selling: Money::zero(),
        selling_is: Selling::Missing,
        currency: options.currency.unwrap_or(Currency::Usd),
        stock: None,
        minimum_price: None,
    };
    let is_topup = row
        .get(&["type"])
        .is_some_and(|kind| kind.eq_ignore_ascii_case("topup"));
    let mut reading = Reading {
        number: row.number,
        package,
        faults: Vec::new(),
        is_topup,
    };
    if reading.package.sku.is_empty() {
        reading.fault(
            "sku",
            "required",
            "Enter the provider's key of the package.",
        );
    }
    if reading.package.sku.chars().count() > 100 {
        reading.fault("sku", "too_long", "Use 100 characters at most.");
    }
    if rejected_in_line(&reading.package.sku).is_some() {
        reading.fault(
            "sku",
            "invisible_character",
            "Remove line breaks and invisible characters.",
        );
    }
    reading.read_terms(row);
    reading.read_prices(row, options, margin);
    reading.read_extras(row);
    reading
}

impl Reading {
    /// A package that was understood before.
    pub fn again(number: i32, package: Package) -> Self {
        Self {
            number,
            package,
            faults: Vec::new(),
            is_topup: false,
        }
    }

    fn read_terms(&mut self, row: &Record) {
        let unlimited = row
            .key(&["unlimited"])
            .is_some_and(|text| import::boolean(text) == Ok(true));
        match row.key(&["data_limit_mb", "amount_mb", "amount"]) {
            _ if unlimited => {}
            Some(text) if text.eq_ignore_ascii_case("unlimited") => {}
            Some(text) => self.package.plan.data_limit_mb = self.number_of("data_limit_mb", text),
            None => self.fault(
                "data_limit_mb",
                "required",
                "Enter the data in MB, or `unlimited`.",
            ),
        }
        self.package.plan.voice_minutes = row
            .key(&["voice_minutes", "voice"])
            .map_or(0, |text| self.whole("voice_minutes", text));
        self.package.plan.sms_count = row
            .key(&["sms_count", "text"])
            .map_or(0, |text| self.whole("sms_count", text));
        self.package.plan.validity_days = match row.key(&["validity_days", "days", "day"]) {
            Some(text) => self.whole("validity_days", text),
            None => 0,
        };
        self.package.plan.regions = Regions(places(
            row.get(&["regions", "coverage", "countries"])
                .unwrap_or_default(),
        ));
        // What only adds to an eSIM in use must not be sold as a new one by itself.
        if self.is_topup {
            self.package.plan.is_active = false;
        }
    }

    fn number_of(&mut self, field: &str, text: &str) -> Option<Decimal> {
        text.parse()
            .map_err(|why| self.fault(field, "type", &format!("It {why}.")))
            .ok()
    }

    fn whole(&mut self, field: &str, text: &str) -> i32 {
        let number = text.parse::<Decimal>().ok().and_then(|number| {
            number
                .whole()
                .filter(|whole| Decimal::from(*whole) == number)
        });
        number
            .and_then(|whole| i32::try_from(whole).ok())
            .unwrap_or_else(|| {
                self.fault(field, "type", "Enter a whole number.");
                0
            })
    }

    /// Adds a fault.
    pub fn fault(&mut self, field: &str, code: &str, message: &str) {
        self.faults.push(FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        });
    }

    /// Adds a fault, unless something worse is known of the same field.
    fn add(&mut self, fault: FieldError) {
        if !self.faults.iter().any(|known| known.field == fault.field) {
            self.faults.push(fault);
        }
    }
}

#[cfg(test)]
mod tests;
