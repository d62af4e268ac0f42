//! The HTTP client of all adapters.
//!
//! It limits the calls of each account, refuses addresses that are not on the public internet, follows no redirects, and
//! repeats a call only if the adapter states that a repetition is safe. Its errors distinguish a request that was not sent
//! from one whose outcome is unknown.

mod address;
mod budget;
mod call;
mod observe;
mod reply;
mod retry_after;
#[cfg(test)]
mod tests;

pub use address::{InvalidEndpoint, Network, check_endpoint};
pub use call::{Call, CallError};
pub use observe::{CallOutcome, CallRecord, NoObserver, Observer};
pub use reply::Reply;

use crate::Account;
use address::PublicResolver;
use budget::Budgets;
use chrono::{DateTime, Utc};
use reqwest::{Certificate, Method, redirect, retry};
use std::{sync::Arc, time::Duration};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// Returns the current time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How the client behaves.
#[derive(Clone)]
pub struct Settings {
    /// The hosts that may be called.
    pub network: Network,
    /// The time for the name resolution, the connection and the TLS handshake.
    pub connect_timeout: Duration,
    /// The time for a call with its repetitions.
    pub timeout: Duration,
    /// The number of calls of an account that may run at the same time.
    pub concurrent_calls: usize,
    /// The time that a call may wait for the limits of its account.
    pub longest_wait: Duration,
    /// The pause before the first repetition; the pause before the second one is twice as long.
    pub repeat_pause: Duration,
    /// Receives every call, for the metrics.
    pub observer: Arc<dyn Observer>,
    /// Returns the current time.
    pub clock: Clock,
}

impl Settings {
    /// Creates the settings of a server.
    pub fn new(network: Network, clock: Clock) -> Self {
        Self {
            network,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
            concurrent_calls: 4,
            longest_wait: Duration::from_secs(5),
            repeat_pause: Duration::from_millis(250),
            observer: Arc::new(NoObserver),
            clock,
        }
    }
}

/// The HTTP client, shared by all adapters of a process.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    http: reqwest::Client,
    settings: Settings,
    budgets: Budgets,
}

impl Client {
    /// Creates the client.
    pub fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        let roots = TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|root| Certificate::from_der(root).ok());
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("esim-admin/", env!("CARGO_PKG_VERSION")))
            .tls_certs_only(roots)
            .connect_timeout(settings.connect_timeout)
            // A connection that is used after a long pause is often closed, and the outcome of its call is unknown.
            .pool_idle_timeout(Duration::from_secs(15))
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            // A proxy would resolve the names, and the addresses would not be checked.
            .no_proxy();
        if settings.network == Network::Public {
            http = http.https_only(true).dns_resolver(PublicResolver);
        }
        Ok(Self(Arc::new(Shared {
            http: http.build()?,
            budgets: Budgets::new(settings.concurrent_calls),
            settings,
        })))
    }

    /// Returns the current time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0.settings.clock)()
    }

    /// Returns the client for an adapter whose provider accepts a number of calls per second from an account.
    pub fn for_adapter(&self, adapter: &'static str, calls_per_second: u32) -> AdapterClient {
        AdapterClient {
            client: self.clone(),
            adapter,
            calls_per_second,
        }
    }
}

/// The HTTP client of one adapter. The path of a call is given as segments, which are encoded.
#[derive(Clone)]
pub struct AdapterClient {
    client: Client,
    adapter: &'static str,
    calls_per_second: u32,
}

impl AdapterClient {
    /// Returns the current time.
    pub fn now(&self) -> DateTime<Utc> {
        self.client.now()
    }

    /// Creates a call that changes nothing at the provider and may be repeated.
    pub fn get<'a>(
        &'a self,
        account: &'a Account,
        operation: &'static str,
        path: &[&str],
    ) -> Call<'a> {
        self.call(account, operation, Method::GET, path)
            .repeatable()
    }

    /// Creates a call that is sent once.
    pub fn post<'a>(
        &'a self,
        account: &'a Account,
        operation: &'static str,
        path: &[&str],
    ) -> Call<'a> {
        self.call(account, operation, Method::POST, path)
    }

    /// Creates a call with any method that is sent once.
    pub fn call<'a>(
        &'a self,
        account: &'a Account,
        operation: &'static str,
        method: Method,
        path: &[&str],
    ) -> Call<'a> {
        Call::new(self, account, operation, method, path)
    }
}
