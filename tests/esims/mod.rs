//! eSIMs: the stock and its codes.

mod corrections;
mod finding;
mod inventory;
mod usage;
