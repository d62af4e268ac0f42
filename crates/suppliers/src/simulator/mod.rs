//! A simulated provider. It is deterministic: the same order always returns the same eSIM. Prefixes of the SKU force failures
//! of real providers; `docs/adapters.md` and the README of `integrations` list them.

mod journal;
mod package;
mod webhook;

pub use webhook::SIGNATURE_HEADER;

use crate::{
    Account, Balance, CancelReason, Cancellation, Capabilities, CatalogItem, CatalogPage, Change,
    DataUnit, Delivery, EsimPage, EsimRef, EsimState, Purchase, Refusal, Response, Sent,
    SuppliedEsim, SuppliedTopUp, Supplier, SupplierError, TopUp, TopUpDelivery, UsageReading,
    Webhook, WebhookError, WebhookRequest,
};
use chrono::{TimeDelta, Utc};
use journal::{Entry, Journal, Order, Service};
use package::Scenario;
use std::{
    collections::HashMap,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use wire::{
    Currency, Money,
    esims::inventory::{EsimStatus, ProfileState},
};

/// The usual response time.
const USUAL: Duration = Duration::from_millis(50);
/// The response time of a `slow-` SKU.
const SLOW: Duration = Duration::from_secs(2);
/// When to ask again about an order that is delivered later.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// The number of packages on a page of the catalog.
const PAGE: usize = 20;

/// The simulated provider. It stores purchases by our reference, like a real provider. With a journal, the purchases outlive
/// the process, and several processes share them.
#[derive(Debug)]
pub struct Simulator {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    journal: Journal,
    lookups: HashMap<String, u32>,
    fault: Option<Fault>,
    balance: Balance,
    catalog: Vec<CatalogItem>,
}

/// A failure of every call, until it is replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The error of the calls.
    pub error: SupplierError,
    /// Whether the provider registers an order nevertheless.
    pub is_registered: bool,
    /// The time before the error.
    pub delay: Duration,
}

impl Default for Simulator {
    fn default() -> Self {
        Self::with(Journal::default())
    }
}

impl Simulator {
    /// Creates a simulator with the purchases of a journal, a file with one entry per line.
    pub fn with_journal(path: &str) -> io::Result<Self> {
        Journal::open(path).map(Self::with)
    }

    fn with(journal: Journal) -> Self {
        Self {
            state: Mutex::new(State {
                journal,
                lookups: HashMap::new(),
                fault: None,
                balance: Balance {
                    amount: Money::from(1_000),
                    currency: Currency::Usd,
                },
                catalog: package::catalog(),
            }),
        }
    }

    /// Returns the number of purchases by reference: more than one is a double charge.
    pub fn purchases(&self) -> HashMap<String, u32> {
        self.lock().journal.purchases.clone()
    }

    /// Registers an order as if its request had arrived late.
    pub fn register(&self, reference: &str, sku: &str) -> io::Result<()> {
        self.write(&Entry::Order(Order::new(reference, sku, None, Utc::now())))
    }

    /// Sets the used data of an eSIM. From then on it does not grow by itself.
    pub fn set_usage(&self, iccid: &str, bytes: i64) -> io::Result<()> {
        self.write(&Entry::Usage(iccid.to_owned(), bytes))
    }

    /// Sets the state of the profile of an eSIM.
    pub fn set_profile_state(&self, iccid: &str, state: ProfileState) -> io::Result<()> {
        self.write(&Entry::Profile(iccid.to_owned(), state))
    }

