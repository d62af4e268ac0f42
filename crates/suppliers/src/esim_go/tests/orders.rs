use super::*;
use crate::{
    Refusal, SupplierError,
    stand_in::{Fault, esim_go::REFUSED_SKUS},
};
use serde_json::json;

fn refusal<T>(result: Result<T, SupplierError>) -> Refusal {
    match result {
        Err(SupplierError::Refused { reason, .. }) => reason,
        _ => panic!("not refused"),
    }
}

#[tokio::test]
async fn order_is_validated_sent_and_marked() {
    let setup = setup().await;
    let esim = setup.buy().await;
    assert_eq!(esim.order_ref, "3a6e2e40-c674-45e9-b289-000000000000");
    assert_eq!(
        esim.activation_code.as_str(),
        format!("LPA:1$rsp.example.com$MATCH-{}", esim.order_ref)
    );
    assert_eq!(esim.cost, purchase(SKU).expected_cost);
    let order = |kind| {
        json!({"type": kind, "assign": true,
            "order": [{"type": "bundle", "item": SKU, "quantity": 1, "allowReassign": false}]})
    };
    let requests = setup.provider.server.requests();
    assert_eq!(requests[0].json(), order("validate"));
    assert_eq!(requests[1].json(), order("transaction"));
    assert_eq!((requests[2].method.as_str(), requests.len()), ("PUT", 3));
    assert_eq!(
        setup
            .provider
            .change(|state| state.orders[0].customer_ref.clone()),
        "0193-unit-1"
    );
}

#[tokio::test]
async fn refusals_follow_the_words() {
    let setup = setup().await;
    for (sku, _) in REFUSED_SKUS.iter().chain(&[("no-such-bundle", "")]) {
        let expected = match *sku {
            "test-balance" => Refusal::NoBalance,
            "test-stock" => Refusal::OutOfStock,
            "test-compatible" => Refusal::NotAllowed,
            "test-iccid" => Refusal::UnknownEsim,
            "no-such-bundle" => Refusal::UnknownSku,
            _ => Refusal::BadRequest,
        };
        let result = setup.adapter.order(&setup.account, &purchase(sku)).await;
        assert_eq!(refusal(result), expected, "{sku}");
    }
    assert!(setup.provider.change(|state| state.orders.is_empty()));
}

#[tokio::test]
async fn a_higher_price_is_refused_before_the_order() {
    let setup = setup().await;
    setup.provider.change(|state| state.price = 2.29);
    let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
    assert_eq!(refusal(result), Refusal::PriceChanged);
    assert_eq!(setup.provider.server.count("POST", "/orders"), 1);
    setup.provider.change(|state| state.price = 2.27);
    setup.buy().await;
}

#[tokio::test]
async fn one_status_has_three_meanings() {
    let setup = setup().await;
    // The eSIM is not in the account, and the key is valid.
    let result = setup.adapter.state(&setup.account, &esim("8999")).await;
    assert_eq!(refusal(result), Refusal::NotAllowed);
    setup
        .provider
        .change(|state| state.api_key = "changed".into());
    let result = setup.adapter.state(&setup.account, &esim("8999")).await;
    assert!(matches!(result, Err(SupplierError::Unauthorized { .. })));
    let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
    assert!(matches!(result, Err(SupplierError::Unauthorized { .. })));
    let result = setup.adapter.test_connection(&setup.account).await;
    assert!(matches!(result, Err(SupplierError::Unauthorized { .. })));
}

#[tokio::test]
async fn too_many_calls_are_rate_limited() {
    let setup = setup().await;
    setup.provider.change(|state| state.is_busy = true);
    let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
    assert!(matches!(result, Err(SupplierError::RateLimited { .. })));
}

#[tokio::test]
async fn a_lost_order_is_found_by_time_and_sku() {
    let setup = setup().await;
    assert!(setup.find(&sent(purchase(SKU))).await.is_none());
    setup
        .provider
        .server
        .break_next("PUT", "/esims", Fault::Reset);
    setup.buy().await;
    let esim = ready(setup.find(&sent(purchase(SKU))).await.unwrap());
    assert_eq!(esim.order_ref, "3a6e2e40-c674-45e9-b289-000000000000");
    // The look-up writes the reference, so that the order is not found for another purchase.
    let mut other = purchase(SKU);
    other.reference = "0193-unit-2".into();
    assert!(setup.find(&sent(other)).await.is_none());
    assert!(setup.find(&sent(purchase(SKU))).await.is_some());
    let mut known = sent(purchase(SKU));
    known.known_orders = vec![esim.order_ref];
    assert!(setup.find(&known).await.is_none());
    let requests = setup.provider.server.requests();
    let search = requests
        .iter()
        .find(|r| r.method == "GET" && r.path == "/orders")
        .unwrap();
    let window: Vec<_> = search
        .query
        .iter()
        .filter(|(name, _)| name == "createdAt")
        .collect();
    assert_eq!(window[0].1, "gte:2026-11-29T11:49:00Z");
    assert_eq!(window[1].1, "lte:2026-11-29T12:11:30Z");
}

