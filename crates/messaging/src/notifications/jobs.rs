//! Sends the pending messages of the outbox.

use super::{
    query,
    rules::{self, OpenedMessage},
};
use crate::qr;
use chrono::TimeDelta;
use platform::{
    Actor, Ctx, Error, Result,
    audit::{self, AuditEvent},
    jobs::{self, Job},
    people,
    ports::mailer,
    settings::{self, BusinessName},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{NotificationId, system::audit::AuditAction};

/// The error of a message that is pending because no mail server is configured.
const NO_MAILER: &str = "Waiting in the outbox: no mail server is configured.";
/// The minimum age of the messages that [`Outbox`] queues again: younger messages have a job of their own.
const MINIMUM_AGE: TimeDelta = TimeDelta::minutes(5);

/// Sends one message. Its attempts share a number, which becomes the email's Message-ID: a mailbox that receives the email
/// twice recognizes the copy, while an email that is resent on purpose has a number of its own.
#[derive(Serialize, Deserialize)]
pub struct SendNotification {
    id: NotificationId,
    number: Uuid,
}

impl SendNotification {
    pub(super) fn new(id: NotificationId) -> Self {
        Self {
            id,
            number: Uuid::now_v7(),
        }
    }
}

/// Returns the unique key of the job that sends a message.
pub fn job_key(id: NotificationId) -> String {
    format!("{}:{id}", SendNotification::KIND)
}

impl Job for SendNotification {
    const KIND: &'static str = "notification.send";
    fn unique_key(&self) -> Option<String> {
        Some(job_key(self.id))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let id = self.id;
        let Some(mailer) = &ctx.ports.mailer else {
            return ctx
                .db
                .write(move |tx| query::note_error(tx, id, NO_MAILER))
                .await;
        };
        let (row, sender) = ctx
            .db
            .write(move |tx| {
                let sender = settings::get(tx.conn(), BusinessName)?;
                Ok((query::start_attempt(tx, id)?, sender))
            })
            .await?;
        let Some(row) = row else { return Ok(()) };
        let from = From {
            name: sender,
            address: &ctx.config.mail.from,
        };
        let email = self.to_email(rules::open(&ctx.keys, &row)?, from)?;
        let to = email.to.clone();
        match mailer.send(email).await {
            Ok(receipt) => {
                let (now, receipt) = (
                    ctx.clock.now(),
                    receipt.chars().take(255).collect::<String>(),
                );
                ctx.db
                    .write(move |tx| query::mark_sent(tx, id, now, &receipt))
                    .await
            }
            Err(error) => {
                // Mail servers often quote the recipient that they reject.
                let reason = error.to_string().replace(&to, &people::mask_email(&to));
                let noted = reason.clone();
                ctx.db
                    .write(move |tx| query::note_error(tx, id, &noted))
                    .await?;
                Err(Error::Internal(reason))
            }
        }
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        let actor = Actor::system(&ctx);
        ctx.db
            .write(move |tx| {
                if !query::mark_failed(tx, self.id, &why)? {
                    return Ok(());
                }
                audit::record(
                    tx,
                    &actor,
                    AuditEvent::new(AuditAction::NotificationFail, self.id),
                )
            })
            .await
    }
}

/// The sender of a message: the name of the business, and the address that the server sends from.
struct From<'a> {
    name: String,
    address: &'a str,
}

impl SendNotification {
    fn to_email(&self, opened: OpenedMessage, from: From<'_>) -> Result<mailer::Email> {
        let pictures = pictures(opened.html.as_deref().unwrap_or_default(), &opened.codes)?;
        let own_id = opened
            .thread
            .as_ref()
            .and_then(|thread| thread.message_id.clone());
        let message_id =
            own_id.unwrap_or_else(|| format!("<{}@{}>", self.number, domain(from.address)));
        Ok(mailer::Email {
            sender: from.name,
            to: opened.to,
            subject: opened.subject,
            text: opened.text,
            html: opened.html,
            pictures,
            message_id,
            thread: opened.thread,
        })
    }
}

/// Draws the codes that an HTML text shows as images. The other codes, such as the tokens of links, are only masked.
fn pictures(html: &str, codes: &[String]) -> Result<Vec<(String, Vec<u8>)>> {
    codes
        .iter()
        .enumerate()
        .map(|(index, code)| (format!("qr-{}", index + 1), code))
        .filter(|(name, _)| html.contains(&format!("\"cid:{name}\"")))
        .map(|(name, code)| Ok((name, qr::png(code)?)))
        .collect()
}

/// Returns the domain of the sender's address, with which the Message-ID ends.
fn domain(from: &str) -> &str {
    from.rsplit_once('@')
        .map(|(_, domain)| domain.trim_end_matches('>').trim())
        .filter(|domain| !domain.is_empty())
        .unwrap_or("localhost")
}

/// Queues the messages that were not sent because no mail server was configured. Scheduled every minute.
#[derive(Serialize, Deserialize)]
pub struct Outbox {}

impl Job for Outbox {
    const KIND: &'static str = "notification.outbox";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        if ctx.ports.mailer.is_none() {
            return Ok(());
        }
        let before = ctx.clock.now() - MINIMUM_AGE;
        ctx.db
            .write(move |tx| {
                let pending = query::pending_before(tx.conn(), before)?;
                pending
                    .into_iter()
                    .try_for_each(|id| jobs::enqueue(tx, &SendNotification::new(id)))
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_that_the_html_shows_are_drawn() -> Result<()> {
        let codes = ["LPA:1$rsp.example.com$A".to_owned(), "token".to_owned()];
        let drawn = pictures("<img src=\"cid:qr-1\"> <p>cid:qr-2</p>", &codes)?;
        let names: Vec<&str> = drawn.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["qr-1"]);
        Ok(())
    }

    #[test]
    fn message_id_ends_with_the_domain_of_the_sender() {
        for (from, domain_of) in [
            ("eSIM Admin <no-reply@example.com>", "example.com"),
            ("no-reply@example.com", "example.com"),
            ("no-domain", "localhost"),
        ] {
            assert_eq!(domain(from), domain_of);
        }
    }
}
