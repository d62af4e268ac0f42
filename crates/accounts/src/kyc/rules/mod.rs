//! Decisions about documents.

mod review;
mod send;
mod shown;
pub mod standing;

pub use review::{approve, claim, reject, release};
pub use send::{Sent, may_send, receive, remove};
pub use shown::{link, opened, page, show};
