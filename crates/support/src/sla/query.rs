//! SQL of the policy and the clocks.

use super::{Clocks, Pause, Timer};
use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Conn, Error, Result, Tx, batch::Write};
use schema::{sla_policies as policies, support_tickets as tickets, ticket_clocks as clocks};
use serde::Serialize;
use serde_json::{Value, json};
use wire::{SlaPolicyId, TicketId, support::sla::SlaPolicy};

/// A row of the policy.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = policies, check_for_backend(Pg))]
pub struct PolicyRow {
    pub id: SlaPolicyId,
    pub zone: String,
    pub hours: Value,
    pub holidays: Value,
    pub targets: Value,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
}

impl PolicyRow {
    /// Converts the row.
    pub fn into_policy(self) -> Result<SlaPolicy> {
        Ok(SlaPolicy {
            id: self.id,
            zone: self.zone,
            hours: serde_json::from_value(self.hours).map_err(Error::internal)?,
            holidays: serde_json::from_value(self.holidays).map_err(Error::internal)?,
            targets: serde_json::from_value(self.targets).map_err(Error::internal)?,
            version: self.version,
            updated_at: self.updated_at,
        })
    }
}

/// Returns the policy.
pub fn policy(conn: &mut Conn) -> Result<SlaPolicy> {
    let row: PolicyRow = policies::table.select(PolicyRow::as_select()).first(conn)?;
    row.into_policy()
}

/// Returns the policy, and the clocks of a locked ticket where it has them.
pub fn policy_and_clocks(tx: &mut Tx<'_>, ticket: TicketId) -> Result<(SlaPolicy, Option<Clocks>)> {
    let (policy, clocks): (PolicyRow, Option<ClocksRow>) = policies::table
        .left_join(clocks::table.on(clocks::ticket_id.eq(ticket)))
        .select((PolicyRow::as_select(), Option::<ClocksRow>::as_select()))
        .first(tx.conn())?;
    let clocks = clocks.map(ClocksRow::into_clocks).transpose()?;
    Ok((policy.into_policy()?, clocks))
}

/// Locks the policy until the end of the transaction.
pub fn lock_policy(tx: &mut Tx<'_>) -> Result<SlaPolicy> {
    let row: PolicyRow = policies::table
        .select(PolicyRow::as_select())
        .for_no_key_update()
        .first(tx.conn())?;
    row.into_policy()
}

/// Changes the policy. Returns `None` if its version is no longer the given one.
pub fn update_policy(tx: &mut Tx<'_>, to: &SlaPolicy, version: i32) -> Result<Option<SlaPolicy>> {
    let row = diesel::update(
        policies::table
            .find(to.id)
            .filter(policies::version.eq(version)),
    )
    .set((
        policies::zone.eq(&to.zone),
        policies::hours.eq(json!(to.hours)),
        policies::holidays.eq(json!(to.holidays)),
        policies::targets.eq(json!(to.targets)),
        policies::version.eq(policies::version + 1),
    ))
    .returning(PolicyRow::as_returning())
    .get_result(tx.conn())
    .optional()?;
    row.map(PolicyRow::into_policy).transpose()
}

/// A row of the clocks.
#[derive(Debug, Clone, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clocks, treat_none_as_null = true, treat_none_as_default_value = false, primary_key(ticket_id), check_for_backend(Pg))]
pub struct ClocksRow {
    pub ticket_id: TicketId,
    pub started_at: DateTime<Utc>,
    pub pauses: Value,
    pub response_minutes: i32,
    pub response_due_at: Option<DateTime<Utc>>,
    pub response_stopped_at: Option<DateTime<Utc>>,
    pub response_breached_at: Option<DateTime<Utc>>,
    pub resolution_minutes: i32,
    pub resolution_due_at: Option<DateTime<Utc>>,
    pub resolution_stopped_at: Option<DateTime<Utc>>,
    pub resolution_breached_at: Option<DateTime<Utc>>,
    pub breach_at: Option<DateTime<Utc>>,
}

impl ClocksRow {
    fn new(ticket: TicketId, from: &Clocks) -> Self {
        Self {
            ticket_id: ticket,
            started_at: from.started_at,
            pauses: json!(from.pauses),
            response_minutes: from.response.target_minutes,
            response_due_at: from.response.due_at,
            response_stopped_at: from.response.stopped_at,
            response_breached_at: from.response.breached_at,
            resolution_minutes: from.resolution.target_minutes,
            resolution_due_at: from.resolution.due_at,
            resolution_stopped_at: from.resolution.stopped_at,
            resolution_breached_at: from.resolution.breached_at,
            breach_at: from.next_breach(),
        }
    }

