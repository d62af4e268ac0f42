//! Usage: readings of counters, the Data Usage Monitor, alerts and polls.

use crate::harness::{Client, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use wire::{Permission, ProblemCode, accounts::users::UserRole};

/// Sells one eSIM, and returns its id.
async fn sell(app: &TestApp) -> String {
    let (plan, customer) = (
        app.stocked_plan("9.90"),
        app.given(|given| given.user(UserRole::Customer)),
    );
    let admin = app.as_admin();
    let (order, _) = crate::billing::refunds::sell(app, &admin, plan, customer).await;
    let path = format!("/v1/esims?order_id={}", order["id"].as_str().unwrap());
    let found = admin.get(&path).await.expect(200);
    found["data"][0]["id"].as_str().unwrap().to_owned()
}

/// Starts the bundle of every eSIM three days ago, with so much data.
fn start_bundles(app: &TestApp, total_bytes: Option<i64>) {
    let total = total_bytes.map_or("NULL".to_owned(), |total| total.to_string());
    app.execute(&format!(
        "UPDATE esim_bundles SET status = 'active', total_bytes = {total}, starts_at = now() - interval '3 days', expires_at = now() + interval '20 days'"
    ));
    app.execute("UPDATE esims SET status = 'active', activated_at = now() - interval '3 days', expires_at = now() + interval '20 days' WHERE user_id IS NOT NULL");
}

fn hours_ago(hours: i64) -> DateTime<Utc> {
    Utc::now() - TimeDelta::hours(hours)
}

fn reading(event: &str, esim: &str, value: &str, unit: &str, hours: i64) -> Value {
    json!({ "event_id": event, "esim_id": esim, "value": value, "unit": unit, "read_at": hours_ago(hours) })
}

async fn send(client: &Client, readings: &[Value]) -> Vec<String> {
    let answer = client
        .post("/v1/usage", json!({ "readings": readings }))
        .await
        .expect(200);
    let outcomes = answer["data"].as_array().unwrap().iter();
    outcomes
        .map(|one| one["outcome"].as_str().unwrap().to_owned())
        .collect()
}

async fn usage_of(app: &TestApp, esim: &str) -> Value {
    app.as_admin()
        .get(&format!("/v1/esims/{esim}/usage"))
        .await
        .expect(200)
}

#[actix_web::test]
async fn first_reading_starts_bundle_and_shows_usage() {
    let app = TestApp::start().await;
    let esim = sell(&app).await;
    let fresh = usage_of(&app, &esim).await;
    assert_eq!(fresh["bundles"][0]["used_bytes"], 0);
    assert_eq!(fresh["last_reading"], Value::Null);
    assert_eq!(fresh["current"]["starts_at"], Value::Null);

    app.execute("UPDATE esim_bundles SET total_bytes = 2000000000");
    let admin = app.as_admin();
    let sent = [reading("e1", &esim, "0.5", "GB", 1)];
    assert_eq!(send(&admin, &sent).await, ["accepted"]);
    let used = usage_of(&app, &esim).await;
    assert_eq!(used["bundles"][0]["used_bytes"], 500_000_000);
    assert_eq!(used["bundles"][0]["status"], "active");
    assert_eq!(used["bundles"][0]["share"], "25.00");
    assert_eq!(used["last_reading"]["used_bytes"], 500_000_000);
    assert_eq!(used["current"]["summary"], "0.50 GB of 2 GB");
    assert_eq!(used["current"]["state"], "too_little_data");
    let days = used["days"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    let sum: i64 = days
        .iter()
        .map(|day| day["used_bytes"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 500_000_000);
    let shown = admin.get(&format!("/v1/esims/{esim}")).await.expect(200);
    assert_eq!(shown["status"], "active");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'usage.record'"),
        1
    );
}

#[actix_web::test]
async fn usage_is_hidden_from_other_customers() {
    let app = TestApp::start().await;
    let esim = sell(&app).await;
    let path = format!("/v1/esims/{esim}/usage");
    app.as_role(UserRole::Customer)
        .get(&path)
        .await
        .problem(404, ProblemCode::NotFound);
    let (_, client) = app.as_client(&[Permission::UsageWrite, Permission::EsimsRead]);
    let sent = [reading("e1", &esim, "1", "MB", 1)];
    assert_eq!(send(&client, &sent).await, ["unknown_esim"]);
    client.get(&path).await.problem(404, ProblemCode::NotFound);
    assert_eq!(client.get("/v1/usage").await.expect(200)["total"], 0);
    assert_eq!(app.count("SELECT count(*) FROM esim_data_usage"), 0);
}

#[actix_web::test]
async fn repeated_and_lower_readings_change_nothing() {
    let app = TestApp::start().await;
    let esim = sell(&app).await;
    start_bundles(&app, Some(4_000_000_000));
    let admin = app.as_admin();
    let batch = [
        reading("a", &esim, "1200", "MB", 60),
        reading("b", &esim, "0", "MB", 36),
        reading("c", &esim, "1250", "MB", 24),
        reading("d", &esim, "1100", "MB", 66),
        reading("c", &esim, "1250", "MB", 24),
        reading("f", &esim, "1700", "MB", 12),
    ];
    let outcomes = send(&admin, &batch).await;
    assert_eq!(
        outcomes,
        [
            "accepted",
            "lower",
            "accepted",
            "late",
            "duplicate",
            "accepted"
        ]
    );
    assert_eq!(send(&admin, &batch).await, ["duplicate"; 6]);
    let used = usage_of(&app, &esim).await;
    assert_eq!(used["bundles"][0]["used_bytes"], 1_700_000_000);
    assert_eq!(used["current"]["share"], "42.50");
    assert_eq!(used["current"]["state"], "runs_out");
    let kinds: Vec<&str> = used["anomalies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&"lower") && kinds.contains(&"late"));
    let row = &admin.get("/v1/usage").await.expect(200)["data"][0];
    assert_eq!(
        (&row["share"], &row["forecast"]),
        (&json!("42.50"), &json!("runs_out"))
    );
}

#[actix_web::test]
async fn binary_and_decimal_gigabytes_are_not_the_same() {
    let app = TestApp::start().await;
    let esim = sell(&app).await;
    start_bundles(&app, Some(5_000_000_000));
    let admin = app.as_admin();
    send(&admin, &[reading("a", &esim, "4.656", "GiB", 20)]).await;
    let almost = usage_of(&app, &esim).await;
    assert_eq!(almost["current"]["share"], "99.99");
    assert_eq!(almost["bundles"][0]["used_bytes"], 4_999_341_933_i64);
    assert_eq!(
        app.count("SELECT count(*) FROM usage_alerts WHERE step = 100"),
        0
    );
    send(&admin, &[reading("b", &esim, "5", "GiB", 10)]).await;
    let full = usage_of(&app, &esim).await;
    assert_eq!(full["current"]["share"], "107.37");
    assert_eq!(full["current"]["state"], "depleted");
    assert_eq!(full["current"]["remaining_bytes"], 0);
    assert_eq!(full["current"]["summary"], "5.37 GB of 5 GB");
}

#[actix_web::test]
async fn unlimited_data_has_no_share_and_comes_last() {
    let app = TestApp::start().await;
    let (unlimited, limited) = (sell(&app).await, sell(&app).await);
    start_bundles(&app, Some(1_000_000_000));
    app.execute(&format!(
        "UPDATE esim_bundles SET total_bytes = NULL WHERE esim_id = '{unlimited}'"
    ));
    let admin = app.as_admin();
    let batch = [
        reading("a", &unlimited, "31.415926535", "GB", 5),
        reading("b", &limited, "10", "MB", 5),
    ];
    send(&admin, &batch).await;
    let used = usage_of(&app, &unlimited).await;
    assert_eq!(used["current"]["share"], Value::Null);
    assert_eq!(used["current"]["state"], "unlimited");
    assert_eq!(used["current"]["summary"], "31.42 GB, unlimited");
    for sort in ["-share", "share"] {
        let list = admin
            .get(&format!("/v1/usage?sort={sort}"))
            .await
            .expect(200);
        assert_eq!(list["data"][1]["esim_id"], unlimited, "{sort}");
        assert_eq!(list["data"][1]["share"], Value::Null);
    }
    let found = admin.get("/v1/usage?forecast=unlimited").await.expect(200);
    assert_eq!(
        (&found["total"], &found["data"][0]["esim_id"]),
        (&json!(1), &json!(unlimited))
    );
    let found = admin
        .get("/v1/usage?share_from=0.50&share_to=2.00")
        .await
        .expect(200);
    assert_eq!(found["data"][0]["esim_id"], limited);
}

#[actix_web::test]
async fn stale_rows_are_filtered() {
    let app = TestApp::start().await;
    let (old, new) = (sell(&app).await, sell(&app).await);
    start_bundles(&app, Some(1_000_000_000));
    let admin = app.as_admin();
    let batch = [
        reading("a", &old, "10", "MB", 49),
        reading("b", &new, "10", "MB", 47),
    ];
    send(&admin, &batch).await;
    for (query, expected) in [
        ("is_stale=true", &old),
        ("is_stale=false", &new),
        ("forecast=stale", &old),
        ("forecast=too_little_data", &new),
    ] {
        let found = admin.get(&format!("/v1/usage?{query}")).await.expect(200);
        assert_eq!(found["total"], 1, "{query}");
        assert_eq!(&found["data"][0]["esim_id"], expected, "{query}");
    }
}

#[actix_web::test]
async fn thresholds_send_one_email_for_the_highest() {
    let app = TestApp::start().await;
    let esim = sell(&app).await;
    start_bundles(&app, Some(1_000_000_000));
    app.run_jobs().await;
    let before = app.count("SELECT count(*) FROM notifications");
    let admin = app.as_admin();
    send(&admin, &[reading("a", &esim, "930", "MB", 30)]).await;
    send(&admin, &[reading("b", &esim, "990", "MB", 20)]).await;
    assert_eq!(app.count("SELECT count(*) FROM notifications") - before, 1);
    assert_eq!(
        app.count("SELECT count(*) FROM usage_alerts WHERE kind = 'usage' AND step = 90"),
        1
    );
    assert_eq!(app.count("SELECT count(*) FROM usage_alerts"), 1);
    send(&admin, &[reading("c", &esim, "1000", "MB", 10)]).await;
    assert_eq!(app.count("SELECT count(*) FROM notifications") - before, 2);
    app.run_jobs().await;
}

#[actix_web::test]
async fn alert_emails_can_be_turned_off() {
    let app = TestApp::start().await;
    let esim = sell(&app).await;
    start_bundles(&app, Some(1_000_000_000));
    app.run_jobs().await;
    app.execute("UPDATE system_settings SET value = 'false' WHERE key = 'emails.usage_alerts'");
    let before = app.count("SELECT count(*) FROM notifications");
    send(&app.as_admin(), &[reading("a", &esim, "930", "MB", 30)]).await;
    assert_eq!(app.count("SELECT count(*) FROM notifications"), before);
    assert_eq!(app.count("SELECT count(*) FROM usage_alerts"), 1);
}

#[actix_web::test]
async fn expiry_is_reminded_of_once() {
    let app = TestApp::start().await;
    sell(&app).await;
    start_bundles(&app, Some(1_000_000_000));
    app.execute("UPDATE esim_bundles SET starts_at = now() - interval '10 days', expires_at = now() + interval '70 hours'");
    app.run_jobs().await;
    let before = app.count("SELECT count(*) FROM notifications");
    run(&app, esims::usage::RefreshMonitor {}).await;
    run(&app, esims::usage::RemindOfExpiry {}).await;
    run(&app, esims::usage::RemindOfExpiry {}).await;
    assert_eq!(
        app.count("SELECT count(*) FROM usage_alerts WHERE kind = 'expiry' AND step = 72"),
        1
    );
    assert_eq!(app.count("SELECT count(*) FROM notifications") - before, 1);
    assert_eq!(app.count("SELECT count(*) FROM usage_monitor WHERE remind_at BETWEEN now() + interval '45 hours' AND now() + interval '47 hours'"), 1);
    app.run_jobs().await;
}

async fn run<J: platform::jobs::Job + Sync>(app: &TestApp, job: J) {
    let job = std::sync::Arc::new(job);
    let enqueued = app
        .ctx
        .db
        .write(move |tx| platform::jobs::enqueue(tx, job.as_ref()));
    enqueued.await.expect("a job");
    app.run_jobs().await;
}

#[actix_web::test]
async fn months_are_rolled_up_with_late_readings() {
    let app = TestApp::start().await;
    let esim = sell(&app).await;
    start_bundles(&app, Some(9_000_000_000));
    let admin = app.as_admin();
    send(&admin, &[reading("a", &esim, "100", "MB", 5)]).await;
    run(&app, esims::usage::RollUpMonths {}).await;
    assert_eq!(
        app.count("SELECT sum(used_bytes)::bigint AS count FROM usage_monthly"),
        100_000_000
    );
    send(&admin, &[reading("b", &esim, "300", "MB", 4)]).await;
    run(&app, esims::usage::RollUpMonths {}).await;
    run(&app, esims::usage::RollUpMonths {}).await;
    assert_eq!(
        app.count("SELECT sum(used_bytes)::bigint AS count FROM usage_monthly"),
        300_000_000
    );
    assert_eq!(
        app.count("SELECT count(*) FROM usage_days WHERE NOT is_rolled_up"),
        0
    );
}

#[actix_web::test]
async fn batch_names_invalid_fields() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let id = uuid::Uuid::now_v7().to_string();
    let valid = reading("a", &id, "1", "MB", 1);
    let with = |field: &str, value: Value| {
        let mut bad = valid.clone();
        bad[field] = value;
        json!({ "readings": [valid, bad] })
    };
    for (field, value) in [
        ("value", json!("1e9")),
        ("value", json!("-1")),
        ("value", json!("9999999999999999")),
        ("event_id", json!("")),
        ("iccid", json!("8944538532008160222")),
        ("country", json!("fr")),
        ("period_end", json!("2027-01-01T00:00:00Z")),
    ] {
        let answer = admin.post("/v1/usage", with(field, value)).await;
        answer.rejects_field(&format!("readings[1].{field}"));
    }
    let many: Vec<Value> = (0..1001).map(|_| json!({ "event_id": "a", "esim_id": id, "value": "1", "unit": "B", "read_at": "2027-01-01T00:00:00Z" })).collect();
    admin
        .post("/v1/usage", json!({ "readings": many }))
        .await
        .rejects_field("readings");
    admin
        .post("/v1/usage", json!({ "readings": [] }))
        .await
        .rejects_field("readings");
}

#[actix_web::test]
async fn concurrent_shuffled_readings_end_with_the_largest() {
    let app = TestApp::start().await;
    sell(&app).await;
    start_bundles(&app, Some(10_000_000_000));
    // A hundred eSIMs of one order, as copies of the one that was sold.
    app.execute(
        "INSERT INTO esims (id, iccid, iccid_check, user_id, plan_id, status, activated_at, expires_at) \
         SELECT gen_random_uuid(), '89445385320081' || lpad(n::text, 5, '0'), 'mismatch', e.user_id, e.plan_id, 'active', e.activated_at, e.expires_at \
         FROM (SELECT * FROM esims WHERE user_id IS NOT NULL) e, generate_series(1, 100) n",
    );
    app.execute(
        "INSERT INTO esim_bundles (id, order_id, unit_no, esim_id, plan_id, status, total_bytes, starts_at, expires_at) \
         SELECT gen_random_uuid(), b.order_id, row_number() OVER (ORDER BY e.iccid) + 1, e.id, b.plan_id, 'active', b.total_bytes, b.starts_at, b.expires_at \
         FROM esim_bundles b, esims e WHERE e.iccid LIKE '89445385320081%'",
    );
    let admin = app.as_admin();
    // Ten readings per eSIM, in ten batches that all contain every eSIM in another order; each batch is sent twice.
    let batches: Vec<Value> = (0..20_usize)
        .map(|batch| {
            let readings: Vec<Value> = (0..100_usize)
                .map(|index| {
                    let (esim, step) = ((index * 37 + batch * 11) % 100 + 1, (index + 2 * batch) % 10 + 1);
                    json!({
                        "event_id": format!("{esim}-{step}"), "iccid": format!("89445385320081{esim:05}"), "value": (step * esim).to_string(), "unit": "MB",
                        "read_at": hours_ago(48 - i64::try_from(step).unwrap()),
                    })
                })
                .collect();
            json!({ "readings": readings })
        })
        .collect();
    let calls = batches
        .into_iter()
        .map(|batch| admin.post("/v1/usage", batch));
    for answer in futures_util::future::join_all(calls).await {
        answer.expect(200);
    }
    let wrong = app.count(
        "SELECT count(*) FROM esims e JOIN esim_bundles b ON b.esim_id = e.id JOIN usage_monitor m ON m.esim_id = e.id \
         WHERE e.iccid LIKE '89445385320081%' AND (b.used_bytes <> right(e.iccid, 5)::bigint * 10000000 OR m.used_bytes <> b.used_bytes)",
    );
    assert_eq!(wrong, 0);
    assert_eq!(
        app.count("SELECT count(*) FROM esim_data_usage u JOIN esims e ON e.id = u.esim_id WHERE u.used_bytes = right(e.iccid, 5)::bigint * 10000000"),
        100
    );
    assert_eq!(
        app.count("SELECT count(*) FROM (SELECT esim_id FROM usage_days GROUP BY 1 HAVING sum(used_bytes) = (SELECT used_bytes FROM usage_monitor m WHERE m.esim_id = usage_days.esim_id)) d"),
        100
    );
}

#[actix_web::test]
async fn list_and_export_have_the_same_rows() {
    let app = TestApp::start().await;
    let esim = sell(&app).await;
    start_bundles(&app, Some(1_000_000_000));
    let admin = app.as_admin();
    send(&admin, &[reading("a", &esim, "10", "MB", 5)]).await;
    let list = admin.get("/v1/usage").await.expect(200);
    assert_eq!(
        list["data"][0]["provider_name"].is_null(),
        list["data"][0]["provider_id"].is_null()
    );
    let file = admin.get("/v1/usage/export?format=csv").await.text();
    assert!(
        file.contains(list["data"][0]["iccid"].as_str().unwrap()),
        "{file}"
    );
}
