//! A simulated provider. It is deterministic: the same order always returns the same eSIM. SKU prefixes force failures of
//! real providers; the README of this crate lists them.

use wire::{Currency, Money, integrations::providers::ProviderAdapter};

use futures_util::future::BoxFuture;
use platform::{
    Error, Result as Outcome,
    crypto::digest,
    ports::{
        Suppliers,
        supplier::{Purchase, SuppliedEsim, SuppliedTopUp, Supplier, SupplierError},
    },
};
use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

/// The usual response time.
const USUAL: Duration = Duration::from_millis(50);
/// The response time of a `slow-` SKU.
const SLOW: Duration = Duration::from_secs(2);

/// The simulated provider. It stores purchases by our reference, like a real provider. With a journal, the purchases outlive
/// the process.
#[derive(Debug, Default)]
pub struct Simulator {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    purchases: HashMap<String, u32>,
    lookups: HashMap<String, u32>,
    journal: Option<File>,
}

/// Returns the adapter of each provider, with a new simulator that stores its journal at this path.
pub fn suppliers(journal: Option<&str>) -> Outcome<Suppliers> {
    let simulator = journal.map_or_else(|| Ok(Simulator::default()), Simulator::with_journal)?;
    Ok(Arc::new(simulator).suppliers())
}

impl Simulator {
    /// Creates a simulator with the purchases of a journal, a file with one reference per line.
    pub fn with_journal(path: &str) -> Outcome<Self> {
        let error = |cause| Error::internal(format!("PROVIDER_SIMULATOR_JOURNAL {path}: {cause}"));
        let content = match fs::read_to_string(path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => String::new(),
            other => other.map_err(error)?,
        };
        let journal = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(error)?;
        let mut state = State {
            journal: Some(journal),
            ..State::default()
        };
        for reference in content.lines() {
            state.count_purchase(reference);
        }
        Ok(Self {
            state: Mutex::new(state),
        })
    }

    /// Returns the adapter of each provider, with this simulator.
    pub fn suppliers(self: Arc<Self>) -> Suppliers {
        Arc::new(move |adapter| match adapter {
            ProviderAdapter::Simulator => self.clone(),
        })
    }

    /// Returns the number of purchases by reference: more than one is a double charge.
    pub fn purchases(&self) -> HashMap<String, u32> {
        self.state
            .lock()
            .map(|state| state.purchases.clone())
            .unwrap_or_default()
    }

    fn charge(&self, reference: &str) -> Result<(), SupplierError> {
        let unknown = |cause: &dyn std::fmt::Display| SupplierError::Unknown(cause.to_string());
        let mut state = self.state.lock().map_err(|cause| unknown(&cause))?;
        if let Some(journal) = &mut state.journal {
            // Write the line with one call, so that a crash leaves no partial line.
            journal
                .write_all(format!("{reference}\n").as_bytes())
                .map_err(|cause| unknown(&cause))?;
        }
        state.count_purchase(reference);
        Ok(())
    }

    /// Counts a lookup of a top-up, and returns the number of lookups. A deferred top-up runs from the second lookup on.
    fn count_lookup(&self, reference: &str) -> u32 {
        self.state.lock().map_or(0, |mut state| {
            let times = state.lookups.entry(reference.to_owned()).or_default();
            *times = times.saturating_add(1);
            *times
        })
    }

    fn has_purchase(&self, reference: &str) -> bool {
        self.state
            .lock()
            .is_ok_and(|state| state.purchases.contains_key(reference))
    }
}

impl State {
    fn count_purchase(&mut self, reference: &str) {
        let times = self.purchases.entry(reference.to_owned()).or_default();
        *times = times.saturating_add(1);
    }
}