    /// Makes every call fail, or none.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.lock().fault = fault;
    }

    /// Sets the prepaid balance.
    pub fn set_balance(&self, balance: Balance) {
        self.lock().balance = balance;
    }

    /// Sets the packages of the catalog.
    pub fn set_catalog(&self, items: Vec<CatalogItem>) {
        self.lock().catalog = items;
    }

    /// Returns the status of the service of an eSIM; `None` for an eSIM that the simulator does not know.
    pub fn status(&self, iccid: &str) -> Option<EsimStatus> {
        let state = self.lock();
        let line = state.journal.lines.get(iccid)?;
        Some(line.service.status())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, entry: &Entry) -> io::Result<()> {
        self.lock().journal.write(entry)
    }

    /// Writes an entry within a call.
    fn record(&self, entry: &Entry) -> Result<(), SupplierError> {
        self.write(entry)
            .map_err(|cause| SupplierError::unknown(cause.to_string()))
    }

    /// Reads what other processes have written, waits the response time, and fails with the fault that is set.
    async fn respond(&self, delay: Duration) -> Result<(), SupplierError> {
        let fault = {
            let mut state = self.lock();
            let read = state.journal.refresh();
            read.map_err(|cause| SupplierError::unknown(cause.to_string()))?;
            state.fault.clone()
        };
        let Some(fault) = fault else {
            tokio::time::sleep(delay).await;
            return Ok(());
        };
        tokio::time::sleep(fault.delay).await;
        Err(fault.error)
    }

    async fn buy(
        &self,
        purchase: &Purchase,
        topup: Option<&EsimRef>,
    ) -> Result<Scenario, SupplierError> {
        let scenario = Scenario::from_sku(&purchase.sku);
        let is_registered = match &self.lock().fault {
            Some(fault) => fault.is_registered,
            None => scenario.is_purchased(),
        };
        if is_registered {
            let iccid = topup.map(|esim| esim.iccid.as_str());
            let order = Order::new(&purchase.reference, &purchase.sku, iccid, Utc::now());
            self.record(&Entry::Order(order))?;
        }
        self.respond(if scenario == Scenario::Slow {
            SLOW
        } else {
            USUAL
        })
        .await?;
        match scenario {
            Scenario::Reject => Err(SupplierError::refused(Refusal::OutOfStock, "out of stock")),
            Scenario::Timeout | Scenario::Lost => Err(SupplierError::unknown("no answer in time")),
            _ => Ok(scenario),
        }
    }

    /// Counts a lookup of an order, and returns the number of lookups.
    fn count_lookup(&self, reference: &str) -> u32 {
        let mut state = self.lock();
        let times = state.lookups.entry(reference.to_owned()).or_default();
        *times = times.saturating_add(1);
        *times
    }

    /// Returns whether an order is known. An order that is delivered later is ready from the second lookup on.
    async fn find(&self, purchase: &Purchase) -> Result<Option<bool>, SupplierError> {
        self.respond(USUAL).await?;
        if !self
            .lock()
            .journal
            .purchases
            .contains_key(&purchase.reference)
        {
            return Ok(None);
        }
        let is_late = Scenario::from_sku(&purchase.sku) == Scenario::Pending;
        Ok(Some(!is_late || self.count_lookup(&purchase.reference) > 1))
    }

    async fn change(&self, esim: &EsimRef, to: Service) -> Result<(), SupplierError> {
        self.respond(USUAL).await?;
        let known = self
            .lock()
            .journal
            .lines
            .get(&esim.iccid)
            .map(|line| line.service);
        if known == Some(Service::Cancelled) {
            return Err(SupplierError::refused(
                Refusal::Recycled,
                "the eSIM was cancelled",
            ));
        }
        self.record(&Entry::Service(esim.iccid.clone(), to))
    }
}

