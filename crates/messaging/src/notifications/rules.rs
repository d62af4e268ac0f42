//! How a letter is sealed into the outbox, and what of it may be seen.

use super::{
    jobs::SendNotification,
    query::{self, Fresh, NotificationRow},
    signature::Signature,
};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
    crypto::{Keyring, Place},
    jobs, people,
};
use serde::{Deserialize, Serialize};
use wire::{
    EsimId, NotificationId, OrderId, Page, Paging, UserId,
    esims::profile::ActivationCode,
    messaging::notifications::{Notification, NotificationFilter, NotificationSort},
};

/// What stands for an activation code where it is not to be seen.
const HIDDEN: &str = "••••••••";

/// A letter to a person. It does not print: it may carry activation codes.
pub struct Letter {
    /// To whom.
    pub user_id: UserId,
    /// The order it is about.
    pub order_id: Option<OrderId>,
    /// The eSIM it is about.
    pub esim_id: Option<EsimId>,
    /// The subject, which is kept in plain: never with a code or a name in it.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML. `cid:qr-1` is the picture of the first code, `cid:qr-2` of the second.
    pub html: Option<String>,
    /// The activation codes that it carries: drawn when it is sent, masked when it is looked at.
    pub codes: Vec<String>,
    /// What it is told by from every other letter; a second one with the same key is not written.
    pub dedupe_key: String,
}

/// What the `message` column seals.
#[derive(Serialize, Deserialize)]
pub struct Sealed {
    pub text: String,
    pub codes: Vec<String>,
}

/// A letter, opened to be sent.
pub struct Opened {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub codes: Vec<String>,
}

/// Writes a letter into the outbox and has it sent once this transaction is committed.
pub fn notify(tx: &mut Tx<'_>, keys: &Keyring, letter: Letter) -> Result<()> {
    let to = people::email(tx.conn(), keys, letter.user_id)?;
    notify_at(tx, keys, letter, &to)
}

/// Writes an email like [`notify`] to another address than the user's current one, such as the previous one.
pub fn notify_at(tx: &mut Tx<'_>, keys: &Keyring, letter: Letter, to: &str) -> Result<()> {
    let id = NotificationId::new();
    let signature = Signature::read(tx.conn())?;
    let message = serde_json::to_string(&Sealed {
        text: signature.under_text(&letter.text),
        codes: letter.codes,
    })
    .map_err(Error::internal)?;
    let is_new = query::insert(
        tx,
        &Fresh {
            id,
            user_id: letter.user_id,
            order_id: letter.order_id,
            esim_id: letter.esim_id,
            destination: keys.seal(place(id, "destination"), to)?,
            subject: letter.subject.chars().take(255).collect(),
            message: keys.seal(place(id, "message"), &message)?,
            message_html: letter
                .html
                .map(|html| keys.seal(place(id, "message_html"), &signature.under_html(&html)))
                .transpose()?,
            dedupe_key: letter.dedupe_key,
            created_at: chrono::Utc::now(),
        },
    )?;
    if is_new {
        jobs::enqueue(tx, &SendNotification::of(id))
    } else {
        Ok(())
    }
}

/// One page of the outbox.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &NotificationFilter,
    paging: &Paging<NotificationSort>,
) -> Result<Page<Notification>> {
    query::page(conn, filter, actor.only(), paging)?.try_map(|row| show_row(conn, &actor.keys, row))
}

/// One message.
pub fn show(conn: &mut Conn, actor: &Actor, id: NotificationId) -> Result<Notification> {
    let row = query::find(conn, id, actor.only())?;
    show_row(conn, &actor.keys, row)
}

