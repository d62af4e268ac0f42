//! Provider failures: rejections, timeouts, and eSIMs that cannot be used.

use super::purchase::{order, reload_order};
use crate::harness::{Client, TestApp};
use serde_json::Value;
use wire::accounts::users::UserRole;

/// Places a paid order for a plan that is offered under these SKUs, in this order.
async fn paid(skus: &[&str]) -> (TestApp, Client, Value) {
    let (app, admin, order) = paid_order_without_jobs(skus).await;
    app.run_all_jobs().await;
    (app, admin, order)
}

/// Places such an order without running its jobs.
async fn paid_order_without_jobs(skus: &[&str]) -> (TestApp, Client, Value) {
    let app = TestApp::with_env(&[("PAYMENT_SIMULATOR", "succeed")]).await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        for (number, sku) in skus.iter().enumerate() {
            let provider = given.provider(
                &format!("Provider {number}"),
                i32::try_from(number).unwrap() + 1,
            );
            given.offer(plan, provider, sku);
        }
        plan
    });
    let customer = app.given(|given| given.user(UserRole::Customer));
    let admin = app.as_admin();
    let order = order(&admin, plan, customer, 1).await;
    (app, admin, order)
}

#[actix_web::test]
async fn declined_request_moves_the_order_to_the_next_provider() {
    let (app, admin, order) = paid(&["refuse-eu", "eu-5gb"]).await;
    assert_eq!(reload_order(&admin, &order).await["status"], "fulfilled");
    assert_eq!(
        app.count("SELECT count(*) FROM provisioning_attempts WHERE status = 'refused'"),
        1
    );
    assert_eq!(app.count("SELECT count(*) FROM data_allocations"), 1);
}

#[actix_web::test]
async fn provider_timeout_is_looked_up_by_reference() {
    let (app, admin, order) = paid(&["timeout-eu", "eu-5gb"]).await;
    assert_eq!(reload_order(&admin, &order).await["status"], "fulfilled");
    assert_eq!(
        app.supplier
            .purchases()
            .values()
            .copied()
            .collect::<Vec<_>>(),
        [1],
        "bought once, from the first provider"
    );
    assert_eq!(app.count("SELECT count(*) FROM provisioning_attempts"), 1);
    assert_eq!(
        app.count("SELECT count(*) FROM provisioning_attempts WHERE status = 'succeeded'"),
        1
    );
}

#[actix_web::test]
async fn lost_request_is_repeated_only_after_the_longest_call() {
    let (app, admin, order) = paid_order_without_jobs(&["lost-eu"]).await;
    app.run_jobs().await;
    assert_eq!(
        reload_order(&admin, &order).await["status"],
        "provisioning",
        "not failed: unknown"
    );
    assert_eq!(
        app.count("SELECT count(*) FROM provisioning_attempts WHERE status = 'unknown'"),
        1
    );

    // Two answers "not known" count, 30 seconds apart. Then the job sends the request again under a new reference.
    let start = chrono::Utc::now();
    let after = async |seconds| {
        app.ctx
            .clock
            .set(start + chrono::TimeDelta::seconds(seconds));
        app.make_jobs_due();
        app.run_jobs().await;
    };
    after(41).await;
    assert_eq!(
        app.count("SELECT count(*) FROM provisioning_attempts"),
        1,
        "one answer is not enough"
    );
    after(72).await;
    assert_eq!(
        app.count("SELECT count(*) FROM provisioning_attempts WHERE status = 'abandoned'"),
        1
    );
    assert_eq!(
        app.count("SELECT count(DISTINCT reference) FROM provisioning_attempts"),
        2
    );

    // At last the order needs a review; its status shows that the customer has paid. The circuit opens after five failures.
    for round in 0..40 {
        after(120 + round * 61).await;
    }
    let stuck = reload_order(&admin, &order).await;
    assert_eq!(stuck["status"], "needs_review", "{stuck}");
    assert!(app.supplier.purchases().is_empty());
}

#[actix_web::test]
async fn unusable_activation_code_needs_review_and_is_not_sent() {
    let (app, admin, order) = paid(&["badcode-eu"]).await;
    let order = reload_order(&admin, &order).await;
    assert_eq!(order["status"], "needs_review");
    assert!(
        order["status_reason"]
            .as_str()
            .unwrap()
            .contains("cannot be used"),
        "{order}"
    );
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 0);
}

#[actix_web::test]
async fn order_without_providers_left_fails_and_can_be_retried() {
    let (app, admin, order) = paid(&["refuse-eu"]).await;
    let stuck = reload_order(&admin, &order).await;
    assert_eq!(stuck["status"], "failed");
    assert!(
        stuck["status_reason"]
            .as_str()
            .unwrap()
            .contains("out of stock"),
        "{stuck}"
    );

    let plan = wire::Param::parse(order["plan_id"].as_str().unwrap()).unwrap();
    app.given(|given| given.stock(plan));
    admin
        .post(
            &format!("/v1/orders/{}/retry", order["id"].as_str().unwrap()),
            serde_json::json!({}),
        )
        .await
        .expect(200);
    app.run_all_jobs().await;
    let order = reload_order(&admin, &order).await;
    assert_eq!(order["status"], "fulfilled");
    assert_eq!(
        order["paid_at"], stuck["paid_at"],
        "the payment time does not change"
    );
}

