//! Stores the head of the chain outside the database: one file per day in the file storage, and a line in the log.

use futures_util::TryStreamExt;
use platform::{Ctx, Result};
use wire::{Param, system::audit::AuditHead};

/// The folder of the files.
const FOLDER: &str = "audit/heads";

/// Overwrites the file of the day with the current head.
pub async fn export(ctx: &Ctx, head: &AuditHead) -> Result<()> {
    let now = ctx.clock.now();
    let text = format!("{} {}\n", head.show(), now.format("%Y-%m-%dT%H:%M:%SZ"));
    let key = format!("{FOLDER}/{}", now.format("%Y-%m-%d"));
    ctx.ports.files.put(&key, text.into_bytes()).await?;
    tracing::info!(
        seq = head.seq,
        hash = head.hash,
        "the audit chain ends with {}",
        head.show()
    );
    Ok(())
}

/// Returns the head that was exported last. It proves every link before it.
pub async fn newest(ctx: &Ctx) -> Result<Option<AuditHead>> {
    let files: Vec<_> = ctx.ports.files.list(FOLDER).try_collect().await?;
    let Some(key) = files.into_iter().map(|file| file.key).max() else {
        return Ok(None);
    };
    let bytes = ctx.ports.files.get(&key).await?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let head = text.split_whitespace().next().map(AuditHead::parse);
    Ok(head.and_then(std::result::Result::ok))
}
