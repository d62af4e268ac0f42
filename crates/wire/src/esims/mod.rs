//! eSIM profiles: what they are, where they are, how they are installed.

pub mod inventory;
pub mod profile;
pub mod usage;
