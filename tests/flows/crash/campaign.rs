//! A shop that sells all the time, on a PostgreSQL and a server that are killed.

use super::{
    books,
    buyers::{Bought, Crowd, Readers, keyed},
    outage::Killable,
};
use crate::{
    catalog::promotions::with,
    harness::{Client, ServerProcess, drill::say, keys},
};
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use serde_json::json;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use testkit::Given;
use uuid::Uuid;
use wire::{PlanId, UserId, accounts::users::UserRole};

/// Within which everything comes to rest, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(150);
/// Customers at once.
const CUSTOMERS: usize = 4;
/// Uses that the promotion FEW has.
pub const FEW: i64 = 40;

/// What the customers know.
pub struct Shop {
    pub admin: Client,
    /// One that is in stock, and one that a provider has.
    pub plans: [PlanId; 2],
    pub customers: Vec<UserId>,
}

/// The whole of it.
pub struct Campaign {
    pub shop: Arc<Shop>,
    /// What the provider and the gateway have noted themselves.
    pub journals: Journals,
    pub url: String,
    database: Arc<Mutex<Killable>>,
    /// Orders that were placed to see whether it can be written again.
    written: Vec<String>,
    server: ServerProcess,
}

/// Files in which the outside world keeps its own books.
pub struct Journals {
    pub provider: PathBuf,
    pub gateway: PathBuf,
}

impl Campaign {
    /// With so many eSIMs in stock.
    pub async fn begin(stock: usize) -> Self {
        let database = Killable::start();
        let url = database.url.clone();
        platform::migrations::run(&url).expect("the migrations run");
        let conn = PgConnection::establish(&url).expect("PostgreSQL answers");
        let mut given = Given::new(conn, keys(&url));
        let quickly = sql_query("SET synchronous_commit = off");
        quickly.execute(given.conn()).expect("it is set");
        // One administrator requests and approves every refund of the campaign.
        let limit = sql_query(
            r#"UPDATE system_settings SET value = '{"USD":"1000000.00"}' WHERE key = 'refunds.four_eyes_above'"#,
        );
        assert_eq!(limit.execute(given.conn()).expect("the limit is raised"), 1);
        let plans = [given.plan("9.90"), given.plan("12.50")];
        let provider = given.provider("Simulated", 1);
        for (plan, sku) in plans.into_iter().zip(["eu-5gb", "eu-10gb"]) {
            given.offer(plan, provider, sku);
        }
        for _ in 0..stock {
            given.stock(plans[0]);
        }
        let customers = (0..CUSTOMERS).map(|_| given.user(UserRole::Customer));
        let customers = customers.collect();
        let (server, journals) = serve(&url).await;
        let admin = server.sign_in(&mut given, UserRole::Admin);
        promote(&admin).await;
        let shop = Shop {
            admin,
            plans,
            customers,
        };
        Self {
            shop: Arc::new(shop),
            journals,
            url,
            database: Arc::new(Mutex::new(database)),
            written: Vec::new(),
            server,
        }
    }

    pub fn server(&mut self) -> &mut ServerProcess {
        &mut self.server
    }
    pub fn buyers(&self) -> Crowd {
        Crowd::of(&self.shop)
    }
    pub fn readers(&self) -> Readers {
        Readers::of(&self.shop)
    }

    /// Any time up to so many milliseconds.
    pub async fn a_while(&self, at_most: u64) {
        let chance = u64::from_le_bytes(Uuid::new_v4().as_bytes()[8..].try_into().expect("eight"));
        tokio::time::sleep(Duration::from_millis(50 + chance % at_most)).await;
    }

    /// Kills PostgreSQL and starts it again when somebody has noticed; how long it took from then until something could
    /// be written.
    pub async fn kill_the_database(&mut self, readers: &Readers) -> Duration {
        let killed = self.turn_the_database().await;
        let refused = readers.refused();
        while readers.refused() == refused {
            assert!(killed.elapsed() < Duration::from_secs(60), "nobody notices");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let revived = self.turn_the_database().await;
        let wish = json!({ "user_id": self.shop.customers[0], "plan_id": self.shop.plans[1] });
        let admin = keyed(&self.shop.admin);
        loop {
            let answer = admin.try_post("/v1/orders", wish.clone()).await;
            if let Some(answer) = answer.filter(|answer| answer.status == 201) {
                let id = answer.json()["id"].as_str().expect("an id").to_owned();
                self.written.push(id);
                return revived.elapsed();
            }
            assert!(revived.elapsed() < Duration::from_secs(60), "it stays away");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn turn_the_database(&self) -> Instant {
        let database = self.database.clone();
        let turning = move || database.lock().expect("nobody else").turn();
        actix_web::web::block(turning).await.expect("it is done")
    }

    /// Waits until nothing is half done, without helping; how long it took until all was clear but for requests in
    /// doubt, and until what follows from those was done, too.
    pub async fn rest(&self, since: Instant) -> (Duration, Duration) {
        let mut clear = None;
        loop {
            let open = books::half_done(&mut self.conn());
            if books::is_in_doubt(&open) {
                clear.get_or_insert(since.elapsed());
            }
            if open.is_empty() {
                return (clear.unwrap_or_default(), since.elapsed());
            }
            assert!(since.elapsed() < PATIENCE, "still half done: {open:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub fn conn(&self) -> PgConnection {
        PgConnection::establish(&self.url).expect("PostgreSQL answers")
    }

    /// Holds every book against every other.
    pub async fn check(&mut self, mut bought: Bought) {
        let conn = &mut self.conn();
        bought.orders.append(&mut self.written);
        books::orders(conn, &bought);
        books::deliveries(conn, &self.journals);
        books::money(conn, &self.journals, &self.shop.admin).await;
        books::record(conn);
        books::chain(&self.url);
        say(
            "every book says the same: 0 lost, 0 doubled, 0 half done, a difference of 0.00, every act on record once",
        );
    }
}

impl Drop for Journals {
    fn drop(&mut self) {
        for file in [&self.provider, &self.gateway] {
            let _ = std::fs::remove_file(file);
        }
    }
}

async fn serve(url: &str) -> (ServerProcess, Journals) {
    let file =
        |what: &str| std::env::temp_dir().join(format!("{what}-{}", Uuid::now_v7().simple()));
    let journals = Journals {
        provider: file("provider"),
        gateway: file("gateway"),
    };
    let environment = [
        ("PAYMENT_SIMULATOR", "succeed"),
        (
            "PROVIDER_SIMULATOR_JOURNAL",
            journals.provider.to_str().expect("a path"),
        ),
        (
            "PAYMENT_SIMULATOR_JOURNAL",
            journals.gateway.to_str().expect("a path"),
        ),
    ];
    (ServerProcess::start(url, &environment).await, journals)
}

/// A tenth off for everybody, and a quarter for the first few.
async fn promote(admin: &Client) {
    let end = wire::Param::show(&(chrono::Utc::now() + chrono::TimeDelta::days(30)));
    let promotion =
        json!({ "discount_type": "percentage", "discount_value": "10.00", "valid_to": end });
    for (code, change) in [
        ("TENTH", json!({})),
        ("FEW", json!({ "discount_value": "25.00", "max_uses": FEW })),
    ] {
        let new = with(with(promotion.clone(), json!({ "code": code })), change);
        admin.post("/v1/promotions", new).await.expect(201);
    }
}
