//! eSIMs: the stock and its codes.

mod corrections;
mod inventory;
mod search;
mod usage;
