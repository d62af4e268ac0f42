//! What a received email becomes.

use super::{
    content_context,
    email::{self, Email},
    jobs::ReadEmail,
    query::{self, NewEmailRow, ReadResult, SenderRow},
};
use crate::{
    messages::{Incoming, files::SealedFile, insert_attachment, receive},
    threads,
    tickets::{Draft, Links, TicketRow, create_for},
};
use accounts::users::{email_hash, register_sender};
use chrono::{DateTime, Utc};
use messaging::{
    emails::EmailTemplate,
    notifications::{EmailMessage, notify_in_thread},
};
use platform::{
    Actor, Ctx, Result, Tx,
    crypto::{self, Keyring},
    jobs,
};
use wire::{
    InboundEmailId, TicketAttachmentId, TicketId, TicketMessageId, UserId,
    accounts::users::UserRole,
    support::{inbound::InboundEmailStatus, tickets::TicketChannel},
};

/// Stores a raw email and queues the job that reads it, unless the email is known.
pub fn store(tx: &mut Tx<'_>, keys: &Keyring, raw: &[u8], now: DateTime<Utc>) -> Result<()> {
    let id = InboundEmailId::new();
    let is_new = query::insert(
        tx,
        &NewEmailRow {
            id,
            message_key: key_of(keys, raw),
            content: keys.seal_bytes(content_context(id), raw)?,
            received_at: now,
        },
    )?;
    if is_new {
        jobs::enqueue(tx, &ReadEmail { email: id })?;
    }
    Ok(())
}

/// Returns the key by which an email is known: its Message-ID, or its content without one.
fn key_of(keys: &Keyring, raw: &[u8]) -> Vec<u8> {
    match email::message_id_of(raw) {
        Some(id) => threads::message_key(keys, &id),
        None => {
            let hex: String = crypto::digest(raw)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            keys.blind("inbound.content", &hex)
        }
    }
}

/// Returns why an email is ignored, before its files are looked at.
pub fn reason_to_ignore(ctx: &Ctx, email: &Email) -> Option<&'static str> {
    let mail = &ctx.config.mail;
    let from = email.from.to_lowercase();
    let inbound = mail.inbound_address.as_deref().unwrap_or_default();
    let own = wire::identifier::email(sender_of(&mail.from)).to_lowercase();
    let is_own = from == own
        || from == inbound.to_lowercase()
        || threads::ticket_of(&ctx.keys, inbound, &from).is_some();
    if is_own {
        return Some("an email of this system");
    }
    email.automatic
}

/// Returns the address in `Name <address>`.
fn sender_of(from: &str) -> &str {
    from.rsplit_once('<')
        .and_then(|(_, address)| address.strip_suffix('>'))
        .unwrap_or(from)
}

/// Marks an email as ignored or failed.
pub fn set_aside(
    tx: &mut Tx<'_>,
    id: InboundEmailId,
    status: InboundEmailStatus,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let result = ReadResult {
        status,
        detail: Some(why),
        ticket: None,
        at: now,
    };
    query::finish(tx, id, &result).map(drop)
}

/// An email that was read, with its files in the store.
#[derive(Clone)]
pub struct ReadMail {
    /// The ID.
    pub id: InboundEmailId,
    /// The email, without the content of its files.
    pub email: Email,
    /// The files that were accepted.
    pub files: Vec<SealedFile>,
    /// The names of the files that were not accepted.
    pub rejected: Vec<String>,
}

/// Adds an email to its ticket, or opens a new one. An email that another run has read already changes nothing.
pub fn process(tx: &mut Tx<'_>, ctx: &Ctx, actor: &Actor, mail: &ReadMail) -> Result<()> {
    let now = ctx.clock.now();
    let done = ReadResult {
        status: InboundEmailStatus::Processed,
        detail: None,
        ticket: None,
        at: now,
    };
    if !query::finish(tx, mail.id, &done)? {
        return Ok(());
    }
    let hash = email_hash(&ctx.keys, &mail.email.from);
    let senders = query::senders(tx.conn(), &hash)?;
    if senders
        .iter()
        .any(|sender| sender.role != UserRole::Customer)
    {
        // Staff answer in the panel: an email cannot prove that a staff member wrote it.
        return query::ignore(tx, mail.id, "an email of a staff member", now);
    }
    let ticket = match named_ticket(tx, ctx, &mail.email, &senders)? {
        Some(ticket) => add_to(tx, actor, ticket, mail, now)?,
        None => open(tx, ctx, actor, mail, &senders, now)?,
    };
    if let Some(message_id) = &mail.email.message_id {
        threads::remember(tx, &ctx.keys, ticket, message_id)?;
    }
    query::set_ticket(tx, mail.id, ticket)
}

