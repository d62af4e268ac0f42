//! New tickets.

use super::{
    references,
    response::{subject_context, to_new_ticket},
};
use crate::{
    alerts,
    sla::Clocks,
    tickets::query::{self, Links, Named, NewTicketRow, TicketRow},
    triage,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    people,
};
use serde_json::json;
use wire::{
    TicketId, UserId,
    accounts::users::UserRole,
    support::tickets::{
        NewTicket, Ticket, TicketChannel, TicketPriority, TicketStatus, normalize_tag,
    },
    system::audit::AuditAction,
};

/// A ticket to open, whose customer is known.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The customer.
    pub user_id: UserId,
    /// The subject.
    pub subject: &'a str,
    /// The description.
    pub description: &'a str,
    /// The text in which rules and references look for words, beside the subject.
    pub text: &'a str,
    /// The priority, if a staff member set it.
    pub priority: Option<TicketPriority>,
    /// The category.
    pub category: Option<String>,
    /// The tags.
    pub tags: Vec<String>,
    /// How the ticket arrived.
    pub channel: TicketChannel,
    /// The objects that the ticket is about.
    pub links: Links,
    /// The ticket that this one continues.
    pub follows_id: Option<TicketId>,
    /// When the customer began to wait.
    pub waits_since: DateTime<Utc>,
}

/// Opens a ticket. Customers and API clients open tickets for themselves and for their customers.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewTicket,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    let is_staff = actor.owner_filter().is_none();
    if !is_staff {
        reject_staff_fields(new)?;
    }
    let own = actor.id.filter(|_| actor.role == Some(UserRole::Customer));
    let user = new
        .user_id
        .or(own)
        .ok_or_else(|| Error::field("user_id", "required", "Enter the customer."))?;
    let user_id = query::customer(tx.conn(), actor, user)?
        .ok_or_else(|| Error::field("user_id", "unknown", "There is no customer with this id."))?;
    let links = given_links(tx, user_id, new)?;
    let tags = new.tags.iter().flatten();
    let (row, clocks) = insert(
        tx,
        actor,
        Draft {
            user_id,
            subject: &new.subject,
            description: &new.description,
            text: &new.description,
            priority: new.priority,
            category: new.category.clone(),
            tags: tags.map(|tag| normalize_tag(tag)).collect(),
            channel: if is_staff {
                TicketChannel::Panel
            } else {
                TicketChannel::Api
            },
            links,
            follows_id: None,
            waits_since: now,
        },
        now,
    )?;
    to_new_ticket(tx.conn(), actor, row, clocks)
}

fn reject_staff_fields(new: &NewTicket) -> Result<()> {
    for (field, is_given) in [
        ("priority", new.priority.is_some()),
        ("tags", new.tags.is_some()),
    ] {
        if is_given {
            return Err(Error::field(field, "not_yours", "Only staff can set this."));
        }
    }
    Ok(())
}

/// Returns the objects that a request names. Each must belong to the customer.
fn given_links(tx: &mut Tx<'_>, user: UserId, new: &NewTicket) -> Result<Links> {
    let given = Links {
        esim_id: new.esim_id,
        order_id: new.order_id,
        transaction_id: new.transaction_id,
    };
    if given == Links::default() {
        return Ok(given);
    }
    let owned = query::owned(tx.conn(), user, given)?;
    check_owned(given, owned)?;
    Ok(owned)
}

/// Rejects an object that does not belong to the customer.
pub fn check_owned(given: Links, owned: Links) -> Result<()> {
    for (field, is_missing) in [
        ("esim_id", given.esim_id != owned.esim_id),
        ("order_id", given.order_id != owned.order_id),
        (
            "transaction_id",
            given.transaction_id != owned.transaction_id,
        ),
    ] {
        if is_missing {
            return Err(Error::field(
                field,
                "unknown",
                "The customer has nothing with this id.",
            ));
        }
    }
    Ok(())
}

