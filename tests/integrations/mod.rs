//! Those who supply us.

mod addresses;
mod offers;
mod providers;
mod simulated;
