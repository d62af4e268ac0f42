//! Exports and erases the documents of a customer.

use super::{jobs::DeleteFile, query};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    jobs,
    people::{ExportTable, PersonalData, export_tables},
};
use serde_json::Value;
use wire::UserId;

/// The identity documents of a customer.
pub const PERSONAL_DATA: PersonalData = PersonalData {
    name: "kyc",
    export,
    erase,
};

/// Returns the documents and decisions. The route adds the files.
fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    export_tables(
        conn,
        keys,
        id,
        &[ExportTable {
            table: "kyc_documents",
            select: query::EXPORT,
            sealed: &["file_name"],
        }],
    )
}

/// Blanks the personal data in the transaction, and enqueues jobs that delete the files after it.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::erase(tx, id)?
        .into_iter()
        .try_for_each(|document| jobs::enqueue(tx, &DeleteFile { document }))
}
