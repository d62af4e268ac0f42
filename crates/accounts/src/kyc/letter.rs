//! The letter that tells a customer what was decided, in the outbox with the transaction that decides.

use super::{query::DocumentRow, rules::standing};
use messaging::notifications::{self, Letter};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    settings::{self, KycUploadUrl, SupportEmail},
};
use wire::accounts::{kyc::KycDocumentStatus, users::KycStatus};

/// Writes it, once per decision.
pub fn send(tx: &mut Tx<'_>, keys: &Keyring, row: &DocumentRow, standing: KycStatus) -> Result<()> {
    let name = row.document_type.name();
    let (subject, says) = match row.status {
        KycDocumentStatus::Rejected => (
            format!("Your {name} could not be accepted"),
            rejected(tx.conn(), row, standing)?,
        ),
        _ => (
            format!("Your {name} was accepted"),
            accepted(tx.conn(), row, standing)?,
        ),
    };
    let day = row.uploaded_at.format("%-d %B %Y");
    notifications::notify(
        tx,
        keys,
        Letter {
            user_id: row.user_id,
            order_id: None,
            esim_id: None,
            subject,
            text: format!("This is about the {name} that you sent on {day}.\n\n{says}\n"),
            html: None,
            codes: Vec::new(),
            dedupe_key: format!("kyc-{}", row.id),
        },
    )
}

fn accepted(conn: &mut Conn, row: &DocumentRow, standing: KycStatus) -> Result<String> {
    let follows = match standing {
        KycStatus::Verified => "Your identity is verified; there is nothing else to do.".to_owned(),
        _ => missing(conn, row)?,
    };
    Ok(format!("We have looked at it and accepted it. {follows}"))
}

fn rejected(conn: &mut Conn, row: &DocumentRow, standing: KycStatus) -> Result<String> {
    let reason = row.rejection_reason.as_deref().unwrap_or_default();
    let follows = match standing {
        KycStatus::Verified => "Your other documents keep your identity verified.".to_owned(),
        _ => missing(conn, row)?,
    };
    Ok(format!(
        "We have looked at it and could not accept it:\n\n{reason}\n\n{follows}"
    ))
}

/// Describes which documents are missing and where the customer sends them.
fn missing(conn: &mut Conn, row: &DocumentRow) -> Result<String> {
    let what = standing::missing(conn, row.user_id)?
        .unwrap_or_else(|| format!("another {}", row.document_type.name()));
    let support = settings::get(conn, SupportEmail)?;
    let place = match (settings::get(conn, KycUploadUrl)?, support) {
        (Some(url), _) => format!("Send it here: {url}"),
        (None, Some(email)) => {
            format!("Send it in the shop where you bought, or ask us where to send it: {email}")
        }
        (None, None) => "Send it in the shop where you bought.".to_owned(),
    };
    Ok(format!(
        "To verify your identity, we still need {what}.\n\n{place}"
    ))
}
