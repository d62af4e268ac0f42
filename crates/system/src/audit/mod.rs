//! The audit log of every action, and the hash chain that proves its integrity. `platform::audit` writes each entry in the
//! transaction of the action.
//!
//! **Integrity.** Every entry has a seal, a keyed hash of its content, so an attacker who has the database but not the key
//! can neither change nor add an entry. The server links the entries: each link is a keyed hash of the previous link and the
//! entry, so no entry can be removed or moved. The server writes the last link, the head of the chain, to the file storage
//! and to the log every minute, so the end of the chain cannot be cut off either. Two removals remain undetected: an entry
//! that is removed in the seconds before it is linked, and the last entries that are removed together with their links in
//! the minute before the head is exported.

pub mod check;
mod heads;
pub mod jobs;
mod query;
pub(crate) mod routes;
mod rules;

pub(crate) use query::chain;
