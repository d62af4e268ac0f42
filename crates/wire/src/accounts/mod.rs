//! Users, identity verification, sessions and API clients.

pub mod api_clients;
pub mod kyc;
pub mod sessions;
pub mod users;
