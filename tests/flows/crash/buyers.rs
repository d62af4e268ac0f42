//! Customers who buy all the time, and do not give up until they are answered.

use super::campaign::Shop;
use crate::harness::{Answer, Client};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Between a customer's purchases.
const PAUSE: Duration = Duration::from_millis(300);
/// Every so many orders, one of the earlier ones is given back.
const REGRET: usize = 5;

/// What the customers were told, all of them together.
#[derive(Default)]
pub struct Bought {
    /// Orders that were acknowledged.
    pub orders: Vec<String>,
    /// Refunds that were acknowledged.
    pub refunds: Vec<String>,
    /// Promotions that were used up by then.
    pub too_late: usize,
    /// How often they were told to come back.
    pub turned_away: usize,
    /// How often nobody was there.
    pub unanswered: usize,
}

/// The crowd.
pub struct Crowd {
    stop: Arc<AtomicBool>,
    customers: Vec<JoinHandle<Bought>>,
}

impl Crowd {
    pub fn of(shop: &Arc<Shop>) -> Self {
        let stop: Arc<AtomicBool> = Arc::default();
        let customers = (0..shop.customers.len()).map(|number| {
            let buyer = Buyer {
                shop: shop.clone(),
                number,
                bought: Bought::default(),
            };
            actix_web::rt::spawn(buyer.buy(stop.clone()))
        });
        Self {
            customers: customers.collect(),
            stop,
        }
    }

    /// Nobody begins anything new.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// What they were told, once the last of them has got an answer.
    pub async fn end(self) -> Bought {
        self.stop();
        let mut all = Bought::default();
        for customer in self.customers {
            let one = customer.await.expect("a customer is answered in the end");
            all.orders.extend(one.orders);
            all.refunds.extend(one.refunds);
            all.too_late += one.too_late;
            all.turned_away += one.turned_away;
            all.unanswered += one.unanswered;
        }
        all
    }
}

struct Buyer {
    shop: Arc<Shop>,
    number: usize,
    bought: Bought,
}

impl Buyer {
    async fn buy(mut self, stop: Arc<AtomicBool>) -> Bought {
        let mut earlier = VecDeque::new();
        let mut turn = self.number;
        while !stop.load(Ordering::Relaxed) {
            turn += 1;
            if let Some(order) = self.insist("/v1/orders", self.wish(turn)).await {
                let id = order["id"].as_str().expect("an id").to_owned();
                earlier.push_back(id.clone());
                self.bought.orders.push(id);
            }
            if turn.is_multiple_of(REGRET) && earlier.len() > REGRET {
                let id = earlier.pop_front().expect("an earlier one");
                self.give_back(&id, turn).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.bought
    }

    /// From stock and from the provider in turns, one or two, with a promotion now and then.
    fn wish(&self, turn: usize) -> Value {
        let plan = self.shop.plans[turn % 2];
        let user = self.shop.customers[self.number];
        let mut wish = json!({ "user_id": user, "plan_id": plan, "quantity": 1 + turn / 2 % 2 });
        match turn % 6 {
            0 => wish["promo_code"] = json!("TENTH"),
            3 => wish["promo_code"] = json!("FEW"),
            _ => {}
        }
        wish
    }

    /// Some of what a delivered order cost, or all of it.
    async fn give_back(&mut self, order: &str, turn: usize) {
        let client = self.shop.admin.clone();
        let read = client.try_get(&format!("/v1/orders/{order}")).await;
        if !self.noted(&read) || read.is_none_or(|read| read.json()["status"] != "fulfilled") {
            return;
        }
        let list = format!("/v1/transactions?order_id={order}");
        let payments = client.try_get(&list).await;
        if !self.noted(&payments) {
            return;
        }
        let payment = payments.expect("answered").json()["data"][0]["id"].clone();
        let mut wish = json!({ "transaction_id": payment, "reason_code": "goodwill" });
        if turn.is_multiple_of(2) {
            wish["amount"] = json!("1.00");
        }
        if let Some(refund) = self.insist("/v1/refunds", wish).await {
            let id = refund["id"].as_str().expect("an id").to_owned();
            self.bought.refunds.push(id);
        }
    }

    /// Sends it again and again under one key until it is answered for good, as a careful shop front does.
    async fn insist(&mut self, path: &str, wish: Value) -> Option<Value> {
        let client = keyed(&self.shop.admin);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(120) {
            let answer = client.try_post(path, wish.clone()).await;
            if self.noted(&answer) {
                let answer = answer.expect("answered");
                match (answer.status, answer.json()["code"].as_str()) {
                    (201, _) => return Some(answer.json()),
                    (409, Some("still_running")) => {}
                    (409, Some("promotion_gone")) => {
                        self.bought.too_late += 1;
                        return None;
                    }
                    (status, _) => panic!("{status} to {wish}: {}", answer.text()),
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{wish} was never answered");
    }

    /// Whether it is an answer that says more than "come back later".
    fn noted(&mut self, answer: &Option<Answer>) -> bool {
        let status = answer.as_ref().map(|answer| answer.status);
        self.bought.unanswered += usize::from(status.is_none());
        self.bought.turned_away += usize::from(status == Some(503));
        !matches!(status, None | Some(503))
    }
}

/// The same, under a key for one request.
pub fn keyed(client: &Client) -> Client {
    client.with("idempotency-key", &Uuid::new_v4().to_string())
}

/// Somebody who only looks, and expects to be answered in any case.
pub struct Readers {
    stop: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    seen: Vec<JoinHandle<(usize, Duration)>>,
}

impl Readers {
    pub fn of(shop: &Arc<Shop>) -> Self {
        let (stop, refused): (Arc<AtomicBool>, Arc<AtomicUsize>) = Default::default();
        let look = || look(shop.clone(), stop.clone(), refused.clone());
        Self {
            seen: (0..4).map(|_| actix_web::rt::spawn(look())).collect(),
            stop,
            refused,
        }
    }

    /// How many answers so far were 503.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// How many answers there were, how many of them 503, and how long the longest took.
    pub async fn end(self) -> (usize, usize, Duration) {
        self.stop.store(true, Ordering::Relaxed);
        let (mut answers, mut longest) = (0, Duration::ZERO);
        for reader in self.seen {
            let (more, slowest) = reader.await.expect("only 200 and 503");
            (answers, longest) = (answers + more, longest.max(slowest));
        }
        (answers, self.refused.load(Ordering::Relaxed), longest)
    }
}

async fn look(
    shop: Arc<Shop>,
    stop: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
) -> (usize, Duration) {
    let (mut answers, mut longest) = (0, Duration::ZERO);
    let path = format!("/v1/plans/{}", shop.plans[0]);
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        let answer = shop
            .admin
            .try_get(&path)
            .await
            .expect("the server is there");
        longest = longest.max(began.elapsed());
        assert!([200, 503].contains(&answer.status), "{}", answer.text());
        answers += 1;
        refused.fetch_add(usize::from(answer.status == 503), Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (answers, longest)
}
