//! Buyers who order continuously and retry until they get an answer.

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

/// The pause between a customer's purchases.
const PAUSE: Duration = Duration::from_millis(300);
/// After this many orders, a buyer requests a refund of an earlier one.
const REFUND_EVERY: usize = 5;

/// The answers to all buyers.
#[derive(Default)]
pub struct Results {
    /// Orders that were acknowledged.
    pub orders: Vec<String>,
    /// Refunds that were acknowledged.
    pub refunds: Vec<String>,
    /// Orders whose promotion was used up.
    pub too_late: usize,
    /// Responses with status 503.
    pub turned_away: usize,
    /// Requests without a response.
    pub unanswered: usize,
}

/// Concurrent buyers.
pub struct Buyers {
    stop: Arc<AtomicBool>,
    customers: Vec<JoinHandle<Results>>,
}

impl Buyers {
    pub fn of(shop: &Arc<Shop>) -> Self {
        let stop: Arc<AtomicBool> = Arc::default();
        let customers = (0..shop.customers.len()).map(|number| {
            let buyer = Buyer {
                shop: shop.clone(),
                number,
                results: Results::default(),
            };
            actix_web::rt::spawn(buyer.buy(stop.clone()))
        });
        Self {
            customers: customers.collect(),
            stop,
        }
    }

    /// Stops new purchases.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Waits for the last answers and returns the results.
    pub async fn end(self) -> Results {
        self.stop();
        let mut all = Results::default();
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
    results: Results,
}

impl Buyer {
    async fn buy(mut self, stop: Arc<AtomicBool>) -> Results {
        let mut earlier = VecDeque::new();
        let mut turn = self.number;
        while !stop.load(Ordering::Relaxed) {
            turn += 1;
            if let Some(order) = self
                .send_until_answered("/v1/orders", self.order_body(turn))
                .await
            {
                let id = order["id"].as_str().expect("an id").to_owned();
                earlier.push_back(id.clone());
                self.results.orders.push(id);
            }
            if turn.is_multiple_of(REFUND_EVERY) && earlier.len() > REFUND_EVERY {
                let id = earlier.pop_front().expect("an earlier one");
                self.request_refund(&id, turn).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.results
    }

    /// Returns an order body: from stock or from the provider in turns, one or two units, sometimes with a promotion.
    fn order_body(&self, turn: usize) -> Value {
        let plan = self.shop.plans[turn % 2];
        let user = self.shop.customers[self.number];
        let mut body = json!({ "user_id": user, "plan_id": plan, "quantity": 1 + turn / 2 % 2 });
        match turn % 6 {
            0 => body["promo_code"] = json!("TENTH"),
            3 => body["promo_code"] = json!("FEW"),
            _ => {}
        }
        body
    }

    /// Requests a partial or full refund of a delivered order.
    async fn request_refund(&mut self, order: &str, turn: usize) {
        let client = self.shop.admin.clone();
        let read = client.try_get(&format!("/v1/orders/{order}")).await;
        if !self.is_answer(&read) || read.is_none_or(|read| read.json()["status"] != "fulfilled") {
            return;
        }
        let list = format!("/v1/transactions?order_id={order}");
        let payments = client.try_get(&list).await;
        if !self.is_answer(&payments) {
            return;
        }
        let payment = payments.expect("answered").json()["data"][0]["id"].clone();
        let mut body = json!({ "transaction_id": payment, "reason_code": "goodwill" });
        if turn.is_multiple_of(2) {
            body["amount"] = json!("1.00");
        }
        if let Some(refund) = self.send_until_answered("/v1/refunds", body).await {
            let id = refund["id"].as_str().expect("an id").to_owned();
            self.results.refunds.push(id);
        }
    }

    /// Repeats a request with one idempotency key until it gets a final answer, as a careful client does.
    async fn send_until_answered(&mut self, path: &str, body: Value) -> Option<Value> {
        let client = keyed(&self.shop.admin);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(120) {
            let answer = client.try_post(path, body.clone()).await;
            if self.is_answer(&answer) {
                let answer = answer.expect("answered");
                match (answer.status, answer.json()["code"].as_str()) {
                    (201, _) => return Some(answer.json()),
                    (409, Some("still_running")) => {}
                    (409, Some("promotion_gone")) => {
                        self.results.too_late += 1;
                        return None;
                    }
                    (status, _) => panic!("{status} to {body}: {}", answer.text()),
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{body} was never answered");
    }

    /// Counts a missing response or a 503, and returns whether the response is an answer.
    fn is_answer(&mut self, answer: &Option<Answer>) -> bool {
        let status = answer.as_ref().map(|answer| answer.status);
        self.results.unanswered += usize::from(status.is_none());
        self.results.turned_away += usize::from(status == Some(503));
        !matches!(status, None | Some(503))
    }
}

/// Returns the client with a new idempotency key.
pub fn keyed(client: &Client) -> Client {
    client.with("idempotency-key", &Uuid::new_v4().to_string())
}

/// Concurrent readers, who expect a response at any time.
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

    /// Returns the number of 503 responses so far.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// Stops the readers. Returns the number of responses, the number of 503s among them, and the longest time.
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
