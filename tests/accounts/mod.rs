//! Users, sessions, API clients and KYC documents.

mod api_clients;
pub mod kyc;
pub mod sessions;
mod users;
