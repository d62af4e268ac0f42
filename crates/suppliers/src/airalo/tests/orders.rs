use super::*;
use crate::{
    Refusal, SupplierError,
    stand_in::{Fault, airalo::REFUSED_SKUS},
};

#[tokio::test]
async fn order_sends_our_reference_and_reads_the_esim() {
    let setup = setup().await;
    let esim = setup.buy().await;
    assert_eq!(esim.order_ref, "20261129-009000");
    assert_eq!(esim.esim.iccid, "8944465400000009000");
    assert_eq!(
        esim.activation_code.as_str(),
        "LPA:1$lpa.example.com$MATCH-9000"
    );
    assert_eq!(esim.apn.as_deref(), Some("globaldata"));
    assert_eq!(esim.cost.unwrap().amount.to_string(), "1.10");
    let requests = setup.provider.server.requests();
    let order = requests.last().unwrap();
    let fields: Vec<_> = url::form_urlencoded::parse(order.body.as_bytes()).collect();
    let expected = [
        ("package_id", SKU),
        ("quantity", "1"),
        ("type", "sim"),
        ("description", "0193-unit-1"),
    ];
    assert_eq!(fields.len(), expected.len());
    for ((name, value), expected) in fields.iter().zip(expected) {
        assert_eq!((name.as_ref(), value.as_ref()), expected);
    }
}

#[tokio::test]
async fn every_error_code_has_its_outcome() {
    let setup = setup().await;
    for (sku, code) in REFUSED_SKUS {
        let result = setup.adapter.order(&setup.account, &purchase(sku)).await;
        let expected = match code {
            11 => Some(Refusal::NoBalance),
            13 => Some(Refusal::Maintenance),
            14 | 43 => Some(Refusal::BadRequest),
            23 => Some(Refusal::NotAllowed),
            33 => Some(Refusal::OutOfStock),
            34 => Some(Refusal::UnknownSku),
            _ => None,
        };
        match (result, expected) {
            (
                Err(SupplierError::Refused {
                    reason,
                    code: found,
                    ..
                }),
                Some(expected),
            ) => {
                assert_eq!((reason, found), (expected, Some(code.to_string())));
            }
            // Nothing says that these are not charged.
            (Err(SupplierError::Unknown { .. }), None) => {}
            _ => panic!("{code}"),
        }
    }
    for (sku, expected) in [
        ("no-such-package", Refusal::UnknownSku),
        ("test-quantity", Refusal::OutOfStock),
    ] {
        let result = setup.adapter.order(&setup.account, &purchase(sku)).await;
        let Err(SupplierError::Refused { reason, .. }) = result else {
            panic!("{sku}");
        };
        assert_eq!(reason, expected);
    }
    assert!(setup.provider.change(|state| state.orders.is_empty()));
}

#[tokio::test]
async fn too_many_calls_are_rate_limited() {
    let setup = setup().await;
    setup.provider.change(|state| state.is_busy = true);
    let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
    let Err(SupplierError::RateLimited { retry_after }) = result else {
        panic!("not limited");
    };
    assert_eq!(retry_after.num_seconds(), 17);
}

#[tokio::test]
async fn find_order_compares_the_whole_reference() {
    let setup = setup().await;
    for attempt in [1, 10, 11] {
        let mut other = purchase(SKU);
        other.reference = format!("0193-unit-{attempt}");
        assert!(setup.adapter.order(&setup.account, &other).await.is_ok());
    }
    let order = sent(purchase(SKU));
    let found = setup.adapter.find_order(&setup.account, &order);
    let esim = ready(found.await.ok().unwrap().unwrap());
    assert_eq!(esim.order_ref, "20261129-009000");
    assert_eq!(
        esim.activation_code.as_str(),
        "LPA:1$lpa.example.com$MATCH-9000"
    );
    let mut other = purchase(SKU);
    other.reference = "0193-unit".into();
    let found = setup.adapter.find_order(&setup.account, &sent(other)).await;
    assert!(found.ok().unwrap().is_none());
}

