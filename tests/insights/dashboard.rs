//! The dashboard: its figures are those of the reports, without test customers, compared with the same time of day.

use crate::insights::ledger::{Ledger, Sale, assert_fields};
use chrono::{NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

async fn dashboard(ledger: &Ledger, query: &str) -> Value {
    ledger
        .admin
        .get(&format!("/v1/dashboard?{query}"))
        .await
        .expect(200)
}

#[actix_web::test]
async fn dashboard_has_the_figures_of_the_monthly_report() {
    let ledger = Ledger::open("Europe/Berlin").await;
    let sale = ledger.sale(Sale::new("2026-03-01T10:00:00Z", "EUR", "100.00", "19.00"));
    ledger.sale(Sale::new("2026-03-31T21:59:59Z", "EUR", "50.00", "9.50"));
    ledger.sale(Sale::new("2026-03-31T22:00:00Z", "EUR", "70.00", "0.00"));
    ledger.sale(Sale::new("2026-03-15T10:00:00Z", "USD", "5.00", "0.00"));
    ledger.sale(Sale::new("2026-02-15T10:00:00Z", "EUR", "80.00", "0.00"));
    ledger.refund(sale, "2026-03-20T10:00:00Z", "119.00");
    ledger.cost("2026-03-02T10:00:00Z", "EUR", "12.00", "active");

    let report = ledger.report("monthly", "2026-03-01", "EUR").await;
    let shown = dashboard(&ledger, "from=2026-03-01&to=2026-04-01").await;
    let euros = &shown["money"][0];
    assert_eq!(euros["currency"], "EUR");
    for field in ["total_revenue", "gross_amount", "refunded_amount", "profit"] {
        assert_eq!(euros[field]["value"], report[field], "{field}");
        assert_eq!(euros[field]["series"].as_array().unwrap().len(), 31);
    }
    assert_fields(
        &euros["total_revenue"],
        json!({ "value": "50.00", "previous": "80.00", "previous_full": "80.00", "change": "-37.50" }),
    );
    assert_eq!(euros["gross_amount"]["series"][30], "59.50");
    assert_fields(
        &shown["sales"],
        json!({ "value": 3, "previous": 1, "change": "200.00" }),
    );
    assert_fields(
        &shown["refund_rate"],
        json!({ "value": "33.33", "part": 1, "whole": 3, "previous": "0.00" }),
    );
    assert_fields(
        &shown,
        json!({ "previous_from": "2026-01-29", "previous_to": "2026-03-01", "previous_cut_at": null, "open_tickets": null }),
    );
    assert_eq!(shown["top_providers"][0]["units"], 1);
    let year = dashboard(
        &ledger,
        "from=2026-03-01&to=2026-04-01&compare=previous_year",
    )
    .await;
    assert_fields(
        &year,
        json!({ "previous_from": "2025-03-01", "previous_to": "2025-04-01" }),
    );
}

#[actix_web::test]
async fn open_range_is_compared_up_to_the_same_time_of_day() {
    let ledger = Ledger::open("UTC").await;
    let now = NaiveDate::from_ymd_opt(2026, 6, 10)
        .unwrap()
        .and_hms_opt(12, 0, 0)
        .unwrap()
        .and_utc();
    ledger.app.ctx.clock.set(now);
    for (at, list) in [
        ("2026-06-10T11:00:00Z", "10.00"),
        ("2026-06-09T11:59:59Z", "8.00"),
        ("2026-06-09T12:00:00Z", "100.00"),
    ] {
        ledger.sale(Sale::new(at, "USD", list, "0.00"));
    }
    let today = dashboard(&ledger, "days=1").await;
    assert_eq!(today["previous_cut_at"], "2026-06-09T12:00:00Z");
    assert_fields(
        &today["money"][0]["gross_amount"],
        json!({ "value": "10.00", "previous": "8.00", "previous_full": "108.00", "change": "25.00" }),
    );
    let overview = ledger
        .admin
        .get("/v1/payments/overview?days=1")
        .await
        .expect(200);
    assert_eq!(overview["previous_cut_at"], "2026-06-09T12:00:00Z");
    let dollars = &overview["currencies"][0];
    let gross = [
        &dollars["sums"],
        &dollars["previous"],
        &dollars["previous_full"],
    ]
    .map(|sums| &sums["gross_amount"]);
    assert_eq!(gross, ["10.00", "8.00", "108.00"]);
}

#[actix_web::test]
async fn payment_overview_leaves_out_test_customers_and_free_orders_in_the_success_rate() {
    let ledger = Ledger::open("UTC").await;
    let test = ledger.app.given(|given| {
        let mode = wire::accounts::api_clients::ApiClientMode::Test;
        let client = given.api_client(mode, &[wire::Permission::OrdersWrite]).0;
        given.customer_of(client)
    });
    let yesterday = (Utc::now() - TimeDelta::days(1)).to_rfc3339();
    ledger.sale_of(test, Sale::new(&yesterday, "USD", "500.00", "0.00"));
    ledger.sale(Sale::new(&yesterday, "USD", "10.00", "0.00"));
    let free = Sale::new(&yesterday, "USD", "10.00", "0.00");
    ledger.sale(Sale {
        discount: "10.00",
        ..free
    });
    for customer in [test, ledger.customer] {
        ledger.app.execute(&format!(
            "INSERT INTO transactions (id, user_id, amount, currency, payment_method, status, total_amount, created_at, closed_at) \
             VALUES (gen_random_uuid(), '{customer}', 3, 'USD', 'credit_card', 'failed', 3, '{yesterday}', '{yesterday}')"
        ));
    }
    for _ in 0..2 {
        let overview = ledger
            .admin
            .get("/v1/payments/overview?days=3")
            .await
            .expect(200);
        let expected = json!({ "payments": 2, "free": 1, "failures": 1, "gross_amount": "10.00", "success_rate": "50.00" });
        assert_fields(&overview["currencies"][0]["sums"], expected);
        // The second time, the sums of yesterday are stored.
        let enqueue = |tx: &mut platform::Tx<'_>| {
            platform::jobs::enqueue(tx, &billing::payments::MakeDays {})
        };
        ledger.app.ctx.db.write(enqueue).await.unwrap();
        ledger.app.run_all_jobs().await;
    }
}

