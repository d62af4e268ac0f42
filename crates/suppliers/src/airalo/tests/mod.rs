//! The adapter against its stand-in.

mod catalog;
mod esims;
mod faults;
mod orders;
mod tokens;
mod topups;
mod webhooks;

use super::Airalo;
use crate::{
    Account, Delivery, EsimRef, Purchase, Sent, SuppliedEsim, Supplier, TopUp,
    http::{Client, Network, Settings},
    stand_in::airalo::{self as stand_in, CLIENT_ID, CLIENT_SECRET, SKU, TOPUP_SKU},
};
use chrono::{DateTime, Utc};
use std::{sync::Arc, time::Duration};
use wire::ProviderId;

fn noon() -> DateTime<Utc> {
    "2026-11-29T12:00:00Z".parse().unwrap()
}

struct Setup {
    provider: stand_in::Airalo,
    adapter: Airalo,
    account: Account,
}

async fn setup() -> Setup {
    with_timeout(Duration::from_secs(20)).await
}

async fn with_timeout(timeout: Duration) -> Setup {
    let provider = stand_in::Airalo::start().await.unwrap();
    let settings = Settings {
        timeout,
        repeat_pause: Duration::from_millis(1),
        longest_wait: Duration::from_secs(60),
        ..Settings::new(Network::Any, Arc::new(noon))
    };
    let adapter = Airalo {
        http: Client::new(settings).unwrap().for_adapter("airalo", 10_000),
        tokens: Default::default(),
    };
    let account = Account {
        provider: ProviderId(uuid::Uuid::from_u128(1)),
        endpoint: provider.server.url(),
        api_key: CLIENT_SECRET.to_owned().into(),
        credentials: [("client_id".to_owned(), CLIENT_ID.to_owned().into())].into(),
    };
    Setup {
        provider,
        adapter,
        account,
    }
}

fn purchase(sku: &str) -> Purchase {
    Purchase {
        reference: "0193-unit-1".into(),
        sku: sku.into(),
        expected_cost: None,
        callback_url: None,
    }
}

fn sent<T>(order: T) -> Sent<T> {
    Sent {
        order,
        sent_at: noon(),
        order_ref: None,
        known_orders: Vec::new(),
    }
}

fn esim(iccid: &str) -> EsimRef {
    EsimRef {
        iccid: iccid.into(),
        provider_ref: None,
        sim_ref: None,
    }
}

fn topup(iccid: &str, known_bundles: &[&str]) -> TopUp {
    TopUp {
        purchase: Purchase {
            reference: "0193-topup-1".into(),
            ..purchase(TOPUP_SKU)
        },
        esim: esim(iccid),
        known_bundles: known_bundles.iter().map(ToString::to_string).collect(),
    }
}

fn ready(delivery: Delivery) -> SuppliedEsim {
    match delivery {
        Delivery::Ready(esim) => *esim,
        Delivery::Pending { .. } => panic!("the delivery is pending"),
    }
}

impl Setup {
    async fn buy(&self) -> SuppliedEsim {
        let purchase = purchase(SKU);
        let delivery = self.adapter.order(&self.account, &purchase).await;
        ready(delivery.ok().unwrap())
    }
}
