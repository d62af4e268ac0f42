//! Continuous sales on a PostgreSQL and a server that the test kills.

use super::{
    books,
    buyers::{Buyers, Readers, Results, keyed},
    outage::KillablePostgres,
};
use crate::{
    catalog::promotions::with,
    harness::{Client, ServerProcess, drill::print_finding, keys},
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

/// The time within which all work must finish, however busy the machine is.
const TIMEOUT: Duration = Duration::from_secs(150);
/// Concurrent customers.
const CUSTOMERS: usize = 4;
/// The limit of the promotion FEW.
pub const FEW: i64 = 40;

/// The data that buyers need.
pub struct Shop {
    pub admin: Client,
    /// A plan in stock, and a plan of a provider.
    pub plans: [PlanId; 2],
    pub customers: Vec<UserId>,
}

/// A shop, its server and its database.
pub struct Campaign {
    pub shop: Arc<Shop>,
    /// The journals of the provider and of the gateway.
    pub journals: Journals,
    pub url: String,
    database: Arc<Mutex<KillablePostgres>>,
    /// Orders that were placed to check that writes work again.
    written: Vec<String>,
    server: ServerProcess,
}

/// Files to which the simulated provider and gateway write their own journals.
pub struct Journals {
    pub provider: PathBuf,
    pub gateway: PathBuf,
}

impl Campaign {
    /// Starts a campaign with this many eSIMs in stock.
    pub async fn begin(stock: usize) -> Self {
        let database = KillablePostgres::start();
        let url = database.url.clone();
        platform::migrations::run(&url).expect("the migrations run");
        let conn = PgConnection::establish(&url).expect("PostgreSQL answers");
        let mut given = Given::new(conn, keys(&url));
        let quickly = sql_query("SET synchronous_commit = off");
        quickly.execute(given.conn()).expect("it is set");
        // One administrator requests and approves every refund of the campaign.
        given.raise_approval_limit();
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
    pub fn buyers(&self) -> Buyers {
        Buyers::of(&self.shop)
    }
    pub fn readers(&self) -> Readers {
        Readers::of(&self.shop)
    }

    /// Waits a random time up to this many milliseconds.
    pub async fn wait_random_time(&self, at_most: u64) {
        let random = u64::from_le_bytes(Uuid::new_v4().as_bytes()[8..].try_into().expect("eight"));
        tokio::time::sleep(Duration::from_millis(50 + random % at_most)).await;
    }

    /// Kills PostgreSQL and restarts it after a reader has seen a 503. Returns the time from the restart to the first
    /// successful write.
    pub async fn kill_and_restart_database(&mut self, readers: &Readers) -> Duration {
        let killed = self.switch_database().await;
        let refused = readers.refused();
        while readers.refused() == refused {
            assert!(
                killed.elapsed() < Duration::from_secs(60),
                "no reader notices"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let revived = self.switch_database().await;
        let body = json!({ "user_id": self.shop.customers[0], "plan_id": self.shop.plans[1] });
        let admin = keyed(&self.shop.admin);
        loop {
            let answer = admin.try_post("/v1/orders", body.clone()).await;
            if let Some(answer) = answer.filter(|answer| answer.status == 201) {
                let id = answer.json()["id"].as_str().expect("an id").to_owned();
                self.written.push(id);
                return revived.elapsed();
            }
            assert!(
                revived.elapsed() < Duration::from_secs(60),
                "PostgreSQL stays unavailable"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn switch_database(&self) -> Instant {
        let database = self.database.clone();
        let switching = move || database.lock().expect("no other thread").switch_state();
        actix_web::web::block(switching).await.expect("it is done")
    }

    /// Waits until no work is unfinished, without intervening. Returns the time until only requests in doubt were left,
    /// and the time until those were done, too.
    pub async fn wait_until_done(&self, since: Instant) -> (Duration, Duration) {
        let mut clear = None;
        loop {
            let open = books::unfinished_work(&mut self.conn());
            if books::is_in_doubt(&open) {
                clear.get_or_insert(since.elapsed());
            }
            if open.is_empty() {
                return (clear.unwrap_or_default(), since.elapsed());
            }
            assert!(since.elapsed() < TIMEOUT, "still unfinished: {open:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub fn conn(&self) -> PgConnection {
        PgConnection::establish(&self.url).expect("PostgreSQL answers")
    }

    /// Compares all books with each other.
    pub async fn check(&mut self, mut results: Results) {
        let conn = &mut self.conn();
        results.orders.append(&mut self.written);
        books::orders(conn, &results);
        books::deliveries(conn, &self.journals);
        books::money(conn, &self.journals, &self.shop.admin).await;
        books::record(conn);
        books::chain(&self.url);
        print_finding(
            "all books agree: 0 lost, 0 duplicated, 0 unfinished, a difference of 0.00, every action audited once",
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

/// Creates a promotion of 10 % for all customers, and one of 25 % for the first ones.
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
