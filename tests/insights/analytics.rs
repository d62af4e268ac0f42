//! Analytics events: recorded once, without personal data, counted by day, and followed through a funnel.

use crate::{
    flows::purchase::{order, simulate},
    insights::ledger::{Ledger, assert_fields},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    Permission, ProblemCode, UserId,
    accounts::{api_clients::ApiClientMode, users::UserRole},
    billing::transactions::SimulatedOutcome,
};

fn event(uid: &str, at: DateTime<Utc>, user: UserId) -> Value {
    json!({ "event_uid": uid, "event_type": "viewed", "occurred_at": at, "user_id": user })
}

async fn send(ledger: &Ledger, events: Vec<Value>) -> crate::harness::Answer {
    ledger
        .admin
        .post("/v1/events", json!({ "events": events }))
        .await
}

async fn count(ledger: &Ledger) {
    let enqueue = |tx: &mut platform::Tx<'_>| {
        platform::jobs::enqueue(tx, &insights::analytics::CountEvents {})
    };
    ledger.app.ctx.db.write(enqueue).await.unwrap();
    ledger.app.run_all_jobs().await;
}

#[actix_web::test]
async fn event_counts_once_whatever_its_time() {
    let ledger = Ledger::open("UTC").await;
    let (now, user) = (Utc::now(), ledger.customer);
    let first = vec![
        event("a", now, user),
        event("a", now - TimeDelta::days(40), user),
        event("b", now, user),
    ];
    let answer = send(&ledger, first).await.expect(200);
    assert_eq!(answer, json!({ "recorded": 2, "known": 1, "test": 0 }));
    let again = vec![
        event("b", now - TimeDelta::days(70), user),
        event("c", now, user),
    ];
    let answer = send(&ledger, again).await.expect(200);
    assert_eq!(answer, json!({ "recorded": 1, "known": 1, "test": 0 }));
    assert_eq!(ledger.app.count("SELECT count(*) FROM analytics_events"), 3);
}

#[actix_web::test]
async fn clock_skew_is_tolerated_and_wrong_times_are_rejected() {
    let ledger = Ledger::open("UTC").await;
    let (now, user) = (Utc::now(), ledger.customer);
    send(&ledger, vec![event("a", now + TimeDelta::minutes(4), user)])
        .await
        .expect(200);
    for at in [now + TimeDelta::minutes(6), now - TimeDelta::days(366)] {
        let events = vec![event("b", now, user), event("c", at, user)];
        send(&ledger, events)
            .await
            .rejects_field("events.1.occurred_at");
    }
    assert_eq!(ledger.app.count("SELECT count(*) FROM analytics_events"), 1);
}

#[actix_web::test]
async fn personal_data_is_rejected() {
    let ledger = Ledger::open("UTC").await;
    let visitor = Uuid::new_v4();
    for metadata in [
        json!({ "visitor_id": "ada@example.com" }),
        json!({ "visitor_id": visitor, "email": "ada@example.com" }),
        json!({ "visitor_id": visitor, "channel": "ada@example.com" }),
        json!({ "visitor_id": visitor, "campaign": "tel-4915112345678" }),
        json!({ "visitor_id": visitor, "country": "Atlantis" }),
        json!({}),
    ] {
        let event = json!({ "event_uid": "a", "event_type": "viewed", "occurred_at": Utc::now(), "metadata": metadata });
        let answer = send(&ledger, vec![event]).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
    }
    let paid = json!({ "event_uid": "a", "event_type": "paid", "occurred_at": Utc::now(), "user_id": ledger.customer });
    assert_eq!(
        send(&ledger, vec![paid]).await.status,
        422,
        "the server records payments itself"
    );
    let good = json!({ "visitor_id": visitor, "channel": "web", "country": "FR", "campaign": "summer-2026" });
    let event = json!({ "event_uid": "a", "event_type": "viewed", "occurred_at": Utc::now(), "metadata": good });
    send(&ledger, vec![event]).await.expect(200);
    assert_eq!(ledger.app.count("SELECT count(*) FROM analytics_events"), 1);
}

