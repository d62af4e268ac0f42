//! Jobs that delete files that are no longer needed, clean up after crashes, seal files with the current key, and derive the KYC
//! status again.

use super::{files, query, rules};
use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt};
use platform::{
    Actor, Ctx, Result,
    jobs::{self, Job},
    ports::files::StoredFile,
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use wire::{KycDocumentId, UserId};

/// How long the file of a rejected document stays available for questions.
const REJECTED_RETENTION: TimeDelta = TimeDelta::days(30);
/// The age at which a file without a row is deleted: no request can still be about to insert the row.
const ORPHAN_AGE: TimeDelta = TimeDelta::days(1);
/// Files that one query looks up.
const CHUNK: usize = 500;
/// Files that one job seals again.
const RESEAL_BATCH: i64 = 50;

/// Customers whose KYC status one job derives again.
const REASSESS_BATCH: i64 = 200;

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
                let customers = query::with_documents(tx.conn(), self.after, REASSESS_BATCH)?;
                for user in &customers {
                    rules::status::reassess(tx, &actor, *user)?;
                }
                match customers.last() {
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

/// Deletes the file of a document that was deleted, or rejected longer ago than the retention period. The decision stays.
#[derive(Serialize, Deserialize)]
pub struct DeleteFile {
    /// The document.
    pub document: KycDocumentId,
}

impl Job for DeleteFile {
    const KIND: &'static str = "kyc.forget";
    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.document))
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, before) = (self.document, ctx.clock.now() - REJECTED_RETENTION);
        let deletable = ctx
            .db
            .read(move |conn| query::deletable_file(conn, id, before))
            .await?;
        let Some(key) = deletable else {
            return Ok(());
        };
        ctx.ports.files.delete(&key).await?;
        ctx.db
            .write(move |tx| query::change_file_key(tx, id, &key, "").map(drop))
            .await
    }
}

/// Deletes files that are no longer needed and files without a row, and enqueues [`Reseal`]. Enqueued every hour.
#[derive(Serialize, Deserialize)]
pub struct CleanUpKycFiles {}

impl Job for CleanUpKycFiles {
    const KIND: &'static str = "kyc.sweep";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let before = ctx.clock.now() - REJECTED_RETENTION;
        ctx.db
            .write(move |tx| {
                jobs::enqueue(tx, &Reseal {})?;
                query::with_deletable_file(tx.conn(), before)?
                    .into_iter()
                    .try_for_each(|document| jobs::enqueue(tx, &DeleteFile { document }))
            })
            .await?;
        delete_orphans(&ctx).await
    }
}

/// Deletes files that have no row and are older than [`ORPHAN_AGE`].
async fn delete_orphans(ctx: &Ctx) -> Result<()> {
    let before = ctx.clock.now() - ORPHAN_AGE;
    let mut chunks = ctx.ports.files.list(files::FOLDER).try_chunks(CHUNK);
    while let Some(chunk) = chunks.next().await {
        let old: Vec<(KycDocumentId, String)> = chunk
            .map_err(|stopped| stopped.1)?
            .into_iter()
            .filter(|StoredFile { at, .. }| *at < before)
            .filter_map(|StoredFile { key, .. }| files::document_id_of(&key).map(|id| (id, key)))
            .collect();
        let ids: Vec<KycDocumentId> = old.iter().map(|(id, _)| *id).collect();
        let known = ctx
            .db
            .read(move |conn| query::file_keys(conn, &ids))
            .await?;
        let known: HashSet<String> = known.into_iter().collect();
        for (document, key) in old.into_iter().filter(|(_, key)| !known.contains(key)) {
            tracing::info!(%document, "deleting a file of document {document} that has no row");
            ctx.ports.files.delete(&key).await?;
        }
    }
    Ok(())
}

/// Seals files with the current key that are sealed with an older one, a batch per job, until none are left. The older key is no
/// longer needed after that.
#[derive(Serialize, Deserialize)]
pub struct Reseal {}

impl Job for Reseal {
    const KIND: &'static str = "kyc.reseal";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let suffix = files::key_suffix(&ctx.keys);
        let outdated = ctx
            .db
            .read(move |conn| query::sealed_with_other_key(conn, &suffix, RESEAL_BATCH))
            .await?;
        let mut sealed = 0;
        for (id, key) in outdated {
            sealed += i64::from(reseal_file(&ctx, id, key).await?);
        }
        if sealed == RESEAL_BATCH {
            ctx.db.write(|tx| jobs::enqueue(tx, &Reseal {})).await?;
        }
        Ok(())
    }
}

/// Stores the new file, updates the row, and then deletes the old file: after any failure, the row names a file that opens.
async fn reseal_file(ctx: &Ctx, id: KycDocumentId, old: String) -> Result<bool> {
    let Some(sealed) = ctx.ports.files.get(&old).await? else {
        tracing::error!(document = %id, "the file of document {id} is not in the store");
        return Ok(false);
    };
    let Some(resealed) = ctx.keys.reseal(files::file_context(id), &sealed)? else {
        return Ok(false);
    };
    let Some(new) = files::resealed_key(&ctx.keys, &old) else {
        return Ok(false);
    };
    ctx.ports.files.put(&new, resealed).await?;
    let (from, to) = (old.clone(), new.clone());
    let updated = ctx
        .db
        .write(move |tx| query::change_file_key(tx, id, &from, &to))
        .await?;
    let unused = if updated == 1 { &old } else { &new };
    ctx.ports.files.delete(unused).await?;
    Ok(updated == 1)
}
