use super::*;
use crate::{Refusal, SupplierError, TopUpDelivery, stand_in::Fault};

#[tokio::test]
async fn a_top_up_is_found_by_its_reference() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    let topup = topup(&iccid, &[]);
    setup
        .provider
        .server
        .break_next("POST", "/v2/orders/topups", Fault::SwallowAnswer);
    let result = setup.adapter.top_up(&setup.account, &topup).await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
    let found = setup
        .adapter
        .find_top_up(&setup.account, &sent(topup))
        .await;
    let Ok(Some(TopUpDelivery::Ready(found))) = found else {
        panic!("not found");
    };
    assert_eq!(found.order_ref, "20261129-009001");
    assert!(!found.is_running);
    assert_eq!(found.cost.unwrap().amount.to_string(), "1.10");
    let requests = setup.provider.server.requests();
    let order = requests.iter().find(|r| r.path == "/v2/orders/topups");
    assert_eq!(
        order.unwrap().body,
        format!("package_id={TOPUP_SKU}&iccid={iccid}&description=0193-topup-1")
    );
}

#[tokio::test]
async fn a_top_up_without_reference_is_found_by_its_package() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    setup
        .provider
        .change(|state| state.drops_descriptions = true);
    let state = setup.adapter.state(&setup.account, &esim(&iccid)).await;
    let known = state.ok().unwrap().bundles[0].bundle_ref.clone();
    let order = sent(topup(&iccid, &[&known]));
    let find = async |order| setup.adapter.find_top_up(&setup.account, order).await;
    assert!(find(&order).await.ok().unwrap().is_none());
    assert!(
        setup
            .adapter
            .top_up(&setup.account, &order.order)
            .await
            .is_ok()
    );
    let Ok(Some(TopUpDelivery::Ready(found))) = find(&order).await else {
        panic!("not found");
    };
    assert_eq!(found.bundle_ref.as_deref(), Some("9701"));
    // Packages that were not read before prove nothing.
    let unread = sent(topup(&iccid, &[]));
    assert!(find(&unread).await.ok().unwrap().is_none());
    // Two new packages: either can be the top-up.
    assert!(
        setup
            .adapter
            .top_up(&setup.account, &order.order)
            .await
            .is_ok()
    );
    assert!(matches!(
        find(&order).await,
        Err(SupplierError::Unknown { .. })
    ));
}

#[tokio::test]
async fn top_ups_are_refused_by_reason() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    let try_topup = async |topup: TopUp| match setup.adapter.top_up(&setup.account, &topup).await {
        Err(SupplierError::Refused {
            reason, message, ..
        }) => {
            assert!(!message.contains(&iccid), "{message}");
            reason
        }
        _ => panic!("not refused"),
    };
    assert_eq!(try_topup(topup("8999", &[])).await, Refusal::UnknownEsim);
    let mut disabled = topup(&iccid, &[]);
    disabled.purchase.sku = "test-disabled-top-up-7days-1gb".into();
    assert_eq!(try_topup(disabled).await, Refusal::NotAllowed);
    let mut wrong = topup(&iccid, &[]);
    wrong.purchase.sku = SKU.into();
    assert_eq!(try_topup(wrong).await, Refusal::UnknownSku);
    setup
        .provider
        .change(|state| state.recycled.push(iccid.clone()));
    assert_eq!(try_topup(topup(&iccid, &[])).await, Refusal::Recycled);
}
