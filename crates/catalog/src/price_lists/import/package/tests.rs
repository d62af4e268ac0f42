//! Tests of rows as providers write them.

use super::*;
use platform::{Upload, import};

fn parse(content_type: &str, text: &str, options: &PlanImportOptions) -> Vec<ParsedRow> {
    let upload = Upload {
        content_type: content_type.into(),
        bytes: text.to_owned().into(),
    };
    parse_rows(
        &import::table(&upload).unwrap_or_default(),
        options,
        Some(5),
    )
}

fn json(text: &str) -> Vec<ParsedRow> {
    parse("application/json", text, &PlanImportOptions::default())
}

fn errors(rows: &[ParsedRow]) -> Vec<(i32, &str, &str)> {
    rows.iter()
        .flat_map(|row| {
            row.errors
                .iter()
                .map(|error| (row.number, error.field.as_str(), error.code.as_str()))
        })
        .collect()
}

const LIST: &str = include_str!("../../../../tests/price-list.json");

#[test]
fn import_accepts_column_names_of_providers() {
    let rows = json(LIST);
    assert_eq!(errors(&rows), []);
    let names: Vec<&str> = rows
        .iter()
        .map(|row| row.package.plan.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "Freedonia 1.024 GB 7 days",
            "Freedonia 1.024 GB 7 days, 20 min, 10 SMS",
            "Freedonia 500 MB 1 day",
            "Ruritania",
            "Europe 3.072 GB 30 days",
            "Europe 3.072 GB 30 days top-up (europa-3gb-topup)",
            "Europe 3.072 GB 30 days top-up (europa-3gb-topup-2)",
        ]
    );
    let packages: Vec<&Package> = rows.iter().map(|row| &row.package).collect();
    let money = |text: &str| text.parse::<Money>().ok();
    assert_eq!(
        packages.first().map(|first| (
            first.sku.as_str(),
            Some(first.cost.clone()),
            Some(first.selling.clone()),
            first.currency
        )),
        Some((
            "freedom-7days-1gb",
            money("1.10"),
            money("4.50"),
            Currency::Usd
        ))
    );
    assert_eq!(
        packages.get(3).map(|unlimited| (
            unlimited.plan.data_limit_mb.clone(),
            unlimited.plan.validity_days
        )),
        Some((None, 10))
    );
    assert_eq!(
        packages
            .get(4)
            .map(|europe| (europe.plan.regions.0.join(" "), europe.plan.is_active)),
        Some(("DE ES FR".to_owned(), true))
    );
    assert_eq!(
        packages.get(5).map(|topup| topup.plan.is_active),
        Some(false)
    );
}

#[test]
fn csv_accepts_the_same_columns_as_json() {
    let csv = "sku,name,data_limit_mb,validity_days,regions,cost_price,selling_price,currency\nA,Alpha,1024,7,us | North America,1.10,4.5,eur\nB,Beta,unlimited,30,Europe,2,3,\nC,Gamma,500,1,de fr,2,3,GBP\n";
    let rows = parse(
        "text/csv",
        csv,
        &PlanImportOptions {
            currency: Some(Currency::Chf),
            publish: Some(false),
            ..PlanImportOptions::default()
        },
    );
    assert_eq!(errors(&rows), []);
    let seen: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.package.plan.regions.0.join(" "),
                row.package.currency,
                row.package.plan.is_active,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("NORTH_AMERICA US".to_owned(), Currency::Eur, false),
            ("EUROPE".to_owned(), Currency::Chf, false),
            ("DE FR".to_owned(), Currency::Gbp, false)
        ]
    );
}

#[test]
fn markup_sets_rounded_selling_price() {
    let rows = |options: PlanImportOptions| {
        parse(
            "text/csv",
            "sku,name,data_limit_mb,days,regions,net_price_usd\nA,Alpha,1024,7,US,1.25\n",
            &options,
        )
    };
    let price = |markup: &str| {
        rows(PlanImportOptions {
            markup: markup.parse().ok(),
            ..PlanImportOptions::default()
        })
        .first()
        .map(|row| row.package.selling.to_string())
    };
    assert_eq!(price("50").as_deref(), Some("1.88"));
    assert_eq!(price("10").as_deref(), Some("1.38"));
    assert_eq!(price("30").as_deref(), Some("1.62"));
    assert_eq!(
        errors(&rows(PlanImportOptions::default())),
        [(2, "selling_price", "required")]
    );
}

#[test]
fn import_reports_errors_by_row_and_field() {
    let rows = json(
        r#"[
        {"name": "No key", "data_limit_mb": 1, "days": 1, "regions": "US", "cost_price": 1, "selling_price": 2},
        {"sku": "a", "title": "A", "amount_mb": 0, "days": 1.5, "coverage": ["XX"], "net_price_usd": 1, "price_usd": 2},
        {"sku": "a", "title": "B", "amount_mb": 1, "days": 0, "coverage": ["US"], "net_price_usd": 2, "price_usd": 1},
        {"sku": "c", "title": "C", "amount_mb": 1, "days": 1, "coverage": ["US"], "net_price_usd": 1.234, "price_usd": "free"},
        {"sku": "d", "title": "D", "days": 1, "coverage": [], "net_price_usd": 1, "price_usd": 2, "currency": "EUR"}
    ]"#,
    );
    assert_eq!(
        errors(&rows),
        [
            (1, "sku", "required"),
            (2, "validity_days", "type"),
            (2, "data_limit_mb", "not_positive"),
            (2, "regions", "unknown_region"),
            (3, "selling_price", "below_cost"),
            (3, "sku", "repeated"),
            (3, "validity_days", "out_of_range"),
            (4, "cost_price", "type"),
            (4, "selling_price", "type"),
            (5, "data_limit_mb", "required"),
            (5, "currency", "contradiction"),
            (5, "regions", "required"),
        ]
    );
}
