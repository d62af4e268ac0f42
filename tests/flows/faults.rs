//! Eight kinds of network faults to each peer. For each fault: the server answers in time, other requests work,
//! nothing is done twice, and after the fault the jobs finish without intervention.
//!
//! Providers are only simulated so far: `failover` tests their failures, which certain SKUs cause.

use super::purchase::{order, reload_order};
use crate::{
    accounts::kyc,
    billing::stripe,
    harness::{
        Answer, Client, TestApp,
        drill::is_drill,
        faulty::{FAULTS, Fault, FaultyProxy, Peer},
        peers,
    },
};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use tokio::sync::Barrier;
use wire::accounts::users::UserRole;

/// The time within which a response must come. Ordinary test runs may share their machine.
fn in_time() -> Duration {
    Duration::from_secs(if is_drill() { 10 } else { 18 })
}

/// A small connection pool, because many servers run concurrently.
const FEW: (&str, &str) = ("DATABASE_POOL", "2");

/// Returns the response, which must arrive in time.
async fn response_in_time(fault: Fault, request: impl Future<Output = Option<Answer>>) -> Answer {
    let began = Instant::now();
    let answer = request.await;
    assert!(
        began.elapsed() < in_time(),
        "{fault:?}: {:?}",
        began.elapsed()
    );
    answer.unwrap_or_else(|| panic!("{fault:?}: no answer"))
}

/// Checks that requests which do not need the peer still work.
async fn others_are_unaffected(fault: Fault, app: &TestApp, admin: &Client) {
    for path in ["/v1/orders", "/v1/plans", "/health/ready"] {
        let answer = response_in_time(fault, admin.try_get(path)).await;
        assert_eq!(answer.status, 200, "{fault:?}: {}", answer.text());
    }
    let (plan, customer) =
        app.given(|given| (given.supplied_plan("1.00"), given.user(UserRole::Customer)));
    order(admin, plan, customer, 1).await;
}

#[actix_web::test]
async fn faults_on_the_way_to_the_database() {
    let set_up = Barrier::new(FAULTS.len());
    let cases = FAULTS.map(|fault| check_database_fault(fault, &set_up));
    // The tests are stopped together, when no request is open.
    drop(join_all(cases).await);
}

