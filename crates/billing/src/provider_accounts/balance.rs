//! Prepaid balances at providers: read hourly and on demand. A balance that falls below its threshold opens one case.

use crate::cases::{self, Finding};
use chrono::{DateTime, TimeDelta, Utc};
use integrations::{
    providers::{self, BalanceChange},
    runs::{self, RunOutcome, RunSubject},
};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs::{self, Job},
};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use suppliers::Balance;
use wire::{
    ProblemCode, ProviderId, ProviderRunId,
    billing::reconciliation::CaseKind,
    integrations::providers::{ProviderAdapter, ProviderRun, ProviderRunKind},
    system::audit::AuditAction,
};

/// How long runs are kept.
const RETENTION: TimeDelta = TimeDelta::days(90);

/// Requests the balance of a provider.
pub(super) fn request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    provider: ProviderId,
) -> Result<ProviderRun> {
    let found = providers::find(tx.conn(), provider)?;
    if !has_balance(ctx, found.adapter) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The integration with this provider cannot read a balance.",
        ));
    }
    let run = start(tx, actor, provider, ctx.clock.now())?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ProviderSync, provider),
    )?;
    Ok(run)
}

/// Starts a read of the balance, unless one is open.
pub(super) fn start(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: ProviderId,
    now: DateTime<Utc>,
) -> Result<ProviderRun> {
    let subject = RunSubject::Provider(provider);
    let (run, is_new) = runs::start(tx, actor, subject, ProviderRunKind::Balance, now)?;
    if is_new {
        jobs::enqueue(tx, &ReadBalance { run: run.id })?;
    }
    Ok(run)
}

fn has_balance(ctx: &Ctx, adapter: ProviderAdapter) -> bool {
    (ctx.ports.suppliers)(adapter).is_some_and(|supplier| supplier.capabilities().balance)
}

/// Reads the balance at a provider.
#[derive(Serialize, Deserialize)]
pub struct ReadBalance {
    /// The run.
    pub run: ProviderRunId,
}

impl Job for ReadBalance {
    const KIND: &'static str = "providers.balance";
    const ATTEMPTS: i32 = 3;
    fn unique_key(&self) -> Option<String> {
        Some(format!("run-{}", self.run))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, now) = (self.run, ctx.clock.now());
        let run = ctx.db.write(move |tx| runs::begin(tx, id, now)).await?;
        let Some(provider) = run.and_then(|run| run.provider_id) else {
            return Ok(());
        };
        let sealed = ctx
            .db
            .read(move |conn| providers::sealed_account(conn, provider))
            .await?;
        let account = providers::account(&sealed, &ctx.keys)?;
        let supplier = providers::supplier(&ctx, sealed.adapter)?;
        let since = Instant::now();
        let (balance, outcome) = match supplier.balance(&account).await {
            Ok(balance) => {
                let text = format!("The balance is {} {}.", balance.amount, balance.currency);
                (Some(balance), RunOutcome::succeeded(text, since))
            }
            Err(error) => (None, RunOutcome::failed(&error, since)),
        };
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                if let Some(balance) = &balance {
                    apply(tx, &actor, provider, balance, now)?;
                }
                runs::finish(tx, id, &outcome, now)
            })
            .await
    }

    async fn give_up(self, ctx: Ctx, _: String) -> Result<()> {
        let (id, now) = (self.run, ctx.clock.now());
        let outcome = RunOutcome::not_made("The balance could not be read. The log has the cause.");
        ctx.db
            .write(move |tx| runs::finish(tx, id, &outcome, now))
            .await
    }
}

/// Stores a balance. The case is opened once per crossing of the threshold, and withdrawn when the balance recovers.
fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: ProviderId,
    balance: &Balance,
    now: DateTime<Utc>,
) -> Result<()> {
    let key = cases::reported_key(CaseKind::LowBalance, provider);
    match providers::record_balance(tx, actor, provider, balance, now)? {
        BalanceChange::Same => Ok(()),
        BalanceChange::Recovered => {
            let why = "The balance is above the threshold again.";
            cases::withdraw(tx, actor, &key, why, now).map(drop)
        }
        BalanceChange::Fell => {
            let name = providers::find(tx.conn(), provider)?.name;
            let finding = format!(
                "The balance at {name} is {} {}, below its threshold. Orders fail when it is used up.",
                balance.amount, balance.currency
            );
            cases::open(
                tx,
                actor,
                &Finding::new(CaseKind::LowBalance, key, finding),
                now,
            )
        }
    }
}

/// Requests the balance of every active provider that has one, and deletes old runs. Runs every hour.
#[derive(Serialize, Deserialize)]
pub struct ReadBalances {}

impl Job for ReadBalances {
    const KIND: &'static str = "providers.balances";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("providers.balances".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let adapters: Vec<ProviderAdapter> = ctx
            .adapters()
            .into_iter()
            .filter(|adapter| has_balance(&ctx, *adapter))
            .collect();
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                for provider in providers::active_with(tx.conn(), &adapters)? {
                    start(tx, &actor, provider, now)?;
                }
                runs::purge(tx, now - RETENTION).map(drop)
            })
            .await
    }
}
