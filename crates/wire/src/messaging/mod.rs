//! What we tell people, and whether it reached them.

pub mod notifications;
pub mod templates;
