//! A ticket under change: loaded with its clocks, locked, changed in memory, and saved once.

use super::create::distinct;
use crate::{
    alerts,
    sla::{self, Clocks, Policy},
    tickets::query::{self, TicketChanges, TicketRow},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    batch::Write,
};
use serde_json::{Value, json};
use wire::{
    ProblemCode, TicketId, UserId,
    support::tickets::{TicketPriority, TicketStatus, normalize_tag},
    system::audit::AuditAction,
};

/// An event of a change, for the audit log.
struct TicketEvent {
    action: AuditAction,
    /// What the entry records; the new status where it is absent.
    change: Option<Value>,
}

/// A locked ticket. Changes are stored by [`LockedTicket::save`].
pub struct LockedTicket {
    /// The row, with the changes so far.
    pub row: TicketRow,
    clocks: Clocks,
    before: Clocks,
    assigned_before: Option<UserId>,
    policy: Policy,
    now: DateTime<Utc>,
    events: Vec<TicketEvent>,
}

impl LockedTicket {
    /// Locks a ticket that the actor sees.
    pub fn lock(tx: &mut Tx<'_>, actor: &Actor, id: TicketId, now: DateTime<Utc>) -> Result<Self> {
        let row = query::lock(tx, actor, id)?;
        // After the lock, so that the clocks are those of the last change.
        let (policy, clocks) = sla::policy_and_clocks(tx, id)?;
        let clocks = match clocks {
            Some(clocks) => clocks,
            // A ticket from before the service levels gets its clocks with its first change.
            None => {
                let target = policy.targets.of(row.priority);
                let clocks = Clocks::start(row.created_at, target, &policy.schedule);
                sla::insert_clocks(tx, id, &clocks)?;
                clocks
            }
        };
        Ok(Self {
            assigned_before: row.assigned_to,
            row,
            before: clocks.clone(),
            clocks,
            policy,
            now,
            events: Vec::new(),
        })
    }

    /// Changes the status, with everything that follows from it. The only place that changes a status.
    pub fn transition(&mut self, to: TicketStatus) -> Result<()> {
        let from = self.row.status;
        if !from.can_become(to) {
            return Err(Error::with_detail(
                ProblemCode::WrongState,
                format!("A ticket that is {from} cannot become {to}."),
            ));
        }
        match to {
            TicketStatus::Open if from == TicketStatus::Resolved => {
                self.row.reopened_count = self.row.reopened_count.saturating_add(1);
                self.row.resolved_at = None;
                self.clocks.reopen(self.now, &self.policy.schedule);
                self.add_status_event(AuditAction::TicketReopen);
            }
            TicketStatus::Open | TicketStatus::InProgress => {}
            TicketStatus::Resolved => {
                self.finish();
                self.add_status_event(AuditAction::TicketResolve);
            }
            TicketStatus::Closed => {
                if from.is_active() {
                    self.finish();
                }
                self.row.closed_at = Some(self.now);
                self.add_status_event(AuditAction::TicketClose);
            }
        }
        self.row.status = to;
        Ok(())
    }

    /// Ends the work on an active ticket: the clock of the resolution stops, and nothing waits for the customer.
    fn finish(&mut self) {
        self.row.resolved_at = Some(self.now);
        self.row.waiting_since = None;
        self.clocks.resolve(self.now, &self.policy.schedule);
    }

    /// Assigns the ticket to a staff member, or to no staff member. An open ticket is in progress then.
    pub fn assign(&mut self, to: Option<UserId>) -> Result<()> {
        self.require_not_closed()?;
        if self.row.assigned_to == to {
            return Ok(());
        }
        self.row.assigned_to = to;
        match (to, self.row.status) {
            (Some(_), TicketStatus::Open) => self.transition(TicketStatus::InProgress)?,
            (None, TicketStatus::InProgress) => self.transition(TicketStatus::Open)?,
            _ => {}
        }
        match to {
            Some(user) => self.add_event(AuditAction::TicketAssign, json!({ "assigned_to": user })),
            None => self.add_status_event(AuditAction::TicketRelease),
        }
        Ok(())
    }

    /// Adds an event, which [`LockedTicket::save`] records.
    pub fn add_event(&mut self, action: AuditAction, change: Value) {
        self.events.push(TicketEvent {
            action,
            change: Some(change),
        });
    }

    fn add_status_event(&mut self, action: AuditAction) {
        self.events.push(TicketEvent {
            action,
            change: None,
        });
    }

