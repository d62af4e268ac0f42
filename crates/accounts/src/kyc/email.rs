//! The email about a decision. It is added to the outbox in the transaction of the decision.

use super::{query::DocumentRow, rules::status};
use messaging::notifications::{self, EmailMessage};
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
    let name = row.document_type.name();
    let (subject, body) = match row.status {
        KycDocumentStatus::Rejected => (
            format!("Your {name} could not be accepted"),
            rejected(tx.conn(), row, status)?,
        ),
        _ => (
            format!("Your {name} was accepted"),
            accepted(tx.conn(), row, status)?,
        ),
    };
    let day = row.uploaded_at.format("%-d %B %Y");
    notifications::notify(
        tx,
        keys,
        EmailMessage {
            user_id: row.user_id,
            order_id: None,
            esim_id: None,
            subject,
            text: format!("This email is about the {name} that you uploaded on {day}.\n\n{body}\n"),
            html: None,
            codes: Vec::new(),
            dedupe_key: format!("kyc-{}", row.id),
        },
    )
}

fn accepted(conn: &mut Conn, row: &DocumentRow, status: KycStatus) -> Result<String> {
    let next_step = match status {
        KycStatus::Verified => {
            "Your identity is verified. You do not need to do anything else.".to_owned()
        }
        _ => missing_documents(conn, row)?,
    };
    Ok(format!("We reviewed and accepted it. {next_step}"))
}

fn rejected(conn: &mut Conn, row: &DocumentRow, status: KycStatus) -> Result<String> {
    let reason = row.rejection_reason.as_deref().unwrap_or_default();
    let next_step = match status {
        KycStatus::Verified => "Your other documents keep your identity verified.".to_owned(),
        _ => missing_documents(conn, row)?,
    };
    Ok(format!(
        "We reviewed it and could not accept it:\n\n{reason}\n\n{next_step}"
    ))
}

/// Describes which documents are missing and where the customer sends them.
fn missing_documents(conn: &mut Conn, row: &DocumentRow) -> Result<String> {
    let documents = status::missing(conn, row.user_id)?
        .unwrap_or_else(|| format!("another {}", row.document_type.name()));
    let support = settings::get(conn, SupportEmail)?;
    let where_to_send = match (settings::get(conn, KycUploadUrl)?, support) {
        (Some(url), _) => format!("Send it here: {url}"),
        (None, Some(email)) => {
            format!(
                "Send it through the shop where you bought, or ask us where to send it: {email}"
            )
        }
        (None, None) => "Send it through the shop where you bought.".to_owned(),
    };
    Ok(format!(
        "To verify your identity, we still need {documents}.\n\n{where_to_send}"
    ))
}
