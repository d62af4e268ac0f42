//! eSIMs: inventory, activation codes and data usage.

pub mod inventory;
pub mod profile;
pub mod usage;
