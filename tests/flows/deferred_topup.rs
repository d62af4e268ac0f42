//! F2.4: deferred top-ups: a job asks the provider until the top-up is active, activates it once, and a refund
//! leaves other bundles alone.

use super::{purchase::reload_order, topup::Sold, topup::sold};
use chrono::TimeDelta;
use platform::jobs;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::OrderId;

impl Sold {
    /// Orders and pays for a deferred top-up of an eSIM that has expired.
    async fn waiting(&self) -> Value {
        let plan = self.more("later-1gb");
        let esim = &self.esim;
        self.app.execute(&format!(
            "UPDATE esims SET status = 'expired', activated_at = '2025-12-01', expires_at = '2026-01-01' WHERE id = '{esim}'"
        ));
        let order = self.pay(plan).await;
        assert_eq!(order["status"], "fulfilled");
        order
    }
    /// Advances the clock and runs the sweep.
    async fn after(&self, time: TimeDelta) {
        let clock = &self.app.ctx.clock;
        clock.set(clock.now() + time);
        self.sweep().await;
        self.app.run_all_jobs().await;
    }
    async fn sweep(&self) {
        let db = &self.app.ctx.db;
        db.write(|tx| jobs::enqueue(tx, &billing::checkout::SweepOrders {}))
            .await
            .unwrap();
    }
    /// Returns the refund eligibility of an order's payment.
    async fn eligibility(&self, order: &Value) -> Value {
        let payments = format!(
            "/v1/transactions?order_id={}",
            order["id"].as_str().unwrap()
        );
        let payments = self.admin.get(&payments).await.expect(200);
        let id = payments["data"][0]["id"].as_str().unwrap();
        let path = format!("/v1/transactions/{id}/eligibility");
        self.admin.get(&path).await.expect(200)
    }
    fn running(&self) -> i64 {
        self.bundles("AND status = 'active'")
    }
    fn limits(&self) -> i64 {
        self.app.count(&format!(
            "SELECT count(*) FROM esim_data_usage WHERE esim_id = '{}' AND used_bytes = 0 AND limit_bytes > 0",
            self.esim
        ))
    }
    fn started(&self) -> i64 {
        self.app
            .count("SELECT count(*) FROM audit_log WHERE action = 'order.start'")
    }
}

