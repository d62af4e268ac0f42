//! Exchange rates: entered, imported, and the reports that convert with them.

use crate::insights::ledger::{Ledger, Sale, assert_fields, cents};
use serde_json::{Value, json};

/// Returns the report of the base currency of a period.
async fn base_report(ledger: &Ledger, period_type: &str, day: &str) -> Value {
    let all = ledger.generate(period_type, day).await;
    let base = all.iter().find(|one| one["basis"] == "paid_base");
    base.unwrap_or_else(|| panic!("no base report in {all:?}"))
        .clone()
}

#[actix_web::test]
async fn base_report_converts_each_fact_at_the_rate_of_its_day() {
    let ledger = Ledger::open("UTC").await;
    ledger.set("reports.base_currency", "usd").await;
    ledger.rate("2026-02-06", "EUR", "USD", "1.0951").await;
    ledger.rate("2026-03-02", "EUR", "USD", "1.1205").await;
    ledger.rate("2026-02-06", "USD", "JPY", "151.4").await;
    // Friday's rate holds on Sunday; each of the five amounts is rounded by itself.
    let mut last = None;
    for second in 0..5 {
        let at = format!("2026-02-08T10:00:0{second}Z");
        last = Some(ledger.sale(Sale::new(&at, "EUR", "0.99", "0.00")));
    }
    ledger.sale(Sale::new(
        "2026-02-06T10:00:00Z",
        "JPY",
        "1000.00",
        "100.00",
    ));
    ledger.sale(Sale::new("2026-02-06T10:00:00Z", "USD", "7.00", "0.00"));
    ledger.cost("2026-02-06T10:00:00Z", "EUR", "2.00", "active");
    ledger.refund(last.unwrap(), "2026-03-03T10:00:00Z", "0.99");

    // 0.99 EUR are 1.08 USD; 1,100 JPY at 0.006605019815 are 7.27 USD, 100 JPY are 0.66 USD.
    let february = base_report(&ledger, "monthly", "2026-02-01").await;
    assert_fields(
        &february,
        json!({
            "currency": "USD", "gross_amount": "19.67", "tax_amount": "0.66", "net_sales": "19.01", "total_cost": "2.19",
            "profit": "16.82", "transaction_count": 7, "missing_rates": [],
        }),
    );
    let march = base_report(&ledger, "monthly", "2026-03-01").await;
    assert_fields(
        &march,
        json!({ "refunded_amount": "1.11", "total_revenue": "-1.11" }),
    );
    let dollars = ledger.report("monthly", "2026-02-01", "USD").await;
    assert_fields(&dollars, json!({ "gross_amount": "7.00", "basis": "paid" }));
    assert_ne!(dollars["id"], february["id"]);

    let path = format!(
        "/v1/report-entries?report_id={}",
        february["id"].as_str().unwrap()
    );
    let entries = ledger.all(&path).await;
    let sum = |kind: &str| -> i64 {
        let of_kind = entries.iter().filter(|one| one["kind"] == kind);
        of_kind.map(|one| cents(&one["base_amount"])).sum()
    };
    assert_eq!((entries.len(), sum("sale"), sum("cost")), (8, 1967, 219));
    let yen = entries.iter().find(|one| one["currency"] == "JPY").unwrap();
    assert_fields(
        yen,
        json!({ "rate": "0.006605019815", "rate_date": "2026-02-06", "base_amount": "7.27", "base_tax_amount": "0.66" }),
    );

    let mut days = 0;
    for day in ["2026-02-06", "2026-02-08"] {
        days += cents(&base_report(&ledger, "daily", day).await["gross_amount"]);
    }
    assert_eq!(days, 1967, "days add up to the month");
}

#[actix_web::test]
async fn report_keeps_its_rates_when_the_source_corrects_them() {
    let ledger = Ledger::open("UTC").await;
    ledger.set("reports.base_currency", "USD").await;
    ledger.sale(Sale::new("2026-02-06T10:00:00Z", "EUR", "10.00", "0.00"));
    ledger.rate("2026-02-06", "EUR", "USD", "1.1").await;
    let first = base_report(&ledger, "daily", "2026-02-06").await;
    assert_fields(&first, json!({ "gross_amount": "11.00" }));
    ledger.rate("2026-02-06", "EUR", "USD", "1.3").await;
    assert_fields(
        &base_report(&ledger, "monthly", "2026-02-06").await,
        json!({ "gross_amount": "11.00" }),
    );
    let listed = ledger.all("/v1/exchange-rates?from_currency=EUR").await;
    assert_eq!((listed.len(), &listed[0]["rate"]), (1, &json!("1.3")));
}

#[actix_web::test]
async fn missing_rates_are_named_and_count_as_nothing() {
    let ledger = Ledger::open("UTC").await;
    ledger.set("reports.base_currency", "USD").await;
    ledger.rate("2026-02-01", "EUR", "USD", "2").await;
    ledger.rate("2026-02-10", "EUR", "USD", "3").await;
    for day in ["2026-02-08", "2026-02-09"] {
        ledger.sale(Sale::new(
            &format!("{day}T10:00:00Z"),
            "EUR",
            "10.00",
            "0.00",
        ));
    }
    let report = base_report(&ledger, "monthly", "2026-02-01").await;
    let missing = json!([{ "day": "2026-02-09", "currency": "EUR" }]);
    assert_fields(
        &report,
        json!({ "gross_amount": "20.00", "missing_rates": missing, "margin": null }),
    );
    ledger.rate("2026-02-09", "EUR", "USD", "4").await;
    let report = base_report(&ledger, "monthly", "2026-02-01").await;
    assert_fields(
        &report,
        json!({ "gross_amount": "60.00", "missing_rates": [], "margin": "100.00" }),
    );
}

#[actix_web::test]
async fn import_reads_a_csv_file_and_names_the_rows_that_are_wrong() {
    let ledger = Ledger::open("UTC").await;
    let send = async |file: &str| {
        let path = "/v1/exchange-rates/import";
        ledger
            .admin
            .raw(
                reqwest::Method::POST,
                path,
                "text/csv",
                file.as_bytes().to_vec(),
            )
            .await
    };
    let file =
        "date,from,to,rate,source\n2026-02-06,EUR,USD,1.0951,ECB\n2026-02-06,EUR,JPY,160.2,ECB\n";
    let result = send(file).await.expect(200);
    assert_eq!(
        result,
        json!({ "created": 2, "changed": 0, "unchanged": 0 })
    );
    let file = file.replace("160.2", "160.3").replace("1.0951", "1.09510");
    let result = send(&file).await.expect(200);
    assert_eq!(
        result,
        json!({ "created": 0, "changed": 1, "unchanged": 1 })
    );

    let wrong =
        "date,from,to,rate\n2026-02-06,EUR,EUR,1\n06.02.2026,EUR,USD,-1\n2026-02-06,EUR,CHF,0.93\n";
    let problem = send(wrong).await.rejects_field("rows.2.to_currency");
    let fields: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap())
        .collect();
    assert_eq!(
        fields,
        ["rows.2.to_currency", "rows.3.rate_date", "rows.3.rate"]
    );
    assert_eq!(
        ledger.all("/v1/exchange-rates").await.len(),
        2,
        "a wrong file writes nothing"
    );
}
