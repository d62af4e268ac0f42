//! People and how they sign in.

mod api_clients;
pub mod kyc;
mod sessions;
mod users;