#[actix_web::test]
async fn support_sees_the_dashboard_without_amounts() {
    let ledger = Ledger::open("UTC").await;
    ledger.sale(Sale::new("2026-03-01T10:00:00Z", "EUR", "100.00", "19.00"));
    let support = ledger.app.as_role(UserRole::Support);
    let shown = support
        .get("/v1/dashboard?from=2026-03-01&to=2026-04-01")
        .await
        .expect(200);
    assert_fields(&shown, json!({ "money": null }));
    assert_fields(&shown["sales"], json!({ "value": 1 }));
    support
        .get("/v1/revenue-reports")
        .await
        .problem(403, ProblemCode::Forbidden);
    let customer = ledger.app.as_role(UserRole::Customer);
    customer
        .get("/v1/dashboard")
        .await
        .problem(403, ProblemCode::Forbidden);
    for query in [
        "from=2026-03-01&to=2026-03-01",
        "from=2020-01-01&to=2026-03-01",
    ] {
        let field = if query.contains("2020") { "from" } else { "to" };
        support
            .get(&format!("/v1/dashboard?{query}"))
            .await
            .rejects_field(field);
    }
}

#[actix_web::test]
async fn paid_conversion_counts_the_orders_that_were_placed() {
    let ledger = Ledger::open("UTC").await;
    let plan = ledger.app.given(|given| {
        let plan = given.plan("12.00");
        given.stock(plan);
        given.stock(plan);
        plan
    });
    let placed = crate::flows::purchase::order(&ledger.admin, plan, ledger.customer, 1).await;
    crate::flows::purchase::order(&ledger.admin, plan, ledger.customer, 1).await;
    ledger.app.run_jobs().await;
    let paid = wire::billing::transactions::SimulatedOutcome::Succeed;
    crate::flows::purchase::simulate(&ledger.app, &ledger.admin, &placed, paid).await;
    let shown = dashboard(&ledger, "days=1").await;
    assert_fields(
        &shown["paid_conversion"],
        json!({ "value": "50.00", "part": 1, "whole": 2 }),
    );
    assert_fields(
        &shown["top_plans"][0],
        json!({ "plan_id": plan, "sales": 1 }),
    );
}
