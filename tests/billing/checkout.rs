//! Orders with a promotion: the quoted price is charged, and a use is reserved, completed or released once.

use crate::{
    catalog::promotions::{day, ten_percent, with},
    flows::purchase::{reload_order, simulate},
    harness::{Client, TestApp},
};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    PlanId, ProblemCode, UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome,
};

/// A server, an administrator, a customer, and a plan with stock.
pub struct Shop {
    pub app: TestApp,
    pub admin: Client,
    pub customer: UserId,
    pub plan: PlanId,
}

impl Shop {
    pub async fn open(price: &str, more: &[(&str, &str)]) -> Self {
        let app = TestApp::with_env(more).await;
        let (plan, customer) = app.given(|given| {
            let plan = given.plan(price);
            given.stock(plan);
            // A provider offers the plan beyond the stock.
            let provider = given.provider("Simulated", 1);
            given.offer(plan, provider, "eu-5gb");
            (plan, given.user(UserRole::Customer))
        });
        let admin = app.as_admin();
        Self {
            app,
            admin,
            customer,
            plan,
        }
    }
    pub async fn promotion(&self, code: &str, change: Value) -> Value {
        let new = with(ten_percent(&self.app, code), change);
        self.admin.post("/v1/promotions", new).await.expect(201)
    }
    pub fn order_body(&self, change: Value) -> Value {
        with(
            json!({ "user_id": self.customer, "plan_id": self.plan }),
            change,
        )
    }
    /// Returns the quote of an order.
    pub async fn quote(&self, change: Value) -> crate::harness::Answer {
        let fields = self.order_body(change);
        let pairs = fields.as_object().unwrap().iter().map(|(key, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("{key}={}", text.trim().replace(' ', "%20"))
        });
        let query: Vec<String> = pairs.collect();
        self.admin
            .get(&format!("/v1/orders/quote?{}", query.join("&")))
            .await
    }
    pub async fn order(&self, change: Value) -> crate::harness::Answer {
        place(&self.admin, self.order_body(change)).await
    }
    pub async fn payment(&self, order: &Value) -> Value {
        let id = order["id"].as_str().unwrap();
        let list = format!("/v1/transactions?order_id={id}");
        self.admin.get(&list).await.expect(200)["data"][0].clone()
    }
    /// Returns the counted uses of a promotion, and the number of its redemptions in these states.
    pub fn uses(&self, code: &str) -> (i64, i64, i64, i64) {
        let rows = |state: &str| {
            self.app.count(&format!("SELECT count(*) FROM promo_redemptions r JOIN promotional_codes c ON c.id = r.promotion_id WHERE c.code = '{code}' AND r.state = '{state}'"))
        };
        let counted = self.app.count(&format!(
            "SELECT used_count::bigint AS count FROM promotional_codes WHERE code = '{code}'"
        ));
        let (held, completed, released) = (rows("held"), rows("completed"), rows("released"));
        assert_eq!(
            counted,
            held + completed,
            "the count equals the redemptions"
        );
        (counted, held, completed, released)
    }
}

/// Places an order with a new idempotency key.
pub async fn place(client: &Client, order_body: Value) -> crate::harness::Answer {
    client
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/orders", order_body)
        .await
}

