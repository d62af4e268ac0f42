//! The email about a decision. It is added to the outbox in the transaction of the decision.

use super::{query::DocumentRow, rules::status};
use messaging::{
    emails::{EmailTemplate, MissingDocuments},
    notifications::{self, EmailMessage},
};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    settings::{self, KycUploadUrl, SupportEmail},
};
use wire::accounts::{kyc::KycDocumentStatus, users::KycStatus};

/// Emails a customer the decision about a document, once per decision.
pub fn send_decision(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    row: &DocumentRow,
    status: KycStatus,
) -> Result<()> {
    let (document, uploaded_on) = (row.document_type.name(), row.uploaded_at.into());
    let missing = match status {
        KycStatus::Verified => None,
        _ => Some(missing_documents(tx.conn(), row)?),
    };
    let template = match row.status {
        KycDocumentStatus::Rejected => EmailTemplate::DocumentRejected {
            document,
            uploaded_on,
            reason: row.rejection_reason.clone().unwrap_or_default(),
            missing,
        },
        _ => EmailTemplate::DocumentAccepted {
            document,
            uploaded_on,
            missing,
        },
    };
    notifications::notify(
        tx,
        keys,
        EmailMessage {
            user_id: row.user_id,
            order_id: None,
            esim_id: None,
            template,
            dedupe_key: format!("kyc-{}", row.id),
        },
    )
}

/// Returns which documents are missing and where the customer sends them.
fn missing_documents(conn: &mut Conn, row: &DocumentRow) -> Result<MissingDocuments> {
    let documents = status::missing(conn, row.user_id)?
        .unwrap_or_else(|| format!("another {}", row.document_type.name()));
    Ok(MissingDocuments {
        documents,
        upload_url: settings::get(conn, KycUploadUrl)?,
        support_email: settings::get(conn, SupportEmail)?,
    })
}
