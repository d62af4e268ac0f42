//! Concurrent orders: no promotion over its limit, no second first-order discount, no price that was not quoted.

use super::checkout::Shop;
use crate::harness::drill::iterations;
use futures_util::future::join_all;
use serde_json::json;

#[actix_web::test]
async fn concurrent_orders_respect_promotion_limits() {
    for _ in 0..iterations(1, 3) {
        fifty_and_one().await;
    }
}

async fn fifty_and_one() {
    let shop = Shop::open("9.90", &[]).await;
    shop.promotion("FIFTY", json!({ "max_uses": 50 })).await;
    shop.promotion("ONE-EACH", json!({ "per_user_limit": 1 }))
        .await;
    let all_at_once = async |code: &'static str, how_many: usize| {
        let mut placed = 0;
        for _ in 0..how_many / 100 {
            let requests = (0..100).map(|_| shop.order(json!({ "promo_code": code })));
            for answer in join_all(requests).await {
                assert!([201, 409].contains(&answer.status), "{}", answer.text());
                placed += usize::from(answer.status == 201);
            }
        }
        placed
    };
    assert_eq!(all_at_once("FIFTY", 1000).await, 50);
    assert_eq!(shop.uses("FIFTY"), (50, 50, 0, 0));
    assert_eq!(all_at_once("ONE-EACH", 100).await, 1);
    assert_eq!(shop.uses("ONE-EACH"), (1, 1, 0, 0));
    assert_eq!(shop.app.count("SELECT count(*) FROM orders"), 51);
    assert_eq!(shop.app.count("SELECT count(*) FROM transactions"), 51);
}

#[actix_web::test]
async fn each_code_of_a_batch_is_used_once() {
    let shop = Shop::open("9.90", &[]).await;
    let end = crate::catalog::promotions::day(&shop.app, 30);
    let many = json!({
        "count": 40, "prefix": "fly-", "campaign": "Flyer", "discount_type": "fixed_amount", "discount_value": "2.00",
        "currency": "USD", "valid_to": end,
    });
    let batch = shop.admin.post("/v1/promotions/generate", many).await;
    let batch = batch.expect(200);
    let codes = batch["codes"].as_array().unwrap();
    // Every customer tries every code, eight concurrently.
    for some in codes.chunks(10) {
        let tries = some.iter().cycle().take(80);
        let requests = tries.map(|code| shop.order(json!({ "promo_code": code })));
        let placed = join_all(requests).await;
        let placed = placed.iter().filter(|answer| answer.status == 201);
        assert_eq!(placed.count(), 10);
    }
    let over = "SELECT count(*) FROM promotional_codes WHERE used_count <> 1";
    assert_eq!(shop.app.count(over), 0);
    assert_eq!(shop.app.count("SELECT count(*) FROM promo_redemptions"), 40);
}

#[actix_web::test]
async fn concurrent_first_orders_get_one_discount() {
    let shop = Shop::open("9.90", &[]).await;
    for code in ["FIRST-A", "FIRST-B"] {
        shop.promotion(code, json!({ "first_order_only": true }))
            .await;
    }
    let requests = (0..20).map(|number| {
        let code = if number % 2 == 0 {
            "FIRST-A"
        } else {
            "FIRST-B"
        };
        shop.order(json!({ "promo_code": code }))
    });
    let placed = join_all(requests).await;
    assert_eq!(
        placed.iter().filter(|answer| answer.status == 201).count(),
        1
    );
    assert_eq!(shop.app.count("SELECT count(*) FROM promo_redemptions"), 1);
}

#[actix_web::test]
async fn order_charges_the_price_in_effect_during_price_changes() {
    let shop = Shop::open("9.00", &[]).await;
    let cheap_or_dear = async {
        for turn in 0..40 {
            let price = if turn % 2 == 0 { "11.00" } else { "9.00" };
            let new = json!({ "plan_id": shop.plan, "cost_price": "1.00", "selling_price": price });
            shop.admin.post("/v1/pricing", new).await.expect(201);
        }
    };
    let buying = async {
        for _ in 0..20 {
            let orders = join_all((0..10).map(|_| shop.order(json!({})))).await;
            for order in orders {
                let order = order.expect(201);
                assert_eq!(order["unit_price"], order["total_amount"]);
                assert!(["9.00", "11.00"].contains(&order["total_amount"].as_str().unwrap()));
            }
        }
    };
    futures_util::join!(cheap_or_dear, buying);
    let unlike = "SELECT count(*) FROM orders o JOIN transactions t ON t.order_id = o.id WHERE t.total_amount <> o.total_amount OR t.amount <> o.unit_price OR o.unit_price NOT IN (9, 11)";
    assert_eq!(shop.app.count(unlike), 0);
    assert_eq!(shop.app.count("SELECT count(*) FROM orders"), 200);
}
