//! Refunds that cancel eSIMs: the eSIM cannot be installed, and a case asks a person to cancel it at the provider.

use super::Sale;
use serde_json::json;
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn refund_that_cancels_an_esim_blocks_it_and_opens_a_supplier_case() {
    let sale = Sale::start("20.00", &[]).await;
    let order = sale.order["id"].as_str().unwrap();
    let found = sale
        .admin
        .get(&format!("/v1/esims?order_id={order}"))
        .await
        .expect(200);
    let esim = format!("/v1/esims/{}", found["data"][0]["id"].as_str().unwrap());
    let customer = sale.app.as_user(sale.customer);
    let reveal = format!("{esim}/reveal");
    customer.post(&reveal, json!({})).await.expect(200);
    let refund = sale.request_refund(&sale.admin, None).await.expect(201);
    sale.app.run_all_jobs().await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    assert_eq!(
        sale.admin.get(&esim).await.expect(200)["status"],
        "cancelled"
    );

    for who in [&sale.admin, &customer, &sale.app.as_role(UserRole::Support)] {
        who.post(&reveal, json!({}))
            .await
            .problem(409, ProblemCode::WrongState);
        for picture in ["qr.svg", "qr.png"] {
            who.get(&format!("{esim}/{picture}"))
                .await
                .problem(409, ProblemCode::WrongState);
        }
    }
    sale.admin
        .post(&format!("/v1/orders/{order}/resend"), json!({}))
        .await
        .problem(409, ProblemCode::WrongState);

    let cases = sale
        .admin
        .get("/v1/reconciliation?kind=supplier_cancellation&status=open")
        .await
        .expect(200);
    assert_eq!(cases["total"], 1, "{cases}");
    let case = &cases["data"][0];
    assert_eq!(case["order_id"], sale.order["id"]);
    let finding = case["finding"].as_str().unwrap();
    assert!(
        finding.contains("Simulated") && finding.contains("SIM-"),
        "{finding}"
    );
    let allocated = |status: &str| {
        sale.app.count(&format!(
            "SELECT count(*) FROM data_allocations WHERE status = '{status}'"
        ))
    };
    assert_eq!((allocated("active"), allocated("released")), (0, 1));
    // The claim against the provider stays open, and the check does not resolve the case.
    assert_eq!(
        sale.app
            .count("SELECT count(*) FROM supplier_claims WHERE state = 'open'"),
        1
    );
    sale.admin
        .post("/v1/reconciliation/check", json!({}))
        .await
        .expect(200);
    let still = sale
        .admin
        .get("/v1/reconciliation?kind=supplier_cancellation&status=open")
        .await
        .expect(200);
    assert_eq!(still["total"], 1);
}

#[actix_web::test]
async fn resend_omits_cancelled_esims() {
    let sale = Sale::start("20.00", &[]).await;
    let two = crate::flows::purchase::order(&sale.admin, sale.plan, sale.customer, 2).await;
    sale.app.run_jobs().await;
    crate::flows::purchase::simulate(
        &sale.app,
        &sale.admin,
        &two,
        wire::billing::transactions::SimulatedOutcome::Succeed,
    )
    .await;
    sale.app.run_all_jobs().await;
    let order = two["id"].as_str().unwrap();
    sale.app.execute(&format!(
        "UPDATE esims SET status = 'cancelled' WHERE id = (SELECT esim_id FROM esim_bundles WHERE order_id = '{order}' AND unit_no = 1)"
    ));
    sale.admin
        .post(&format!("/v1/orders/{order}/resend"), json!({}))
        .await
        .expect(200);
    let sent = sale
        .admin
        .get("/v1/notifications?limit=1")
        .await
        .expect(200);
    let message = sent["data"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(message.matches("\neSIM 89").count(), 1, "{message}");
}
