//! Share links: a page that shows the QR code of an eSIM to a person without an account, for a short time and with an access
//! code. Only the hashes of the link and of the code are stored, and every view is logged like a reveal.

mod page;
pub mod pages;
mod query;
pub(crate) mod routes;
mod rules;

pub(crate) use query::revoke_all;
