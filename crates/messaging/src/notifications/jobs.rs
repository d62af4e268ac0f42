//! Sending what waits in the outbox.

use super::{
    query,
    rules::{self, Opened},
};
use crate::qr;
use chrono::TimeDelta;
use platform::{
    Actor, Ctx, Error, Result,
    audit::{self, Act},
    jobs::{self, Job},
    people,
    ports::mailer,
    settings::{self, BusinessName},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::NotificationId;

/// Said of what waits while no mail can be sent.
const NO_SERVER: &str = "Waiting in the outbox: no mail server is configured.";
/// Younger messages have a job of their own.
const LEFT_BEHIND: TimeDelta = TimeDelta::minutes(5);

/// Sends one message. Its tries share a number, which the mail carries: a mailbox that gets it twice can tell,
/// while one that is sent again on purpose is not mistaken for the first.
#[derive(Serialize, Deserialize)]
pub struct SendNotification {
    id: NotificationId,
    number: Uuid,
}

impl SendNotification {
    pub(super) fn of(id: NotificationId) -> Self {
        Self {
            id,
            number: Uuid::now_v7(),
        }
    }
}

/// What the job that sends a message is told by.
pub fn key_of(id: NotificationId) -> String {
    format!("{}:{id}", SendNotification::KIND)
}

impl Job for SendNotification {
    const KIND: &'static str = "notification.send";
    fn unique_key(&self) -> Option<String> {
        Some(key_of(self.id))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let id = self.id;
        let Some(mailer) = &ctx.ports.mailer else {
            return ctx.db.write(move |tx| query::note(tx, id, NO_SERVER)).await;
        };
        let (row, sender) = ctx
            .db
            .write(move |tx| {
                let sender = settings::get(tx.conn(), BusinessName)?;
                Ok((query::try_to_send(tx, id)?, sender))
            })
            .await?;
        let Some(row) = row else { return Ok(()) };
        let from = From {
            name: sender,
            address: &ctx.config.mail.from,
        };
        let letter = self.letter(rules::open(&ctx.keys, &row)?, from)?;
        let to = letter.to.clone();
        match mailer.send(letter).await {
            Ok(receipt) => {
                let (now, receipt) = (
                    ctx.clock.now(),
                    receipt.chars().take(255).collect::<String>(),
                );
                ctx.db
                    .write(move |tx| query::sent(tx, id, (now, &receipt)))
                    .await
            }
            Err(error) => {
                // Mail servers like to repeat whom they refuse.
                let why = error.to_string().replace(&to, &people::mask_email(&to));
                let noted = why.clone();
                ctx.db.write(move |tx| query::note(tx, id, &noted)).await?;
                Err(Error::Internal(why))
            }
        }
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        let actor = Actor::system(&ctx);
        ctx.db
            .write(move |tx| {
                if !query::failed(tx, self.id, &why)? {
                    return Ok(());
                }
                audit::record(
                    tx,
                    &actor,
                    Act::new("notification.fail", "notification", self.id.0),
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
    fn letter(&self, opened: Opened, from: From<'_>) -> Result<mailer::Letter> {
        let drawn = opened
            .codes
            .iter()
            .enumerate()
            .map(|(place, code)| Ok((format!("qr-{}", place + 1), qr::png(code)?)));
        let pictures = if opened.html.is_some() {
            drawn.collect::<Result<_>>()?
        } else {
            Vec::new()
        };
        let message_id = format!("<{}@{}>", self.number, domain(from.address));
        Ok(mailer::Letter {
            sender: from.name,
            to: opened.to,
            subject: opened.subject,
            text: opened.text,
            html: opened.html,
            pictures,
            message_id,
        })
    }
}

/// The domain that mail is sent from, as its message ids end.
fn domain(from: &str) -> &str {
    from.rsplit_once('@')
        .map(|(_, domain)| domain.trim_end_matches('>').trim())
        .filter(|domain| !domain.is_empty())
        .unwrap_or("localhost")
}

/// Takes up what was left behind while no mail server was configured. To be enqueued every few minutes.
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
        let before = ctx.clock.now() - LEFT_BEHIND;
        ctx.db
            .write(move |tx| {
                let waiting = query::left_behind(tx.conn(), before)?;
                waiting
                    .into_iter()
                    .try_for_each(|id| jobs::enqueue(tx, &SendNotification::of(id)))
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_ends_with_the_senders_domain() {
        for (from, domain_of) in [
            ("eSIM Admin <no-reply@example.com>", "example.com"),
            ("no-reply@example.com", "example.com"),
            ("nobody", "localhost"),
        ] {
            assert_eq!(domain(from), domain_of);
        }
    }
}
