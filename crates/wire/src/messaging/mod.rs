//! Messages to users.

pub mod inbox;
pub mod notifications;
pub mod templates;
