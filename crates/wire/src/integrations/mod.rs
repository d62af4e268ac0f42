//! Those who supply us, and what was asked of them.

pub mod providers;
