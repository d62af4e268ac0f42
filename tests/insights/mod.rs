//! Search.

mod search;
