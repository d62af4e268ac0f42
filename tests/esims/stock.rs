//! The stock and its thresholds.

use crate::harness::TestApp;
use esims::stock::CheckStock;
use platform::jobs::Job;
use serde_json::json;
use wire::ProblemCode;

#[actix_web::test]
async fn low_stock_is_reported_once_per_crossing() {
    let app = TestApp::start().await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        for _ in 0..3 {
            given.stock(plan);
        }
        plan
    });
    let admin = app.as_admin();
    let new = json!({ "plan_id": plan, "minimum": 3 });
    let created = admin
        .post("/v1/stock-thresholds", new.clone())
        .await
        .expect(201);
    assert_eq!(
        (&created["available"], &created["low_since"]),
        (&json!(3), &json!(null))
    );
    admin
        .post("/v1/stock-thresholds", new)
        .await
        .problem(409, ProblemCode::Conflict);
    let crossings = "SELECT count(*) FROM audit_log WHERE action = 'stock_threshold.cross'";
    let check = || async { CheckStock {}.run(app.ctx.clone()).await.unwrap() };
    check().await;
    assert_eq!(app.count(crossings), 0);

    app.execute("UPDATE esims SET status = 'cancelled' WHERE id = (SELECT id FROM esims LIMIT 1)");
    for _ in 0..3 {
        check().await;
    }
    assert_eq!(app.count(crossings), 1);
    let low = admin
        .get("/v1/stock-thresholds?is_low=true")
        .await
        .expect(200);
    assert_eq!(
        (&low["total"], &low["data"][0]["available"]),
        (&json!(1), &json!(2))
    );

    app.given(|given| given.stock(plan));
    check().await;
    assert_eq!(
        app.count("SELECT count(*) FROM stock_thresholds WHERE low_since IS NULL"),
        1
    );
    app.execute("UPDATE esims SET status = 'cancelled'");
    check().await;
    assert_eq!(app.count(crossings), 2);

    let path = format!("/v1/stock-thresholds/{}", created["id"].as_str().unwrap());
    admin
        .patch(&path, 1, json!({ "minimum": 0 }))
        .await
        .rejects_field("minimum");
    let edited = admin
        .patch(&path, 1, json!({ "minimum": 9 }))
        .await
        .expect(200);
    assert_eq!(edited["minimum"], 9);
    admin
        .delete(&path, 1)
        .await
        .problem(412, ProblemCode::Stale);
    admin.delete(&path, 2).await.expect(204);
}

#[actix_web::test]
async fn stock_shows_the_days_of_cover_by_plan() {
    let app = TestApp::start().await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        for _ in 0..5 {
            given.stock(plan);
        }
        plan
    });
    let customer = app.given(|given| given.user(wire::accounts::users::UserRole::Customer));
    let admin = app.as_admin();
    let order = crate::flows::purchase::order(&admin, plan, customer, 2).await;
    app.run_jobs().await;
    let pay = wire::billing::transactions::SimulatedOutcome::Succeed;
    crate::flows::purchase::simulate(&app, &admin, &order, pay).await;

    let stock = admin.get("/v1/stock").await.expect(200);
    let row = &stock["data"][0];
    assert_eq!(
        (&row["available"], &row["sold"]),
        (&json!(3), &json!(2)),
        "{stock}"
    );
    assert_eq!(
        (&row["days_of_cover"], &row["plan_id"]),
        (&json!("45.00"), &json!(plan))
    );
}
