//! People and how they sign in.

pub mod api_clients;
pub mod kyc;
pub mod sessions;
pub mod users;
