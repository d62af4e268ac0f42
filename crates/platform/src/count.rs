//! Counts rows up to a limit, so that the cost of a list's total does not grow with the table.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::BigInt,
};

/// `SELECT count(*) FROM (<query> LIMIT n)`, where the query carries the limit.
#[derive(Debug, Clone, Copy)]
pub struct Counted<Q>(pub Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Counted<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT count(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS counted");
        Ok(())
    }
}
impl<Q> QueryId for Counted<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Q> Query for Counted<Q> {
    type SqlType = BigInt;
}
impl<Q> RunQueryDsl<crate::db::Conn> for Counted<Q> {}