/// Opens a ticket of a customer.
pub fn create_for(
    tx: &mut Tx<'_>,
    actor: &Actor,
    draft: Draft<'_>,
    now: DateTime<Utc>,
) -> Result<TicketRow> {
    insert(tx, actor, draft, now).map(|(row, _)| row)
}

/// Applies the rules to a new ticket, finds what its text names, seals its texts and starts its clocks.
fn insert(
    tx: &mut Tx<'_>,
    actor: &Actor,
    draft: Draft<'_>,
    now: DateTime<Utc>,
) -> Result<(TicketRow, Clocks)> {
    let setup = query::setup(tx.conn())?;
    let text = format!("{}\n{}", draft.subject, draft.text);
    let asked = draft.priority.unwrap_or(TicketPriority::Medium);
    let outcome = triage::apply(
        &setup.rules,
        triage::Subject {
            channel: draft.channel,
            category: draft.category.as_deref(),
            priority: asked,
            text: &text,
        },
    );
    let links = fill_links(tx, draft.user_id, draft.links, &text)?;
    let assigned_to = match outcome.assigned_to {
        Some(id) if query::is_staff(tx.conn(), id)? => Some(id),
        _ => None,
    };
    // A priority that a staff member chose is not changed by a rule.
    let priority = draft.priority.or(outcome.priority).unwrap_or(asked);
    let mut tags = draft.tags;
    tags.extend(outcome.tags);
    let tags = distinct(tags);
    let target = setup.policy.targets.of(priority);
    let clocks = Clocks::start(draft.waits_since, target, &setup.policy.schedule);
    let (id, keys) = (TicketId::new(), &actor.keys);
    let mut tokens = people::prefix_tokens(keys, draft.subject);
    tokens.extend(people::word_tokens(keys, draft.description));
    let new = NewTicketRow {
        id,
        user_id: draft.user_id,
        assigned_to,
        esim_id: links.esim_id,
        order_id: links.order_id,
        transaction_id: links.transaction_id,
        subject: keys.seal(subject_context(id, "subject"), draft.subject)?,
        description: keys.seal(subject_context(id, "description"), draft.description)?,
        priority,
        status: if assigned_to.is_some() {
            TicketStatus::InProgress
        } else {
            TicketStatus::Open
        },
        category: outcome.category.or(draft.category),
        channel: draft.channel,
        tags: json!(tags),
        search_tokens: tokens,
        follows_id: draft.follows_id,
        next_due_at: clocks.next_due(),
        last_message_at: now,
        created_at: now,
        updated_at: now,
    };
    let row = query::insert(tx, &new, &clocks)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketCreate, id).with_change(json!({
            "channel": row.channel, "priority": row.priority, "category": row.category, "assigned_to": row.assigned_to,
            "esim_id": row.esim_id, "order_id": row.order_id, "transaction_id": row.transaction_id, "follows_id": row.follows_id,
        })),
    )?;
    if let Some(to) = row.assigned_to {
        alerts::assigned(tx, &system(actor), row.subject(), to, now)?;
    }
    Ok((row, clocks))
}

/// Returns the actor of a rule, which is not the caller that opens the ticket.
fn system(actor: &Actor) -> Actor {
    Actor {
        id: None,
        client: None,
        role: None,
        session: None,
        ..actor.clone()
    }
}

/// Adds the objects that a text names to those that are given.
fn fill_links(tx: &mut Tx<'_>, user: UserId, given: Links, text: &str) -> Result<Links> {
    let named = references::find(text);
    if named == Named::default() {
        return Ok(given);
    }
    let found = query::find_named(tx.conn(), user, &named)?;
    Ok(Links {
        esim_id: given.esim_id.or(found.esim_id),
        order_id: given.order_id.or(found.order_id),
        transaction_id: given.transaction_id.or(found.transaction_id),
    })
}

/// Returns the tags without repetitions, in their order, up to the maximum number.
pub fn distinct(tags: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    kept.truncate(wire::support::tickets::MAX_TAGS);
    kept
}
