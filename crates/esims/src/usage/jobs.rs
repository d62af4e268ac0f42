//! Jobs of usage: polls, reminders, and the upkeep of what is calculated from readings.

use super::{
    email,
    query::{self, ClaimedEsim, NewAlert},
    rules::{self, EsimKey, Period, Reading, Source, polling},
};
use chrono::{DateTime, TimeDelta, Utc};
use integrations::providers;
use platform::{
    Actor, Ctx, Result, Tx,
    jobs::{self, Job},
};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};
use suppliers::{EsimRef, SupplierError, UsageReading};
use wire::{
    Decimal, EsimId, ProviderId,
    esims::{profile, usage::UsageAlertKind},
};

/// eSIMs per call to a provider. An adapter whose API takes fewer makes several calls.
const PER_CALL: i64 = 20;
/// The seconds of calls that one run makes at most; the next run continues.
const RUN_SECONDS: u32 = 45;
/// Rows per transaction of the upkeep.
const BATCH: i64 = 500;

/// Queues the polls of all providers that report usage. Runs every minute.
#[derive(Serialize, Deserialize)]
pub struct PollUsage {}

impl Job for PollUsage {
    const KIND: &'static str = "usage.poll";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("usage.poll".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let context = ctx.clone();
        ctx.db
            .write(move |tx| {
                for (provider, adapter) in query::polled_providers(tx.conn())? {
                    let supplier = (context.ports.suppliers)(adapter);
                    if supplier.is_some_and(|supplier| supplier.capabilities().usage) {
                        jobs::enqueue(tx, &PollProvider { provider })?;
                    }
                }
                Ok(())
            })
            .await
    }
}

/// Asks a provider for the usage of its eSIMs that are due, within the calls that it accepts.
#[derive(Serialize, Deserialize)]
pub struct PollProvider {
    /// The provider.
    pub provider: ProviderId,
}

impl Job for PollProvider {
    const KIND: &'static str = "usage.poll_provider";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some(format!("usage-poll-{}", self.provider))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let provider = self.provider;
        let (adapter, sealed) = ctx
            .db
            .read(move |conn| {
                let known = query::polled_providers(conn)?;
                let adapter = known.into_iter().find(|(id, _)| *id == provider);
                let sealed = providers::sealed_account(conn, provider)?;
                Ok((adapter.map(|(_, adapter)| adapter), sealed))
            })
            .await?;
        let supplier = adapter.and_then(|adapter| (ctx.ports.suppliers)(adapter));
        let Some(supplier) = supplier.filter(|supplier| supplier.capabilities().usage) else {
            return Ok(());
        };
        let account = providers::account(&sealed, &ctx.keys)?;
        let calls = supplier.capabilities().calls_per_second.max(1);
        for _ in 0..calls.saturating_mul(RUN_SECONDS) {
            let claimed = ctx
                .db
                .write(move |tx| query::claim(tx, provider, PER_CALL))
                .await?;
            if claimed.is_empty() {
                return Ok(());
            }
            let refs: Vec<EsimRef> = claimed.iter().map(esim_ref).collect();
            let answer = supplier.usage(&account, &refs).await;
            let age = supplier.capabilities().usage_age;
            if !apply_answer(&ctx, claimed, answer, age).await? {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn esim_ref(esim: &ClaimedEsim) -> EsimRef {
    EsimRef {
        iccid: esim.iccid.clone(),
        provider_ref: esim.profile_ref.clone(),
        sim_ref: esim.twilio_sid.clone(),
    }
}

/// Records the answer of a provider. Returns `false` if the provider is not asked further in this run.
async fn apply_answer(
    ctx: &Ctx,
    claimed: Vec<ClaimedEsim>,
    answer: Result<Vec<UsageReading>, SupplierError>,
    age: TimeDelta,
) -> Result<bool> {
    let (actor, now) = (Actor::system(ctx), ctx.clock.now());
    match answer {
        Ok(readings) => {
            let readings = to_readings(&claimed, readings);
            ctx.db
                .write(move |tx| record_polled(tx, &actor, &claimed, &readings, age, now))
                .await?;
            Ok(true)
        }
        Err(error) => {
            let ids: Vec<EsimId> = claimed.iter().map(|esim| esim.esim_id).collect();
            tracing::warn!("a provider did not report usage: {error}");
            ctx.db
                .write(move |tx| {
                    let wait = match &error {
                        SupplierError::RateLimited { retry_after } => *retry_after,
                        _ => polling::backoff(query::failures(tx.conn(), &ids)?),
                    };
                    query::record_failure(tx, &ids, &error.to_string(), now + wait)
                })
                .await?;
            Ok(false)
        }
    }
}

/// Converts the readings of a provider about eSIMs that it was asked about. Readings about others are left out.
fn to_readings(claimed: &[ClaimedEsim], readings: Vec<UsageReading>) -> Vec<Reading> {
    let asked: HashMap<String, EsimId> = claimed
        .iter()
        .map(|esim| (esim.iccid.clone(), esim.esim_id))
        .collect();
    readings
        .into_iter()
        .filter_map(|reading| {
            let (iccid, _) = profile::iccid(&reading.esim.iccid).ok()?;
            let id = asked.get(&iccid)?;
            (reading.used_bytes >= 0).then_some(Reading {
                event_id: None,
                esim: EsimKey::Id(*id),
                used_bytes: reading.used_bytes,
                read_at: reading.read_at,
                period: reading
                    .period
                    .filter(|(start, end)| start < end)
                    .map(|(start, end)| Period { start, end }),
                bundle_ref: reading.bundle_ref,
                voice_minutes: reading.voice_minutes.map(|count| count.max(0)),
                sms_count: reading.sms_count.map(|count| count.max(0)),
                country: None,
                network: None,
                source: Source::Poll,
            })
        })
        .collect()
}

fn record_polled(
    tx: &mut Tx<'_>,
    actor: &Actor,
    claimed: &[ClaimedEsim],
    readings: &[Reading],
    age: TimeDelta,
    now: DateTime<Utc>,
) -> Result<()> {
    rules::record(tx, actor, readings, now)?;
    let before: HashMap<EsimId, i64> = claimed
        .iter()
        .map(|esim| (esim.esim_id, esim.used_bytes))
        .collect();
    let ids: Vec<EsimId> = before.keys().copied().collect();
    let next = query::to_plan(tx.conn(), &ids)?
        .into_iter()
        .map(|row| {
            let need = polling::Need {
                status: row.status,
                percent: row
                    .share
                    .as_ref()
                    .and_then(Decimal::whole)
                    .and_then(|share| i32::try_from(share).ok()),
                forecast: row.forecast,
                exhausted_at: row.exhausted_at,
                expires_at: row.expires_at,
                has_grown: before
                    .get(&row.esim_id)
                    .is_some_and(|used| row.used_bytes > *used),
                has_started: row.starts_at.is_some(),
            };
            let wait = polling::interval(&need, age, now);
            (row.esim_id, wait.map(|wait| now + wait))
        })
        .collect();
    let minutes = i32::try_from(age.num_minutes()).unwrap_or(i32::MAX);
    query::record_polled(tx, &next, minutes, now)
}

/// Calculates rows of the monitor again whose bundles or states have changed. Runs every minute.
#[derive(Serialize, Deserialize)]
pub struct RefreshMonitor {}

impl Job for RefreshMonitor {
    const KIND: &'static str = "usage.refresh_monitor";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("usage.refresh_monitor".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        loop {
            let now = ctx.clock.now();
            let count = ctx
                .db
                .write(move |tx| {
                    let ids = query::to_refresh(tx.conn(), BATCH)?;
                    rules::refresh(tx, &ids, now)?;
                    Ok(i64::try_from(ids.len()).unwrap_or(BATCH))
                })
                .await?;
            if count < BATCH {
                return Ok(());
            }
        }
    }
}

/// Reminds customers of bundles that expire soon, by the time of the database. Runs every minute.
///
/// A reminder, its email and the time of the next one are written in one transaction, whose rows other workers skip.
#[derive(Serialize, Deserialize)]
pub struct RemindOfExpiry {}

impl Job for RemindOfExpiry {
    const KIND: &'static str = "usage.remind";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("usage.remind".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        loop {
            let keys = Arc::new(ctx.keys.clone());
            let count = ctx.db.write(move |tx| remind(tx, &keys)).await?;
            if count == 0 {
                return Ok(());
            }
        }
    }
}

