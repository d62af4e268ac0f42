//! What the simulator remembers: a list of entries, in memory or in a file with one entry per line.
//!
//! An order is a line `<reference>\t<SKU>\t<Unix time>\t<ICCID of a top-up>`, of which only the reference is required. Other
//! lines begin with `=`: `=usage\t<ICCID>\t<bytes>`, `=profile\t<ICCID>\t<state>` and `=service\t<ICCID>\t<status>`.

use super::package::{self, Scenario, Size};
use crate::{BundleState, EsimRef, EsimState, ListedEsim, UsageReading};
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
};
use wire::{
    Param,
    esims::{
        inventory::{EsimStatus, ProfileState},
        usage::BundleStatus,
    },
};

/// The step in which the used data of an eSIM grows.
const STEP: i64 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Active,
    Suspended,
    Cancelled,
}

impl Service {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Cancelled]
            .into_iter()
            .find(|known| known.as_str() == text)
    }

    pub(super) const fn status(self) -> EsimStatus {
        match self {
            Self::Active => EsimStatus::Active,
            Self::Suspended => EsimStatus::Suspended,
            Self::Cancelled => EsimStatus::Cancelled,
        }
    }
}

/// An order of an eSIM or of a top-up.
#[derive(Debug, Clone)]
pub(super) struct Order {
    reference: String,
    sku: String,
    /// The eSIM that is topped up.
    iccid: Option<String>,
    at: Option<DateTime<Utc>>,
}

impl Order {
    pub(super) fn new(reference: &str, sku: &str, iccid: Option<&str>, at: DateTime<Utc>) -> Self {
        Self {
            reference: reference.to_owned(),
            sku: sku.to_owned(),
            iccid: iccid.map(str::to_owned),
            at: Some(at),
        }
    }
}

pub(super) enum Entry {
    Order(Order),
    Usage(String, i64),
    Profile(String, ProfileState),
    Service(String, Service),
}

impl Entry {
    fn line(&self) -> String {
        match self {
            Self::Order(order) => {
                let at = order.at.map_or(0, |at| at.timestamp());
                let iccid = order.iccid.as_deref().unwrap_or_default();
                format!("{}\t{}\t{at}\t{iccid}\n", order.reference, order.sku)
            }
            Self::Usage(iccid, bytes) => format!("=usage\t{iccid}\t{bytes}\n"),
            Self::Profile(iccid, state) => format!("=profile\t{iccid}\t{}\n", state.as_str()),
            Self::Service(iccid, service) => {
                format!("=service\t{iccid}\t{}\n", service.as_str())
            }
        }
    }

    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        let first = parts.next().filter(|text| !text.is_empty())?;
        let Some(kind) = first.strip_prefix('=') else {
            let sku = parts.next().unwrap_or_default().to_owned();
            let time = parts.next().and_then(|text| text.parse().ok());
            let iccid = parts.next().filter(|text| !text.is_empty());
            return Some(Self::Order(Order {
                reference: first.to_owned(),
                sku,
                iccid: iccid.map(str::to_owned),
                at: time.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            }));
        };
        let (iccid, value) = (parts.next()?.to_owned(), parts.next()?);
        match kind {
            "usage" => Some(Self::Usage(iccid, value.parse().ok()?)),
            "profile" => Some(Self::Profile(iccid, ProfileState::parse(value).ok()?)),
            "service" => Some(Self::Service(iccid, Service::parse(value)?)),
            _ => None,
        }
    }
}

/// The entries, and what follows from them.
#[derive(Debug, Default)]
pub(super) struct Journal {
    file: Option<File>,
    /// The position up to which the file was read.
    position: u64,
    pub(super) purchases: HashMap<String, u32>,
    pub(super) lines: HashMap<String, Line>,
}

impl Journal {
    pub(super) fn open(path: &str) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        let mut journal = Self {
            file: Some(file),
            ..Self::default()
        };
        journal.refresh()?;
        Ok(journal)
    }

    /// Reads the lines that were written since the last call, also by other processes.
    pub(super) fn refresh(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.seek(SeekFrom::Start(self.position))?;
        let mut new = Vec::new();
        file.read_to_end(&mut new)?;
        // The last line may not be complete yet.
        for line in new.split_inclusive(|byte| *byte == b'\n') {
            let Some((b'\n', text)) = line.split_last() else {
                break;
            };
            let length = u64::try_from(line.len()).map_err(io::Error::other)?;
            self.position = self.position.saturating_add(length);
            if let Some(entry) = Entry::parse(&String::from_utf8_lossy(text)) {
                self.apply(entry);
            }
        }
        Ok(())
    }

    /// Adds an entry.
    pub(super) fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let line = entry.line();
        match &mut self.file {
            // Write the line with one call, so that a crash leaves no partial line.
            Some(file) => {
                file.write_all(line.as_bytes())?;
                self.refresh()
            }
            None => {
                if let Some(entry) = Entry::parse(line.trim_end_matches('\n')) {
                    self.apply(entry);
                }
                Ok(())
            }
        }
    }

    /// Returns the eSIMs, by ICCID.
    pub(super) fn listed(&self, now: DateTime<Utc>) -> Vec<ListedEsim> {
        let mut listed: Vec<_> = self
            .lines
            .iter()
            .map(|(iccid, line)| line.listed(iccid, now))
            .collect();
        listed.sort_by(|one, other| one.esim.iccid.cmp(&other.esim.iccid));
        listed
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Order(order) => {
                let times = self.purchases.entry(order.reference.clone()).or_default();
                *times = times.saturating_add(1);
                let iccid = order.iccid.clone();
                let iccid =
                    iccid.unwrap_or_else(|| package::iccid(&package::seed(&order.reference)));
                self.lines.entry(iccid).or_default().orders.push(order);
            }
            Entry::Usage(iccid, bytes) => {
                self.lines.entry(iccid).or_default().fixed_usage = Some(bytes);
            }
            Entry::Profile(iccid, state) => {
                self.lines.entry(iccid).or_default().profile = Some(state);
            }
            Entry::Service(iccid, service) => {
                self.lines.entry(iccid).or_default().service = service;
            }
        }
    }
}

