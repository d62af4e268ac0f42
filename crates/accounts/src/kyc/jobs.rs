//! Files that have served are removed, and what a crash has left is swept up.

use super::{files, query, rules};
use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt};
use platform::{
    Actor, Ctx, Result,
    jobs::{self, Job},
    ports::files::Kept,
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use wire::{KycDocumentId, UserId};

/// How long a rejected document can still be looked at, for who asks why.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How old a file without a row is before nobody can be about to write that row.
const ABANDONED: TimeDelta = TimeDelta::days(1);
/// Files that are asked about at once.
const CHUNK: usize = 500;
/// Files that one job seals anew.
const BATCH: i64 = 50;

/// Customers whose KYC status one job derives again.
const REASSESSED: i64 = 200;

/// Derives the KYC status of every customer with documents again after the set of required documents has changed. Each
/// batch has a job and a transaction of its own; the last job finds no customers left.
#[derive(Serialize, Deserialize)]
pub struct Reassess {
    /// The version of the setting that caused it.
    pub version: i32,
    /// The last customer of the batch before this one.
    pub after: Option<UserId>,
}

impl Job for Reassess {
    const KIND: &'static str = "kyc.reassess";
    fn unique_key(&self) -> Option<String> {
        let after = self.after.map_or_else(String::new, |id| id.to_string());
        Some(format!("{}:{}:{after}", Self::KIND, self.version))
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let actor = Actor::system(&ctx);
        ctx.db
            .write(move |tx| {
                let due = query::with_documents(tx.conn(), self.after, REASSESSED)?;
                for user in &due {
                    rules::standing::reassess(tx, &actor, *user)?;
                }
                match due.last() {
                    Some(last) => jobs::enqueue(
                        tx,
                        &Self {
                            after: Some(*last),
                            version: self.version,
                        },
                    ),
                    None => Ok(()),
                }
            })
            .await
    }
}

/// Removes the file of a document that was taken away, or rejected long ago. What was decided stays.
#[derive(Serialize, Deserialize)]
pub struct Forget {
    /// The document.
    pub document: KycDocumentId,
}

impl Job for Forget {
    const KIND: &'static str = "kyc.forget";
    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.document))
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, before) = (self.document, ctx.clock.now() - KEPT);
        let served = ctx
            .db
            .read(move |conn| query::served_file(conn, id, before))
            .await?;
        let Some(key) = served else {
            return Ok(());
        };
        ctx.ports.files.delete(&key).await?;
        ctx.db
            .write(move |tx| query::moved(tx, id, (&key, "")).map(drop))
            .await
    }
}

/// Finds files that have served, files without a row, and files that an old key seals. To be enqueued every hour.
#[derive(Serialize, Deserialize)]
pub struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "kyc.sweep";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let before = ctx.clock.now() - KEPT;
        ctx.db
            .write(move |tx| {
                jobs::enqueue(tx, &Reseal {})?;
                query::all_served(tx.conn(), before)?
                    .into_iter()
                    .try_for_each(|document| jobs::enqueue(tx, &Forget { document }))
            })
            .await?;
        sweep(&ctx).await
    }
}

/// Removes what has no row and is old enough to never get one.
async fn sweep(ctx: &Ctx) -> Result<()> {
    let before = ctx.clock.now() - ABANDONED;
    let mut chunks = ctx.ports.files.list(files::FOLDER).try_chunks(CHUNK);
    while let Some(chunk) = chunks.next().await {
        let old: Vec<(KycDocumentId, String)> = chunk
            .map_err(|stopped| stopped.1)?
            .into_iter()
            .filter(|Kept { at, .. }| *at < before)
            .filter_map(|Kept { key, .. }| files::document_of(&key).map(|id| (id, key)))
            .collect();
        let ids: Vec<KycDocumentId> = old.iter().map(|(id, _)| *id).collect();
        let known = ctx
            .db
            .read(move |conn| query::kept_under(conn, &ids))
            .await?;
        let known: HashSet<String> = known.into_iter().collect();
        for (document, key) in old.into_iter().filter(|(_, key)| !known.contains(key)) {
            tracing::info!(%document, "a file without a row is removed, of document {document}");
            ctx.ports.files.delete(&key).await?;
        }
    }
    Ok(())
}

/// Seals files anew that are sealed with another key than the current one, some at a time, until there are none. Then
/// that other key opens nothing any more.
#[derive(Serialize, Deserialize)]
pub struct Reseal {}

impl Job for Reseal {
    const KIND: &'static str = "kyc.reseal";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let ending = files::ending(&ctx.keys);
        let due = ctx
            .db
            .read(move |conn| query::sealed_otherwise(conn, &ending, BATCH))
            .await?;
        let mut sealed = 0;
        for (id, key) in due {
            sealed += i64::from(seal_anew(&ctx, id, key).await?);
        }
        if sealed == BATCH {
            ctx.db.write(|tx| jobs::enqueue(tx, &Reseal {})).await?;
        }
        Ok(())
    }
}

/// The new file first, then the row, then the old file away: whatever fails, the row names a file that opens.
async fn seal_anew(ctx: &Ctx, id: KycDocumentId, old: String) -> Result<bool> {
    let Some(sealed) = ctx.ports.files.get(&old).await? else {
        tracing::error!(document = %id, "the file of document {id} is not in the store");
        return Ok(false);
    };
    let Some(anew) = ctx.keys.reseal(files::place(id), &sealed)? else {
        return Ok(false);
    };
    let Some(new) = files::renamed(&ctx.keys, &old) else {
        return Ok(false);
    };
    ctx.ports.files.put(&new, anew).await?;
    let (from, to) = (old.clone(), new.clone());
    let moved = ctx
        .db
        .write(move |tx| query::moved(tx, id, (&from, &to)))
        .await?;
    let left = if moved == 1 { &old } else { &new };
    ctx.ports.files.delete(left).await?;
    Ok(moved == 1)
}
