//! Providers on bad days: refusals, silence, and eSIMs that cannot be used.

use super::purchase::{order, reread};
use crate::harness::{Client, TestApp};
use serde_json::Value;
use wire::accounts::users::UserRole;

/// A paid order for a plan that is offered under these SKUs, the first one first.
async fn paid(skus: &[&str]) -> (TestApp, Client, Value) {
    let (app, admin, order) = unworked(skus).await;
    app.work_through().await;
    (app, admin, order)
}

/// The same, before any job has run.
async fn unworked(skus: &[&str]) -> (TestApp, Client, Value) {
    let app = TestApp::with(&[("PAYMENT_SIMULATOR", "succeed")]).await;
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
async fn a_refusal_leads_to_the_next_provider() {
    let (app, admin, order) = paid(&["refuse-eu", "eu-5gb"]).await;
    assert_eq!(reread(&admin, &order).await["status"], "fulfilled");
    assert_eq!(
        app.count("SELECT count(*) FROM provisioning_attempts WHERE status = 'refused'"),
        1
    );
    assert_eq!(app.count("SELECT count(*) FROM data_allocations"), 1);
}

#[actix_web::test]
async fn a_timeout_is_unknown_and_is_asked_about_by_our_reference_before_anything_else() {
    let (app, admin, order) = paid(&["timeout-eu", "eu-5gb"]).await;
    assert_eq!(reread(&admin, &order).await["status"], "fulfilled");
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
async fn a_request_that_never_arrived_is_waited_for_before_it_is_made_again() {
    let (app, admin, order) = unworked(&["lost-eu"]).await;
    app.work().await;
    assert_eq!(
        reread(&admin, &order).await["status"],
        "provisioning",
        "not failed: unknown"
    );
    assert_eq!(
        app.count("SELECT count(*) FROM provisioning_attempts WHERE status = 'unknown'"),
        1
    );

    // Half a minute later "never heard of it" is believed, and the request is made again, under a new reference.
    app.ctx
        .clock
        .set(chrono::Utc::now() + chrono::TimeDelta::seconds(30));
    app.bring_forward();
    app.work().await;
    assert_eq!(
        app.count("SELECT count(*) FROM provisioning_attempts WHERE status = 'abandoned'"),
        1
    );
    assert_eq!(
        app.count("SELECT count(DISTINCT reference) FROM provisioning_attempts"),
        2
    );

    // In the end a person looks; the customer has paid, and the order says so.
    app.work_through().await;
    let stuck = reread(&admin, &order).await;
    assert_eq!(stuck["status"], "needs_review", "{stuck}");
    assert!(app.supplier.purchases().is_empty());
}

#[actix_web::test]
async fn an_unusable_code_waits_for_a_person_and_is_not_mailed() {
    let (app, admin, order) = paid(&["badcode-eu"]).await;
    let order = reread(&admin, &order).await;
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
async fn with_nobody_left_to_ask_the_order_says_so_and_can_be_taken_up_again() {
    let (app, admin, order) = paid(&["refuse-eu"]).await;
    let stuck = reread(&admin, &order).await;
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
    app.work_through().await;
    let order = reread(&admin, &order).await;
    assert_eq!(order["status"], "fulfilled");
    assert_eq!(
        order["paid_at"], stuck["paid_at"],
        "it was paid when it was paid"
    );
}