    fn into_clocks(self) -> Result<Clocks> {
        let pauses: Vec<Pause> = serde_json::from_value(self.pauses).map_err(Error::internal)?;
        Ok(Clocks {
            started_at: self.started_at,
            pauses,
            response: Timer {
                target_minutes: self.response_minutes,
                due_at: self.response_due_at,
                stopped_at: self.response_stopped_at,
                breached_at: self.response_breached_at,
            },
            resolution: Timer {
                target_minutes: self.resolution_minutes,
                due_at: self.resolution_due_at,
                stopped_at: self.resolution_stopped_at,
                breached_at: self.resolution_breached_at,
            },
        })
    }
}

/// Returns the clocks of these tickets.
pub fn clocks_of(conn: &mut Conn, ids: &[TicketId]) -> Result<Vec<(TicketId, Clocks)>> {
    let rows: Vec<ClocksRow> = clocks::table
        .filter(clocks::ticket_id.eq_any(ids))
        .select(ClocksRow::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|row| Ok((row.ticket_id, row.into_clocks()?)))
        .collect()
}

/// Returns the clocks of a ticket that is locked.
pub fn clocks(tx: &mut Tx<'_>, ticket: TicketId) -> Result<Option<Clocks>> {
    let row: Option<ClocksRow> = clocks::table
        .find(ticket)
        .select(ClocksRow::as_select())
        .first(tx.conn())
        .optional()?;
    row.map(ClocksRow::into_clocks).transpose()
}

/// Inserts the clocks of a new ticket.
pub fn insert_clocks(tx: &mut Tx<'_>, ticket: TicketId, new: &Clocks) -> Result<()> {
    diesel::insert_into(clocks::table)
        .values(ClocksRow::new(ticket, new))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the row of the clocks of a ticket, as JSON.
pub fn clocks_json(ticket: TicketId, from: &Clocks) -> Result<Value> {
    serde_json::to_value(ClocksRow::new(ticket, from)).map_err(Error::internal)
}

/// Returns the statement that inserts the clocks of a new ticket.
pub fn clocks_insertion(ticket: TicketId, new: &Clocks) -> Write {
    Box::new(diesel::insert_into(clocks::table).values(ClocksRow::new(ticket, new)))
}

/// Returns the statement that stores the clocks of a ticket that is locked.
pub fn clocks_change(ticket: TicketId, to: &Clocks) -> Write {
    Box::new(diesel::update(clocks::table.find(ticket)).set(ClocksRow::new(ticket, to)))
}

/// Stores the clocks of a ticket that is locked.
pub fn save_clocks(tx: &mut Tx<'_>, ticket: TicketId, to: &Clocks) -> Result<()> {
    diesel::update(clocks::table.find(ticket))
        .set(ClocksRow::new(ticket, to))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns tickets with a clock that is due and not breached yet.
pub fn due(conn: &mut Conn, now: DateTime<Utc>, limit: i64) -> Result<Vec<TicketId>> {
    Ok(clocks::table
        .filter(clocks::breach_at.le(now))
        .order_by(clocks::breach_at)
        .limit(limit)
        .select(clocks::ticket_id)
        .load(conn)?)
}

/// Returns tickets with a running clock after this one, in the order of their ids.
pub fn running_after(
    conn: &mut Conn,
    after: Option<TicketId>,
    limit: i64,
) -> Result<Vec<TicketId>> {
    let mut rows = clocks::table
        .filter(clocks::resolution_stopped_at.is_null())
        .order_by(clocks::ticket_id)
        .limit(limit)
        .select(clocks::ticket_id)
        .into_boxed();
    if let Some(after) = after {
        rows = rows.filter(clocks::ticket_id.gt(after));
    }
    Ok(rows.load(conn)?)
}

/// Locks a ticket until the end of the transaction. Returns `false` when it was deleted.
pub fn lock_ticket(tx: &mut Tx<'_>, id: TicketId) -> Result<bool> {
    let found: Option<TicketId> = tickets::table
        .find(id)
        .filter(tickets::deleted_at.is_null())
        .select(tickets::id)
        .for_no_key_update()
        .first(tx.conn())
        .optional()?;
    Ok(found.is_some())
}

/// Stores when the next clock of a ticket is due, by which lists sort.
pub fn set_next_due(tx: &mut Tx<'_>, id: TicketId, at: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(tickets::table.find(id))
        .set(tickets::next_due_at.eq(at))
        .execute(tx.conn())?;
    Ok(())
}
