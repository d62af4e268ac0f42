//! The adapter against its stand-in.

use super::*;
use crate::{
    Cost, Refusal,
    http::{Network, Settings},
    stand_in::{
        Fault,
        esim_access::{ACCESS_CODE, EsimAccessServer, SECRET_KEY as SECRET},
    },
};
use std::{sync::Arc, time::Duration};
use wire::{
    ProviderId,
    esims::{
        inventory::{EsimStatus, ProfileState},
        usage::BundleStatus,
    },
};

const NOW: &str = "2026-11-29T12:00:00Z";
/// An address without a server.
const CLOSED: &str = "http://127.0.0.1:1";
const REFERENCE: &str = "0190a0b0-0000-7000-8000-000000000001-1";

struct Setup {
    stand_in: EsimAccessServer,
    adapter: EsimAccess,
    account: Account,
}

async fn setup() -> Setup {
    setup_with(Duration::from_secs(20)).await
}

async fn setup_with(timeout: Duration) -> Setup {
    let stand_in = EsimAccessServer::start().await.unwrap();
    let settings = Settings {
        timeout,
        repeat_pause: Duration::from_millis(1),
        longest_wait: Duration::from_secs(20),
        ..Settings::new(Network::Any, Arc::new(|| NOW.parse().unwrap()))
    };
    let account = Account {
        provider: ProviderId(uuid::Uuid::nil()),
        endpoint: stand_in.server.url(),
        api_key: ACCESS_CODE.to_owned().into(),
        credentials: [(SECRET_KEY.to_owned(), SECRET.to_owned().into())].into(),
    };
    Setup {
        adapter: EsimAccess {
            http: Client::new(settings)
                .unwrap()
                .for_adapter("esim_access", 1_000),
            counts_seconds: AtomicBool::new(false),
        },
        stand_in,
        account,
    }
}

fn purchase(sku: &str, cost: &str) -> Purchase {
    Purchase {
        reference: REFERENCE.into(),
        sku: sku.into(),
        expected_cost: Some(Cost {
            amount: cost.parse().unwrap(),
            currency: Currency::Usd,
        }),
        callback_url: None,
    }
}

fn sent<T>(order: T, order_ref: Option<&str>) -> Sent<T> {
    Sent {
        order,
        sent_at: NOW.parse().unwrap(),
        order_ref: order_ref.map(Into::into),
        known_orders: Vec::new(),
    }
}

impl Setup {
    async fn order(&self) -> Result<Delivery, SupplierError> {
        self.adapter
            .order(&self.account, &purchase("CKH491", "5.70"))
            .await
    }

    async fn find(&self, order_ref: Option<&str>) -> Result<Option<Delivery>, SupplierError> {
        let sent = sent(purchase("CKH491", "5.70"), order_ref);
        self.adapter.find_order(&self.account, &sent).await
    }

