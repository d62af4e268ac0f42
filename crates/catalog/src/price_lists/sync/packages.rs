//! The packages of a provider's catalog, as rows of a price list.

use crate::price_lists::import::package::{self, ParsedRow, PriceSource};
use wire::{
    Currency, Decimal, Money,
    catalog::{
        plans::{PlanImportOptions, ValidityPolicy},
        price_lists::SyncCatalog,
        pricing::by_markup,
    },
};

use bigdecimal::{BigDecimal, RoundingMode};
use platform::import::Record;
use suppliers::CatalogItem;

/// The maximum length of the name of a plan.
const NAME: usize = 100;

/// Returns the rows of a catalog. A package that cannot be a plan has its errors, like a row of an uploaded list.
///
/// A package that is known keeps the selling price of its plan. A new one has the markup, or the price that the provider
/// suggests.
pub fn rows(items: &[CatalogItem], options: &SyncCatalog) -> Vec<ParsedRow> {
    let records: Vec<Record> = (1..)
        .zip(items)
        .map(|(number, item)| record(number, item))
        .collect();
    let import_options = PlanImportOptions {
        publish: Some(options.publish),
        ..PlanImportOptions::default()
    };
    let mut rows = package::parse_rows(&records, &import_options, None);
    for (row, item) in rows.iter_mut().zip(items) {
        let package = &mut row.package;
        let price = match &options.markup {
            Some(markup) => Some(by_markup(&package.cost, markup, item.currency)),
            None => item
                .suggested_price
                .as_ref()
                .map(|price| rounded_up(price, item.currency)),
        };
        if let Some(price) = price {
            let floor = package.minimum_price.clone();
            package.selling = floor.map_or(price.clone(), |floor| floor.max(price));
            package.price_source = PriceSource::MarkedUp;
        }
    }
    rows
}

fn record(number: i32, item: &CatalogItem) -> Record {
    let yes = |is_set: bool| is_set.to_string();
    let policy = |policy: ValidityPolicy| match policy {
        ValidityPolicy::Purchase => "purchase",
        ValidityPolicy::Installation => "installation",
        ValidityPolicy::FirstUse => "first_use",
    };
    let values = [
        ("sku", Some(item.sku.clone())),
        ("name", Some(item.name.chars().take(NAME).collect())),
        (
            "data_limit_mb",
            Some(
                item.data_bytes
                    .map_or_else(|| "unlimited".to_owned(), megabytes),
            ),
        ),
        ("validity_days", Some(item.validity_days.to_string())),
        ("regions", Some(item.regions.join("|"))),
        ("voice_minutes", Some(item.voice_minutes.to_string())),
        ("sms_count", Some(item.sms_count.to_string())),
        (
            "cost_price",
            Some(rounded_up(&item.cost, item.currency).to_string()),
        ),
        ("currency", Some(item.currency.to_string())),
        (
            "minimum_price",
            item.minimum_price
                .as_ref()
                .map(|price| rounded_up(price, item.currency).to_string()),
        ),
        ("stock", item.stock.map(|stock| stock.to_string())),
        ("topup_sku", item.topup_sku.clone()),
        ("daily_limit_mb", item.daily_bytes.map(megabytes)),
        (
            "throttled_kbps",
            item.throttled_kbps.map(|speed| speed.to_string()),
        ),
        (
            "validity_policy",
            item.validity_policy.map(policy).map(str::to_owned),
        ),
        (
            "activate_within_days",
            item.activate_within_days.map(|days| days.to_string()),
        ),
        ("hotspot_allowed", item.is_hotspot_allowed.map(yes)),
        ("kyc_required", item.is_kyc_required.map(yes)),
        ("apn", item.apn.clone()),
    ];
    Record::new(
        number,
        values
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?))),
    )
}

/// Returns a volume in MB of 1,000,000 bytes, with two decimals. A fraction of the last decimal is left out, so that no more is
/// promised than the provider delivers.
fn megabytes(bytes: i64) -> String {
    let hundredths = bytes / 10_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Rounds an amount up to the smallest unit of its currency, so that a cost is never lower here than at the provider.
fn rounded_up(amount: &Decimal, currency: Currency) -> Money {
    let digits = currency.exponent();
    let exact: BigDecimal = amount
        .exact()
        .with_scale_round(digits.into(), RoundingMode::Ceiling);
    Money::new(exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> CatalogItem {
        CatalogItem {
            sku: "eu-5".into(),
            topup_sku: Some("eu-5-topup".into()),
            name: "Europe 5 GB".into(),
            cost: "4.21".parse().unwrap_or_else(|_| Decimal::zero()),
            currency: Currency::Usd,
            suggested_price: "9.5".parse().ok(),
            minimum_price: None,
            data_bytes: Some(5 * 1_073_741_824),
            daily_bytes: None,
            throttled_kbps: None,
            validity_days: 30,
            validity_policy: Some(ValidityPolicy::Installation),
            activate_within_days: Some(180),
            regions: vec!["DE".into(), "FR".into()],
            voice_minutes: 0,
            sms_count: 0,
            stock: None,
            can_top_up: None,
            is_kyc_required: None,
            is_hotspot_allowed: Some(true),
            apn: None,
        }
    }

    #[test]
    fn cost_is_rounded_up_to_the_unit_of_its_currency() {
        let cost = item().cost;
        assert_eq!(rounded_up(&cost, Currency::Jpy).to_string(), "5.00");
        assert_eq!(rounded_up(&cost, Currency::Usd).to_string(), "4.21");
    }

    #[test]
    fn row_states_binary_volume_in_decimal_megabytes() {
        let rows = rows(&[item()], &SyncCatalog::default());
        let package = rows.first().map(|row| row.package.clone());
        assert_eq!(
            package.as_ref().map(|package| (
                package.plan.data_limit_mb.as_ref().map(Decimal::to_string),
                package.cost.to_string(),
                package.selling.to_string(),
                package.price_source,
                package.topup_sku.as_deref(),
                package.plan.regions.0.join(" "),
                package.plan.validity_policy,
            )),
            Some((
                Some("5368.70".to_owned()),
                "4.21".to_owned(),
                "9.50".to_owned(),
                PriceSource::MarkedUp,
                Some("eu-5-topup"),
                "DE FR".to_owned(),
                ValidityPolicy::Installation
            ))
        );
        assert!(rows.iter().all(|row| row.errors.is_empty()));
    }

    #[test]
    fn row_of_invalid_package_has_errors_and_minimum_price_is_kept() {
        let invalid = CatalogItem {
            sku: "nowhere".into(),
            validity_days: 0,
            regions: vec!["XX".into()],
            ..item()
        };
        let minimum = CatalogItem {
            sku: "minimum".into(),
            data_bytes: None,
            minimum_price: "12.00".parse().ok(),
            ..item()
        };
        let rows = rows(&[invalid, minimum], &SyncCatalog::default());
        let fields: Vec<&str> = rows
            .first()
            .map(|row| {
                row.errors
                    .iter()
                    .map(|error| error.field.as_str())
                    .collect()
            })
            .unwrap_or_default();
        assert_eq!(fields, ["validity_days", "regions"]);
        let second = rows.get(1).map(|row| &row.package);
        assert_eq!(
            second.map(|package| (
                package.selling.to_string(),
                package.plan.data_limit_mb.clone()
            )),
            Some(("12.00".to_owned(), None))
        );
    }
}
