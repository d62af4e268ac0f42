//! Service levels over HTTP: due times, breaches, and changes of the policy.

use super::{act, customer, id, open, say, show};
use crate::harness::TestApp;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use wire::ProblemCode;

/// Opens support around the clock, so that a test does not depend on the day.
async fn open_always(app: &TestApp) {
    let admin = app.as_admin();
    let day = json!([{ "from": "00:00", "to": "24:00" }]);
    let hours = json!({ "mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": day, "sun": day });
    admin
        .patch("/v1/sla-policy", 1, json!({ "hours": hours }))
        .await
        .expect(200);
    app.run_jobs().await;
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().expect("a time").parse().expect("a time")
}

async fn record_breaches(app: &TestApp) {
    app.ctx
        .db
        .write(|tx| platform::jobs::enqueue(tx, &support::RecordBreaches {}))
        .await
        .expect("queued");
    app.run_jobs().await;
}

fn breaches(app: &TestApp) -> i64 {
    app.count(
        "SELECT count(*) FROM audit_log WHERE action = 'ticket.breach_sla' AND actor_id IS NULL",
    )
}

#[actix_web::test]
async fn breach_is_recorded_once_per_clock() {
    let app = TestApp::start().await;
    open_always(&app).await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = open(&admin, ada).await;
    let start = time(&ticket["created_at"]);
    let clocks = &ticket["clocks"];
    assert_eq!(
        time(&clocks["first_response"]["due_at"]),
        start + TimeDelta::minutes(480)
    );
    assert_eq!(
        time(&clocks["resolution"]["due_at"]),
        start + TimeDelta::minutes(1440)
    );
    assert_eq!(ticket["next_due_at"], clocks["first_response"]["due_at"]);

    record_breaches(&app).await;
    assert_eq!(breaches(&app), 0);
    super::advance(&app, TimeDelta::minutes(481));
    record_breaches(&app).await;
    record_breaches(&app).await;
    assert_eq!(breaches(&app), 1);
    say(
        &admin,
        &id(&ticket),
        json!({ "message": "Sorry", "then": "keep" }),
    )
    .await;
    assert_eq!(breaches(&app), 1);
    let shown = show(&admin, &id(&ticket)).await;
    assert_eq!(shown["clocks"]["first_response"]["state"], "breached");
    assert_eq!(shown["next_due_at"], clocks["resolution"]["due_at"]);
    // The resolution is late as well, and no job has seen it before.
    super::advance(&app, TimeDelta::minutes(1000));
    act(&admin, &id(&ticket), "resolve").await;
    record_breaches(&app).await;
    assert_eq!(breaches(&app), 2);
    assert_eq!(show(&admin, &id(&ticket)).await["next_due_at"], Value::Null);
}

#[actix_web::test]
async fn priority_moves_the_due_times_from_the_start() {
    let app = TestApp::start().await;
    open_always(&app).await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = open(&admin, ada).await;
    let path = format!("/v1/tickets/{}", id(&ticket));
    let start = time(&ticket["created_at"]);
    super::advance(&app, TimeDelta::minutes(90));
    let now = app.ctx.clock.now();

    let high = admin
        .patch(&path, 1, json!({ "priority": "high" }))
        .await
        .expect(200);
    assert_eq!(
        time(&high["clocks"]["first_response"]["due_at"]),
        start + TimeDelta::minutes(120)
    );
    let urgent = admin
        .patch(&path, 2, json!({ "priority": "urgent" }))
        .await
        .expect(200);
    let clock = &urgent["clocks"]["first_response"];
    assert_eq!(clock["state"], "breached");
    assert!((time(&clock["due_at"]) - now).abs() < TimeDelta::seconds(30));
    assert_eq!(breaches(&app), 1);
    let low = admin
        .patch(&path, 3, json!({ "priority": "low" }))
        .await
        .expect(200);
    assert_eq!(low["clocks"]["first_response"]["state"], "breached");
    assert_eq!(breaches(&app), 1);
}

#[actix_web::test]
async fn changed_policy_moves_running_clocks_and_keeps_results() {
    let app = TestApp::start().await;
    open_always(&app).await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let (running, met) = (open(&admin, ada).await, open(&admin, ada).await);
    say(
        &admin,
        &id(&met),
        json!({ "message": "Done", "then": "resolve" }),
    )
    .await;
    let result = show(&admin, &id(&met)).await["clocks"].clone();
    let today = time(&running["created_at"]).date_naive();
    let closed = [today, today + TimeDelta::days(1)];

    admin
        .patch("/v1/sla-policy", 2, json!({ "holidays": closed }))
        .await
        .expect(200);
    app.run_jobs().await;

    let shown = show(&admin, &id(&running)).await;
    let opens = (today + TimeDelta::days(2))
        .and_hms_opt(0, 0, 0)
        .expect("a time")
        .and_utc();
    assert_eq!(
        time(&shown["clocks"]["first_response"]["due_at"]),
        opens + TimeDelta::minutes(480)
    );
    assert_eq!(
        shown["next_due_at"],
        shown["clocks"]["first_response"]["due_at"]
    );
    assert_eq!(show(&admin, &id(&met)).await["clocks"], result);
}

#[actix_web::test]
async fn policy_rejects_invalid_hours_zones_and_targets() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let target = json!({ "first_response": 1, "resolution": 0 });
    for (field, edit) in [
        ("zone", json!({ "zone": "Mars/Olympus" })),
        ("hours", json!({ "hours": {} })),
        (
            "hours",
            json!({ "hours": { "mon": [{ "from": "10:00", "to": "09:00" }] } }),
        ),
        (
            "hours.mon[0].from",
            json!({ "hours": { "mon": [{ "from": "9", "to": "10:00" }] } }),
        ),
        (
            "targets.low.resolution",
            json!({ "targets": { "urgent": target, "high": target, "medium": target, "low": target } }),
        ),
    ] {
        let answer = admin.patch("/v1/sla-policy", 1, edit).await;
        assert_eq!(answer.status, 422, "{field}: {}", answer.text());
    }
    admin
        .patch("/v1/sla-policy", 7, json!({ "holidays": [] }))
        .await
        .problem(412, ProblemCode::Stale);
}
