//! Seals emails into the outbox, and masks what the panel and the API show of them.

use super::{
    jobs::SendNotification,
    query::{self, NewNotification, NotificationRow},
};
use crate::emails::{self, EmailTemplate, Signature};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    crypto::{FieldContext, Keyring},
    jobs, people,
    ports::mailer::Thread,
};
use serde::{Deserialize, Serialize};
use wire::{
    EsimId, NotificationId, OrderId, Page, Paging, ProblemCode, UserId,
    esims::profile::ActivationCode,
    messaging::notifications::{
        Notification, NotificationFilter, NotificationSort, NotificationType,
    },
    system::audit::AuditAction,
};

/// Replaces the secret part of an activation code where a message is shown.
const MASK: &str = "••••••••";

/// An email to a user. The type does not implement `Debug`, because the email may contain activation codes.
pub struct EmailMessage {
    /// The recipient.
    pub user_id: UserId,
    /// The order it is about.
    pub order_id: Option<OrderId>,
    /// The eSIM it is about.
    pub esim_id: Option<EsimId>,
    /// The template and its variables.
    pub template: EmailTemplate,
    /// The deduplication key: a second email with the same key is not queued.
    pub dedupe_key: String,
}

/// The content that the `message` column seals.
#[derive(Serialize, Deserialize)]
pub struct SealedMessage {
    pub text: String,
    pub codes: Vec<String>,
}

/// A message, opened to be sent.
pub struct OpenedMessage {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub codes: Vec<String>,
    pub thread: Option<Thread>,
}

/// Queues an email in the outbox; a job sends it after this transaction is committed.
pub fn notify(tx: &mut Tx<'_>, keys: &Keyring, email: EmailMessage) -> Result<()> {
    let to = people::email(tx.conn(), keys, email.user_id)?;
    notify_address(tx, keys, email, &to)
}

/// Queues an email like [`notify`], to another address than the user's current one, such as the previous one.
pub fn notify_address(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    email: EmailMessage,
    to: &str,
) -> Result<()> {
    queue(tx, keys, email, to, None)
}

/// Queues an email like [`notify`], with the headers of a thread.
pub fn notify_in_thread(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    email: EmailMessage,
    thread: &Thread,
) -> Result<()> {
    let to = people::email(tx.conn(), keys, email.user_id)?;
    queue(tx, keys, email, &to, Some(thread))
}

fn queue(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    email: EmailMessage,
    to: &str,
    thread: Option<&Thread>,
) -> Result<()> {
    let id = NotificationId::new();
    let rendered = emails::render(&email.template, &Signature::load(tx.conn())?)?;
    let message = serde_json::to_string(&SealedMessage {
        text: rendered.text,
        codes: email.template.codes(),
    })
    .map_err(Error::internal)?;
    let is_new = query::insert(
        tx,
        &NewNotification {
            id,
            user_id: email.user_id,
            order_id: email.order_id,
            esim_id: email.esim_id,
            destination: keys.seal(field_context(id, "destination"), to)?,
            subject: rendered.subject.chars().take(255).collect(),
            message: keys.seal(field_context(id, "message"), &message)?,
            message_html: Some(keys.seal(field_context(id, "message_html"), &rendered.html)?),
            headers: thread
                .map(|thread| {
                    let json = serde_json::to_string(thread).map_err(Error::internal)?;
                    keys.seal(field_context(id, "headers"), &json)
                })
                .transpose()?,
            dedupe_key: email.dedupe_key,
            created_at: chrono::Utc::now(),
        },
    )?;
    if is_new {
        jobs::enqueue(tx, &SendNotification::new(id))
    } else {
        Ok(())
    }
}

/// Returns one page of the outbox, masked.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &NotificationFilter,
    paging: &Paging<NotificationSort>,
) -> Result<Page<Notification>> {
    query::page(conn, filter, actor.owner_filter(), paging)?
        .try_map(|row| show_row(conn, &actor.keys, row))
}

/// Returns a message, masked.
pub fn show(conn: &mut Conn, actor: &Actor, id: NotificationId) -> Result<Notification> {
    let row = query::find(conn, id, actor.owner_filter())?;
    show_row(conn, &actor.keys, row)
}

/// Sends a message again, to the current address of the user: a wrong address is the usual reason to resend.
pub fn resend(tx: &mut Tx<'_>, actor: &Actor, id: NotificationId) -> Result<Notification> {
    let row = query::find(tx.conn(), id, actor.owner_filter())?;
    if row.type_ == NotificationType::InApp {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "A notification in the panel cannot be resent.",
        ));
    }
    let to = people::email(tx.conn(), &actor.keys, row.user_id)?;
    let row = query::requeue(
        tx,
        id,
        &actor.keys.seal(field_context(id, "destination"), &to)?,
    )?;
    jobs::enqueue(tx, &SendNotification::new(id))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::NotificationResend, id),
    )?;
    show_row(tx.conn(), &actor.keys, row)
}

