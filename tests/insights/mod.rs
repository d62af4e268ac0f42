//! What is in the system, found and counted.

mod search;
