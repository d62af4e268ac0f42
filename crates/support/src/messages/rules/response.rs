//! Messages and files as the API shows them.

use super::{Added, message_context};
use crate::{
    messages::{
        links::Link,
        query::{self, AttachmentRow, MessageRow},
    },
    tickets::{self, open_text},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Ctx, Error, RequestInfo, Result, Tx,
    audit::{self, AuditEvent},
    auth::AuthenticatedCaller,
    crypto::{FieldContext, Keyring},
    people,
};
use serde_json::json;
use std::collections::HashMap;
use wire::{
    TicketAttachmentId, TicketId, TicketMessageId, UserId,
    support::tickets::{
        Attachment, AttachmentLink, FILE_LINK_LIFETIME, SenderKind, TicketMessage, TicketRef,
        TicketThread,
    },
    system::audit::AuditAction,
};

/// Returns the messages of a ticket that the actor may see.
pub fn thread(conn: &mut Conn, actor: &Actor, ticket: TicketId) -> Result<TicketThread> {
    let row = tickets::find_ref(conn, actor, &TicketRef::Id(ticket))?;
    let rows = query::thread(conn, actor, ticket)?;
    let ids: Vec<TicketMessageId> = rows.iter().map(|row| row.id).collect();
    let files = query::attachments_of(conn, &ids)?;
    Ok(TicketThread {
        data: to_messages(conn, actor, rows, row.user_id, files)?,
    })
}

/// Converts a message that was added with these files.
pub fn to_message(
    conn: &mut Conn,
    actor: &Actor,
    added: Added,
    files: &[TicketAttachmentId],
) -> Result<TicketMessage> {
    let files = if files.is_empty() {
        Vec::new()
    } else {
        query::attachments_of(conn, &[added.row.id])?
    };
    to_messages(conn, actor, vec![added.row], added.customer, files)?
        .pop()
        .ok_or_else(|| Error::internal("the response of a message is missing"))
}

fn to_messages(
    conn: &mut Conn,
    actor: &Actor,
    rows: Vec<MessageRow>,
    customer: UserId,
    files: Vec<AttachmentRow>,
) -> Result<Vec<TicketMessage>> {
    let is_staff = actor.owner_filter().is_none();
    let is_masked = people::is_masked_for(actor.role);
    let senders = rows.iter().filter_map(|row| row.sender_id);
    let (customers, staff): (Vec<UserId>, Vec<UserId>) =
        senders.partition(|sender| *sender == customer);
    let mut names = people::names(conn, &actor.keys, &customers, is_masked)?;
    if is_staff {
        names.extend(people::names(conn, &actor.keys, &staff, false)?);
    }
    let mut shown: HashMap<TicketMessageId, Vec<Attachment>> = HashMap::new();
    for file in files {
        if let Some(message) = file.message_id {
            let file = show_attachment(conn, actor, file)?;
            shown.entry(message).or_default().push(file);
        }
    }
    let mut made = Vec::with_capacity(rows.len());
    for row in rows {
        let text = open_text(conn, &actor.keys, message_context(row.id), &row.message)?;
        let sender_kind = match row.sender_id {
            Some(sender) if sender == customer => SenderKind::Customer,
            Some(_) => SenderKind::Staff,
            None => SenderKind::System,
        };
        let sender = row
            .sender_id
            .filter(|sender| is_staff || *sender == customer);
        let mentions = serde_json::from_value(row.mentions).unwrap_or_default();
        made.push(TicketMessage {
            sender: sender.and_then(|id| names.get(&id).cloned()),
            sender_id: sender,
            sender_kind,
            is_unreadable: text == people::UNREADABLE,
            message: text,
            attachments: shown.remove(&row.id).unwrap_or_default(),
            mentions: if is_staff { mentions } else { Vec::new() },
            id: row.id,
            ticket_id: row.ticket_id,
            channel: row.channel,
            is_internal: row.is_internal,
            created_at: row.created_at,
        });
    }
    Ok(made)
}

/// Converts the row of a file.
pub fn show_attachment(conn: &mut Conn, actor: &Actor, row: AttachmentRow) -> Result<Attachment> {
    let context = name_context(row.id);
    let name = row
        .file_name
        .as_deref()
        .map(|sealed| open_text(conn, &actor.keys, context, sealed))
        .transpose()?;
    Ok(Attachment {
        id: row.id,
        name: name.unwrap_or_default(),
        content_type: row.content_type,
        size: row.byte_size,
    })
}

/// Returns the context in which the name of a file is sealed.
pub const fn name_context<'a>(id: TicketAttachmentId) -> FieldContext<'a> {
    FieldContext::new("ticket_attachments", "file_name", id.0)
}

/// Creates a link to a file that the actor may see.
pub fn link(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: TicketAttachmentId,
    now: DateTime<Utc>,
) -> Result<AttachmentLink> {
    let row = query::find_attachment(tx.conn(), actor, id)?;
    let link = Link::new(id, actor.caller_id()?, now);
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketViewFile, row.ticket_id)
            .with_change(json!({ "attachment_id": id })),
    )?;
    let base = ctx.config.public_url.trim_end_matches('/');
    Ok(AttachmentLink {
        url: format!(
            "{base}/v1/ticket-attachments/files/{}",
            link.token(&actor.keys)?
        ),
        expires_at: now + FILE_LINK_LIFETIME,
    })
}

/// Records in the access log that a link was opened, under the person or API client for which it was created.
pub fn record_access(
    tx: &mut Tx<'_>,
    keys: Keyring,
    request: RequestInfo,
    link: Link,
) -> Result<()> {
    let client = query::viewer_client(tx.conn(), link.viewer)?;
    let viewer = AuthenticatedCaller {
        person: client.is_none().then_some(UserId(link.viewer)),
        client,
        role: None,
    };
    let actor = Actor::for_log(viewer, request, keys);
    audit::record_field_access(
        tx,
        &actor,
        "ticket_attachment",
        link.attachment.0,
        "file",
        None,
    )
}
