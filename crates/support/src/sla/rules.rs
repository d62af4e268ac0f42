//! Rules of the policy, and how clocks are stored.

use super::{Clocks, Schedule, Timer, jobs::RecalculateClocks, query};
use crate::alerts::{self, Breach};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
};
use serde_json::{Value, json};
use wire::{
    ProblemCode, TicketId,
    support::{
        sla::{EditSlaPolicy, SlaPolicy, SlaTargets},
        tickets::TicketPriority,
    },
    system::audit::AuditAction,
};

/// The policy, ready for calculations.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The open hours.
    pub schedule: Schedule,
    /// The targets by priority.
    pub targets: SlaTargets,
}

impl Policy {
    /// Parses the policy.
    pub fn new(policy: SlaPolicy) -> Result<Self> {
        Ok(Self {
            schedule: Schedule {
                zone: policy.zone.parse().map_err(Error::internal)?,
                hours: policy.hours,
                holidays: policy.holidays,
            },
            targets: policy.targets,
        })
    }
}

/// Returns the policy.
pub fn load_policy(conn: &mut Conn) -> Result<Policy> {
    Policy::new(query::policy(conn)?)
}

/// Returns the policy, and the clocks of a locked ticket where it has them.
pub fn policy_and_clocks(tx: &mut Tx<'_>, ticket: TicketId) -> Result<(Policy, Option<Clocks>)> {
    let (policy, clocks) = query::policy_and_clocks(tx, ticket)?;
    Ok((Policy::new(policy)?, clocks))
}

/// Changes the policy. A job calculates the running clocks again.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    version: i32,
    edit: &EditSlaPolicy,
) -> Result<SlaPolicy> {
    let before = query::lock_policy(tx)?;
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let edit = edit.clone();
    let to = SlaPolicy {
        zone: edit.zone.unwrap_or_else(|| before.zone.clone()),
        hours: edit.hours.unwrap_or_else(|| before.hours.clone()),
        holidays: edit.holidays.unwrap_or_else(|| before.holidays.clone()),
        targets: edit.targets.unwrap_or(before.targets),
        ..before.clone()
    };
    if to.zone.parse::<chrono_tz::Tz>().is_err() {
        return Err(Error::field(
            "zone",
            "time_zone",
            "Enter the name of a time zone, such as Europe/Berlin.",
        ));
    }
    let after =
        query::update_policy(tx, &to, version)?.ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    jobs::enqueue(
        tx,
        &RecalculateClocks {
            version: after.version,
            after: None,
        },
    )?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::SlaPolicyEdit, after.id)
            .with_change(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Records every breach that a change of the clocks has found, once per clock, and notifies staff. Breaches are recorded as work of the
/// system, whatever the caller did.
pub fn record_breaches(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    before: &Clocks,
    after: &Clocks,
    now: DateTime<Utc>,
) -> Result<()> {
    let system = Actor {
        id: None,
        client: None,
        role: None,
        session: None,
        ..actor.clone()
    };
    for (name, before, after) in [
        ("first_response", &before.response, &after.response),
        ("resolution", &before.resolution, &after.resolution),
    ] {
        if let Some(at) = new_breach(before, after) {
            audit::record(
                tx,
                &system,
                AuditEvent::new(AuditAction::TicketBreachSla, ticket)
                    .with_change(json!({ "clock": name, "due_at": at })),
            )?;
            let breach = Breach {
                clock: name,
                due_at: at,
            };
            alerts::breached(tx, &system, ticket, breach, now)?;
        }
    }
    Ok(())
}

fn new_breach(before: &Timer, after: &Timer) -> Option<DateTime<Utc>> {
    after.breached_at.filter(|_| before.breached_at.is_none())
}

/// Changes the clocks of one ticket in a job: locks the ticket, applies the change, and stores what differs.
pub fn change_clocks(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    now: DateTime<Utc>,
    change: impl FnOnce(&mut Clocks),
) -> Result<()> {
    if !query::lock_ticket(tx, ticket)? {
        return Ok(());
    }
    let Some(before) = query::clocks(tx, ticket)? else {
        return Ok(());
    };
    let mut after = before.clone();
    change(&mut after);
    if after == before {
        return Ok(());
    }
    query::save_clocks(tx, ticket, &after)?;
    query::set_next_due(tx, ticket, after.next_due())?;
    record_breaches(tx, actor, ticket, &before, &after, now)
}

/// An event that changes the clocks of a ticket.
#[derive(Debug, Clone, Copy)]
pub enum ClockEvent {
    /// Staff replied to the customer.
    Respond,
    /// The ticket waits for the customer.
    Wait,
    /// The customer answered.
    Resume,
    /// The ticket was resolved.
    Resolve,
}

/// An event with its time.
#[derive(Debug, Clone, Copy)]
pub struct ClockStep {
    /// The time.
    pub at: DateTime<Utc>,
    /// The event.
    pub event: ClockEvent,
}

/// The events of a ticket that has no clocks yet.
pub struct ClockHistory<'a> {
    /// The ticket.
    pub ticket: TicketId,
    /// The priority.
    pub priority: TicketPriority,
    /// When the ticket was opened.
    pub opened_at: DateTime<Utc>,
    /// The events, the oldest first.
    pub steps: &'a [ClockStep],
}

/// The clocks that follow from the events of a ticket.
pub struct ReplayedClocks {
    /// The row of the clocks, as JSON.
    pub row: Value,
    /// When the next clock is due.
    pub next_due_at: Option<DateTime<Utc>>,
}

/// Calculates the clocks of a ticket from its events, under the current policy. Nothing is stored.
pub fn replay_clocks(conn: &mut Conn, history: &ClockHistory<'_>) -> Result<ReplayedClocks> {
    let policy = load_policy(conn)?;
    let (schedule, target) = (&policy.schedule, policy.targets.of(history.priority));
    let mut clocks = Clocks::start(history.opened_at, target, schedule);
    for step in history.steps {
        match step.event {
            ClockEvent::Respond => clocks.respond(step.at),
            ClockEvent::Wait => clocks.pause(step.at, schedule),
            ClockEvent::Resume => clocks.resume(step.at, schedule),
            ClockEvent::Resolve => clocks.resolve(step.at, schedule),
        }
    }
    Ok(ReplayedClocks {
        row: query::clocks_json(history.ticket, &clocks)?,
        next_due_at: clocks.next_due(),
    })
}
