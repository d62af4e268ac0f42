//! Why an eSIM has no data: checks with the likely cause and the next step.

mod query;
pub(crate) mod routes;
mod rules;
