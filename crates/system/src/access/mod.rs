//! The access log: who read personal data in plain text. `platform::audit` writes each entry in the transaction of the
//! read; this module lists the entries.

mod query;
pub(crate) mod routes;
