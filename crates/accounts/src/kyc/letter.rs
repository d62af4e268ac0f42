//! The letter that tells a customer what was decided, in the outbox with the transaction that decides.

use super::query::DocumentRow;
use messaging::notifications::{self, Letter};
use platform::{Result, Tx, crypto::Keyring};
use wire::accounts::{kyc::KycDocumentStatus, users::KycStatus};

/// Writes it, once per decision.
pub fn send(tx: &mut Tx<'_>, keys: &Keyring, row: &DocumentRow, standing: KycStatus) -> Result<()> {
    let name = row.document_type.name();
    let (subject, says) = match row.status {
        KycDocumentStatus::Rejected => (
            format!("Your {name} could not be accepted"),
            rejected(row, standing),
        ),
        _ => (format!("Your {name} was accepted"), accepted(standing)),
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

fn accepted(standing: KycStatus) -> String {
    let follows = match standing {
        KycStatus::Verified => "Your identity is verified; there is nothing else to do.",
        _ => "To verify your identity, we also need a passport, an ID card or a driver's license.",
    };
    format!("We have looked at it and accepted it. {follows}")
}

fn rejected(row: &DocumentRow, standing: KycStatus) -> String {
    let reason = row.rejection_reason.as_deref().unwrap_or_default();
    let follows = match standing {
        KycStatus::Verified => "Your identity stays verified by another document.",
        _ => "Please send another one, the way you have sent this one.",
    };
    format!("We have looked at it and could not accept it:\n\n{reason}\n\n{follows}")
}
