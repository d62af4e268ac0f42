//! Which facts a report counts, and in which period.

use crate::{
    flows::purchase::{order, simulate},
    insights::ledger::{Ledger, Sale, assert_fields},
};
use serde_json::json;
use wire::{
    Permission, ProblemCode,
    accounts::{api_clients::ApiClientMode, users::UserRole},
    billing::transactions::SimulatedOutcome,
};

#[actix_web::test]
async fn refund_with_tax_counts_in_the_month_after_the_sale() {
    let ledger = Ledger::open("Europe/Madrid").await;
    // The last second of February in Madrid, and the first one of March.
    let sale = ledger.sale(Sale::new("2026-02-28T22:59:59Z", "EUR", "100.00", "21.00"));
    ledger.refund(sale, "2026-02-28T23:00:00Z", "60.50");

    assert_fields(
        &ledger.report("monthly", "2026-02-14", "EUR").await,
        json!({
            "period_start": "2026-02-01", "period_end": "2026-02-28", "label": "2026-02", "gross_amount": "121.00",
            "tax_amount": "21.00", "net_sales": "100.00", "refunded_amount": "0.00", "total_revenue": "100.00", "net_tax": "21.00",
            "profit": "100.00", "margin": "100.00", "transaction_count": 1, "average_order_value": "121.00",
        }),
    );
    assert_fields(
        &ledger.report("monthly", "2026-03-31", "EUR").await,
        json!({
            "gross_amount": "0.00", "refunded_amount": "60.50", "refunded_tax": "10.50", "refunded_net": "50.00",
            "net_amount": "-60.50", "net_tax": "-10.50", "total_revenue": "-50.00", "profit": "-50.00", "margin": null,
            "transaction_count": 0, "refund_count": 1, "average_order_value": null,
        }),
    );
}

#[actix_web::test]
async fn tax_parts_of_a_full_refund_add_up_to_the_tax() {
    let ledger = Ledger::open("UTC").await;
    let dollars = ledger.sale(Sale::new("2026-01-05T10:00:00Z", "USD", "20.00", "1.50"));
    let yen = ledger.sale(Sale::new(
        "2026-01-05T10:00:00Z",
        "JPY",
        "2000.00",
        "200.00",
    ));
    for (month, dollar, yens) in [
        ("02", "7.17", "733.00"),
        ("03", "7.17", "733.00"),
        ("04", "7.16", "734.00"),
    ] {
        let at = format!("2026-{month}-10T12:00:00Z");
        ledger.refund(dollars, &at, dollar);
        ledger.refund(yen, &at, yens);
    }
    let mut taxes = Vec::new();
    for month in ["02", "03", "04"] {
        let day = format!("2026-{month}-01");
        let report = ledger.report("monthly", &day, "USD").await;
        let yen = ledger.report("monthly", &day, "JPY").await;
        taxes.push((report["refunded_tax"].clone(), yen["refunded_tax"].clone()));
    }
    // 733 of 2,200 yen contain 66.63 yen of tax; 1,466 contain 133.27.
    let expected = [("0.50", "67.00"), ("0.50", "66.00"), ("0.50", "67.00")];
    assert_eq!(taxes, expected.map(|(usd, jpy)| (json!(usd), json!(jpy))));
    let year = ledger.report("yearly", "2026-06-01", "JPY").await;
    assert_fields(
        &year,
        json!({ "refunded_tax": "200.00", "total_revenue": "0.00", "net_tax": "0.00" }),
    );
}

#[actix_web::test]
async fn lost_dispute_counts_when_it_is_lost_and_open_ones_are_no_revenue() {
    let ledger = Ledger::open("America/Chicago").await;
    let sale = |list| ledger.sale(Sale::new("2026-03-02T18:00:00Z", "USD", list, "0.00"));
    let (won, lost, open) = (sale("10.00"), sale("20.00"), sale("40.00"));
    ledger.dispute(
        won,
        "2026-03-05T10:00:00Z",
        Some(("won", "2026-04-02T10:00:00Z")),
        "10.00",
    );
    ledger.dispute(
        lost,
        "2026-03-05T10:00:00Z",
        Some(("lost", "2026-05-01T04:59:59Z")),
        "20.00",
    );
    ledger.dispute(open, "2026-03-05T10:00:00Z", None, "40.00");

    for (day, revenue, chargebacks, open) in [
        ("2026-03-01", "70.00", "0.00", "70.00"),
        ("2026-04-01", "-20.00", "20.00", "40.00"),
    ] {
        let report = ledger.report("monthly", day, "USD").await;
        let expected = json!({ "total_revenue": revenue, "chargeback_amount": chargebacks, "open_disputes": open });
        assert_fields(&report, expected);
    }
}

