use super::*;
use crate::{SupplierError, TopUpDelivery, stand_in::Fault};

fn supplied(found: Option<TopUpDelivery>) -> crate::SuppliedTopUp {
    match found {
        Some(TopUpDelivery::Ready(found)) => found,
        _ => panic!("not found"),
    }
}

#[tokio::test]
async fn a_lost_top_up_is_found_on_the_esim() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    let order = sent(topup(&iccid, &["215000"]));
    let find = async |order| {
        let found = setup.adapter.find_top_up(&setup.account, order).await;
        found.ok().unwrap()
    };
    assert_eq!(find(&order).await, None);
    let server = &setup.provider.server;
    server.break_next("POST", "/orders", Fault::Delay(Duration::ZERO));
    server.break_next("POST", "/orders", Fault::SwallowAnswer);
    let result = setup.adapter.top_up(&setup.account, &order.order).await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
    let found = supplied(find(&order).await);
    assert_eq!(found.order_ref, "3a6e2e40-c674-45e9-b289-000000000001");
    assert_eq!(found.bundle_ref.as_deref(), Some("215001"));
    assert!(!found.is_running);
    let requests = server.requests();
    let request = requests
        .iter()
        .rfind(|r| r.method == "POST")
        .unwrap()
        .json();
    assert_eq!(request["order"][0]["iccids"][0], iccid.as_str());
    assert_eq!(request["order"][0]["allowReassign"], false);
    // A second one can be ours as well, unless the number of the order is known.
    assert!(
        setup
            .adapter
            .top_up(&setup.account, &order.order)
            .await
            .is_ok()
    );
    let result = setup.adapter.find_top_up(&setup.account, &order).await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
    let mut known = order.clone();
    known.order_ref = Some(found.order_ref.clone());
    assert_eq!(supplied(find(&known).await).order_ref, found.order_ref);
    let mut other = order.clone();
    other.known_orders = vec![found.order_ref];
    let found = supplied(find(&other).await);
    assert_eq!(found.order_ref, "3a6e2e40-c674-45e9-b289-000000000002");
}

#[tokio::test]
async fn a_package_on_another_esim_is_unknown() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    let body = r#"{"orderReference": "r-1", "status": "completed", "order": [{"esims": [{"iccid": "8999"}]}]}"#;
    let server = &setup.provider.server;
    server.break_next("POST", "/orders", Fault::Delay(Duration::ZERO));
    server.break_next("POST", "/orders", Fault::AnswerAfter(200, body.into()));
    let result = setup
        .adapter
        .top_up(&setup.account, &topup(&iccid, &[]))
        .await;
    let Err(SupplierError::Unknown { order_ref, .. }) = result else {
        panic!("not unknown");
    };
    assert_eq!(order_ref.as_deref(), Some("r-1"));
}

#[tokio::test]
async fn a_top_up_of_a_foreign_esim_is_refused() {
    let setup = setup().await;
    let result = setup
        .adapter
        .top_up(&setup.account, &topup("8999", &[]))
        .await;
    assert!(matches!(result, Err(SupplierError::Refused { .. })));
}
