use super::*;
use crate::{Refusal, SupplierError, stand_in::Fault};

/// Every fault in which the request can have reached the provider leaves the outcome unknown, and the look-up tells.
#[tokio::test]
async fn orders_survive_every_fault() {
    for (fault, is_placed) in [
        (Fault::Reset, true),
        (Fault::ResetBefore, false),
        (Fault::CutAnswer, true),
        (Fault::SwallowAnswer, true),
        (Fault::Garbage, true),
        (Fault::AnswerAfter(500, "oops".into()), true),
        (Fault::AnswerBefore(502, "<html>".into()), false),
        (Fault::AnswerAfter(503, String::new()), true),
        (Fault::AnswerAfter(504, String::new()), true),
        (Fault::AnswerAfter(302, String::new()), true),
        (Fault::AnswerAfter(408, String::new()), true),
    ] {
        let setup = setup().await;
        setup
            .provider
            .server
            .break_next("POST", "/v2/orders", fault.clone());
        let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
        assert!(
            matches!(result, Err(SupplierError::Unknown { .. })),
            "{fault:?}"
        );
        // An order is never sent twice.
        assert_eq!(setup.provider.server.count("POST", "/v2/orders"), 1);
        let order = sent(purchase(SKU));
        let found = setup.adapter.find_order(&setup.account, &order);
        assert_eq!(found.await.ok().unwrap().is_some(), is_placed, "{fault:?}");
    }
}

#[tokio::test]
async fn a_hanging_order_is_unknown() {
    for fault in [Fault::Hang, Fault::HangBefore] {
        let setup = with_timeout(Duration::from_millis(50)).await;
        // The token is requested before, so that the time is left for the order.
        let account = &setup.account;
        while setup.adapter.balance(account).await.is_err() {}
        setup
            .provider
            .server
            .break_next("POST", "/v2/orders", fault);
        let result = setup.adapter.order(account, &purchase(SKU)).await;
        assert!(matches!(result, Err(SupplierError::Unknown { .. })));
    }
}

#[tokio::test]
async fn a_delayed_order_is_delivered() {
    let setup = setup().await;
    let fault = Fault::Delay(Duration::from_millis(10));
    setup
        .provider
        .server
        .break_next("POST", "/v2/orders", fault);
    setup.buy().await;
}

#[tokio::test]
async fn an_unreachable_provider_refuses() {
    let setup = setup().await;
    let mut account = setup.account.clone();
    account.endpoint = "http://host.invalid".into();
    let result = setup.adapter.order(&account, &purchase(SKU)).await;
    let Err(SupplierError::Refused { reason, .. }) = result else {
        panic!("not refused");
    };
    assert_eq!(reason, Refusal::Unreachable);
}

/// Reading calls are repeated; a look-up that fails never means that there is no order.
#[tokio::test]
async fn look_ups_are_repeated() {
    let setup = setup().await;
    setup.buy().await;
    let order = sent(purchase(SKU));
    for _ in 0..2 {
        setup
            .provider
            .server
            .break_next("GET", "/v2/orders", Fault::Reset);
    }
    let found = setup.adapter.find_order(&setup.account, &order).await;
    assert!(found.ok().unwrap().is_some());
    for body in ["", "{}", r#"{"data": null}"#, "<html>"] {
        let fault = Fault::AnswerAfter(200, body.into());
        setup.provider.server.break_next("GET", "/v2/orders", fault);
        let found = setup.adapter.find_order(&setup.account, &order).await;
        assert!(
            matches!(found, Err(SupplierError::Unknown { .. })),
            "{body}"
        );
    }
    for refusal in [400, 403, 404, 422] {
        let fault = Fault::AnswerBefore(refusal, "{}".into());
        setup.provider.server.break_next("GET", "/v2/orders", fault);
        let found = setup.adapter.find_order(&setup.account, &order).await;
        assert!(matches!(found, Err(SupplierError::Unknown { .. })));
    }
    for _ in 0..3 {
        setup
            .provider
            .server
            .break_next("GET", "/v2/orders", Fault::SwallowAnswer);
    }
    let found = setup.adapter.find_order(&setup.account, &order).await;
    assert!(matches!(found, Err(SupplierError::Unknown { .. })));
}
