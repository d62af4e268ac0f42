//! Jobs that read the catalogs of providers.

use super::{has_catalog, packages, start};
use crate::price_lists::rules;
use wire::{
    Decimal, ProviderId, ProviderRunId,
    catalog::price_lists::{PriceList, SyncCatalog},
    integrations::providers::{ProviderAdapter, ProviderRunKind},
};

use integrations::{
    providers,
    runs::{self, RunOutcome, RunSubject},
};
use platform::{Actor, Ctx, Error, Result, jobs::Job};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use suppliers::{CatalogItem, SupplierError};

/// The maximum number of pages, against a provider whose catalog does not end.
const MAX_PAGES: i32 = 1_000;
/// The maximum number of packages of a comparison, as of an uploaded list.
const MAX_PACKAGES: usize = platform::import::MAX_ROWS;

/// Reads all pages of a provider's catalog and compares the packages with the plans.
#[derive(Serialize, Deserialize)]
pub struct SyncCatalogOf {
    /// The run.
    pub run: ProviderRunId,
    /// The markup in percent for new packages.
    pub markup: Option<Decimal>,
    /// Whether new plans are on sale when they are published.
    pub publish: bool,
}

impl Job for SyncCatalogOf {
    const KIND: &'static str = "price_lists.sync";
    const ATTEMPTS: i32 = 3;
    fn unique_key(&self) -> Option<String> {
        Some(format!("run-{}", self.run))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, now) = (self.run, ctx.clock.now());
        let run = ctx.db.write(move |tx| runs::begin(tx, id, now)).await?;
        let Some((provider, by)) = run.and_then(|run| Some((run.provider_id?, run.requested_by)))
        else {
            return Ok(());
        };
        let since = Instant::now();
        let items = match read(&ctx, id, provider).await? {
            Ok(items) => items,
            Err(error) => return finish(&ctx, id, RunOutcome::failed(&error, since)).await,
        };
        if items.is_empty() {
            // Compared with nothing, every offer would seem to be gone.
            let outcome = RunOutcome::not_made("The provider's catalog is empty.");
            return finish(&ctx, id, outcome).await;
        }
        if items.len() > MAX_PACKAGES {
            let why = format!("The catalog has more than {MAX_PACKAGES} packages.");
            return finish(&ctx, id, RunOutcome::not_made(why)).await;
        }
        let mut actor = Actor::system(&ctx);
        actor.id = by;
        let (adapters, now) = (ctx.adapters(), ctx.clock.now());
        let options = SyncCatalog {
            markup: self.markup.clone(),
            publish: self.publish,
        };
        ctx.db
            .write(move |tx| {
                let rows = packages::rows(&items, &options);
                let list = rules::compare_rows(tx, &actor, &adapters, provider, rows, now)?;
                runs::finish(tx, id, &outcome(&list, since), now)
            })
            .await
    }

    async fn give_up(self, ctx: Ctx, _: String) -> Result<()> {
        let why = "The catalog could not be read. The log has the cause.";
        finish(&ctx, self.run, RunOutcome::not_made(why)).await
    }
}

fn outcome(list: &PriceList, since: Instant) -> RunOutcome {
    let text = format!(
        "{} packages are new, {} changed, {} gone, {} unchanged, {} invalid.",
        list.new, list.changed, list.gone, list.unchanged, list.refused
    );
    RunOutcome {
        added: list.new,
        changed: list.changed.saturating_add(list.gone),
        price_list_id: Some(list.id),
        ..RunOutcome::succeeded(text, since)
    }
}

async fn finish(ctx: &Ctx, id: ProviderRunId, outcome: RunOutcome) -> Result<()> {
    let now = ctx.clock.now();
    ctx.db
        .write(move |tx| runs::finish(tx, id, &outcome, now))
        .await
}

/// Reads all pages, and stores the progress after each.
async fn read(
    ctx: &Ctx,
    run: ProviderRunId,
    provider: ProviderId,
) -> Result<Result<Vec<CatalogItem>, SupplierError>> {
    let sealed = ctx
        .db
        .read(move |conn| providers::sealed_account(conn, provider))
        .await?;
    let account = providers::account(&sealed, &ctx.keys)?;
    let supplier = providers::supplier(ctx, sealed.adapter)?;
    let (mut items, mut mark) = (Vec::new(), None::<String>);
    for pages in 1..=MAX_PAGES {
        let page = match supplier.catalog(&account, mark.as_deref()).await {
            Ok(page) => page,
            Err(error) => return Ok(Err(error)),
        };
        items.extend(page.items);
        let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
        ctx.db
            .write(move |tx| runs::progress(tx, run, pages, count))
            .await?;
        mark = page.next;
        if mark.is_none() || items.len() > MAX_PACKAGES {
            return Ok(Ok(items));
        }
    }
    Ok(Err(SupplierError::unknown("the catalog does not end")))
}

/// Requests the catalogs that are due by schedule. Runs every hour.
#[derive(Serialize, Deserialize)]
pub struct SyncDueCatalogs {}

impl Job for SyncDueCatalogs {
    const KIND: &'static str = "price_lists.sync_due";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("price_lists.sync_due".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let adapters: Vec<ProviderAdapter> = ctx
            .adapters()
            .into_iter()
            .filter(|adapter| has_catalog(&ctx, *adapter))
            .collect();
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        let context = ctx.clone();
        ctx.db
            .write(move |tx| {
                for (provider, hours) in providers::scheduled(tx.conn(), &adapters)? {
                    let subject = RunSubject::Provider(provider);
                    let last = runs::last(tx.conn(), subject, ProviderRunKind::Catalog)?;
                    if providers::next_sync(last.as_ref(), hours, now) <= now {
                        start(tx, &actor, &context, provider, &SyncCatalog::default())?;
                    }
                }
                Ok::<_, Error>(())
            })
            .await
    }
}