async fn check_database_fault(fault: Fault, set_up: &Barrier) -> TestApp {
    let app = TestApp::with_env(&[FEW]).await;
    let url = app.database.url();
    let proxy = FaultyProxy::start(Peer::postgres(&url));
    let (socket, rest) = url.split_once(' ').expect("more than a host");
    assert!(socket.starts_with("host="), "{socket}");
    let through = format!(
        "host=127.0.0.1 port={} sslmode=disable {rest}",
        proxy.address.port()
    );
    let files = testkit::files::folder(&url).display().to_string();
    let shaky = app.second_server(&[("DATABASE_URL", &through), ("FILES_DIR", &files), FEW]);
    let (plan, customer) = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        (plan, given.user(UserRole::Customer))
    });
    let admin = shaky.as_admin();
    set_up.wait().await;
    admin.get("/v1/orders").await.expect(200);

    proxy.set(fault);
    let body = json!({ "user_id": customer, "plan_id": plan });
    let keyed = admin.with("idempotency-key", "through-the-fault");
    let first = response_in_time(fault, keyed.try_post("/v1/orders", body.clone())).await;
    assert!(
        matches!(first.status, 201 | 503),
        "{fault:?}: {}",
        first.text()
    );
    let alive = response_in_time(fault, admin.try_get("/health/live")).await;
    assert_eq!(alive.status, 200, "{fault:?}");

    proxy.repair();
    let began = Instant::now();
    let order = loop {
        match keyed.try_post("/v1/orders", body.clone()).await {
            Some(answer) if answer.status == 201 => break answer.json(),
            other => assert!(
                other.is_none_or(|other| matches!(other.status, 409 | 503)),
                "{fault:?}"
            ),
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{fault:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(app.count("SELECT count(*) FROM orders"), 1, "{fault:?}");
    shaky.run_all_jobs().await;
    let payments = "SELECT count(*) FROM transactions WHERE gateway_transaction_id IS NOT NULL";
    assert_eq!(app.count(payments), 1, "{fault:?}");
    assert_eq!(
        reload_order(&admin, &order).await["status"],
        "pending_payment"
    );
    app
}

#[actix_web::test]
async fn faults_on_the_way_to_the_payment_gateway() {
    let set_up = Barrier::new(FAULTS.len());
    let cases = FAULTS.map(|fault| check_gateway_fault(fault, &set_up));
    // The tests are stopped together, when no request is open.
    drop(join_all(cases).await);
}

async fn check_gateway_fault(fault: Fault, set_up: &Barrier) -> TestApp {
    let (base, seen) = stripe::stand_in();
    let proxy = FaultyProxy::start(Peer::http(&base));
    let app = TestApp::with_env(&[
        FEW,
        ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
        ("STRIPE_WEBHOOK_SECRET", stripe::SECRET),
        ("STRIPE_API_BASE", &format!("http://{}/", proxy.address)),
    ])
    .await;
    let (plan, customer) =
        app.given(|given| (given.supplied_plan("9.90"), given.user(UserRole::Customer)));
    let admin = app.as_admin();

    set_up.wait().await;
    proxy.set(fault);
    let placed = order(&admin, plan, customer, 1).await;
    app.run_jobs().await;
    let open = reload_order(&admin, &placed).await;
    assert_eq!(open["status"], "pending_payment", "{fault:?}: {open}");
    for path in ["/v1/transactions", "/v1/plans", "/health/ready"] {
        let answer = response_in_time(fault, admin.try_get(path)).await;
        assert_eq!(answer.status, 200, "{fault:?}");
    }

    proxy.repair();
    app.run_all_jobs().await;
    let opened = "SELECT count(*) FROM transactions WHERE gateway_transaction_id = 'cs_test_1' AND status = 'pending'";
    assert_eq!(app.count(opened), 1, "{fault:?}");
    let keys: BTreeSet<String> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|one| one.2.clone())
        .collect();
    assert_eq!(keys.len(), 1, "{fault:?}: one key, one payment: {keys:?}");
    app
}

#[actix_web::test]
async fn faults_on_the_way_to_the_mail_server() {
    let set_up = Barrier::new(FAULTS.len());
    let cases = FAULTS.map(|fault| check_mail_fault(fault, &set_up));
    // The tests are stopped together, when no request is open.
    drop(join_all(cases).await);
}

async fn check_mail_fault(fault: Fault, set_up: &Barrier) -> TestApp {
    let (address, accepted_ids) = peers::mail_server();
    let proxy = FaultyProxy::start(Peer {
        error: b"421 4.3.0 come back later\r\n".to_vec(),
        garbage: b"WHO IS THERE?\r\n".to_vec(),
        ..Peer::http(&address)
    });
    let app = TestApp::with_env(&[
        FEW,
        ("PAYMENT_SIMULATOR", "succeed"),
        ("SMTP_URL", &format!("smtp://{}", proxy.address)),
    ])
    .await;
    let (plan, customer) = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        (plan, given.user(UserRole::Customer))
    });
    let admin = app.as_admin();

    set_up.wait().await;
    proxy.set(fault);
    let placed = order(&admin, plan, customer, 1).await;
    let meanwhile = async {
        let began = Instant::now();
        while reload_order(&admin, &placed).await["status"] != "fulfilled" {
            assert!(began.elapsed() < Duration::from_secs(60), "{fault:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        others_are_unaffected(fault, &app, &admin).await;
        proxy.repair();
    };
    futures_util::join!(app.run_jobs(), meanwhile);
    app.run_all_jobs().await;
    let sent = "SELECT count(*) FROM notifications WHERE status = 'sent'";
    let all = "SELECT count(*) FROM notifications WHERE destination IS NOT NULL";
    assert_eq!(app.count(sent), app.count(all), "{fault:?}");
    let ids = accepted_ids.lock().unwrap().clone();
    let message_ids: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(
        i64::try_from(message_ids.len()),
        Ok(app.count(sent)),
        "{fault:?}: a mailbox can tell what it has got twice: {ids:?}"
    );
    // The connections to the mail server close while its runtime still runs.
    std::mem::forget(app.ctx.clone());
    app
}

#[actix_web::test]
async fn faults_on_the_way_to_the_store_of_files() {
    let set_up = Barrier::new(FAULTS.len());
    let cases = FAULTS.map(|fault| check_store_fault(fault, &set_up));
    // The tests are stopped together, when no request is open.
    drop(join_all(cases).await);
}

async fn check_store_fault(fault: Fault, set_up: &Barrier) -> TestApp {
    let proxy = FaultyProxy::start(Peer::http(&peers::file_store()));
    let app = TestApp::with_env(&[
        FEW,
        ("FILES_S3_ENDPOINT", &format!("http://{}", proxy.address)),
        ("FILES_S3_BUCKET", "esim-admin"),
        ("FILES_S3_ACCESS_KEY_ID", "test"),
        ("FILES_S3_SECRET_ACCESS_KEY", "test-secret"),
    ])
    .await;
    let (customer, admin) = (kyc::customer(&app), app.as_admin());

    set_up.wait().await;
    proxy.set(fault);
    let first = response_in_time(fault, async { Some(upload(&admin, customer).await) }).await;
    assert!(
        matches!(first.status, 201 | 503),
        "{fault:?}: {}",
        first.text()
    );
    others_are_unaffected(fault, &app, &admin).await;

    proxy.repair();
    let document: Value = match first.status {
        201 => first.json(),
        _ => upload(&admin, customer).await.expect(201),
    };
    assert_eq!(
        app.count("SELECT count(*) FROM kyc_documents"),
        1,
        "{fault:?}"
    );
    let shown = kyc::open_link(&app, &app.as_role(UserRole::SuperAdmin), &document).await;
    assert_eq!(shown.status, 200, "{fault:?}: {}", shown.text());
    app
}

async fn upload(admin: &Client, customer: wire::UserId) -> Answer {
    kyc::upload(
        admin,
        &format!("document_type=passport&user_id={customer}"),
        ("image/jpeg", "passport.jpg"),
        kyc::assets::jpeg(64, 48),
    )
    .await
}
