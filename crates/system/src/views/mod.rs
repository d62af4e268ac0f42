//! Saved views of lists: private views, views shared with a role, and views shared with everyone. A list opens with the
//! default view of its audience, if there is one.

mod query;
pub(crate) mod routes;
mod rules;
