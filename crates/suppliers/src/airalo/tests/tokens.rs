use super::*;
use crate::{Refusal, SupplierError, stand_in::Fault};
use futures_util::future::join_all;

#[tokio::test]
async fn concurrent_calls_share_one_token() {
    let setup = setup().await;
    let calls = (0..4).map(|_| setup.adapter.balance(&setup.account));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(setup.provider.server.count("POST", "/v2/token"), 1);
    let requests = setup.provider.server.requests();
    let form = &requests[0];
    assert_eq!(
        form.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        form.field("grant_type").as_deref(),
        Some("client_credentials")
    );
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once() {
    let setup = setup().await;
    setup.buy().await;
    setup.provider.change(|state| state.tokens.clear());
    setup.buy().await;
    assert_eq!(setup.provider.server.count("POST", "/v2/token"), 2);
    assert_eq!(setup.provider.change(|state| state.orders.len()), 2);
    // A provider that accepts no token at all is not asked forever.
    let path = "/v2/balance";
    for _ in 0..2 {
        let fault = Fault::AnswerBefore(401, String::new());
        setup.provider.server.break_next("GET", path, fault);
    }
    let result = setup.adapter.test_connection(&setup.account).await;
    assert!(matches!(result, Err(SupplierError::Unauthorized { .. })));
    assert_eq!(setup.provider.server.count("GET", path), 2);
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end() {
    let setup = setup().await;
    setup.provider.change(|state| state.expires_in = 200);
    assert!(setup.adapter.balance(&setup.account).await.is_ok());
    assert!(setup.adapter.balance(&setup.account).await.is_ok());
    assert_eq!(setup.provider.server.count("POST", "/v2/token"), 2);
}

#[tokio::test]
async fn wrong_credentials_are_unauthorized() {
    let setup = setup().await;
    for (id, secret) in [("client", "wrong"), ("wrong", CLIENT_SECRET)] {
        let mut account = setup.account.clone();
        account.api_key = secret.to_owned().into();
        account.credentials = [("client_id".to_owned(), id.to_owned().into())].into();
        let result = setup.adapter.order(&account, &purchase(SKU)).await;
        let Err(SupplierError::Unauthorized { message }) = result else {
            panic!("{id}");
        };
        assert!(!message.contains("wrong"), "{message}");
    }
    setup.provider.change(|state| state.rejects_address = true);
    let result = setup.adapter.test_connection(&setup.account).await;
    assert!(matches!(result, Err(SupplierError::Unauthorized { .. })));
}

/// Without a token, the order itself is not sent.
#[tokio::test]
async fn an_order_without_a_token_is_refused() {
    let setup = setup().await;
    for fault in [
        Fault::Reset,
        Fault::Garbage,
        Fault::AnswerAfter(500, String::new()),
    ] {
        setup
            .provider
            .server
            .break_next("POST", "/v2/token", fault.clone());
        let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
        let Err(SupplierError::Refused { reason, .. }) = result else {
            panic!("{fault:?}");
        };
        assert_eq!(reason, Refusal::Unreachable, "{fault:?}");
    }
    assert_eq!(setup.provider.server.count("POST", "/v2/orders"), 0);
}
