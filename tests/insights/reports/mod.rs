//! Financial reports: what they count, in which period, and that they add up.

mod adding_up;
mod counting;
mod locking;
