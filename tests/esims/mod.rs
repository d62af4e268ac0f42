//! eSIMs: the stock and its codes, share links and thresholds.

mod corrections;
mod inventory;
mod search;
mod sharing;
mod stock;
mod usage;
