//! eSIMs: the stock and its codes.

mod inventory;
