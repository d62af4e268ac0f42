//! What we tell people, and whether it reached them.

pub mod notifications;
