//! People and how they sign in.

mod api_clients;
pub mod kyc;
pub mod sessions;
mod users;
