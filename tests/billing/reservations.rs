//! Unpaid orders: their limits per customer and API client, how long they reserve stock, and payments after that.

use super::checkout::place;
use crate::{
    flows::purchase::reload_order,
    harness::{Client, TestApp},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use wire::{
    Permission, PlanId, ProblemCode, UserId,
    accounts::{api_clients::ApiClientMode, users::UserRole},
};

fn stocked(app: &TestApp, count: usize) -> PlanId {
    app.given(|given| {
        let plan = given.plan("9.90");
        for _ in 0..count {
            given.stock(plan);
        }
        plan
    })
}

fn limit(app: &TestApp, key: &str, value: i64) {
    app.execute(&format!(
        "UPDATE system_settings SET value = '{value}' WHERE key = '{key}'"
    ));
}

fn transfer(plan: PlanId, quantity: i32) -> Value {
    json!({ "plan_id": plan, "quantity": quantity, "payment_method": "bank_transfer" })
}

/// Records the bank transfer of an order.
async fn confirm_transfer(app: &TestApp, admin: &Client, order: &Value) -> crate::harness::Answer {
    let id = order["id"].as_str().unwrap();
    let payments = admin
        .get(&format!("/v1/transactions?order_id={id}"))
        .await
        .expect(200);
    let payment = &payments["data"][0];
    let transfer = json!({
        "amount": payment["total_amount"], "currency": "USD", "reference": "TRANSFER-1", "received_at": app.ctx.clock.now(),
    });
    let path = format!(
        "/v1/transactions/{}/confirm",
        payment["id"].as_str().unwrap()
    );
    admin.post(&path, transfer).await
}

#[actix_web::test]
async fn order_rejects_units_above_the_unpaid_limit() {
    let app = TestApp::start().await;
    let plan = stocked(&app, 28);
    let (mallory, ada) = (
        app.as_role(UserRole::Customer),
        app.as_role(UserRole::Customer),
    );
    let mut placed = 0;
    loop {
        let answer = place(&mallory, transfer(plan, 1)).await;
        if answer.status != 201 {
            let problem = answer.problem(409, ProblemCode::TooManyUnpaid);
            assert!(
                problem["detail"].as_str().unwrap().contains("10 unpaid"),
                "{problem}"
            );
            break;
        }
        placed += 1;
    }
    assert_eq!(placed, 10);
    // Another method of payment, another quantity and a plan of a provider count too.
    let other = app.given(|given| given.supplied_plan("5.00"));
    place(&mallory, json!({ "plan_id": other }))
        .await
        .problem(409, ProblemCode::TooManyUnpaid);
    let quote = mallory
        .get(&format!("/v1/orders/quote?plan_id={other}"))
        .await
        .expect(200);
    assert_eq!(quote["refusals"][0]["code"], "too_many_unpaid", "{quote}");
    place(&ada, transfer(plan, 11))
        .await
        .problem(409, ProblemCode::TooManyUnpaid);
    place(&ada, transfer(plan, 10)).await.expect(201);

    // Staff are not limited; what they place counts.
    let admin = app.as_admin();
    let for_ada = json!({ "user_id": ada.id(), "plan_id": other, "quantity": 20 });
    place(&admin, for_ada).await.expect(201);

    // An order that is cancelled frees its units.
    let orders = mallory.get("/v1/orders?limit=1").await.expect(200);
    let cancel = format!(
        "/v1/orders/{}/cancel",
        orders["data"][0]["id"].as_str().unwrap()
    );
    mallory
        .post(&cancel, json!({ "reason": "Too many" }))
        .await
        .expect(200);
    place(&mallory, transfer(plan, 1)).await.expect(201);
}

#[actix_web::test]
async fn concurrent_orders_do_not_exceed_the_unpaid_limit() {
    let app = TestApp::start().await;
    limit(&app, "orders.unpaid_units_per_customer", 3);
    limit(&app, "orders.unpaid_units_per_client", 5);
    let plan = app.given(|given| given.supplied_plan("9.90"));
    let ada = app.as_role(UserRole::Customer);
    let requests = (0..12).map(|_| place(&ada, json!({ "plan_id": plan })));
    let answers = futures_util::future::join_all(requests).await;
    let placed = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(placed.count(), 3);

    let (client, program) = app.as_client(&[Permission::OrdersWrite, Permission::OrdersRead]);
    let customers: Vec<UserId> =
        app.given(|given| (0..12).map(|_| given.customer_of(client)).collect());
    let requests = customers
        .iter()
        .map(|user| place(&program, json!({ "user_id": user, "plan_id": plan })));
    let answers = futures_util::future::join_all(requests).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    let placed = statuses.iter().filter(|status| **status == 201);
    assert_eq!(placed.count(), 5, "{statuses:?}");
    assert_eq!(
        app.count(&format!(
            "SELECT sum(quantity)::bigint AS count FROM orders WHERE client_id = '{client}'"
        )),
        5
    );
}

#[actix_web::test]
async fn bank_transfer_reservation_ends_before_its_payment_window() {
    let app = TestApp::start().await;
    let plan = stocked(&app, 1);
    let (ada, bob, admin) = (
        app.as_role(UserRole::Customer),
        app.as_role(UserRole::Customer),
        app.as_admin(),
    );
    let first = place(&ada, transfer(plan, 1)).await.expect(201);
    place(&bob, transfer(plan, 1))
        .await
        .problem(409, ProblemCode::SoldOut);

    let now = app.ctx.clock.now();
    app.ctx.clock.set(now + TimeDelta::minutes(359));
    place(&bob, transfer(plan, 1))
        .await
        .problem(409, ProblemCode::SoldOut);
    app.ctx.clock.set(now + TimeDelta::minutes(361));
    let second = place(&bob, json!({ "plan_id": plan })).await.expect(201);
    assert_eq!(
        reload_order(&admin, &first).await["status"],
        "pending_payment"
    );

    // Another order has the stock, so the payment is recorded and a person decides. To record a payment the
    // administrator needs a recent sign-in, so the clock goes back.
    app.ctx.clock.set(now);
    app.execute(&format!(
        "UPDATE orders SET reserved_until = now() - interval '1 minute' WHERE id = '{}'",
        first["id"].as_str().unwrap()
    ));
    confirm_transfer(&app, &admin, &first).await.expect(200);
    let late = reload_order(&admin, &first).await;
    assert_eq!(late["status"], "needs_review", "{late}");
    assert!(
        late["status_reason"].as_str().unwrap().contains("sold out"),
        "{late}"
    );
    let cases = admin
        .get("/v1/reconciliation?kind=paid_late")
        .await
        .expect(200);
    assert_eq!(cases["data"][0]["order_id"], first["id"]);
    assert_eq!(
        cases["data"][0]["actions"],
        json!(["retry_order", "refund", "settle_outside"])
    );
    assert_eq!(
        reload_order(&admin, &second).await["status"],
        "pending_payment"
    );
}

#[actix_web::test]
async fn payment_after_the_reservation_is_fulfilled_while_stock_lasts() {
    let app = TestApp::start().await;
    let plan = stocked(&app, 2);
    let (ada, admin) = (app.as_role(UserRole::Customer), app.as_admin());
    let order = place(&ada, transfer(plan, 2)).await.expect(201);
    // To record a payment the administrator needs a recent sign-in, so only the order ages.
    app.execute("UPDATE orders SET reserved_until = now() - interval '5 days'");
    confirm_transfer(&app, &admin, &order).await.expect(200);
    app.run_all_jobs().await;
    assert_eq!(reload_order(&admin, &order).await["status"], "fulfilled");
}

#[actix_web::test]
async fn bank_transfer_holds_no_stock_when_reservation_is_zero() {
    let app = TestApp::start().await;
    limit(&app, "orders.transfer_reservation_hours", 0);
    let plan = stocked(&app, 1);
    let (ada, bob) = (
        app.as_role(UserRole::Customer),
        app.as_role(UserRole::Customer),
    );
    place(&ada, transfer(plan, 1)).await.expect(201);
    place(&bob, json!({ "plan_id": plan })).await.expect(201);
    place(&ada, json!({ "plan_id": plan }))
        .await
        .problem(409, ProblemCode::SoldOut);
}

#[actix_web::test]
async fn order_rejects_plans_without_offer_and_stock() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let customer = app.given(|given| given.user(UserRole::Customer));
    let sold_out = async |plan: PlanId, why: &str| {
        let order_body = json!({ "user_id": customer, "plan_id": plan });
        let answer = place(&admin, order_body).await;
        assert_eq!(answer.status, 409, "{why}: {}", answer.text());
        answer.problem(409, ProblemCode::SoldOut);
        let quote = admin
            .get(&format!(
                "/v1/orders/quote?plan_id={plan}&user_id={customer}"
            ))
            .await
            .expect(200);
        assert_eq!(quote["refusals"][0]["code"], "sold_out", "{why}: {quote}");
    };
    let bare = app.given(|given| given.plan("9.90"));
    sold_out(bare, "neither offer nor stock").await;
    let offer = "UPDATE plan_provider_offers SET";
    let provider = "UPDATE data_providers p SET";
    for (change, why) in [
        (format!("{offer} is_active = false"), "offer paused"),
        (format!("{offer} stock = 0"), "provider sold out"),
        (format!("{provider} is_active = false"), "provider paused"),
        (format!("{provider} deleted_at = now()"), "provider deleted"),
    ] {
        let plan = app.given(|given| given.supplied_plan("9.90"));
        // Each plan has its own provider, so each has one reason.
        let of = if change.starts_with(provider) {
            format!(
                "p.id IN (SELECT provider_id FROM plan_provider_offers WHERE plan_id = '{plan}')"
            )
        } else {
            format!("plan_id = '{plan}'")
        };
        app.execute(&format!("{change} WHERE {of}"));
        sold_out(plan, why).await;
    }
    assert_eq!(app.count("SELECT count(*) FROM orders"), 0);
}

