//! A supplier that exists only here: deterministic, so that the same order always brings the same eSIM, and with SKUs
//! that force what real suppliers do on bad days. The README of this crate lists them.

use wire::{Currency, Money, integrations::providers::Adapter};

use futures_util::future::BoxFuture;
use platform::{
    Error, Result as Outcome,
    crypto::digest,
    ports::{
        Suppliers,
        supplier::{Added, Purchase, Supplied, Supplier, SupplyError},
    },
};
use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

/// How long an answer usually takes.
const USUAL: Duration = Duration::from_millis(50);
/// How long it takes for a `slow-` SKU.
const SLOW: Duration = Duration::from_secs(2);

/// The simulated supplier. It remembers what was bought, by our reference, as a real one would: with a journal,
/// longer than the process that asked lives.
#[derive(Debug, Default)]
pub struct Simulator {
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    bought: HashMap<String, u32>,
    asked: HashMap<String, u32>,
    journal: Option<File>,
}

/// The code that talks to each provider, with a simulator of its own that keeps its journal there.
pub fn suppliers(journal: Option<&str>) -> Outcome<Suppliers> {
    let simulator = journal.map_or_else(|| Ok(Simulator::default()), Simulator::with_journal)?;
    Ok(Arc::new(simulator).suppliers())
}

impl Simulator {
    /// One that remembers what it sold before: a reference on each line of a file.
    pub fn with_journal(path: &str) -> Outcome<Self> {
        let fault = |cause| Error::internal(format!("PROVIDER_SIMULATOR_JOURNAL {path}: {cause}"));
        let told = match fs::read_to_string(path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => String::new(),
            other => other.map_err(fault)?,
        };
        let journal = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(fault)?;
        let mut memory = Memory {
            journal: Some(journal),
            ..Memory::default()
        };
        for reference in told.lines() {
            memory.count(reference);
        }
        Ok(Self {
            memory: Mutex::new(memory),
        })
    }

    /// The code that talks to each provider, with this simulator.
    pub fn suppliers(self: Arc<Self>) -> Suppliers {
        Arc::new(move |adapter| match adapter {
            Adapter::Simulator => self.clone(),
        })
    }

    /// How often each reference was bought: more than once is a charge too many.
    pub fn purchases(&self) -> HashMap<String, u32> {
        self.memory
            .lock()
            .map(|memory| memory.bought.clone())
            .unwrap_or_default()
    }

    fn charge(&self, reference: &str) -> Result<(), SupplyError> {
        let lost = |cause: &dyn std::fmt::Display| SupplyError::Unknown(cause.to_string());
        let mut memory = self.memory.lock().map_err(|cause| lost(&cause))?;
        if let Some(journal) = &mut memory.journal {
            // One write, so that a line is there or is not, whenever the process dies.
            journal
                .write_all(format!("{reference}\n").as_bytes())
                .map_err(|cause| lost(&cause))?;
        }
        memory.count(reference);
        Ok(())
    }

    /// How often it was asked about an addition, this time included. What starts later runs from the second time on.
    fn asked(&self, reference: &str) -> u32 {
        self.memory.lock().map_or(0, |mut memory| {
            let times = memory.asked.entry(reference.to_owned()).or_default();
            *times = times.saturating_add(1);
            *times
        })
    }

    fn knows(&self, reference: &str) -> bool {
        self.memory
            .lock()
            .is_ok_and(|memory| memory.bought.contains_key(reference))
    }
}

impl Memory {
    fn count(&mut self, reference: &str) {
        let times = self.bought.entry(reference.to_owned()).or_default();
        *times = times.saturating_add(1);
    }
}

