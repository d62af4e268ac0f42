//! Messages to users.

pub mod notifications;
pub mod templates;
