//! The adapter against its stand-in.

use super::*;
use crate::{
    Refusal, SuppliedEsim, SupplierError,
    http::{Network, Settings},
    stand_in::{
        Fault, Request as Received,
        super_sim::{self as stand_in, FLEET, SECRET, SuperSimServer},
    },
};
use chrono::{DateTime, Utc};
use std::{sync::Arc, time::Duration};
use wire::{
    ProviderId,
    esims::{
        inventory::{EsimStatus, ProfileState},
        usage::BundleStatus,
    },
};

const NOW: &str = "2026-11-29T12:34:56Z";
/// An address without a server.
const CLOSED: &str = "http://127.0.0.1:1";
const REFERENCE: &str = "0190a0b0-0000-7000-8000-000000000001-1";
const CALLBACK: &str =
    "https://panel.example.com/v1/webhooks/7/0190a0b0-0000-7000-8000-000000000001-1";

struct Setup {
    stand_in: SuperSimServer,
    adapter: SuperSim,
    account: Account,
}

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

async fn setup(mode: &str) -> Setup {
    setup_with(mode, Duration::from_secs(20)).await
}

async fn setup_with(mode: &str, timeout: Duration) -> Setup {
    let stand_in = SuperSimServer::start(now()).await.unwrap();
    let settings = Settings {
        timeout,
        repeat_pause: Duration::from_millis(1),
        longest_wait: Duration::from_secs(20),
        ..Settings::new(Network::Any, Arc::new(now))
    };
    let api_key = match mode {
        "basic" => "",
        _ => stand_in::CLIENT_ID,
    };
    let credentials = [
        (ACCOUNT_SID, stand_in::ACCOUNT_SID.to_owned()),
        (AUTH_TOKEN, SECRET.to_owned()),
        (API_SECRET, SECRET.to_owned()),
        (AUTH_MODE, mode.to_owned()),
    ];
    let account = Account {
        provider: ProviderId(uuid::Uuid::nil()),
        endpoint: stand_in.server.url(),
        api_key: api_key.to_owned().into(),
        credentials: credentials
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect(),
    };
    Setup {
        adapter: SuperSim {
            http: Client::new(settings)
                .unwrap()
                .for_adapter("super_sim", 1_000),
            tokens: Tokens::default(),
        },
        stand_in,
        account,
    }
}

fn purchase() -> Purchase {
    Purchase {
        reference: REFERENCE.into(),
        sku: FLEET.into(),
        expected_cost: None,
        callback_url: Some(CALLBACK.into()),
    }
}

fn sent(order_ref: Option<&str>) -> Sent<Purchase> {
    Sent {
        order: purchase(),
        sent_at: now(),
        order_ref: order_ref.map(Into::into),
        known_orders: Vec::new(),
    }
}

impl Setup {
    fn replace(&mut self, name: &str, value: &str) {
        let value = value.to_owned().into();
        self.account.credentials.insert(name.to_owned(), value);
    }

    async fn order(&self) -> Result<Delivery, SupplierError> {
        self.adapter.order(&self.account, &purchase()).await
    }

    async fn find(&self, order_ref: Option<&str>) -> Result<Option<Delivery>, SupplierError> {
        self.adapter
            .find_order(&self.account, &sent(order_ref))
            .await
    }