impl Supplier for Simulator {
    fn buy<'a>(&'a self, purchase: &'a Purchase) -> BoxFuture<'a, Result<Supplied, SupplyError>> {
        Box::pin(async move {
            let day = Day::of(&purchase.sku);
            if day.arrives() {
                self.charge(&purchase.reference)?;
            }
            tokio::time::sleep(if day == Day::Slow { SLOW } else { USUAL }).await;
            match day {
                Day::Refuse => Err(SupplyError::Refused("out of stock".into())),
                Day::Timeout | Day::Lost => Err(SupplyError::Unknown("no answer in time".into())),
                Day::Slow | Day::BadCode | Day::Dear | Day::Later | Day::Good => {
                    Ok(supplied(purchase, day))
                }
            }
        })
    }

    fn look_up<'a>(
        &'a self,
        purchase: &'a Purchase,
    ) -> BoxFuture<'a, Result<Option<Supplied>, SupplyError>> {
        Box::pin(async move {
            tokio::time::sleep(USUAL).await;
            let day = Day::of(&purchase.sku);
            Ok(self
                .knows(&purchase.reference)
                .then(|| supplied(purchase, day)))
        })
    }

    fn top_up<'a>(
        &'a self,
        purchase: &'a Purchase,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Added, SupplyError>> {
        Box::pin(async move {
            let bought = self.buy(purchase).await;
            let day = Day::of(&purchase.sku);
            bought.map(|_| added(purchase, day, day != Day::Later))
        })
    }

    fn look_up_top_up<'a>(
        &'a self,
        purchase: &'a Purchase,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Option<Added>, SupplyError>> {
        Box::pin(async move {
            let found = self.look_up(purchase).await?;
            let day = Day::of(&purchase.sku);
            let is_running = day != Day::Later || self.asked(&purchase.reference) > 1;
            Ok(found.map(|_| added(purchase, day, is_running)))
        })
    }
}

/// What it says of an addition.
fn added(purchase: &Purchase, day: Day, is_running: bool) -> Added {
    let Supplied {
        order_ref,
        cost,
        currency,
        ..
    } = supplied(purchase, day);
    Added {
        order_ref,
        is_running,
        since: None,
        until: None,
        cost,
        currency,
    }
}

/// What kind of day the supplier has, as the SKU says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    Refuse,
    Timeout,
    Lost,
    Slow,
    BadCode,
    Dear,
    Later,
    Good,
}

impl Day {
    fn of(sku: &str) -> Self {
        match sku.split_once('-').map(|(word, _)| word) {
            Some("refuse") => Self::Refuse,
            Some("timeout") => Self::Timeout,
            Some("lost") => Self::Lost,
            Some("slow") => Self::Slow,
            Some("badcode") => Self::BadCode,
            Some("dear") => Self::Dear,
            Some("later") => Self::Later,
            _ => Self::Good,
        }
    }

    /// Whether the order reaches the supplier and costs money.
    fn arrives(self) -> bool {
        !matches!(self, Self::Refuse | Self::Lost)
    }
}

fn supplied(purchase: &Purchase, day: Day) -> Supplied {
    let seed = digest(purchase.reference.as_bytes());
    let id: String = seed
        .iter()
        .take(10)
        .map(|byte| format!("{byte:02X}"))
        .collect();
    Supplied {
        iccid: iccid(&seed),
        eid: Some(eid(&seed)),
        activation_code: if day == Day::BadCode {
            format!("LPA:1$${id}")
        } else {
            format!("LPA:1$smdp.simulator.example${id}")
        },
        cost: (day == Day::Dear).then(|| Money::from(9_999)),
        currency: (day == Day::Dear).then_some(Currency::Usd),
        order_ref: format!("SIM-{id}"),
    }
}

/// 19 digits: `89`, the country code 999 that belongs to nobody, thirteen of the seed, and the Luhn digit.
fn iccid(seed: &[u8]) -> String {
    let number = seed
        .first_chunk::<8>()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
        % 10_000_000_000_000;
    let body = format!("89999{number:013}");
    let fits = ('0'..='9')
        .map(|digit| format!("{body}{digit}"))
        .find(|whole| wire::esims::profile::luhn(whole));
    fits.unwrap_or(body)
}

/// 32 digits that leave 1 when divided by 97.
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
