//! Jobs that delete files that are no longer needed, clean up after crashes, and seal files with the current key.

use super::{files, query};
use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt};
use platform::{Ctx, Result, jobs::Job, ports::files::StoredFile};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use wire::TicketAttachmentId;

/// The age at which a file is deleted that no message took, or that has no row.
const UNUSED_AGE: TimeDelta = TimeDelta::days(1);
/// Files that one query looks up.
const CHUNK: usize = 500;
/// Files that one run deletes or seals again.
const BATCH: i64 = 500;

/// Deletes the content of deleted files and of files that no message took, deletes files without a row, and seals files with
/// the current key. Scheduled every hour.
#[derive(Serialize, Deserialize)]
pub struct CleanUpAttachments {}

impl Job for CleanUpAttachments {
    const KIND: &'static str = "tickets.clean_up_attachments";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        delete_unused(&ctx).await?;
        delete_orphans(&ctx).await?;
        reseal(&ctx).await
    }
}

async fn delete_unused(ctx: &Ctx) -> Result<()> {
    let now = ctx.clock.now();
    let deletable = ctx
        .db
        .read(move |conn| query::deletable(conn, now - UNUSED_AGE, BATCH))
        .await?;
    for (id, key) in deletable {
        // Marked first, so that no message takes a file whose content is gone.
        ctx.db
            .write(move |tx| query::mark_deleted(tx, id, now))
            .await?;
        ctx.ports.files.delete(&key).await?;
        ctx.db
            .write(move |tx| query::change_key(tx, id, &key, "").map(drop))
            .await?;
    }
    Ok(())
}

async fn delete_orphans(ctx: &Ctx) -> Result<()> {
    let before = ctx.clock.now() - UNUSED_AGE;
    let mut chunks = ctx.ports.files.list(files::FOLDER).try_chunks(CHUNK);
    while let Some(chunk) = chunks.next().await {
        let old: Vec<(TicketAttachmentId, String)> = chunk
            .map_err(|stopped| stopped.1)?
            .into_iter()
            .filter(|StoredFile { at, .. }| *at < before)
            .filter_map(|StoredFile { key, .. }| files::id_of(&key).map(|id| (id, key)))
            .collect();
        let ids: Vec<TicketAttachmentId> = old.iter().map(|(id, _)| *id).collect();
        let known = ctx.db.read(move |conn| query::keys_of(conn, &ids)).await?;
        let known: HashSet<String> = known.into_iter().collect();
        for (id, key) in old.into_iter().filter(|(_, key)| !known.contains(key)) {
            tracing::info!(attachment = %id, "deleting a file of attachment {id} that has no row");
            ctx.ports.files.delete(&key).await?;
        }
    }
    Ok(())
}

async fn reseal(ctx: &Ctx) -> Result<()> {
    let suffix = files::key_suffix(&ctx.keys);
    let outdated = ctx
        .db
        .read(move |conn| query::sealed_with_other_key(conn, &suffix, BATCH))
        .await?;
    for (id, key) in outdated {
        reseal_file(ctx, id, key).await?;
    }
    Ok(())
}

/// Stores the new file, updates the row, and then deletes the old file: after any failure, the row names a file that opens.
async fn reseal_file(ctx: &Ctx, id: TicketAttachmentId, old: String) -> Result<()> {
    let Some(sealed) = ctx.ports.files.get(&old).await? else {
        tracing::error!(attachment = %id, "the file of attachment {id} is not in the store");
        return Ok(());
    };
    let Some(resealed) = ctx.keys.reseal(files::file_context(id), &sealed)? else {
        return Ok(());
    };
    let Some(new) = files::resealed_key(&ctx.keys, &old) else {
        return Ok(());
    };
    ctx.ports.files.put(&new, resealed).await?;
    let (from, to) = (old.clone(), new.clone());
    let updated = ctx
        .db
        .write(move |tx| query::change_key(tx, id, &from, &to))
        .await?;
    let unused = if updated == 1 { &old } else { &new };
    ctx.ports.files.delete(unused).await
}
