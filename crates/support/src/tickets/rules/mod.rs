//! Rules of tickets.

mod actions;
mod context;
mod create;
mod locked;
mod references;
mod response;

pub use actions::{
    apply_bulk, assign, auto_close, check_bulk, claim, close, edit, rate, rating, reopen, resolve,
};
pub use context::{context, history, ping};
pub use create::{Draft, create, create_for};
pub use locked::LockedTicket;
pub use response::{open_text, page, show, subject_context, to_ticket};
