//! SQL of what a notification about a ticket names, and of its recipients.

use diesel::prelude::*;
use platform::{Conn, Result};
use schema::{support_tickets as tickets, users};
use wire::{
    TicketId, UserId,
    accounts::users::{UserRole, UserStatus},
};

/// Returns the number of a ticket, and the staff member it is assigned to.
pub fn ticket(conn: &mut Conn, id: TicketId) -> Result<(String, Option<UserId>)> {
    Ok(tickets::table
        .find(id)
        .select((tickets::ticket_number, tickets::assigned_to))
        .first(conn)?)
}

/// Returns the active staff members.
pub fn staff(conn: &mut Conn) -> Result<Vec<UserId>> {
    Ok(users::table
        .filter(users::role.ne(UserRole::Customer))
        .filter(users::status.eq(UserStatus::Active))
        .filter(users::deleted_at.is_null())
        .order_by(users::id)
        .select(users::id)
        .load(conn)?)
}