    /// Changes the priority, and with it the due times.
    pub fn set_priority(&mut self, to: TicketPriority) {
        if self.row.priority != to {
            self.row.priority = to;
            let target = self.policy.targets.of(to);
            self.clocks
                .retarget(target, self.now, &self.policy.schedule);
        }
    }

    /// Replaces the tags.
    pub fn set_tags(&mut self, tags: &[String]) {
        let tags = tags.iter().map(|tag| normalize_tag(tag)).collect();
        self.row.tags = json!(distinct(tags));
    }

    /// Adds a tag.
    pub fn add_tag(&mut self, tag: &str) {
        let mut tags = self.row.tags();
        tags.push(tag.to_owned());
        self.set_tags(&tags);
    }

    /// Removes a tag.
    pub fn remove_tag(&mut self, tag: &str) {
        let removed = normalize_tag(tag);
        let mut tags = self.row.tags();
        tags.retain(|tag| *tag != removed);
        self.row.tags = json!(tags);
    }

    /// Counts a public reply of staff: the clock of the first response stops.
    pub fn respond(&mut self) {
        self.clocks.respond(self.now);
        if self.row.first_response_at.is_none() {
            self.row.first_response_at = Some(self.now);
        }
        self.row.last_message_at = self.now;
    }

    /// Lets an active ticket wait for the customer: its clocks stand still.
    pub fn wait(&mut self) {
        if self.row.status.is_active() && self.row.waiting_since.is_none() {
            self.row.waiting_since = Some(self.now);
            self.clocks.pause(self.now, &self.policy.schedule);
        }
    }

    /// Ends the wait for the customer.
    pub fn stop_waiting(&mut self) {
        if self.row.waiting_since.take().is_some() {
            self.clocks.resume(self.now, &self.policy.schedule);
        }
    }

    /// Counts a message of the customer: a resolved ticket is reopened, and a waiting one goes on.
    pub fn receive(&mut self) -> Result<()> {
        self.row.last_message_at = self.now;
        if self.row.status == TicketStatus::Resolved {
            self.transition(TicketStatus::Open)?;
            if self.row.assigned_to.is_some() {
                self.transition(TicketStatus::InProgress)?;
            }
        }
        self.stop_waiting();
        Ok(())
    }

    /// Takes the earlier start of a ticket that is merged into this one.
    pub fn take_start(&mut self, other: &Self) {
        self.clocks
            .take_start(other.clocks.started_at, self.now, &self.policy.schedule);
    }

    /// Rejects a closed ticket.
    pub fn require_not_closed(&self) -> Result<()> {
        if self.row.status == TicketStatus::Closed {
            return Err(Error::with_detail(
                ProblemCode::WrongState,
                "The ticket is closed. Open a new one.",
            ));
        }
        Ok(())
    }

    /// Stores the changes, with an audit entry for each event and each breach.
    pub fn save(self, tx: &mut Tx<'_>, actor: &Actor) -> Result<TicketRow> {
        self.save_with(tx, actor, Vec::new())
    }

    /// Stores the changes like [`LockedTicket::save`], together with other writes.
    pub fn save_with(
        mut self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        mut writes: Vec<Write>,
    ) -> Result<TicketRow> {
        self.clocks.settle(self.now);
        let row = self.row;
        let changes = TicketChanges {
            assigned_to: row.assigned_to,
            esim_id: row.esim_id,
            order_id: row.order_id,
            transaction_id: row.transaction_id,
            subject: row.subject,
            priority: row.priority,
            status: row.status,
            category: row.category,
            tags: row.tags,
            waiting_since: row.waiting_since,
            next_due_at: self.clocks.next_due(),
            merged_into_id: row.merged_into_id,
            reopened_count: row.reopened_count,
            first_response_at: row.first_response_at,
            resolved_at: row.resolved_at,
            closed_at: row.closed_at,
            last_message_at: row.last_message_at,
            updated_at: self.now,
        };
        if self.clocks != self.before {
            writes.push(sla::clocks_change(row.id, &self.clocks));
        }
        let saved = query::update(tx, row.id, &changes, writes)?;
        let events = self.events.into_iter().map(|event| {
            let change = event
                .change
                .unwrap_or_else(|| json!({ "status": saved.status }));
            AuditEvent::new(event.action, saved.id).with_change(change)
        });
        audit::record_all(tx, actor, events.collect())?;
        if let Some(to) = saved.assigned_to
            && self.assigned_before != Some(to)
        {
            alerts::assigned(tx, actor, saved.subject(), to, self.now)?;
        }
        let (before, after) = (&self.before, &self.clocks);
        sla::record_breaches(tx, actor, saved.id, before, after, self.now)?;
        Ok(saved)
    }
}
