//! The record of every act, to be read, and the chain that shows whether it is whole. The entries are written by
//! `platform::audit`, in the transaction of the act.
//!
//! **What proves what.** Every entry carries a seal, a keyed hash over all that it says; so none can be changed, and
//! none added by somebody who has the database but not the key. A job links the entries: each link is a keyed hash
//! over the link before and the entry; so none can be taken away or put elsewhere. The end of the chain, its head, is
//! written to the store of files and to the log every minute; so the end cannot be cut off either. What remains:
//! an entry that is removed in the seconds before it is linked, and a tail together with its links in the minute
//! before the head is exported.

pub mod check;
mod heads;
pub mod jobs;
mod query;
pub(crate) mod routes;
mod rules;

pub(crate) use query::chain;