impl Supplier for Simulator {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            api_key_label: "API key",
            credentials: &[],
            default_endpoint: "https://simulator.invalid",
            top_up: true,
            catalog: true,
            usage: true,
            profile_state: true,
            suspend: true,
            cancel: true,
            balance: true,
            esim_list: true,
            webhooks: true,
            resend_is_safe: false,
            one_order_per_sku: false,
            one_order_per_account: false,
            registration_time: TimeDelta::seconds(10),
            usage_age: TimeDelta::zero(),
            calls_per_second: 100,
            data_unit: DataUnit::Decimal,
        }
    }

    fn test_connection<'a>(&'a self, _: &'a Account) -> Response<'a, ()> {
        Box::pin(self.respond(USUAL))
    }

    fn order<'a>(&'a self, _: &'a Account, purchase: &'a Purchase) -> Response<'a, Delivery> {
        Box::pin(async move {
            let scenario = self.buy(purchase, None).await?;
            Ok(delivery(purchase, scenario, scenario != Scenario::Pending))
        })
    }

    fn find_order<'a>(
        &'a self,
        _: &'a Account,
        sent: &'a Sent<Purchase>,
    ) -> Response<'a, Option<Delivery>> {
        Box::pin(async move {
            let purchase = &sent.order;
            let found = self.find(purchase).await?;
            let scenario = Scenario::from_sku(&purchase.sku);
            Ok(found.map(|is_ready| delivery(purchase, scenario, is_ready)))
        })
    }

    fn top_up<'a>(&'a self, _: &'a Account, topup: &'a TopUp) -> Response<'a, TopUpDelivery> {
        Box::pin(async move {
            let scenario = self.buy(&topup.purchase, Some(&topup.esim)).await?;
            let is_ready = scenario != Scenario::Pending;
            let is_running = scenario != Scenario::Deferred;
            Ok(added(&topup.purchase, scenario, is_ready, is_running))
        })
    }

    fn find_top_up<'a>(
        &'a self,
        _: &'a Account,
        sent: &'a Sent<TopUp>,
    ) -> Response<'a, Option<TopUpDelivery>> {
        Box::pin(async move {
            let purchase = &sent.order.purchase;
            let found = self.find(purchase).await?;
            let scenario = Scenario::from_sku(&purchase.sku);
            Ok(found.map(|is_ready| {
                let is_running =
                    scenario != Scenario::Deferred || self.count_lookup(&purchase.reference) > 1;
                added(purchase, scenario, is_ready, is_running)
            }))
        })
    }

    fn catalog<'a>(&'a self, _: &'a Account, page: Option<&'a str>) -> Response<'a, CatalogPage> {
        Box::pin(async move {
            self.respond(USUAL).await?;
            let start = page.map_or(Ok(0), str::parse::<usize>).map_err(|_| {
                SupplierError::refused(Refusal::BadRequest, "there is no such page")
            })?;
            let state = self.lock();
            let items: Vec<_> = state
                .catalog
                .iter()
                .skip(start)
                .take(PAGE)
                .cloned()
                .collect();
            let end = start.saturating_add(items.len());
            let next = (end < state.catalog.len()).then(|| end.to_string());
            Ok(CatalogPage { items, next })
        })
    }

    fn usage<'a>(
        &'a self,
        _: &'a Account,
        esims: &'a [EsimRef],
    ) -> Response<'a, Vec<UsageReading>> {
        Box::pin(async move {
            self.respond(USUAL).await?;
            let (state, now) = (self.lock(), Utc::now());
            let known = |esim: &EsimRef| {
                let line = state.journal.lines.get(&esim.iccid)?;
                Some(line.readings(esim, now))
            };
            Ok(esims.iter().filter_map(known).flatten().collect())
        })
    }

    fn state<'a>(&'a self, _: &'a Account, esim: &'a EsimRef) -> Response<'a, EsimState> {
        Box::pin(async move {
            self.respond(USUAL).await?;
            let state = self.lock();
            let line = state.journal.lines.get(&esim.iccid);
            let line = line.ok_or_else(|| {
                SupplierError::refused(Refusal::UnknownEsim, "the ICCID is not known")
            })?;
            Ok(line.state(Utc::now()))
        })
    }

    fn list_esims<'a>(&'a self, _: &'a Account, page: Option<&'a str>) -> Response<'a, EsimPage> {
        Box::pin(async move {
            self.respond(USUAL).await?;
            let state = self.lock();
            let mut listed = state.journal.listed(Utc::now());
            // The mark is the last ICCID of the page before.
            listed.retain(|item| page.is_none_or(|last| item.esim.iccid.as_str() > last));
            let is_last = listed.len() <= PAGE;
            listed.truncate(PAGE);
            let last = listed.last().map(|item| item.esim.iccid.clone());
            Ok(EsimPage {
                items: listed,
                next: last.filter(|_| !is_last),
            })
        })
    }

    fn suspend<'a>(&'a self, _: &'a Account, esim: &'a EsimRef) -> Response<'a, Change> {
        Box::pin(async move {
            self.change(esim, Service::Suspended).await?;
            Ok(Change::Done)
        })
    }

    fn resume<'a>(&'a self, _: &'a Account, esim: &'a EsimRef) -> Response<'a, Change> {
        Box::pin(async move {
            self.change(esim, Service::Active).await?;
            Ok(Change::Done)
        })
    }

    fn cancel<'a>(
        &'a self,
        _: &'a Account,
        esim: &'a EsimRef,
        _: CancelReason,
    ) -> Response<'a, Cancellation> {
        Box::pin(async move {
            self.change(esim, Service::Cancelled).await?;
            let state = self.lock();
            let line = state.journal.lines.get(&esim.iccid);
            Ok(match line.is_some_and(|line| line.used(Utc::now()) > 0) {
                true => Cancellation::WithoutRefund,
                false => Cancellation::Refunded(None),
            })
        })
    }

    fn balance<'a>(&'a self, _: &'a Account) -> Response<'a, Balance> {
        Box::pin(async move {
            self.respond(USUAL).await?;
            Ok(self.lock().balance.clone())
        })
    }

    fn read_webhook(
        &self,
        account: &Account,
        request: &WebhookRequest<'_>,
    ) -> Result<Webhook, WebhookError> {
        webhook::read(account, request)
    }
}

fn delivery(purchase: &Purchase, scenario: Scenario, is_ready: bool) -> Delivery {
    if is_ready {
        Delivery::Ready(Box::new(package::supplied(&purchase.reference, scenario)))
    } else {
        Delivery::Pending {
            order_ref: package::order_ref(&purchase.reference),
            ask_again: ASK_AGAIN,
        }
    }
}

/// Returns the response to a top-up.
fn added(
    purchase: &Purchase,
    scenario: Scenario,
    is_ready: bool,
    is_running: bool,
) -> TopUpDelivery {
    let SuppliedEsim {
        order_ref,
        bundle_ref,
        cost,
        ..
    } = package::supplied(&purchase.reference, scenario);
    if !is_ready {
        return TopUpDelivery::Pending {
            order_ref,
            ask_again: ASK_AGAIN,
        };
    }
    TopUpDelivery::Ready(SuppliedTopUp {
        order_ref,
        bundle_ref,
        is_running,
        starts_at: None,
        expires_at: None,
        cost,
    })
}

#[cfg(test)]
mod tests;
