//! The job that reads a received email.

use super::{
    content_context,
    email::{self, Email},
    query,
    rules::{self, ReadMail},
};
use crate::messages::files::{self, NewFile, SealedFile};
use platform::{Actor, Ctx, Error, Result, jobs::Job};
use serde::{Deserialize, Serialize};
use wire::{InboundEmailId, support::inbound::InboundEmailStatus};

/// Reads a received email: inspects and stores its files, and adds it to its ticket or opens a new one.
#[derive(Serialize, Deserialize)]
pub struct ReadEmail {
    /// The email.
    pub email: InboundEmailId,
}

impl Job for ReadEmail {
    const KIND: &'static str = "tickets.read_email";
    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.email))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let id = self.email;
        let content = ctx.db.read(move |conn| query::unread(conn, id)).await?;
        let Some(content) = content else {
            return Ok(());
        };
        let raw = ctx.keys.open_bytes(content_context(id), &content)?;
        let Some(mut read) = email::read(&raw) else {
            return set_aside(&ctx, id, InboundEmailStatus::Failed, "it has no sender").await;
        };
        if let Some(why) = rules::reason_to_ignore(&ctx, &read) {
            return set_aside(&ctx, id, InboundEmailStatus::Ignored, why).await;
        }
        let (files, rejected) = store_files(&ctx, &mut read).await?;
        let mail = ReadMail {
            id,
            email: read,
            files,
            rejected,
        };
        let (actor, context) = (Actor::system(&ctx), ctx.clone());
        ctx.db
            .write(move |tx| rules::process(tx, &context, &actor, &mail))
            .await
    }

    async fn give_up(self, ctx: Ctx, _: String) -> Result<()> {
        set_aside(
            &ctx,
            self.email,
            InboundEmailStatus::Failed,
            "it could not be read",
        )
        .await
    }
}

async fn set_aside(
    ctx: &Ctx,
    id: InboundEmailId,
    status: InboundEmailStatus,
    why: &'static str,
) -> Result<()> {
    let now = ctx.clock.now();
    ctx.db
        .write(move |tx| rules::set_aside(tx, id, status, why, now))
        .await
}

/// Inspects the files of an email and stores the accepted ones. A file in the store without a row, which a failure leaves
/// behind, is deleted by the hourly job.
async fn store_files(ctx: &Ctx, email: &mut Email) -> Result<(Vec<SealedFile>, Vec<String>)> {
    let (mut accepted, mut rejected) = (Vec::new(), Vec::new());
    for file in std::mem::take(&mut email.files) {
        let name = file.name.clone();
        let new = NewFile {
            content_type: file.content_type,
            name: file.name,
            bytes: file.bytes,
        };
        match files::inspect_and_seal(&ctx.keys, new).await {
            Ok(mut sealed) => {
                let bytes = std::mem::take(&mut sealed.bytes);
                ctx.ports.files.put(&sealed.storage_key, bytes).await?;
                accepted.push(sealed);
            }
            Err(Error::Refused(_)) => rejected.push(name),
            Err(error) => return Err(error),
        }
    }
    Ok((accepted, rejected))
}
