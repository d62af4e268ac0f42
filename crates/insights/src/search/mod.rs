//! Global search: finds users, eSIMs, orders, payments, plans, providers and API clients by name, address, number or id,
//! limited to what the actor may see.

mod query;
pub(crate) mod routes;
mod rules;