#[actix_web::test]
async fn order_rejects_staff_as_customers() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.supplied_plan("9.90"));
    for role in [UserRole::SuperAdmin, UserRole::Admin, UserRole::Support] {
        let staff = app.given(|given| given.user(role));
        place(&admin, json!({ "user_id": staff, "plan_id": plan }))
            .await
            .rejects_field("user_id");
    }
    place(&admin, json!({ "plan_id": plan }))
        .await
        .rejects_field("user_id");
}

#[actix_web::test]
async fn order_reference_is_unique_per_client() {
    let app = TestApp::start().await;
    let plan = app.given(|given| given.supplied_plan("9.90"));
    let scopes = [Permission::OrdersWrite, Permission::OrdersRead];
    let shop = |mode| {
        let (id, key) = app.given(|given| given.api_client(mode, &scopes));
        let customers = app.given(|given| [given.customer_of(id), given.customer_of(id)]);
        (app.with_key(&key), customers)
    };
    let ((one, ones), (other, others)) = (shop(ApiClientMode::Live), shop(ApiClientMode::Live));
    let order_body =
        |user: UserId| json!({ "user_id": user, "plan_id": plan, "reference": "shop-1" });
    let first = place(&one, order_body(ones[0])).await.expect(201);
    assert_eq!(first["reference"], "shop-1");
    place(&one, order_body(ones[0]))
        .await
        .rejects_field("reference");
    // For another customer of the same client as well, and for concurrent orders.
    place(&one, order_body(ones[1]))
        .await
        .rejects_field("reference");
    place(&other, order_body(others[0])).await.expect(201);
    let same = || json!({ "user_id": ones[0], "plan_id": plan, "reference": "shop-2" });
    let answers = futures_util::future::join_all((0..5).map(|_| place(&one, same()))).await;
    let placed = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(placed.count(), 1);
    // Orders without a reference are not limited.
    for _ in 0..2 {
        place(&one, json!({ "user_id": ones[0], "plan_id": plan }))
            .await
            .expect(201);
    }
}
