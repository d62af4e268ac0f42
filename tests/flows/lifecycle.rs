//! The life of an eSIM after its sale: first use, suspension, expiry and cancellation, with its provider.

use super::topup::{Sold, sold};
use crate::harness::{Client, TestApp};
use chrono::TimeDelta;
use esims::{
    expiry::{ConfirmExpired, ExpireBundles, RecycleExpired},
    operations::FollowUpOperations,
};
use platform::jobs::Job;
use serde_json::{Value, json};
use std::time::Duration;
use suppliers::{SupplierError, simulator::Fault};
use wire::{ProblemCode, accounts::users::UserRole, esims::inventory::EsimStatus};

fn no_answer() -> Fault {
    Fault {
        error: SupplierError::unknown("no answer"),
        is_registered: true,
        delay: Duration::ZERO,
    }
}

impl Sold {
    async fn iccid(&self) -> String {
        self.esim().await["iccid"].as_str().unwrap().to_owned()
    }

    /// Requests an operation, and returns it.
    async fn operate(&self, kind: &str) -> Value {
        let path = format!("/v1/esims/{}/{kind}", self.esim);
        self.admin
            .post(&path, json!({ "reason": "Requested by the customer" }))
            .await
            .expect(201)
    }

    async fn operation(&self, operation: &Value) -> Value {
        let id = operation["id"].as_str().unwrap();
        self.admin
            .get(&format!("/v1/esim-operations/{id}"))
            .await
            .expect(200)
    }

    /// Lets the customer use data, and loads the state.
    async fn use_data(&self) {
        let iccid = self.iccid().await;
        self.app.supplier.set_usage(&iccid, 1_000_000).unwrap();
        let refresh = self.operate("refresh").await;
        self.app.run_jobs().await;
        assert_eq!(self.operation(&refresh).await["status"], "succeeded");
        assert_eq!(self.esim().await["status"], "active");
    }

    fn end_bundles(&self) {
        self.app.execute(&format!(
            "UPDATE esim_bundles SET starts_at = now() - interval '9 days', expires_at = now() - interval '1 second' \
             WHERE esim_id = '{}' AND status = 'active'",
            self.esim
        ));
        self.app.execute(&format!(
            "UPDATE esims SET activated_at = now() - interval '9 days', expires_at = now() - interval '1 second' WHERE id = '{}'",
            self.esim
        ));
    }

    async fn expire(&self) {
        for job in ExpireBundles::both() {
            job.run(self.app.ctx.clone()).await.unwrap();
        }
    }
}

#[actix_web::test]
async fn first_use_starts_the_validity_of_the_plan() {
    let sold = sold().await;
    sold.use_data().await;
    let esim = sold.esim().await;
    assert!(esim["activated_at"].is_string() && esim["expires_at"].is_string());
    assert_eq!(esim["profile_state"], "enabled");
    assert_eq!(
        sold.bundles("AND status = 'active' AND expires_at > starts_at"),
        1
    );
    // A later report changes nothing.
    let version = &esim["version"];
    sold.operate("refresh").await;
    sold.app.run_jobs().await;
    assert_eq!(&sold.esim().await["status"], "active");
    assert_eq!(
        sold.app.count("SELECT count(*) FROM esim_state_history WHERE to_status = 'active' AND from_status = 'available'"),
        1,
        "{version}"
    );

    let list = sold.admin.get("/v1/active-esims").await.expect(200);
    let row = &list["data"][0];
    assert_eq!((&list["total"], &row["id"]), (&json!(1), &json!(sold.esim)));
    assert!(row["used_bytes"].as_i64().unwrap() >= 1_000_000, "{row}");
    assert!(row["last_seen_at"].is_string(), "{row}");
    let filtered = sold.admin.get("/v1/active-esims?status=suspended").await;
    assert_eq!(filtered.expect(200)["total"], 0);
}

