//! Invoices and credit notes: one for each payment, numbered without a gap, and only the PDF names the buyer.

use crate::{
    flows::purchase::{order, simulate},
    harness::{Client, TestApp},
};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    PlanId, RefundId, UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome,
};

/// A shop and its customer.
async fn shop() -> (TestApp, PlanId, UserId) {
    let app = TestApp::start().await;
    let (plan, ada) = app.given(|given| {
        let plan = given.plan("9.90");
        let ada = given.person(UserRole::Customer, "ada@example.com", "Ada", "Łukasiewicz");
        let provider = given.provider("Freedom", 1);
        given.offer(plan, provider, "eu-5gb");
        (plan, ada)
    });
    (app, plan, ada)
}

async fn paid_order_invoice(app: &TestApp, admin: &Client, plan: PlanId, user: UserId) -> Value {
    let placed = order(admin, plan, user, 2).await;
    app.run_jobs().await;
    simulate(app, admin, &placed, SimulatedOutcome::Succeed).await;
    let id = placed["id"].as_str().unwrap();
    let found = admin.get(&format!("/v1/invoices?order_id={id}")).await;
    found.expect(200)["data"][0].clone()
}

/// Writes a refund as it is after the gateway has paid it.
fn insert_refund(app: &TestApp, invoice: &Value, amount: &str) -> RefundId {
    let id = RefundId::new();
    let payment = invoice["transaction_id"].as_str().unwrap();
    app.execute(&format!(
        "INSERT INTO refunds (id, transaction_id, amount, currency, status, approval_state, processed_at) \
         VALUES ('{id}', '{payment}', {amount}, 'USD', 'processed', 'approved', now())"
    ));
    app.execute(&format!("INSERT INTO jobs (id, kind, payload, run_at) VALUES ('{}', 'invoices.credit', '{{\"refund\":\"{id}\"}}', now())", Uuid::now_v7()));
    id
}

#[actix_web::test]
async fn paid_order_has_one_invoice_and_unpaid_order_none() {
    let (app, plan, ada) = shop().await;
    let admin = app.as_admin();
    order(&admin, plan, ada, 1).await;
    app.run_jobs().await;
    assert_eq!(app.count("SELECT count(*) FROM invoices"), 0);

    let invoice = paid_order_invoice(&app, &admin, plan, ada).await;
    let year = invoice["issued_on"].as_str().unwrap()[..4].to_owned();
    assert_eq!(invoice["number"], format!("INV-{year}-000001"));
    assert_eq!(invoice["customer"], "Ada Łukasiewicz");
    assert_eq!(invoice["lines"][0]["quantity"], 2);
    assert_eq!(
        (&invoice["total_amount"], &invoice["credited_amount"]),
        (&json!("19.80"), &json!("0.00"))
    );
    let payment = invoice["transaction_id"].as_str().unwrap();
    // Issuing the invoice again returns the existing one.
    app.execute(&format!("INSERT INTO jobs (id, kind, payload, run_at) VALUES ('{}', 'invoices.issue', '{{\"transaction\":\"{payment}\"}}', now())", Uuid::now_v7()));
    app.run_all_jobs().await;
    assert_eq!(app.count("SELECT count(*) FROM invoices"), 1);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'invoice.issue'"),
        1
    );
}

#[actix_web::test]
async fn concurrent_invoices_have_gapless_numbers() {
    let (app, plan, ada) = shop().await;
    let admin = app.as_admin();
    let mut orders = Vec::new();
    for _ in 0..12 {
        orders.push(order(&admin, plan, ada, 1).await);
    }
    app.run_jobs().await;
    for placed in &orders {
        simulate(&app, &admin, placed, SimulatedOutcome::Succeed).await;
    }
    assert_eq!(app.count("SELECT count(*) FROM invoices"), 12);
    assert_eq!(
        app.count("SELECT max(right(number, 6)::int)::bigint AS count FROM invoices"),
        12
    );
    let listed = admin.get("/v1/invoices?sort=number&limit=50").await;
    let listed = listed.expect(200);
    let last = listed["data"][11]["number"].as_str().unwrap();
    assert!(last.ends_with("-000012"), "{last}");
}

#[actix_web::test]
async fn credit_notes_never_exceed_the_invoice() {
    let (app, plan, ada) = shop().await;
    let admin = app.as_admin();
    let invoice = paid_order_invoice(&app, &admin, plan, ada).await;
    let id = invoice["id"].as_str().unwrap();
    insert_refund(&app, &invoice, "5.00");
    insert_refund(&app, &invoice, "14.80");
    app.run_all_jobs().await;

    let notes = admin
        .get(&format!("/v1/credit-notes?invoice_id={id}&sort=number"))
        .await
        .expect(200);
    let numbers: Vec<&str> = notes["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["number"].as_str().unwrap())
        .collect();
    assert!(
        numbers[0].ends_with("-000001") && numbers[1].ends_with("-000002"),
        "{numbers:?}"
    );
    let after = admin.get(&format!("/v1/invoices/{id}")).await.expect(200);
    assert_eq!(after["credited_amount"], "19.80");
    let note = notes["data"][0]["id"].as_str().unwrap();
    let pdf = admin.get(&format!("/v1/credit-notes/{note}/pdf")).await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
}

#[actix_web::test]
async fn invoice_pdf_names_the_buyer_and_its_download_is_logged() {
    let (app, plan, ada) = shop().await;
    let admin = app.as_admin();
    let invoice = paid_order_invoice(&app, &admin, plan, ada).await;
    let path = format!("/v1/invoices/{}/pdf", invoice["id"].as_str().unwrap());

    let logged = "SELECT count(*) FROM pii_access_log WHERE subject_type = 'invoice'";
    let before = app.count(logged);
    let pdf = app.as_user(ada).get(&path).await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert_eq!(
        pdf.header("content-disposition"),
        format!(
            "attachment; filename=\"{}.pdf\"",
            invoice["number"].as_str().unwrap()
        )
    );
    assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.bytes.len() > 5_000);
    assert_eq!(app.count(logged), before + 1);
    let stranger = app.as_role(UserRole::Customer).get(&path).await;
    stranger.problem(404, wire::ProblemCode::NotFound);
}
