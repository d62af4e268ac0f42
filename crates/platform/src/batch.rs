//! Several statements that write, sent to the database as one.

use crate::db::Conn;
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};

/// A statement that writes and returns nothing.
pub type Write = Box<dyn QueryFragment<Pg>>;

/// Statements that run together with a last one, which returns rows: `WITH write_0 AS (..), write_1 AS (..) <last>`. All of
/// them see the database as it was before, so none may depend on what another one writes. Their texts must be constant.
pub struct Batch<Q> {
    /// The statements that return nothing.
    pub writes: Vec<Write>,
    /// The statement that returns rows.
    pub last: Q,
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Batch<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (number, write) in self.writes.iter().enumerate() {
            let start = if number == 0 { "WITH" } else { "," };
            out.push_sql(&format!("{start} write_{number} AS ("));
            write.walk_ast(out.reborrow())?;
            out.push_sql(") ");
        }
        self.last.walk_ast(out)
    }
    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}
impl<Q> QueryId for Batch<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Q: Query> Query for Batch<Q> {
    type SqlType = Q::SqlType;
}
impl<Q> RunQueryDsl<Conn> for Batch<Q> {}