/// Opens a message to be sent.
pub fn open(keys: &Keyring, row: &NotificationRow) -> Result<OpenedMessage> {
    let message: SealedMessage = open_message(keys, row)?;
    let to = row
        .destination
        .as_deref()
        .ok_or_else(|| Error::internal(format!("message {} has no destination", row.id)))?;
    Ok(OpenedMessage {
        to: keys.open(field_context(row.id, "destination"), to)?,
        subject: row.subject.clone().unwrap_or_default(),
        text: message.text,
        html: row
            .message_html
            .as_deref()
            .map(|html| keys.open(field_context(row.id, "message_html"), html))
            .transpose()?,
        codes: message.codes,
        thread: row
            .headers
            .as_deref()
            .map(|headers| {
                let json = keys.open(field_context(row.id, "headers"), headers)?;
                serde_json::from_str(&json)
                    .map_err(|_| Error::internal("the headers of a message cannot be parsed"))
            })
            .transpose()?,
    })
}

fn open_message(keys: &Keyring, row: &NotificationRow) -> Result<SealedMessage> {
    open_sealed(keys, row.id, &row.message)
}

/// Opens the `message` column.
pub fn open_sealed(keys: &Keyring, id: NotificationId, sealed: &[u8]) -> Result<SealedMessage> {
    // The error of the parser is dropped, because it would quote the text.
    serde_json::from_str(&keys.open(field_context(id, "message"), sealed)?)
        .map_err(|_| Error::internal(format!("the content of message {id} cannot be parsed")))
}

/// Returns the text of an opened `message` column, with activation codes masked.
pub fn visible_text(sealed: &str) -> Result<String> {
    serde_json::from_str::<SealedMessage>(sealed)
        .map(|message| mask_codes(message.text, &message.codes))
        .map_err(|_| Error::internal("the content of a message cannot be parsed"))
}

/// Returns the sealed content of an erased message.
pub fn erased_message(keys: &Keyring, id: NotificationId) -> Result<Vec<u8>> {
    let erased = SealedMessage {
        text: "Erased".to_owned(),
        codes: Vec::new(),
    };
    let text = serde_json::to_string(&erased).map_err(Error::internal)?;
    keys.seal(field_context(id, "message"), &text)
}

/// Returns a message for display. A sealed value that does not open is marked and recorded in the audit log; the other
/// values are shown.
fn show_row(conn: &mut Conn, keys: &Keyring, row: NotificationRow) -> Result<Notification> {
    let message = people::value_or_report(conn, keys, open_message(keys, &row))?;
    let is_message_broken = message.is_none();
    let SealedMessage { text, codes } = message.unwrap_or_else(|| SealedMessage {
        text: people::UNREADABLE.to_owned(),
        codes: Vec::new(),
    });
    let opened = row.destination.as_deref().map(|to| {
        let opened = keys.open(field_context(row.id, "destination"), to);
        people::value_or_report(conn, keys, opened)
    });
    let to = opened.transpose()?;
    let is_unreadable = is_message_broken || to == Some(None);
    let destination = match to {
        Some(Some(to)) => people::mask_email(&to),
        Some(None) => people::UNREADABLE.to_owned(),
        None => String::new(),
    };
    Ok(Notification {
        id: row.id,
        user_id: row.user_id,
        r#type: row.type_,
        template_id: row.template_id,
        subject: row.subject,
        message: mask_codes(text, &codes),
        destination,
        is_unreadable,
        status: row.status,
        attempts: row.attempts,
        last_error: row.last_error,
        order_id: row.order_id,
        esim_id: row.esim_id,
        sent_at: row.sent_at,
        read_at: row.read_at,
        created_at: row.created_at,
    })
}

/// Masks the secret part of every activation code in a text, in links as well.
fn mask_codes(text: String, codes: &[String]) -> String {
    codes.iter().fold(text, |text, code| {
        let secret = ActivationCode::parse(code)
            .ok()
            .map(|code| code.matching_id)
            .filter(|secret| !secret.is_empty());
        text.replace(secret.as_deref().unwrap_or(code), MASK)
    })
}

/// Returns the context in which a column is sealed.
pub fn field_context(id: NotificationId, column: &str) -> FieldContext<'_> {
    FieldContext::new("notifications", column, id.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_message_masks_every_activation_code() {
        let codes = vec![
            "LPA:1$rsp.example.com$ABC-123".to_owned(),
            "not a code".to_owned(),
        ];
        let text = "Scan LPA:1$rsp.example.com$ABC-123 or open https://example.com/?carddata=LPA%3A1%24rsp.example.com%24ABC-123; by hand: rsp.example.com, ABC-123; not a code";
        let masked = mask_codes(text.to_owned(), &codes);
        assert!(
            !masked.contains("ABC-123") && !masked.contains("not a code"),
            "{masked}"
        );
        assert!(
            masked.contains("LPA:1$rsp.example.com$••••••••"),
            "{masked}"
        );
    }
}