#[actix_web::test]
async fn order_charges_the_quoted_price_and_payment_completes_the_promotion_use() {
    let shop = Shop::open("9.95", &[]).await;
    shop.promotion("SPRING", json!({})).await;
    let super_admin = shop.app.as_role(UserRole::SuperAdmin);
    super_admin
        .patch(
            "/v1/settings/billing.tax_percent",
            1,
            json!({ "value": "19" }),
        )
        .await
        .expect(200);
    let change = json!({ "quantity": 1, "promo_code": " spring " });
    let order_body = shop.order_body(change.clone());

    let quote = shop.quote(change).await.expect(200);
    let sums = |of: &Value| {
        let field = |name: &str| of[name].as_str().unwrap().to_owned();
        [
            field("discount_amount"),
            field("tax_amount"),
            field("total_amount"),
        ]
    };
    // 9.95 - 1.00 (0.995, half to even) = 8.95; 19 % of it are 1.7005.
    assert_eq!(sums(&quote), ["1.00", "1.70", "10.65"]);
    assert_eq!(
        (&quote["amount"], &quote["tax_percent"], &quote["refusals"]),
        (&json!("9.95"), &json!("19.00"), &json!([]))
    );
    assert_eq!(shop.uses("SPRING").0, 0, "a quote reserves no use");

    let order = place(&shop.admin, order_body).await.expect(201);
    assert_eq!(sums(&order), sums(&quote));
    assert_eq!(order["promo_code"], "SPRING");
    assert_eq!(shop.uses("SPRING"), (1, 1, 0, 0));
    shop.app.run_jobs().await;
    let payment = shop.payment(&order).await;
    assert_eq!(sums(&payment), sums(&quote));
    assert_eq!(payment["amount"], "9.95");
    assert!(payment["promo_code_id"].is_string());

    simulate(&shop.app, &shop.admin, &order, SimulatedOutcome::Succeed).await;
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "fulfilled"
    );
    assert_eq!(shop.uses("SPRING"), (1, 0, 1, 0));

    let promotion = shop.admin.get("/v1/promotions?q=SPRING").await.expect(200)["data"][0].clone();
    let path = format!(
        "/v1/promotions/{}/effect",
        promotion["id"].as_str().unwrap()
    );
    let effect = shop.admin.get(&path).await.expect(200);
    assert_eq!(
        effect["paid"],
        json!([{ "currency": "USD", "orders": 1, "discount_amount": "1.00", "net_amount": "8.95", "margin_amount": "6.95", "new_customers": 1, "returning_customers": 0 }])
    );
    let support = shop.app.as_role(UserRole::Support);
    let seen = support.get(&path).await.expect(200);
    assert_eq!(seen["paid"][0]["margin_amount"], Value::Null);
    let uses = support.get("/v1/promotion-redemptions").await.expect(200);
    assert_eq!(
        (&uses["data"][0]["state"], &uses["data"][0]["code"]),
        (&json!("completed"), &json!("SPRING"))
    );
}

#[actix_web::test]
async fn order_rejects_promotion_that_does_not_apply() {
    let shop = Shop::open("9.90", &[]).await;
    let other = shop.app.given(|given| given.plan("1.00"));
    for (code, change) in [
        ("SPENT", json!({ "max_uses": 1 })),
        (
            "OVER",
            json!({ "valid_from": day(&shop.app, -2), "valid_to": day(&shop.app, -1) }),
        ),
        ("DIFFERENT", json!({ "applicable_plans": [other] })),
        ("RICH", json!({ "min_spend": "9.91", "currency": "USD" })),
        ("EUROS", json!({ "currency": "EUR" })),
        ("OFF", json!({ "is_active": false })),
        ("FIRST", json!({ "first_order_only": true })),
        ("ONCE", json!({ "per_user_limit": 1 })),
    ] {
        shop.promotion(code, change).await;
    }
    shop.order(json!({ "promo_code": "SPENT" }))
        .await
        .expect(201);
    shop.order(json!({ "promo_code": "ONCE" }))
        .await
        .expect(201);

    for (code, status, why) in [
        ("SPENT", 409, "used_up"),
        ("OVER", 409, "ended"),
        ("ONCE", 409, "used_by_customer"),
        ("DIFFERENT", 422, "other_plan"),
        ("RICH", 422, "below_minimum"),
        ("EUROS", 422, "other_currency"),
        ("OFF", 422, "switched_off"),
        ("FIRST", 422, "not_first_order"),
        ("NOWHERE", 422, "unknown"),
    ] {
        let kind = if status == 409 {
            ProblemCode::PromotionGone
        } else {
            ProblemCode::Invalid
        };
        let problem = shop
            .order(json!({ "promo_code": code }))
            .await
            .problem(status, kind);
        assert_eq!(problem["errors"][0]["field"], "promo_code", "{problem}");
        assert_eq!(problem["errors"][0]["code"], why, "{problem}");
        let quote = shop.quote(json!({ "promo_code": code })).await.expect(200);
        assert_eq!(quote["refusals"][0]["code"], why, "{quote}");
        assert_eq!(quote["discount_amount"], "0.00");
    }
    for table in ["orders", "transactions", "promo_redemptions"] {
        let rows = shop.app.count(&format!("SELECT count(*) FROM {table}"));
        assert_eq!(rows, 2, "{table}");
    }
    assert_eq!(shop.uses("ONCE"), (1, 1, 0, 0));
    assert_eq!(shop.uses("RICH"), (0, 0, 0, 0));
}

