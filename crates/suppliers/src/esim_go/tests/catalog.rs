use super::*;
use crate::{SupplierError, stand_in::Fault};
use wire::catalog::plans::ValidityPolicy;

#[tokio::test]
async fn catalog_reads_pages_until_a_short_one() {
    let setup = setup().await;
    let first = setup.adapter.catalog(&setup.account, None).await.unwrap();
    assert_eq!(
        (first.items.len(), first.next.as_deref()),
        (100, Some("2:USD"))
    );
    let item = &first.items[0];
    assert_eq!(
        (item.sku.as_str(), item.name.as_str()),
        ("esim_0", "eSIM, 1GB, 7 Days")
    );
    assert_eq!(
        (item.cost.to_string().as_str(), item.currency),
        ("9.99", Currency::Usd)
    );
    assert_eq!(
        (item.data_bytes, item.validity_days),
        (Some(1_000_000_000), 7)
    );
    assert_eq!(item.validity_policy, Some(ValidityPolicy::FirstUse));
    assert_eq!(item.regions, ["GB", "JE"]);
    let second = setup
        .adapter
        .catalog(&setup.account, first.next.as_deref())
        .await
        .unwrap();
    assert_eq!(second.next, None);
    let fair_use: Vec<_> = second
        .items
        .iter()
        .map(|item| (item.data_bytes, item.daily_bytes, item.throttled_kbps))
        .collect();
    assert_eq!(
        fair_use,
        [
            (None, Some(1_000_000_000), Some(512)),
            (None, Some(2_000_000_000), Some(2_000))
        ]
    );
    let fault = Fault::AnswerAfter(200, "{}".into());
    setup.provider.server.break_next("GET", "/catalogue", fault);
    let result = setup.adapter.catalog(&setup.account, Some("1:USD")).await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
}

#[tokio::test]
async fn balance_is_read_exactly() {
    let setup = setup().await;
    let balance = setup.adapter.balance(&setup.account).await.unwrap();
    assert_eq!(
        (balance.amount.to_string().as_str(), balance.currency),
        ("100.25", Currency::Usd)
    );
}