/// An eSIM of the simulator.
#[derive(Debug)]
pub(super) struct Line {
    orders: Vec<Order>,
    fixed_usage: Option<i64>,
    profile: Option<ProfileState>,
    pub(super) service: Service,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            orders: Vec::new(),
            fixed_usage: None,
            profile: None,
            service: Service::Active,
        }
    }
}

impl Line {
    /// Returns the used data. Without a fixed value, a package is used up in 3 to 30 days, by the seed of its order.
    pub(super) fn used(&self, now: DateTime<Utc>) -> i64 {
        if let Some(bytes) = self.fixed_usage {
            return bytes;
        }
        let used = self.orders.iter().map(|order| {
            let size = Size::from_sku(&order.sku).bytes.unwrap_or(10_000_000_000);
            let days = package::seed(&order.reference)
                .first()
                .map_or(3, |byte| 3 + i64::from(byte % 28));
            let age = order.at.map_or(0, |at| (now - at).num_seconds().max(0));
            let bytes = i128::from(size) * i128::from(age) / (i128::from(days) * 86_400);
            i64::try_from(bytes).unwrap_or(size).min(size) / STEP * STEP
        });
        used.fold(0, i64::saturating_add)
    }

    /// Returns the packages in the order in which they are used.
    fn bundles(&self, now: DateTime<Utc>) -> Vec<BundleState> {
        let mut left = self.used(now);
        let mut is_first_open = true;
        let mut bundles = Vec::new();
        for order in &self.orders {
            let size = Size::from_sku(&order.sku);
            let used = size.bytes.map_or(left, |bytes| left.min(bytes));
            left = left.saturating_sub(used);
            let expires_at = order.at.map(|at| at + TimeDelta::days(size.days.into()));
            let is_depleted = size.bytes.is_some_and(|bytes| used >= bytes);
            let is_late = Scenario::from_sku(&order.sku) == Scenario::Deferred;
            let status = if self.service == Service::Cancelled {
                BundleStatus::Cancelled
            } else if expires_at.is_some_and(|end| end <= now) {
                BundleStatus::Expired
            } else if is_depleted {
                BundleStatus::Depleted
            } else if is_late && !is_first_open {
                BundleStatus::Queued
            } else {
                is_first_open = false;
                BundleStatus::Active
            };
            bundles.push(BundleState {
                bundle_ref: package::order_ref(&order.reference),
                sku: Some(order.sku.clone()),
                status,
                total_bytes: size.bytes,
                used_bytes: Some(used),
                starts_at: order.at,
                expires_at,
            });
        }
        // What is used beyond the packages is counted on the last one.
        if let Some(used) = bundles.last_mut().and_then(|last| last.used_bytes.as_mut()) {
            *used = used.saturating_add(left);
        }
        bundles
    }

    pub(super) fn readings(&self, esim: &EsimRef, now: DateTime<Utc>) -> Vec<UsageReading> {
        let reading = UsageReading {
            esim: esim.clone(),
            bundle_ref: None,
            used_bytes: self.used(now),
            total_bytes: None,
            voice_minutes: None,
            sms_count: None,
            period: None,
            read_at: now,
        };
        if self.orders.is_empty() {
            return vec![reading];
        }
        let of_bundle = |bundle: BundleState| UsageReading {
            bundle_ref: Some(bundle.bundle_ref),
            used_bytes: bundle.used_bytes.unwrap_or(0),
            total_bytes: bundle.total_bytes,
            ..reading.clone()
        };
        self.bundles(now).into_iter().map(of_bundle).collect()
    }

    fn listed(&self, iccid: &str, now: DateTime<Utc>) -> ListedEsim {
        let first = self.orders.iter().find(|order| order.iccid.is_none());
        let state = self.state(now);
        ListedEsim {
            esim: EsimRef {
                iccid: iccid.to_owned(),
                provider_ref: None,
                sim_ref: None,
            },
            reference: first.map(|order| order.reference.clone()),
            eid: first.map(|order| package::eid(&package::seed(&order.reference))),
            activation_code: first.map(|order| {
                let scenario = Scenario::from_sku(&order.sku);
                package::supplied(&order.reference, scenario).activation_code
            }),
            sku: first.map(|order| order.sku.clone()),
            profile_state: state.profile_state,
            status: state.status,
            created_at: first.and_then(|order| order.at),
            reported: state.reported,
        }
    }

    pub(super) fn state(&self, now: DateTime<Utc>) -> EsimState {
        let by_usage = if self.used(now) > 0 {
            ProfileState::Enabled
        } else {
            ProfileState::Released
        };
        EsimState {
            profile_state: Some(self.profile.unwrap_or(by_usage)),
            status: Some(self.service.status()),
            is_recycled: self.service == Service::Cancelled,
            installed_at: None,
            eid: None,
            bundles: self.bundles(now),
            read_at: now,
            reported: self.service.as_str().to_owned(),
        }
    }
}