    /// Buys an eSIM as the product does: an unknown outcome is looked up, and only an order that was not found twice is sent
    /// again.
    async fn buy(&self) -> Result<SuppliedEsim, SupplierError> {
        let mut order_ref: Option<String> = None;
        let mut not_found = 2;
        for _ in 0..40 {
            let result = if not_found == 2 {
                not_found = 0;
                self.order().await.map(Some)
            } else {
                self.find(order_ref.as_deref()).await
            };
            match result {
                Ok(Some(Delivery::Ready(esim))) => return Ok(*esim),
                Ok(Some(Delivery::Pending {
                    order_ref: found, ..
                })) => order_ref = Some(found),
                Ok(None) => not_found += 1,
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

fn reason<T>(result: Result<T, SupplierError>) -> Option<Refusal> {
    match result {
        Err(SupplierError::Refused { reason, .. }) => Some(reason),
        _ => None,
    }
}

fn form(request: &Received) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.body.as_bytes())
        .into_owned()
        .collect()
}

#[tokio::test]
async fn order_creates_a_profile_and_puts_its_sim_into_the_fleet() {
    let setup = setup("basic").await;
    setup
        .stand_in
        .with(|account| account.questions_until_available = 1);
    let Ok(Delivery::Pending { order_ref, .. }) = setup.order().await else {
        panic!("not accepted");
    };
    assert_eq!(order_ref, format!("HP{:032x}", 1));
    let pending = setup.find(Some(&order_ref)).await;
    assert!(matches!(pending, Ok(Some(Delivery::Pending { .. }))));
    let Ok(Some(Delivery::Ready(esim))) = setup.find(Some(&order_ref)).await else {
        panic!("not delivered");
    };
    assert_eq!(esim.activation_code.as_str(), "LPA:1$smdp.example.com$M-1");
    assert_eq!(esim.esim.iccid, "8988307000000000001");
    assert_eq!(esim.esim.sim_ref, Some(format!("HS{:032x}", 1)));
    let profile = setup.stand_in.with(|account| account.profiles[0].clone());
    assert_eq!(profile.unique_name.as_deref(), Some(REFERENCE));
    assert_eq!(
        (profile.fleet.as_deref(), profile.sim_status.as_str()),
        (Some(FLEET), "ready")
    );
    let again = setup.find(Some(&order_ref)).await;
    assert!(matches!(again, Ok(Some(Delivery::Ready(_)))));
    assert_eq!(setup.stand_in.server.count("POST", "/v1/Sims"), 1);
}

/// The requests of Twilio's own client.
#[tokio::test]
async fn requests_equal_those_of_the_official_client() {
    let setup = setup("basic").await;
    let esim = setup.esim().await;
    setup.adapter.suspend(&setup.account, &esim).await.unwrap();
    let pairs = |pairs: &[(&str, &str)]| {
        let mut all: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        all.sort();
        all
    };
    let requests = setup.stand_in.server.requests();
    let posts: Vec<_> = requests.iter().filter(|one| one.method == "POST").collect();
    let sorted = |request: &Received| {
        let mut all = form(request);
        all.sort();
        all
    };
    assert_eq!(posts[0].path, "/v1/ESimProfiles");
    assert_eq!(
        sorted(posts[0]),
        pairs(&[
            ("CallbackUrl", CALLBACK),
            ("CallbackMethod", "POST"),
            ("GenerateMatchingId", "true")
        ])
    );
    assert_eq!(posts[1].path, format!("/v1/Sims/HS{:032x}", 1));
    assert_eq!(
        sorted(posts[1]),
        pairs(&[
            ("UniqueName", REFERENCE),
            ("Status", "ready"),
            ("Fleet", FLEET),
            ("CallbackUrl", CALLBACK),
            ("CallbackMethod", "POST")
        ])
    );
    assert_eq!(sorted(posts[2]), pairs(&[("Status", "inactive")]));
    for post in posts {
        assert_eq!(
            post.header("content-type"),
            Some("application/x-www-form-urlencoded")
        );
        assert!(
            post.header("authorization")
                .is_some_and(|value| value.starts_with("Basic "))
        );
    }
}

#[tokio::test]
async fn token_is_shared_and_replaced_once() {
    let setup = setup("oauth2_client_credentials").await;
    let test = async || setup.adapter.test_connection(&setup.account).await;
    let (one, two, three) = futures_util::future::join3(test(), test(), test()).await;
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(setup.stand_in.with(|account| account.tokens), 1);
    setup.stand_in.with(|account| account.token = None);
    test().await.unwrap();
    assert_eq!(setup.stand_in.with(|account| account.tokens), 2);
    for _ in 0..2 {
        setup.stand_in.fail_next("GET", "/v1/Fleets", 403, 40_403);
    }
    assert!(matches!(
        test().await,
        Err(SupplierError::Unauthorized { .. })
    ));
    assert_eq!(setup.stand_in.with(|account| account.tokens), 3);
}

#[tokio::test]
async fn token_is_renewed_before_it_ends() {
    let time = Arc::new(std::sync::Mutex::new(now()));
    let clock = Arc::clone(&time);
    let setup = setup("").await;
    let settings = Settings::new(Network::Any, Arc::new(move || *clock.lock().unwrap()));
    let adapter = SuperSim::new(&Client::new(settings).unwrap());
    for (minutes, tokens) in [(0, 1), (47, 1), (49, 2)] {
        *time.lock().unwrap() = now() + TimeDelta::minutes(minutes);
        adapter.test_connection(&setup.account).await.unwrap();
        assert_eq!(
            setup.stand_in.with(|account| account.tokens),
            tokens,
            "{minutes}"
        );
    }
}

#[tokio::test]
async fn failure_of_the_token_is_an_order_that_was_not_sent() {
    for fault in [
        Fault::AnswerBefore(500, String::new()),
        Fault::AnswerBefore(200, "<html>".into()),
        Fault::Hang,
    ] {
        let setup = setup_with("", Duration::from_millis(400)).await;
        for _ in 0..3 {
            setup
                .stand_in
                .server
                .break_next("POST", "/api-services", fault.clone());
        }
        let result = setup.order().await;
        assert_eq!(reason(result), Some(Refusal::Unreachable), "{fault:?}");
        assert_eq!(setup.stand_in.server.count("POST", "/v1/ESimProfiles"), 0);
    }
    let mut setup = setup("").await;
    setup.replace(API_SECRET, "another");
    let result = setup.order().await;
    assert!(matches!(result, Err(SupplierError::Unauthorized { .. })));
}

#[tokio::test]
async fn wrong_password_is_reported_as_such() {
    let mut setup = setup("basic").await;
    setup.replace(AUTH_TOKEN, "another");
    let result = setup.adapter.test_connection(&setup.account).await;
    assert!(matches!(result, Err(SupplierError::Unauthorized { .. })));
}

#[tokio::test]
async fn order_of_unknown_outcome_is_found_by_its_name() {
    let setup = setup("basic").await;
    setup.esim().await;
    setup.stand_in.with(|account| {
        let mut other = account.profiles[0].clone();
        (other.number, other.unique_name) = (2, None);
        account.profiles.push(other);
    });
    let Ok(Some(Delivery::Ready(esim))) = setup.find(None).await else {
        panic!("not found");
    };
    assert_eq!(esim.esim.iccid, "8988307000000000001");
}

#[tokio::test]
async fn order_of_unknown_outcome_is_found_by_its_time() {
    let setup = setup("basic").await;
    assert!(matches!(setup.find(None).await, Ok(None)));
    for _ in 0..5 {
        setup.order().await.unwrap();
    }
    let seconds = |profile: usize, seconds: i64| {
        setup.stand_in.with(|account| {
            account.profiles[profile].created_at = now() + TimeDelta::seconds(seconds);
        });
    };
    seconds(0, -61);
    seconds(1, 91);
    setup.stand_in.with(|account| {
        account.profiles[2].unique_name = Some("another unit".into());
        account.profiles[2].status = "available".into();
    });
    let known = Sent {
        known_orders: vec![format!("HP{:032x}", 4)],
        ..sent(None)
    };
    let found = setup.adapter.find_order(&setup.account, &known).await;
    let Ok(Some(Delivery::Pending { order_ref, .. })) = found else {
        panic!("not found");
    };
    assert_eq!(order_ref, format!("HP{:032x}", 5));
    let ambiguous = setup.find(None).await;
    assert!(matches!(ambiguous, Err(SupplierError::Unknown { .. })));
}

#[tokio::test]
async fn window_follows_the_clock_of_the_provider() {
    let setup = setup("basic").await;
    let ahead = TimeDelta::minutes(20);
    setup.stand_in.with(|account| account.now = now() + ahead);
    setup.order().await.unwrap();
    assert!(matches!(
        setup.find(None).await,
        Ok(Some(Delivery::Pending { .. }))
    ));
}

#[tokio::test]
async fn scheduled_step_is_delivered_when_it_is_done() {
    let setup = setup("basic").await;
    setup.stand_in.with(|account| account.schedules = true);
    let Ok(Delivery::Pending { order_ref, .. }) = setup.order().await else {
        panic!("not accepted");
    };
    for _ in 0..2 {
        let pending = setup.find(Some(&order_ref)).await;
        assert!(matches!(pending, Ok(Some(Delivery::Pending { .. }))));
    }
    setup.stand_in.with(|account| account.complete_changes());
    let ready = setup.find(Some(&order_ref)).await;
    assert!(matches!(ready, Ok(Some(Delivery::Ready(_)))));
}

#[tokio::test]
async fn refused_last_step_keeps_the_profile() {
    let setup = setup("basic").await;
    let Ok(Delivery::Pending { order_ref, .. }) = setup.order().await else {
        panic!("not accepted");
    };
    for code in [83_006, 83_007, 83_011, 83_010] {
        setup.stand_in.fail_next("POST", "/v1/Sims", 400, code);
        let result = setup.find(Some(&order_ref)).await;
        let Err(SupplierError::Unknown {
            order_ref: Some(kept),
            ..
        }) = result
        else {
            panic!("{code} lost the profile");
        };
        assert_eq!(kept, order_ref, "{code}");
    }
    setup
        .stand_in
        .with(|account| account.profiles[0].unique_name = Some("another".into()));
    let taken = setup.find(Some(&order_ref)).await;
    assert!(matches!(
        taken,
        Err(SupplierError::Unknown {
            order_ref: Some(_),
            ..
        })
    ));
}

#[tokio::test]
async fn error_codes_of_orders_decide_the_outcome() {
    let setup = setup("basic").await;
    for (status, code, expected) in [
        (400, 83_500, Refusal::OutOfStock),
        (400, 20_001, Refusal::BadRequest),
        (400, 83_600, Refusal::BadRequest),
    ] {
        setup
            .stand_in
            .fail_next("POST", "/v1/ESimProfiles", status, code);
        assert_eq!(reason(setup.order().await), Some(expected), "{code}");
    }
    for (status, code) in [(500, 20_500), (503, 20_503), (400, 83_000), (502, 0)] {
        setup
            .stand_in
            .fail_next("POST", "/v1/ESimProfiles", status, code);
        let result = setup.order().await;
        assert!(
            matches!(result, Err(SupplierError::Unknown { .. })),
            "{code}"
        );
    }
    setup
        .stand_in
        .fail_next("POST", "/v1/ESimProfiles", 429, 20_429);
    assert!(matches!(
        setup.order().await,
        Err(SupplierError::RateLimited { .. })
    ));
    assert_eq!(setup.stand_in.with(|account| account.profiles.len()), 0);
}

#[tokio::test]
async fn profile_that_could_not_be_reserved_is_refused() {
    let setup = setup("basic").await;
    let Ok(Delivery::Pending { order_ref, .. }) = setup.order().await else {
        panic!("not accepted");
    };
    setup
        .stand_in
        .with(|account| account.profiles[0].status = "failed".into());
    let result = setup.find(Some(&order_ref)).await;
    assert_eq!(reason(result), Some(Refusal::OutOfStock));
}

#[tokio::test]
async fn failed_look_up_says_nothing_about_the_order() {
    let mut setup = setup("basic").await;
    setup.order().await.unwrap();
    setup.account.endpoint = CLOSED.into();
    for order_ref in [None, Some("HP1")] {
        let result = setup.find(order_ref).await;
        assert!(matches!(result, Err(SupplierError::Unknown { .. })));
    }
    assert_eq!(reason(setup.order().await), Some(Refusal::Unreachable));
}

#[tokio::test]
async fn every_fault_ends_with_one_profile_and_one_esim() {
    for fault in [
        Fault::Delay(Duration::from_millis(20)),
        Fault::Hang,
        Fault::HangBefore,
        Fault::Reset,
        Fault::ResetBefore,
        Fault::CutAnswer,
        Fault::SwallowAnswer,
        Fault::AnswerAfter(503, "busy".into()),
        Fault::AnswerBefore(500, String::new()),
        Fault::AnswerAfter(200, "<html>".into()),
        Fault::Garbage,
    ] {
        let setup = setup_with("basic", Duration::from_millis(400)).await;
        let server = &setup.stand_in.server;
        server.break_next("POST", "/v1/ESimProfiles", fault.clone());
        server.break_next("GET", "/v1/ESimProfiles", fault.clone());
        server.break_next("POST", "/v1/Sims", fault.clone());
        let esim = setup.buy().await.unwrap();
        assert_eq!(esim.esim.iccid, "8988307000000000001", "{fault:?}");
        let profiles = setup.stand_in.with(|account| account.profiles.clone());
        assert_eq!(profiles.len(), 1, "{fault:?}");
        assert_eq!(
            profiles[0].unique_name.as_deref(),
            Some(REFERENCE),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn state_joins_the_profile_and_the_sim() {
    let setup = setup("basic").await;
    let esim = setup.esim().await;
    setup.stand_in.with(|account| {
        account.profiles[0].status = "installed".into();
        account.profiles[0].sim_status = "active".into();
    });
    let only_iccid = EsimRef {
        provider_ref: None,
        sim_ref: None,
        ..esim.clone()
    };
    for esim in [&esim, &only_iccid] {
        let state = setup.adapter.state(&setup.account, esim).await.unwrap();
        assert_eq!(state.profile_state, Some(ProfileState::Enabled));
        assert_eq!(state.status, Some(EsimStatus::Active));
        assert_eq!(state.bundles[0].status, BundleStatus::Active);
        assert_eq!(state.bundles[0].sku.as_deref(), Some(FLEET));
        assert_eq!(state.reported, "installed/active");
    }
    let unknown = EsimRef {
        iccid: "8988307000000000009".into(),
        ..only_iccid
    };
    let result = setup.adapter.state(&setup.account, &unknown).await;
    assert_eq!(reason(result), Some(Refusal::UnknownEsim));
}

#[tokio::test]
async fn suspension_resumption_and_cancellation_can_be_scheduled_and_repeated() {
    let setup = setup("basic").await;
    let esim = setup.esim().await;
    let Setup {
        adapter, account, ..
    } = &setup;
    assert_eq!(adapter.suspend(account, &esim).await, Ok(Change::Done));
    setup.stand_in.fail_next("POST", "/v1/Sims", 409, 83_010);
    assert_eq!(adapter.suspend(account, &esim).await, Ok(Change::Done));
    setup.stand_in.fail_next("POST", "/v1/Sims", 409, 83_010);
    let refused = adapter.resume(account, &esim).await;
    assert_eq!(reason(refused), Some(Refusal::NotAllowed));
    setup.stand_in.with(|account| account.schedules = true);
    for _ in 0..2 {
        let change = adapter.resume(account, &esim).await;
        assert!(matches!(change, Ok(Change::Scheduled { .. })));
    }
    let state = adapter.state(account, &esim).await.unwrap();
    assert_eq!(state.status, Some(EsimStatus::Active));
    let cancellation = adapter.cancel(account, &esim, CancelReason::Ended).await;
    assert_eq!(cancellation, Ok(Cancellation::WithoutRefund));
}

#[tokio::test]
async fn usage_is_that_of_the_billing_period_in_whole_hours() {
    let setup = setup("basic").await;
    let esim = setup.esim().await;
    setup
        .stand_in
        .with(|account| account.profiles[0].used = 9_007_199_254_740_993);
    let unknown = EsimRef {
        sim_ref: Some("HS1".into()),
        ..esim.clone()
    };
    let asked = [unknown, esim.clone()];
    let readings = setup.adapter.usage(&setup.account, &asked).await.unwrap();
    assert_eq!(readings.len(), 1);
    assert_eq!(readings[0].used_bytes, 9_007_199_254_740_993);
    let start: DateTime<Utc> = "2026-11-19T12:00:00Z".parse().unwrap();
    assert_eq!(
        readings[0].period,
        Some((start, start + TimeDelta::days(30)))
    );
    assert_eq!(readings[0].read_at, now());
    let requests = setup.stand_in.server.requests();
    let last = requests.last().unwrap();
    assert_eq!(last.parameter("StartTime"), Some("2026-11-19T12:00:00Z"));
    assert_eq!(last.parameter("Granularity"), Some("all"));
    assert_eq!(
        (last.parameter("Group"), last.parameter("EndTime")),
        (None, None)
    );
}

#[tokio::test]
async fn list_reads_every_page_of_profiles_and_sims() {
    let setup = setup("").await;
    for _ in 0..5 {
        setup.order().await.unwrap();
    }
    setup.stand_in.with(|account| {
        for profile in &mut account.profiles[..4] {
            profile.status = "available".into();
            profile.sim_status = "active".into();
        }
        account.profiles[0].unique_name = Some(REFERENCE.into());
    });
    let (mut items, mut mark, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let page = setup
            .adapter
            .list_esims(&setup.account, mark.as_deref())
            .await
            .unwrap();
        items.extend(page.items);
        pages += 1;
        mark = page.next;
        if mark.is_none() {
            break;
        }
    }
    assert_eq!(pages, 6);
    let profiles: Vec<_> = items
        .iter()
        .filter(|one| one.esim.provider_ref.is_some())
        .collect();
    let sims: Vec<_> = items
        .iter()
        .filter(|one| one.esim.provider_ref.is_none())
        .collect();
    assert_eq!((profiles.len(), sims.len()), (4, 5));
    assert_eq!(profiles[3].profile_state, Some(ProfileState::Released));
    assert!(profiles[3].activation_code.is_some());
    assert_eq!(sims[0].reference.as_deref(), Some(REFERENCE));
    assert_eq!(sims[0].status, Some(EsimStatus::Active));
    assert_eq!(profiles[0].esim.sim_ref, sims[0].esim.sim_ref);
    let invalid = setup
        .adapter
        .list_esims(&setup.account, Some("Fleets?"))
        .await;
    assert_eq!(reason(invalid), Some(Refusal::BadRequest));
}