#[tokio::test]
async fn orders_outside_the_window_are_not_ours() {
    let setup = setup().await;
    setup
        .provider
        .server
        .break_next("PUT", "/esims", Fault::Reset);
    setup.buy().await;
    let at = |time: &str| {
        setup
            .provider
            .change(|state| state.orders[0].created_at = time.into());
    };
    for (time, is_ours) in [
        ("2026-11-29T11:58:59Z", false),
        ("2026-11-29T11:59:00Z", true),
        ("2026-11-29T12:01:30Z", true),
        ("2026-11-29T12:01:31Z", false),
    ] {
        at(time);
        setup
            .provider
            .change(|state| state.orders[0].customer_ref.clear());
        assert_eq!(
            setup.find(&sent(purchase(SKU))).await.is_some(),
            is_ours,
            "{time}"
        );
    }
    // The clock of the provider is five minutes ahead.
    setup.provider.change(|state| {
        state.date = Some("Sun, 29 Nov 2026 12:05:00 GMT".into());
        state.orders[0].customer_ref.clear();
    });
    at("2026-11-29T12:05:05Z");
    assert!(setup.find(&sent(purchase(SKU))).await.is_some());
    setup
        .provider
        .change(|state| state.orders[0].customer_ref.clear());
    at("2026-11-29T12:00:05Z");
    assert!(setup.find(&sent(purchase(SKU))).await.is_none());
}

/// A person can buy the same package in the portal at the same time.
#[tokio::test]
async fn two_possible_orders_are_not_guessed() {
    let setup = setup().await;
    for _ in 0..2 {
        setup
            .provider
            .server
            .break_next("PUT", "/esims", Fault::Reset);
        setup.buy().await;
    }
    let result = setup
        .adapter
        .find_order(&setup.account, &sent(purchase(SKU)))
        .await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
    setup
        .provider
        .change(|state| state.orders[0].customer_ref = "portal".into());
    let esim = ready(setup.find(&sent(purchase(SKU))).await.unwrap());
    assert_eq!(esim.order_ref, "3a6e2e40-c674-45e9-b289-000000000001");
}

#[tokio::test]
async fn a_slow_delivery_is_pending() {
    let setup = setup().await;
    setup.provider.change(|state| state.processing = 1);
    let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
    let Ok(Delivery::Pending { order_ref, .. }) = result else {
        panic!("not pending");
    };
    let mut order = sent(purchase(SKU));
    order.order_ref = Some(order_ref.clone());
    let Some(Delivery::Pending { .. }) = setup.find(&order).await else {
        panic!("not pending");
    };
    let esim = ready(setup.find(&order).await.unwrap());
    assert_eq!(esim.order_ref, order_ref);
    assert_eq!(
        setup
            .provider
            .change(|state| state.orders[0].customer_ref.clone()),
        "0193-unit-1"
    );
}

#[tokio::test]
async fn an_incomplete_success_is_not_a_refusal() {
    let setup = setup().await;
    for (body, is_pending) in [
        ("", false),
        ("{}", false),
        ("<html>", false),
        (
            r#"{"orderReference": "r-1", "status": "completed", "order": []}"#,
            true,
        ),
        (
            r#"{"orderReference": "r-1", "status": "a_new_status"}"#,
            true,
        ),
        (
            r#"{"orderReference": "r-1", "status": "completed",
                "order": [{"esims": [{"iccid": 8944538532008160222, "matchingId": "A", "smdpAddress": "a.example"}]}]}"#,
            true,
        ),
    ] {
        // The validation comes first.
        let server = &setup.provider.server;
        server.break_next("POST", "/orders", Fault::Delay(Duration::ZERO));
        server.break_next("POST", "/orders", Fault::AnswerAfter(200, body.into()));
        match setup.adapter.order(&setup.account, &purchase(SKU)).await {
            Ok(Delivery::Pending { .. }) => assert!(is_pending, "{body}"),
            Err(SupplierError::Unknown { .. }) => assert!(!is_pending, "{body}"),
            _ => panic!("{body}"),
        }
    }
}
