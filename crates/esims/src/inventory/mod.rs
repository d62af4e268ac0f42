//! The stock of eSIMs and what became of each: where it came from, whose it is, what state it is in.
//! An activation code is a bearer secret: it is kept sealed, and every opening for a person is logged.

mod query;
pub(crate) mod routes;
mod rules;

pub use crate::bundles;
pub use rules::{Arrival, Move, Source, admit, codes, may_move, move_to, reserve};