#[actix_web::test]
async fn chargeback_above_the_refunded_rest_takes_back_no_more_tax_than_was_paid() {
    let ledger = Ledger::open("UTC").await;
    let sale = ledger.sale(Sale::new("2026-03-02T18:00:00Z", "EUR", "100.00", "20.00"));
    ledger.refund(sale, "2026-03-10T10:00:00Z", "90.00");
    ledger.dispute(
        sale,
        "2026-03-05T10:00:00Z",
        Some(("lost", "2026-03-20T10:00:00Z")),
        "120.00",
    );
    assert_fields(
        &ledger.report("monthly", "2026-03-01", "EUR").await,
        json!({ "refunded_tax": "15.00", "chargeback_amount": "120.00", "chargeback_tax": "5.00", "net_tax": "0.00", "total_revenue": "-90.00" }),
    );
}

#[actix_web::test]
async fn costs_count_when_confirmed_and_reversals_when_reversed() {
    let ledger = Ledger::open("UTC").await;
    let sale = ledger.sale(Sale::new("2026-02-01T00:00:00Z", "USD", "30.00", "0.00"));
    ledger.cost("2026-02-10T10:00:00Z", "USD", "8.00", "active");
    let reversed = ledger.cost("2026-02-11T10:00:00Z", "USD", "5.00", "active");
    ledger.cost("2026-02-12T10:00:00Z", "USD", "100.00", "reserved");
    ledger.cost("2026-02-12T10:00:00Z", "USD", "200.00", "released");
    ledger.reverse(reversed, "2026-03-01T10:00:00Z");
    let refund = ledger.refund(sale, "2026-03-02T10:00:00Z", "30.00");
    ledger.accepted_claim(refund, "2026-03-20T10:00:00Z", "USD", "6.50");

    let february = ledger.report("monthly", "2026-02-01", "USD").await;
    assert_fields(
        &february,
        json!({ "total_cost": "13.00", "profit": "17.00", "margin": "56.67" }),
    );
    let march = ledger.report("monthly", "2026-03-01", "USD").await;
    assert_fields(
        &march,
        json!({ "total_cost": "-11.50", "total_revenue": "-30.00", "profit": "-18.50" }),
    );
}

#[actix_web::test]
async fn costs_in_another_currency_leave_the_margin_open() {
    let ledger = Ledger::open("UTC").await;
    ledger.sale(Sale::new("2026-02-01T00:00:00Z", "USD", "30.00", "0.00"));
    ledger.cost("2026-02-10T10:00:00Z", "EUR", "8.00", "active");
    let dollars = ledger.report("monthly", "2026-02-01", "USD").await;
    assert_fields(
        &dollars,
        json!({ "total_revenue": "30.00", "total_cost": "0.00", "margin": null }),
    );
    let euros = ledger.report("monthly", "2026-02-01", "EUR").await;
    assert_fields(
        &euros,
        json!({ "total_revenue": "0.00", "total_cost": "8.00", "profit": "-8.00" }),
    );
}

#[actix_web::test]
async fn free_orders_count_without_the_average() {
    let ledger = Ledger::open("UTC").await;
    ledger.sale(Sale::new("2026-02-01T00:00:00Z", "USD", "30.00", "0.00"));
    let free = Sale::new("2026-02-02T00:00:00Z", "USD", "15.00", "0.00");
    ledger.sale(Sale {
        discount: "15.00",
        ..free
    });
    assert_fields(
        &ledger.report("monthly", "2026-02-01", "USD").await,
        json!({
            "list_amount": "45.00", "discount_amount": "15.00", "gross_amount": "30.00", "transaction_count": 2, "free_count": 1,
            "average_order_value": "30.00",
        }),
    );
}

