//! eSIMs: inventory, activation codes, operations, data usage, sharing and stock.

pub mod active;
pub mod diagnosis;
pub mod inventory;
pub mod operations;
pub mod profile;
pub mod sharing;
pub mod stock;
pub mod usage;
