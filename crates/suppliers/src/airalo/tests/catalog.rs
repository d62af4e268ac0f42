use super::*;
use crate::{Refusal, SupplierError, stand_in::Fault};
use wire::{Currency, catalog::plans::ValidityPolicy};

#[tokio::test]
async fn catalog_reads_every_page_in_the_currency_of_the_account() {
    let setup = setup().await;
    let first = setup.adapter.catalog(&setup.account, None).await.unwrap();
    assert_eq!(first.next.as_deref(), Some("2:EUR"));
    assert_eq!(first.items.len(), 1, "a top-up is not sold by itself");
    let item = &first.items[0];
    assert_eq!(
        (item.sku.as_str(), item.topup_sku.as_deref()),
        (SKU, Some(TOPUP_SKU))
    );
    assert_eq!(item.name, "United States Change 1 GB - 7 Days");
    assert_eq!(
        (item.cost.to_string().as_str(), item.currency),
        ("0.98", Currency::Eur)
    );
    assert_eq!(item.suggested_price.as_ref().unwrap().to_string(), "4.00");
    assert_eq!(item.data_bytes, Some(1_024_000_000));
    assert_eq!(
        (item.validity_days, item.validity_policy),
        (7, Some(ValidityPolicy::FirstUse))
    );
    assert_eq!(item.activate_within_days, Some(365));
    assert_eq!(item.regions, ["PR", "US"]);
    assert_eq!(
        (item.can_top_up, item.is_kyc_required),
        (Some(true), Some(true))
    );
    assert_eq!(item.apn.as_deref(), Some("wbdata"));
    let second = setup
        .adapter
        .catalog(&setup.account, first.next.as_deref())
        .await
        .unwrap();
    assert_eq!(second.next, None);
    assert_eq!(
        second.items.len(),
        1,
        "a package without a price is left out"
    );
    let item = &second.items[0];
    assert_eq!((item.data_bytes, item.validity_days), (None, 30));
    assert_eq!((item.voice_minutes, item.sms_count), (20, 10));
    assert_eq!(
        (item.cost.to_string().as_str(), item.currency),
        ("7.25", Currency::Usd)
    );
    assert_eq!(item.topup_sku, None);
}

#[tokio::test]
async fn a_catalog_without_data_is_no_empty_catalog() {
    let setup = setup().await;
    let fault = Fault::AnswerAfter(200, r#"{"meta": {}}"#.into());
    setup
        .provider
        .server
        .break_next("GET", "/v2/packages", fault);
    let result = setup.adapter.catalog(&setup.account, Some("1:USD")).await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
}

#[tokio::test]
async fn balance_is_read_exactly() {
    let setup = setup().await;
    let balance = setup.adapter.balance(&setup.account).await.unwrap();
    assert_eq!(
        (balance.amount.to_string().as_str(), balance.currency),
        ("120.50", Currency::Eur)
    );
    let fault = Fault::AnswerAfter(200, r#"{"data": {"balances": []}}"#.into());
    setup
        .provider
        .server
        .break_next("GET", "/v2/balance", fault);
    let result = setup.adapter.balance(&setup.account).await;
    let Err(SupplierError::Refused { reason, .. }) = result else {
        panic!("not refused");
    };
    assert_eq!(reason, Refusal::NotAllowed);
}
