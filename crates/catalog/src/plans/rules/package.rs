//! What a row of a provider's price list means. Every provider names its columns in its own way; the README lists the
//! names that are understood.

use wire::{
    Check, Currency, Decimal, FieldError, Money,
    catalog::{
        plans::{NewPlan, PlanImportOptions, Regions},
        pricing::NewPrice,
    },
    region,
};

use platform::import::Record;
use std::collections::{HashMap, HashSet};

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
    /// The currency of both.
    pub currency: Currency,
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

/// Reads every row, tells packages of the same title apart, and refuses what is there twice.
pub fn read_all(rows: &[Record], options: &PlanImportOptions) -> Vec<Reading> {
    let mut readings: Vec<Reading> = rows.iter().map(|row| read(row, options)).collect();
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

fn read(row: &Record, options: &PlanImportOptions) -> Reading {
    let sku = row
        .get(&["sku", "id", "package_id"])
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
        currency: options.currency.unwrap_or(Currency::Usd),
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
    reading.read_terms(row);
    reading.read_prices(row, options);
    reading
}

impl Reading {
    fn read_terms(&mut self, row: &Record) {
        let unlimited = row
            .get(&["unlimited"])
            .is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1");
        match row.get(&["data_limit_mb", "amount_mb", "amount"]) {
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
            .get(&["voice_minutes", "voice"])
            .map_or(0, |text| self.whole("voice_minutes", text));
        self.package.plan.sms_count = row
            .get(&["sms_count", "text"])
            .map_or(0, |text| self.whole("sms_count", text));
        self.package.plan.validity_days = match row.get(&["validity_days", "days", "day"]) {
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

    fn read_prices(&mut self, row: &Record, options: &PlanImportOptions) {
        let cost = row
            .get(&["cost_price"])
            .or_else(|| row.get(&["net_price_usd", "net_price"]));
        let price = row
            .get(&["selling_price"])
            .or_else(|| row.get(&["price_usd", "price", "recommended_retail_usd"]));
        let in_dollars = (row.get(&["cost_price"]).is_none()
            && row.get(&["net_price_usd"]).is_some())
            || (row.get(&["selling_price"]).is_none()
                && price.is_some()
                && (row.get(&["price_usd"]).is_some() || row.get(&["price"]).is_none()));
        self.read_currency(row.get(&["currency"]), in_dollars);
        match cost.map(|text| self.number_of("cost_price", text)) {
            None => self.fault("cost_price", "required", "Enter what it costs us."),
            Some(cost) => self.package.cost = cost.unwrap_or_else(Money::zero),
        }
        match (price, &options.markup) {
            (Some(text), _) => {
                self.package.selling = self
                    .number_of("selling_price", text)
                    .unwrap_or_else(Money::zero)
            }
            (None, Some(markup)) => self.package.selling = marked_up(&self.package.cost, markup),
            (None, None) => self.fault(
                "selling_price",
                "required",
                "Enter what the customer pays, or give a markup for the whole list.",
            ),
        }
        self.check_prices();
    }

    fn read_currency(&mut self, stated: Option<&str>, in_dollars: bool) {
        match stated.map(|text| <Currency as wire::Param>::parse(&text.to_uppercase())) {
            Some(Ok(currency)) => self.package.currency = currency,
            Some(Err(why)) => self.fault("currency", "unknown", &format!("It {why}.")),
            None if in_dollars => self.package.currency = Currency::Usd,
            None => {}
        }
        if in_dollars && self.package.currency != Currency::Usd {
            self.fault(
                "currency",
                "contradiction",
                "The amounts are in USD by their columns' names.",
            );
        }
    }

    /// As if the price were set by hand; but a list has no place to say why it sells below cost.
    fn check_prices(&mut self) {
        if self.faults.iter().any(|fault| {
            matches!(
                fault.field.as_str(),
                "cost_price" | "selling_price" | "currency"
            )
        }) {
            return;
        }
        let Package {
            cost,
            selling,
            currency,
            ..
        } = self.package.clone();
        let price = NewPrice {
            plan_id: wire::PlanId(uuid::Uuid::nil()),
            region: region::GLOBAL.to_owned(),
            cost_price: cost,
            selling_price: selling,
            currency,
            effective_from: None,
            effective_to: None,
            note: None,
        };
        for fault in price.faults() {
            if fault.field == "note" {
                self.fault(
                    "selling_price",
                    "below_cost",
                    "It sells below cost. Set such a price by hand, with a reason.",
                );
            } else {
                self.add(fault);
            }
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

    fn fault(&mut self, field: &str, code: &str, message: &str) {
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

    /// The title and what sets the package apart from others of that title.
    fn full_name(&self) -> String {
        let plan = &self.package.plan;
        let days = if plan.validity_days == 1 {
            "day"
        } else {
            "days"
        };
        let mut rest = format!(
            " {} {} {days}",
            data(plan.data_limit_mb.as_ref()),
            plan.validity_days
        );
        if plan.voice_minutes > 0 {
            rest.push_str(&format!(", {} min", plan.voice_minutes));
        }
        if plan.sms_count > 0 {
            rest.push_str(&format!(", {} SMS", plan.sms_count));
        }
        if self.is_topup {
            rest.push_str(" top-up");
        }
        fitting(&plan.name, &rest)
    }
}

/// Both together; of the first only as much as a name has room for.
fn fitting(first: &str, rest: &str) -> String {
    let room = 100_usize.saturating_sub(rest.chars().count());
    first
        .chars()
        .take(room)
        .chain(rest.chars())
        .take(100)
        .collect()
}

/// Suppliers count 1024 MB to the GB or 1000; the name says what they mean.
fn data(limit: Option<&Decimal>) -> String {
    let Some(limit) = limit else {
        return "unlimited".to_owned();
    };
    let whole = limit
        .whole()
        .filter(|whole| Decimal::from(*whole) == *limit && *whole > 0);
    match whole.map(|whole| (whole, whole % 1024, whole % 1000)) {
        Some((whole, 0, _)) => format!("{} GB", whole / 1024),
        Some((whole, _, 0)) => format!("{} GB", whole / 1000),
        Some((whole, ..)) => format!("{whole} MB"),
        None => format!("{limit} MB"),
    }
}

fn marked_up(cost: &Money, markup: &Decimal) -> Money {
    Money::new(
        cost.exact() * (markup.exact() + bigdecimal::BigDecimal::from(100))
            / bigdecimal::BigDecimal::from(100),
    )
}

/// Places as they are written: codes or names, separated by `|`, `;` or commas, or codes by spaces.
fn places(text: &str) -> Vec<String> {
    let parts: Vec<&str> = match text.contains(['|', ';', ',']) {
        true => text.split(['|', ';', ',']).map(str::trim).collect(),
        false if region::is_known(&place(text)) => vec![text],
        false => text.split_whitespace().collect(),
    };
    let mut codes: Vec<String> = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(place)
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

/// The code of a place that may be called by a name or in lower case.
fn place(text: &str) -> String {
    let word = text.trim().to_uppercase().replace([' ', '-'], "_");
    match word.as_str() {
        "WORLD" | "WORLDWIDE" => region::GLOBAL.to_owned(),
        "EU" => "EUROPE".to_owned(),
        "UK" => "GB".to_owned(),
        "LATAM" | "SOUTH_AMERICA" => "LATIN_AMERICA".to_owned(),
        "CARIBBEAN_ISLANDS" => "CARIBBEAN".to_owned(),
        _ => word,
    }
}

#[cfg(test)]
mod tests;