#[actix_web::test]
async fn deferred_top_up_activates_when_the_provider_reports_it() {
    let sold = sold().await;
    let order = sold.waiting().await;
    sold.after(TimeDelta::minutes(1)).await;
    assert_eq!(sold.esim().await["status"], "expired");

    // The first response is: not active yet.
    sold.after(TimeDelta::minutes(5)).await;
    assert_eq!((sold.running(), sold.limits()), (0, 0));
    assert_eq!(
        sold.esim().await["status"],
        "expired",
        "no wrong active status"
    );

    sold.after(TimeDelta::minutes(6)).await;
    let esim = sold.esim().await;
    assert_eq!(
        (&esim["status"], &esim["plan_id"]),
        (&json!("active"), &order["plan_id"])
    );
    assert_eq!((sold.running(), sold.limits(), sold.started()), (1, 1, 1));
    let until = esim["expires_at"].as_str().unwrap();
    let longest = format!(
        "SELECT count(*) FROM esim_bundles WHERE esim_id = '{}' AND expires_at = '{until}'",
        sold.esim
    );
    assert_eq!(sold.app.count(&longest), 1, "as long as its longest bundle");

    let steps = format!("/v1/orders/{}/timeline", order["id"].as_str().unwrap());
    let steps = sold.admin.get(&steps).await.expect(200);
    let is_started = |step: &&Value| step["what"] == "Top-up started";
    assert_eq!(
        steps["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(is_started)
            .count(),
        1
    );
    let bought = sold.app.supplier.purchases();
    assert!(
        bought.values().all(|times| *times == 1),
        "the job asks the provider and buys nothing"
    );
}

#[actix_web::test]
async fn repeated_activation_jobs_activate_once() {
    let sold = sold().await;
    let order = sold.waiting().await;
    sold.after(TimeDelta::minutes(6)).await;
    let id: OrderId = wire::Param::parse(order["id"].as_str().unwrap()).unwrap();
    let begin = || async {
        let ctx = sold.app.ctx.clone();
        jobs::Job::run(
            billing::fulfillment::ActivateTopUp {
                order: id,
                unit_no: 1,
            },
            ctx,
        )
        .await
    };
    let answers = futures_util::future::join_all((0..8).map(|_| begin())).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((sold.running(), sold.limits(), sold.started()), (1, 1, 1));
    let ended = sold.esim().await["expires_at"].clone();
    // A late job, after everything.
    begin().await.unwrap();
    sold.after(TimeDelta::hours(2)).await;
    assert_eq!(sold.esim().await["expires_at"], ended);
    let open = "SELECT count(*) FROM provisioning_jobs WHERE next_attempt_at IS NOT NULL";
    assert_eq!(sold.app.count(open), 0, "the job asks no provider any more");
}

#[actix_web::test]
async fn deferred_top_up_does_not_activate_on_an_ended_esim() {
    let sold = sold().await;
    sold.waiting().await;
    let esim = &sold.esim;
    sold.app.execute(&format!(
        "UPDATE esims SET status = 'cancelled' WHERE id = '{esim}'"
    ));
    for _ in 0..3 {
        sold.after(TimeDelta::minutes(6)).await;
    }
    assert_eq!((sold.running(), sold.limits()), (0, 0));
    assert_eq!(sold.esim().await["status"], "cancelled");
}

#[actix_web::test]
async fn immediate_top_up_adds_its_data_limit() {
    let sold = sold().await;
    let plan = sold.more("eu-1gb");
    sold.pay(plan).await;
    assert_eq!((sold.running(), sold.limits()), (1, 1));
}

#[actix_web::test]
async fn refunded_top_up_keeps_other_bundles() {
    let sold = sold().await;
    let plan = sold.more("eu-1gb");
    let first = sold.more("eu-2gb");
    sold.pay(first).await;
    let order = sold.pay(plan).await;
    let number = order["id"].as_str().unwrap();
    let payments = format!("/v1/transactions?order_id={number}");
    let payment = sold.admin.get(&payments).await.expect(200)["data"][0]["id"].clone();
    let body =
        json!({ "transaction_id": payment, "reason_code": "not_working", "effect": "cancel" });
    sold.admin
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/refunds", body)
        .await
        .expect(201);
    let before = sold.esim().await["status"].clone();
    sold.app.run_all_jobs().await;
    assert_eq!(
        reload_order(&sold.admin, &order).await["status"],
        "fulfilled"
    );
    assert_eq!(sold.esim().await["status"], before);
    let gone = format!("AND status = 'cancelled' AND order_id = '{number}'");
    assert_eq!(
        (
            sold.bundles(&gone),
            sold.bundles("AND status = 'cancelled'")
        ),
        (1, 1)
    );

    // The provider takes back what it has charged for this order, and keeps what it was paid for the others.
    let claims = sold.admin.get("/v1/supplier-claims").await.expect(200);
    let claim = claims["data"][0]["id"].as_str().unwrap();
    let body = json!({ "note": "Credited" });
    sold.admin
        .post(&format!("/v1/supplier-claims/{claim}/accept"), body)
        .await
        .expect(200);
    let reversed = "SELECT count(*) FROM data_allocations WHERE status = 'reversed'";
    let theirs = format!(
        "SELECT count(*) FROM data_allocations a JOIN provisioning_jobs j ON j.id = a.provisioning_job_id WHERE a.status = 'reversed' AND j.order_id = '{number}'"
    );
    assert_eq!((sold.app.count(reversed), sold.app.count(&theirs)), (1, 1));
    let active = "SELECT count(*) FROM data_allocations WHERE status = 'active'";
    assert_eq!(sold.app.count(active), 2);
}

#[actix_web::test]
async fn waiting_top_up_counts_as_unused() {
    let sold = sold().await;
    let order = sold.waiting().await;
    // The earlier bundle of the eSIM is used up, in a period that ends after the top-up was bought.
    sold.app.execute(&format!(
        "INSERT INTO esim_data_usage (id, esim_id, used_bytes, period_start, period_end) \
         VALUES (gen_random_uuid(), '{}', 5000000000, now() - interval '9 days', now() + interval '9 days')",
        sold.esim
    ));
    let unit = sold.eligibility(&order).await["units"][0].clone();
    assert_eq!(
        (&unit["used_bytes"], &unit["days_left"]),
        (&json!(0), &unit["days"])
    );
    assert_eq!(unit["recommended_amount"], "4.90");

    sold.after(TimeDelta::minutes(1)).await;
    sold.after(TimeDelta::minutes(5)).await;
    sold.after(TimeDelta::minutes(6)).await;
    assert_eq!(sold.running(), 1);
    sold.app.execute(&format!(
        "UPDATE esim_data_usage SET used_bytes = 250000000 WHERE esim_id = '{}' AND used_bytes = 0",
        sold.esim
    ));
    let unit = sold.eligibility(&order).await["units"][0].clone();
    assert_eq!(
        unit["used_bytes"], 250_000_000,
        "only the period of the top-up"
    );
}
