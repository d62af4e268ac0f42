//! Those who supply us.

mod offers;
mod providers;
