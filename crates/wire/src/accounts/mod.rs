//! People and how they sign in.

pub mod kyc;
pub mod sessions;
pub mod users;
