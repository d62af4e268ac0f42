//! What a package costs and sells for, and what else some lists say.

use super::{Reading, Selling};
use wire::{
    Check, Currency, FieldError, FieldErrors, Money,
    catalog::{
        plans::{PlanImportOptions, ValidityPolicy},
        pricing::{Earnings, NewPrice, by_markup},
    },
    region,
};

use platform::import::Record;

impl Reading {
    /// What it costs, and what it sells for. With a margin that is asked for, a price must be there and leave so much;
    /// without one, whoever asked looks at the prices by themselves.
    pub(super) fn read_prices(
        &mut self,
        row: &Record,
        options: &PlanImportOptions,
        margin: Option<i64>,
    ) {
        let cost = row
            .key(&["cost_price"])
            .or_else(|| row.key(&["net_price_usd", "net_price"]));
        let price = row
            .key(&["selling_price"])
            .or_else(|| row.key(&["price_usd", "price", "recommended_retail_usd"]));
        let in_dollars = (row.key(&["cost_price"]).is_none()
            && row.key(&["net_price_usd"]).is_some())
            || (row.key(&["selling_price"]).is_none()
                && price.is_some()
                && (row.key(&["price_usd"]).is_some() || row.key(&["price"]).is_none()));
        self.read_currency(row.key(&["currency"]), in_dollars);
        match cost.map(|text| self.number_of("cost_price", text)) {
            None => self.fault("cost_price", "required", "Enter what it costs us."),
            Some(cost) => self.package.cost = cost.unwrap_or_else(Money::zero),
        }
        match (price, &options.markup) {
            (Some(text), _) => {
                self.package.selling = self
                    .number_of("selling_price", text)
                    .unwrap_or_else(Money::zero);
                self.package.selling_is = Selling::Stated;
            }
            (None, Some(markup)) => {
                self.package.selling = by_markup(&self.package.cost, markup, self.package.currency);
                self.package.selling_is = Selling::MarkedUp;
            }
            (None, None) if margin.is_none() => {}
            (None, None) => self.fault(
                "selling_price",
                "required",
                "Enter what the customer pays, or give a markup for the whole list.",
            ),
        }
        self.package.stock = row
            .key(&["stock", "available"])
            .map(|text| self.whole("stock", text));
        self.package.minimum_price = row
            .get(&[
                "minimum_price",
                "minimum_price_usd",
                "minimum_selling_price",
            ])
            .and_then(|text| self.number_of("minimum_price", text));
        let is_explained = options
            .reason
            .as_deref()
            .is_some_and(|reason| !reason.trim().is_empty());
        self.check_prices(margin.filter(|_| !is_explained));
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

    /// Checks the prices by the rules of prices that are set by hand. Where a margin is required, a price that leaves
    /// less is rejected unless the import has a reason.
    fn check_prices(&mut self, margin: Option<i64>) {
        let is_told = |fault: &FieldError| {
            matches!(
                fault.field.as_str(),
                "cost_price" | "selling_price" | "currency" | "minimum_price"
            )
        };
        if self.faults.iter().any(is_told) {
            return;
        }
        let package = self.package.clone();
        let is_priced = package.selling_is != Selling::Missing;
        let price = NewPrice {
            plan_id: wire::PlanId(uuid::Uuid::nil()),
            region: region::GLOBAL.to_owned(),
            cost_price: package.cost.clone(),
            selling_price: package.selling.clone(),
            currency: package.currency,
            effective_from: None,
            effective_to: None,
            // Whether it needs one is looked at below.
            note: Some(String::new()),
        };
        for fault in price.faults() {
            if is_priced || fault.field != "selling_price" {
                self.add(fault);
            }
        }
        if package.stock.is_some_and(|stock| stock < 0) {
            self.fault("stock", "negative", "Enter zero or more.");
        }
        if let Some(minimum) = &package.minimum_price {
            let mut bad = FieldErrors::default();
            bad.not_negative("minimum_price", minimum);
            bad.0.into_iter().for_each(|fault| self.add(fault));
            if is_priced && package.selling < *minimum {
                let says = format!("The provider lets it be sold for {minimum} at least.");
                self.fault("selling_price", "below_minimum", &says);
            }
        }
        let Some(margin) = margin.filter(|_| is_priced) else {
            return;
        };
        if package.selling < package.cost {
            self.fault(
                "selling_price",
                "below_cost",
                "It sells below cost. Give a reason for the import to accept it.",
            );
        } else if Earnings::is_below(&package.cost, &package.selling, margin) {
            let says = format!(
                "It leaves less than {margin}% after the cost. Give a reason for the import to accept it."
            );
            self.fault("selling_price", "low_margin", &says);
        }
    }

    /// What only some lists say: it is taken for a new plan; of a known one it is ours.
    pub(super) fn read_extras(&mut self, row: &Record) {
        let yes = |text: &str| matches!(text.to_lowercase().as_str(), "true" | "1" | "yes");
        let plan = &mut self.package.plan;
        if let Some(text) = row.key(&["hotspot_allowed", "hotspot", "tethering"]) {
            plan.hotspot_allowed = yes(text);
        }
        if let Some(text) = row.key(&["kyc_required", "is_kyc_verify"]) {
            plan.kyc_required = yes(text);
        }
        plan.apn = row.key(&["apn", "apn_value"]).map(str::to_owned);
        plan.validity_policy = match row.key(&["validity_policy", "activation_policy"]) {
            Some("purchase") => ValidityPolicy::Purchase,
            Some("installation" | "install") => ValidityPolicy::Installation,
            _ => ValidityPolicy::FirstUse,
        };
        let days = row.key(&["activate_within_days"]);
        self.package.plan.activate_within_days =
            days.map(|text| self.whole("activate_within_days", text));
        let limit = row.key(&["daily_limit_mb"]);
        self.package.plan.daily_limit_mb =
            limit.and_then(|text| self.number_of("daily_limit_mb", text));
        let speed = row.key(&["throttled_kbps"]);
        self.package.plan.throttled_kbps = speed.map(|text| self.whole("throttled_kbps", text));
    }
}
