//! The adapter against its stand-in.

mod catalog;
mod esims;
mod faults;
mod orders;
mod topups;
mod webhooks;

use super::EsimGo;
use crate::{
    Account, Cost, Delivery, EsimRef, Purchase, Sent, SuppliedEsim, Supplier, TopUp,
    http::{Client, Network, Settings},
    stand_in::esim_go::{self as stand_in, API_KEY, SKU},
};
use chrono::{DateTime, Utc};
use std::{sync::Arc, time::Duration};
use wire::{Currency, ProviderId};

fn noon() -> DateTime<Utc> {
    "2026-11-29T12:00:00Z".parse().unwrap()
}

struct Setup {
    provider: stand_in::EsimGo,
    adapter: EsimGo,
    account: Account,
}

async fn setup() -> Setup {
    with_timeout(Duration::from_secs(20)).await
}

async fn with_timeout(timeout: Duration) -> Setup {
    let provider = stand_in::EsimGo::start().await.unwrap();
    let settings = Settings {
        timeout,
        repeat_pause: Duration::from_millis(1),
        longest_wait: Duration::from_secs(60),
        ..Settings::new(Network::Any, Arc::new(noon))
    };
    let adapter = EsimGo {
        http: Client::new(settings)
            .unwrap()
            .for_adapter("esim_go", 10_000),
    };
    let account = Account {
        provider: ProviderId(uuid::Uuid::from_u128(1)),
        endpoint: provider.server.url(),
        api_key: API_KEY.to_owned().into(),
        credentials: Default::default(),
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
        expected_cost: Some(Cost {
            amount: "2.28".parse().unwrap(),
            currency: Currency::Usd,
        }),
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
            ..purchase(SKU)
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

    async fn find(&self, sent: &Sent<Purchase>) -> Option<Delivery> {
        let found = self.adapter.find_order(&self.account, sent).await;
        found.ok().unwrap()
    }
}
