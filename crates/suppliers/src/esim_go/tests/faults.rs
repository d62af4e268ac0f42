use super::*;
use crate::{Refusal, SupplierError, stand_in::Fault};

fn after_validation(setup: &Setup, fault: Fault) {
    let server = &setup.provider.server;
    server.break_next("POST", "/orders", Fault::Delay(Duration::ZERO));
    server.break_next("POST", "/orders", fault);
}

/// Every fault in which the order can have reached the provider leaves the outcome unknown, and the look-up tells.
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
        (
            Fault::AnswerAfter(503, r#"{"message": "Processing"}"#.into()),
            true,
        ),
        (Fault::AnswerAfter(302, String::new()), true),
    ] {
        let setup = setup().await;
        after_validation(&setup, fault.clone());
        let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
        assert!(
            matches!(result, Err(SupplierError::Unknown { .. })),
            "{fault:?}"
        );
        // One validation and one order.
        assert_eq!(
            setup.provider.server.count("POST", "/orders"),
            2,
            "{fault:?}"
        );
        let found = setup.find(&sent(purchase(SKU))).await;
        assert_eq!(found.is_some(), is_placed, "{fault:?}");
    }
}

/// A validation buys nothing, therefore its failure is a refusal.
#[tokio::test]
async fn a_failed_validation_sends_no_order() {
    for fault in [
        Fault::Reset,
        Fault::SwallowAnswer,
        Fault::Garbage,
        Fault::AnswerAfter(500, String::new()),
        Fault::AnswerAfter(200, "<html>".into()),
        Fault::AnswerAfter(200, r#"{"valid": false}"#.into()),
    ] {
        let setup = setup().await;
        for _ in 0..3 {
            setup
                .provider
                .server
                .break_next("POST", "/orders", fault.clone());
        }
        let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
        let Err(SupplierError::Refused { reason, .. }) = result else {
            panic!("{fault:?}");
        };
        assert!(matches!(reason, Refusal::Unreachable | Refusal::NotAllowed));
        assert!(setup.provider.change(|state| state.orders.is_empty()));
    }
}

#[tokio::test]
async fn a_hanging_order_is_unknown() {
    let setup = with_timeout(Duration::from_millis(50)).await;
    let account = &setup.account;
    loop {
        setup.provider.server.repair();
        after_validation(&setup, Fault::Hang);
        match setup.adapter.order(account, &purchase(SKU)).await {
            // On a busy machine, the validation takes longer than its time.
            Err(SupplierError::Refused { .. }) => {}
            Err(SupplierError::Unknown { .. }) => break,
            _ => panic!("no error"),
        }
    }
}

/// The eSIM is delivered although its reference was not written.
#[tokio::test]
async fn a_failed_mark_does_not_lose_the_order() {
    for fault in [Fault::Reset, Fault::AnswerBefore(500, String::new())] {
        let setup = setup().await;
        setup.provider.server.break_next("PUT", "/esims", fault);
        setup.buy().await;
    }
}

#[tokio::test]
async fn a_failed_look_up_says_nothing() {
    let setup = setup().await;
    setup.buy().await;
    let find = async |path: &str, fault: Fault| {
        for _ in 0..3 {
            setup.provider.server.break_next("GET", path, fault.clone());
        }
        let order = sent(purchase(SKU));
        let result = setup.adapter.find_order(&setup.account, &order).await;
        setup.provider.server.repair();
        result
    };
    for fault in [
        Fault::Reset,
        Fault::AnswerAfter(400, "{}".into()),
        Fault::AnswerAfter(404, "{}".into()),
        Fault::AnswerAfter(500, "{}".into()),
        Fault::AnswerAfter(200, "{}".into()),
        Fault::AnswerAfter(200, "<html>".into()),
    ] {
        let result = find("/orders", fault.clone()).await;
        assert!(
            matches!(result, Err(SupplierError::Unknown { .. })),
            "{fault:?}"
        );
    }
    let result = find("/esims/", Fault::AnswerAfter(500, String::new())).await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
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