#[actix_web::test]
async fn test_customers_are_in_no_figure() {
    let ledger = Ledger::open("UTC").await;
    let (test, live) = ledger.app.given(|given| {
        let client =
            |given: &mut testkit::Given, mode| given.api_client(mode, &[Permission::OrdersWrite]).0;
        let test = client(given, ApiClientMode::Test);
        let live = client(given, ApiClientMode::Live);
        (given.customer_of(test), given.customer_of(live))
    });
    ledger.app.execute(
        "UPDATE users SET created_at = '2026-02-03T00:00:00Z' WHERE client_id IS NOT NULL",
    );
    for customer in [test, live] {
        let at = "2026-02-01T00:00:00Z";
        let sale = ledger.sale_of(customer, Sale::new(at, "USD", "30.00", "0.00"));
        ledger.refund(sale, at, "10.00");
        let other = ledger.sale_of(customer, Sale::new(at, "USD", "40.00", "0.00"));
        ledger.dispute(other, at, Some(("lost", at)), "40.00");
        ledger.dispute(sale, at, None, "1.00");
    }
    let report = ledger.report("monthly", "2026-02-01", "USD").await;
    assert_fields(
        &report,
        json!({
            "gross_amount": "70.00", "refunded_amount": "10.00", "chargeback_amount": "40.00", "open_disputes": "1.00",
            "transaction_count": 2, "new_users": 1,
        }),
    );
    let path = format!(
        "/v1/report-entries?report_id={}",
        report["id"].as_str().unwrap()
    );
    let entries = ledger.all(&path).await;
    assert_eq!(entries.len(), 4);
    assert!(
        entries.iter().all(|entry| entry["user_id"] == json!(live)),
        "{entries:?}"
    );
}

#[actix_web::test]
async fn mode_of_the_client_is_that_at_the_time_of_the_order() {
    let ledger = Ledger::open("UTC").await;
    let app = &ledger.app;
    let (plan, customer) = app.given(|given| {
        let plan = given.plan("12.00");
        given.stock(plan);
        let client = given
            .api_client(ApiClientMode::Test, &[Permission::OrdersWrite])
            .0;
        (plan, given.customer_of(client))
    });
    let placed = order(&ledger.admin, plan, customer, 1).await;
    app.execute("UPDATE api_clients SET mode = 'live'");
    simulate(app, &ledger.admin, &placed, SimulatedOutcome::Succeed).await;
    assert_eq!(app.count("SELECT count(*) FROM money_facts"), 0);
}

#[actix_web::test]
async fn sale_and_refund_through_the_api_are_in_the_report_of_today() {
    let ledger = Ledger::open("UTC").await;
    let app = &ledger.app;
    ledger.set("billing.tax_percent", "10.00").await;
    let (plan, customer) = app.given(|given| {
        let plan = given.plan("12.00");
        given.stock(plan);
        (plan, given.user(UserRole::Customer))
    });
    let placed = order(&ledger.admin, plan, customer, 1).await;
    app.run_jobs().await;
    simulate(app, &ledger.admin, &placed, SimulatedOutcome::Succeed).await;
    let path = format!(
        "/v1/transactions?order_id={}",
        placed["id"].as_str().unwrap()
    );
    let payment = ledger.all(&path).await[0].clone();
    let refund =
        json!({ "transaction_id": payment["id"], "amount": "6.60", "reason_code": "goodwill" });
    ledger
        .admin
        .with("idempotency-key", "refund")
        .post("/v1/refunds", refund)
        .await
        .expect(201);
    app.run_all_jobs().await;

    let today = chrono::Utc::now().date_naive().to_string();
    let report = ledger.report("daily", &today, "USD").await;
    assert_fields(
        &report,
        json!({
            "gross_amount": "13.20", "tax_amount": "1.20", "refunded_amount": "6.60", "refunded_tax": "0.60", "total_revenue": "6.00",
            "is_provisional": true, "is_locked": false,
        }),
    );
}

