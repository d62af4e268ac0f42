//! Tickets: their life from the creation to the archive, who works on them, and what staff see beside them.
//!
//! Every change of a ticket loads it into a [`LockedTicket`], changes that, and saves it. Its `transition` is the only place
//! that changes a status.

pub mod jobs;
mod query;
pub(crate) mod routes;
mod rules;

pub(crate) use query::{Links, TicketRow, find_ref, is_staff, links_of, move_to_survivor};
pub(crate) use rules::{
    Draft, LockedTicket, apply_bulk, check_bulk, create_for, open_text, subject_context, to_ticket,
};
