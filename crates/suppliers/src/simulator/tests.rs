use super::*;
use crate::{BundleState, Secret, SupplierEvent};
use std::{collections::BTreeMap, fs};
use wire::{
    ProviderId,
    esims::{
        inventory::IccidCheck,
        profile::{self, ActivationCode},
        usage::BundleStatus,
    },
};

fn account() -> Account {
    Account {
        provider: ProviderId(uuid::Uuid::from_u128(1)),
        endpoint: "https://simulator.invalid".into(),
        api_key: Secret::new("none".into()),
        credentials: BTreeMap::new(),
    }
}

fn purchase(sku: &str, reference: &str) -> Purchase {
    Purchase {
        reference: reference.into(),
        sku: sku.into(),
        expected_cost: None,
        callback_url: None,
    }
}

fn sent(purchase: &Purchase) -> Sent<Purchase> {
    Sent {
        order: purchase.clone(),
        sent_at: Utc::now(),
        order_ref: None,
        known_orders: Vec::new(),
    }
}

async fn buy(
    simulator: &Simulator,
    sku: &str,
    reference: &str,
) -> Result<SuppliedEsim, SupplierError> {
    match simulator
        .order(&account(), &purchase(sku, reference))
        .await?
    {
        Delivery::Ready(supplied) => Ok(*supplied),
        Delivery::Pending { .. } => panic!("pending"),
    }
}

async fn find(simulator: &Simulator, sku: &str, reference: &str) -> Option<Delivery> {
    let sent = sent(&purchase(sku, reference));
    simulator
        .find_order(&account(), &sent)
        .await
        .expect("an answer")
}

async fn bundles(simulator: &Simulator, esim: &EsimRef) -> Vec<BundleState> {
    simulator
        .state(&account(), esim)
        .await
        .expect("a state")
        .bundles
}

#[tokio::test]
async fn supplied_esim_is_valid_and_deterministic() {
    let simulator = Simulator::default();
    for number in 0..100 {
        let supplied = package::supplied(&format!("job-{number}"), Scenario::Success);
        let iccid = supplied.esim.iccid;
        assert_eq!(profile::iccid(&iccid), Ok((iccid.clone(), IccidCheck::Ok)));
        assert_eq!(iccid.len(), 19);
        assert!(
            supplied
                .eid
                .as_deref()
                .is_some_and(|eid| profile::eid(eid).is_ok()),
            "{:?}",
            supplied.eid
        );
        assert_eq!(
            ActivationCode::parse(&supplied.activation_code).map(|code| code.lpa()),
            Ok(supplied.activation_code.to_string())
        );
    }
    let first = buy(&simulator, "eu-1gb", "job-1").await.expect("an eSIM");
    let found = find(&simulator, "eu-1gb", "job-1").await;
    assert!(found == Some(Delivery::Ready(Box::new(first))));
    assert_eq!(simulator.purchases().get("job-1"), Some(&1));
}

#[tokio::test]
async fn journal_is_shared_by_processes() {
    let path = std::env::temp_dir().join(format!("journal-{}", uuid::Uuid::now_v7()));
    let path = path.to_string_lossy().into_owned();
    let first = Simulator::with_journal(&path).expect("a journal");
    let second = Simulator::with_journal(&path).expect("a journal");
    let answer = buy(&first, "timeout-eu", "job-7").await;
    assert!(answer.is_err(), "the answer is lost");
    assert!(find(&second, "timeout-eu", "job-7").await.is_some());
    let after = Simulator::with_journal(&path).expect("a journal");
    assert_eq!(after.purchases().get("job-7"), Some(&1));
    fs::remove_file(&path).expect("the journal is there");
}

#[tokio::test]
async fn sku_prefix_forces_outcome() {
    let simulator = Simulator::default();
    let refused = buy(&simulator, "refuse-eu", "a").await;
    assert!(matches!(
        refused,
        Err(SupplierError::Refused {
            reason: Refusal::OutOfStock,
            ..
        })
    ));
    assert!(find(&simulator, "refuse-eu", "a").await.is_none());

    for (sku, is_found) in [("timeout-eu", true), ("lost-eu", false)] {
        let late = buy(&simulator, sku, sku).await;
        assert!(matches!(late, Err(SupplierError::Unknown { .. })), "{sku}");
        assert_eq!(find(&simulator, sku, sku).await.is_some(), is_found);
    }

    let bad = buy(&simulator, "badcode-eu", "d")
        .await
        .map(|supplied| supplied.activation_code);
    assert!(bad.is_ok_and(|code| ActivationCode::parse(&code).is_err()));
    let dear = buy(&simulator, "dear-eu", "e").await;
    assert!(dear.is_ok_and(|supplied| supplied.cost.is_some()));
    let confirmed = buy(&simulator, "confirm-eu", "f").await.expect("an eSIM");
    let code = ActivationCode::parse(&confirmed.activation_code).expect("a code");
    assert!(code.confirmation_code_required && confirmed.confirmation_code.is_some());
    assert_eq!(simulator.purchases().len(), 4);
}

