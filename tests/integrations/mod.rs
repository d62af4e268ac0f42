//! Providers and their offers.

mod addresses;
mod offers;
mod providers;
mod simulated;