#[actix_web::test]
async fn lost_request_moves_the_order_to_the_next_provider() {
    let (app, admin, order) = paid_order_without_jobs(&["lost-eu", "eu-5gb"]).await;
    app.run_jobs().await;
    let attempts = || app.count("SELECT count(*) FROM provisioning_attempts");
    let start = chrono::Utc::now();
    // Until the second answer "not known" the request may still arrive, so the job asks no second provider.
    for seconds in [9, 11, 20, 39] {
        app.ctx
            .clock
            .set(start + chrono::TimeDelta::seconds(seconds));
        app.make_jobs_due();
        app.run_jobs().await;
        assert_eq!(attempts(), 1, "after {seconds} seconds");
        assert!(app.supplier.purchases().is_empty());
    }
    app.ctx.clock.set(start + chrono::TimeDelta::seconds(45));
    app.run_all_jobs().await;
    assert_eq!(reload_order(&admin, &order).await["status"], "fulfilled");
    assert_eq!(attempts(), 2);
    assert_eq!(
        app.supplier.purchases().into_values().collect::<Vec<_>>(),
        [1],
        "bought once, from the second provider"
    );
    assert_eq!(
        app.count("SELECT count(*) FROM provisioning_attempts a JOIN data_providers p ON p.id = a.provider_id WHERE a.status = 'abandoned' AND p.name = 'Provider 0'"),
        1
    );
}

#[actix_web::test]
async fn lost_requests_are_retried_at_each_provider_in_turn() {
    let (app, admin, order) = paid_order_without_jobs(&["lost-a", "lost-b", "lost-c"]).await;
    let start = chrono::Utc::now();
    for round in 0..20 {
        app.ctx
            .clock
            .set(start + chrono::TimeDelta::seconds(round * 45));
        app.make_jobs_due();
        app.run_jobs().await;
    }
    assert_eq!(reload_order(&admin, &order).await["status"], "needs_review");
    assert_eq!(
        app.count(
            "SELECT count(*) FROM (SELECT provider_id FROM provisioning_attempts GROUP BY provider_id HAVING count(*) = 2) twice"
        ),
        3,
        "six requests, two of each"
    );
    assert_eq!(
        app.count(
            "SELECT count(DISTINCT provider_id) FROM provisioning_attempts WHERE attempt_no <= 3"
        ),
        3
    );
}

#[actix_web::test]
async fn undelivered_order_opens_one_case_after_15_minutes() {
    let (app, admin, order) = paid_order_without_jobs(&["lost-eu"]).await;
    app.run_jobs().await;
    let cases = async || {
        let list = "/v1/reconciliation?kind=paid_not_delivered&status=open";
        admin.get(list).await.expect(200)["data"]
            .as_array()
            .unwrap()
            .clone()
    };
    let start = chrono::Utc::now();
    let sweep = async |minutes: i64| {
        app.ctx
            .clock
            .set(start + chrono::TimeDelta::minutes(minutes));
        app.ctx
            .db
            .write(|tx| platform::jobs::enqueue(tx, &billing::checkout::SweepOrders {}))
            .await
            .unwrap();
        app.execute(
            "UPDATE jobs SET run_at = now() + interval '1 day' WHERE kind LIKE 'orders.provision%'",
        );
        app.run_jobs().await;
    };
    sweep(14).await;
    assert!(cases().await.is_empty());
    sweep(16).await;
    let open = cases().await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0]["order_id"], order["id"]);
    // Further sweeps and the hourly check keep the one case.
    sweep(17).await;
    let checked = admin
        .post("/v1/reconciliation/check", serde_json::json!({}))
        .await
        .expect(200);
    assert_eq!(checked["resolved"], 0, "{checked}");
    assert_eq!(cases().await.len(), 1);
}

#[actix_web::test]
async fn excessive_provider_charge_opens_a_low_margin_case() {
    let (_app, admin, order) = paid(&["dear-eu"]).await;
    let delivered = reload_order(&admin, &order).await;
    assert_eq!(
        [
            &delivered["status"],
            &delivered["unit_cost"],
            &delivered["margin_amount"]
        ],
        ["fulfilled", "9999.00", "-9989.10"]
    );
    let cases = admin
        .get("/v1/reconciliation?kind=low_margin&status=open")
        .await
        .expect(200);
    let case = &cases["data"][0];
    assert_eq!(cases["total"], 1);
    assert_eq!(
        [&case["order_id"], &case["amount"]],
        [&order["id"], &serde_json::json!("9999.00")]
    );
    assert!(
        case["finding"]
            .as_str()
            .unwrap()
            .contains("2.00 USD was expected"),
        "{case}"
    );
    // The check keeps the case open: a person resolves it.
    admin
        .post("/v1/reconciliation/check", serde_json::json!({}))
        .await
        .expect(200);
    let still = admin
        .get("/v1/reconciliation?kind=low_margin&status=open")
        .await
        .expect(200);
    assert_eq!(still["total"], 1);
}

#[actix_web::test]
async fn expected_provider_charge_opens_no_case_and_support_sees_no_margin() {
    let (app, admin, order) = paid(&["eu-5gb"]).await;
    let delivered = reload_order(&admin, &order).await;
    assert_eq!(
        [&delivered["unit_cost"], &delivered["margin_amount"]],
        ["2.00", "7.90"]
    );
    let none = admin
        .get("/v1/reconciliation?kind=low_margin")
        .await
        .expect(200);
    assert_eq!(none["total"], 0);
    let support = app.as_role(UserRole::Support);
    let seen = reload_order(&support, &order).await;
    assert_eq!(
        [&seen["unit_cost"], &seen["margin_amount"]],
        [&Value::Null, &Value::Null]
    );
}
