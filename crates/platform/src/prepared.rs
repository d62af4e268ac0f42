//! Statements that are prepared once per connection. Diesel caches the prepared statement of a `SELECT` and of an `INSERT`, but
//! not that of an `UPDATE` or of plain SQL, whose text may differ each time. [`Prepared`] marks those with a constant text.

use diesel::{
    backend::Backend,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};

/// A statement with one of few texts, whose prepared statement is cached.
#[derive(Debug, Clone, Copy)]
pub struct Prepared<Q>(pub Q);

impl<Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}
impl<Q> RunQueryDsl<crate::db::Conn> for Prepared<Q> {}
