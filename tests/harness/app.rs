//! A server under test, in this process, on a port of its own.

use super::{Client, statements};
use actix_web::dev::ServerHandle;
use platform::{
    Ctx,
    jobs::Worker,
    ports::{Ports, files::Files, mailer::Smtp, payments::PaymentGateway},
};
use server::{run, worker};
use std::{
    cell::RefCell,
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread,
};
use suppliers::{
    Simulator, Supplier,
    http::{Client as SupplierClient, Network, Settings},
    super_sim::SuperSim,
};
use testkit::{Given, TestDatabase, config};
use wire::{
    ApiClientId, Permission, PlanId,
    accounts::{api_clients::ApiClientMode, users::UserRole},
    integrations::providers::ProviderAdapter,
};

/// A running server with an empty database.
pub struct TestApp {
    /// The context of the server.
    pub ctx: Ctx,
    /// The provider simulator, which counts what was bought.
    pub supplier: Arc<Simulator>,
    pub database: Arc<TestDatabase>,
    address: SocketAddr,
    handle: ServerHandle,
    given: RefCell<Given>,
    worker: Worker,
}

impl TestApp {
    /// Starts a server with the default configuration.
    pub async fn start() -> Self {
        Self::with_env(&[]).await
    }

    /// Starts a server with additional environment variables.
    pub async fn with_env(more: &[(&str, &str)]) -> Self {
        Self::on(Arc::new(TestDatabase::migrated()), more, None)
    }

    /// Starts a server with this payment gateway.
    pub async fn with_gateway(gateway: Arc<dyn PaymentGateway>) -> Self {
        let database = Arc::new(TestDatabase::migrated());
        Self::on(database, &[], Some(gateway))
    }

    /// Starts another server on the same database.
    pub fn second_server(&self, more: &[(&str, &str)]) -> Self {
        Self::on(self.database.clone(), more, None)
    }

    fn on(
        database: Arc<TestDatabase>,
        more: &[(&str, &str)],
        gateway: Option<Arc<dyn PaymentGateway>>,
    ) -> Self {
        statements::install();
        let config = config(&database.url(), more);
        let supplier = Arc::new(Simulator::default());
        let known = supplier.clone();
        let super_sim = super_sim();
        let ports = Ports {
            mailer: Smtp::from_config(&config.mail).expect("a mail server or none"),
            payments: gateway.unwrap_or_else(|| gateways::from_config(&config).expect("a gateway")),
            suppliers: Arc::new(move |adapter| match adapter {
                ProviderAdapter::Simulator => Some(known.clone() as Arc<dyn Supplier>),
                ProviderAdapter::SuperSim => Some(super_sim.clone()),
                _ => None,
            }),
            files: Files::from_config(&config.files).expect("a store of files"),
        };
        let ctx = Ctx::new(config, ports).expect("a context");
        let (sender, receiver) = mpsc::channel();
        let served = ctx.clone();
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (server, address) =
                    run::http(served, "127.0.0.1:0", 2).expect("the server starts");
                sender
                    .send((address, server.handle()))
                    .expect("the test waits");
                server.await
            })
        });
        let (address, handle) = receiver.recv().expect("the server starts");
        let given = RefCell::new(Given::new(database.connect(), ctx.keys.clone()));
        Self {
            ctx,
            supplier,
            database,
            address,
            handle,
            given,
            worker: worker::worker(),
        }
    }

    /// Writes rows that the test needs.
    pub fn given<T>(&self, write: impl FnOnce(&mut Given) -> T) -> T {
        write(&mut self.given.borrow_mut())
    }

    /// Writes a plan that sells at this price in USD, with one eSIM in stock.
    pub fn stocked_plan(&self, price: &str) -> PlanId {
        self.given(|given| {
            let plan = given.plan(price);
            given.stock(plan);
            plan
        })
    }

    /// Returns the server's URL.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns an anonymous client.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address, None)
    }

    /// Returns a client that is signed in as a new user with this role.
    pub fn as_role(&self, role: UserRole) -> Client {
        let user = self.given(|given| given.user(role));
        self.as_user(user)
    }

    /// Returns a client that is signed in as a new administrator.
    pub fn as_admin(&self) -> Client {
        self.as_role(UserRole::Admin)
    }

    /// Returns a client that is signed in as this user.
    pub fn as_user(&self, user: wire::UserId) -> Client {
        let session = self.given(|given| given.session(user));
        let token = self
            .ctx
            .tokens
            .issue(user, session, 0, self.ctx.clock.now())
            .expect("a token");
        Client::new(self.address, Some((user, token)))
    }

    /// Returns a client that sends this API key.
    pub fn with_key(&self, key: &str) -> Client {
        let shown = format!("Bearer {key}");
        self.anonymous().with("authorization", &shown)
    }

    /// Creates a live API client with these scopes; returns its id and a client with its key.
    pub fn as_client(&self, scopes: &[Permission]) -> (ApiClientId, Client) {
        let (id, key) = self.given(|given| given.api_client(ApiClientMode::Live, scopes));
        (id, self.with_key(&key))
    }

    /// Runs every due job and returns their number.
    pub async fn run_jobs(&self) -> usize {
        self.worker.drain(&self.ctx).await
    }

    /// Makes every queued job due and runs it, with the jobs that follow; returns their number.
    pub async fn run_all_jobs(&self) -> usize {
        let mut done = 0;
        for _ in 0..20 {
            self.make_jobs_due();
            match self.run_jobs().await {
                0 => break,
                some => done += some,
            }
        }
        done
    }

    /// Makes every queued job due now, except the expiry of orders.
    pub fn make_jobs_due(&self) {
        use diesel::RunQueryDsl;
        let forward =
            "UPDATE jobs SET run_at = now() WHERE status = 'queued' AND kind <> 'orders.expire'";
        self.given(|given| {
            diesel::sql_query(forward)
                .execute(given.conn())
                .expect("jobs are brought forward")
        });
    }

    /// Runs a statement, for a state that no request can cause.
    pub fn execute(&self, statement: &str) {
        use diesel::RunQueryDsl;
        self.given(|given| {
            diesel::sql_query(statement)
                .execute(given.conn())
                .expect("the statement runs")
        });
    }

    /// Returns the number that a query selects as `count`.
    pub fn count(&self, query: &str) -> i64 {
        use diesel::{QueryableByName, RunQueryDsl, sql_types::BigInt};
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        self.given(|given| {
            diesel::sql_query(query)
                .get_result::<Count>(given.conn())
                .expect("the query runs")
                .count
        })
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// Returns the adapter of Super SIM, which may call stand-ins on this computer.
fn super_sim() -> Arc<dyn Supplier> {
    let settings = Settings::new(Network::Any, Arc::new(chrono::Utc::now));
    let client = SupplierClient::new(settings).expect("a client");
    Arc::new(SuperSim::new(&client))
}
