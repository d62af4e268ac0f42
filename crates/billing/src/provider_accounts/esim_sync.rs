//! The eSIMs of the active Twilio account, compared with the inventory: new ones are added to the stock, states move, and what
//! does not match becomes a case.

use crate::cases::{self, Finding};
use chrono::{DateTime, Utc};
use esims::inventory::{ListedProfile, ListingOutcome, merge_listed, sync_listed};
use integrations::{
    providers,
    runs::{self, RunOutcome, RunSubject},
    twilio,
};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs::{self, Job},
};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use suppliers::{ListedEsim, SupplierError};
use wire::{
    ProblemCode, ProviderId, ProviderRunId, TwilioConfigId,
    billing::reconciliation::CaseKind,
    integrations::providers::{ProviderRun, ProviderRunKind, RunConflict},
    system::audit::AuditAction,
};

/// The number of eSIMs that one transaction compares.
const BATCH: usize = 200;
/// The maximum number of pages, against a provider whose list does not end.
const MAX_PAGES: i32 = 2_000;

/// Requests the eSIMs of the active account.
pub(super) fn request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TwilioConfigId,
    now: DateTime<Utc>,
) -> Result<ProviderRun> {
    if !twilio::find(tx.conn(), id)?.is_active {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Only the eSIMs of the active account can be read. Activate it first.",
        ));
    }
    if twilio::super_sim_provider(tx.conn())?.is_none() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Add a provider with the Super SIM integration first: the eSIMs belong to it.",
        ));
    }
    let subject = RunSubject::Twilio(id);
    let (run, is_new) = runs::start(tx, actor, subject, ProviderRunKind::Esims, now)?;
    if is_new {
        jobs::enqueue(tx, &SyncTwilioEsims { run: run.id })?;
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::TwilioConfigSync, id),
        )?;
    }
    Ok(run)
}

/// Reads the eSIMs of the active Twilio account and compares them with the inventory.
#[derive(Serialize, Deserialize)]
pub struct SyncTwilioEsims {
    /// The run.
    pub run: ProviderRunId,
}

impl Job for SyncTwilioEsims {
    const KIND: &'static str = "twilio.sync";
    const ATTEMPTS: i32 = 3;
    fn unique_key(&self) -> Option<String> {
        Some(format!("run-{}", self.run))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, now) = (self.run, ctx.clock.now());
        let begun = ctx
            .db
            .write(move |tx| {
                let run = runs::begin(tx, id, now)?;
                let config = run.and_then(|run| run.twilio_config_id);
                Ok(config.zip(twilio::super_sim_provider(tx.conn())?))
            })
            .await?;
        let Some((config, provider)) = begun else {
            let outcome =
                RunOutcome::not_made("There is no provider with the Super SIM integration.");
            return finish(&ctx, id, outcome).await;
        };
        let since = Instant::now();
        let outcome = match list(&ctx, id, provider).await? {
            Err(error) => RunOutcome::failed(&error, since),
            Ok(listed) => {
                let count = listed.len();
                let found = compare(&ctx, provider, merge_listed(listed)).await?;
                let text = format!(
                    "{count} entries read: {} eSIMs added, {} changed, {} do not match.",
                    found.added,
                    found.changed,
                    found.conflicts.len()
                );
                let now = ctx.clock.now();
                ctx.db
                    .write(move |tx| twilio::mark_synced(tx, config, now))
                    .await?;
                RunOutcome {
                    added: found.added,
                    changed: found.changed,
                    conflicts: found.conflicts,
                    ..RunOutcome::succeeded(text, since)
                }
            }
        };
        finish(&ctx, id, outcome).await
    }

    async fn give_up(self, ctx: Ctx, _: String) -> Result<()> {
        let why = "The eSIMs could not be read. The log has the cause.";
        finish(&ctx, self.run, RunOutcome::not_made(why)).await
    }
}

async fn finish(ctx: &Ctx, id: ProviderRunId, outcome: RunOutcome) -> Result<()> {
    let now = ctx.clock.now();
    ctx.db
        .write(move |tx| runs::finish(tx, id, &outcome, now))
        .await
}

/// Reads all pages of the list, and stores the progress after each.
async fn list(
    ctx: &Ctx,
    run: ProviderRunId,
    provider: ProviderId,
) -> Result<Result<Vec<ListedEsim>, SupplierError>> {
    let sealed = ctx
        .db
        .read(move |conn| providers::sealed_account(conn, provider))
        .await?;
    let account = providers::account(&sealed, &ctx.keys)?;
    let supplier = providers::supplier(ctx, sealed.adapter)?;
    let (mut listed, mut mark) = (Vec::new(), None::<String>);
    for pages in 1..=MAX_PAGES {
        let page = match supplier.list_esims(&account, mark.as_deref()).await {
            Ok(page) => page,
            Err(error) => return Ok(Err(error)),
        };
        listed.extend(page.items);
        let items = i32::try_from(listed.len()).unwrap_or(i32::MAX);
        ctx.db
            .write(move |tx| runs::progress(tx, run, pages, items))
            .await?;
        mark = page.next;
        if mark.is_none() {
            return Ok(Ok(listed));
        }
    }
    Ok(Err(SupplierError::unknown("the list does not end")))
}

/// What the comparison has found.
#[derive(Default)]
struct Found {
    added: i32,
    changed: i32,
    conflicts: Vec<RunConflict>,
}

async fn compare(ctx: &Ctx, provider: ProviderId, listed: Vec<ListedProfile>) -> Result<Found> {
    let mut found = Found::default();
    for batch in listed.chunks(BATCH) {
        let (batch, actor, now) = (batch.to_vec(), Actor::system(ctx), ctx.clock.now());
        let outcomes = ctx
            .db
            .write(move |tx| {
                let outcomes = batch.iter().map(|listed| {
                    let outcome = sync_listed(tx, &actor, provider, listed, now)?;
                    if let ListingOutcome::Conflict(conflict) = &outcome {
                        open_case(tx, &actor, conflict, now)?;
                    }
                    Ok(outcome)
                });
                outcomes.collect::<Result<Vec<_>>>()
            })
            .await?;
        for outcome in outcomes {
            match outcome {
                ListingOutcome::Added => found.added = found.added.saturating_add(1),
                ListingOutcome::Changed => found.changed = found.changed.saturating_add(1),
                ListingOutcome::Unchanged => {}
                ListingOutcome::Conflict(conflict) => found.conflicts.push(conflict),
            }
        }
    }
    Ok(found)
}

/// Opens a case for an eSIM that does not match. The same mismatch in the next sync is the same case.
fn open_case(
    tx: &mut Tx<'_>,
    actor: &Actor,
    conflict: &RunConflict,
    now: DateTime<Utc>,
) -> Result<()> {
    let kind = CaseKind::InventoryConflict;
    let key = cases::reported_key(kind, &conflict.subject);
    let finding = format!("eSIM {}: {}", conflict.subject, conflict.message);
    cases::open(tx, actor, &Finding::new(kind, key, finding), now)
}
