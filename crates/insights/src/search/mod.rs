//! Finding anything from one field: by name, address, number or id, as far as whoever looks may see it.

mod query;
pub(crate) mod routes;
mod rules;
