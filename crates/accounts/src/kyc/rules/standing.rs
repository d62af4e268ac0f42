//! How far a customer's identity is proven: what follows from their documents, in one place.

use crate::kyc::query;
use platform::{
    Actor, Result, Tx,
    audit::{self, Act},
};
use serde_json::json;
use wire::{
    UserId,
    accounts::{
        kyc::{KycDocumentStatus, KycDocumentType},
        users::KycStatus,
    },
};

/// Writes what follows from the documents of a customer who is held, where it differs from what was known.
pub fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    user: UserId,
    before: KycStatus,
) -> Result<KycStatus> {
    let after = of(&query::happenings(tx.conn(), user)?);
    if after != before {
        query::set_standing(tx, user, after)?;
        let change = json!({ "kyc_status": { "before": before, "after": after } });
        audit::record(
            tx,
            actor,
            Act::new("user.kyc", "user", user.0).changing(change),
        )?;
    }
    Ok(after)
}

/// What follows from documents, what happened last first: proven by one approved photo id; rejected where the last
/// thing that happened is a rejection; otherwise open.
fn of(documents: &[(KycDocumentType, KycDocumentStatus)]) -> KycStatus {
    let proves = |(document, status): &(KycDocumentType, KycDocumentStatus)| {
        document.is_photo_id() && *status == KycDocumentStatus::Approved
    };
    match documents.first() {
        _ if documents.iter().any(proves) => KycStatus::Verified,
        Some((_, KycDocumentStatus::Rejected)) => KycStatus::Rejected,
        _ => KycStatus::Pending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use KycDocumentStatus::{Approved, Pending, Rejected};
    use KycDocumentType::{IdCard, Passport, UtilityBill};

    #[test]
    fn one_photo_id_proves_an_identity_and_what_happened_last_counts_otherwise() {
        for (documents, standing) in [
            (&[][..], KycStatus::Pending),
            (&[(Passport, Pending)], KycStatus::Pending),
            (&[(UtilityBill, Approved)], KycStatus::Pending),
            (&[(Passport, Approved)], KycStatus::Verified),
            (
                &[(IdCard, Rejected), (Passport, Approved)],
                KycStatus::Verified,
            ),
            (
                &[(IdCard, Rejected), (Passport, Pending)],
                KycStatus::Rejected,
            ),
            (
                &[(UtilityBill, Rejected), (UtilityBill, Approved)],
                KycStatus::Rejected,
            ),
            (
                &[(UtilityBill, Approved), (Passport, Rejected)],
                KycStatus::Pending,
            ),
            (
                &[(Passport, Pending), (Passport, Rejected)],
                KycStatus::Pending,
            ),
        ] {
            assert_eq!(of(documents), standing, "{documents:?}");
        }
    }
}
