//! How far a customer's identity is proven: what follows from their documents, in one place.

use crate::kyc::query;
use platform::{
    Actor, Conn, Result, Tx,
    audit::{self, Act},
    settings::{self, KycRequiredDocuments},
};
use serde_json::json;
use wire::{
    UserId,
    accounts::{
        kyc::{KycDocumentStatus, KycDocumentType},
        users::KycStatus,
    },
    system::settings::KycRequired,
};

/// Writes what follows from the documents of a customer who is held, where it differs from what was known.
pub fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    user: UserId,
    before: KycStatus,
) -> Result<KycStatus> {
    // Read while the customer is locked: after a change of the setting, a job locks and reassesses each customer.
    let required = settings::get(tx.conn(), KycRequiredDocuments)?;
    let after = of(&query::happenings(tx.conn(), user)?, &required);
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

/// Derives a customer's KYC status again, unless the customer was deleted meanwhile.
pub fn reassess(tx: &mut Tx<'_>, actor: &Actor, user: UserId) -> Result<()> {
    match query::hold_living_customer(tx, user)? {
        Some(before) => settle(tx, actor, user, before).map(drop),
        None => Ok(()),
    }
}

/// Returns the KYC status that follows from documents, which come latest event first: verified when the approved ones
/// meet the requirement, rejected when the latest event is a rejection, otherwise pending.
fn of(documents: &[(KycDocumentType, KycDocumentStatus)], required: &KycRequired) -> KycStatus {
    let approved = approved(documents);
    match documents.first() {
        _ if required.is_met_by(&approved) => KycStatus::Verified,
        Some((_, KycDocumentStatus::Rejected)) => KycStatus::Rejected,
        _ => KycStatus::Pending,
    }
}

fn approved(documents: &[(KycDocumentType, KycDocumentStatus)]) -> Vec<KycDocumentType> {
    documents
        .iter()
        .filter(|(_, status)| *status == KycDocumentStatus::Approved)
        .map(|(document, _)| *document)
        .collect()
}

/// Describes which documents a customer still has to send: one of each group.
pub fn missing(conn: &mut Conn, user: UserId) -> Result<Option<String>> {
    let required = settings::get(conn, KycRequiredDocuments)?;
    let approved = approved(&query::happenings(conn, user)?);
    let groups: Vec<String> = required.missing(&approved).map(any_of).collect();
    Ok((!groups.is_empty()).then(|| groups.join("; and ")))
}

/// Describes a choice of documents, such as `a passport, an ID card or a driver's license`.
fn any_of(group: &[KycDocumentType]) -> String {
    let names: Vec<&str> = group
        .iter()
        .map(|document| with_article(*document))
        .collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

const fn with_article(document: KycDocumentType) -> &'static str {
    match document {
        KycDocumentType::Passport => "a passport",
        KycDocumentType::IdCard => "an ID card",
        KycDocumentType::DriversLicense => "a driver's license",
        KycDocumentType::UtilityBill => "a utility bill",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use KycDocumentStatus::{Approved, Pending, Rejected};
    use KycDocumentType::{DriversLicense, IdCard, Passport, UtilityBill};

    #[test]
    fn one_photo_id_proves_an_identity_and_what_happened_last_counts_otherwise() {
        let photo = KycRequired(vec![vec![Passport, IdCard, DriversLicense]]);
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
            assert_eq!(of(documents, &photo), standing, "{documents:?}");
        }
    }

    #[test]
    fn every_required_group_needs_an_approved_document() {
        let both = KycRequired(vec![vec![Passport, IdCard], vec![UtilityBill]]);
        for (documents, standing) in [
            (&[(Passport, Approved)][..], KycStatus::Pending),
            (&[(UtilityBill, Approved)], KycStatus::Pending),
            (
                &[(UtilityBill, Approved), (IdCard, Approved)],
                KycStatus::Verified,
            ),
            (
                &[(UtilityBill, Pending), (IdCard, Approved)],
                KycStatus::Pending,
            ),
            (
                &[(UtilityBill, Rejected), (IdCard, Approved)],
                KycStatus::Rejected,
            ),
        ] {
            assert_eq!(of(documents, &both), standing, "{documents:?}");
        }
    }

    #[test]
    fn missing_documents_are_described_in_words() {
        assert_eq!(any_of(&[Passport]), "a passport");
        assert_eq!(
            any_of(&[Passport, IdCard, DriversLicense]),
            "a passport, an ID card or a driver's license"
        );
    }
}
