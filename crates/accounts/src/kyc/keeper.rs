//! What is kept of a customer's documents: how it is taken away for them, and how it is erased.

use super::{jobs::Forget, query};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    jobs,
    people::{Keeper, Rows, rows},
};
use serde_json::Value;
use wire::UserId;

/// A customer's documents.
pub const KEEPER: Keeper = Keeper {
    name: "kyc",
    export,
    erase,
};

/// What was sent and what was decided. The files themselves are opened one by one, by links.
fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    rows(
        conn,
        keys,
        id,
        &[Rows {
            table: "kyc_documents",
            select: query::KEPT,
            sealed: &["file_name"],
        }],
    )
}

/// The files go by jobs, after the transaction; what says whose they were goes at once.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::erase(tx, id)?
        .into_iter()
        .try_for_each(|document| jobs::enqueue(tx, &Forget { document }))
}