/// Sends a message again, to where the person is reached by now: a wrong address is the usual reason.
pub fn resend(tx: &mut Tx<'_>, actor: &Actor, id: NotificationId) -> Result<Notification> {
    let row = query::find(tx.conn(), id, actor.only())?;
    let to = people::email(tx.conn(), &actor.keys, row.user_id)?;
    let row = query::reopen(tx, id, &actor.keys.seal(place(id, "destination"), &to)?)?;
    jobs::enqueue(tx, &SendNotification::of(id))?;
    audit::record(
        tx,
        actor,
        Act::new("notification.resend", "notification", id.0),
    )?;
    show_row(tx.conn(), &actor.keys, row)
}

/// Opens a message to be sent.
pub fn open(keys: &Keyring, row: &NotificationRow) -> Result<Opened> {
    let message: Sealed = read(keys, row)?;
    let to = row
        .destination
        .as_deref()
        .ok_or_else(|| Error::internal(format!("message {} has no destination", row.id)))?;
    Ok(Opened {
        to: keys.open(place(row.id, "destination"), to)?,
        subject: row.subject.clone().unwrap_or_default(),
        text: message.text,
        html: row
            .message_html
            .as_deref()
            .map(|html| keys.open(place(row.id, "message_html"), html))
            .transpose()?,
        codes: message.codes,
    })
}

fn read(keys: &Keyring, row: &NotificationRow) -> Result<Sealed> {
    // The parser's error would quote the text.
    serde_json::from_str(&keys.open(place(row.id, "message"), &row.message)?)
        .map_err(|_| Error::internal(format!("message {} is not a letter", row.id)))
}

/// What a message says, out of what its column seals; codes hidden.
pub fn text_of(sealed: &str) -> Result<String> {
    serde_json::from_str::<Sealed>(sealed)
        .map(|message| without_codes(message.text, &message.codes))
        .map_err(|_| Error::internal("a message is not a letter"))
}

/// A message that says nothing any more.
pub fn blank(keys: &Keyring, id: NotificationId) -> Result<Vec<u8>> {
    let nothing = Sealed {
        text: "Erased".to_owned(),
        codes: Vec::new(),
    };
    let text = serde_json::to_string(&nothing).map_err(Error::internal)?;
    keys.seal(place(id, "message"), &text)
}

/// Returns a message for display. A sealed value that does not open is marked and recorded; the others are shown.
fn show_row(conn: &mut Conn, keys: &Keyring, row: NotificationRow) -> Result<Notification> {
    let message = people::readable(conn, keys, read(keys, &row))?;
    let is_message_broken = message.is_none();
    let Sealed { text, codes } = message.unwrap_or_else(|| Sealed {
        text: people::UNREADABLE.to_owned(),
        codes: Vec::new(),
    });
    let opened = row.destination.as_deref().map(|to| {
        let opened = keys.open(place(row.id, "destination"), to);
        people::readable(conn, keys, opened)
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
        message: without_codes(text, &codes),
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

/// The text with the secret part of every code hidden, however often and in whatever link it stands.
fn without_codes(text: String, codes: &[String]) -> String {
    codes.iter().fold(text, |text, code| {
        let secret = ActivationCode::parse(code)
            .ok()
            .map(|code| code.matching_id)
            .filter(|secret| !secret.is_empty());
        text.replace(secret.as_deref().unwrap_or(code), HIDDEN)
    })
}

fn place(id: NotificationId, column: &str) -> Place<'_> {
    Place::new("notifications", column, id.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_is_left_to_be_seen() {
        let codes = vec![
            "LPA:1$rsp.example.com$ABC-123".to_owned(),
            "not a code".to_owned(),
        ];
        let text = "Scan LPA:1$rsp.example.com$ABC-123 or open https://example.com/?carddata=LPA%3A1%24rsp.example.com%24ABC-123; by hand: rsp.example.com, ABC-123; not a code";
        let shown = without_codes(text.to_owned(), &codes);
        assert!(
            !shown.contains("ABC-123") && !shown.contains("not a code"),
            "{shown}"
        );
        assert!(shown.contains("LPA:1$rsp.example.com$••••••••"), "{shown}");
    }
}