#[tokio::test]
async fn find_order_reads_all_pages() {
    let setup = setup().await;
    setup.buy().await;
    // Newer orders come first, and the second page is an object.
    setup.provider.change(|state| {
        let first = state.orders[0].clone();
        for id in 1..60 {
            let mut order = first.clone();
            order.id += id;
            order.description = Some(format!("0193-unit-1{id}"));
            state.orders.push(order);
        }
    });
    let order = sent(purchase(SKU));
    let found = setup.adapter.find_order(&setup.account, &order);
    let esim = ready(found.await.ok().unwrap().unwrap());
    assert_eq!(esim.order_ref, "20261129-009000");
    assert_eq!(setup.provider.server.count("GET", "/v2/orders"), 2);
}

#[tokio::test]
async fn find_order_of_two_delivers_the_first() {
    let setup = setup().await;
    setup.buy().await;
    setup.buy().await;
    let order = sent(purchase(SKU));
    let found = setup.adapter.find_order(&setup.account, &order);
    let esim = ready(found.await.ok().unwrap().unwrap());
    assert_eq!(esim.order_ref, "20261129-009000");
}

#[tokio::test]
async fn find_order_reads_the_status() {
    let setup = setup().await;
    setup.buy().await;
    let find = async |status| {
        setup
            .provider
            .change(|state| state.orders[0].status = status);
        let order = sent(purchase(SKU));
        setup.adapter.find_order(&setup.account, &order).await
    };
    for status in ["failed", "refunded"] {
        assert!(matches!(
            find(status).await,
            Err(SupplierError::Refused { .. })
        ));
    }
    for status in ["processing", "a_new_status"] {
        let Ok(Some(Delivery::Pending { order_ref, .. })) = find(status).await else {
            panic!("{status}");
        };
        assert_eq!(order_ref, "20261129-009000");
    }
}

#[tokio::test]
async fn an_order_that_is_listed_late_is_found_later() {
    let setup = setup().await;
    let fault = Fault::SwallowAnswer;
    setup
        .provider
        .server
        .break_next("POST", "/v2/orders", fault);
    setup.provider.change(|state| state.hidden_searches = 1);
    let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
    let order = sent(purchase(SKU));
    let find = async || setup.adapter.find_order(&setup.account, &order).await;
    assert!(find().await.ok().unwrap().is_none());
    assert!(find().await.ok().unwrap().is_some());
}

/// An answer without an eSIM is not a refusal: the order was placed.
#[tokio::test]
async fn an_incomplete_success_is_unknown() {
    let setup = setup().await;
    let order = r#"{"data": {"id": 9, "code": "20261129-000009", "sims": []}}"#;
    let number = r#"{"data": {"code": "20261129-000009", "sims": [{"iccid": 8944465400000009000,
        "qrcode": "LPA:1$lpa.example.com$A"}]}}"#;
    for (body, order_ref) in [
        (order, Some("20261129-000009")),
        (number, Some("20261129-000009")),
        ("{}", None),
        ("[]", None),
        ("", None),
        ("<html>", None),
    ] {
        let fault = Fault::AnswerAfter(200, body.into());
        setup
            .provider
            .server
            .break_next("POST", "/v2/orders", fault);
        let result = setup.adapter.order(&setup.account, &purchase(SKU)).await;
        let Err(SupplierError::Unknown {
            order_ref: found, ..
        }) = result
        else {
            panic!("{body}");
        };
        assert_eq!(found.as_deref(), order_ref, "{body}");
    }
}

#[tokio::test]
async fn an_activation_code_is_built_from_its_parts() {
    let setup = setup().await;
    let body = r#"{"data": {"code": "20261129-000009", "sims": [{"iccid": "8944465400000009000",
        "qrcode": "", "lpa": "lpa.example.com", "matching_id": "A-1", "confirmation_code": "5751",
        "apn_type": "automatic", "apn": {"android": {"apn_type": "manual", "apn_value": "wbdata"}}}]}}"#;
    let fault = Fault::AnswerAfter(200, body.into());
    setup
        .provider
        .server
        .break_next("POST", "/v2/orders", fault);
    let esim = setup.buy().await;
    assert_eq!(esim.activation_code.as_str(), "LPA:1$lpa.example.com$A-1");
    assert_eq!(esim.confirmation_code.unwrap().as_str(), "5751");
    assert_eq!(esim.apn.as_deref(), Some("wbdata"));
    assert_eq!(esim.cost, None);
}