#[actix_web::test]
async fn weeks_are_those_of_iso_8601() {
    let ledger = Ledger::open("Asia/Tokyo").await;
    // Sunday and Monday in Tokyo; the week of the turn of the year belongs to the year of its Thursday.
    ledger.sale(Sale::new("2026-01-04T14:59:59Z", "USD", "1.00", "0.00"));
    ledger.sale(Sale::new("2026-01-04T15:00:00Z", "USD", "2.00", "0.00"));
    ledger.sale(Sale::new("2025-12-28T15:00:00Z", "USD", "4.00", "0.00"));
    for (day, label, start, gross) in [
        ("2026-01-01", "2026-W01", "2025-12-29", "5.00"),
        ("2026-01-05", "2026-W02", "2026-01-05", "2.00"),
    ] {
        let report = ledger.report("weekly", day, "USD").await;
        assert_fields(
            &report,
            json!({ "label": label, "period_start": start, "gross_amount": gross }),
        );
    }
    assert_fields(
        &ledger.report("yearly", "2026-03-01", "USD").await,
        json!({ "gross_amount": "3.00" }),
    );
}

#[actix_web::test]
async fn active_esims_and_new_users_are_those_of_the_end_of_the_period() {
    let ledger = Ledger::open("UTC").await;
    let app = &ledger.app;
    ledger.sale(Sale::new("2026-02-01T00:00:00Z", "USD", "1.00", "0.00"));
    ledger.sale(Sale::new("2026-03-01T00:00:00Z", "USD", "1.00", "0.00"));
    let (first, second) = app.given(|given| {
        let plan = given.plan("1.00");
        (given.stock(plan).0, given.stock(plan).0)
    });
    let change = |esim, from: &str, to: &str, at: &str| {
        let from = if from.is_empty() {
            "NULL".to_owned()
        } else {
            format!("'{from}'")
        };
        app.execute(&format!(
            "INSERT INTO esim_state_history (id, esim_id, from_status, to_status, to_profile_state, source, created_at) \
             VALUES (gen_random_uuid(), '{esim}', {from}, '{to}', 'enabled', 'provider', '{at}')"
        ));
    };
    for esim in [first, second] {
        change(esim, "", "available", "2026-01-01T00:00:00Z");
        change(esim, "available", "active", "2026-02-28T23:59:59Z");
    }
    change(first, "active", "expired", "2026-03-31T23:00:00Z");
    app.execute(&format!(
        "UPDATE esims SET status = 'expired' WHERE id = '{first}'"
    ));
    app.execute(&format!(
        "UPDATE esims SET status = 'active', user_id = '{}' WHERE id = '{second}'",
        ledger.customer
    ));
    let user = app.given(|given| given.user(UserRole::Customer));
    app.execute(&format!(
        "UPDATE users SET created_at = '2026-03-15T00:00:00Z' WHERE id = '{user}'"
    ));
    for (day, active, new) in [
        ("2026-02-27", 0, 0),
        ("2026-02-28", 2, 0),
        ("2026-03-31", 1, 0),
    ] {
        ledger.sale(Sale::new(
            &format!("{day}T10:00:00Z"),
            "USD",
            "1.00",
            "0.00",
        ));
        let report = ledger.report("daily", day, "USD").await;
        assert_fields(&report, json!({ "active_esims": active, "new_users": new }));
    }
    assert_fields(
        &ledger.report("monthly", "2026-03-01", "USD").await,
        json!({ "active_esims": 1, "new_users": 1 }),
    );
}

#[actix_web::test]
async fn generating_again_keeps_the_report() {
    let ledger = Ledger::open("Europe/Berlin").await;
    ledger.sale(Sale::new("2026-02-01T10:00:00Z", "USD", "30.00", "3.00"));
    let first = ledger.report("monthly", "2026-02-01", "USD").await;
    let mut again = ledger.report("monthly", "2026-02-28", "USD").await;
    assert_ne!(first["generated_at"], again["generated_at"]);
    again["generated_at"] = first["generated_at"].clone();
    assert_eq!(first, again);
    let path = format!("/v1/revenue-reports/{}", first["id"].as_str().unwrap());
    assert_eq!(ledger.admin.get(&path).await.expect(200)["id"], first["id"]);
    assert_eq!(
        ledger.generate("monthly", "2026-03-01").await,
        Vec::<serde_json::Value>::new()
    );
}

#[actix_web::test]
async fn future_period_and_support_agent_are_rejected() {
    let ledger = Ledger::open("UTC").await;
    let future = json!({ "period_type": "yearly", "day": "2999-01-01" });
    ledger
        .admin
        .post("/v1/revenue-reports", future)
        .await
        .rejects_field("day");
    let support = ledger.app.as_role(UserRole::Support);
    support
        .get("/v1/revenue-reports")
        .await
        .problem(403, ProblemCode::Forbidden);
}