#[tokio::test]
async fn pending_order_is_delivered_at_the_second_lookup() {
    let simulator = Simulator::default();
    let order = purchase("pending-eu", "a");
    let answer = simulator
        .order(&account(), &order)
        .await
        .expect("an answer");
    assert!(matches!(answer, Delivery::Pending { .. }));
    let first = find(&simulator, "pending-eu", "a").await;
    assert!(matches!(first, Some(Delivery::Pending { .. })));
    let second = find(&simulator, "pending-eu", "a").await;
    assert!(matches!(second, Some(Delivery::Ready(_))));
    assert_eq!(simulator.purchases().get("a"), Some(&1));
}

#[tokio::test]
async fn usage_is_spent_on_packages_in_order() {
    let simulator = Simulator::default();
    let esim = buy(&simulator, "eu-1gb", "a").await.expect("an eSIM").esim;
    assert_eq!(
        bundles(&simulator, &esim)
            .await
            .first()
            .and_then(|one| one.used_bytes),
        Some(0)
    );
    let topup = TopUp {
        purchase: purchase("later-eu-5gb", "b"),
        esim: esim.clone(),
        known_bundles: Vec::new(),
    };
    simulator
        .top_up(&account(), &topup)
        .await
        .expect("a top-up");
    let statuses: Vec<_> = bundles(&simulator, &esim)
        .await
        .iter()
        .map(|one| one.status)
        .collect();
    assert_eq!(statuses, [BundleStatus::Active, BundleStatus::Queued]);

    simulator
        .set_usage(&esim.iccid, 1_500_000_000)
        .expect("an entry");
    let usage = simulator
        .usage(&account(), std::slice::from_ref(&esim))
        .await
        .expect("usage");
    let used: Vec<_> = usage.iter().map(|one| one.used_bytes).collect();
    assert_eq!(used, [1_000_000_000, 500_000_000]);
    let statuses: Vec<_> = bundles(&simulator, &esim)
        .await
        .iter()
        .map(|one| one.status)
        .collect();
    assert_eq!(statuses, [BundleStatus::Depleted, BundleStatus::Active]);
}

#[tokio::test]
async fn cancelled_esim_is_never_resumed() {
    let (simulator, account) = (Simulator::default(), account());
    let esim = buy(&simulator, "eu-1gb", "a").await.expect("an eSIM").esim;
    assert_eq!(simulator.suspend(&account, &esim).await, Ok(Change::Done));
    assert_eq!(simulator.status(&esim.iccid), Some(EsimStatus::Suspended));
    assert_eq!(simulator.resume(&account, &esim).await, Ok(Change::Done));
    let cancelled = simulator
        .cancel(&account, &esim, CancelReason::Unused)
        .await;
    assert_eq!(cancelled, Ok(Cancellation::Refunded(None)));
    let state = simulator.state(&account, &esim).await.expect("a state");
    assert!(state.is_recycled);
    assert!(matches!(
        simulator.resume(&account, &esim).await,
        Err(SupplierError::Refused {
            reason: Refusal::Recycled,
            ..
        })
    ));
}

#[tokio::test]
async fn catalog_has_pages() {
    let (simulator, account) = (Simulator::default(), account());
    let first = simulator.catalog(&account, None).await.expect("a page");
    let second = simulator
        .catalog(&account, first.next.as_deref())
        .await
        .expect("a page");
    assert_eq!((first.items.len(), second.items.len()), (20, 4));
    assert_eq!(second.next, None);
}

#[test]
fn webhook_needs_a_valid_signature() {
    let (simulator, account) = (Simulator::default(), account());
    let body = br#"{"id":"evt-1","kind":"esim.changed","iccid":"8999900000000000019","new":[1]}"#;
    let read = |signature: &str, body: &[u8]| {
        let headers = [(SIGNATURE_HEADER.to_owned(), signature.to_owned())];
        let request = WebhookRequest {
            method: "POST",
            url: "https://esim.example.com/v1/webhooks",
            headers: &headers,
            body,
        };
        simulator.read_webhook(&account, &request)
    };
    let signature = Simulator::sign("none", body);
    let webhook = read(&signature, body).expect("a webhook");
    assert!(webhook.is_signed);
    assert!(matches!(
        webhook.events.as_slice(),
        [SupplierEvent::EsimChanged(esim)] if esim.iccid == "8999900000000000019"
    ));
    for wrong in ["", "00", "zz", &Simulator::sign("other", body)] {
        assert_eq!(read(wrong, body), Err(WebhookError::Signature), "{wrong}");
    }
    assert_eq!(read(&signature, b"{}"), Err(WebhookError::Signature));
    assert_eq!(
        read(&Simulator::sign("none", b"{}"), b"{}"),
        Err(WebhookError::Body)
    );
}
