//! The record of every act, to be read. It is written by `platform::audit`, in the transaction of the act.

mod query;
pub(crate) mod routes;