impl Supplier for Simulator {
    fn buy<'a>(
        &'a self,
        purchase: &'a Purchase,
    ) -> BoxFuture<'a, Result<SuppliedEsim, SupplierError>> {
        Box::pin(async move {
            let scenario = Scenario::from_sku(&purchase.sku);
            if scenario.is_purchased() {
                self.charge(&purchase.reference)?;
            }
            tokio::time::sleep(if scenario == Scenario::Slow {
                SLOW
            } else {
                USUAL
            })
            .await;
            match scenario {
                Scenario::Reject => Err(SupplierError::Refused("out of stock".into())),
                Scenario::Timeout | Scenario::Lost => {
                    Err(SupplierError::Unknown("no answer in time".into()))
                }
                Scenario::Slow
                | Scenario::BadCode
                | Scenario::Expensive
                | Scenario::Deferred
                | Scenario::Success => Ok(supplied(purchase, scenario)),
            }
        })
    }

    fn look_up<'a>(
        &'a self,
        purchase: &'a Purchase,
    ) -> BoxFuture<'a, Result<Option<SuppliedEsim>, SupplierError>> {
        Box::pin(async move {
            tokio::time::sleep(USUAL).await;
            let scenario = Scenario::from_sku(&purchase.sku);
            Ok(self
                .has_purchase(&purchase.reference)
                .then(|| supplied(purchase, scenario)))
        })
    }

    fn top_up<'a>(
        &'a self,
        purchase: &'a Purchase,
        _: &'a str,
    ) -> BoxFuture<'a, Result<SuppliedTopUp, SupplierError>> {
        Box::pin(async move {
            let bought = self.buy(purchase).await;
            let scenario = Scenario::from_sku(&purchase.sku);
            bought.map(|_| added(purchase, scenario, scenario != Scenario::Deferred))
        })
    }

    fn look_up_top_up<'a>(
        &'a self,
        purchase: &'a Purchase,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Option<SuppliedTopUp>, SupplierError>> {
        Box::pin(async move {
            let found = self.look_up(purchase).await?;
            let scenario = Scenario::from_sku(&purchase.sku);
            let is_running =
                scenario != Scenario::Deferred || self.count_lookup(&purchase.reference) > 1;
            Ok(found.map(|_| added(purchase, scenario, is_running)))
        })
    }
}

/// Returns the response to a top-up.
fn added(purchase: &Purchase, scenario: Scenario, is_running: bool) -> SuppliedTopUp {
    let SuppliedEsim {
        order_ref,
        cost,
        currency,
        ..
    } = supplied(purchase, scenario);
    SuppliedTopUp {
        order_ref,
        is_running,
        since: None,
        until: None,
        cost,
        currency,
    }
}

/// The behaviour that the prefix of a SKU forces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    Reject,
    Timeout,
    Lost,
    Slow,
    BadCode,
    Expensive,
    Deferred,
    Success,
}

impl Scenario {
    fn from_sku(sku: &str) -> Self {
        match sku.split_once('-').map(|(prefix, _)| prefix) {
            Some("refuse") => Self::Reject,
            Some("timeout") => Self::Timeout,
            Some("lost") => Self::Lost,
            Some("slow") => Self::Slow,
            Some("badcode") => Self::BadCode,
            Some("dear") => Self::Expensive,
            Some("later") => Self::Deferred,
            _ => Self::Success,
        }
    }

    /// Returns whether the request reaches the provider and is charged.
    fn is_purchased(self) -> bool {
        !matches!(self, Self::Reject | Self::Lost)
    }
}

fn supplied(purchase: &Purchase, scenario: Scenario) -> SuppliedEsim {
    let seed = digest(purchase.reference.as_bytes());
    let id: String = seed
        .iter()
        .take(10)
        .map(|byte| format!("{byte:02X}"))
        .collect();
    SuppliedEsim {
        iccid: iccid(&seed),
        eid: Some(eid(&seed)),
        activation_code: if scenario == Scenario::BadCode {
            format!("LPA:1$${id}")
        } else {
            format!("LPA:1$smdp.simulator.example${id}")
        },
        cost: (scenario == Scenario::Expensive).then(|| Money::from(9_999)),
        currency: (scenario == Scenario::Expensive).then_some(Currency::Usd),
        order_ref: format!("SIM-{id}"),
    }
}

/// Returns an ICCID of 19 digits: `89`, the unassigned country code 999, thirteen digits of the seed, and the Luhn digit.
fn iccid(seed: &[u8]) -> String {
    let number = seed
        .first_chunk::<8>()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
        % 10_000_000_000_000;
    let body = format!("89999{number:013}");
    let valid = ('0'..='9')
        .map(|digit| format!("{body}{digit}"))
        .find(|iccid| wire::esims::profile::luhn(iccid));
    valid.unwrap_or(body)
}

/// Returns an EID of 32 digits, whose remainder modulo 97 is 1.
fn eid(seed: &[u8]) -> String {
    let number = seed
        .last_chunk::<8>()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes));
    let body = format!("8999900{number:023}");
    let rest = body.parse::<u128>().map_or(0, |body| body * 100 % 97);
    format!("{body}{:02}", 98_u128.saturating_sub(rest))
}

#[cfg(test)]
mod tests;
