//! Questions of customers, and answers to all of them.

pub mod articles;
pub mod tickets;