    /// Buys an eSIM as the product does: an unknown outcome is looked up, and an order that was not found is sent again.
    async fn buy(&self) -> Result<crate::SuppliedEsim, SupplierError> {
        let mut order_ref: Option<String> = None;
        let mut is_sent = false;
        for _ in 0..30 {
            let result = if is_sent {
                self.find(order_ref.as_deref()).await
            } else {
                is_sent = true;
                self.order().await.map(Some)
            };
            match result {
                Ok(Some(Delivery::Ready(esim))) => return Ok(*esim),
                Ok(Some(Delivery::Pending {
                    order_ref: found, ..
                })) => order_ref = Some(found),
                Ok(None) => is_sent = false,
                Err(SupplierError::Unknown { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        panic!("the order was never delivered");
    }

    async fn esim(&self) -> EsimRef {
        self.buy().await.unwrap().esim
    }
}

fn reason(result: Result<Delivery, SupplierError>) -> Option<Refusal> {
    match result {
        Err(SupplierError::Refused { reason, .. }) => Some(reason),
        _ => None,
    }
}

#[tokio::test]
async fn order_is_accepted_and_delivered_later() {
    let setup = setup().await;
    setup.stand_in.with(|account| {
        account.queries_until_delivery = 2;
        account.writes_text = true;
    });
    let Ok(Delivery::Pending { order_ref, .. }) = setup.order().await else {
        panic!("not accepted");
    };
    for _ in 0..2 {
        let pending = setup.find(Some(&order_ref)).await;
        assert!(matches!(pending, Ok(Some(Delivery::Pending { .. }))));
    }
    let Ok(Some(Delivery::Ready(esim))) = setup.find(Some(&order_ref)).await else {
        panic!("not delivered");
    };
    assert_eq!(esim.esim.iccid, "89852245280000000001");
    assert_eq!(esim.esim.provider_ref.as_deref(), Some("2611000001"));
    assert_eq!(
        esim.activation_code.as_str(),
        "LPA:1$rsp.example.com$2611000001"
    );
    let request = &setup.stand_in.server.requests()[0];
    assert_eq!(request.path, "/api/v1/open/esim/order");
    assert_eq!(request.header("rt-timestamp"), Some("1795953600000"));
}

#[tokio::test]
async fn order_of_unknown_outcome_is_found_by_its_exact_reference() {
    let setup = setup().await;
    let other = Purchase {
        reference: format!("{REFERENCE}0"),
        ..purchase("CKH491", "5.70")
    };
    setup.adapter.order(&setup.account, &other).await.unwrap();
    assert!(matches!(setup.find(None).await, Ok(None)));
    setup.order().await.unwrap();
    let Ok(Some(Delivery::Ready(esim))) = setup.find(None).await else {
        panic!("not found");
    };
    assert_eq!(esim.order_ref, "B000002");
    let window = setup.stand_in.server.requests()[1].json();
    assert_eq!(window["startTime"], "2026-11-29T11:50:00Z");
    assert_eq!(window["endTime"], "2026-11-29T12:10:00Z");
}

#[tokio::test]
async fn repeated_reference_returns_the_first_order() {
    let setup = setup().await;
    let first = setup.order().await.unwrap();
    assert!(setup.order().await.unwrap() == first);
    assert_eq!(setup.stand_in.with(|account| account.charges), 1);
}

#[tokio::test]
async fn order_without_reference_proves_nothing() {
    let setup = setup().await;
    setup.order().await.unwrap();
    setup
        .stand_in
        .with(|account| account.hides_references = true);
    let result = setup.find(None).await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
    let of_another_order = Sent {
        known_orders: vec!["B000001".into()],
        ..sent(purchase("CKH491", "5.70"), None)
    };
    let result = setup
        .adapter
        .find_order(&setup.account, &of_another_order)
        .await;
    assert!(matches!(result, Ok(None)));
}

#[tokio::test]
async fn error_codes_of_orders_decide_the_outcome() {
    let setup = setup().await;
    for (code, expected) in [
        ("200007", Refusal::NoBalance),
        ("200011", Refusal::OutOfStock),
        ("200008", Refusal::BadRequest),
        ("310243", Refusal::UnknownSku),
        ("000105", Refusal::BadRequest),
    ] {
        setup.stand_in.fail_next("esim/order", code);
        assert_eq!(reason(setup.order().await), Some(expected), "{code}");
    }
    for code in ["000001", "900001", "200002", "200009"] {
        setup.stand_in.fail_next("esim/order", code);
        let result = setup.order().await;
        assert!(
            matches!(result, Err(SupplierError::Unknown { .. })),
            "{code}"
        );
    }
    for code in ["101002", "101003", "000101"] {
        setup.stand_in.fail_next("esim/order", code);
        let result = setup.order().await;
        assert!(
            matches!(result, Err(SupplierError::Unauthorized { .. })),
            "{code}"
        );
    }
    assert_eq!(setup.stand_in.with(|account| account.charges), 0);
}

#[tokio::test]
async fn statuses_of_orders_decide_the_outcome() {
    let setup = setup().await;
    for (status, body) in [
        (500, ""),
        (503, "{}"),
        (302, ""),
        (200, "<html>"),
        (200, "{}"),
    ] {
        let fault = Fault::AnswerBefore(status, body.into());
        setup
            .stand_in
            .server
            .break_next("POST", "/api/v1/open/esim/order", fault);
        let result = setup.order().await;
        assert!(
            matches!(result, Err(SupplierError::Unknown { .. })),
            "{status} {body}"
        );
    }
    for status in [401, 403] {
        let fault = Fault::AnswerBefore(status, String::new());
        setup
            .stand_in
            .server
            .break_next("POST", "/api/v1/open/esim/order", fault);
        assert!(matches!(
            setup.order().await,
            Err(SupplierError::Unauthorized { .. })
        ));
    }
    let fault = Fault::AnswerBefore(404, "<html>".into());
    setup
        .stand_in
        .server
        .break_next("POST", "/api/v1/open/esim/order", fault);
    assert_eq!(reason(setup.order().await), Some(Refusal::BadRequest));
    let fault = Fault::AnswerBefore(429, String::new());
    setup
        .stand_in
        .server
        .break_next("POST", "/api/v1/open/esim/order", fault);
    assert!(matches!(
        setup.order().await,
        Err(SupplierError::RateLimited { .. })
    ));
}

#[tokio::test]
async fn order_is_refused_at_another_price_but_not_at_the_rounded_one() {
    let setup = setup().await;
    setup
        .stand_in
        .with(|account| account.prices.insert("CKH491".into(), 56_951));
    assert!(matches!(setup.order().await, Ok(Delivery::Pending { .. })));
    let orders: Vec<_> = setup
        .stand_in
        .server
        .requests()
        .iter()
        .filter(|request| request.path.ends_with("esim/order"))
        .map(|request| request.json()["amount"].as_i64())
        .collect();
    assert_eq!(orders, [Some(57_000), Some(56_951)]);

    let dearer = self::setup().await;
    dearer
        .stand_in
        .with(|account| account.prices.insert("CKH491".into(), 58_000));
    assert_eq!(reason(dearer.order().await), Some(Refusal::PriceChanged));
    assert_eq!(dearer.stand_in.with(|account| account.charges), 0);
}

#[tokio::test]
async fn timestamp_is_sent_in_the_unit_that_the_provider_reads() {
    let setup = setup().await;
    setup.stand_in.with(|account| account.reads_seconds = true);
    setup.adapter.test_connection(&setup.account).await.unwrap();
    setup.adapter.test_connection(&setup.account).await.unwrap();
    let times: Vec<_> = setup
        .stand_in
        .server
        .requests()
        .iter()
        .map(|request| request.header("rt-timestamp").map(str::len))
        .collect();
    assert_eq!(times, [Some(13), Some(10), Some(10)]);
    let ids: std::collections::HashSet<_> = setup
        .stand_in
        .server
        .requests()
        .iter()
        .map(|request| request.header("rt-requestid").map(str::to_owned))
        .collect();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn wrong_secret_is_reported_as_such() {
    let mut setup = setup().await;
    let wrong = "another".to_owned().into();
    setup.account.credentials.insert(SECRET_KEY.into(), wrong);
    let result = setup.adapter.test_connection(&setup.account).await;
    assert!(matches!(result, Err(SupplierError::Unauthorized { .. })));
}

#[tokio::test]
async fn cancelled_order_is_not_delivered() {
    let setup = setup().await;
    setup.order().await.unwrap();
    setup
        .stand_in
        .with(|account| account.esims[0].service = "CANCEL".into());
    let result = setup.find(Some("B000001")).await;
    assert!(matches!(result, Err(SupplierError::Refused { .. })));
}

#[tokio::test]
async fn failed_look_up_says_nothing_about_the_order() {
    let setup = setup().await;
    setup.order().await.unwrap();
    for code in ["310403", "000104", "999999"] {
        setup.stand_in.fail_next("esim/query", code);
        let result = setup.find(Some("B000001")).await;
        assert!(
            matches!(result, Err(SupplierError::Unknown { .. })),
            "{code}"
        );
    }
    let mut setup = setup;
    setup.account.endpoint = CLOSED.into();
    let result = setup.find(None).await;
    assert!(matches!(result, Err(SupplierError::Unknown { .. })));
}

#[tokio::test]
async fn every_fault_ends_with_one_charge_and_one_esim() {
    let unavailable = || Fault::AnswerAfter(503, "busy".into());
    for fault in [
        Fault::Delay(Duration::from_millis(20)),
        Fault::Hang,
        Fault::HangBefore,
        Fault::Reset,
        Fault::ResetBefore,
        Fault::CutAnswer,
        Fault::SwallowAnswer,
        unavailable(),
        Fault::AnswerBefore(500, String::new()),
        Fault::AnswerAfter(200, "<html>".into()),
        Fault::Garbage,
    ] {
        let setup = setup_with(Duration::from_millis(400)).await;
        setup
            .stand_in
            .with(|account| account.queries_until_delivery = 1);
        let server = &setup.stand_in.server;
        server.break_next("POST", "/api/v1/open/esim/order", fault.clone());
        server.break_next("POST", "/api/v1/open/esim/query", fault.clone());
        let esim = setup.buy().await.unwrap();
        assert_eq!(
            esim.esim.provider_ref.as_deref(),
            Some("2611000001"),
            "{fault:?}"
        );
        assert_eq!(
            setup.stand_in.with(|account| account.charges),
            1,
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn refused_connection_is_an_order_that_was_not_sent() {
    let mut setup = setup().await;
    setup.account.endpoint = CLOSED.into();
    let result = setup.order().await;
    assert_eq!(reason(result), Some(Refusal::Unreachable));
}

fn topup(esim: EsimRef, reference: &str) -> TopUp {
    TopUp {
        purchase: Purchase {
            reference: reference.into(),
            ..purchase("TOPUP_CKH491", "5.50")
        },
        known_bundles: vec![esim.provider_ref.clone().unwrap_or_default()],
        esim,
    }
}

#[tokio::test]
async fn every_fault_of_a_top_up_ends_with_one_charge() {
    for fault in [
        Fault::Hang,
        Fault::HangBefore,
        Fault::Reset,
        Fault::CutAnswer,
        Fault::SwallowAnswer,
        Fault::AnswerAfter(502, String::new()),
        Fault::Garbage,
    ] {
        let setup = setup_with(Duration::from_millis(400)).await;
        let topup = topup(setup.esim().await, "topup-1");
        let server = &setup.stand_in.server;
        server.break_next("POST", "/api/v1/open/esim/topup", fault.clone());
        let first = setup.adapter.top_up(&setup.account, &topup).await;
        assert!(
            matches!(first, Err(SupplierError::Unknown { .. })),
            "{fault:?}"
        );
        let mut found = None;
        for _ in 0..20 {
            let sent = sent(topup.clone(), None);
            match setup.adapter.find_top_up(&setup.account, &sent).await {
                Ok(None) => {
                    let _ = setup.adapter.top_up(&setup.account, &topup).await;
                }
                Ok(Some(TopUpDelivery::Ready(delivered))) => {
                    found = Some(delivered);
                    break;
                }
                _ => {}
            }
        }
        let found = found.unwrap();
        assert_eq!(found.order_ref, "topup-1");
        assert_eq!(found.bundle_ref.as_deref(), Some("2611000001-2"));
        assert_eq!(
            setup.stand_in.with(|account| account.charges),
            2,
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn top_up_follows_the_state_and_the_price() {
    let setup = setup().await;
    let esim = setup.esim().await;
    let top_up = async |reference: &str| {
        let topup = topup(esim.clone(), reference);
        setup.adapter.top_up(&setup.account, &topup).await
    };
    let Ok(TopUpDelivery::Ready(unused)) = top_up("topup-1").await else {
        panic!("not delivered");
    };
    assert!(!unused.is_running && unused.expires_at.is_none());
    setup.stand_in.with(|account| {
        account.esims[0].used = 4096;
        account.prices.insert("TOPUP_CKH491".into(), 54_951);
    });
    let Ok(TopUpDelivery::Ready(used)) = top_up("topup-2").await else {
        panic!("not delivered");
    };
    assert!(used.is_running && used.expires_at.is_some());
    for (state, code) in [
        ("USED_EXPIRED", Refusal::NotAllowed),
        ("CANCEL", Refusal::NotAllowed),
    ] {
        setup
            .stand_in
            .with(|account| account.esims[0].service = state.into());
        let result = top_up("topup-3").await;
        let Err(SupplierError::Refused { reason, .. }) = result else {
            panic!("{state} was accepted");
        };
        assert_eq!(reason, code, "{state}");
    }
    assert_eq!(setup.stand_in.with(|account| account.charges), 3);
}

#[tokio::test]
async fn catalog_balance_and_usage_are_read() {
    let setup = setup().await;
    let esim = setup.esim().await;
    let catalog = setup.adapter.catalog(&setup.account, None).await.unwrap();
    assert_eq!(catalog.next, None);
    assert_eq!(catalog.items.len(), 1);
    assert_eq!(catalog.items[0].cost.to_string(), "5.70");
    let balance = setup.adapter.balance(&setup.account).await.unwrap();
    assert_eq!(balance.amount.to_string(), "123.46");
    setup
        .stand_in
        .with(|account| account.esims[0].used = 1_000_000);
    let unknown = EsimRef {
        provider_ref: Some("2611999999".into()),
        ..esim.clone()
    };
    let without_number = EsimRef {
        provider_ref: None,
        ..esim.clone()
    };
    let mut asked = vec![unknown; 11];
    asked.extend([without_number, esim.clone()]);
    let readings = setup.adapter.usage(&setup.account, &asked).await.unwrap();
    assert_eq!(readings.len(), 1);
    assert_eq!(
        (&readings[0].esim, readings[0].used_bytes),
        (&esim, 1_000_000)
    );
    assert_eq!(readings[0].total_bytes, Some(1_073_741_824));
    assert_eq!(
        setup
            .stand_in
            .server
            .count("POST", "/api/v1/open/esim/usage"),
        2
    );
}

#[tokio::test]
async fn state_is_that_of_the_number_not_of_a_reused_iccid() {
    let setup = setup().await;
    let esim = setup.esim().await;
    setup.stand_in.with(|account| {
        account.esims[0].profile = "ENABLED".into();
        account.esims[0].service = "IN_USE".into();
    });
    let state = setup.adapter.state(&setup.account, &esim).await.unwrap();
    assert_eq!(state.profile_state, Some(ProfileState::Enabled));
    assert_eq!(state.status, Some(EsimStatus::Active));
    assert_eq!(state.bundles[0].status, BundleStatus::Active);
    let by_iccid = EsimRef {
        provider_ref: None,
        ..esim.clone()
    };
    assert!(setup.adapter.state(&setup.account, &by_iccid).await.is_ok());
    setup.stand_in.with(|account| {
        let again = account.esims[0].clone();
        account.esims.push(again);
    });
    let result = setup.adapter.state(&setup.account, &by_iccid).await;
    let Err(SupplierError::Refused { reason, .. }) = result else {
        panic!("one of two eSIMs was chosen");
    };
    assert_eq!(reason, Refusal::UnknownEsim);
}

#[tokio::test]
async fn suspension_and_resumption_can_be_repeated() {
    let setup = setup().await;
    let esim = setup.esim().await;
    for _ in 0..2 {
        let change = setup.adapter.suspend(&setup.account, &esim).await;
        assert_eq!(change, Ok(Change::Done));
    }
    assert_eq!(
        setup
            .stand_in
            .with(|account| account.esims[0].service.clone()),
        "SUSPENDED"
    );
    for _ in 0..2 {
        let change = setup.adapter.resume(&setup.account, &esim).await;
        assert_eq!(change, Ok(Change::Done));
    }
    setup
        .stand_in
        .with(|account| account.esims[0].service = "USED_EXPIRED".into());
    let result = setup.adapter.suspend(&setup.account, &esim).await;
    assert!(matches!(
        result,
        Err(SupplierError::Refused {
            reason: Refusal::NotAllowed,
            ..
        })
    ));
}

#[tokio::test]
async fn unused_esim_is_refunded_and_a_used_one_only_ended_on_purpose() {
    let setup = setup().await;
    let esim = setup.esim().await;
    let cancel = async |reason| setup.adapter.cancel(&setup.account, &esim, reason).await;
    for _ in 0..2 {
        assert_eq!(
            cancel(CancelReason::Unused).await,
            Ok(Cancellation::Refunded(None))
        );
    }
    setup.stand_in.with(|account| {
        account.esims[0].service = "IN_USE".into();
        account.esims[0].profile = "ENABLED".into();
    });
    let refused = cancel(CancelReason::Unused).await;
    assert!(matches!(
        refused,
        Err(SupplierError::Refused {
            reason: Refusal::NotAllowed,
            ..
        })
    ));
    assert_eq!(
        setup
            .stand_in
            .with(|account| account.esims[0].service.clone()),
        "IN_USE"
    );
    for _ in 0..2 {
        assert_eq!(
            cancel(CancelReason::Ended).await,
            Ok(Cancellation::WithoutRefund)
        );
    }
}