#[actix_web::test]
async fn suspend_and_resume_take_effect_at_the_provider_and_in_the_history() {
    let sold = sold().await;
    sold.use_data().await;
    let iccid = sold.iccid().await;

    let suspend = sold.operate("suspend").await;
    assert_eq!(suspend["status"], "queued");
    let path = format!("/v1/esims/{}", sold.esim);
    sold.admin
        .post(&format!("{path}/resume"), json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    sold.admin
        .post(&format!("{path}/suspend"), json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    sold.app.run_jobs().await;
    let done = sold.operation(&suspend).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    assert_eq!(done["reason"], "Requested by the customer");
    assert_eq!(
        sold.app.supplier.status(&iccid),
        Some(EsimStatus::Suspended)
    );
    assert_eq!(sold.esim().await["status"], "suspended");

    let resume = sold.operate("resume").await;
    sold.app.run_jobs().await;
    assert_eq!(sold.operation(&resume).await["status"], "succeeded");
    assert_eq!(sold.app.supplier.status(&iccid), Some(EsimStatus::Active));
    let history = sold.admin.get(&format!("{path}/history")).await.expect(200);
    let newest = &history["data"][0];
    assert_eq!(
        (
            &newest["from_status"],
            &newest["to_status"],
            &newest["source"]
        ),
        (&json!("suspended"), &json!("active"), &json!("admin"))
    );
    assert_eq!(newest["actor_id"], json!(sold.admin.id()));
}

#[actix_web::test]
async fn missing_answer_is_looked_up_before_the_status_changes() {
    let sold = sold().await;
    sold.use_data().await;
    let iccid = sold.iccid().await;
    let suspend = sold.operate("suspend").await;
    sold.app.supplier.set_fault(Some(no_answer()));
    sold.app.run_jobs().await;
    assert_eq!(sold.operation(&suspend).await["status"], "running");
    assert_eq!(sold.esim().await["status"], "active");

    sold.app.supplier.set_fault(None);
    // The provider has not made the change: it is requested again once a late request must have arrived.
    sold.app.execute(
        "UPDATE esim_operations SET sent_at = sent_at - interval '1 hour' WHERE status = 'running'",
    );
    sold.app.run_all_jobs().await;
    assert_eq!(sold.operation(&suspend).await["status"], "succeeded");
    assert_eq!(
        sold.app.supplier.status(&iccid),
        Some(EsimStatus::Suspended)
    );
    assert_eq!(sold.esim().await["status"], "suspended");
}

#[actix_web::test]
async fn illegal_moves_are_rejected_and_cancellation_is_final() {
    let sold = sold().await;
    let path = format!("/v1/esims/{}", sold.esim);
    for kind in ["suspend", "resume"] {
        sold.admin
            .post(&format!("{path}/{kind}"), json!({}))
            .await
            .problem(409, ProblemCode::WrongState);
    }
    sold.app
        .as_role(UserRole::Support)
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .problem(403, ProblemCode::Forbidden);
    let cancel = sold.operate("cancel").await;
    sold.app.run_jobs().await;
    let done = sold.operation(&cancel).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    assert!(
        done["note"].as_str().unwrap().contains("refunded"),
        "{done}"
    );
    assert_eq!(sold.esim().await["status"], "cancelled");
    assert_eq!(sold.bundles("AND status = 'cancelled'"), 1);
    for kind in ["suspend", "resume", "cancel", "refresh"] {
        sold.admin
            .post(&format!("{path}/{kind}"), json!({}))
            .await
            .problem(409, ProblemCode::WrongState);
    }
}

#[actix_web::test]
async fn died_operation_is_followed_up() {
    let sold = sold().await;
    sold.use_data().await;
    let suspend = sold.operate("suspend").await;
    sold.app
        .execute("DELETE FROM jobs WHERE kind = 'esims.operate'");
    sold.app.execute("UPDATE esim_operations SET next_attempt_at = now() - interval '1 hour' WHERE status = 'queued'");
    FollowUpOperations {}
        .run(sold.app.ctx.clone())
        .await
        .unwrap();
    sold.app.run_jobs().await;
    assert_eq!(sold.operation(&suspend).await["status"], "succeeded");
}

#[actix_web::test]
async fn last_bundle_expires_the_esim_and_the_provider_confirms_it() {
    let sold = sold().await;
    sold.use_data().await;
    sold.end_bundles();
    sold.app.supplier.set_fault(Some(no_answer()));
    sold.expire().await;
    assert_eq!(sold.esim().await["status"], "expired");
    assert_eq!(
        sold.bundles("AND status = 'expired' AND ended_at IS NOT NULL"),
        1
    );
    let unconfirmed = "SELECT count(*) FROM esims WHERE service_unconfirmed_since IS NOT NULL";
    sold.app.run_jobs().await;
    assert_eq!(sold.app.count(unconfirmed), 1);

    sold.app
        .execute("DELETE FROM jobs WHERE kind = 'esims.refresh'");
    sold.app.supplier.set_fault(None);
    let iccid = sold.iccid().await;
    let diagnosis = format!("/v1/esims/{}/diagnosis", sold.esim);
    let diagnosis = sold.admin.get(&diagnosis).await.expect(200);
    assert_eq!(diagnosis["cause"]["code"], "expired", "{diagnosis}");
    ConfirmExpired {}.run(sold.app.ctx.clone()).await.unwrap();
    sold.app.run_jobs().await;
    assert_eq!(sold.app.count(unconfirmed), 0, "{iccid}");
}

#[actix_web::test]
async fn expired_esim_is_cancelled_at_its_provider_after_the_grace_period() {
    let sold = sold().await;
    sold.use_data().await;
    let iccid = sold.iccid().await;
    let plan = sold.more("eu-1gb");
    let _ = plan;
    sold.app.execute(&format!(
        "UPDATE esims SET status = 'expired', activated_at = now() - interval '60 days', expires_at = now() - interval '29 days', expired_at = now() - interval '29 days' WHERE id = '{}'",
        sold.esim
    ));
    sold.app
        .execute("UPDATE esim_bundles SET status = 'expired'");
    RecycleExpired {}.run(sold.app.ctx.clone()).await.unwrap();
    sold.app.run_jobs().await;
    assert_eq!(sold.esim().await["status"], "expired");

    sold.app.execute("UPDATE esims SET expires_at = now() - interval '31 days', expired_at = now() - interval '31 days' WHERE status = 'expired'");
    for _ in 0..2 {
        RecycleExpired {}.run(sold.app.ctx.clone()).await.unwrap();
        sold.app.run_jobs().await;
    }
    assert_eq!(sold.esim().await["status"], "cancelled");
    assert_eq!(
        sold.app.supplier.status(&iccid),
        Some(EsimStatus::Cancelled)
    );
    assert_eq!(
        sold.app
            .count("SELECT count(*) FROM esim_operations WHERE kind = 'cancel'"),
        1
    );
}

#[actix_web::test]
async fn paid_topup_wins_against_the_expiry() {
    let sold = sold().await;
    sold.use_data().await;
    let plan = sold.more("eu-1gb");
    sold.app.supplier.set_fault(Some(no_answer()));
    let order = sold.pay(plan).await;
    assert_ne!(order["status"], "fulfilled");
    sold.end_bundles();
    sold.expire().await;
    // The bundle has ended; the eSIM waits for the top-up that was paid before.
    assert_eq!(sold.bundles("AND status = 'expired'"), 1);
    assert_eq!(sold.esim().await["status"], "active");
    sold.admin
        .post(&format!("/v1/esims/{}/cancel", sold.esim), json!({}))
        .await
        .problem(409, ProblemCode::WrongState);

    sold.app.supplier.set_fault(None);
    sold.app.run_all_jobs().await;
    assert_eq!(sold.esim().await["status"], "active");
    // The provider may report a later end of the first bundle, which makes it active again.
    let topup = format!("AND status = 'active' AND plan_id = '{plan}'");
    assert_eq!(sold.bundles(&topup), 1);
    sold.expire().await;
    assert_eq!(sold.esim().await["status"], "active");
}

#[actix_web::test]
async fn ended_bundle_hands_over_to_the_queued_one() {
    let sold = sold().await;
    sold.use_data().await;
    let plan = sold.more("eu-1gb");
    sold.pay(plan).await;
    sold.app.execute(&format!(
        "UPDATE esim_bundles SET status = 'queued', starts_at = NULL, expires_at = NULL WHERE plan_id = '{plan}'"
    ));
    let first = format!("AND plan_id <> '{plan}' AND status = ");
    // Its data is used up long before the end of its validity.
    sold.app.execute(&format!(
        "UPDATE esim_bundles SET used_bytes = total_bytes WHERE plan_id <> '{plan}'"
    ));
    for _ in 0..2 {
        sold.expire().await;
    }
    assert_eq!(sold.bundles(&format!("{first}'depleted'")), 1);
    assert_eq!(
        sold.bundles("AND status = 'active' AND starts_at IS NOT NULL AND expires_at > now()"),
        1
    );
    let esim = sold.esim().await;
    assert_eq!(
        (&esim["status"], &esim["plan_id"]),
        (&json!("active"), &json!(plan))
    );
}

/// Copies the sold eSIM with its order and bundle.
fn copy(app: &TestApp, count: usize) {
    app.execute(&format!(
        "CREATE TEMP TABLE copies AS SELECT n, gen_random_uuid() AS esim_id, gen_random_uuid() AS order_id FROM generate_series(1, {count}) n"
    ));
    app.execute(
        "INSERT INTO esims SELECT (jsonb_populate_record(NULL::esims, to_jsonb(e) || jsonb_build_object('id', c.esim_id, 'iccid', '8999' || lpad(c.n::text, 15, '0'), \
            'provider_ref', 'COPY-' || c.n, 'twilio_sid', NULL))).* FROM copies c, (SELECT * FROM esims LIMIT 1) e",
    );
    app.execute(
        "INSERT INTO orders SELECT (jsonb_populate_record(NULL::orders, to_jsonb(o) || jsonb_build_object('id', c.order_id, 'order_number', 'COPY-' || c.n, \
            'reference', NULL))).* FROM copies c, (SELECT * FROM orders LIMIT 1) o",
    );
    app.execute(
        "INSERT INTO esim_bundles SELECT (jsonb_populate_record(NULL::esim_bundles, to_jsonb(b) || jsonb_build_object('id', gen_random_uuid(), 'esim_id', c.esim_id, \
            'order_id', c.order_id))).* FROM copies c, (SELECT * FROM esim_bundles LIMIT 1) b",
    );
}

/// Expires bundles with two workers, the first of which is killed again and again.
async fn expire_with_a_killed_worker(count: usize) {
    let sold = sold().await;
    sold.use_data().await;
    sold.end_bundles();
    copy(&sold.app, count);
    let total = i64::try_from(count).unwrap() + 1;
    for round in 0..5_u64 {
        let [up, down] = ExpireBundles::both();
        let killed = tokio::spawn(up.run(sold.app.ctx.clone()));
        let second = tokio::spawn(down.run(sold.app.ctx.clone()));
        tokio::time::sleep(Duration::from_millis(20 + 15 * round)).await;
        killed.abort();
        second.abort();
        let _ = (killed.await, second.await);
    }
    let [up, down] = ExpireBundles::both();
    let both =
        futures_util::future::join(up.run(sold.app.ctx.clone()), down.run(sold.app.ctx.clone()));
    let (first, second) = both.await;
    first.unwrap();
    second.unwrap();
    for (what, query) in [
        (
            "eSIMs",
            "SELECT count(*) FROM esims WHERE status = 'expired' AND expired_at IS NOT NULL",
        ),
        (
            "bundles",
            "SELECT count(*) FROM esim_bundles WHERE status = 'expired' AND ended_at IS NOT NULL",
        ),
        (
            "history",
            "SELECT count(*) FROM esim_state_history WHERE source = 'expiry' AND to_status = 'expired'",
        ),
        (
            "eSIMs in the history",
            "SELECT count(DISTINCT esim_id) FROM esim_state_history WHERE source = 'expiry'",
        ),
        (
            "audit log",
            "SELECT count(*) FROM audit_log WHERE action = 'esim.change_status' AND change->'status'->>'after' = 'expired'",
        ),
        (
            "confirmations",
            "SELECT count(*) FROM jobs WHERE kind = 'esims.refresh' AND status = 'queued'",
        ),
    ] {
        assert_eq!(sold.app.count(query), total, "{what}");
    }
    // The rest of the test is not about the confirmation of so many copies, which the provider does not know.
    sold.app
        .execute("DELETE FROM jobs WHERE kind = 'esims.refresh'");
}

#[actix_web::test]
async fn each_bundle_expires_once_with_two_workers_and_a_kill() {
    expire_with_a_killed_worker(300).await;
}

#[actix_web::test]
#[ignore = "takes minutes; the drill of the expiry"]
async fn ten_thousand_bundles_expire_once_with_two_workers_and_a_kill() {
    expire_with_a_killed_worker(10_000).await;
}

#[actix_web::test]
async fn older_report_changes_nothing() {
    let sold = sold().await;
    sold.use_data().await;
    let later = chrono::Utc::now() + TimeDelta::hours(1);
    sold.app.execute(&format!(
        "UPDATE esims SET provider_state_at = '{}' WHERE id = '{}'",
        later.to_rfc3339(),
        sold.esim
    ));
    let iccid = sold.iccid().await;
    sold.app
        .supplier
        .set_profile_state(&iccid, wire::esims::inventory::ProfileState::Deleted)
        .unwrap();
    let refresh = sold.operate("refresh").await;
    sold.app.run_jobs().await;
    let done = sold.operation(&refresh).await;
    assert!(done["note"].as_str().unwrap().contains("older"), "{done}");
    assert_eq!(sold.esim().await["profile_state"], "enabled");
}

fn stock(app: &TestApp, count: usize) -> Vec<String> {
    app.given(|given| {
        let plan = given.plan("9.90");
        for _ in 0..count {
            given.stock(plan);
        }
    });
    iccids(app)
}

fn iccids(app: &TestApp) -> Vec<String> {
    use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
    use schema::esims;
    app.given(|given| {
        esims::table
            .order_by(esims::iccid.asc())
            .select(esims::iccid)
            .load(given.conn())
            .unwrap()
    })
}

async fn bulk(client: &Client, kind: &str, iccids: &[String]) -> Value {
    let body = json!({ "kind": kind, "reason": "Batch 7 was returned", "iccids": iccids });
    client.post("/v1/esims/operations", body).await.expect(200)
}

#[actix_web::test]
async fn five_hundred_pasted_iccids_have_one_result_each() {
    let app = TestApp::start().await;
    let mut rows = stock(&app, 497);
    rows.push(rows[0].clone());
    rows.push("8900000000000000000".to_owned());
    rows.push("not an ICCID".to_owned());
    let admin = app.as_admin();
    let mut many = rows.clone();
    many.push("8".to_owned());
    let body = json!({ "kind": "cancel", "iccids": many });
    admin
        .post("/v1/esims/operations", body)
        .await
        .rejects_field("iccids");
    let batch = bulk(&admin, "cancel", &rows).await;
    assert_eq!(
        (&batch["queued"], &batch["refused"]),
        (&json!(497), &json!(3))
    );
    app.run_all_jobs().await;
    let filter = format!("batch_id={}", batch["batch_id"].as_str().unwrap());
    let list = admin
        .get(&format!("/v1/esim-operations?{filter}&status=refused"))
        .await
        .expect(200);
    assert_eq!(list["total"], 3);
    let done = admin
        .get(&format!(
            "/v1/esim-operations?{filter}&status=succeeded&limit=1"
        ))
        .await
        .expect(200);
    assert_eq!(done["total"], 497);
    assert!(
        done["data"][0]["note"]
            .as_str()
            .unwrap()
            .contains("no provider"),
        "{done}"
    );
    let csv = admin
        .get(&format!("/v1/esim-operations/export?{filter}&format=csv"))
        .await;
    assert_eq!(csv.text().lines().count(), 501);
    assert_eq!(
        app.count("SELECT count(*) FROM esims WHERE status = 'cancelled'"),
        497
    );
}

#[actix_web::test]
async fn bulk_cancel_requires_its_permission_and_refuses_row_by_row() {
    let sold = sold().await;
    sold.use_data().await;
    let iccid = sold.iccid().await;
    let support = sold.app.as_role(UserRole::Support);
    let body = json!({ "kind": "cancel", "iccids": [iccid] });
    support
        .post("/v1/esims/operations", body)
        .await
        .problem(403, ProblemCode::Forbidden);
    let batch = bulk(&support, "resume", &[iccid]).await;
    assert_eq!(
        (&batch["queued"], &batch["refused"]),
        (&json!(0), &json!(1))
    );
    let list = format!(
        "/v1/esim-operations?batch_id={}",
        batch["batch_id"].as_str().unwrap()
    );
    let list = support.get(&list).await.expect(200);
    let row = &list["data"][0];
    assert!(row["error"].as_str().unwrap().contains("active"), "{row}");
    assert_eq!(row["reason"], "Batch 7 was returned");
}

#[actix_web::test]
async fn delivery_is_sent_to_another_address_with_a_reason() {
    let sold = sold().await;
    let orders = sold.admin.get("/v1/orders").await.expect(200);
    let path = format!(
        "/v1/orders/{}/resend",
        orders["data"][0]["id"].as_str().unwrap()
    );
    let other = "traveller@example.com";
    for (body, field) in [
        (
            json!({ "email": "not-an-address", "reason": "New phone" }),
            "email",
        ),
        (json!({ "email": other }), "reason"),
    ] {
        sold.admin.post(&path, body).await.rejects_field(field);
    }
    let body = json!({ "email": other, "reason": "New phone" });
    sold.admin.post(&path, body).await.expect(200);
    let messages = sold
        .admin
        .get("/v1/notifications?limit=1")
        .await
        .expect(200);
    let destination = messages["data"][0]["destination"].as_str().unwrap();
    assert!(
        destination.starts_with('t') && destination.ends_with(".com"),
        "{destination}"
    );
    for query in [
        "SELECT count(*) FROM notifications n WHERE n::text LIKE '%traveller@%'",
        "SELECT count(*) FROM audit_log a WHERE a::text LIKE '%traveller@%'",
    ] {
        assert_eq!(sold.app.count(query), 0, "{query}");
    }
    assert_eq!(
        sold.app.count(
            "SELECT count(*) FROM audit_log WHERE action = 'order.resend' AND change ? 'to'"
        ),
        1
    );
}