fn remind(tx: &mut Tx<'_>, keys: &platform::crypto::Keyring) -> Result<usize> {
    let now = query::database_time(tx.conn())?;
    let found = query::due_reminders(tx, 100)?;
    for due in &found {
        let hours = rules::due_reminder(due.starts_at, due.expires_at, now);
        if let Some(hours) = hours {
            let alert = NewAlert {
                esim_id: due.esim_id,
                bundle_id: due.bundle_id,
                topups: due.topups,
                kind: UsageAlertKind::Expiry,
                step: hours,
                used_bytes: due.used_bytes,
                total_bytes: due.total_bytes,
                expires_at: Some(due.expires_at),
            };
            if query::insert_alert(tx, &alert)? {
                email::send_reminder(tx, keys, due, hours)?;
            }
        }
        let next = rules::next_reminder(due.starts_at, Some(due.expires_at), hours, now)
            .filter(|at| *at > now);
        query::plan_reminder(tx, due.esim_id, next)?;
    }
    Ok(found.len())
}

/// Adds up the days of usage by month. Runs every hour, so that months are complete before their readings are archived.
#[derive(Serialize, Deserialize)]
pub struct RollUpMonths {}

impl Job for RollUpMonths {
    const KIND: &'static str = "usage.roll_up";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("usage.roll_up".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        while ctx.db.write(|tx| query::roll_up(tx, BATCH)).await? > 0 {}
        Ok(())
    }
}

/// Deletes points, events and anomalies that are no longer needed. Runs every hour.
#[derive(Serialize, Deserialize)]
pub struct CleanUpUsage {}

impl Job for CleanUpUsage {
    const KIND: &'static str = "usage.clean_up";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("usage.clean_up".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        for delete in [
            query::delete_points,
            query::delete_events,
            query::delete_anomalies,
        ] {
            while ctx.db.write(move |tx| delete(tx, BATCH)).await? > 0 {}
        }
        Ok(())
    }
}

/// Queues a poll of an eSIM at its provider, for a caller who does not want to wait.
pub fn poll_now(tx: &mut Tx<'_>, actor: &Actor, id: EsimId, now: DateTime<Utc>) -> Result<()> {
    let provider = rules::request_poll(tx, actor, id, now)?;
    match provider {
        Some(provider) => jobs::enqueue(tx, &PollProvider { provider }),
        None => Ok(()),
    }
}
