//! Views of lists that people have saved: their own, a role's, everyone's. A list opens with the default of those
//! whom it is for, if there is one.

mod query;
pub(crate) mod routes;
mod rules;