#[actix_web::test]
async fn client_sends_events_of_its_own_customers_only() {
    let ledger = Ledger::open("UTC").await;
    let app = &ledger.app;
    let (own, test, key) = app.given(|given| {
        let (client, key) = given.api_client(ApiClientMode::Live, &[Permission::EventsWrite]);
        let test = given
            .api_client(ApiClientMode::Test, &[Permission::EventsWrite])
            .0;
        (given.customer_of(client), given.customer_of(test), key)
    });
    let shop = app.with_key(&key);
    let body = |user| json!({ "events": [event("a", Utc::now(), user)] });
    shop.post("/v1/events", body(ledger.customer))
        .await
        .rejects_field("events.0.user_id");
    let answer = shop.post("/v1/events", body(own)).await.expect(200);
    assert_eq!(answer["recorded"], 1);
    let answer = ledger
        .admin
        .post(
            "/v1/events",
            json!({ "events": [event("b", Utc::now(), test)] }),
        )
        .await;
    assert_eq!(
        answer.expect(200),
        json!({ "recorded": 0, "known": 0, "test": 1 })
    );
    shop.get("/v1/analytics/funnel")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn late_events_are_counted_and_users_are_counted_once() {
    let ledger = Ledger::open("Asia/Tokyo").await;
    let other = ledger.app.given(|given| given.user(UserRole::Customer));
    let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
    // The first two are of one day in Tokyo, the third of the next.
    let events = vec![
        event("a", at("2026-11-02T15:00:00Z"), ledger.customer),
        event("b", at("2026-11-03T14:59:59Z"), other),
        event("c", at("2026-11-03T15:00:00Z"), ledger.customer),
    ];
    send(&ledger, events).await.expect(200);
    let path = "/v1/analytics/events?from=2026-11-02&to=2026-11-06";
    let empty = ledger.admin.get(path).await.expect(200);
    assert_fields(&empty, json!({ "types": [], "updated_at": null }));
    for _ in 0..2 {
        count(&ledger).await;
        let shown = ledger.admin.get(path).await.expect(200);
        assert_fields(
            &shown["types"][0],
            json!({ "event_type": "viewed", "events": 3, "users": 2, "visitors": 0, "series": [0, 2, 1, 0] }),
        );
    }
    send(&ledger, vec![event("d", at("2026-11-02T14:59:59Z"), other)])
        .await
        .expect(200);
    count(&ledger).await;
    let shown = ledger.admin.get(path).await.expect(200);
    assert_fields(
        &shown["types"][0],
        json!({ "events": 4, "users": 2, "series": [1, 2, 1, 0] }),
    );
    ledger.set("business.time_zone", "UTC").await;
    count(&ledger).await;
    let shown = ledger.admin.get(path).await.expect(200);
    assert_fields(
        &shown["types"][0],
        json!({ "events": 4, "series": [2, 2, 0, 0] }),
    );
}

#[actix_web::test]
async fn steps_of_an_order_are_events_of_the_same_transaction() {
    let ledger = Ledger::open("UTC").await;
    let app = &ledger.app;
    let plan = app.given(|given| {
        let plan = given.plan("12.00");
        given.stock(plan);
        plan
    });
    let placed = order(&ledger.admin, plan, ledger.customer, 1).await;
    app.run_jobs().await;
    simulate(app, &ledger.admin, &placed, SimulatedOutcome::Succeed).await;
    let path = format!(
        "/v1/transactions?order_id={}",
        placed["id"].as_str().unwrap()
    );
    let payment = ledger.all(&path).await[0]["id"].clone();
    let refund = json!({ "transaction_id": payment, "amount": "2.00", "reason_code": "goodwill" });
    ledger
        .admin
        .with("idempotency-key", "refund")
        .post("/v1/refunds", refund)
        .await
        .expect(201);
    app.run_all_jobs().await;
    for step in ["ordered", "paid", "delivered", "refunded"] {
        let events = format!(
            "SELECT count(*) FROM analytics_events WHERE event_type = '{step}' AND user_id = '{}'",
            ledger.customer
        );
        assert_eq!(app.count(&events), 1, "{step}");
    }
    let funnel = ledger
        .admin
        .get("/v1/analytics/funnel?steps=ordered,paid,delivered,installed")
        .await
        .expect(200);
    let steps: Vec<(&Value, &Value)> = funnel["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (&step["users"], &step["share_of_first"]))
        .collect();
    let (one, all) = (json!(1), json!("100.00"));
    let (none, nothing) = (json!(0), json!("0.00"));
    assert_eq!(
        steps,
        [(&one, &all), (&one, &all), (&one, &all), (&none, &nothing)]
    );
    assert_eq!(funnel["still_open"], 1);
}

#[actix_web::test]
async fn test_orders_have_no_events() {
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
    simulate(app, &ledger.admin, &placed, SimulatedOutcome::Succeed).await;
    assert_eq!(app.count("SELECT count(*) FROM analytics_events"), 0);
}

#[actix_web::test]
async fn funnel_rejects_steps_and_windows_that_make_no_funnel() {
    let ledger = Ledger::open("UTC").await;
    for (query, field) in [
        ("steps=paid", "steps"),
        ("steps=paid,ordered,paid", "steps"),
        ("window_days=0", "window_days"),
        ("from=2026-01-02&to=2026-01-02", "to"),
        ("from=2020-01-02&to=2026-01-02", "from"),
    ] {
        ledger
            .admin
            .get(&format!("/v1/analytics/funnel?{query}"))
            .await
            .rejects_field(field);
    }
}