#[actix_web::test]
async fn unpaid_order_releases_its_promotion_use_once() {
    let shop = Shop::open("9.90", &[]).await;
    shop.promotion("SPRING", json!({ "max_uses": 1 })).await;
    let code = json!({ "promo_code": "SPRING" });
    let cancelled = shop.order(code.clone()).await.expect(201);
    let path = format!("/v1/orders/{}/cancel", cancelled["id"].as_str().unwrap());
    shop.admin
        .post(&path, json!({ "reason": "Changed their mind" }))
        .await
        .expect(200);
    assert_eq!(shop.uses("SPRING"), (0, 0, 0, 1));

    let declined = shop.order(code.clone()).await.expect(201);
    shop.app.run_jobs().await;
    simulate(&shop.app, &shop.admin, &declined, SimulatedOutcome::Decline).await;
    assert_eq!(shop.uses("SPRING"), (0, 0, 0, 2));
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM transactions WHERE closed_at IS NOT NULL"),
        2
    );

    shop.order(code.clone()).await.expect(201);
    assert_eq!(shop.uses("SPRING"), (1, 1, 0, 2));
    let now = chrono::Utc::now() + chrono::TimeDelta::hours(1);
    shop.app.ctx.clock.set(now);
    shop.app
        .execute("UPDATE jobs SET run_at = now() WHERE kind = 'orders.expire'");
    for _ in 0..2 {
        shop.app.run_jobs().await;
    }
    assert_eq!(shop.uses("SPRING"), (0, 0, 0, 3));
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM orders WHERE status = 'cancelled'"),
        3
    );
}

#[actix_web::test]
async fn late_payment_redeems_the_promotion_again_while_uses_remain() {
    for (others, state, uses) in [(0, "used again", (1, 0, 1, 0)), (1, "gone", (1, 1, 0, 1))] {
        let shop = Shop::open("9.90", &[]).await;
        shop.promotion("LAST", json!({ "max_uses": 1 })).await;
        let order = shop
            .order(json!({ "promo_code": "LAST" }))
            .await
            .expect(201);
        shop.app.run_jobs().await;
        simulate(&shop.app, &shop.admin, &order, SimulatedOutcome::Decline).await;
        for _ in 0..others {
            shop.order(json!({ "promo_code": "LAST" }))
                .await
                .expect(201);
        }
        // The gateway reports a late payment.
        let payment = shop.payment(&order).await;
        let simulator = gateways::Simulator::new(&shop.app.ctx.config.jwt_secret).unwrap();
        let (signature, body) = simulator
            .signed_webhook(
                wire::Param::parse(payment["id"].as_str().unwrap()).unwrap(),
                SimulatedOutcome::Succeed,
                &testkit::given::money("8.91"),
                wire::Currency::Usd,
                shop.app.ctx.clock.now(),
            )
            .unwrap();
        shop.app
            .anonymous()
            .with("simulator-signature", &signature)
            .raw(
                reqwest::Method::POST,
                "/v1/webhooks/simulator",
                "application/json",
                body,
            )
            .await
            .expect(204);
        let order = reload_order(&shop.admin, &order).await;
        // With a use left, the order starts; without one, a person decides about the discount.
        let status = if state == "gone" {
            "needs_review"
        } else {
            "paid"
        };
        assert_eq!(order["status"], status);
        let reason = order["status_reason"].as_str().unwrap_or_default();
        assert_eq!(
            reason.contains("used up by other orders"),
            state == "gone",
            "{reason}"
        );
        assert_eq!(shop.uses("LAST"), uses, "{state}");
        assert_eq!(
            shop.app
                .count("SELECT count(*) FROM transactions WHERE closed_at IS NOT NULL"),
            0,
            "a completed payment is no longer closed"
        );
    }
}

#[actix_web::test]
async fn free_order_is_paid_without_a_gateway() {
    let shop = Shop::open("9.90", &[]).await;
    shop.promotion("FREE", json!({ "discount_value": "100.00" }))
        .await;
    let order = shop
        .order(json!({ "promo_code": "FREE" }))
        .await
        .expect(201);
    assert_eq!(
        (&order["status"], &order["total_amount"]),
        (&json!("paid"), &json!("0.00"))
    );
    shop.app.run_all_jobs().await;
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "fulfilled"
    );
    let payment = shop.payment(&order).await;
    assert_eq!(
        (&payment["status"], &payment["payment_gateway"]),
        (&json!("completed"), &Value::Null)
    );
    assert_eq!(shop.uses("FREE"), (1, 0, 1, 0));
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM jobs WHERE kind = 'transactions.open'"),
        0
    );
}
