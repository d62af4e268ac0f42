//! The prices of a package, and the optional columns of a price list.

use super::{ParsedRow, PriceSource};
use wire::{
    Check, Currency, FieldError, FieldErrors, Money,
    catalog::{
        plans::{PlanImportOptions, ValidityPolicy},
        pricing::{Earnings, NewPrice, by_markup},
    },
    region,
};

use platform::import::Record;

impl ParsedRow {
    /// Reads the cost and the selling price. With a minimum margin, the price is required and must leave this margin;
    /// without one, the caller checks the prices.
    pub(super) fn read_prices(
        &mut self,
        record: &Record,
        options: &PlanImportOptions,
        minimum_margin: Option<i64>,
    ) {
        let cost = record
            .key(&["cost_price"])
            .or_else(|| record.key(&["net_price_usd", "net_price"]));
        let price = record
            .key(&["selling_price"])
            .or_else(|| record.key(&["price_usd", "price", "recommended_retail_usd"]));
        let in_dollars = (record.key(&["cost_price"]).is_none()
            && record.key(&["net_price_usd"]).is_some())
            || (record.key(&["selling_price"]).is_none()
                && price.is_some()
                && (record.key(&["price_usd"]).is_some() || record.key(&["price"]).is_none()));
        self.read_currency(record.key(&["currency"]), in_dollars);
        match cost.map(|text| self.parse_decimal("cost_price", text)) {
            None => self.add_error("cost_price", "required", "Enter the cost price."),
            Some(cost) => self.package.cost = cost.unwrap_or_else(Money::zero),
        }
        match (price, &options.markup) {
            (Some(text), _) => {
                self.package.selling = self
                    .parse_decimal("selling_price", text)
                    .unwrap_or_else(Money::zero);
                self.package.price_source = PriceSource::Stated;
            }
            (None, Some(markup)) => {
                self.package.selling = by_markup(&self.package.cost, markup, self.package.currency);
                self.package.price_source = PriceSource::MarkedUp;
            }
            (None, None) if minimum_margin.is_none() => {}
            (None, None) => self.add_error(
                "selling_price",
                "required",
                "Enter a selling price, or a markup for the whole list.",
            ),
        }
        self.package.stock = record
            .key(&["stock", "available"])
            .map(|text| self.parse_integer("stock", text));
        self.package.minimum_price = record
            .get(&[
                "minimum_price",
                "minimum_price_usd",
                "minimum_selling_price",
            ])
            .and_then(|text| self.parse_decimal("minimum_price", text));
        let is_explained = options
            .reason
            .as_deref()
            .is_some_and(|reason| !reason.trim().is_empty());
        self.check_prices(minimum_margin.filter(|_| !is_explained));
    }

    fn read_currency(&mut self, stated: Option<&str>, in_dollars: bool) {
        match stated.map(|text| <Currency as wire::Param>::parse(&text.to_uppercase())) {
            Some(Ok(currency)) => self.package.currency = currency,
            Some(Err(why)) => self.add_error("currency", "unknown", &format!("It {why}.")),
            None if in_dollars => self.package.currency = Currency::Usd,
            None => {}
        }
        if in_dollars && self.package.currency != Currency::Usd {
            self.add_error(
                "currency",
                "contradiction",
                "The names of the amount columns say USD.",
            );
        }
    }

    /// Checks the prices with the rules for manual prices. With a minimum margin, a price that leaves less is rejected;
    /// an import with a reason passes no minimum.
    fn check_prices(&mut self, minimum_margin: Option<i64>) {
        let is_price_error = |error: &FieldError| {
            matches!(
                error.field.as_str(),
                "cost_price" | "selling_price" | "currency" | "minimum_price"
            )
        };
        if self.errors.iter().any(is_price_error) {
            return;
        }
        let package = self.package.clone();
        let is_priced = package.price_source != PriceSource::Missing;
        let price = NewPrice {
            plan_id: wire::PlanId(uuid::Uuid::nil()),
            region: region::GLOBAL.to_owned(),
            cost_price: package.cost.clone(),
            selling_price: package.selling.clone(),
            currency: package.currency,
            effective_from: None,
            effective_to: None,
            // The margin is checked below, so the note is not required here.
            note: Some(String::new()),
        };
        for error in price.field_errors() {
            if is_priced || error.field != "selling_price" {
                self.add_first_error(error);
            }
        }
        if package.stock.is_some_and(|stock| stock < 0) {
            self.add_error("stock", "negative", "Enter zero or more.");
        }
        if let Some(minimum) = &package.minimum_price {
            let mut bad = FieldErrors::default();
            bad.not_negative("minimum_price", minimum);
            bad.0
                .into_iter()
                .for_each(|error| self.add_first_error(error));
            if is_priced && package.selling < *minimum {
                let message = format!("The provider requires a price of {minimum} or more.");
                self.add_error("selling_price", "below_minimum", &message);
            }
        }
        let Some(margin) = minimum_margin.filter(|_| is_priced) else {
            return;
        };
        if package.selling < package.cost {
            self.add_error(
                "selling_price",
                "below_cost",
                "The price is below the cost. Enter a reason to import it anyway.",
            );
        } else if Earnings::is_below(&package.cost, &package.selling, margin) {
            let message =
                format!("The margin is below {margin}%. Enter a reason to import it anyway.");
            self.add_error("selling_price", "low_margin", &message);
        }
    }

    /// Reads the optional columns. They set the values of a new plan; an existing plan keeps its own values.
    pub(super) fn read_extras(&mut self, record: &Record) {
        let is_true = |text: &str| matches!(text.to_lowercase().as_str(), "true" | "1" | "yes");
        let plan = &mut self.package.plan;
        if let Some(text) = record.key(&["hotspot_allowed", "hotspot", "tethering"]) {
            plan.hotspot_allowed = is_true(text);
        }
        if let Some(text) = record.key(&["kyc_required", "is_kyc_verify"]) {
            plan.kyc_required = is_true(text);
        }
        plan.apn = record.key(&["apn", "apn_value"]).map(str::to_owned);
        plan.validity_policy = match record.key(&["validity_policy", "activation_policy"]) {
            Some("purchase") => ValidityPolicy::Purchase,
            Some("installation" | "install") => ValidityPolicy::Installation,
            _ => ValidityPolicy::FirstUse,
        };
        let days = record.key(&["activate_within_days"]);
        self.package.plan.activate_within_days =
            days.map(|text| self.parse_integer("activate_within_days", text));
        let limit = record.key(&["daily_limit_mb"]);
        self.package.plan.daily_limit_mb =
            limit.and_then(|text| self.parse_decimal("daily_limit_mb", text));
        let speed = record.key(&["throttled_kbps"]);
        self.package.plan.throttled_kbps =
            speed.map(|text| self.parse_integer("throttled_kbps", text));
    }
}
