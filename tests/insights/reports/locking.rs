//! Locks: closed periods do not change, and later facts count on the day on which they are recorded.

use crate::insights::ledger::{Ledger, Sale, assert_fields};
use chrono::Utc;
use serde_json::{Value, json};

#[actix_web::test]
async fn locked_report_stays_and_late_facts_count_today() {
    let ledger = Ledger::open("Europe/Berlin").await;
    let sale = ledger.sale(Sale::new("2026-08-10T10:00:00Z", "EUR", "50.00", "9.50"));
    let lock = ledger.lock("2026-09-01").await;
    assert_fields(
        &lock,
        json!({ "locked_before": "2026-09-01", "locked_until": "2026-08-31T22:00:00Z", "time_zone": "Europe/Berlin" }),
    );
    let before = ledger.report("monthly", "2026-08-01", "EUR").await;
    assert_fields(
        &before,
        json!({ "is_locked": true, "gross_amount": "59.50", "late_facts": 0 }),
    );

    // A sale of a locked day, a refund of a locked day, and a sale of an open day, all recorded now.
    ledger.sale(Sale::new("2026-08-31T21:59:59Z", "EUR", "80.00", "0.00"));
    ledger.refund(sale, "2026-08-20T10:00:00Z", "59.50");
    ledger.sale(Sale::new("2026-08-31T22:00:00Z", "EUR", "10.00", "0.00"));

    assert_eq!(ledger.report("monthly", "2026-08-01", "EUR").await, before);
    assert_fields(
        &ledger.report("monthly", "2026-09-01", "EUR").await,
        json!({ "gross_amount": "10.00", "late_facts": 0 }),
    );
    let zone = chrono_tz::Tz::Europe__Berlin;
    let today = Utc::now().with_timezone(&zone).date_naive().to_string();
    let report = ledger.report("daily", &today, "EUR").await;
    assert_fields(
        &report,
        json!({ "gross_amount": "80.00", "refunded_amount": "59.50", "refunded_tax": "9.50", "late_facts": 2 }),
    );

    let path = format!(
        "/v1/report-entries?report_id={}&late=true",
        report["id"].as_str().unwrap()
    );
    let late: Vec<(Value, Value)> = ledger
        .all(&format!("{path}&sort=occurred_at"))
        .await
        .into_iter()
        .map(|entry| (entry["kind"].clone(), entry["late_from"].clone()))
        .collect();
    assert_eq!(
        late,
        [
            (json!("refund"), json!("2026-08-20")),
            (json!("sale"), json!("2026-08-31"))
        ]
    );
}

#[actix_web::test]
async fn lock_generates_the_reports_of_all_locked_periods() {
    let ledger = Ledger::open("UTC").await;
    ledger.sale(Sale::new("2025-11-30T10:00:00Z", "USD", "1.00", "0.00"));
    ledger.sale(Sale::new("2026-01-02T10:00:00Z", "USD", "2.00", "0.00"));
    ledger.lock("2026-02-01").await;
    let labels: Vec<String> = ledger
        .all("/v1/revenue-reports?sort=period_start")
        .await
        .iter()
        .filter(|report| report["transaction_count"] != 0)
        .map(|report| report["label"].as_str().unwrap().to_owned())
        .collect();
    let mut sorted = labels.clone();
    sorted.sort();
    // 2026 is not over: its year has no report yet.
    assert_eq!(
        sorted,
        [
            "2025",
            "2025-11",
            "2025-11-30",
            "2025-W48",
            "2026-01",
            "2026-01-02",
            "2026-W01"
        ]
    );
    ledger.lock("2026-03-01").await;
    assert_eq!(ledger.all("/v1/report-locks").await.len(), 2);
}

#[actix_web::test]
async fn lock_moves_forward_only_and_not_into_open_days() {
    let ledger = Ledger::open("UTC").await;
    let lock = async |before: String| {
        let body = json!({ "locked_before": before });
        ledger.admin.post("/v1/report-locks", body).await
    };
    lock("2026-09-01".to_owned()).await.expect(201);
    for before in ["2026-09-01", "2026-08-01"] {
        lock(before.to_owned()).await.rejects_field("locked_before");
    }
    let today = Utc::now().date_naive();
    for day in [today, today + chrono::Days::new(1)] {
        lock(day.to_string()).await.rejects_field("locked_before");
    }
}

#[actix_web::test]
async fn locked_days_keep_their_time_zone() {
    let ledger = Ledger::open("Asia/Tokyo").await;
    ledger.sale(Sale::new("2026-07-31T14:59:59Z", "USD", "1.00", "0.00"));
    ledger.sale(Sale::new("2026-07-31T15:00:00Z", "USD", "2.00", "0.00"));
    ledger.sale(Sale::new("2026-08-01T20:00:00Z", "USD", "4.00", "0.00"));
    ledger.lock("2026-08-01").await;
    let july = ledger.report("monthly", "2026-07-01", "USD").await;
    ledger.set("business.time_zone", "America/New_York").await;
    assert_eq!(ledger.report("monthly", "2026-07-01", "USD").await, july);
    assert_fields(
        &july,
        json!({ "gross_amount": "1.00", "time_zone": "Asia/Tokyo" }),
    );
    // August begins where July ended: no fact is lost, and none counts twice.
    let august = ledger.report("monthly", "2026-08-01", "USD").await;
    assert_fields(
        &august,
        json!({ "gross_amount": "6.00", "time_zone": "America/New_York" }),
    );
    assert_fields(
        &ledger.report("daily", "2026-08-01", "USD").await,
        json!({ "gross_amount": "6.00" }),
    );
}

#[actix_web::test]
async fn schedule_generates_recent_reports_and_locks_past_months() {
    let ledger = Ledger::open("UTC").await;
    ledger.sale(Sale::new("2026-08-10T10:00:00Z", "USD", "5.00", "0.00"));
    let yesterday = (Utc::now() - chrono::TimeDelta::days(1)).to_rfc3339();
    ledger.sale(Sale::new(&yesterday, "USD", "7.00", "0.00"));
    for _ in 0..2 {
        let enqueue = |tx: &mut platform::Tx<'_>| {
            platform::jobs::enqueue(tx, &insights::reports::MakeReports {})
        };
        ledger.app.ctx.db.write(enqueue).await.unwrap();
        ledger.app.run_all_jobs().await;
    }
    let day = &yesterday[..10];
    let recent = ledger
        .all(&format!("/v1/revenue-reports?period_type=daily&day={day}"))
        .await;
    assert_fields(
        &recent[0],
        json!({ "gross_amount": "7.00", "is_locked": false }),
    );
    let locks = ledger.all("/v1/report-locks").await;
    assert_eq!((locks.len(), &locks[0]["locked_by"]), (1, &Value::Null));
    let august = ledger
        .all("/v1/revenue-reports?period_type=monthly&day=2026-08-10")
        .await;
    assert_fields(
        &august[0],
        json!({ "gross_amount": "5.00", "is_locked": true }),
    );
}