/// Returns the ticket that an email names by its address or by the emails that it answers, if the sender is its customer.
fn named_ticket(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    email: &Email,
    senders: &[SenderRow],
) -> Result<Option<TicketId>> {
    let inbound = ctx
        .config
        .mail
        .inbound_address
        .as_deref()
        .unwrap_or_default();
    let by_address = email
        .recipients
        .iter()
        .find_map(|address| threads::ticket_of(&ctx.keys, inbound, address));
    let named = match by_address {
        Some(ticket) => Some(ticket),
        None => threads::find(tx, &ctx.keys, &email.references)?,
    };
    let Some(ticket) = named else { return Ok(None) };
    let customer = query::customer_of(tx.conn(), ticket)?;
    let is_customer = senders.iter().any(|sender| Some(sender.id) == customer);
    Ok(is_customer.then_some(ticket))
}

/// Returns the text of a message, with the names of the files that were not accepted.
fn text_of(mail: &ReadMail) -> String {
    if mail.rejected.is_empty() {
        return mail.email.text.clone();
    }
    let names = mail.rejected.join(", ");
    format!(
        "{}\n\n[Files that were not accepted: {names}]",
        mail.email.text
    )
}

fn store_files(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    files: &[SealedFile],
    now: DateTime<Utc>,
) -> Result<Vec<TicketAttachmentId>> {
    let mut ids = Vec::with_capacity(files.len());
    for file in files {
        insert_attachment(tx, &file.clone().into_row(ticket, actor, now))?;
        ids.push(file.id);
    }
    Ok(ids)
}

fn add_to(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    mail: &ReadMail,
    now: DateTime<Utc>,
) -> Result<TicketId> {
    let attachments = store_files(tx, actor, ticket, &mail.files, now)?;
    let message = Incoming {
        text: &text_of(mail),
        attachments: &attachments,
        channel: TicketChannel::Email,
    };
    Ok(receive(tx, actor, ticket, &message, now)?.row.ticket_id)
}

/// Opens a ticket of the sender, and confirms it by email. A sender without an account gets one.
fn open(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    actor: &Actor,
    mail: &ReadMail,
    senders: &[SenderRow],
    now: DateTime<Utc>,
) -> Result<TicketId> {
    // A direct customer first; otherwise the newest customer of an API client with this address.
    let direct = senders.iter().find(|sender| sender.client_id.is_none());
    let user_id = match direct.or(senders.first()) {
        Some(sender) => sender.id,
        None => {
            let (first_name, last_name) = names_of(&mail.email);
            register_sender(tx, actor, &mail.email.from, &first_name, &last_name)?
        }
    };
    let text = text_of(mail);
    let row = create_for(
        tx,
        actor,
        Draft {
            user_id,
            subject: &mail.email.subject,
            description: &text,
            text: &text,
            priority: None,
            category: None,
            tags: Vec::new(),
            channel: TicketChannel::Email,
            links: Links::default(),
            follows_id: None,
            waits_since: now,
        },
        now,
    )?;
    if !mail.files.is_empty() {
        let attachments = store_files(tx, actor, row.id, &mail.files, now)?;
        let message = Incoming {
            text: "(attached files)",
            attachments: &attachments,
            channel: TicketChannel::Email,
        };
        receive(tx, actor, row.id, &message, now)?;
    }
    confirm(tx, ctx, &row, user_id, mail)?;
    Ok(row.id)
}

/// Returns the first and the last name of the sender: those of the display name, or the name before the `@`.
fn names_of(email: &Email) -> (String, String) {
    let name = if email.name.chars().any(char::is_alphanumeric) {
        email.name.as_str()
    } else {
        email.from.split('@').next().unwrap_or("Customer")
    };
    let cut = |text: &str| -> String { text.chars().take(100).collect() };
    match name.rsplit_once(' ') {
        Some((first, last)) => (cut(first), cut(last)),
        None => (cut(name), String::new()),
    }
}

/// Queues the email that confirms a new ticket.
fn confirm(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    ticket: &TicketRow,
    user_id: UserId,
    mail: &ReadMail,
) -> Result<()> {
    let mut thread = threads::begin(tx, ctx, ticket.id, TicketMessageId::new())?;
    thread.is_automatic = true;
    if let Some(message_id) = &mail.email.message_id {
        thread.references.push(format!("<{message_id}>"));
    }
    let email = EmailMessage {
        user_id,
        order_id: None,
        esim_id: None,
        template: EmailTemplate::TicketReceived {
            ticket_number: ticket.ticket_number.clone(),
            answer_line: threads::ANSWER_LINE,
        },
        dedupe_key: format!("ticket-received-{}", ticket.id),
    };
    notify_in_thread(tx, &ctx.keys, email, &thread)
}
