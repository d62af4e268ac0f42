//! People and how they sign in.

pub mod sessions;
pub mod users;
