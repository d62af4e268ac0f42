//! Those who supply us.

mod providers;
